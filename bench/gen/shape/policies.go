package shape

import (
	"math"
	"math/rand/v2"
	"strconv"

	"netreach/model"
	"netreach/model/selector"
)

// drawing is the state of drawing the policies of a statistical cluster.
type drawing struct {
	*builder
	r      *rand.Rand
	v      *vocabulary
	blocks zipf
	ports  zipf
	// tenants are the indices of the namespaces that peers and policies choose
	// from: those with workloads that do not serve the whole cluster.
	tenants  []int
	platform bool
	byName   quota
	ranges   quota
	made     int
}

// zipf draws from a list, its first elements far more often than the last.
type zipf struct {
	*rand.Zipf
	n int
}

func newZipf(r *rand.Rand, n int) zipf { return zipf{rand.NewZipf(r, 1.05, 2, uint64(n-1)), n} }

// drawPolicies draws the policies, namespace by namespace.
func (b *builder) drawPolicies() {
	d := &drawing{builder: b, r: generator(b.seed, forPolicies), v: newVocabulary(generator(b.seed, forVocabulary), b.Mix)}
	d.blocks, d.ports = newZipf(d.r, len(d.v.blocks)), newZipf(d.r, len(d.v.ports))
	d.byName, d.ranges = quota{share: b.Mix.NamedPort}, quota{share: b.Mix.EndPort}
	for i, ns := range b.namespaces {
		d.platform = d.platform || ns.platform
		if len(ns.workloads) > 0 && !ns.platform {
			d.tenants = append(d.tenants, i)
		}
	}
	noEffect := int(math.Round(b.Mix.NoEffect * float64(b.Policies)))
	denyOnly := int(math.Round(b.Mix.DenyOnly * float64(b.Policies)))
	bySize := make([]float64, len(d.tenants))
	for i, n := range d.tenants {
		bySize[i] = math.Pow(float64(len(b.namespaces[n].workloads)), sizeBias)
	}
	retired := deal(noEffect, 0, bySize)
	allowing := deal(b.Policies-noEffect-denyOnly, 0, bySize)
	denying := d.dealRound(denyOnly)
	for i, n := range d.tenants {
		ns := &b.namespaces[n]
		for j := range denying[i] {
			d.deny(ns, j)
		}
		for range retired[i] {
			d.retired(ns)
		}
		for range allowing[i] {
			d.allow(ns)
		}
	}
}

// sizeBias says how far policies follow workloads: with 0 each namespace has
// as many as any other, with 1 each workload. Together with the skew of the
// namespaces the figure gives about the subjects that the dump has: a median
// of 6 pods, a mean of 13, and 154 at most.
const sizeBias = 1

// dealRound gives each tenant one, in a random order, before any has two.
func (d *drawing) dealRound(total int) []int {
	parts := make([]int, len(d.tenants))
	order := d.r.Perm(len(parts))
	for i := range total {
		parts[order[i%len(order)]]++
	}
	return parts
}

// add adds a policy to ns. Its name says what it is for, and has a number.
func (d *drawing) add(ns *namespace, purpose string, subject selector.Selector, isolates [model.Directions]bool, rules ...model.Rule) {
	d.made++
	d.policy(ns.name, purpose+"-"+strconv.Itoa(d.made), subject, isolates, rules...)
}

// Which directions a policy isolates.
func ingressOnly() [model.Directions]bool { return [model.Directions]bool{model.Ingress: true} }
func egressOnly() [model.Directions]bool  { return [model.Directions]bool{model.Egress: true} }
func bothWays() [model.Directions]bool    { return [model.Directions]bool{true, true} }

// deny adds a policy that allows nothing: the first of a namespace is about all
// of its pods, others about one workload.
func (d *drawing) deny(ns *namespace, nth int) {
	if nth == 0 {
		isolates := [][model.Directions]bool{ingressOnly(), ingressOnly(), bothWays(), egressOnly()}
		d.policy(ns.name, "default-deny", selector.Selector{}, pick(d.r, isolates))
		return
	}
	w := pick(d.r, ns.workloads)
	d.add(ns, "deny-"+w.name, d.workload(&w), ingressOnly())
}

// retired adds a policy whose workload is gone: it selects no pod.
func (d *drawing) retired(ns *namespace) {
	gone := nth(productNames, d.r.IntN(40)) + "-legacy"
	key := pick(d.r, []string{"app", "app.kubernetes.io/name", "release"})
	rules, isolates := d.rules(ns, 1)
	d.add(ns, "allow-"+gone, selector.Equal(key, gone), isolates, rules...)
}

// allow adds a policy with rules, about pods that there are.
func (d *drawing) allow(ns *namespace) {
	w := &ns.workloads[d.r.IntN(len(ns.workloads))]
	purpose, subject := d.subject(w)
	rules, isolates := d.rules(ns, atLeastOne(d.r, d.Mix.Rules))
	d.add(ns, purpose, subject, isolates, rules...)
}

// subject draws a selector that w's pods meet: of the namespace, of w alone, or
// of several workloads.
func (d *drawing) subject(w *workload) (string, selector.Selector) {
	switch draw := d.r.Float64(); {
	case draw < 0.30:
		return "allow-all", selector.Selector{}
	case draw < 0.76:
		return "allow-" + w.name, d.workload(w)
	case draw < 0.96:
		return "allow-group", d.group(w)
	}
	return "allow-some", d.expression(w)
}

// nameKey is the key of the label with w's name.
func nameKey(w *workload) string {
	if _, ok := w.labels.Get("app"); ok {
		return "app"
	}
	return "app.kubernetes.io/name"
}

// equal adds to s that key has the value that it has in w's labels, if it has
// any.
func equal(s selector.Selector, w *workload, key string) selector.Selector {
	if value, ok := w.labels.Get(key); ok {
		s.Requirements = append(s.Requirements, selector.Requirement{Key: key, Op: selector.In, Values: []string{value}})
	}
	return s
}

// workload selects w by its name, sometimes together with its release.
func (d *drawing) workload(w *workload) selector.Selector {
	s := equal(selector.Selector{}, w, nameKey(w))
	if d.r.Float64() < 0.4 {
		s = equal(equal(s, w, "app.kubernetes.io/instance"), w, "release")
	}
	return s
}

// group selects what has something in common with w.
func (d *drawing) group(w *workload) selector.Selector {
	key := pick(d.r, []string{"app.kubernetes.io/part-of", "app.kubernetes.io/component"})
	if nameKey(w) == "app" {
		key = pick(d.r, []string{"release", "tier"})
	}
	return equal(selector.Selector{}, w, key)
}

// expression selects w in one of the ways that need an expression.
func (d *drawing) expression(w *workload) selector.Selector {
	key := nameKey(w)
	value, _ := w.labels.Get(key)
	others := []string{nth(productNames, d.r.IntN(20)) + "-migration", "debug"}
	r := pick(d.r, []selector.Requirement{
		{Key: key, Op: selector.In, Values: append(others, value)},
		{Key: key, Op: selector.NotIn, Values: others},
		{Key: key, Op: selector.Exists},
		{Key: "batch.kubernetes.io/job-name", Op: selector.DoesNotExist},
	})
	if w.kind == "Job" && r.Op == selector.DoesNotExist {
		r = selector.Requirement{Key: key, Op: selector.Exists}
	}
	return selector.Selector{Requirements: []selector.Requirement{r}}
}
