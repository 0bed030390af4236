package engine

import (
	"cmp"
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
	nodeOf   []int32                 // by peer: its node's index in cluster.Nodes, or -1
	byName   func() map[string][]int // "ns/name" -> workloads
	// What only questions about single flows need is made when one is asked.
	strays [model.Directions]func() *strays
	places func() []place // by peer
	// shapes are those that pods of the cluster have, ascending.
	shapes func() []shapeWeight
}

// side is one direction of a matrix.
type side struct {
	*composer
	sets      *bitset.Sets
	programs  []program
	programOf []int32 // by class; program 0 lets everybody through
	// The runs of all programs, one after the other, and by class those of its
	// program: a query finds its row without a look at the program.
	starts []int32
	rows   []bounds
	runsOf []span
}

// span is the runs lo to hi-1 of a side.
type span struct{ lo, hi int32 }

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
	m.shapes = sync.OnceValue(m.weighShapes)
	m.byName = sync.OnceValue(m.nameWorkloads)
	for d := range model.Directions {
		m.strays[d] = sync.OnceValue(func() *strays { return newStrays(m.cluster, d) })
	}
	policies, err := m.orderPolicies()
	if err != nil {
		return nil, err
	}
	// The directions share nothing, so each has a goroutine.
	var wait sync.WaitGroup
	for d := range model.Directions {
		wait.Go(func() { m.dirs[d] = newCompiler(m, policies, d).compile() })
	}
	m.placeOnNodes()
	wait.Wait()
	return m, nil
}

// blinder reports whether a universe made with one answer tells fewer addresses
// apart than another answer needs.
func blinder(made, needed model.Answer) bool { return made == model.No && needed != model.No }

// orderPolicies returns the policies in the order of evaluation, by tier and
// Order, as indices into Cluster.Policies.
func (m *Matrix) orderPolicies() ([]int32, error) {
	policies := m.u.digests[m.ci].policies
	if m.switches.NotEnforced {
		policies = nil
	}
	out := make([]int32, len(policies))
	for i := range policies {
		if policies[i].tier < 0 {
			p := &m.cluster.Policies[i]
			return nil, fmt.Errorf("%s is of tier %q, which the cluster does not have", p.Origin.Object(), p.Tier)
		}
		out[i] = int32(i)
	}
	compare := func(a, b int32) int {
		x, y := &policies[a], &policies[b]
		return cmp.Or(cmp.Compare(x.tier, y.tier), cmp.Compare(x.order, y.order), m.nameOrder(a, b))
	}
	if !slices.IsSortedFunc(out, compare) {
		slices.SortStableFunc(out, compare)
	}
	return out, nil
}

// nameOrder orders two policies by name where ties are broken so.
func (m *Matrix) nameOrder(a, b int32) int {
	if m.switches.PriorityTies != model.TiesByName {
		return 0
	}
	x, y := m.cluster.Policies[a].Origin, m.cluster.Policies[b].Origin
	return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.Namespace, y.Namespace), strings.Compare(x.Kind, y.Kind))
}

// compiler makes the programs and rows of one direction.
type compiler struct {
	*composer
	sel     *selections
	sets    *bitset.Sets
	algebra sets
	side    *side

	keptRules     slab[rule]
	keptFragments slab[fragment]
	keptRanges    slab[atomRange]
	// scratch
	ruleList     []rule
	fragmentList []fragment
	rangeList    []atomRange
	sweep        sweep
}

func newCompiler(m *Matrix, policies []int32, d model.Direction) *compiler {
	all := bitset.New(m.u.classes, m.u.flips)
	return &compiler{
		composer: &composer{m: m, digest: m.u.digests[m.ci], policies: policies, d: d, rules: make([][]rule, len(m.cluster.Policies))},
		sel:      newSelections(m.ground, all), sets: all, algebra: sets{all},
	}
}

// side compiles one direction: the policies that apply to each class, one
// program for each distinct list of them, and the rows of each program.
func (c *compiler) compile() side {
	u := c.m.u
	s := side{composer: c.composer, sets: c.sets, programOf: make([]int32, u.classes), runsOf: make([]span, u.classes)}
	s.programs = make([]program, 0, u.classes/2+1)
	s.starts, s.rows = make([]int32, 0, 2*u.classes), make([]bounds, 0, 2*u.classes)
	c.side = &s
	lists, firsts := c.apply()
	c.add(nil, 0)
	ids := map[string]int32{"": 0}
	var key []byte
	for class := range u.classes {
		entries := lists[firsts[class]:firsts[class+1]]
		key = c.key(key[:0], class, entries)
		id, ok := ids[string(key)]
		if !ok {
			id = int32(len(s.programs))
			ids[string(key)] = id
			c.add(entries, class)
		}
		s.programOf[class] = id
	}
	c.cutRuns()
	return s
}

// apply compiles the rules of all policies, and returns by class the policies
// that apply to it: policy*2, and +1 where it is open whether they do. Those of
// a class are lists[firsts[class]:firsts[class+1]], in the order of evaluation.
func (c *compiler) apply() (lists, firsts []int32) {
	subjects := make([]selection, len(c.policies))
	firsts = make([]int32, c.m.u.classes+2)
	for i, p := range c.policies {
		policy := &c.digest.policies[p]
		c.rules[p] = c.compileRules(policy)
		if len(c.rules[p]) == 0 && !policy.isolates[c.d] && !c.reachesBeyond(policy) {
			continue
		}
		subjects[i] = c.sel.pods(policy.subject)
		for class := range c.sets.Each(subjects[i].possible, 0) {
			firsts[class+2]++
		}
	}
	for i := 2; i < len(firsts); i++ {
		firsts[i] += firsts[i-1]
	}
	lists = make([]int32, firsts[len(firsts)-1])
	for i, p := range c.policies {
		subject := subjects[i]
		for class := range c.sets.Each(subject.possible, 0) {
			entry := p * 2
			if subject.open() && !c.sets.Has(subject.certain, class) {
				entry++
			}
			lists[firsts[class+1]] = entry
			firsts[class+1]++
		}
	}
	return lists, firsts
}

// add appends the program of the classes to which the given policies apply; one
// of them is class.
func (c *compiler) add(entries []int32, class int) {
	p := program{class: int32(class), entries: entries}
	first := len(c.side.starts)
	if !c.addUp(&p) {
		c.compute(&p)
	}
	p.first, p.runs = int32(first), int32(len(c.side.starts)-first)
	c.side.programs = append(c.side.programs, p)
}

// addRun appends a run to the program at hand, which begins with run first,
// unless its row is that of the run before.
func (c *compiler) addRun(first int, start int32, row bounds) {
	s := c.side
	if n := len(s.rows); n > first && s.rows[n-1] == row {
		return
	}
	s.starts = append(s.starts, start)
	s.rows = append(s.rows, row)
}

// cutRuns gives every program and every class its runs.
func (c *compiler) cutRuns() {
	s := c.side
	for i := range s.programs {
		p := &s.programs[i]
		lo, hi := p.first, p.first+p.runs
		p.starts, p.rows = s.starts[lo:hi:hi], s.rows[lo:hi:hi]
	}
	for class, id := range s.programOf {
		p := &s.programs[id]
		s.runsOf[class] = span{p.first, p.first + p.runs}
	}
}

// distinctRows returns the rows of a side, each once, ascending.
func (s *side) distinctRows() []rowID {
	out := make([]rowID, 0, len(s.rows))
	for _, b := range s.rows {
		out = append(out, b.lo)
		if b.hi != b.lo {
			out = append(out, b.hi)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// compute makes the runs of any program. Between two edges of its rules' ports
// nothing changes, and atoms at which the same rules are active share the work.
func (c *compiler) compute(p *program) {
	tiers := c.tiers(p)
	c.describe(p, tiers)
	var withPorts []*fragment
	edges := []int32{0}
	for f := range fragments(tiers) {
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
	first := len(c.side.starts)
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
		if c.m.u.isSCTP(int(edge)) {
			active[len(active)-1] = 1
		}
		row, ok := memo[string(active)]
		if !ok {
			e := evaluation[rowID]{
				algebra: c.algebra, tiers: c.m.cluster.Tiers, switches: &c.m.switches,
				atom: int(edge), sctp: c.m.u.isSCTP(int(edge)),
			}
			v := e.program(tiers, p.concerned)
			row = bounds(v)
			memo[string(active)] = row
		}
		c.addRun(first, edge, row)
	}
}
