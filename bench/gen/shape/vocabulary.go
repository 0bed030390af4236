package shape

import (
	"math/rand/v2"
	"net/netip"
	"slices"

	"netreach/model"
)

// vocabulary is what the rules of a cluster choose from.
type vocabulary struct {
	blocks []model.Block
	ports  []model.PortMatch
	ranges []model.PortMatch
}

// newVocabulary returns blocks with as many distinct CIDRs, and as many distinct
// ports and ranges, as the mix asks for.
func newVocabulary(r *rand.Rand, m Mix) *vocabulary {
	v := &vocabulary{}
	if m.EndPort > 0 {
		v.ranges = portRanges()
	}
	v.ports = commonPorts()
	v.ports = v.ports[:min(len(v.ports), max(1, m.Ports-len(v.ranges)))]
	seen := map[model.PortMatch]bool{}
	for _, p := range v.ports {
		seen[p] = true
	}
	for len(v.ports) < m.Ports-len(v.ranges) {
		p := single(model.Protocol(weighted(r, []float64{0.92, 0.06, 0.02})), uint16(1024+r.IntN(40_000)))
		if !seen[p] {
			seen[p] = true
			v.ports = append(v.ports, p)
		}
	}
	known := map[netip.Prefix]bool{}
	for _, b := range usualBlocks() {
		if known[b.CIDR] || len(known) < m.CIDRs {
			known[b.CIDR] = true
			v.blocks = append(v.blocks, b)
		}
	}
	for len(known) < m.CIDRs {
		b := outsideBlock(r)
		if !known[b.CIDR] {
			known[b.CIDR] = true
			v.blocks = append(v.blocks, b)
		}
	}
	return v
}

func single(p model.Protocol, number uint16) model.PortMatch {
	return model.PortMatch{Kind: model.PortRange, Protocol: p, First: number, Last: number}
}

func span(p model.Protocol, first, last uint16) model.PortMatch {
	return model.PortMatch{Kind: model.PortRange, Protocol: p, First: first, Last: last, EndPort: true}
}

func named(p model.Protocol, name string) model.PortMatch {
	return model.PortMatch{Kind: model.PortNamed, Protocol: p, Name: name}
}

// commonPorts are what most rules are about, most common first.
func commonPorts() []model.PortMatch {
	return []model.PortMatch{
		single(model.TCP, 443), single(model.TCP, 8080), single(model.TCP, 80), single(model.UDP, 53), single(model.TCP, 53),
		single(model.TCP, 9090), single(model.TCP, 5432), single(model.TCP, 6379), single(model.TCP, 9092), single(model.TCP, 8081),
		single(model.TCP, 9000), single(model.TCP, 2112), single(model.TCP, 3000), single(model.TCP, 8000), single(model.TCP, 5000),
	}
}

func portRanges() []model.PortMatch {
	return []model.PortMatch{
		span(model.TCP, 30_000, 32_767), span(model.TCP, 8000, 8100), span(model.TCP, 9000, 9100), span(model.TCP, 1024, 65_535),
		span(model.UDP, 32_768, 60_999), span(model.TCP, 49_152, 65_535), span(model.TCP, 5000, 5100), span(model.UDP, 20_000, 20_100),
	}
}

func block(cidr string, except ...string) model.Block {
	b := model.Block{CIDR: netip.MustParsePrefix(cidr)}
	for _, e := range except {
		b.Except = append(b.Except, netip.MustParsePrefix(e))
	}
	return b
}

// usualBlocks are those that many clusters have: they hold all pods, or none.
func usualBlocks() []model.Block {
	private := []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}
	return []model.Block{
		block("0.0.0.0/0", private...),
		block("0.0.0.0/0"),
		block("0.0.0.0/0", append(private, "169.254.0.0/16")...),
		block("10.0.0.0/8"),
		block("0.0.0.0/0", "169.254.169.254/32"),
		block("169.254.169.254/32"),
		block("::/0", "fc00::/7"),
		block("192.168.0.0/16"),
		block("172.16.0.0/12"),
		block("10.0.0.0/16"),
	}
}

// outsideBlock draws a block that holds no pod: a host or a network of the
// company, of a service or of the cloud.
func outsideBlock(r *rand.Rand) model.Block {
	if r.Float64() < 0.08 {
		base := plus(netip.MustParseAddr("2001:db8::"), 0)
		bits := pick(r, []int{48, 56, 64, 64, 128})
		raw := base.As16()
		for i := 4; i < 16; i++ {
			raw[i] = byte(r.IntN(256))
		}
		return masked(r, netip.AddrFrom16(raw), bits, 0.05)
	}
	low, high := byte(r.IntN(256)), byte(r.IntN(256))
	raw := [4]byte{10, byte(16 + r.IntN(112)), low, high}
	switch draw := r.Float64(); {
	case draw < 0.20:
		raw[0], raw[1] = 172, byte(16+r.IntN(16))
	case draw < 0.30:
		raw[0], raw[1] = 192, 168
	case draw < 0.70:
		raw[0], raw[1] = pick(r, []byte{13, 18, 34, 35, 44, 52, 54, 104, 142, 185, 203}), byte(r.IntN(256))
	}
	bits := pick(r, []int{32, 32, 32, 32, 28, 24, 24, 24, 22, 20, 16})
	return masked(r, netip.AddrFrom4(raw), bits, 0.05)
}

// masked returns the block of the given length around a, with the given chance
// of parts that are left out.
func masked(r *rand.Rand, a netip.Addr, bits int, hollow float64) model.Block {
	b := model.Block{CIDR: netip.PrefixFrom(a, bits).Masked()}
	if room := a.BitLen() - bits; room >= 4 && r.Float64() < hollow {
		for range 1 + r.IntN(3) {
			e := part(r, b.CIDR, bits+1+r.IntN(min(room, 12)))
			if !slices.Contains(b.Except, e) {
				b.Except = append(b.Except, e)
			}
		}
	}
	return b
}

// part returns a network of the given length within p.
func part(r *rand.Rand, p netip.Prefix, bits int) netip.Prefix {
	raw := p.Addr().AsSlice()
	for i := p.Bits(); i < bits; i++ {
		if r.IntN(2) == 1 {
			raw[i/8] |= 0x80 >> (i % 8)
		}
	}
	a, _ := netip.AddrFromSlice(raw)
	return netip.PrefixFrom(a, bits)
}
