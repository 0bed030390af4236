package peers_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"netreach/model"
)

// worlds is the number of random clusters that are compared.
const worlds = 400

// TestVerdicts compares every flow of random clusters: all ordered pairs of
// pods and addresses outside, on ports that rules name and one that none does.
// A verdict that differs must be one of the declared deviations.
func TestVerdicts(t *testing.T) {
	flows, allowed := 0, 0
	explained := map[string]int{}
	for seed := range uint64(worlds) {
		w := newWorld(seed)
		ours, theirs := newNetreach(t, w), newCyclonus(w)
		for f := range w.flows() {
			flows++
			us, them := ours.verdict(t, f), theirs.allows(f)
			if us == model.Allowed {
				allowed++
			}
			if us == model.Allowed && them || us == model.Denied && !them {
				continue
			}
			if rule := w.deviation(f); rule != "" && us != model.Unknown {
				explained[rule]++
				continue
			}
			t.Fatalf("seed %d: %s: netreach says %s, cyclonus allows: %v\n%s", seed, f, us, them, manifest(t, w))
		}
	}
	t.Logf("%d flows compared, %d of them allowed; differing as declared: %v", flows, allowed, explained)
	if allowed < flows/10 || allowed > flows*9/10 {
		t.Errorf("%d of %d flows are allowed: the clusters tell nothing", allowed, flows)
	}
	for _, d := range deviations {
		if explained[d.rule] == 0 {
			t.Errorf("no flow differs by %s: drop the deviation, or draw clusters that show it", d.rule)
		}
	}
}

// deviation returns the rule of the first declared deviation that concerns f,
// or "".
func (w *world) deviation(f flow) string {
	for _, d := range deviations {
		if d.concerns(w, f) {
			return d.rule
		}
	}
	return ""
}

// TestDeviations shows each deviation in the smallest cluster that has it, and
// that our verdict is the one of the specification.
func TestDeviations(t *testing.T) {
	deny := networkingv1.NetworkPolicySpec{
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
	}
	tests := []struct {
		rule   string
		policy networkingv1.NetworkPolicySpec
		src    int // index of the source pod
		want   model.Verdict
	}{
		// the client has no label env, so its env is not "prod"
		{"SEL-5", allowFrom(metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
			{Key: "env", Operator: metav1.LabelSelectorOpNotIn, Values: []string{"prod"}},
		}}), 1, model.Allowed},
		// a missing label is not an empty one
		{"SEL-3", allowFrom(metav1.LabelSelector{MatchLabels: map[string]string{"env": ""}}), 1, model.Denied},
		// nothing can keep a pod from itself
		{"NP-43", deny, 0, model.Allowed},
	}
	shown := map[string]bool{}
	for _, test := range tests {
		t.Run(test.rule, func(t *testing.T) {
			w := &world{}
			w.addNamespace("shop", map[string]string{})
			w.addPod("shop", "server", "10.244.0.1", map[string]string{"app": "server"})
			w.addPod("shop", "client", "10.244.0.2", map[string]string{"app": "client"})
			w.addPolicy("shop", "policy", test.policy)
			f := flow{w.ends()[test.src], w.ends()[0], corev1.ProtocolTCP, 80}
			if got := newNetreach(t, w).verdict(t, f); got != test.want {
				t.Errorf("%s: netreach says %s, want %s", f, got, test.want)
			}
			if theirs := newCyclonus(w).allows(f); theirs == (test.want == model.Allowed) {
				t.Errorf("%s: cyclonus agrees: this deviation is gone", f)
			}
			if got := w.deviation(f); got != test.rule {
				t.Errorf("%s: the deviation is declared as %q", f, got)
			}
		})
		shown[test.rule] = true
	}
	for _, d := range deviations {
		if !shown[d.rule] {
			t.Errorf("%s (%s) is declared but not shown", d.rule, d.text)
		}
	}
}

// allowFrom isolates all pods and lets in those of the namespace that s selects.
func allowFrom(s metav1.LabelSelector) networkingv1.NetworkPolicySpec {
	return networkingv1.NetworkPolicySpec{
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
		Ingress: []networkingv1.NetworkPolicyIngressRule{
			{From: []networkingv1.NetworkPolicyPeer{{PodSelector: &s}}},
		},
	}
}
