// Package adminpol lowers the policies of cluster administrators to the model:
// AdminNetworkPolicy and BaselineAdminNetworkPolicy of version v1alpha1, and
// ClusterNetworkPolicy of version v1alpha2, all of policy.networking.k8s.io.
//
//	text --package strict--> typed object --one rule shape for all kinds--> model.Policy
//
// Lowering is a pure function of one object. It applies the defaults and the
// validation of the API's resource definitions, of the experimental channel, and
// reports every problem together, each with its place. Those definitions let
// pass what no implementation can evaluate, such as a label selector with an
// unknown operator; that is an error here as well.
//
// With leniency a rule that cannot be read fails closed instead (ANP-20): one
// with a field that is not known, as in a policy for a newer version of the API,
// or with something that only the resource definition lets pass. It gets a peer
// of kind PeerClosed. For an object that the API server would refuse, and for one
// whose subject cannot be read, there is no such way out.
//
// Nothing is known here of pods, namespaces and switches; named ports stay
// names, and so do domain names.
package adminpol

import (
	"slices"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

// Tiers returns the tiers around that of NetworkPolicy (CNP-3). Their policies
// isolate nobody: what no rule matches goes on to the next tier (ANP-9, CNP-8).
func Tiers() (admin, baseline model.Tier) {
	return model.Tier{Name: model.TierAdmin, Unmatched: model.Pass}, model.Tier{Name: model.TierBaseline, Unmatched: model.Pass}
}

// LowerAdmin returns the policy that p is and every problem that p has, in the
// same order for the same object. With a diagnostic of severity Error the policy
// is the zero Policy. Origin says where p came from. With lenient set, rules that
// cannot be read fail closed, and what is wrong with them is a Warning.
func LowerAdmin(p *AdminNetworkPolicy, origin model.Origin, lenient bool) (model.Policy, []model.Diagnostic) {
	return newLowering(origin, lenient).admin(p)
}

// LowerBaseline is LowerAdmin for a BaselineAdminNetworkPolicy.
func LowerBaseline(p *BaselineAdminNetworkPolicy, origin model.Origin, lenient bool) (model.Policy, []model.Diagnostic) {
	return newLowering(origin, lenient).baseline(p)
}

// LowerCluster is LowerAdmin for a ClusterNetworkPolicy.
func LowerCluster(p *ClusterNetworkPolicy, origin model.Origin, lenient bool) (model.Policy, []model.Diagnostic) {
	return newLowering(origin, lenient).cluster(p)
}

// lowering is the state of the lowering of one object.
type lowering struct {
	parts.Report
	dialect
	lenient bool
	gaps    gaps
	// unreadable is the path of a part of the rule in hand that the API server
	// takes but nobody can evaluate, or "".
	unreadable string
	// anyPods holds the places where pods have no podSelector.
	anyPods []string
}

func newLowering(origin model.Origin, lenient bool) *lowering {
	return &lowering{Report: parts.Report{Origin: origin}, lenient: lenient, gaps: newGaps()}
}

func (l *lowering) admin(p *AdminNetworkPolicy) (model.Policy, []model.Diagnostic) {
	l.dialect = adminDialect
	l.ObjectName(l.kind, &p.ObjectMeta)
	return l.policy(&p.Spec.Subject, rulesOf(p.Spec.Ingress), rulesOf(p.Spec.Egress), model.Policy{
		Tier: model.TierAdmin, Order: l.priority(p.Spec.Priority),
	})
}

// baseline lowers a BaselineAdminNetworkPolicy. It has no priority: whether it
// comes before or after a ClusterNetworkPolicy of its tier nobody says, whatever
// that one's priority is. So its place is open, and the engine takes it to be
// tied with each of them.
func (l *lowering) baseline(p *BaselineAdminNetworkPolicy) (model.Policy, []model.Diagnostic) {
	l.dialect = baselineDialect
	switch p.Name { // ANP-17
	case "default":
	case "":
		l.Errorf("metadata.name", "object-name", "write name: default", "the name is missing")
	default:
		l.Errorf("metadata.name", "object-name", "write name: default", "%q is not the name of the one BaselineAdminNetworkPolicy of a cluster", p.Name)
	}
	return l.policy(&p.Spec.Subject, rulesOf(p.Spec.Ingress), rulesOf(p.Spec.Egress), model.Policy{
		Tier: model.TierBaseline, Unordered: true,
	})
}

func (l *lowering) cluster(p *ClusterNetworkPolicy) (model.Policy, []model.Diagnostic) {
	l.dialect = clusterDialect
	l.ObjectName(l.kind, &p.ObjectMeta)
	return l.policy(&p.Spec.Subject, rulesOf(p.Spec.Ingress), rulesOf(p.Spec.Egress), model.Policy{
		Tier: l.tier(p.Spec.Tier), Order: l.priority(p.Spec.Priority),
	})
}

// policy completes out, and returns it unless there was an error.
func (l *lowering) policy(subject *Subject, ingress, egress []rule, out model.Policy) (model.Policy, []model.Diagnostic) {
	out.Origin = l.Origin
	out.Subject = l.subject(subject)
	out.Rules = slices.Concat(l.rules(model.Ingress, ingress), l.rules(model.Egress, egress))
	l.remarkAnyPods()
	if l.Refused() {
		// No rule closes, as there is no policy.
		closes := func(d model.Diagnostic) bool { return d.Code == ruleClosed }
		return model.Policy{}, slices.DeleteFunc(l.Diagnostics, closes)
	}
	return out, l.Diagnostics
}

// tier returns the name of the tier, which must be given (CNP-3, CNP-27).
func (l *lowering) tier(name string) string {
	switch {
	case name == model.TierAdmin, name == model.TierBaseline:
		return name
	case name != "":
		l.Errorf("spec.tier", "tier", parts.Choice(name, model.TierAdmin, model.TierBaseline), "%q is not a tier", name)
	case !l.misspelt("spec"):
		l.Errorf("spec.tier", "required", "write tier: Admin, or Baseline to come after NetworkPolicies", "the tier is missing")
	}
	return ""
}

// priority returns the place within the tier: the lower number comes first
// (ANP-4, CNP-5).
func (l *lowering) priority(p *int32) float64 {
	const most = 1000
	switch {
	case p != nil && (*p < 0 || *p > most):
		l.Errorf("spec.priority", "priority", "priorities are 0 to 1000, and the lowest comes first", "%d is not a priority", *p)
	case p != nil:
		return float64(*p)
	case !l.misspelt("spec"):
		l.Errorf("spec.priority", "required", "write priority: 0 to 1000; the lowest comes first", "the priority is missing")
	}
	return 0
}

// subject lowers the subject: exactly one of namespaces and pods (ANP-2, CNP-4).
// That hostNetwork pods are none is for the engine to see (ANP-3, CNP-25).
func (l *lowering) subject(s *Subject) model.PodSet {
	const field = "spec.subject"
	if l.gaps.within[field] != "" || *s == (Subject{}) && l.misspelt("spec") {
		return model.PodSet{} // there is an error already
	}
	l.exactlyOne("subject", field, "write namespaces: {} for all pods of all namespaces", "keep one of them: pods takes a namespaceSelector, too", []member{
		{"namespaces", s.Namespaces != nil}, {"pods", s.Pods != nil},
	})
	var set model.PodSet
	if s.Namespaces != nil {
		set.Namespaces = l.Selector(strict.Member(field, "namespaces"), s.Namespaces)
	}
	if s.Pods != nil {
		l.checkPods(strict.Member(field, "pods"), s.Pods)
		set = l.pods(strict.Member(field, "pods"), s.Pods)
	}
	return set
}

// unchecked runs a check of the part of a rule at field which the API server does
// not make. With leniency its errors become warnings, and the rule fails closed.
func (l *lowering) unchecked(field string, check func()) {
	n := len(l.Diagnostics)
	check()
	for i := range l.Diagnostics[n:] {
		if d := &l.Diagnostics[n+i]; d.Severity == model.Error {
			l.unreadable = field
			if l.lenient {
				d.Severity, d.Forgiven = model.Warning, true
			}
		}
	}
}
