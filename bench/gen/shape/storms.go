package shape

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"

	"netreach/model"
	"netreach/model/selector"
)

// stormApps are the namespaces and workloads of the storms: unremarkable ones.
func (b *builder) stormApps() {
	b.spread(appLabel, func(_, i int) workload {
		name := fmt.Sprintf("app-%03d", i)
		return workload{kind: "Deployment", name: name, weight: 1, labels: labelled("app", name), ports: []model.ContainerPort{port("http", model.TCP, 8080)}}
	})
}

// stormSubject selects one of the workloads of ns.
func stormSubject(r *rand.Rand, ns *namespace) selector.Selector {
	w := &ns.workloads[r.IntN(len(ns.workloads))]
	return equal(selector.Selector{}, w, "app")
}

// The size of a block storm: 3,700 sets in 294 policies, 256,000 members.
const (
	stormSets   = 3_700
	stormPerSet = 69
)

// blockStorm is policies whose rules are long lists of blocks: networks within
// networks, of both families, a fifth of them around pods.
func (b *builder) blockStorm() {
	b.stormApps()
	r := generator(b.seed, forPolicies)
	sets := deal(stormSets*b.Policies/294, 1, even(b.Policies))
	at := 0
	b.spreadPolicies(func(ns *namespace, i int) {
		rules := make([]model.Rule, sets[at])
		var isolates [model.Directions]bool
		for j := range rules {
			rules[j] = model.Rule{Action: model.Allow, Ports: []model.PortMatch{pick(r, commonPorts())}}
			for d, isolated := range direct(r, &rules[j]) {
				isolates[d] = isolates[d] || isolated
			}
			rules[j].Peers = make([]model.Peer, stormPerSet)
			for k := range rules[j].Peers {
				rules[j].Peers[k] = model.Peer{Kind: model.PeerBlock, Block: b.stormBlock(r)}
			}
		}
		at++
		b.policy(ns.name, "set-"+strconv.Itoa(i), stormSubject(r, ns), isolates, rules...)
	})
}

// stormBlock draws a block of any length, in a fifth of all cases around pods
// and in another fifth of IPv6. Those that are large enough have parts left
// out, of which one may lie within another.
func (b *builder) stormBlock(r *rand.Rand) model.Block {
	within, bits := netip.MustParsePrefix("0.0.0.0/0"), 8+r.IntN(25)
	switch draw := r.Float64(); {
	case draw < 0.15:
		// The pods of the nodes fill the first addresses of their network.
		pods := 256 * b.Nodes
		return masked(r, plus(podNetwork(), r.IntN(pods)), 12+r.IntN(21), 0.3)
	case draw < 0.20:
		return masked(r, plus(podNetwork6(), r.IntN(256*b.Nodes)), 108+r.IntN(21), 0.3)
	case draw < 0.40:
		within, bits = netip.MustParsePrefix("2001:db8::/32"), 33+r.IntN(96)
	}
	return masked(r, part(r, within, bits).Addr(), bits, 0.3)
}

// portStorm is rules with ranges that all hold port 32768 and else have nothing
// in common, so that every one of them is cut by all others.
func (b *builder) portStorm() {
	b.stormApps()
	r := generator(b.seed, forPolicies)
	b.spreadPolicies(func(ns *namespace, i int) {
		rules := make([]model.Rule, 2)
		for j := range rules {
			peer := stormSubject(r, ns)
			rules[j] = from(ns.name, peer)
			rules[j].Ports = make([]model.PortMatch, 10)
			for k := range rules[j].Ports {
				rules[j].Ports[k] = span(model.Protocol(r.IntN(int(model.Protocols))), uint16(1+r.IntN(32_768)), uint16(32_768+r.IntN(32_768)))
			}
		}
		b.policy(ns.name, "ranges-"+strconv.Itoa(i), stormSubject(r, ns), ingressOnly(), rules...)
	})
}
