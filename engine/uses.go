package engine

import (
	"maps"
	"net/netip"
	"slices"

	"netreach/engine/internal/atoms"
	"netreach/model"
	"netreach/model/selector"
)

// uses is what the policies of a universe can tell apart: everything else about
// a peer is of no account, and dropping it is what makes classes few.
type uses struct {
	podKeys  map[string]bool // label keys that a pod selector names
	nodeKeys map[string]bool // label keys that a node selector names
	names    map[string]bool // named ports
	blocks   []model.Block
	everyone bool              // some block matches pods and nodes whatever the switches say
	blockIDs map[prefixKey]int // index into blocks
	cuts     atoms.PortCuts
}

func collectUses(clusters []*model.Cluster) *uses {
	u := &uses{podKeys: map[string]bool{}, nodeKeys: map[string]bool{}, names: map[string]bool{}, blockIDs: map[prefixKey]int{}}
	for _, c := range clusters {
		for i := range c.Policies {
			p := &c.Policies[i]
			addKeys(u.podKeys, p.Subject.Pods)
			for j := range p.Rules {
				u.addRule(&p.Rules[j])
			}
		}
	}
	// A named port stands for numbers: each number that it has somewhere is a
	// port that rules can tell apart.
	for _, c := range clusters {
		for i := range c.Pods {
			for _, p := range c.Pods[i].Ports {
				if u.names[p.Name] && p.Port != 0 {
					u.cuts.Add(p.Protocol, p.Port, p.Port)
				}
			}
		}
	}
	return u
}

func (u *uses) addRule(r *model.Rule) {
	for i := range r.Peers {
		switch p := &r.Peers[i]; p.Kind {
		case model.PeerPods:
			addKeys(u.podKeys, p.Pods.Pods)
		case model.PeerNodes:
			addKeys(u.nodeKeys, p.Nodes)
		case model.PeerBlock:
			u.everyone = u.everyone || p.Everyone
			key := blockKey(&p.Block)
			if _, ok := u.blockIDs[key]; !ok {
				u.blockIDs[key] = len(u.blocks)
				u.blocks = append(u.blocks, p.Block)
			}
		case model.PeerAny, model.PeerNames, model.PeerClosed:
		}
	}
	for _, m := range r.Ports {
		switch m.Kind {
		case model.PortRange:
			u.cuts.Add(m.Protocol, m.First, m.Last)
			if m.EndPort {
				u.cuts.Add(m.Protocol, m.First, m.First)
			}
		case model.PortNamed:
			u.names[m.Name] = true
		case model.PortAny:
		}
	}
}

// prefixKey identifies a block.
type prefixKey struct {
	cidr    netip.Prefix
	excepts string
}

func blockKey(b *model.Block) prefixKey {
	k := prefixKey{cidr: b.CIDR}
	if len(b.Except) > 0 {
		k.excepts = b.String()
	}
	return k
}

func addKeys(keys map[string]bool, s selector.Selector) {
	for _, r := range s.Requirements {
		keys[r.Key] = true
	}
}

// project returns the labels of l whose keys are in keys.
func project(l model.Labels, keys map[string]bool) model.Labels {
	n := 0
	for _, e := range l {
		if keys[e.Key] {
			n++
		}
	}
	if n == len(l) {
		return l
	}
	out := make(model.Labels, 0, n)
	for _, e := range l {
		if keys[e.Key] {
			out = append(out, e)
		}
	}
	return out
}

// sortedKeys returns the keys of m in ascending order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
