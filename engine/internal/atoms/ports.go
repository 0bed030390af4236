// Package atoms cuts port and address space into atoms: the coarsest disjoint
// intervals such that every rule covers an atom wholly or not at all.
//
// Atoms are numbered in ascending order: ports by protocol and number,
// addresses by family and value. Adding a rule can split atoms but never moves
// a boundary, so numbers hold only within one universe. Named ports are not
// known here; package engine resolves them first.
package atoms

import (
	"math/bits"

	"netreach/model"
)

// PortCuts collects the port ranges that rules name. The zero value is ready.
type PortCuts struct {
	// starts has a bit for each port at which an atom begins.
	starts [model.Protocols][(int(model.MaxPort) + 1) / 64]uint64
}

// Add makes first to last of p a union of atoms.
func (c *PortCuts) Add(p model.Protocol, first, last uint16) {
	c.starts[p][first/64] |= 1 << (first % 64)
	if last < model.MaxPort {
		last++
		c.starts[p][last/64] |= 1 << (last % 64)
	}
}

// Join adds what another has collected.
func (c *PortCuts) Join(o *PortCuts) {
	for p := range c.starts {
		for i, w := range o.starts[p] {
			c.starts[p][i] |= w
		}
	}
}

// Ports returns the atoms.
func (c *PortCuts) Ports() *Ports {
	out := &Ports{}
	for p := range model.Protocols {
		out.base[p] = len(out.first)
		out.first = append(out.first, model.MinPort)
		for i, w := range c.starts[p] {
			for ; w != 0; w &= w - 1 {
				if port := uint16(i*64 + bits.TrailingZeros64(w)); port > model.MinPort {
					out.first = append(out.first, port)
				}
			}
		}
	}
	out.base[model.Protocols] = len(out.first)
	return out
}

// Ports is the port atoms of all protocols, numbered from 0.
type Ports struct {
	first []uint16                 // first port of each atom
	base  [model.Protocols + 1]int // first atom of each protocol
}

// Len returns the number of atoms.
func (p *Ports) Len() int { return len(p.first) }

// Of returns the atom that holds a port. Port 0 counts as port 1.
func (p *Ports) Of(proto model.Protocol, port uint16) int {
	lo, hi := p.base[proto], p.base[proto+1]
	for lo+1 < hi {
		if mid := (lo + hi) / 2; p.first[mid] <= port {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// Range returns the atoms lo to hi-1 that hold the ports first to last.
func (p *Ports) Range(proto model.Protocol, first, last uint16) (lo, hi int) {
	return p.Of(proto, first), p.Of(proto, last) + 1
}

// Bounds returns the ports that an atom holds.
func (p *Ports) Bounds(atom int) (proto model.Protocol, first, last uint16) {
	for proto = model.Protocols - 1; atom < p.base[proto]; {
		proto--
	}
	if atom+1 == p.base[proto+1] {
		return proto, p.first[atom], model.MaxPort
	}
	return proto, p.first[atom], p.first[atom+1] - 1
}
