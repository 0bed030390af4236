package worlds

import (
	"fmt"
	"strings"

	"netreach/model"
)

// Describe returns all of c and o that a verdict can depend on, for a person
// who looks at a failed test.
func Describe(c *model.Cluster, o model.Options) string {
	var b strings.Builder
	fmt.Fprintf(&b, "switches %+v\n", o.Switches)
	if len(o.PodCIDRs) > 0 {
		fmt.Fprintf(&b, "pod prefixes %v\n", o.PodCIDRs)
	}
	for _, n := range c.Namespaces {
		fmt.Fprintf(&b, "namespace %s: %s\n", n.Name, n.Labels)
	}
	for _, n := range c.Nodes {
		fmt.Fprintf(&b, "node %s: {%s} %v\n", n.Name, n.Labels, n.Addresses)
	}
	for i := range c.Pods {
		describePod(&b, &c.Pods[i])
	}
	for _, t := range c.Tiers {
		fmt.Fprintf(&b, "tier %s: unmatched %s", t.Name, t.Unmatched)
		if t.OwnNodeEgress {
			b.WriteString(", own node egress")
		}
		b.WriteByte('\n')
	}
	for i := range c.Policies {
		describePolicy(&b, &c.Policies[i])
	}
	return b.String()
}

func describePod(b *strings.Builder, p *model.Pod) {
	fmt.Fprintf(b, "pod %s/%s: {%s} %v", p.Namespace, p.Name, p.Labels, p.Addresses)
	if p.HostNetwork {
		b.WriteString(" hostNetwork")
	}
	if p.Node != "" {
		b.WriteString(" on " + p.Node)
	}
	if len(p.LateLabels) > 0 {
		fmt.Fprintf(b, " late %v", p.LateLabels)
	}
	if p.Weight != 1 || p.StandIn {
		fmt.Fprintf(b, " stands for %d", p.Weight)
	}
	for _, cp := range p.Ports {
		fmt.Fprintf(b, " %s=%s", cp.Name, model.PortString(cp.Protocol, cp.Port, cp.Port))
		if cp.Sidecar {
			b.WriteString("(sidecar)")
		}
	}
	b.WriteByte('\n')
}

func describePolicy(b *strings.Builder, p *model.Policy) {
	fmt.Fprintf(b, "policy %s in tier %s, order %g: %s", p.Origin.Object(), p.Tier, p.Order, p.Subject)
	if p.Unordered {
		b.WriteString(", anywhere in its tier")
	}
	if p.Subject.Namespace != "" && !p.Subject.Namespaces.Everything() {
		fmt.Fprintf(b, " with %s", p.Subject.Namespaces)
	}
	for d, isolates := range p.Isolates {
		if isolates {
			fmt.Fprintf(b, ", isolates %s", model.Direction(d))
		}
	}
	b.WriteByte('\n')
	for i := range p.Rules {
		r := &p.Rules[i]
		fmt.Fprintf(b, "    %s %s: peers", r.Direction, r.Action)
		for _, peer := range r.Peers {
			fmt.Fprintf(b, " [%s", peer)
			if peer.Pods.Namespace != "" && !peer.Pods.Namespaces.Everything() {
				fmt.Fprintf(b, " with %s", peer.Pods.Namespaces)
			}
			b.WriteByte(']')
		}
		b.WriteString(" ports")
		for _, m := range r.Ports {
			fmt.Fprintf(b, " %s", m)
			if m.EndPort {
				b.WriteString("(endPort)")
			}
		}
		b.WriteByte('\n')
	}
}
