package load

import (
	"fmt"
	"iter"
	"net/netip"
	"slices"

	"netreach/model"
	"netreach/model/lower/adminpol"
)

// remarks warns of what the cluster leaves open or makes doubtful.
func (r *reader) remarks(c *model.Cluster) {
	r.undeclaredNamespaces(c)
	r.sharedAddresses(c)
	r.lateLabels(c)
	for _, d := range adminpol.Ties(c.Policies) {
		r.ds = append(r.ds, r.placed(d))
	}
}

// undeclaredNamespaces warns of each namespace with pods that no object
// declares, if a policy asks for labels of namespaces: those of its object are
// not known (NP-27).
func (r *reader) undeclaredNamespaces(c *model.Cluster) {
	policy, key, ok := namespaceQuestion(c)
	if !ok {
		return
	}
	inhabited := map[string]bool{}
	for _, wl := range c.Workloads {
		inhabited[wl.Namespace] = true
	}
	for _, n := range c.Namespaces {
		if n.Declared || !inhabited[n.Name] {
			continue
		}
		r.warn(n.Origin, "namespace-undeclared",
			fmt.Sprintf("no object declares the namespace: it is taken to have no label but its name, yet %s selects namespaces by %q", policy.Origin.Object(), key),
			"add the namespaces: kubectl get namespaces -o yaml")
	}
}

// namespaceQuestion returns the first policy that asks for a label of
// namespaces other than their name, and the label.
func namespaceQuestion(c *model.Cluster) (*model.Policy, string, bool) {
	for i := range c.Policies {
		for set := range podSets(&c.Policies[i]) {
			for _, q := range set.Namespaces.Requirements {
				if q.Key != model.NameLabel {
					return &c.Policies[i], q.Key, true
				}
			}
		}
	}
	return nil, "", false
}

// podSets returns the sets of pods that a policy names: its subjects, and those
// among its peers, with the place of each.
func podSets(p *model.Policy) iter.Seq2[model.PodSet, model.Origin] {
	return func(yield func(model.PodSet, model.Origin) bool) {
		if !yield(p.Subject, p.Origin.At("spec.podSelector")) {
			return
		}
		for _, rule := range p.Rules {
			for _, peer := range rule.Peers {
				if peer.Kind == model.PeerPods && !yield(peer.Pods, rule.Origin.At(under(rule.Origin.Field, peer.Field))) {
					return
				}
			}
		}
	}
}

// sharedAddresses warns of an address that several pods have. Pods on their
// node's network share its address by design.
func (r *reader) sharedAddresses(c *model.Cluster) {
	first := map[netip.Addr]*model.Pod{}
	for i := range c.Pods {
		p := &c.Pods[i]
		if p.HostNetwork {
			continue
		}
		for _, a := range p.Addresses {
			if q := first[a]; q != nil {
				r.warn(p.Origin, "address-shared",
					fmt.Sprintf("%s is also the address of %s: what is asked about the address is answered for that one", a, q.Origin.Object()),
					"were these pods read at different times? take one dump of all")
				continue
			}
			first[a] = p
		}
	}
}

// podTemplateHash is the label by which a Deployment tells the pods of its
// ReplicaSets apart.
const podTemplateHash = "pod-template-hash"

// lateKeys are labels that pods get when they are made, by the kind of their
// workload: a stand-in cannot have them (NP-47).
var lateKeys = map[string][]string{
	"Deployment":  {podTemplateHash},
	"ReplicaSet":  {podTemplateHash},
	"StatefulSet": {"statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index", "controller-revision-hash"},
	"DaemonSet":   {"controller-revision-hash", "pod-template-generation"},
	"Job":         {"job-name", "controller-uid", "batch.kubernetes.io/job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-completion-index"},
	"CronJob":     {"job-name", "controller-uid", "batch.kubernetes.io/job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-completion-index"},
}

// lateLabelsOf returns the late keys of a kind of workload that labels lack,
// sorted.
func lateLabelsOf(kind string, labels model.Labels) []string {
	var out []string
	for _, key := range lateKeys[kind] {
		if _, ok := labels.Get(key); !ok {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// lateLabels warns of selectors that ask stand-ins for labels that only real
// pods have.
func (r *reader) lateLabels(c *model.Cluster) {
	lacking := map[namespaceKey]*model.Pod{}
	for i := range c.Pods {
		p := &c.Pods[i]
		for _, key := range p.LateLabels {
			for _, in := range []namespaceKey{{p.Namespace, key}, {"", key}} {
				if lacking[in] == nil {
					lacking[in] = p
				}
			}
		}
	}
	if len(lacking) == 0 {
		return
	}
	for i := range c.Policies {
		warned := map[string]bool{}
		for set, o := range podSets(&c.Policies[i]) {
			for _, q := range set.Pods.Requirements {
				p := lacking[namespaceKey{set.Namespace, q.Key}]
				if p == nil || warned[q.Key] {
					continue
				}
				warned[q.Key] = true
				r.warn(o, "late-label",
					fmt.Sprintf("%q is a label that pods get when they are made: the pods of %s are not in the input, so whether they match is unknown", q.Key, p.Origin.Object()),
					"read a dump of the pods to have it judged: kubectl get pods -A -o yaml")
			}
		}
	}
}

// namespaceKey is a label key in a namespace, or in any if that is "".
type namespaceKey struct{ namespace, key string }
