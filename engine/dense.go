package engine

import (
	"math/bits"

	"netreach/model"
)

// Rows that hold a good part of the pods are few, but walking them member by
// member would be most of the work. Counting therefore takes them as words:
// what a source with such a row reaches is the weight of the row AND the column
// of the source, 64 pods at a time.

// denseShare is the share of the spots, as a divisor, from which on a row is
// kept as words.
const denseShare = 32

// words is a set of spots.
type words []uint64

func (w words) set(spot int32)      { w[spot>>6] |= 1 << (spot & 63) }
func (w words) clear(spot int32)    { w[spot>>6] &^= 1 << (spot & 63) }
func (w words) has(spot int32) bool { return w[spot>>6]>>(spot&63)&1 != 0 }

// each calls yield for each spot in w, in ascending order.
func (w words) each(yield func(spot int32)) {
	for k, x := range w {
		for ; x != 0; x &= x - 1 {
			yield(int32(k*64 + bits.TrailingZeros64(x)))
		}
	}
}

func (p *plane) newWords() words { return make(words, (len(p.weight)+63)/64) }

// weightSlices returns for each bit of a weight the members that have it.
func weightSlices(weight []uint64) []words {
	most := uint64(0)
	for _, w := range weight {
		most = max(most, w)
	}
	out := make([]words, bits.Len64(most))
	for b := range out {
		out[b] = make(words, (len(weight)+63)/64)
		for i, w := range weight {
			if w>>b&1 != 0 {
				out[b].set(int32(i))
			}
		}
	}
	return out
}

// common returns the weight of what a and b share and not does not hold; not
// may be nil.
func (p *plane) common(a, b, not words) uint64 {
	total := uint64(0)
	b = b[:len(a)]
	if not == nil {
		for bit, slice := range p.slices {
			n := 0
			slice = slice[:len(a)]
			for i, w := range a {
				n += bits.OnesCount64(w & b[i] & slice[i])
			}
			total += uint64(n) << bit
		}
		return total
	}
	not = not[:len(a)]
	for bit, slice := range p.slices {
		n := 0
		slice = slice[:len(a)]
		for i, w := range a {
			n += bits.OnesCount64(w & b[i] &^ not[i] & slice[i])
		}
		total += uint64(n) << bit
	}
	return total
}

// columns makes for both directions the columns that dense rows of the other
// one are laid against.
func (c *counter) columns() {
	for d := range model.Directions {
		c.dirs[d].columns = c.column(&c.dirs[d], c.densePeers(&c.dirs[model.Directions-1-d]))
	}
}

// densePeers returns the subjects of a direction that have a dense row at some
// atom.
func (c *counter) densePeers(s *countSide) []int32 {
	var out []int32
	for id := range s.programs {
		p := &s.programs[id]
		for _, row := range p.rows {
			if s.rows[row].words != nil {
				out = append(out, p.members...)
				break
			}
		}
	}
	return out
}

// column returns for each of some peers the subjects whose row lets it through
// at atom 0, by peer.
func (c *counter) column(s *countSide, peers []int32) []words {
	if len(peers) == 0 {
		return nil
	}
	out := make([]words, len(c.weight))
	for _, peer := range peers {
		out[peer] = c.newWords()
	}
	for id := range s.programs {
		p := &s.programs[id]
		add := func(peer int32) {
			for _, subject := range p.members {
				out[peer].set(subject)
			}
		}
		switch r := &s.rows[p.rows[0]]; {
		case r.full:
			for _, peer := range peers {
				add(peer)
			}
		case r.words != nil:
			for _, peer := range peers {
				if r.words.has(peer) {
					add(peer)
				}
			}
		default:
			for _, peer := range r.list {
				if out[peer] != nil {
					add(peer)
				}
			}
		}
	}
	return out
}

// reachDense is reach for a source with a dense row: what it would reach if
// every ingress row were that of atom 0, corrected for those that are not.
func (c *counter) reachDense(s int32, row words, destinations []int32) uint64 {
	i := &c.dirs[model.Ingress]
	n := c.common(row, i.columns[s], nil)
	for _, q := range destinations {
		p := &i.programs[q]
		now, first := c.has(&i.rows[i.now[q]], s), c.has(&i.rows[p.rows[0]], s)
		if now == first {
			continue
		}
		for _, d := range p.members {
			switch {
			case !row.has(d):
			case now:
				n += c.weight[d]
			default:
				n -= c.weight[d]
			}
		}
	}
	return n
}
