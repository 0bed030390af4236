package peers_test

import (
	"slices"

	"github.com/mattfenwick/cyclonus/pkg/kube"
	"github.com/mattfenwick/cyclonus/pkg/matcher"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	klabels "k8s.io/apimachinery/pkg/labels"
)

// flow is one flow of a world. An end is a pod, or an address outside.
type flow struct {
	src, dst end
	protocol corev1.Protocol
	port     int32
}

type end struct {
	pod     *corev1.Pod
	address string
}

func (e end) String() string {
	if e.pod == nil {
		return e.address
	}
	return e.pod.Namespace + "/" + e.pod.Name
}

// ends returns the ends of all flows of w.
func (w *world) ends() []end {
	var out []end
	for _, p := range w.pods {
		out = append(out, end{p, p.Status.PodIP})
	}
	for _, a := range w.outside {
		out = append(out, end{address: a})
	}
	return out
}

// namespaceLabels returns the labels of the namespace of e.
func (w *world) namespaceLabels(e end) map[string]string {
	i := slices.IndexFunc(w.namespaces, func(n *corev1.Namespace) bool { return n.Name == e.pod.Namespace })
	return w.namespaces[i].Labels
}

// cyclonus is the other implementation, made ready for one world.
type cyclonus struct {
	world  *world
	policy *matcher.Policy
}

// newCyclonus builds its matchers. It panics on absent policyTypes, where it
// counts on the API server's defaulting; so that comes first (NP-15). It is
// asked without its simplifier, which is an optimisation of the same rules.
func newCyclonus(w *world) cyclonus {
	var policies []*networkingv1.NetworkPolicy
	for _, p := range w.policies {
		if len(p.Spec.PolicyTypes) == 0 {
			p = p.DeepCopy()
			p.Spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
			if len(p.Spec.Egress) > 0 {
				p.Spec.PolicyTypes = append(p.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
			}
		}
		policies = append(policies, p)
	}
	return cyclonus{w, matcher.BuildNetworkPolicies(false, policies)}
}

// allows returns its verdict about f. It takes one port name for a flow,
// whereas a number can have several names: a direction allows the flow if it
// does so under one of them (NP-31).
func (c cyclonus) allows(f flow) bool {
	egress, ingress := false, false
	for _, name := range portNamesOf(f) {
		t := &matcher.Traffic{
			Source:           c.peer(f.src),
			Destination:      c.peer(f.dst),
			ResolvedPort:     int(f.port),
			ResolvedPortName: name,
			Protocol:         f.protocol,
		}
		result := c.policy.IsTrafficAllowed(t)
		egress = egress || result.Egress.IsAllowed()
		ingress = ingress || result.Ingress.IsAllowed()
	}
	return egress && ingress
}

func (c cyclonus) peer(e end) *matcher.TrafficPeer {
	p := &matcher.TrafficPeer{IP: e.address}
	if e.pod != nil {
		p.Internal = &matcher.InternalPeer{
			PodLabels:       e.pod.Labels,
			NamespaceLabels: c.world.namespaceLabels(e),
			Namespace:       e.pod.Namespace,
		}
	}
	return p
}

// portNamesOf returns the names of f's port on its destination, or "".
func portNamesOf(f flow) []string {
	var names []string
	if f.dst.pod != nil {
		for _, c := range f.dst.pod.Spec.Containers {
			for _, p := range c.Ports {
				if p.ContainerPort == f.port && p.Protocol == f.protocol {
					names = append(names, p.Name)
				}
			}
		}
	}
	if len(names) == 0 {
		return []string{""}
	}
	return names
}

// deviations are the points in which the other implementation is known to
// differ from the specification. A differing verdict must be one of theirs;
// TestDeviations shows that each is there.
var deviations = []struct {
	rule, text string
	// concerns reports whether the deviation may change the verdict about f.
	concerns func(*world, flow) bool
}{
	{
		"SEL-5", "NotIn does not match where the key is absent",
		func(w *world, f flow) bool { return w.selects(f, notInOfAbsentKey) },
	},
	{
		"SEL-3", "an empty value in matchLabels matches where the key is absent",
		func(w *world, f flow) bool { return w.selects(f, emptyValueOfAbsentKey) },
	},
	{
		"NP-43", "a pod can be denied itself",
		func(_ *world, f flow) bool { return f.src.pod != nil && f.src.pod == f.dst.pod },
	},
}

// notInOfAbsentKey reports whether s has a NotIn on a key that labels lack.
func notInOfAbsentKey(s *metav1.LabelSelector, labels map[string]string) bool {
	return slices.ContainsFunc(s.MatchExpressions, func(r metav1.LabelSelectorRequirement) bool {
		_, ok := labels[r.Key]
		return r.Operator == metav1.LabelSelectorOpNotIn && !ok
	})
}

// emptyValueOfAbsentKey reports whether s wants an empty value for a key that
// labels lack.
func emptyValueOfAbsentKey(s *metav1.LabelSelector, labels map[string]string) bool {
	for k, v := range s.MatchLabels {
		if _, ok := labels[k]; v == "" && !ok {
			return true
		}
	}
	return false
}

// selects reports whether some selector of w is read differently there than by
// Kubernetes' own library, for the labels of an end of f, and peculiar holds of
// that selector and those labels.
func (w *world) selects(f flow, peculiar func(*metav1.LabelSelector, map[string]string) bool) bool {
	differs := func(s *metav1.LabelSelector, labels map[string]string) bool {
		if s == nil || !peculiar(s, labels) {
			return false
		}
		ours, err := metav1.LabelSelectorAsSelector(s)
		return err != nil || ours.Matches(klabels.Set(labels)) != kube.IsLabelsMatchLabelSelector(labels, *s)
	}
	for _, e := range []end{f.src, f.dst} {
		if e.pod == nil {
			continue
		}
		for _, p := range w.policies {
			if p.Namespace == e.pod.Namespace && differs(&p.Spec.PodSelector, e.pod.Labels) {
				return true
			}
			for _, peer := range peersOf(p) {
				if differs(peer.PodSelector, e.pod.Labels) || differs(peer.NamespaceSelector, w.namespaceLabels(e)) {
					return true
				}
			}
		}
	}
	return false
}

func peersOf(p *networkingv1.NetworkPolicy) []networkingv1.NetworkPolicyPeer {
	var out []networkingv1.NetworkPolicyPeer
	for _, r := range p.Spec.Ingress {
		out = append(out, r.From...)
	}
	for _, r := range p.Spec.Egress {
		out = append(out, r.To...)
	}
	return out
}
