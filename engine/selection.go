package engine

import (
	"slices"
	"strings"

	"netreach/engine/internal/bitset"
	"netreach/engine/internal/postings"
	"netreach/model"
	"netreach/model/selector"
)

// selection is a set of classes under two bounds: certain holds those that are
// in it, possible those that may be. They are one and the same set unless
// something is open.
type selection struct{ certain, possible *bitset.Set }

func exactly(s *bitset.Set) selection { return selection{s, s} }

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

	everyone selection
	byAddr   map[int32][]int // attr.addr -> classes
	late     []int           // classes with late labels, ascending
}

// selections evaluates the peers and subjects of policies over classes, each
// distinct one once. It belongs to one goroutine.
type selections struct {
	*ground
	byPods  map[string]selection
	byBlock map[blockUse]selection
	byNodes map[string]selection
	names   map[portName]map[portNumber]selection
	build   bitset.Builder
	key     []byte // scratch
}

func newSelections(g *ground) *selections {
	return &selections{
		ground: g, byPods: map[string]selection{}, byBlock: map[blockUse]selection{}, byNodes: map[string]selection{},
		names: map[portName]map[portNumber]selection{},
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
	g := &ground{u: u, ci: ci, switches: switches, byAddr: map[int32][]int{}, nsOf: map[int32]int32{}, everyone: exactly(bitset.Range(0, u.classes))}
	labels := make([]selector.Labels, u.classes)
	nodeLabels := make([]selector.Labels, u.classes)
	for class := range u.classes {
		a := g.attr(class)
		labels[class] = u.labelSets[a.labels]
		nodeLabels[class] = u.labelSets[a.node]
		if a.late != 0 {
			g.late = append(g.late, class)
		}
		if a.kind != attrAbsent {
			g.byAddr[a.addr] = append(g.byAddr[a.addr], class)
		}
	}
	g.index, g.nodes = postings.New(labels), postings.New(nodeLabels)
	var nsLabels []selector.Labels
	for _, ns := range u.clusters[ci].Namespaces {
		w, ok := u.windows[ns.Name]
		if !ok {
			continue
		}
		for class := w.lo; class < w.hi; class++ {
			if a := g.attr(class); a.kind != attrAbsent {
				g.nsOf[a.namespace] = int32(len(g.namespaces))
				break
			}
		}
		g.namespaces = append(g.namespaces, ns)
		g.nsWindows = append(g.nsWindows, w)
		nsLabels = append(nsLabels, ns.Labels)
	}
	g.nsIndex = postings.New(nsLabels)
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

// gather makes a selection of the classes that walk yields.
func (s *selections) gather(walk func(yield func(class int, m Match))) selection {
	var maybe []int
	walk(func(class int, m Match) {
		switch m {
		case FullMatch:
			s.build.Add(class)
		case MaybeMatch:
			maybe = append(maybe, class)
		case NoMatch:
		}
	})
	certain := s.build.Set()
	if len(maybe) == 0 {
		return exactly(certain)
	}
	s.build.AddSet(certain)
	for _, class := range maybe {
		s.build.Add(class)
	}
	return selection{certain, s.build.Set()}
}

// pods returns the classes of a set of pods (NP-9, NP-22 to NP-24).
func (s *selections) pods(set *model.PodSet) selection {
	key := append(s.key[:0], set.Namespace...)
	key = appendSelector(append(key, 0), set.Namespaces)
	key = appendSelector(append(key, 0), set.Pods)
	s.key = key
	if sel, ok := s.byPods[string(key)]; ok {
		return sel
	}
	lo, hi := 0, len(s.namespaces)
	if set.Namespace != "" {
		var found bool
		lo, found = slices.BinarySearchFunc(s.namespaces, set.Namespace, func(ns model.Namespace, name string) int {
			return strings.Compare(ns.Name, name)
		})
		if hi = lo; found {
			hi++
		}
	}
	sel := s.gather(func(yield func(int, Match)) {
		for ns := range s.nsIndex.Select(set.Namespaces, lo, hi) {
			w := s.nsWindows[ns]
			for class := range s.index.Select(set.Pods, w.lo, w.hi) {
				if s.attr(class).late == 0 {
					yield(class, s.selectable(class))
				}
			}
			from, _ := slices.BinarySearch(s.late, w.lo)
			for _, class := range s.late[from:] {
				if class >= w.hi {
					break
				}
				yield(class, min(s.selectable(class), s.matchesLabels(set.Pods, s.attr(class))))
			}
		}
	})
	s.byPods[string(key)] = sel
	return sel
}

// appendSelector appends a key for a selector: selectors with equal keys match
// the same labels.
func appendSelector(key []byte, s selector.Selector) []byte {
	for _, r := range s.Requirements {
		key = append(append(key, byte(r.Op)+1), r.Key...)
		for _, v := range r.Values {
			key = append(append(key, '='), v...)
		}
		key = append(key, ',')
	}
	return key
}

// peer returns the classes that one alternative of a rule's peers matches.
func (s *selections) peer(p *model.Peer) selection {
	switch p.Kind {
	case model.PeerAny:
		return s.everyone
	case model.PeerPods:
		return s.pods(&p.Pods)
	case model.PeerBlock:
		return s.block(p)
	case model.PeerNodes:
		return s.nodesWith(p.Nodes)
	case model.PeerNames:
		// Which addresses are behind a name is not known offline (ANP-16).
		return selection{nil, bitset.Range(s.u.outside, s.u.classes)}
	case model.PeerClosed:
	}
	return selection{}
}

// peers returns the union of a rule's peers (NP-21, NP-25).
func (s *selections) peers(ps []model.Peer) selection {
	if len(ps) == 1 {
		return s.peer(&ps[0])
	}
	all := make([]selection, len(ps))
	open := false
	for i := range ps {
		all[i] = s.peer(&ps[i])
		open = open || all[i].certain != all[i].possible
	}
	for _, sel := range all {
		s.build.AddSet(sel.certain)
	}
	set := s.build.Set()
	if !open {
		return exactly(set)
	}
	for _, sel := range all {
		s.build.AddSet(sel.possible)
	}
	return selection{set, s.build.Set()}
}

// blockUse is a block, and whether it matches pods and nodes in any case.
type blockUse struct {
	block    int
	everyone bool
}

// block returns the classes whose address lies in a block (NP-35, NP-36,
// NP-41).
func (s *selections) block(p *model.Peer) selection {
	id := s.u.blockIDs[blockKey(&p.Block)]
	use := blockUse{id, p.Everyone}
	if sel, ok := s.byBlock[use]; ok {
		return sel
	}
	sel := s.gather(func(yield func(int, Match)) {
		for _, addr := range s.u.addrs.Block(id) {
			for _, class := range s.byAddr[addr] {
				yield(class, s.blockSees(p, class, FullMatch))
			}
		}
		for where := range spaces {
			for _, fam := range []family{famAny, fam4, fam6} {
				classes := s.byAddr[floatCode(where, fam)]
				if len(classes) == 0 {
					continue
				}
				m := s.u.floating.match(p.Block, where, fam)
				for _, class := range classes {
					yield(class, s.blockSees(p, class, m))
				}
			}
		}
	})
	s.byBlock[use] = sel
	return sel
}

// blockSees narrows a match of an address by the switches.
func (s *ground) blockSees(p *model.Peer, class int, m Match) Match {
	answer := model.Yes
	switch a := s.attr(class); {
	case p.Everyone:
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
	found := s.gather(func(yield func(int, Match)) {
		for class := range s.nodes.Select(sel, 0, s.u.classes) {
			if a := s.attr(class); a.kind == attrNode || a.onNode {
				yield(class, FullMatch)
			}
		}
	})
	s.byNodes[key] = found
	return found
}
