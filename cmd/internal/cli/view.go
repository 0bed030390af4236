package cli

import (
	"cmp"
	"slices"

	"github.com/spf13/cobra"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/near"
)

// view is the choice of ends and ports that matrix and graph share.
type view struct {
	by                 string
	ports              []string
	from, to, external []string
	// entries adds the ways in as sources; controllers go with them.
	entries     bool
	controllers []string
}

func views() []string { return []string{"pod", "workload", "namespace"} }

func (v *view) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&v.by, "by", "workload", "what stands for one peer: pod, workload or namespace")
	f.StringArrayVar(&v.ports, "port", nil, "`PORT` to look at, such as 80, 53/udp or http; repeatable")
	f.StringArrayVar(&v.from, "from", nil, "show only what `PEER` reaches; repeatable")
	f.StringArrayVar(&v.to, "to", nil, "show only what reaches `PEER`; repeatable")
	f.StringArrayVar(&v.external, "external", nil, "add `ADDR` as a peer: an address, a CIDR or a range; repeatable")
	f.BoolVar(&v.entries, "entries", false, "add the ways in from the internet as sources: URLs and published Services")
	controllerFlag(cmd, &v.controllers)
}

// choice is a view as parsed.
type choice struct {
	by                 string
	ports              []model.PortMatch
	from, to, external []expect.Peer
	// inward tells that nobody outside is a destination, so that it is of no account
	// who differs as one.
	inward bool
}

func (s *session) choose(v *view) (choice, error) {
	c := choice{by: v.by}
	if !slices.Contains(views(), v.by) {
		return c, troublef(near.Hint(v.by, views(), "it is pod, workload or namespace"), "--by %s: no such view", v.by)
	}
	for _, text := range v.ports {
		p, err := expect.ParsePort(text)
		if err != nil {
			return c, err
		}
		if !slices.Contains(c.ports, p) {
			c.ports = append(c.ports, p)
		}
	}
	for _, list := range []struct {
		texts []string
		peers *[]expect.Peer
	}{{v.from, &c.from}, {v.to, &c.to}, {v.external, &c.external}} {
		for _, text := range list.texts {
			p, err := expect.ParsePeer(text, s.flags.namespace)
			if err != nil {
				return c, err
			}
			*list.peers = append(*list.peers, p)
		}
	}
	for _, p := range c.external {
		if p.Kind != expect.Addresses {
			return c, troublef("it takes an address, a CIDR or a range; other peers go with --from and --to", "--external %s: not an address", p.Text)
		}
	}
	return c, nil
}

// look returns the matrix that a choice is about. How finely the addresses
// outside are shown is the format's affair.
func (in *input) look(c choice, outside render.Outside) (*render.Matrix, error) {
	l := look{in: in, m: &render.Matrix{
		By: c.by, Ports: c.ports, Summary: in.summary(),
		Ranges: map[int][]engine.AddrRange{},
	}, at: map[string]int{}, tables: map[*input]*engine.Table{}}
	if c.inward {
		l.clients = map[engine.PeerID]bool{}
		for _, p := range c.from {
			e, err := in.resolve(p)
			if err != nil {
				return nil, err
			}
			for _, id := range e.Peers {
				l.clients[id] = true
			}
		}
	}
	l.inside(c.by)
	switch outside {
	case render.Wholes:
		l.wholes()
	case render.EachRange:
		l.eachRange()
	case render.Alike:
		l.alikeTogether()
	}
	for _, p := range c.external {
		e, err := in.matrix.External(p)
		if err != nil {
			return nil, err
		}
		l.add(e)
	}
	all := len(l.ends)
	var err error
	if l.m.Sources, err = l.focus(c.from, all); err != nil {
		return nil, err
	}
	if l.m.Destinations, err = l.focus(c.to, all); err != nil {
		return nil, err
	}
	ends := l.ends
	l.m.Table = l.table(in, ends)
	l.m.Table.Only(l.m.Sources, l.m.Destinations)
	in.answers(l.m, ends)
	l.m.Inhabited = in.inhabited
	l.m.Namespace = func(i int) string { return in.namespace(ends[i]) }
	return l.m, nil
}

// answers lets a matrix of ends ask about named ports.
func (in *input) answers(m *render.Matrix, ends []engine.End) {
	m.Named = func(src, dst int, port model.PortMatch) engine.Answer {
		return in.matrix.Judge(ends[src], ends[dst], port)
	}
	m.Numbers = func(end int, port model.PortMatch) ([]engine.PortRange, bool) {
		return in.matrix.Numbers(ends[end], port)
	}
}

// inhabited reports whether a pod or node has an address in a range.
func (in *input) inhabited(r engine.AddrRange) bool {
	e, err := in.matrix.Resolve(expect.Peer{Kind: expect.Addresses, First: r.First, Last: r.Last})
	return err == nil && slices.ContainsFunc(e.Peers, func(id engine.PeerID) bool { return in.universe.Peer(id).Kind != engine.OutsidePeer })
}

// look gathers the ends of a matrix.
type look struct {
	in     *input
	m      *render.Matrix
	ends   []engine.End
	at     map[string]int           // by name of an end
	tables map[*input]*engine.Table // the last one that was made, by table
	// clients are those that are sources, where nobody outside is a destination, and
	// else nil: see choice.
	clients map[engine.PeerID]bool
}

// table returns the table of ends, which shares what the last one knows.
func (l *look) table(in *input, ends []engine.End) *engine.Table {
	if last := l.tables[in]; last != nil {
		return last.Between(ends)
	}
	l.tables[in] = in.matrix.Table(ends)
	return l.tables[in]
}

// add adds an end, unless one of its name is there, and returns its index.
func (l *look) add(e engine.End) int {
	if i, ok := l.at[e.Name]; ok {
		return i
	}
	l.at[e.Name] = len(l.ends)
	l.ends = append(l.ends, e)
	return len(l.ends) - 1
}

// inside adds the ends within the cluster, and the sets that name all of those
// of a namespace and all together.
func (l *look) inside(by string) {
	var ends []engine.End
	switch by {
	case "pod":
		ends = l.in.matrix.Pods()
	case "namespace":
		ends = l.in.matrix.Namespaces()
	default:
		ends = l.in.matrix.Workloads()
	}
	var namespaces []string
	for _, e := range ends {
		l.add(e)
		namespaces = append(namespaces, l.in.namespace(e))
	}
	l.sets(namespaces)
}

// sets adds the sets that name all ends of a namespace and all together, given
// the namespace of each of the first ends.
func (l *look) sets(namespaces []string) {
	byNamespace := map[string]*render.Set{}
	everything := render.Set{Name: "*/*"}
	for i, ns := range namespaces {
		everything.Ends = append(everything.Ends, i)
		if byNamespace[ns] == nil {
			byNamespace[ns] = &render.Set{Name: ns + "/*"}
		}
		byNamespace[ns].Ends = append(byNamespace[ns].Ends, i)
	}
	if len(byNamespace) > 1 {
		l.m.Sets = append(l.m.Sets, everything)
	}
	for _, set := range byNamespace {
		l.m.Sets = append(l.m.Sets, *set)
	}
	slices.SortFunc(l.m.Sets, func(a, b render.Set) int {
		return cmp.Or(cmp.Compare(len(b.Ends), len(a.Ends)), cmp.Compare(a.Name, b.Name))
	})
}

// focus returns the indices of the ends that the peers name, or of the first
// all ends if there are no peers. A peer that is some of those ends together
// means them; any other is added as an end of its own.
func (l *look) focus(peers []expect.Peer, all int) ([]int, error) {
	if len(peers) == 0 {
		return upTo(all), nil
	}
	var out []int
	for _, p := range peers {
		e, err := l.in.resolve(p)
		if err != nil {
			return nil, err
		}
		// An address means itself, though others may be treated alike.
		var members []int
		if p.Kind != expect.Addresses {
			members = l.members(e, all)
		}
		if members == nil {
			members = []int{l.add(e)}
		}
		out = append(out, members...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// members returns which of the first all ends make up e: one that is e, or
// several; nil if they do not.
func (l *look) members(e engine.End, all int) []int {
	var members []int
	covered := map[engine.PeerID]bool{}
	for i, end := range l.ends[:all] {
		switch {
		case slices.Equal(end.Peers, e.Peers):
			return []int{i}
		case subset(end.Peers, e.Peers):
			members = append(members, i)
			for _, id := range end.Peers {
				covered[id] = true
			}
		}
	}
	if len(covered) < len(e.Peers) {
		return nil
	}
	return members
}

func (in *input) summary() render.Summary {
	s := render.Summary{Workloads: len(in.matrix.Workloads()), Namespaces: len(in.matrix.Namespaces())}
	for i := range in.cluster.Pods {
		s.Pods += in.cluster.Pods[i].Weight
	}
	for d := range model.Directions {
		s.Isolated[d] = in.matrix.Isolated(d)
	}
	return s
}

// namespace returns the one namespace of all members of an end, or "".
func (in *input) namespace(e engine.End) string {
	name := ""
	for i, id := range e.Peers {
		p := in.universe.Peer(id)
		if p.Kind != engine.PodPeer || i > 0 && p.Namespace != name {
			return ""
		}
		name = p.Namespace
	}
	return name
}
