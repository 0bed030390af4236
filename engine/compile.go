package engine

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// Matrix is the verdict about every flow of one cluster: for each class of
// peers the program of its egress and of its ingress.
//
//	allowed(src, dst, port) = dst in egress(src)[port]  and  src in ingress(dst)[port]
//
// It is immutable and safe for concurrent use.
type Matrix struct {
	u       *Universe
	ci      int
	cluster *model.Cluster
	// switches are those of the universe unless CompileUnder was given others.
	switches model.Switches
	ground   *ground
	dirs     [model.Directions]side
	nodeOf   []int32          // by peer: its node's index in cluster.Nodes, or -1
	byName   map[string][]int // "ns/name" -> workloads
	// What only questions about single flows need is made when one is asked.
	strays [model.Directions]func() *strays
	places func() []place // by peer
}

// side is one direction of a matrix.
type side struct {
	rows      []*bitset.Set // by rowID
	programs  []program
	programOf []int32 // by class; program 0 lets everybody through
}

// Compile compiles the cluster-th cluster of u. An error means that a policy
// names a tier that the cluster does not have.
func Compile(u *Universe, cluster int) (*Matrix, error) {
	return CompileUnder(u, cluster, u.opts.Switches)
}

// CompileUnder is Compile under other switches than the universe was made with,
// so that a cluster can be compared with itself. A universe whose blocks match
// no pods, or no nodes, does not tell their addresses apart: there that switch
// must be the same.
func CompileUnder(u *Universe, cluster int, switches model.Switches) (*Matrix, error) {
	if cluster < 0 || cluster >= len(u.clusters) {
		return nil, fmt.Errorf("cluster %d of a universe of %d", cluster, len(u.clusters))
	}
	if blinder(u.opts.Switches.BlocksMatchPods, switches.BlocksMatchPods) || blinder(u.opts.Switches.BlocksMatchNodes, switches.BlocksMatchNodes) {
		return nil, errors.New("a universe whose blocks do not match the addresses that they are to match")
	}
	m := &Matrix{u: u, ci: cluster, cluster: u.clusters[cluster], switches: switches}
	m.ground = newGround(u, cluster, &m.switches)
	m.places = sync.OnceValue(m.newPlaces)
	for d := range model.Directions {
		m.strays[d] = sync.OnceValue(func() *strays { return newStrays(m.cluster, d) })
	}
	o, err := m.orderPolicies()
	if err != nil {
		return nil, err
	}
	// The directions share nothing, so each has a goroutine.
	var wait sync.WaitGroup
	for d := range model.Directions {
		wait.Go(func() { m.dirs[d] = newCompiler(m, o, d).side() })
	}
	m.placeOnNodes()
	m.nameWorkloads()
	wait.Wait()
	return m, nil
}

// blinder reports whether a universe made with one answer tells fewer addresses
// apart than another answer needs.
func blinder(made, needed model.Answer) bool { return made == model.No && needed != model.No }

// order is the policies of a cluster in the order of evaluation.
type order struct {
	policies []int32 // indices into Cluster.Policies, by tier and Order
	tierOf   []int   // by index into Cluster.Policies
}

// compiler makes the programs and rows of one direction.
type compiler struct {
	*order
	m       *Matrix
	d       model.Direction
	sel     *selections
	rows    []*bitset.Set
	rowIDs  map[uint64][]rowID
	algebra sets
}

func newCompiler(m *Matrix, o *order, d model.Direction) *compiler {
	return &compiler{
		order: o, m: m, d: d, sel: newSelections(m.ground), rowIDs: map[uint64][]rowID{},
		algebra: sets{m.ground.everyone.certain, new(bitset.Builder)},
	}
}

func (m *Matrix) orderPolicies() (*order, error) {
	tiers := map[string]int{}
	for i, t := range m.cluster.Tiers {
		tiers[t.Name] = i
	}
	policies := m.cluster.Policies
	if m.switches.NotEnforced {
		policies = nil
	}
	o := &order{tierOf: make([]int, len(policies))}
	for i := range policies {
		t, ok := tiers[policies[i].Tier]
		if !ok {
			return nil, fmt.Errorf("%s is of tier %q, which the cluster does not have", policies[i].Origin.Object(), policies[i].Tier)
		}
		o.tierOf[i] = t
		o.policies = append(o.policies, int32(i))
	}
	slices.SortStableFunc(o.policies, func(a, b int32) int {
		return cmp.Or(cmp.Compare(o.tierOf[a], o.tierOf[b]), cmp.Compare(policies[a].Order, policies[b].Order), m.nameOrder(a, b))
	})
	return o, nil
}

// nameOrder orders two policies by name where ties are broken so.
func (m *Matrix) nameOrder(a, b int32) int {
	if m.switches.PriorityTies != model.TiesByName {
		return 0
	}
	x, y := m.cluster.Policies[a].Origin, m.cluster.Policies[b].Origin
	return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.Namespace, y.Namespace), strings.Compare(x.Kind, y.Kind))
}

// tied reports whether two policies that follow each other in one tier have no
// order between them, or need none: policies that only allow add up.
func (c *compiler) tied(a, b int32) bool {
	x, y := &c.m.cluster.Policies[a], &c.m.cluster.Policies[b]
	return x.Order == y.Order && (c.m.nameOrder(a, b) == 0 || onlyAllows(x) && onlyAllows(y))
}

func onlyAllows(p *model.Policy) bool {
	return !slices.ContainsFunc(p.Rules, func(r model.Rule) bool { return r.Action != model.Allow })
}

// side compiles one direction: the policies that apply to each class, one
// program for each distinct list of them, and the rows of each program.
func (c *compiler) side() side {
	u, d := c.m.u, c.d
	applied := make([][]int32, u.classes) // policy*2, +1 where the subject is open
	rules := make([][]rule, len(c.m.cluster.Policies))
	for _, p := range c.policies {
		policy := &c.m.cluster.Policies[p]
		rules[p] = c.rules(policy)
		if len(rules[p]) == 0 && !policy.Isolates[d] && !c.reachesBeyond(policy, d) {
			continue
		}
		subject := c.sel.pods(&policy.Subject)
		for class := range subject.possible.All() {
			entry := p * 2
			if subject.certain != subject.possible && !subject.certain.Has(class) {
				entry++
			}
			applied[class] = append(applied[class], entry)
		}
	}
	s := side{programOf: make([]int32, u.classes), programs: []program{c.compute(program{})}}
	ids := map[string]int32{"": 0}
	var key []byte
	for class, entries := range applied {
		key = key[:0]
		byName := false
		for _, e := range entries {
			key = binary.LittleEndian.AppendUint32(key, uint32(e))
			byName = byName || d == model.Ingress && hasNames(rules[e/2])
		}
		if byName {
			// The subject is the destination, so names resolve on it (NP-31). Its
			// selectability matters beside its ports.
			key = append(key, 'n', byte(c.m.ground.selectable(class)))
			key = binary.LittleEndian.AppendUint32(key, uint32(c.m.ground.attr(class).ports))
		}
		id, ok := ids[string(key)]
		if !ok {
			id = int32(len(s.programs))
			ids[string(key)] = id
			s.programs = append(s.programs, c.compute(c.program(class, entries, rules)))
		}
		s.programOf[class] = id
	}
	s.rows = c.rows
	return s
}

// reachesBeyond reports whether a policy's isolation in the other direction
// matters in direction d (CNP-11).
func (c *compiler) reachesBeyond(p *model.Policy, d model.Direction) bool {
	return p.Isolates[model.Directions-1-d] && c.m.switches.BaselinePerDirection != model.Yes
}

// program assembles the rules that apply to a class.
func (c *compiler) program(class int, entries []int32, rules [][]rule) program {
	var p program
	d := c.d
	for _, e := range entries {
		policy := &c.m.cluster.Policies[e/2]
		tier := c.tierOf[e/2]
		if n := len(p.tiers); n == 0 || p.tiers[n-1].tier != tier {
			p.tiers = append(p.tiers, progTier{tier: tier})
		}
		t := &p.tiers[len(p.tiers)-1]
		pp := progPolicy{policy: e / 2, subject: FullMatch}
		if e%2 == 1 {
			pp.subject = MaybeMatch
		}
		for _, r := range rules[e/2] {
			pp.fragments = append(pp.fragments, c.forSubject(r, class)...)
		}
		for i := range pp.fragments {
			pp.fragments[i].open = pp.subject == MaybeMatch
		}
		if policy.Isolates[d] {
			t.isolates = max(t.isolates, pp.subject)
			p.isolated = max(p.isolated, pp.subject)
		}
		p.concerned = p.concerned || policy.Isolates[d] || len(rules[e/2]) > 0
		if c.reachesBeyond(policy, d) {
			t.beyond = max(t.beyond, pp.subject)
		}
		if policy.Unordered {
			t.unordered = append(t.unordered, pp)
			continue
		}
		if n := len(t.groups); n > 0 && c.tied(t.groups[n-1][0].policy, e/2) {
			t.groups[n-1] = append(t.groups[n-1], pp)
		} else {
			t.groups = append(t.groups, []progPolicy{pp})
		}
	}
	p.addsUp = len(p.tiers) == 1 && p.tiers[0].isolates == FullMatch && c.m.cluster.Tiers[p.tiers[0].tier].OwnNodeEgress
	for f := range p.fragments() {
		p.addsUp = p.addsUp && f.action == model.Allow
	}
	return p
}

// forSubject returns a rule's fragments for subjects of one class.
func (c *compiler) forSubject(r rule, class int) []fragment {
	out := slices.Clone(r.fragments)
	for _, name := range r.names {
		numbers := c.m.ground.resolves(class, name)
		for _, n := range sortedNumbers(numbers) {
			f := fragment{rule: r.index, action: r.action, peers: r.peers, atoms: []atomRange{c.atoms(n.protocol, n.port, n.port)}}
			if numbers[n] == MaybeMatch {
				f.peers.certain = nil
			}
			out = append(out, f)
		}
	}
	return out
}

func sortedNumbers(m map[portNumber]Match) []portNumber {
	out := make([]portNumber, 0, len(m))
	for n := range m {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b portNumber) int {
		return cmp.Or(cmp.Compare(a.protocol, b.protocol), cmp.Compare(a.port, b.port))
	})
	return out
}

// compute fills in the rows of a program. Between two edges of its rules' ports
// nothing changes, and atoms at which the same rules are active share the work.
func (c *compiler) compute(p program) program {
	var withPorts []*fragment
	edges := []int32{0}
	for f := range p.fragments() {
		if f.atoms != nil {
			withPorts = append(withPorts, f)
		}
		for _, r := range f.atoms {
			edges = append(edges, r.lo, r.hi)
		}
	}
	if c.m.switches.SCTP != model.Yes {
		edges = append(edges, int32(c.m.u.ports.Of(model.SCTP, model.MinPort)))
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	memo := map[string]bounds{}
	active := make([]byte, (len(withPorts)+7)/8+1) // the last byte tells SCTP apart
	for _, edge := range edges {
		if int(edge) == c.m.u.ports.Len() {
			break
		}
		clear(active)
		for i, f := range withPorts {
			if f.covers(int(edge)) {
				active[i/8] |= 1 << (i % 8)
			}
		}
		active[len(active)-1] = 0
		if c.m.u.isSCTP(int(edge)) {
			active[len(active)-1] = 1
		}
		row, ok := memo[string(active)]
		if !ok {
			e := evaluation[*bitset.Set]{
				algebra: c.algebra, tiers: c.m.cluster.Tiers, switches: &c.m.switches,
				atom: int(edge), sctp: c.m.u.isSCTP(int(edge)),
			}
			v := e.program(&p)
			row.lo = c.intern(v.lo)
			row.hi = row.lo
			if v.hi != v.lo {
				row.hi = c.intern(v.hi)
			}
			memo[string(active)] = row
		}
		if n := len(p.rows); n > 0 && p.rows[n-1] == row {
			continue
		}
		p.starts = append(p.starts, edge)
		p.rows = append(p.rows, row)
	}
	return p
}

// intern returns the ID of a row with the members of s.
func (c *compiler) intern(s *bitset.Set) rowID {
	h := s.Hash()
	for _, id := range c.rowIDs[h] {
		if c.rows[id].Equal(s) {
			return id
		}
	}
	id := rowID(len(c.rows))
	c.rows = append(c.rows, s)
	c.rowIDs[h] = append(c.rowIDs[h], id)
	return id
}
