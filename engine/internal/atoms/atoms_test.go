package atoms_test

import (
	"math"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"netreach/engine/internal/atoms"
	"netreach/model"
)

// TestPorts checks that atoms tile the ports of every protocol, and that each
// added range is a union of atoms.
func TestPorts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cuts atoms.PortCuts
		type span struct {
			p           model.Protocol
			first, last uint16
		}
		var spans []span
		for range rapid.IntRange(0, 8).Draw(t, "ranges") {
			p := model.Protocol(rapid.IntRange(0, 2).Draw(t, "protocol"))
			first := rapid.Uint16Range(1, 65535).Draw(t, "first")
			last := rapid.Uint16Range(first, 65535).Draw(t, "last")
			cuts.Add(p, first, last)
			spans = append(spans, span{p, first, last})
		}
		ports := cuts.Ports()
		next := map[model.Protocol]int{model.TCP: 1, model.UDP: 1, model.SCTP: 1}
		for i := range ports.Len() {
			p, first, last := ports.Bounds(i)
			if int(first) != next[p] || last < first {
				t.Fatalf("atom %d: %v %d-%d does not follow %d", i, p, first, last, next[p])
			}
			next[p] = int(last) + 1
			if ports.Of(p, first) != i || ports.Of(p, last) != i {
				t.Fatalf("atom %d: Of disagrees with Bounds", i)
			}
		}
		for p, n := range next {
			if n != 65536 {
				t.Fatalf("%v ends at %d", p, n)
			}
		}
		for _, s := range spans {
			lo, hi := ports.Range(s.p, s.first, s.last)
			_, first, _ := ports.Bounds(lo)
			_, _, last := ports.Bounds(hi - 1)
			if first != s.first || last != s.last {
				t.Fatalf("%v is cut as %d-%d", s, first, last)
			}
		}
	})
}

// TestAddrs checks classes against Block.Contains for addresses at and beside
// every edge (NP-35, NP-38).
func TestAddrs(t *testing.T) {
	prefixes := []string{
		"0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32", "8.0.0.0/5", "8.8.8.8/32", "255.255.255.255/32",
		"::/0", "2001:db8::/32", "2001:db8::1/128", "fd00::/8", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
	}
	rapid.Check(t, func(t *rapid.T) {
		var blocks []model.Block
		for range rapid.IntRange(0, 6).Draw(t, "blocks") {
			b := model.Block{CIDR: netip.MustParsePrefix(rapid.SampledFrom(prefixes).Draw(t, "cidr"))}
			for range rapid.IntRange(0, 2).Draw(t, "excepts") {
				e := netip.MustParsePrefix(rapid.SampledFrom(prefixes).Draw(t, "except"))
				if b.CIDR.Overlaps(e) && e.Bits() > b.CIDR.Bits() {
					b.Except = append(b.Except, e)
				}
			}
			blocks = append(blocks, b)
		}
		a := atoms.NewAddrs(blocks)
		check := func(addr netip.Addr) {
			class := a.Of(addr)
			for i, b := range blocks {
				in := false
				for _, c := range a.Block(i) {
					in = in || int(c) == class
				}
				if in != b.Contains(addr) {
					t.Fatalf("%v in %v = %v", addr, b, in)
				}
			}
			if a.Is6(class) != addr.Is6() {
				t.Fatalf("%v: family of class %d", addr, class)
			}
		}
		prev := netip.Addr{}
		for _, r := range a.Ranges() {
			check(r.From)
			check(r.To)
			if a.Of(r.From) != r.Class || a.Of(r.To) != r.Class {
				t.Fatalf("range %v-%v leaves its class", r.From, r.To)
			}
			if prev.IsValid() && prev.Next().IsValid() && prev.Is4() == r.From.Is4() && prev.Next() != r.From {
				t.Fatalf("gap between %v and %v", prev, r.From)
			}
			prev = r.To
		}
		// IPv4-mapped addresses count as IPv4.
		if a.Of(netip.MustParseAddr("::ffff:10.1.2.3")) != a.Of(netip.MustParseAddr("10.1.2.3")) {
			t.Fatal("a mapped address has another class")
		}
		for addr, want := range map[string]bool{"10.9.9.9": true, "8.8.8.8": false, "203.0.113.5": false, "fd12::1": true, "2001:db8::5": false} {
			if a.Special(a.Of(netip.MustParseAddr(addr))) != want {
				t.Fatalf("Special(%s) = %v", addr, !want)
			}
		}
	})
}

// TestAddrs_served: an interval of which Services have every address is a class of
// its own in each list that holds it, and blocks hold it as before (SVC-21).
func TestAddrs_served(t *testing.T) {
	block := func(cidr string, except ...string) model.Block {
		b := model.Block{CIDR: netip.MustParsePrefix(cidr)}
		for _, e := range except {
			b.Except = append(b.Except, netip.MustParsePrefix(e))
		}
		return b
	}
	list := func(addrs ...string) (out []netip.Addr) {
		for _, a := range addrs {
			out = append(out, netip.MustParseAddr(a))
		}
		return out
	}
	blocks := []model.Block{block("10.0.0.0/30", "10.0.0.1/32", "10.0.0.2/32"), block("9.0.0.8/31"), block("2001:db8::1/128")}
	a := atoms.NewAddrs(blocks, list("9.0.0.8", "9.0.0.9", "10.0.0.3"), list("9.0.0.9", "2001:db8::1"))
	for addr, want := range map[string][2]bool{
		"9.0.0.7": {}, "9.0.0.8": {true, false}, "9.0.0.9": {true, false}, "9.0.0.10": {}, // of the second, half of it
		"10.0.0.0": {}, "10.0.0.3": {true, false}, // in the same blocks
		"2001:db8::1": {false, true}, "2001:db8::2": {},
	} {
		class := a.Of(netip.MustParseAddr(addr))
		if got := [2]bool{a.Served(0, class), a.Served(1, class)}; got != want {
			t.Errorf("%s: %v, want %v", addr, got, want)
		}
		for i, b := range blocks {
			if got := slices.Contains(a.Block(i), int32(class)); got != b.Contains(netip.MustParseAddr(addr)) {
				t.Errorf("%s in %s: %v", addr, b, got)
			}
		}
	}
	sizes := map[string]uint64{"9.0.0.8": 2, "2001:db8::1": 1, "2001:db8::2": math.MaxUint64}
	for addr, want := range sizes {
		if got := a.Around(netip.MustParseAddr(addr)).Size(); got != want {
			t.Errorf("around %s there are %d addresses, want %d", addr, got, want)
		}
	}
}
