package shape

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"netreach/model"
	"netreach/model/selector"
)

// Each of these shapes breaks a trick that makes ordinary clusters cheap. They
// follow the counts of the profile, so that they can be made larger.

// spread makes the namespaces "ns-00000" and so on, and deals the workloads out
// to them evenly.
func (b *builder) spread(labels func(name string, i int) model.Labels, w func(ns, i int) workload) {
	for i, n := range deal(b.Workloads, 0, even(b.Namespaces)) {
		ns := namespace{name: fmt.Sprintf("ns-%05d", i)}
		ns.labels = labels(ns.name, i)
		for j := range n {
			ns.workloads = append(ns.workloads, w(i, j))
		}
		b.namespaces = append(b.namespaces, ns)
	}
	b.place()
}

// spreadPolicies deals the policies out evenly to the namespaces that have
// workloads.
func (b *builder) spreadPolicies(add func(ns *namespace, i int)) {
	weights := even(b.Namespaces)
	for i := range b.namespaces {
		if len(b.namespaces[i].workloads) == 0 {
			weights[i] = 0
		}
	}
	for i, n := range deal(b.Policies, 0, weights) {
		for j := range n {
			add(&b.namespaces[i], j)
		}
	}
	b.sortPolicies()
}

func appLabel(name string, _ int) model.Labels { return labelled("app", name) }

// from returns a rule that lets the pods of namespace ns that s selects in, on
// all ports or on the given ones.
func from(ns string, s selector.Selector, ports ...model.PortMatch) model.Rule {
	if len(ports) == 0 {
		ports = []model.PortMatch{{Kind: model.PortAny}}
	}
	return model.Rule{
		Direction: model.Ingress, Action: model.Allow, Ports: ports,
		Peers: []model.Peer{{Kind: model.PeerPods, Pods: model.PodSet{Namespace: ns, Pods: s}}},
	}
}

// smallNamespaces is the cost of having many: in each, two applications that
// may only talk to themselves.
func (b *builder) smallNamespaces() {
	app := func(i int) (key, value string) {
		return "app-" + strconv.Itoa(i%2+1), "scale-" + strconv.Itoa(i%2+1)
	}
	b.spread(appLabel, func(_, i int) workload {
		key, value := app(i)
		return workload{kind: "Deployment", name: "app-" + strconv.Itoa(i+1), weight: 1, labels: labelled(key, value)}
	})
	b.spreadPolicies(func(ns *namespace, i int) {
		if i%3 == 0 {
			b.policy(ns.name, "default-deny-all-"+strconv.Itoa(i), selector.Selector{}, ingressOnly())
			return
		}
		s := selector.Equal(app(i%3 - 1))
		b.policy(ns.name, "np-"+strconv.Itoa(i), s, ingressOnly(), from(ns.name, s))
	})
}

// policyPerPod leaves nothing to share: every pod has a label of its own and a
// policy that lets one other pod in.
func (b *builder) policyPerPod() {
	name := func(i int) string { return fmt.Sprintf("scale-%06d", i) }
	kind := "Pod"
	if b.Pods > b.Workloads {
		kind = "Deployment"
	}
	b.spread(appLabel, func(_, i int) workload {
		return workload{kind: kind, name: name(i), weight: 1, labels: labelled("app", name(i))}
	})
	b.spreadPolicies(func(ns *namespace, i int) {
		pods := len(ns.workloads)
		subject, peer := i%pods, (i^1)%pods
		b.policy(ns.name, fmt.Sprintf("np-%06d", i), selector.Equal("app", name(subject)), ingressOnly(),
			from(ns.name, selector.Equal("app", name(peer))))
	})
}

// oneForAll makes every policy apply to every pod.
func (b *builder) oneForAll() {
	b.spread(appLabel, func(_, i int) workload {
		return workload{kind: "Deployment", name: "app-" + strconv.Itoa(i), weight: 1, labels: labelled("app-1", "scale-1")}
	})
	b.spreadPolicies(func(ns *namespace, i int) {
		s := selector.Equal("app-1", "scale-1")
		b.policy(ns.name, fmt.Sprintf("np-%06d", i), s, ingressOnly(), from(ns.name, s))
	})
}

// customers are namespaces that are the same but for their names: each may talk
// to itself and to the internet.
func (b *builder) customers() {
	b.spread(func(name string, _ int) model.Labels { return labelled("customer", name) }, func(_, i int) workload {
		return workload{kind: "Deployment", name: "app-" + strconv.Itoa(i), weight: 1, labels: labelled("app", "app-"+strconv.Itoa(i))}
	})
	internet := usualBlocks()[0]
	b.spreadPolicies(func(ns *namespace, i int) {
		own := from(ns.name, selector.Selector{})
		back := from(ns.name, selector.Selector{})
		back.Direction = model.Egress
		out := model.Rule{
			Direction: model.Egress, Action: model.Allow,
			Peers: []model.Peer{{Kind: model.PeerBlock, Block: model.Block{CIDR: internet.CIDR, Except: slices.Clone(internet.Except)}}},
			Ports: []model.PortMatch{single(model.TCP, 443)},
		}
		b.policy(ns.name, "isolate-"+strconv.Itoa(i), selector.Selector{}, bothWays(), own, back, out)
	})
}

// megaNamespace is one policy that selects everything there is.
func (b *builder) megaNamespace() {
	b.spread(appLabel, func(_, i int) workload {
		name := fmt.Sprintf("trainer-%05d", i)
		return workload{kind: "Job", name: name, weight: 1, labels: labelled("app", name, "queue", "gpu-"+strconv.Itoa(i%10))}
	})
	b.spreadPolicies(func(ns *namespace, i int) {
		b.policy(ns.name, "isolate-"+strconv.Itoa(i), selector.Selector{}, ingressOnly(), from(ns.name, selector.Selector{}))
	})
}

// uniqueLabels has pods of StatefulSets and Jobs only, so that hardly two have
// the same labels; policies select by one label of ten values.
func (b *builder) uniqueLabels() {
	app := func(i int) string { return "app-" + strconv.Itoa(i%10) }
	b.spread(appLabel, func(_, i int) workload {
		w := workload{kind: "Job", name: fmt.Sprintf("run-%05d", i), labels: labelled("app", app(i), "run-id", fmt.Sprintf("run-%05d", i))}
		if i%26 == 0 {
			w.kind, w.weight = "StatefulSet", 1
		}
		return w
	})
	b.spreadPolicies(func(ns *namespace, i int) {
		b.policy(ns.name, "np-"+strconv.Itoa(i), selector.Equal("app", app(i)), ingressOnly(),
			from(ns.name, selector.Equal("app", app(i+1)), single(model.TCP, uint16(8000+i%10))))
	})
}

// negativeSelectors turns postings inside out: what a selector names is the
// little that it does not select.
func (b *builder) negativeSelectors() {
	const environments, tiers = 10, 20
	b.spread(func(_ string, i int) model.Labels {
		return labelled("env", "env-"+strconv.Itoa(i%environments))
	}, func(ns, i int) workload {
		l := labelled("app", fmt.Sprintf("app-%03d", i), "tier", "tier-"+strconv.Itoa((ns+i)%tiers))
		if i%13 == 0 {
			l = l.With("legacy", "yes")
		}
		return workload{kind: "Deployment", name: fmt.Sprintf("app-%03d", i), weight: 1, labels: l}
	})
	r := generator(b.seed, forPolicies)
	without := func(key, prefix string, of int) selector.Requirement {
		values := []string{prefix + strconv.Itoa(r.IntN(of)), prefix + strconv.Itoa(r.IntN(of))}
		return selector.Requirement{Key: key, Op: selector.NotIn, Values: values}
	}
	absent := func() selector.Requirement {
		return selector.Requirement{Key: pick(r, []string{"legacy", "debug", "batch.kubernetes.io/job-name"}), Op: selector.DoesNotExist}
	}
	b.spreadPolicies(func(ns *namespace, i int) {
		rule := from("", selector.Selector{Requirements: []selector.Requirement{without("tier", "tier-", tiers), absent()}}, single(model.TCP, uint16(8000+r.IntN(100))))
		rule.Peers[0].Pods.Namespaces = selector.Selector{Requirements: []selector.Requirement{without("env", "env-", environments)}}
		subject := selector.Selector{Requirements: []selector.Requirement{without("tier", "tier-", tiers), absent()}}
		b.policy(ns.name, fmt.Sprintf("np-%04d", i), subject, direct(r, &rule), rule)
	})
}

// direct turns the rule to a random direction, and returns that as the one to
// isolate.
func direct(r *rand.Rand, rule *model.Rule) [model.Directions]bool {
	if r.IntN(2) == 0 {
		rule.Direction = model.Egress
		return egressOnly()
	}
	rule.Direction = model.Ingress
	return ingressOnly()
}
