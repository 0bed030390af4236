package engine

import (
	"slices"
	"strings"
	"sync"

	"netreach/engine/internal/bitset"
	"netreach/engine/internal/postings"
	"netreach/model"
	"netreach/model/selector"
)

// selection is a set of classes under two bounds: certain holds those that are
// in it, possible those that may be. They are one and the same set unless
// something is open.
type selection struct{ certain, possible bitset.ID }

func exactly(id bitset.ID) selection { return selection{id, id} }

// open reports whether it is open of some class whether it is selected.
func (s selection) open() bool { return s.certain != s.possible }

// ground is what selections are made from: the classes of one cluster, with
// indexes over their labels and addresses. It is read-only.
type ground struct {
	u        *Universe
	ci       int
	switches *model.Switches
	index    *postings.Index // by the labels of pods
	nodes    *postings.Index // by the labels of nodes, at the classes of nodes and hostNetwork pods
	// namespaces of the cluster that have pods, sorted by name, with the classes
	// of these and with an index over their labels
	namespaces []model.Namespace
	nsWindows  []window
	nsIndex    *postings.Index
	nsOf       map[int32]int32 // attr.namespace -> index into namespaces

	nsOfClass []int32 // by class: index into namespaces, or -1

	// atAddr holds by address class the pods and nodes there, and floating by
	// floatCode those whose address is not known.
	atAddr   [][]int32
	floating map[int32][]int32
	late     []int32 // classes with late labels, ascending
	selects  []Match // by class: see selectable
}

// selections evaluates the peers and subjects of policies over classes, each
// distinct one once. It belongs to one goroutine.
type selections struct {
	*ground
	sets         *bitset.Sets
	byPods       []podSelection // by number of the set of pods
	byNamespaces map[string][]int32
	byBlock      map[blockUse]selection
	byNodes      map[string]selection
	names        map[portName]map[portNumber]selection
	// scratch
	found          []int32
	certain, maybe []int32
	lo, hi         []bitset.ID
	one            [1]int32
}

func newSelections(g *ground, sets *bitset.Sets) *selections {
	return &selections{
		ground: g, sets: sets, byPods: make([]podSelection, len(g.u.digests[g.ci].sets)), byNamespaces: map[string][]int32{}, byBlock: map[blockUse]selection{},
		byNodes: map[string]selection{}, names: map[portName]map[portNumber]selection{},
	}
}

// portName is a named port to be resolved.
type portName struct {
	name        string
	protocol    model.Protocol
	anyProtocol bool
}

func nameOf(m model.PortMatch) portName {
	if m.AnyProtocol {
		return portName{name: m.Name, anyProtocol: true}
	}
	return portName{name: m.Name, protocol: m.Protocol}
}

// portNumber is what a named port resolves to.
type portNumber struct {
	protocol model.Protocol
	port     uint16
}

func newGround(u *Universe, ci int, switches *model.Switches) *ground {
	g := &ground{
		u: u, ci: ci, switches: switches, atAddr: make([][]int32, u.addrs.Len()), floating: map[int32][]int32{}, nsOf: map[int32]int32{},
		nsOfClass: make([]int32, u.classes), selects: make([]Match, u.classes),
	}
	labels := make([]selector.Labels, u.classes)
	nodeLabels := make([]selector.Labels, u.classes)
	for class := range u.classes {
		a := g.attr(class)
		labels[class] = u.labelSets[a.labels]
		nodeLabels[class] = u.labelSets[a.node]
		g.nsOfClass[class] = -1
		g.selects[class] = g.selectable(class)
		if a.late != 0 {
			g.late = append(g.late, int32(class))
		}
		switch {
		case a.kind == attrAbsent || a.kind == attrOutside:
		case a.addr < 0:
			g.floating[a.addr] = append(g.floating[a.addr], int32(class))
		default:
			g.atAddr[a.addr] = append(g.atAddr[a.addr], int32(class))
		}
	}
	var wait sync.WaitGroup
	wait.Go(func() { g.index = postings.New(labels) })
	wait.Go(func() { g.nodes = postings.New(nodeLabels) })
	var nsLabels []selector.Labels
	for _, ns := range u.clusters[ci].Namespaces {
		w, ok := u.windows[ns.Name]
		if !ok {
			continue
		}
		for class := w.lo; class < w.hi; class++ {
			if a := g.attr(class); a.kind != attrAbsent {
				g.nsOf[a.namespace] = int32(len(g.namespaces))
				g.nsOfClass[class] = int32(len(g.namespaces))
			}
		}
		g.namespaces = append(g.namespaces, ns)
		g.nsWindows = append(g.nsWindows, w)
		nsLabels = append(nsLabels, ns.Labels)
	}
	g.nsIndex = postings.New(nsLabels)
	wait.Wait()
	return g
}

func (s *ground) attr(class int) *attr { return &s.u.attrs[s.u.classAttr[s.ci][class]] }

// selectable reports whether label selectors may select a class: pods do, and
// hostNetwork pods as the switch says (NP-39, NP-40).
func (s *ground) selectable(class int) Match {
	a := s.attr(class)
	switch {
	case a.kind != attrPod:
		return NoMatch
	case !a.hostNetwork:
		return FullMatch
	}
	switch s.switches.HostNetworkPods {
	case model.HostNetworkAsPod:
		return FullMatch
	case model.HostNetworkOpen:
		return MaybeMatch
	case model.HostNetworkAsNode:
	}
	return NoMatch
}

// add notes a class for the selection at hand.
func (s *selections) add(class int32, m Match) {
	switch m {
	case FullMatch:
		s.certain = append(s.certain, class)
	case MaybeMatch:
		s.maybe = append(s.maybe, class)
	case NoMatch:
	}
}

// gathered returns the selection of the classes noted since it was last asked.
func (s *selections) gathered() selection {
	sel := exactly(s.sets.Of(s.certain))
	if len(s.maybe) > 0 {
		sel.possible = s.sets.Of(append(s.certain, s.maybe...))
	}
	s.certain, s.maybe = s.certain[:0], s.maybe[:0]
	return sel
}

// podSelection is the selection of a set of pods, once it is known.
type podSelection struct {
	selection
	known bool
}

// pods returns the classes of a set of pods, by number (NP-9, NP-22 to NP-24).
func (s *selections) pods(id int32) selection {
	known := &s.byPods[id]
	if !known.known {
		*known = podSelection{s.podsIn(s.u.digests[s.ci].sets[id]), true}
	}
	return known.selection
}

func (s *selections) podsIn(set *model.PodSet) selection {
	namespaces := s.namespacesOf(set)
	total := 0
	for _, ns := range namespaces {
		total += s.nsWindows[ns].hi - s.nsWindows[ns].lo
	}
	switch all := s.u.podClasses; {
	case set.Pods.Everything():
		for _, ns := range namespaces {
			for class := s.nsWindows[ns].lo; class < s.nsWindows[ns].hi; class++ {
				s.add(int32(class), s.selects[class])
			}
		}
	case len(namespaces) > 1 && s.index.Cost(set.Pods, 0, all) < total:
		// Few pods have the labels: look which of them are in the namespaces.
		s.found = s.index.Append(s.found[:0], set.Pods, 0, all)
		for _, class := range s.found {
			if _, in := slices.BinarySearch(namespaces, s.nsOfClass[class]); in && s.attr(int(class)).late == 0 {
				s.add(class, s.selects[class])
			}
		}
		s.addLate(set, namespaces)
	default:
		for _, ns := range namespaces {
			w := s.nsWindows[ns]
			s.found = s.index.Append(s.found[:0], set.Pods, w.lo, w.hi)
			for _, class := range s.found {
				if len(s.late) == 0 || s.attr(int(class)).late == 0 {
					s.add(class, s.selects[class])
				}
			}
		}
		s.addLate(set, namespaces)
	}
	return s.gathered()
}

// addLate notes the pods with late labels in some namespaces that a set may
// select.
func (s *selections) addLate(set *model.PodSet, namespaces []int32) {
	for _, class := range s.late {
		if _, in := slices.BinarySearch(namespaces, s.nsOfClass[class]); in {
			s.add(class, min(s.selects[class], s.matchesLabels(set.Pods, s.attr(int(class)))))
		}
	}
}

// namespacesOf returns the namespaces of a set of pods, as ascending indices
// into namespaces.
func (s *selections) namespacesOf(set *model.PodSet) []int32 {
	if set.Namespace != "" {
		// Policies are sorted by namespace: it is mostly that of the set before.
		if len(s.namespaces) > 0 && s.namespaces[s.one[0]].Name == set.Namespace && set.Namespaces.Everything() {
			return s.one[:]
		}
		at, ok := slices.BinarySearchFunc(s.namespaces, set.Namespace, func(ns model.Namespace, name string) int {
			return strings.Compare(ns.Name, name)
		})
		if !ok || !set.Namespaces.Matches(s.namespaces[at].Labels) {
			return nil
		}
		s.one[0] = int32(at)
		return s.one[:]
	}
	key := string(appendSelector(nil, set.Namespaces))
	found, ok := s.byNamespaces[key]
	if !ok {
		found = s.nsIndex.Append(nil, set.Namespaces, 0, len(s.namespaces))
		s.byNamespaces[key] = found
	}
	return found
}

// peer returns the classes that one alternative of a rule's peers matches.
func (s *selections) peer(p peerDigest) selection {
	switch p.kind {
	case model.PeerAny:
		return exactly(bitset.All)
	case model.PeerPods:
		return s.pods(p.id)
	case model.PeerBlock:
		return s.block(blockUse{p.id, p.everyone})
	case model.PeerNodes:
		return s.nodesWith(s.u.digests[s.ci].nodes[p.id])
	case model.PeerNames:
		// Which addresses are behind a name is not known offline (ANP-16).
		return selection{bitset.None, s.sets.Range(s.u.outside, s.u.classes)}
	case model.PeerClosed:
	}
	return selection{}
}

// peers returns the union of a rule's peers (NP-21, NP-25).
func (s *selections) peers(ps []peerDigest) selection {
	if len(ps) == 1 {
		return s.peer(ps[0])
	}
	s.lo, s.hi = s.lo[:0], s.hi[:0]
	open := false
	for i := range ps {
		sel := s.peer(ps[i])
		s.lo, s.hi = append(s.lo, sel.certain), append(s.hi, sel.possible)
		open = open || sel.open()
	}
	sel := exactly(s.sets.Union(s.lo))
	if open {
		sel.possible = s.sets.Union(s.hi)
	}
	return sel
}

// blockUse is a block, and whether it matches pods and nodes in any case.
type blockUse struct {
	block    int32
	everyone bool
}

// block returns the classes whose address lies in a block (NP-35, NP-36,
// NP-41).
func (s *selections) block(use blockUse) selection {
	if sel, ok := s.byBlock[use]; ok {
		return sel
	}
	for _, addr := range s.u.addrs.Block(int(use.block)) {
		for _, class := range s.atAddr[addr] {
			s.add(class, s.blockSees(use.everyone, int(class), FullMatch))
		}
	}
	for where := range spaces {
		for _, fam := range []family{famAny, fam4, fam6} {
			classes := s.floating[floatCode(where, fam)]
			if len(classes) == 0 {
				continue
			}
			m := s.u.floating.match(s.u.blocks[use.block], where, fam)
			for _, class := range classes {
				s.add(class, s.blockSees(use.everyone, int(class), m))
			}
		}
	}
	slices.Sort(s.certain)
	// Each class of addresses outside is a class of its own, in their order, and
	// behind all others.
	for _, addr := range s.u.addrs.Block(int(use.block)) {
		s.certain = append(s.certain, int32(s.u.outside)+addr)
	}
	sel := s.gathered()
	s.byBlock[use] = sel
	return sel
}

// blockSees narrows a match of an address by the switches.
func (s *ground) blockSees(everyone bool, class int, m Match) Match {
	answer := model.Yes
	switch a := s.attr(class); {
	case everyone:
	case a.kind == attrPod && !a.hostNetwork:
		answer = s.switches.BlocksMatchPods
	case a.kind == attrPod || a.kind == attrNode:
		answer = s.switches.BlocksMatchNodes
	}
	return narrow(m, answer)
}

// narrow returns m where a switch says yes, NoMatch where it says no, and at
// most MaybeMatch where it is open.
func narrow(m Match, answer model.Answer) Match {
	switch answer {
	case model.No:
		return NoMatch
	case model.Open:
		return min(m, MaybeMatch)
	case model.Yes:
	}
	return m
}

// nodesWith returns the nodes that a selector matches, and the hostNetwork pods
// on them (ANP-14).
func (s *selections) nodesWith(sel selector.Selector) selection {
	key := string(appendSelector(nil, sel))
	if found, ok := s.byNodes[key]; ok {
		return found
	}
	s.found = s.nodes.Append(s.found[:0], sel, 0, s.u.classes)
	for _, class := range s.found {
		if a := s.attr(int(class)); a.kind == attrNode || a.onNode {
			s.add(class, FullMatch)
		}
	}
	found := s.gathered()
	s.byNodes[key] = found
	return found
}
