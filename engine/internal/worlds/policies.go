package worlds

import (
	"net/netip"
	"strconv"

	"netreach/model"
)

// The names of tiers that are nobody's dialect: they isolate, deny, pass and
// end as they like.
const (
	firstTier = "First"
	lastTier  = "Last"
)

func (d *drawing) tiers() {
	np := model.Tier{Name: model.TierNetworkPolicy, Unmatched: model.Deny, OwnNodeEgress: true}
	admin, baseline := model.Tier{Name: model.TierAdmin}, model.Tier{Name: model.TierBaseline}
	own := func(name string) model.Tier {
		return model.Tier{
			Name: name, Unmatched: one(d.choose, model.Deny, model.Pass, model.Allow),
			OwnNodeEgress: d.choose(2) == 1,
		}
	}
	switch d.choose(6) {
	case 0, 1:
		d.cluster.Tiers = []model.Tier{np}
	case 2, 3:
		d.cluster.Tiers = []model.Tier{admin, np, baseline}
	case 4:
		d.cluster.Tiers = []model.Tier{own(firstTier), np}
	case 5:
		d.cluster.Tiers = []model.Tier{own(firstTier), admin, np, baseline, own(lastTier)}
	}
}

// policy adds a policy of one of the tiers. Orders often tie.
func (d *drawing) policy() {
	tier := one(d.choose, d.cluster.Tiers...).Name
	p := model.Policy{Tier: tier}
	p.Origin.Name = "p" + strconv.Itoa(len(d.cluster.Policies))
	switch tier {
	case model.TierNetworkPolicy:
		p.Origin.Kind, p.Origin.Namespace = "NetworkPolicy", one(d.choose, d.cluster.Namespaces...).Name
		p.Subject = model.PodSet{Namespace: p.Origin.Namespace, Pods: d.podSelector()}
		p.Isolates = one(d.choose, [model.Directions]bool{false, true}, [model.Directions]bool{true, false},
			[model.Directions]bool{true, true})
	case model.TierAdmin:
		p.Origin.Kind = "AdminNetworkPolicy"
	case model.TierBaseline:
		p.Origin.Kind = "BaselineAdminNetworkPolicy"
	default:
		p.Origin.Kind = "OwnPolicy"
		p.Isolates = [model.Directions]bool{d.choose(2) == 1, d.choose(2) == 1}
	}
	if tier != model.TierNetworkPolicy {
		p.Order = one(d.choose, 1, 1, 0, 2.5, -1)
		p.Unordered = d.choose(6) == 5
		p.Subject = d.podSet("")
	}
	for i := range d.choose(4) {
		d.rule(&p, i)
	}
	d.cluster.Policies = append(d.cluster.Policies, p)
}

// podSet draws a set of pods: of the namespace, of namespaces by label, or
// both at once.
func (d *drawing) podSet(ns string) model.PodSet {
	if ns == "" {
		ns = one(d.choose, "", "", "", d.cluster.Namespaces[0].Name)
	}
	s := model.PodSet{Namespace: ns}
	if ns == "" || d.choose(8) == 7 {
		s.Namespaces = d.namespaceSelector()
	}
	s.Pods = d.podSelector()
	return s
}

// rule adds a rule to p. Rules of a NetworkPolicy allow, in a direction that it
// isolates (NP-8, NP-17).
func (d *drawing) rule(p *model.Policy, index int) {
	r := model.Rule{Direction: one(d.choose, model.Ingress, model.Egress)}
	if p.Tier == model.TierNetworkPolicy {
		if !p.Isolates[r.Direction] {
			r.Direction = model.Directions - 1 - r.Direction
		}
	} else {
		r.Action = one(d.choose, model.Allow, model.Deny, model.Pass)
	}
	r.Origin = p.Origin.At("spec." + r.Direction.String() + "[" + strconv.Itoa(index) + "]")
	for i := range one(d.choose, 1, 1, 2, 3, 0) {
		peer := d.peer(p)
		peer.Field = "from[" + strconv.Itoa(i) + "]"
		r.Peers = append(r.Peers, peer)
	}
	for range one(d.choose, 1, 1, 2, 3, 0) {
		r.Ports = append(r.Ports, d.portMatch(p))
	}
	p.Rules = append(p.Rules, r)
}

func (d *drawing) peer(p *model.Policy) model.Peer {
	kinds := 8
	if p.Tier == model.TierNetworkPolicy {
		kinds = 5
	}
	switch d.choose(kinds) {
	case 1:
		return model.Peer{Kind: model.PeerPods, Pods: d.podSet(p.Origin.Namespace)}
	case 2:
		return model.Peer{Kind: model.PeerPods, Pods: model.PodSet{Namespaces: d.namespaceSelector(), Pods: d.podSelector()}}
	case 3, 4:
		return model.Peer{Kind: model.PeerBlock, Block: d.block(), Everyone: d.choose(4) == 3}
	case 5:
		return model.Peer{Kind: model.PeerNodes, Nodes: d.selector([]string{"x", "y", ""}, "zone")}
	case 6:
		return model.Peer{Kind: model.PeerNames, Names: []string{"example.com"}}
	case 7:
		// One that cannot be read turns its rule into a Deny of all: not too
		// often.
		if d.choose(3) == 2 {
			return model.Peer{Kind: model.PeerClosed}
		}
	}
	return model.Peer{Kind: model.PeerAny}
}

// blocks are the prefixes of blocks: they cover all of the private space, parts
// of it, single pods, or nothing of it.
var blocks = [...]string{
	"10.0.0.0/24", "fd00::/64", "10.0.0.0/8", "10.0.0.0/24", "0.0.0.0/0", "10.0.0.0/30", "10.0.0.2/32", "192.168.0.0/16", "192.168.0.0/31",
	"203.0.113.0/24", "8.8.8.0/24", "128.0.0.0/1", "172.16.0.0/12", "100.64.0.0/10", "255.255.255.255/32",
	"::/0", "fc00::/7", "fd00::/64", "fd00::2/128", "fd00:1::/64", "2001:db8::/32", "2001:db8::8/125", "8000::/1",
}

// block draws a block whose exceptions lie within it, if any (NPV-9); they may
// overlap, and may leave nothing of it.
func (d *drawing) block() model.Block {
	if d.choose(3) == 2 { // one family and not the other
		return model.Block{CIDR: netip.MustParsePrefix(one(d.choose, "0.0.0.0/0", "::/0"))}
	}
	b := model.Block{CIDR: netip.MustParsePrefix(one(d.choose, blocks[:]...))}
	var inside []netip.Prefix
	for _, s := range blocks {
		if p := netip.MustParsePrefix(s); b.CIDR.Bits() < p.Bits() && b.CIDR.Contains(p.Addr()) {
			inside = append(inside, p)
		}
	}
	if bits := b.CIDR.Bits() + 1; bits <= b.CIDR.Addr().BitLen() {
		lower := netip.PrefixFrom(b.CIDR.Addr(), bits)
		inside = append(inside, lower, netip.PrefixFrom(lastOf(lower).Next(), bits))
	}
	if len(inside) > 0 {
		for range one(d.choose, 0, 0, 1, 2, 3) {
			b.Except = append(b.Except, one(d.choose, inside...))
		}
	}
	return b
}

// lastOf returns the last address of a prefix.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().AsSlice()
	for bit := p.Bits(); bit < len(b)*8; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

func (d *drawing) portMatch(p *model.Policy) model.PortMatch {
	m := model.PortMatch{Kind: model.PortRange, Protocol: one(d.choose, model.TCP, model.TCP, model.UDP, model.SCTP)}
	switch d.choose(7) {
	case 0, 6:
		return model.PortMatch{Kind: model.PortAny}
	case 1:
		m.First = d.port()
		m.Last = m.First
	case 2, 3:
		x, y := d.port(), d.port()
		m.First, m.Last = min(x, y), max(x, y)
		m.EndPort = d.choose(2) == 1
	case 4:
		return model.AllPorts(m.Protocol)
	case 5:
		m.Kind, m.Name = model.PortNamed, one(d.choose, "http", "dns", "none")
		if m.AnyProtocol = p.Tier != model.TierNetworkPolicy && d.choose(2) == 1; m.AnyProtocol {
			m.Protocol = model.TCP
		}
	}
	return m
}
