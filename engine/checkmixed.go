package engine

import "netreach/model"

// item is one source of a line with one destination and one port.
type item struct {
	src      []shapeGroup
	batches  []portBatch
	groups   [][]shapeGroup // of the destinations, by batch
	complete bool           // every destination has one of the ports
}

// items returns the flows of a demand for unknown, some or none, whose verdict is
// about each source, destination and port that the line lists.
func (c *Checker) items(d *Demand) (*Demand, []item) {
	var out []item
	for _, s := range d.Src {
		src := c.m.groupShapes(End{Peers: c.m.peers(s.Without(d.SrcExcept))})
		for _, t := range d.Dst {
			dst := c.m.peers(t.Without(d.DstExcept))
			if len(src) == 0 || len(dst) == 0 {
				continue
			}
			for _, p := range d.Ports {
				one := item{src: src, batches: c.m.batches(dst, []model.PortMatch{p}, d.PortsExcept)}
				one.complete = destinationsOf(one.batches) == len(dst)
				for i := range one.batches {
					one.groups = append(one.groups, c.m.groupShapes(End{Peers: one.batches[i].dst}))
				}
				out = append(out, one)
			}
		}
	}
	return d, out
}

// mixed checks a demand for unknown, some or none: whether the verdict about each
// item is that.
func (c *Checker) mixed(d *Demand, items []item) Finding {
	f := Finding{Holds: true}
	var all model.Mix
	itself := false
	for i := range items {
		mix, w, same := c.mixOf(&items[i], d.Verdict, c.profileOf)
		itself = itself || same
		all |= mix.all
		if mix.all == 0 && same {
			continue // a pod with itself, unless there is nothing else
		}
		if f.Holds && !mix.is(d.Verdict, d.Each) {
			f.Holds, f.Verdict, f.Witness = false, mix.all.Verdict(), w
		}
	}
	switch {
	case all == 0 && itself:
		return Finding{Verdict: model.Allowed} // as a pod always reaches itself (NP-43)
	case all == 0 && d.Verdict != model.None:
		return Finding{Nothing: nothingAtAll}
	}
	return f
}

func (c *Checker) profileOf(k flowKind) *profile { return &c.profiler.list[c.profiler.of(k)] }

// itemMix is the verdicts that occur in an item: on all ports, and on each.
type itemMix struct {
	all   model.Mix
	ports []model.Mix // by atom, 0 where not asked
}

// is reports whether a verdict is that of the item: as can says it of all its ports
// together, or of every single one. Of unknown the latter is enough: where some
// members are open on each port, allow and deny may yet both occur.
func (m *itemMix) is(v model.Verdict, each bool) bool {
	if !each && m.all.Verdict() == v {
		return true
	}
	if !each && v != model.Unknown || m.all == 0 {
		return m.all.Verdict() == v
	}
	for _, mix := range m.ports {
		if mix != 0 && mix.Verdict() != v {
			return false
		}
	}
	return true
}

// mixOf returns the verdicts that occur in an item, with a flow that is not as
// wanted, if there is one, or else one of the others. same reports that there were
// pairs of a pod with itself.
func (c *Checker) mixOf(it *item, wanted model.Verdict, profileOf func(flowKind) *profile) (mix itemMix, w *Witness, same bool) {
	mix.ports = make([]model.Mix, c.m.u.ports.Len())
	for i := range it.batches {
		if c.m.bothOutside(it.src, it.groups[i]) {
			continue
		}
		pairs, self := c.m.pairs(it.src, it.groups[i])
		same = same || self && it.complete
		b := &it.batches[i]
		for _, p := range pairs {
			profile := profileOf(p.kind)
			for _, span := range b.spans {
				eachRun(span, profile.starts, func(run atomRange) bool {
					v := profile.at(int(run.lo))
					mix.all = mix.all.With(v)
					for atom := run.lo; atom < run.hi; atom++ {
						mix.ports[atom] = mix.ports[atom].With(v)
					}
					if w == nil || w.Verdict == wanted && v != wanted {
						ports := b.asked(c.m, int(run.lo))
						w = &Witness{p.src, p.dst, ports, v}
					}
					return true
				})
			}
		}
	}
	return mix, w, same
}

// bothOutside reports whether two ends are outside as a whole.
func (m *Matrix) bothOutside(src, dst []shapeGroup) bool {
	for _, groups := range [][]shapeGroup{src, dst} {
		for i := range groups {
			if !m.isOutside(&groups[i]) {
				return false
			}
		}
	}
	return true
}
