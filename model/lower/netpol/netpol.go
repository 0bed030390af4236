// Package netpol lowers networking.k8s.io/v1 NetworkPolicy to the model.
//
// Lowering is a pure function of one object. It applies the defaults of the API
// server (NP-15, NP-29) and all of its validation (NPV-1 to NPV-12), and
// reports every problem together, each with its place. What the API server takes
// although it does not mean what it looks like is a warning.
//
// The object must have been decoded strictly, as package strict does: a field
// that was dropped on the way cannot be missed here. Nothing is known here of
// pods, namespaces and switches; named ports stay names.
package netpol

import (
	"cmp"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"netreach/model"
	"netreach/model/lower/parts"
)

// Tier returns the tier that NetworkPolicies have where no other dialect hosts
// them: pods that a policy isolates are denied what no rule allows (NP-7), but
// for connections to their own node (NP-42).
func Tier() model.Tier {
	return model.Tier{Name: model.TierNetworkPolicy, Unmatched: model.Deny, OwnNodeEgress: true}
}

// Lower returns the policy that np is and every problem that np has, in the
// same order for the same object. A policy with a diagnostic of severity
// Error is one that the API server would refuse, and the zero Policy is
// returned for it. Origin says where np came from; the policy belongs to the
// namespace of np, or else to that of origin, or else to "default" (VAL-6).
func Lower(np *networkingv1.NetworkPolicy, origin model.Origin) (model.Policy, []model.Diagnostic) {
	report := parts.Report{Origin: origin, Unplaced: true}
	namespace := cmp.Or(np.Namespace, origin.Namespace, "default")
	l := lowering{Report: report, namespace: namespace}
	policy := l.policy(np)
	if len(l.Diagnostics) > 0 {
		report.Unplaced = false
		l = lowering{Report: report, namespace: namespace}
		policy = l.policy(np)
	}
	if l.Refused() {
		return model.Policy{}, l.Diagnostics
	}
	return policy, l.Diagnostics
}

// policy lowers np, whose problems are in the report then.
func (l *lowering) policy(np *networkingv1.NetworkPolicy) model.Policy {
	l.metadata(np)
	l.policyTypes(&np.Spec)
	return model.Policy{
		Origin: l.Origin,
		Tier:   model.TierNetworkPolicy,
		// A null podSelector is the empty one (VAL-8).
		Subject:  model.PodSet{Namespace: l.namespace, Pods: l.Selector("spec.podSelector", &np.Spec.PodSelector)},
		Isolates: l.isolates,
		Rules:    slices.Concat(l.rules(model.Ingress, ingress(np.Spec.Ingress)), l.rules(model.Egress, egress(np.Spec.Egress))),
	}
}

// lowering is the state of one call of Lower.
type lowering struct {
	parts.Report
	namespace string
	isolates  [model.Directions]bool
	// misdirected tells that there was an error in policyTypes.
	misdirected bool
}

// metadata checks the names (NPV-1).
func (l *lowering) metadata(np *networkingv1.NetworkPolicy) {
	l.ObjectName("NetworkPolicy", &np.ObjectMeta)
	if np.Namespace != "" && !parts.UsualName(np.Namespace) && len(validation.IsDNS1123Label(np.Namespace)) > 0 {
		l.Errorf("metadata.namespace", "object-name", "lower-case letters, digits and '-', beginning and ending with a letter or digit, at most 63 in all",
			"%q is not a name for a namespace", np.Namespace)
	}
}

// policyTypes finds the directions that the policy isolates (NP-14, NP-18).
func (l *lowering) policyTypes(spec *networkingv1.NetworkPolicySpec) {
	const field = "spec.policyTypes"
	if len(spec.PolicyTypes) == 0 {
		// The default looks at the length of the egress list and not at all at
		// the ingress list (NP-15, NP-16).
		l.isolates[model.Ingress] = true
		l.isolates[model.Egress] = len(spec.Egress) > 0
		return
	}
	if n := len(spec.PolicyTypes); n > int(model.Directions) {
		l.misdirected = true
		l.Errorf(field, "policy-types", "write each direction once", "%d entries, but there are only two directions", n) // NPV-11
	}
	for i, t := range spec.PolicyTypes {
		switch t {
		case networkingv1.PolicyTypeIngress:
			l.isolates[model.Ingress] = true
		case networkingv1.PolicyTypeEgress:
			l.isolates[model.Egress] = true
		default:
			l.misdirected = true
			l.Errorf(l.Item(field, i), "policy-types", parts.Choice(string(t), "Ingress", "Egress"), "%q is not a direction", t)
		}
	}
}
