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
	everyone bool                // some block matches pods and nodes whatever the switches say
	blockIDs map[prefixKey]int32 // index into blocks
	cuts     atoms.PortCuts
}

func newUses() *uses {
	return &uses{podKeys: map[string]bool{}, nodeKeys: map[string]bool{}, names: map[string]bool{}, blockIDs: map[prefixKey]int32{}}
}

// block returns the number of a block.
func (u *uses) block(b *model.Block) int32 {
	key := blockKey(b)
	id, ok := u.blockIDs[key]
	if !ok {
		id = int32(len(u.blocks))
		u.blockIDs[key] = id
		u.blocks = append(u.blocks, *b)
	}
	return id
}

func (u *uses) port(m *model.PortMatch) {
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

// join adds what is used elsewhere, and returns the numbers of the blocks there.
func (u *uses) join(o *uses) []int32 {
	for key := range o.podKeys {
		u.podKeys[key] = true
	}
	for key := range o.nodeKeys {
		u.nodeKeys[key] = true
	}
	for name := range o.names {
		u.names[name] = true
	}
	u.everyone = u.everyone || o.everyone
	u.cuts.Join(&o.cuts)
	ids := make([]int32, len(o.blocks))
	for i := range o.blocks {
		ids[i] = u.block(&o.blocks[i])
	}
	return ids
}

// podPorts adds the numbers of named ports: each number that one has somewhere
// is a port that rules can tell apart.
func (u *uses) podPorts(c *model.Cluster) {
	if len(u.names) == 0 {
		return
	}
	for i := range c.Pods {
		for k := range c.Pods[i].Ports {
			if p := &c.Pods[i].Ports[k]; p.Name != "" && p.Port != 0 && u.names[p.Name] {
				u.cuts.Add(p.Protocol, p.Port, p.Port)
			}
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
