package atoms

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"net/netip"
	"slices"

	"go4.org/netipx"

	"netreach/model"
)

// Addrs is the address space of both families, cut at the edges of blocks and
// of the special prefixes, and its intervals gathered into classes: two
// intervals of one family that lie in the same blocks are one class.
type Addrs struct {
	starts  []netip.Addr // first address of each interval, v4 before v6
	class   []int32      // class of each interval
	special []bool       // by class: private or special, not of the internet
	is6     []bool       // by class
	blocks  [][]int32    // by block: its classes, ascending
	served  [][]bool     // by list of NewAddrs and class
}

// special lists the prefixes that "internet" leaves out: private, shared,
// loopback, link-local, benchmarking, multicast and reserved space. The
// prefixes for documentation stay in: manifests use them as examples of the
// internet.
var special = []string{
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
	"::/64", "64:ff9b:1::/48", "100::/64", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
}

// NewAddrs cuts the address space at the edges of blocks. Block i of Classes is
// blocks[i]. Each list of served holds addresses of Services, ascending and each
// once: it cuts nothing, but the intervals that lie in it are classes of their own
// (SVC-21).
func NewAddrs(blocks []model.Block, served ...[]netip.Addr) *Addrs {
	ranges := make([][]netipx.IPRange, len(blocks)+1)
	for i, b := range blocks {
		ranges[i] = rangesOf(b)
	}
	for _, s := range special {
		ranges[len(blocks)] = append(ranges[len(blocks)], netipx.RangeOfPrefix(netip.MustParsePrefix(s)))
	}
	a := &Addrs{starts: []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()}}
	for _, rs := range ranges {
		for _, r := range rs {
			a.starts = append(a.starts, r.From())
			if next := r.To().Next(); next.IsValid() {
				a.starts = append(a.starts, next)
			}
		}
	}
	slices.SortFunc(a.starts, netip.Addr.Compare)
	a.starts = slices.Compact(a.starts)
	a.classify(ranges, served)
	return a
}

// rangesOf returns the addresses of b as disjoint ranges, ascending.
func rangesOf(b model.Block) []netipx.IPRange {
	var set netipx.IPSetBuilder
	set.AddPrefix(b.CIDR)
	for _, e := range b.Except {
		set.RemovePrefix(e)
	}
	s, err := set.IPSet()
	if err != nil {
		// Only invalid prefixes cause an error, and lower lets none through.
		panic("bug: block " + b.String() + ": " + err.Error())
	}
	return s.Ranges()
}

// signature identifies the set of blocks that an interval lies in: the sum
// (exclusive or) of one random word pair for each block.
type signature struct {
	v6   bool
	a, b uint64
}

// classify walks the intervals in order, toggles each range of the blocks where
// it begins and behind its end, and gives equal signatures one class. The last
// of ranges is the special space.
func (a *Addrs) classify(ranges [][]netipx.IPRange, served [][]netip.Addr) {
	toggles := make([]signature, len(a.starts)+1)
	inSpecial := make([]bool, len(a.starts)+1)
	toggle := func(block, at int) {
		if block == len(ranges)-1 {
			inSpecial[at] = !inSpecial[at]
		}
		toggles[at].a ^= Word(uint64(block) * 2)
		toggles[at].b ^= Word(uint64(block)*2 + 1)
	}
	spans := make([][][2]int, len(ranges))
	for block, rs := range ranges {
		for _, r := range rs {
			lo, hi := a.interval(r.From()), a.interval(r.To())+1
			toggle(block, lo)
			toggle(block, hi)
			spans[block] = append(spans[block], [2]int{lo, hi})
		}
	}
	ids := map[signature]int32{}
	var now signature
	nowSpecial := false
	a.class = make([]int32, len(a.starts))
	a.served = make([][]bool, len(served))
	of := make([]bool, len(served))
	for i, start := range a.starts {
		if start.Is6() && !now.v6 {
			now.v6 = true
		}
		now.a ^= toggles[i].a
		now.b ^= toggles[i].b
		nowSpecial = nowSpecial != inSpecial[i]
		here := now
		for k, list := range served {
			if of[k] = a.at(i).within(list); of[k] {
				here.a ^= Word(uint64(len(ranges)+k) * 2)
				here.b ^= Word(uint64(len(ranges)+k)*2 + 1)
			}
		}
		id, ok := ids[here]
		if !ok {
			id = int32(len(ids))
			ids[here] = id
			for k := range served {
				a.served[k] = append(a.served[k], of[k])
			}
			a.special = append(a.special, nowSpecial)
			a.is6 = append(a.is6, start.Is6())
		}
		a.class[i] = id
	}
	a.blocks = make([][]int32, len(ranges)-1)
	taken := make([]int32, len(ids)) // by class: the last block that took it, +1
	var list []int32
	for block := range a.blocks {
		list = list[:0]
		for _, span := range spans[block] {
			for _, class := range a.class[span[0]:span[1]] {
				if taken[class] != int32(block)+1 {
					taken[class] = int32(block) + 1
					list = append(list, class)
				}
			}
		}
		if !slices.IsSorted(list) {
			slices.Sort(list)
		}
		a.blocks[block] = slices.Clone(list)
	}
}

// Word returns the n-th of a fixed sequence of random words.
func Word(n uint64) uint64 {
	x := (n + 1) * 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Len returns the number of classes.
func (a *Addrs) Len() int { return len(a.special) }

// Of returns the class of an address. IPv4-mapped IPv6 counts as IPv4 (NP-38).
func (a *Addrs) Of(addr netip.Addr) int { return int(a.class[a.interval(addr.Unmap().WithZone(""))]) }

// Around returns the interval that holds an address.
func (a *Addrs) Around(addr netip.Addr) Range {
	i := a.interval(addr.Unmap().WithZone(""))
	return a.at(i)
}

// at returns the i-th interval.
func (a *Addrs) at(i int) Range {
	from := a.starts[i]
	to := lastOf(from)
	if i+1 < len(a.starts) && a.starts[i+1].Is4() == from.Is4() {
		to = a.starts[i+1].Prev()
	}
	return Range{from, to, int(a.class[i])}
}

func (a *Addrs) interval(addr netip.Addr) int {
	i, ok := slices.BinarySearchFunc(a.starts, addr, netip.Addr.Compare)
	if ok {
		return i
	}
	return i - 1
}

// Block returns the classes that lie in the i-th block, ascending.
func (a *Addrs) Block(i int) []int32 { return a.blocks[i] }

// Special reports whether the addresses of a class are left out of "internet".
func (a *Addrs) Special(class int) bool { return a.special[class] }

// Is6 reports whether the addresses of a class are IPv6.
func (a *Addrs) Is6(class int) bool {
	return a.is6[class]
}

// Served reports whether every address of a class is in a list of NewAddrs.
func (a *Addrs) Served(list, class int) bool { return a.served[list][class] }

// Range is the addresses From to To, inclusive, and their class.
type Range struct {
	From, To netip.Addr
	Class    int
}

// Contains reports whether an address is in the range. A zero Range holds none.
func (r Range) Contains(a netip.Addr) bool {
	a = a.Unmap()
	return r.From.IsValid() && r.From.Is4() == a.Is4() && r.From.Compare(a) <= 0 && a.WithZone("").Compare(r.To) <= 0
}

// Size returns the number of addresses of the range, or the largest number where
// that is larger.
func (r Range) Size() uint64 {
	from, to := r.From.As16(), r.To.As16()
	lo, borrow := bits.Sub64(binary.BigEndian.Uint64(to[8:]), binary.BigEndian.Uint64(from[8:]), 0)
	hi, _ := bits.Sub64(binary.BigEndian.Uint64(to[:8]), binary.BigEndian.Uint64(from[:8]), borrow)
	if hi > 0 || lo == math.MaxUint64 {
		return math.MaxUint64
	}
	return lo + 1
}

// within reports whether every address of the range is in an ascending list.
func (r Range) within(list []netip.Addr) bool {
	k, ok := slices.BinarySearchFunc(list, r.From, netip.Addr.Compare)
	for at := r.From; ok; at = at.Next() {
		if at == r.To {
			return true
		}
		k++
		ok = k < len(list) && list[k] == at.Next()
	}
	return false
}

// Ranges returns every interval in ascending order, v4 before v6.
func (a *Addrs) Ranges() []Range {
	out := make([]Range, len(a.starts))
	for i := range out {
		out[i] = a.at(i)
	}
	return out
}

// lastOf returns the last address of a's family.
func lastOf(a netip.Addr) netip.Addr {
	return netipx.RangeOfPrefix(netip.PrefixFrom(a, 0).Masked()).To()
}

// Between returns the intervals that share an address with first to last,
// clipped to it.
func (a *Addrs) Between(first, last netip.Addr) []Range {
	all := a.Ranges()
	out := slices.Clone(all[a.interval(first) : a.interval(last)+1])
	out[0].From = first
	out[len(out)-1].To = last
	return out
}

// Compare orders ranges by their first address, v4 before v6.
func Compare(x, y Range) int { return cmp.Or(x.From.Compare(y.From), x.To.Compare(y.To)) }
