package render

import (
	"fmt"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/engine/route"
	"netreach/model"
)

// wayShifts returns flows by ways in as few blocks: first ways of which the same
// becomes at the same workloads, then workloads of which the same becomes by the
// same ways.
func wayShifts(flows []route.WayFlows) []shiftedFlows {
	type block struct {
		shiftedFlows
		clients []route.Clients
	}
	var byPlace []block
	at := map[string]int{}
	for _, f := range flows {
		s := shiftedFlows{before: f.Change.Before, after: f.Change.After, ports: f.Change.Ports}
		if f.Dst >= 0 {
			s.dst = []int{f.Dst}
		} else {
			s.dstNames = []string{f.Beyond}
		}
		key := s.shiftKey() + "\x00" + f.Way + "\x00" + s.endKey()
		i, ok := at[key]
		if !ok {
			i = len(byPlace)
			at[key] = i
			s.ways = []string{f.Way}
			byPlace = append(byPlace, block{shiftedFlows: s})
		}
		byPlace[i].clients = append(byPlace[i].clients, f.Clients...)
	}
	for i := range byPlace {
		b := &byPlace[i]
		b.srcNames, b.shiftedFlows.clients = clientNames(b.clients), clientWords(b.clients)
	}
	var out []shiftedFlows
	clear(at)
	for _, b := range byPlace { // ways of one workload
		key := b.shiftKey() + "\x00" + strings.Join(b.srcNames, ",") + "\x00" + b.endKey()
		if i, ok := at[key]; ok {
			out[i].ways = append(out[i].ways, b.ways...)
			continue
		}
		at[key] = len(out)
		out = append(out, b.shiftedFlows)
	}
	var joined []shiftedFlows
	clear(at)
	for _, b := range out { // workloads of one set of ways
		key := b.shiftKey() + "\x00" + strings.Join(b.srcNames, ",") + "\x00" + strings.Join(b.ways, "\x00")
		if b.dstNames != nil {
			key += "\x00" + b.dstNames[0]
		}
		if i, ok := at[key]; ok {
			joined[i].dst = append(joined[i].dst, b.dst...)
			slices.Sort(joined[i].dst)
			continue
		}
		at[key] = len(joined)
		joined = append(joined, b)
	}
	return joined
}

// shiftKey tells changes apart, endKey destinations.
func (s *shiftedFlows) shiftKey() string {
	return diffWord(s.before) + " " + diffWord(s.after) + " " + strings.Join(Ports(s.ports), ",")
}

func (s *shiftedFlows) endKey() string {
	if s.dstNames != nil {
		return strings.Join(s.dstNames, ",")
	}
	return listKey(s.dst)
}

// clientNames names clients for a person.
func clientNames(clients []route.Clients) []string {
	var rest []engine.AddrRange
	for _, c := range clients {
		rest = append(rest, c.Rest...)
	}
	if len(clients) == 2 && len(rest) > 0 && clients[0].Rest != nil && clients[1].Rest != nil {
		// Both wholes, each without a part.
		rest = engine.MergeRanges(rest)
		if words := clientWords(clients); 1+len(rest) <= len(words) {
			return []string{outsideWord + " (not " + strings.Join(rangeWords(rest), ", ") + ")"}
		}
	}
	return shortestParts(partsOf(clients))
}

// outsideWord is what internet and private are together.
const outsideWord = "outside"

// clientWords names clients for a machine: each word is a peer of the flow
// language.
func clientWords(clients []route.Clients) []string { return rangesOf(partsOf(clients)) }

func partsOf(clients []route.Clients) []partOfWhole {
	var parts []partOfWhole
	for _, c := range clients {
		parts = append(parts, partOfWhole{name: c.Whole, ranges: c.Ranges, rest: c.Rest})
	}
	return parts
}

// dialled returns the sources of a block of ways in: from whom, and by what.
func (s *shiftedFlows) dialled() []string {
	from := strings.Join(shortened(s.srcNames), ", ")
	if slices.Equal(s.srcNames, []string{"internet", "private"}) {
		from = outsideWord
	}
	out := make([]string, len(s.ways))
	for i, w := range s.ways {
		out[i] = from + " via " + w
	}
	return out
}

// from returns the sources of a block for a person: before several ways in, who
// the clients are is said once.
func (d *Diff) from(s *shiftedFlows) []string {
	words := s.sources(d.ends)
	for i := 1; i < len(s.ways); i++ {
		words[i] = s.ways[i]
	}
	return shortened(words)
}

// weighWays counts pairs of a way in and what it leads to.
func weighWays(flows []route.WayFlows) int {
	type pair struct {
		way, beyond string
		dst         int
	}
	seen := map[pair]bool{}
	for _, f := range flows {
		seen[pair{f.Way, f.Beyond, f.Dst}] = true
	}
	return len(seen)
}

// ledElsewhere says of Services that lead elsewhere where they do.
func (d *Diff) ledElsewhere() []string {
	var out []string
	for i := range d.Services {
		s := &d.Services[i]
		if more := len(d.Services) - i; i == mostUnchanged && more > 1 {
			return append(out, count(more, "more port")+" of Services that lead elsewhere")
		}
		text := s.Service + " " + Ports([]engine.PortRange{s.Port})[0]
		switch {
		case s.Gone:
			text += " is gone, and led to " + targets(s.Before)
		default:
			text += " leads to " + targets(s.After) + ", and led to " + targets(s.Before)
		}
		out = append(out, text+at(d.shiftPlace(s)))
	}
	return out
}

func targets(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(shortened(list), ", ")
}

// shiftPlace says where the port of a Service stands, after the change or before.
func (d *Diff) shiftPlace(s *route.ServiceShift) string {
	if s.Gone {
		return d.place(0, s.Origins[0])
	}
	return d.place(1, s.Origins[1])
}

// requests says what else becomes of the requests of routes, and does no more.
func (d *Diff) requests() []string {
	var out []string
	edits := d.requestEdits()
	for i := range edits {
		if more := len(edits) - i; i == mostUnchanged && more > 1 {
			return append(out, count(more, "more change")+" of what becomes of requests")
		}
		out = append(out, edits[i].Object+": "+edits[i].Text+at(d.places(&edits[i])))
	}
	return out
}

// requestEdits returns what else becomes of requests as edits.
func (d *Diff) requestEdits() []engine.Edit {
	var out []engine.Edit
	for _, r := range d.Requests {
		e := engine.Edit{Kind: engine.ObjectChanged, Object: r.Object, Text: "now \"" + r.Text + "\"", After: []model.Origin{r.Origin}}
		if r.Gone {
			e.Text, e.Before, e.After = "no longer \""+r.Text+"\"", e.After, nil
		}
		out = append(out, e)
	}
	return out
}

// closedWays names the ways in that come or go, and by which nothing was or is
// reached.
func (d *Diff) closedWays() []string {
	// Of a way of which something else becomes for some of its clients, the rest of
	// them is not told of.
	key := func(f *route.WayFlows) string { return fmt.Sprint(f.Way, "\n", f.Dst, f.Beyond, f.Change.Ports) }
	told := map[string]bool{}
	for i := range d.Ways {
		if f := &d.Ways[i]; effectRank(f.Change.Effect) < comes {
			told[key(f)] = true
		}
	}
	var out []string
	for _, of := range []struct {
		effect engine.Effect
		text   string
	}{{engine.Appears, "way in added, and denied: "}, {engine.Disappears, "way in removed, which was denied: "}} {
		flows := slices.DeleteFunc(slices.Clone(d.Ways), func(f route.WayFlows) bool { return f.Change.Effect != of.effect || told[key(&f)] })
		shifts := wayShifts(flows)
		for i, s := range shifts {
			if more := len(shifts) - i; i == mostLines && more > 1 {
				out = append(out, of.text+count(more, "more line"))
				break
			}
			_, flow := d.line(s)
			out = append(out, of.text+flow)
		}
	}
	return out
}
