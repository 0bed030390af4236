package engine

import (
	"net/netip"
	"slices"
	"strings"
)

// Diff is what a change of a cluster does to its flows, and by what edits.
type Diff struct {
	Before, After *Matrix
	Comparison    *Comparison
	// Workloads are the first of Comparison.Ends, Outside the others.
	Workloads []Workload
	Outside   []OutsidePart
	Edits     []Edit
	// Causes is by CauseID.
	Causes []Cause
	// Flows are the blocks of flows that change, in the order of their first
	// source and destination. No two share a pair and a port.
	Flows []ChangedFlows
	// NodeFlows are the blocks of flows between pods and nodes that change: first
	// those to nodes. Nodes that one cluster only has are not compared.
	NodeFlows []NodeFlows

	edits *edits
	named []int32 // edits: see EffectUnknown
}

// OutsidePart is an end outside: all of internet or private, or a range of it.
type OutsidePart struct {
	// Whole is "internet" or "private".
	Whole string
	// Range is invalid where the part is the whole.
	Range AddrRange
}

// ChangedFlows is a block of flows that change alike and by one cause: from every
// source to every destination.
type ChangedFlows struct {
	// Src and Dst are indices of Comparison.Ends, ascending.
	Src, Dst []int
	Change   Change
	// Block is the same for blocks that may share pairs, on other ports.
	Block int
}

// NewDiff compares two matrices of one universe between workloads and addresses
// outside. These are cut at the ends of cuts, so that a part of the outside lies
// in each of them or beside it.
//
// The cost follows the rows that differ, and the pairs of kinds of workloads
// that they are about.
func NewDiff(before, after *Matrix, cuts ...AddrRange) (*Diff, error) {
	ends, workloads := JointWorkloads(before, after)
	d := &Diff{Before: before, After: after, Workloads: workloads}
	outside, parts := cutOutside(before, after, cuts)
	d.Outside = parts
	c, err := Compare(before, after, append(ends, outside...))
	if err != nil {
		return nil, err
	}
	d.Comparison = c
	d.edits = newEdits(c, workloads)
	c.causes = newAttribution(c, d.edits, workloads)
	for i := range workloads {
		// What comes or goes is a cause of its own.
		c.alone[i] = c.alone[i] || c.causes.comesOrGoes(i)
	}
	for block, g := range c.Groups() {
		for _, change := range c.Changes(g.Cell) {
			d.Flows = append(d.Flows, ChangedFlows{g.Src, g.Dst, change, block})
		}
	}
	d.NodeFlows = d.compareNodes()
	d.Edits, d.Causes = d.edits.list, c.causes.list
	d.named = d.editsOfNames()
	return d, nil
}

// AddEdit adds an edit that the engine knows nothing of, such as that of a
// Service, and returns its number.
func (d *Diff) AddEdit(e Edit) int32 {
	id := d.edits.add(e)
	d.Edits = d.edits.list
	return id
}

// AddCause returns the number of a cause of what the engine knows nothing of, such
// as the change of a way in. It is added unless it is there.
func (d *Diff) AddCause(c Cause) CauseID {
	causes := d.Comparison.causes
	id := causes.intern(c.Edits, c.Each, c.Open)
	d.Causes = causes.list
	return id
}

// cutOutside returns the ends outside, and what they are.
func cutOutside(before, after *Matrix, cuts []AddrRange) (ends []End, parts []OutsidePart) {
	behaviour := before.jointBehaviour(after)
	for _, special := range []bool{false, true} {
		whole := before.outsideEnd(special, after)
		uniform := before.uniformRanges(special, behaviour, after)
		ranges := cutRanges(uniform, cuts)
		if len(ranges) == len(uniform) && !differs(uniform, behaviour) {
			ends, parts = append(ends, whole), append(parts, OutsidePart{Whole: whole.Name})
			continue
		}
		for _, r := range ranges {
			ends = append(ends, before.end(r.String(), slices.Clone(r.peers)))
			parts = append(parts, OutsidePart{whole.Name, r.AddrRange})
		}
	}
	return ends, parts
}

// cutRanges cuts ranges at the ends of others.
func cutRanges(ranges []uniformRange, cuts []AddrRange) []uniformRange {
	var starts []netip.Addr
	for _, c := range cuts {
		starts = append(starts, c.First)
		if next := c.Last.Next(); next.IsValid() {
			starts = append(starts, next)
		}
	}
	slices.SortFunc(starts, netip.Addr.Compare)
	var out []uniformRange
	for _, r := range ranges {
		for _, start := range starts {
			if start.Is4() == r.First.Is4() && r.First.Less(start) && start.Compare(r.Last) <= 0 {
				head := r
				head.Last = start.Prev()
				out = append(out, head)
				r.First = start
			}
		}
		out = append(out, r)
	}
	return out
}

// Unchanged returns the policies that were edited, renamed or rewritten and that
// are the cause of no change of flows, nor one of others.
func (d *Diff) Unchanged(flows []ChangedFlows, others ...CauseID) []Edit {
	named := map[int32]bool{}
	for _, id := range others {
		for _, e := range d.Causes[id].Edits {
			named[e] = true
		}
	}
	for _, f := range flows {
		for _, e := range d.Causes[f.Change.Cause].Edits {
			named[e] = true
		}
	}
	for _, e := range d.named {
		named[e] = true
	}
	for _, f := range d.NodeFlows {
		for _, e := range d.Causes[f.Change.Cause].Edits {
			named[e] = true
		}
	}
	var out []Edit
	for i := range d.edits.policies {
		p := &d.edits.policies[i]
		all := p.edits()
		if !slices.ContainsFunc(all, func(e int32) bool { return named[e] }) {
			for _, e := range all {
				out = append(out, d.Edits[e])
			}
		}
	}
	out = append(out, d.rewritten()...)
	slices.SortStableFunc(out, func(a, b Edit) int { return strings.Compare(a.Object, b.Object) })
	return out
}

// edits returns the edits of a policy, each once.
func (p *policyEdits) edits() []int32 {
	out := []int32{p.whole, p.subject, p.isolation, p.place}
	for _, s := range p.slots {
		out = append(out, s.edit)
	}
	out = slices.DeleteFunc(out, func(e int32) bool { return e < 0 })
	slices.Sort(out)
	return slices.Compact(out)
}

// rewritten returns the policies that mean the same in other words.
func (d *Diff) rewritten() []Edit {
	var out []Edit
	for _, versions := range d.edits.byNamespace() {
		for _, v := range versions {
			if v.before < 0 || v.after < 0 || d.edits.policyOf[1][v.after] >= 0 {
				continue
			}
			old, now := d.Before.cluster.Policies[v.before].Origin, d.After.cluster.Policies[v.after].Origin
			if old.Doc == nil || now.Doc == nil || old.Root != "" || now.Root != "" || sameText(old.Doc.Text, now.Doc.Text) {
				continue
			}
			out = append(out, Edit{Kind: PolicyText, Object: now.Object(), Text: "rewritten, means the same", Before: origins(old), After: origins(now)})
		}
	}
	return out
}

func sameText(a, b []byte) bool {
	return strings.TrimSpace(string(a)) == strings.TrimSpace(string(b))
}
