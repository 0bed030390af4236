package shape

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netreach/model"
	"netreach/model/lower/netpol"
	"netreach/model/selector"
)

// builder makes a cluster. A shape first draws namespaces with their workloads,
// then calls place, which makes the pods, and then draws the policies.
type builder struct {
	Profile
	seed       uint64
	namespaces []namespace
	cluster    *model.Cluster

	labels    arena[selector.Label]
	ports     arena[model.ContainerPort]
	addresses arena[netip.Addr]
}

// namespace is a namespace with its workloads. Both are sorted by place.
type namespace struct {
	name      string
	labels    model.Labels
	workloads []workload
	// platform marks one that serves the whole cluster.
	platform bool
}

// workload is what its pods have in common.
type workload struct {
	kind, name string
	// labels and ports are those of each pod; what the controller adds to the
	// labels is not among them.
	labels model.Labels
	ports  []model.ContainerPort
	// fixed is the number of its pods, if it is given; else weight is its share
	// of those that are left, beyond the one that each workload has.
	fixed       int
	weight      float64
	hostNetwork bool
	// rollout gives the pods two templates, if there are two pods.
	rollout bool

	pods int // filled in by place
}

// The streams of random numbers, one for each part of a cluster.
const (
	forLandscape uint64 = iota + 1
	forPods
	forNodes
	forPolicies
	forVocabulary
	forChurn
)

// generator returns the stream of a part.
func generator(seed, part uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, part)) //nolint:gosec // a cluster must be reproducible, not secret
}

func newBuilder(p Profile, seed uint64) *builder {
	return &builder{
		Profile: p, seed: seed,
		cluster: &model.Cluster{Tiers: []model.Tier{netpol.Tier()}},
	}
}

// labelled returns labels from keys and values in turn, sorted.
func labelled(keysAndValues ...string) model.Labels {
	l := make(model.Labels, 0, len(keysAndValues)/2)
	for i := 0; i < len(keysAndValues); i += 2 {
		l = append(l, selector.Label{Key: keysAndValues[i], Value: keysAndValues[i+1]})
	}
	slices.SortFunc(l, func(a, b selector.Label) int { return strings.Compare(a.Key, b.Key) })
	return l
}

// place turns the namespaces into those of the cluster, and makes its nodes,
// workloads and pods.
func (b *builder) place() {
	slices.SortFunc(b.namespaces, func(x, y namespace) int { return strings.Compare(x.name, y.name) })
	b.countPods()
	c := b.cluster
	c.Namespaces = make([]model.Namespace, 0, len(b.namespaces))
	c.Workloads = make([]model.Workload, 0, b.Workloads)
	c.Pods = make([]model.Pod, 0, b.Pods)
	r := generator(b.seed, forPods)
	for i := range b.namespaces {
		ns := &b.namespaces[i]
		c.Namespaces = append(c.Namespaces, model.Namespace{
			Name: ns.name, Labels: ns.labels.With(model.NameLabel, ns.name), Declared: true,
			Origin: model.Origin{Kind: "Namespace", Name: ns.name},
		})
		slices.SortFunc(ns.workloads, func(x, y workload) int {
			return cmp.Or(strings.Compare(x.kind, y.kind), strings.Compare(x.name, y.name))
		})
		for j := range ns.workloads {
			w := &ns.workloads[j]
			c.Workloads = append(c.Workloads, model.Workload{
				Kind: w.kind, Namespace: ns.name, Name: w.name, Replicas: w.pods,
				Origin: model.Origin{Kind: w.kind, Namespace: ns.name, Name: w.name},
			})
			b.addPods(r, ns, w)
		}
	}
	b.addNodes()
}

// countPods deals the pods of the profile out to the workloads.
func (b *builder) countPods() {
	left := b.Pods
	var weights []float64
	var of []*workload
	for i := range b.namespaces {
		for j := range b.namespaces[i].workloads {
			w := &b.namespaces[i].workloads[j]
			if w.fixed > 0 {
				w.pods = w.fixed
				left -= w.pods
				continue
			}
			of, weights = append(of, w), append(weights, w.weight)
		}
	}
	for i, n := range deal(left, 1, weights) {
		of[i].pods = n
	}
}

// addPods adds the pods of a workload, sorted by name.
func (b *builder) addPods(r *rand.Rand, ns *namespace, w *workload) {
	first := len(b.cluster.Pods)
	m := newMint(r, w)
	for i := range w.pods {
		name, extra := m.next(i)
		b.cluster.Pods = append(b.cluster.Pods, model.Pod{
			Namespace: ns.name, Name: name,
			Labels:      b.podLabels(w.labels, extra),
			Ports:       append(b.ports.take(len(w.ports)), w.ports...),
			HostNetwork: w.hostNetwork,
			Workload:    len(b.cluster.Workloads) - 1,
			Weight:      1,
			Origin:      model.Origin{Kind: "Pod", Namespace: ns.name, Name: name},
		})
	}
	slices.SortFunc(b.cluster.Pods[first:], func(x, y model.Pod) int { return strings.Compare(x.Name, y.Name) })
}

// podLabels merges two sorted label sets with different keys.
func (b *builder) podLabels(own, extra model.Labels) model.Labels {
	out := b.labels.take(len(own) + len(extra))
	for len(own) > 0 && len(extra) > 0 {
		if own[0].Key < extra[0].Key {
			out, own = append(out, own[0]), own[1:]
		} else {
			out, extra = append(out, extra[0]), extra[1:]
		}
	}
	return append(append(out, own...), extra...)
}

// mint makes the names of a workload's pods, and the labels that its controller
// gives them.
type mint struct {
	*workload
	suffixes suffixes
	hashes   [2]string
	labels   [2]model.Labels
	name     []byte
}

func newMint(r *rand.Rand, w *workload) *mint {
	m := &mint{workload: w, suffixes: newSuffixes(r)}
	for i := range m.hashes {
		m.hashes[i] = templateHash(r)
	}
	switch w.kind {
	case "Deployment":
		for i := range m.labels {
			m.labels[i] = labelled("pod-template-hash", m.hashes[i])
		}
	case "DaemonSet":
		m.labels[0] = labelled("controller-revision-hash", m.hashes[0], "pod-template-generation", "1")
	case "Job":
		id := uid(r)
		m.labels[0] = labelled("batch.kubernetes.io/controller-uid", id, "batch.kubernetes.io/job-name", w.name, "controller-uid", id, "job-name", w.name)
	}
	return m
}

// next returns the i-th pod's name and the labels that the controller adds.
func (m *mint) next(i int) (string, model.Labels) {
	m.name = append(m.name[:0], m.workload.name...)
	switch m.kind {
	case "StatefulSet":
		m.name = strconv.AppendInt(append(m.name, '-'), int64(i), 10)
		name := string(m.name)
		return name, labelled(
			"apps.kubernetes.io/pod-index", name[len(m.workload.name)+1:],
			"controller-revision-hash", m.workload.name+"-"+m.hashes[0],
			"statefulset.kubernetes.io/pod-name", name)
	case "Deployment":
		template := 0
		if m.rollout && i < m.pods/2 {
			template = 1
		}
		m.name = append(append(append(m.name, '-'), m.hashes[template]...), '-')
		return string(m.suffixes.append(m.name)), m.labels[template]
	case "Pod":
		return m.workload.name, nil
	}
	return string(m.suffixes.append(append(m.name, '-'))), m.labels[0]
}

// arena hands out slices from large pieces of memory.
type arena[T any] struct{ free []T }

// take returns an empty slice with room for n.
func (a *arena[T]) take(n int) []T {
	if n == 0 {
		return nil
	}
	if len(a.free) < n {
		a.free = make([]T, max(n, 1<<14))
	}
	out := a.free[:0:n]
	a.free = a.free[n:]
	return out
}

// policy adds a policy. Its rules may come in any order and without origins:
// those of ingress are put first, and all are numbered. Policies of a namespace
// must be added one after the other, and the namespaces in their order.
func (b *builder) policy(ns, name string, subject selector.Selector, isolates [model.Directions]bool, rules ...model.Rule) {
	p := model.Policy{
		Origin:   model.Origin{Kind: "NetworkPolicy", Namespace: ns, Name: name},
		Tier:     model.TierNetworkPolicy,
		Subject:  model.PodSet{Namespace: ns, Pods: subject.Canonical()},
		Isolates: isolates,
		Rules:    rules,
	}
	number(&p)
	b.cluster.Policies = append(b.cluster.Policies, p)
}

// sortPolicies puts the policies in their order, once all have been added.
func (b *builder) sortPolicies() {
	slices.SortFunc(b.cluster.Policies, func(x, y model.Policy) int {
		return cmp.Or(strings.Compare(x.Origin.Namespace, y.Origin.Namespace), strings.Compare(x.Origin.Name, y.Origin.Name))
	})
}

// number puts the rules of ingress before those of egress and selectors into
// their canonical form, which is how they are lowered, and says of each rule
// and peer where it stands.
func number(p *model.Policy) {
	slices.SortStableFunc(p.Rules, func(x, y model.Rule) int { return cmp.Compare(y.Direction, x.Direction) })
	var count [model.Directions]int
	for i := range p.Rules {
		rule := &p.Rules[i]
		list, peers := "spec.ingress", "from"
		if rule.Direction == model.Egress {
			list, peers = "spec.egress", "to"
		}
		rule.Origin = p.Origin.At(item(list, count[rule.Direction]))
		count[rule.Direction]++
		for j := range rule.Peers {
			peer := &rule.Peers[j]
			peer.Field = item(peers, j)
			if peer.Kind == model.PeerAny {
				peer.Field = peers
			}
			peer.Pods.Namespaces = peer.Pods.Namespaces.Canonical()
			peer.Pods.Pods = peer.Pods.Pods.Canonical()
		}
	}
}

func item(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }
