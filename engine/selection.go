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

// selections evaluates the peers and subjects of one cluster's policies over
// classes, each distinct one once.
type selections struct {
	u     *Universe
	ci    int
	index *postings.Index
	nodes *postings.Index // by the labels of nodes, at the classes of nodes and hostNetwork pods
	// namespaces of the cluster that have a window, with their labels
	namespaces []model.Namespace
	nsWindows  []window
	nsIndex    *postings.Index

	everyone selection
	byPods   map[string]selection
	byBlock  map[int]selection
	byNodes  map[string]selection
	names    map[portName]map[portNumber]selection
	byAddr   map[int32][]int // attr.addr -> classes
	build    bitset.Builder
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

func newSelections(u *Universe, ci int) *selections {
	s := &selections{
		u: u, ci: ci, byPods: map[string]selection{}, byBlock: map[int]selection{}, byNodes: map[string]selection{},
		names: map[portName]map[portNumber]selection{}, byAddr: map[int32][]int{},
	}
	labels := make([]selector.Labels, u.classes)
	nodeLabels := make([]selector.Labels, u.classes)
	for class := range u.classes {
		a := s.attr(class)
		labels[class] = u.labelSets[a.labels]
		nodeLabels[class] = u.labelSets[a.node]
		if a.kind != attrAbsent {
			s.byAddr[a.addr] = append(s.byAddr[a.addr], class)
		}
	}
	s.index, s.nodes = postings.New(labels), postings.New(nodeLabels)
	var nsLabels []selector.Labels
	for _, ns := range u.clusters[ci].Namespaces {
		if w, ok := u.windows[ns.Name]; ok {
			s.namespaces = append(s.namespaces, ns)
			s.nsWindows = append(s.nsWindows, w)
			nsLabels = append(nsLabels, ns.Labels)
		}
	}
	s.nsIndex = postings.New(nsLabels)
	s.everyone = exactly(bitset.Range(0, u.classes))
	return s
}

func (s *selections) attr(class int) *attr { return &s.u.attrs[s.u.classAttr[s.ci][class]] }

// selectable reports whether label selectors may select a class: pods do, and
// hostNetwork pods as the switch says (NP-39, NP-40).
func (s *selections) selectable(class int) Match {
	a := s.attr(class)
	switch {
	case a.kind != attrPod:
		return NoMatch
	case !a.hostNetwork:
		return FullMatch
	}
	switch s.u.opts.Switches.HostNetworkPods {
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
func (s *selections) pods(set model.PodSet) selection {
	namespaces, pods := set.Namespaces.Canonical(), set.Pods.Canonical()
	key := set.Namespace + "\x00" + namespaces.String() + "\x00" + pods.String()
	if sel, ok := s.byPods[key]; ok {
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
		for ns := range s.nsIndex.Select(namespaces, lo, hi) {
			w := s.nsWindows[ns]
			for class := range s.index.Select(pods, w.lo, w.hi) {
				yield(class, s.selectable(class))
			}
		}
	})
	s.byPods[key] = sel
	return sel
}

// peer returns the classes that one alternative of a rule's peers matches.
func (s *selections) peer(p *model.Peer) selection {
	switch p.Kind {
	case model.PeerAny:
		return s.everyone
	case model.PeerPods:
		return s.pods(p.Pods)
	case model.PeerBlock:
		return s.block(p.Block)
	case model.PeerNodes:
		return s.nodesWith(p.Nodes.Canonical())
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
	var certain, possible bitset.Builder
	open := false
	for i := range ps {
		sel := s.peer(&ps[i])
		certain.AddSet(sel.certain)
		possible.AddSet(sel.possible)
		open = open || sel.certain != sel.possible
	}
	set := certain.Set()
	if !open {
		return exactly(set)
	}
	return selection{set, possible.Set()}
}

// block returns the classes whose address lies in a block (NP-35, NP-36,
// NP-41).
func (s *selections) block(b model.Block) selection {
	id := s.u.blockIDs[b.String()]
	if sel, ok := s.byBlock[id]; ok {
		return sel
	}
	sel := s.gather(func(yield func(int, Match)) {
		for _, addr := range s.u.addrs.Block(id) {
			for _, class := range s.byAddr[addr] {
				yield(class, s.blockSees(class, FullMatch))
			}
		}
		for where := range spaces {
			for _, fam := range []family{famAny, fam4, fam6} {
				classes := s.byAddr[floatCode(where, fam)]
				if len(classes) == 0 {
					continue
				}
				m := s.u.floating.match(b, where, fam)
				for _, class := range classes {
					yield(class, s.blockSees(class, m))
				}
			}
		}
	})
	s.byBlock[id] = sel
	return sel
}

// blockSees narrows a match of an address by the switches.
func (s *selections) blockSees(class int, m Match) Match {
	answer := model.Yes
	switch a := s.attr(class); {
	case a.kind == attrPod && !a.hostNetwork:
		answer = s.u.opts.Switches.BlocksMatchPods
	case a.kind == attrPod || a.kind == attrNode:
		answer = s.u.opts.Switches.BlocksMatchNodes
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
	key := sel.String()
	if found, ok := s.byNodes[key]; ok {
		return found
	}
	found := s.gather(func(yield func(int, Match)) {
		for class := range s.nodes.Select(sel, 0, s.u.classes) {
			if a := s.attr(class); a.kind == attrNode || a.kind == attrPod && a.hostNetwork && a.onNode {
				yield(class, FullMatch)
			}
		}
	})
	s.byNodes[key] = found
	return found
}

// resolves returns what a named port is on the pods of a class: nothing, or
// numbers with FullMatch or MaybeMatch (NP-31).
func (s *selections) resolves(class int, name portName) map[portNumber]Match {
	a := s.attr(class)
	if a.kind != attrPod {
		return nil
	}
	return resolvePorts(s.u.portSets[a.ports], name, s.u.opts.Switches.NamedPortSidecars, s.selectable(class))
}

// resolvePorts returns the numbers that name has among ports. A pod that
// selectors may not select has at best the match that it is selected with.
func resolvePorts(ports []model.ContainerPort, name portName, sidecars model.Answer, selectable Match) map[portNumber]Match {
	var out map[portNumber]Match
	for _, p := range ports {
		if p.Name != name.name || !name.anyProtocol && p.Protocol != name.protocol {
			continue
		}
		m := selectable
		if p.Sidecar {
			m = narrow(m, sidecars)
		}
		if m == NoMatch {
			continue
		}
		if out == nil {
			out = map[portNumber]Match{}
		}
		n := portNumber{p.Protocol, p.Port}
		out[n] = max(out[n], m)
	}
	return out
}

// named returns, for each number that a named port has on some pod, the classes
// that have it so.
func (s *selections) named(name portName) map[portNumber]selection {
	if found, ok := s.names[name]; ok {
		return found
	}
	certain, possible := map[portNumber]*bitset.Builder{}, map[portNumber]*bitset.Builder{}
	add := func(to map[portNumber]*bitset.Builder, n portNumber, class int) {
		if to[n] == nil {
			to[n] = &bitset.Builder{}
		}
		to[n].Add(class)
	}
	for class := range s.u.outside {
		for n, m := range s.resolves(class, name) {
			add(possible, n, class)
			if m == FullMatch {
				add(certain, n, class)
			}
		}
	}
	found := map[portNumber]selection{}
	for n, b := range possible {
		sel := exactly(b.Set())
		if c := certain[n]; c == nil {
			sel.certain = nil
		} else if set := c.Set(); !set.Equal(sel.possible) {
			sel.certain = set
		}
		found[n] = sel
	}
	s.names[name] = found
	return found
}
