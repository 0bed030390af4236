package render

import (
	"encoding/csv"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"netreach/model"
)

// OverviewDocument is the JSON form of matrix --summary.
type OverviewDocument struct {
	Head
	// LeftOut is what --lenient left out of the input.
	LeftOut []LeftOutDocument `json:"leftOut,omitempty"`
	Summary SummaryDocument   `json:"summary"`
	// Policies is the number of policies that were read.
	Policies int `json:"policies"`
	// Pairs is the number of ordered pairs of pods, each pod with itself
	// included.
	Pairs uint64 `json:"pairs"`
	// Ports counts the pairs by verdict, for maximal ranges of ports with equal
	// counts. Together they are all ports, or those that were asked for.
	Ports []CountDocument `json:"ports"`
	// Exposed are the workloads whose ingress admits the most, the widest open
	// first.
	Exposed []ExposureDocument `json:"exposed"`
}

// CountDocument is how many pairs of pods have each verdict on each port of a
// range. The counts add up to the pairs.
type CountDocument struct {
	Port    string `json:"port"`
	Allow   uint64 `json:"allow"`
	Deny    uint64 `json:"deny"`
	Unknown uint64 `json:"unknown"`
	// Some counts pairs of which the address families differ.
	Some uint64 `json:"some"`
}

// ExposureDocument is a workload with what its ingress admits on some port.
type ExposureDocument struct {
	Workload string `json:"workload"`
	// Internet tells whether an address of the internet is admitted.
	Internet bool `json:"internet"`
	// Pods is the number of pods that are admitted.
	Pods int `json:"pods"`
}

// Overview writes an OverviewDocument.
func (o object) Overview(v *Overview) error {
	d := OverviewDocument{
		Head: Head{Schema, "summary"}, LeftOut: o.leftOut(o.opts.forgiven()),
		Summary: SummaryDocument{
			v.Namespaces, v.Workloads, v.Pods, v.Isolated[model.Ingress], v.Isolated[model.Egress],
		},
		Policies: v.Policies, Pairs: v.Pairs, Ports: []CountDocument{}, Exposed: []ExposureDocument{},
	}
	for _, c := range v.counts() {
		d.Ports = append(d.Ports, CountDocument{c.Ports.String(), c.Allowed, c.Denied, c.Unknown, c.Some})
	}
	for _, e := range v.Exposed {
		d.Exposed = append(d.Exposed, ExposureDocument{e.Workload, e.Internet, e.Sources})
	}
	return o.indented(d)
}

// Overview writes the counts of every range of ports.
func (t tsv) Overview(o *Overview) error {
	for _, row := range append([][]string{countHeader()}, o.countRows()...) {
		if _, err := io.WriteString(t.w, strings.Join(row, "\t")+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// Overview writes the rows of tsv likewise.
func (c commas) Overview(o *Overview) error {
	return csv.NewWriter(c.w).WriteAll(append([][]string{countHeader()}, o.countRows()...))
}

// Overview writes the tables of the text form.
func (d markdown) Overview(o *Overview) error {
	var facts []string
	for _, l := range o.facts() {
		facts = append(facts, strings.Join(l, ""))
	}
	if err := d.paragraph(strings.Join(facts, "; ")); err != nil {
		return err
	}
	groups, more := o.groups()
	columns := o.columns()
	header := table.Row{"ports"}
	for _, c := range columns {
		header = append(header, c.verdict.String(), "")
	}
	tw := table.NewWriter()
	tw.AppendHeader(header)
	for i := range groups {
		row := table.Row{groups[i].markdown()}
		for _, c := range columns {
			n := c.of(groups[i].PortCount)
			row = append(row, thousands(n), share(n, o.Pairs))
		}
		tw.AppendRow(row)
	}
	if err := d.table(tw); err != nil {
		return err
	}
	if err := d.paragraph(moreGroups(more)); err != nil {
		return err
	}
	if err := d.paragraph(leftOut(d.opts.forgiven())); err != nil || len(o.Exposed) == 0 {
		return err
	}
	tw = table.NewWriter()
	tw.AppendHeader(table.Row{"most exposed", "pods admitted", "internet"})
	for _, e := range o.Exposed {
		tw.AppendRow(table.Row{code([]string{e.Workload}), thousands(uint64(e.Sources)), yes(e.Internet)})
	}
	return d.table(tw)
}

// paragraph writes a sentence, if there is one, and an empty line.
func (d markdown) paragraph(s string) error {
	if s == "" {
		return nil
	}
	_, err := io.WriteString(d.w, s+".\n\n")
	return err
}

// markdown returns the label with its ports marked as code.
func (g *portGroup) markdown() string {
	if g.most {
		return g.label()
	}
	return code([]string{g.label()})
}

// Overview has no form.
func (dot) Overview(*Overview) error {
	return &FormatError{Name: "dot", Verb: OverviewOf, Known: true}
}
