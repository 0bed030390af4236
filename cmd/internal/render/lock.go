package render

import (
	"io"
	"strings"
	"unicode/utf8"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
)

// Lock is a matrix to be written as a file of expectations.
type Lock struct {
	*engine.Lock
	// By is "pod" or "workload".
	By string
	// LeftOut is what leniency left out of the input.
	LeftOut []model.Diagnostic
}

// lockWidth is how wide a row of a lock may be, unless a single word is wider.
const lockWidth = 100

// Write writes the file.
func (l *Lock) Write(w io.Writer) error {
	command := "netreach lock"
	if l.By != "workload" {
		command += " --by " + l.By
	}
	rows := []string{
		"# Who reaches whom, as written by " + command + ". What no line allows is denied.",
		"# netreach test fails if this changes; " + command + " --write writes it anew.",
	}
	if text := leftOut(l.LeftOut); text != "" {
		rows = append(rows, "# "+text)
	}
	rows = append(rows, "")
	for _, s := range l.Sets {
		rows = append(rows, wrap("set "+expect.SetName(s.Name)+" =", s.Members, "")...)
	}
	if len(l.Sets) > 0 {
		rows = append(rows, "")
	}
	for i := range l.Lines {
		if l.Lines[i].Verdict == model.Some && (i == 0 || l.Lines[i-1].Verdict != model.Some) {
			rows = append(rows, l.remarkSome()...)
		}
		rows = append(rows, lockRows(&l.Lines[i])...)
	}
	if len(l.Lines) > 0 {
		rows = append(rows, "")
	}
	rows = append(rows, (expect.Line{Form: expect.Rest}).String(), "")
	_, err := io.WriteString(w, strings.Join(rows, "\n"))
	return err
}

// remarkSome says above lines with the verdict some what they do not hold.
func (l *Lock) remarkSome() []string {
	if l.By != "workload" {
		return []string{"# some: address families differ. That another one of them is allowed is not seen as a change."}
	}
	return []string{
		"# some: pods or address families differ. That others of them are allowed is not seen as a change;",
		"# netreach lock --by pod tells the pods apart.",
	}
}

// lockRows writes a line: in one row if that is short enough, else with a row for
// each source, destination and port.
func lockRows(l *engine.LockLine) []string {
	side := func(s *engine.LockSide) (list []string) {
		for _, set := range s.Sets {
			list = append(list, expect.SetName(set))
		}
		return append(list, s.Names...)
	}
	src, dst := side(&l.Src), side(&l.Dst)
	ports := Ports(l.Ports)
	if l.Verdict != model.Allowed {
		ports[0] = expect.EachOf(ports[0])
	}
	one := expect.FormatLine(l.Verdict, withExcept(src, l.Src.Except), withExcept(dst, l.Dst.Except), ports)
	if utf8.RuneCountInString(one) <= lockWidth {
		return []string{one}
	}
	rows := lockColumn(l.Verdict.String(), src, l.Src.Except)
	rows[len(rows)-1] += " ->"
	to := lockColumn("", dst, l.Dst.Except)
	to[len(to)-1] += " " + strings.Join(ports, ", ")
	return append(rows, to...)
}

// withExcept returns a list with what is left out of it behind its last word.
func withExcept(list, except []string) []string {
	if len(except) == 0 {
		return list
	}
	out := append([]string(nil), list...)
	out[len(out)-1] += " except " + strings.Join(except, ", ")
	return out
}

// lockColumn writes a list with a row for each word, the first behind head.
func lockColumn(head string, list, except []string) []string {
	if len(list) == 1 && len(except) == 0 {
		return []string{strings.TrimRight(head+" "+list[0], " ")}
	}
	var rows []string
	if head != "" {
		rows = append(rows, head+" "+list[0])
		list = list[1:]
		if len(list) > 0 {
			rows[0] += ","
		}
	}
	for i, word := range list {
		if i+1 < len(list) {
			word += ","
		}
		rows = append(rows, "    "+word)
	}
	for i, word := range except {
		if i == 0 {
			rows[len(rows)-1] += " except " + word
		} else {
			rows = append(rows, "        "+word)
		}
		if i+1 < len(except) {
			rows[len(rows)-1] += ","
		}
	}
	return rows
}

// wrap writes a list behind a head: in one row, or with a row for each word.
func wrap(head string, list []string, indent string) []string {
	one := head + " " + strings.Join(list, ", ")
	if utf8.RuneCountInString(one) <= lockWidth {
		return []string{indent + one}
	}
	rows := []string{indent + head}
	for i, word := range list {
		if i+1 < len(list) {
			word += ","
		}
		rows = append(rows, indent+"    "+word)
	}
	return rows
}

// LockDifferences returns the rows in which a file differs from another text, as
// "- row" and "+ row": those that both have in the same order are left out.
// Comments and empty rows do not count.
func LockDifferences(have, want string) []string {
	a, b := lockStatements(have), lockStatements(want)
	inA, inB := map[string]bool{}, map[string]bool{}
	for _, s := range a {
		inA[s] = true
	}
	for _, s := range b {
		inB[s] = true
	}
	var out []string
	for _, s := range a {
		if !inB[s] {
			out = append(out, "- "+s)
		}
	}
	for _, s := range b {
		if !inA[s] {
			out = append(out, "+ "+s)
		}
	}
	return out
}

// lockStatements returns the statements of a file, each in one row.
func lockStatements(text string) []string {
	var out []string
	open := false
	for row := range strings.SplitSeq(text, "\n") {
		row = strings.TrimSpace(row)
		if row == "" || strings.HasPrefix(row, "#") {
			continue
		}
		if open {
			out[len(out)-1] += " " + row
		} else {
			out = append(out, row)
		}
		open = strings.HasSuffix(row, ",") || strings.HasSuffix(row, "->") || strings.HasSuffix(row, "=")
	}
	return out
}
