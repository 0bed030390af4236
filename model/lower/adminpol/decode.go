package adminpol

import (
	"strings"

	"netreach/model"
	"netreach/model/lower/strict"
)

// ReadAdmin decodes and lowers the JSON text of an AdminNetworkPolicy. It
// returns what LowerAdmin does, and reports what keeps the text from meaning
// what it says. A field of a rule that nobody knows makes that rule fail closed
// with lenient set (ANP-20); one elsewhere is then left out, except within the
// subject.
func ReadAdmin(text []byte, origin model.Origin, lenient bool) (model.Policy, []model.Diagnostic) {
	return read(adminSchema, text, newLowering(origin, lenient), (*lowering).admin)
}

// ReadBaseline is ReadAdmin for a BaselineAdminNetworkPolicy.
func ReadBaseline(text []byte, origin model.Origin, lenient bool) (model.Policy, []model.Diagnostic) {
	return read(baselineSchema, text, newLowering(origin, lenient), (*lowering).baseline)
}

// ReadCluster is ReadAdmin for a ClusterNetworkPolicy.
func ReadCluster(text []byte, origin model.Origin, lenient bool) (model.Policy, []model.Diagnostic) {
	return read(clusterSchema, text, newLowering(origin, lenient), (*lowering).cluster)
}

var (
	adminSchema    = strict.SchemaOf(AdminNetworkPolicy{})
	baselineSchema = strict.SchemaOf(BaselineAdminNetworkPolicy{})
	clusterSchema  = strict.SchemaOf(ClusterNetworkPolicy{})
)

func read[T any](schema *strict.Schema, text []byte, l *lowering, lower func(*lowering, *T) (model.Policy, []model.Diagnostic)) (model.Policy, []model.Diagnostic) {
	var obj T
	decoded := true
	for _, p := range schema.Decode(text, &obj, strict.UnknownAllowed()) {
		severity := model.Error
		if p.Unknown {
			l.gaps.add(p.Field)
			severity = l.unknown(&p)
		}
		decoded = decoded && p.Unknown
		l.Diagnostics = append(l.Diagnostics, p.Diagnostic(severity, l.Origin))
	}
	if !decoded {
		return model.Policy{}, l.Diagnostics
	}
	return lower(l, &obj)
}

// gaps is where an object holds fields that are not known.
type gaps struct {
	// at holds the places in which such a field stands.
	at map[string]bool
	// within holds, for those places and all around them, the first such field.
	within map[string]string
}

func newGaps() gaps { return gaps{at: map[string]bool{}, within: map[string]string{}} }

// add adds the field at path.
func (g gaps) add(path string) {
	for i, c := range path {
		if c != '.' && c != '[' {
			continue
		}
		if _, ok := g.within[path[:i]]; !ok {
			g.within[path[:i]] = path
		}
	}
	// Without a separator it is the object itself, whose path is "".
	g.at[path[:max(0, strings.LastIndexAny(path, ".["))]] = true
}

// misspelt reports whether what is missing in a place may stand there under a
// name that has been reported as an error already, or the place itself may.
func (l *lowering) misspelt(place string) bool {
	return !l.lenient && (l.gaps.at[place] || place == "spec" && l.gaps.at[""])
}

// oldShape is the code of a peer in the shape of the first versions of the API.
// Whoever drops the fields that have gone since reads "everything" (ANP-18, T-44).
const oldShape = "old-peer-shape"

// unknown says what is known of an unknown field, and how severe it is.
func (l *lowering) unknown(p *strict.Problem) model.Severity {
	place := generalised(p.Field)
	for _, f := range [...]struct{ place, hint string }{
		{"rule.peer.namespaces.namespaceSelector", "write its matchLabels and matchExpressions directly below namespaces"},
		{"rule.peer.namespaces.sameLabels", "the API has nothing like it any more: write a policy for each tenant, which selects its namespaces by their labels"},
		{"rule.peer.namespaces.notSameLabels", "the API has nothing like it any more: write a policy for each tenant, which selects its namespaces by their labels"},
		{"rule.peer.pods.namespaces", "write namespaceSelector instead, with matchLabels and matchExpressions directly below it"},
		{"rule.peer.networks", "write it in an egress rule: ingress rules are about connections from pods only"},
		{"rule.peer.nodes", "write it in an egress rule: ingress rules are about connections from pods only"},
		{"rule.peer.domainNames", "write it in an egress rule of an AdminNetworkPolicy or ClusterNetworkPolicy"},
		{"rule.peer.ipBlock", "write networks: [CIDR, ...], in an egress rule"},
		{"rule.peer.namespaceSelector", "write it below pods, or write its matchLabels and matchExpressions below namespaces"},
		{"rule.peer.podSelector", "write it below pods, beside a namespaceSelector"},
		{"rule.ports", "write protocols, such as [{tcp: {destinationPort: {number: 80}}}]"},
		{"rule.protocols", "write ports, such as [{portNumber: {protocol: TCP, port: 80}}]"},
		{"spec.podSelector", "write subject: {pods: {namespaceSelector: ..., podSelector: ...}}"},
		{"spec.priority", "leave it out: a cluster has one BaselineAdminNetworkPolicy"},
		{"spec.tier", "leave it out: the kind says the tier"},
	} {
		if place == f.place {
			p.Hint = f.hint
		}
	}
	switch place {
	case "rule.peer.namespaces.namespaceSelector", "rule.peer.namespaces.sameLabels", "rule.peer.namespaces.notSameLabels", "rule.peer.pods.namespaces":
		p.Code = oldShape
		p.Text = strings.Replace(p.Text, "unknown field", "the peer has the shape of API versions before v0.1.3:", 1)
	}
	switch {
	case !l.lenient, below(p.Field, "spec.subject"):
		return model.Error
	case !below(p.Field, "spec.ingress") && !below(p.Field, "spec.egress"):
		p.Text += " is left out: verdicts may be wrong"
	}
	return model.Warning
}

// below reports whether path leads to a part of what stands at place.
func below(path, place string) bool {
	rest, ok := strings.CutPrefix(path, place)
	return ok && rest != "" && (rest[0] == '.' || rest[0] == '[')
}

// generalised returns the path with whatever is a rule named rule, and whatever
// is a peer named peer: "rule.peer.pods".
func generalised(path string) string {
	var steps []string
	for step := range strings.SplitSeq(path, ".") {
		name, _, _ := strings.Cut(step, "[")
		switch {
		case len(steps) == 1 && steps[0] == "spec" && (name == "ingress" || name == "egress"):
			steps, name = nil, "rule"
		case len(steps) == 1 && steps[0] == "rule" && (name == "from" || name == "to"):
			name = "peer"
		}
		steps = append(steps, name)
	}
	return strings.Join(steps, ".")
}
