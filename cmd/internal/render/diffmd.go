package render

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"netreach/engine"
)

// A pull-request comment has at most 65,536 characters, and readers put a few in
// front of it.
const mostCharacters = 65000

// How much of a comment stands unfolded.
const (
	mostRows  = 20 // causes
	mostCells = 4  // blocks of flows of a cause
)

// Diff writes the body of a pull-request comment: a summary line, a table of what
// opens and then of what closes, and the rest folded. It has at most 65,000
// characters: what does not fit is left out line by line, and counted.
func (d markdown) Diff(of *Diff) error {
	c := comment{left: mostCharacters}
	c.write("**netreach** " + escapeText(of.totals().line()) + "\n")
	if text := leftOut(of.LeftOut); text != "" {
		c.write("\n⚠ " + escapeText(text) + "\n")
	}
	all := of.consequences()
	if len(all) > 0 {
		c.write("\n| | flows | from → to | by |\n|---|---|---|---|\n")
		c.rows(all, mostRows, func(x consequence) string { return of.row(&x) })
	}
	if lines := of.requests(); len(lines) > 0 { // a password that is no more is not to be folded away
		c.write("\n")
		for i, line := range lines {
			if i == mostRows {
				break
			}
			c.fits("- " + escapeText(line) + "\n")
		}
	}
	lists := of.lists(all)
	for _, l := range lists {
		c.fold(l)
	}
	_, err := io.WriteString(d.w, c.String())
	return err
}

// comment is text that counts its characters.
type comment struct {
	strings.Builder
	left int
}

// write writes s whatever it is: headings and the like.
func (c *comment) write(s string) {
	c.left -= utf8.RuneCountInString(s)
	_, _ = c.WriteString(s) // it never fails
}

// reserve is what is kept for the lines that say what was left out, and for the
// headings to come.
const reserve = 2000

// fits writes s if there is room for it.
func (c *comment) fits(s string) bool {
	if utf8.RuneCountInString(s) > c.left-reserve {
		return false
	}
	c.write(s)
	return true
}

// rows writes the rows of a table, at most most, and says how many there are
// more.
func (c *comment) rows(all []consequence, most int, row func(consequence) string) {
	n := 0
	for n < len(all) && n < most && c.fits(row(all[n])) {
		n++
	}
	if more := len(all) - n; more > 0 {
		c.write(fmt.Sprintf("\n%s below or left out.\n", are(more, "more cause")))
	}
}

func are(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return count(n, what) + " are"
}

// folded is a list under a heading.
type folded struct {
	heading string
	head    string // of a table, or ""
	lines   []string
}

// fold writes a folded list as far as it fits.
func (c *comment) fold(l folded) {
	if len(l.lines) == 0 {
		return
	}
	c.write("\n<details><summary>" + l.heading + "</summary>\n\n" + l.head)
	n := 0
	for n < len(l.lines) && c.fits(l.lines[n]) {
		n++
	}
	if left := len(l.lines) - n; left > 0 {
		c.write(fmt.Sprintf("\n%s left out for want of room; `-o json` and `-o tsv` have all.\n", are(left, "line")))
	}
	c.write("\n</details>\n")
}

// row returns a cause as a row of the table.
func (d *Diff) row(c *consequence) string {
	var flows []string
	for i, s := range c.shifts {
		if i == mostCells && len(c.shifts) > mostCells+1 {
			flows = append(flows, fmt.Sprintf("and %d more", len(c.shifts)-i))
			break
		}
		flows = append(flows, codeList(d.from(&s))+" → "+codeList(shortened(s.destinations(d.ends)))+" "+codeList(shortened(Ports(s.ports))))
	}
	var by []string
	edits := d.editsOf(c.cause)
	if len(edits) != 1 || c.cause.Open {
		by = append(by, escapeText(lead(c.cause)))
	}
	for i := range edits {
		if i == mostCells && len(edits) > mostCells+1 {
			by = append(by, fmt.Sprintf("and %d more", len(edits)-i))
			break
		}
		by = append(by, codeList([]string{edits[i].Object})+" "+escapeText(edits[i].Text)+placeCode(d, &edits[i]))
	}
	return "| **" + effectText(c.effect) + "** | " + escapeText(weightText(c.weight)) + " | " + strings.Join(flows, "<br>") + " | " + strings.Join(by, "<br>") + " |\n"
}

// placeCode says where an edit stands, on lines of a cell.
func placeCode(d *Diff, e *engine.Edit) string {
	places := d.sides(e)
	for i := range places {
		places[i] = codeList(places[i : i+1])
	}
	if len(places) == 0 {
		return ""
	}
	return "<br>" + strings.Join(places, " was ")
}

// lists returns what stands folded: every block of flows, peers that come and go,
// edits whose effect is unknown, and policies without effect.
func (d *Diff) lists(all []consequence) []folded {
	flows := folded{heading: "All flows", head: "| before | after | from | to | ports |\n|---|---|---|---|---|\n"}
	for _, c := range all {
		for _, s := range c.shifts {
			flows.lines = append(flows.lines, "| "+diffWord(s.before)+" | "+diffWord(s.after)+" | "+codeList(s.sources(d.ends))+" | "+codeList(s.destinations(d.ends))+" | "+codeList(Ports(s.ports))+" |\n")
		}
	}
	flows.heading += fmt.Sprintf(" (%s)", count(len(flows.lines), "line"))
	causes := folded{heading: "More causes", head: "| | flows | from → to | by |\n|---|---|---|---|\n"}
	for i := mostRows; i < len(all); i++ {
		causes.lines = append(causes.lines, d.row(&all[i]))
	}
	peers := folded{heading: fmt.Sprintf("Peers: %d added, %d removed", len(d.Added), len(d.Removed))}
	for _, of := range []struct {
		word  string
		side  int
		peers []ComingPeer
	}{{"added", 1, d.Added}, {"removed", 0, d.Removed}} {
		for _, p := range of.peers {
			peers.lines = append(peers.lines, "- "+of.word+" "+codeList([]string{p.Name})+": "+escapeText(p.Kind)+" with "+count(p.Pods, "pod")+placeWords(d.place(of.side, p.Origin))+"\n")
		}
	}
	var none folded
	names := map[string]bool{}
	for _, e := range d.unchanged() {
		names[e.Object] = true
		none.lines = append(none.lines, "- "+codeList([]string{e.Object})+" "+escapeText(e.Text)+placeWords(d.sides(&e)...)+"\n")
	}
	none.heading = "Edited to no effect: " + countOf(len(names), "policy", "policies")
	var open folded
	for _, e := range d.EffectUnknown() {
		open.lines = append(open.lines, "- "+codeList([]string{e.Object})+" "+escapeText(e.Text)+placeWords(d.sides(&e)...)+"\n")
	}
	open.heading = "Effect unknown, for want of the addresses of domain names: " + count(len(open.lines), "edit")
	ways := folded{heading: "Ways in that come or go, and are denied"}
	for _, line := range d.closedWays() {
		ways.lines = append(ways.lines, "- "+escapeText(line)+"\n")
	}
	led := folded{heading: "Services that lead elsewhere in the cluster"}
	for _, line := range d.ledElsewhere() {
		led.lines = append(led.lines, "- "+escapeText(line)+"\n")
	}
	var requests folded
	if lines := d.requests(); len(lines) > mostRows {
		requests.heading = "More that becomes of requests"
		for _, line := range lines[mostRows:] {
			requests.lines = append(requests.lines, "- "+escapeText(line)+"\n")
		}
	}
	lists := []folded{causes, flows, peers, ways, led, requests, open, none}
	if len(d.Accepted)+len(d.AcceptedWays) > 0 {
		lists = append(lists, folded{heading: "Accepted and not shown", lines: []string{escapeText(weightText(d.acceptedWeight())) + "\n"}})
	}
	return slices.DeleteFunc(lists, func(l folded) bool { return len(l.lines) == 0 })
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func placeWords(places ...string) string {
	places = slices.DeleteFunc(slices.Clone(places), func(p string) bool { return p == "" })
	if len(places) == 0 {
		return ""
	}
	return ", " + codeList(places)
}

// codeList marks words as code, within a table: no word ends the code or the
// cell.
func codeList(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		w = strings.NewReplacer("|", `\|`, "\n", " ", "\r", " ").Replace(w)
		if strings.Contains(w, "`") {
			out[i] = "`` " + w + " ``"
		} else {
			out[i] = "`" + w + "`"
		}
	}
	return strings.Join(out, ", ")
}

// escapeText escapes what Markdown and tables take for more than text.
func escapeText(s string) string {
	return strings.NewReplacer(
		`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "[", `\[`, "]", `\]`, "~", `\~`, "\n", " ", "\r", " ",
	).Replace(s)
}
