package engine

import (
	"math/bits"
	"slices"
)

// bulkCounter counts the pairs that the bulks of the rows let through. Spots in
// the same bulks of the other direction are one *zone*. Programs come and go
// with their bulk from atom to atom, and each moves the count by its subjects:
//
//	egress[b][c]  = weight of the sources with bulk b that lie in the ingress bulk c
//	ingress[c][b] = weight of the destinations with bulk c that lie in the egress bulk b
//	count         = sum over b, c of egress[b][c] * ingress[c][b]
type bulkCounter struct {
	egress, ingress bulkSide
	// count is that of the programs that are in.
	count uint64
}

// bulkSide is one direction of a bulkCounter.
type bulkSide struct {
	side    *planeSide
	number  []int32 // by bulk of the sets: its number here, or -1 if it holds no pod
	bulks   [][]uint64
	zones   [][]int32 // by zone: the bulks of this direction that hold it
	zoneOf  []int32   // by spot: its zone
	parts   [][]part  // by program: its subjects, by zone of the other direction
	inBulks sums      // by own bulk and bulk of the other direction
}

// part is how many of a program's subjects lie in a zone.
type part struct {
	zone   int32
	weight uint64
}

// sums is a table of weights, of which most are 0 if it is large.
type sums struct {
	columns int
	dense   []uint64
	sparse  map[int]uint64
}

func newSums(rows, columns int) sums {
	if rows*columns <= 1<<22 {
		return sums{columns: columns, dense: make([]uint64, rows*columns)}
	}
	return sums{columns: columns, sparse: map[int]uint64{}}
}

func (s *sums) add(row, column int32, w uint64) {
	if at := int(row)*s.columns + int(column); s.dense != nil {
		s.dense[at] += w
	} else {
		s.sparse[at] += w
	}
}

func (s *sums) at(row, column int32) uint64 {
	at := int(row)*s.columns + int(column)
	if s.dense != nil {
		return s.dense[at]
	}
	return s.sparse[at]
}

// bulks returns by atom the number of pairs that the bulks let through.
func (c *counter) bulks() []uint64 {
	b := &bulkCounter{egress: bulkSide{side: c.egress}, ingress: bulkSide{side: c.ingress}}
	for _, s := range []*bulkSide{&b.egress, &b.ingress} {
		s.collect(len(c.weight))
		s.cutZones(c.weight)
	}
	b.egress.divide(c.weight, &b.ingress)
	b.ingress.divide(c.weight, &b.egress)
	moves := make([][]move, c.atoms)
	for _, s := range []*bulkSide{&b.egress, &b.ingress} {
		s.collectMoves(moves)
	}
	out := make([]uint64, c.atoms)
	for atom := range out {
		for _, m := range moves[atom] {
			if m.side == &b.egress {
				b.move(m, &b.ingress)
			} else {
				b.move(m, &b.egress)
			}
		}
		out[atom] = b.count
	}
	return out
}

// collect numbers the bulks by the pods that they hold.
func (s *bulkSide) collect(spots int) {
	s.number = make([]int32, s.side.sets.Bulks())
	for i := range s.number {
		s.number[i] = -1
	}
	last := ^uint64(0)
	if extra := spots % 64; extra != 0 {
		last = 1<<extra - 1
	}
	used := make([]bool, len(s.number))
	for i := range s.side.programs {
		for _, row := range s.side.programs[i].rows {
			used[s.side.sets.Bulk(row)] = true
		}
	}
	byHash := map[uint64][]int32{}
	for bulk := range s.number {
		if bulk == 0 || !used[bulk] || spots == 0 {
			continue
		}
		words := slices.Clone(s.side.sets.BulkWords(bulk)[:(spots+63)/64])
		words[len(words)-1] &= last
		h := uint64(0)
		for _, w := range words {
			h = (h ^ w) * 0x9e3779b97f4a7c15
			h ^= h >> 29
		}
		if h == 0 && !slices.ContainsFunc(words, func(w uint64) bool { return w != 0 }) {
			continue
		}
		for _, other := range byHash[h] {
			if slices.Equal(s.bulks[other], words) {
				s.number[bulk] = other
			}
		}
		if s.number[bulk] < 0 {
			s.number[bulk] = int32(len(s.bulks))
			byHash[h] = append(byHash[h], s.number[bulk])
			s.bulks = append(s.bulks, words)
		}
	}
}

// cutZones splits the spots bulk by bulk, until those of a zone are in the same
// bulks.
func (s *bulkSide) cutZones(weight []uint64) {
	s.zoneOf = make([]int32, len(weight))
	pods := make([]uint64, (len(weight)+63)/64)
	for spot, w := range weight {
		if w != 0 {
			pods[spot>>6] |= 1 << (spot & 63)
		}
	}
	zones := int32(1)
	var inner []int32 // by zone: the zone of what lies in the bulk at hand, or 0
	for _, words := range s.bulks {
		inner = append(inner[:0], make([]int32, zones)...)
		for k, w := range words {
			for w &= pods[k]; w != 0; w &= w - 1 {
				spot := k*64 + bits.TrailingZeros64(w)
				in := &inner[s.zoneOf[spot]]
				if *in == 0 {
					*in = zones
					zones++
				}
				s.zoneOf[spot] = *in
			}
		}
	}
	// What is left of the zones gets numbers of its own.
	number := make([]int32, zones) // +1
	for spot, w := range weight {
		if w == 0 {
			continue
		}
		n := &number[s.zoneOf[spot]]
		if *n == 0 {
			s.zones = append(s.zones, s.bulksOf(spot))
			*n = int32(len(s.zones))
		}
		s.zoneOf[spot] = *n - 1
	}
}

// bulksOf returns the bulks that hold a spot.
func (s *bulkSide) bulksOf(spot int) []int32 {
	var out []int32
	for bulk, words := range s.bulks {
		if words[spot/64]>>(spot%64)&1 != 0 {
			out = append(out, int32(bulk))
		}
	}
	return out
}

// divide gathers the subjects of each program by the zones of the other
// direction.
func (s *bulkSide) divide(weight []uint64, other *bulkSide) {
	s.inBulks = newSums(len(s.bulks), len(other.bulks))
	s.parts = make([][]part, len(s.side.programs))
	at := make([]int32, len(other.zones)) // by zone: its place among the parts, +1
	for i := range s.side.programs {
		for _, spot := range s.side.programs[i].members {
			zone := other.zoneOf[spot]
			if at[zone] == 0 {
				s.parts[i] = append(s.parts[i], part{zone: zone})
				at[zone] = int32(len(s.parts[i]))
			}
			s.parts[i][at[zone]-1].weight += weight[spot]
		}
		for _, p := range s.parts[i] {
			at[p.zone] = 0
		}
	}
}

// move is that a program goes over from one bulk to another; -1 is none.
type move struct {
	side     *bulkSide
	program  int32
	from, to int32
}

// collectMoves lists by atom where programs go over to another bulk.
func (s *bulkSide) collectMoves(moves [][]move) {
	for i := range s.side.programs {
		p := &s.side.programs[i]
		now := int32(-1)
		for k, row := range p.rows {
			if next := s.number[s.side.sets.Bulk(row)]; next != now {
				moves[p.starts[k]] = append(moves[p.starts[k]], move{s, int32(i), now, next})
				now = next
			}
		}
	}
}

// move moves a program, and the count with it.
func (b *bulkCounter) move(m move, other *bulkSide) {
	for _, p := range m.side.parts[m.program] {
		for _, bulk := range other.zones[p.zone] {
			if m.from >= 0 {
				m.side.inBulks.add(m.from, bulk, minus(p.weight))
				b.count -= p.weight * other.inBulks.at(bulk, m.from)
			}
			if m.to >= 0 {
				m.side.inBulks.add(m.to, bulk, p.weight)
				b.count += p.weight * other.inBulks.at(bulk, m.to)
			}
		}
	}
}
