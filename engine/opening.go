package engine

import (
	"cmp"
	"slices"
	"strings"

	"go4.org/netipx"

	"netreach/model"
)

// openings gathers open flows by the workloads and addresses that they join, and
// cuts them into blocks for a person to read.
type openings struct {
	m      *Matrix
	pairs  map[openPair]map[model.Verdict]*openPorts
	wholes [2][2]Side // internet and private of each family
}

// openEnd is a workload by its index, or a range of addresses outside.
type openEnd struct {
	workload int // -1 for addresses
	addrs    AddrRange
}

type openPair struct{ src, dst openEnd }

// openPorts is the ports of the flows of a pair, with one of the flows.
type openPorts struct {
	ports   []PortRange
	witness Witness
}

// add takes down flows under the names of their workloads, where there is such a
// pair: a pod with itself is none, and of pairs on one node there may be few.
func (o *openings) add(f openFlow) {
	for _, src := range o.ends(f.a) {
		for _, dst := range o.ends(f.b) {
			p, ok := f.pair, true
			if src.workload >= 0 && dst.workload >= 0 {
				p, ok = o.example(f, src.workload, dst.workload)
			}
			if ok {
				o.note(openPair{src, dst}, f, p)
			}
		}
	}
}

func (o *openings) note(key openPair, f openFlow, p pair) {
	if o.pairs[key] == nil {
		o.pairs[key] = map[model.Verdict]*openPorts{}
	}
	found := o.pairs[key][f.verdict]
	if found == nil {
		found = &openPorts{witness: Witness{p.src, p.dst, f.ports[0], f.verdict}}
		o.pairs[key][f.verdict] = found
	}
	found.ports = append(found.ports, f.ports...)
}

// example returns a pair of pods of two workloads that is of the kind of a flow.
func (o *openings) example(f openFlow, src, dst int) (pair, bool) {
	of := func(g *restGroup, workload int) *shapeGroup {
		out := &shapeGroup{shape: g.shape}
		for _, id := range g.peers {
			if o.m.pod(id).Workload == workload {
				out.peers = append(out.peers, id)
			}
		}
		return out
	}
	pairs, _ := o.m.groupPairs(of(f.a, src), of(f.b, dst))
	for _, p := range pairs {
		if p.kind.rel == f.pair.kind.rel {
			return p, true
		}
	}
	return pair{}, false
}

// ends returns the workloads of a group, or its addresses.
func (o *openings) ends(g *restGroup) []openEnd {
	var out []openEnd
	for _, r := range g.ranges {
		out = append(out, openEnd{-1, r})
	}
	if len(g.ranges) > 0 {
		return out
	}
	seen := map[int]bool{}
	for _, id := range g.peers {
		if w := o.m.pod(id).Workload; !seen[w] {
			seen[w] = true
			out = append(out, openEnd{workload: w})
		}
	}
	return out
}

// blocks returns the openings, those of equal ports and verdicts together where
// sources have the same destinations.
func (o *openings) blocks() []Opening {
	type content struct {
		verdict model.Verdict
		ports   string
	}
	type row struct {
		content
		src openEnd
		dst []openEnd
		of  []*openPorts
	}
	rows := map[openEnd]map[content]*row{}
	for key, verdicts := range o.pairs {
		for v, found := range verdicts {
			found.ports = unite(found.ports)
			c := content{v, portsKey(found.ports)}
			if rows[key.src] == nil {
				rows[key.src] = map[content]*row{}
			}
			r := rows[key.src][c]
			if r == nil {
				r = &row{content: c, src: key.src}
				rows[key.src][c] = r
			}
			r.dst = append(r.dst, key.dst)
			r.of = append(r.of, found)
		}
	}
	type block struct {
		row
		sources []openEnd
	}
	at := map[string]*block{}
	for _, contents := range rows {
		for c, r := range contents {
			dst := o.words(r.dst)
			key := c.verdict.String() + " " + c.ports + " " + strings.Join(dst, " ")
			if at[key] == nil {
				at[key] = &block{row: *r}
			}
			at[key].sources = append(at[key].sources, r.src)
			at[key].of = append(at[key].of, r.of...)
		}
	}
	var out []Opening
	for _, b := range at {
		first := slices.MinFunc(b.of, func(x, y *openPorts) int {
			return cmp.Or(cmp.Compare(x.witness.Src, y.witness.Src), cmp.Compare(x.witness.Dst, y.witness.Dst))
		})
		one := Opening{Verdict: b.verdict, Src: o.words(b.sources), Dst: o.words(b.dst), Ports: first.ports, Witness: first.witness}
		if slices.Equal(one.Ports, everyPort) {
			one.Ports = nil
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b Opening) int {
		return cmp.Or(slices.Compare(a.Src, b.Src), slices.Compare(a.Dst, b.Dst), cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(portsKey(a.Ports), portsKey(b.Ports)))
	})
	return out
}

func portsKey(ports []PortRange) string {
	words := make([]string, len(ports))
	for i, p := range ports {
		words[i] = p.String()
	}
	return strings.Join(words, ",")
}

// words names ends as a lock does: workloads in alphabetical order, then addresses,
// the last of which may have exceptions behind it.
func (o *openings) words(ends []openEnd) []string {
	var out []string
	left := Side{outside: ipSet(func(b *netipx.IPSetBuilder) {
		for _, e := range ends {
			if e.workload >= 0 {
				out = append(out, o.m.workloadName(e.workload))
			} else {
				b.AddRange(netipx.IPRangeFrom(e.addrs.First, e.addrs.Last))
			}
		}
	})}
	slices.Sort(out)
	if left.Empty() {
		return out
	}
	words, except := addressWords(o.wholes, left.outside)
	out = append(out, words...)
	if len(except) > 0 {
		out[len(out)-1] += " except " + strings.Join(except, ", ")
	}
	return out
}
