package load

import (
	"bytes"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"netreach/model"
	"netreach/model/lower/adminpol"
	"netreach/model/lower/netpol"
	"netreach/model/lower/strict"
)

var policySchema = strict.SchemaOf(networkingv1.NetworkPolicy{})

// networkPolicy reads a NetworkPolicy. An unknown field is an error, since what
// it was meant to say is not known (VAL-2); with leniency it is dropped, as an
// API server does that is told not to be strict.
func (r *reader) networkPolicy(obj object) {
	obj.origin.Doc = retained(obj.origin.Doc)
	if np, ok := netpol.Plain(obj.json, r.memo.words); ok && !r.reference {
		np.Namespace = obj.namespace // VAL-6
		policy, ds := netpol.Lower(&np, obj.origin)
		keep(r, &r.world.policies, obj, &policy, ds)
		return
	}
	var np networkingv1.NetworkPolicy
	var ds, unknown []model.Diagnostic
	for _, p := range policySchema.Decode(obj.json, &np, strict.UnknownAllowed()) {
		switch {
		case !p.Unknown:
			ds = append(ds, p.Diagnostic(model.Error, obj.origin))
		case r.lenient:
			p.Text += " is left out: verdicts may be wrong"
			d := p.Diagnostic(model.Warning, obj.origin)
			d.Forgiven = true
			unknown = append(unknown, d)
		default:
			unknown = append(unknown, p.Diagnostic(model.Error, obj.origin))
		}
	}
	var policy model.Policy
	if len(ds) == 0 {
		np.Namespace = obj.namespace // VAL-6
		policy, ds = netpol.Lower(&np, obj.origin)
	}
	ds = slices.DeleteFunc(ds, func(d model.Diagnostic) bool { return followsFrom(d, unknown) })
	keep(r, &r.world.policies, obj, &policy, slices.Concat(unknown, ds))
}

// adminPolicy returns the reader of a kind of admin policy. With leniency a rule
// that cannot be read fails closed (ANP-20, CNP-26).
func adminPolicy(read func(text []byte, origin model.Origin, lenient bool) (model.Policy, []model.Diagnostic)) func(*reader, object) {
	return func(r *reader, obj object) {
		obj.origin.Doc = retained(obj.origin.Doc)
		policy, ds := read(obj.json, obj.origin, r.lenient)
		keep(r, &r.world.policies, obj, &policy, ds)
	}
}

// tiers returns the tiers that the policies of a cluster need, in order (CNP-3).
func tiers(policies []model.Policy) []model.Tier {
	admin, baseline := adminpol.Tiers()
	has := func(tier model.Tier) bool {
		return slices.ContainsFunc(policies, func(p model.Policy) bool { return p.Tier == tier.Name })
	}
	var out []model.Tier
	if has(admin) {
		out = append(out, admin)
	}
	out = append(out, netpol.Tier())
	if has(baseline) {
		out = append(out, baseline)
	}
	return out
}

// retained returns the document that a policy keeps, so that the lines of its
// rules can be found. The text is copied, since it is part of a larger one.
func retained(doc *model.Document) *model.Document {
	out := *doc
	out.Text = bytes.Clone(doc.Text)
	return &out
}

// followsFrom reports whether d complains of what is missing in a place that
// holds an unknown field: where the field was misspelt, it is there.
func followsFrom(d model.Diagnostic, unknown []model.Diagnostic) bool {
	return slices.ContainsFunc(unknown, func(u model.Diagnostic) bool {
		at := parent(u.Origin.Field)
		return u.Severity == model.Error && (d.Origin.Field == at || parent(d.Origin.Field) == at)
	})
}

// parent returns the path without its last step.
func parent(path string) string {
	if i := strings.LastIndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return ""
}
