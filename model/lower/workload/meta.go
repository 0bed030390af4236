package workload

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"k8s.io/apimachinery/pkg/util/validation"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
	"netreach/model/selector"
)

// metadata is what counts of an object's metadata. Its name and namespace are
// in the Origin that the caller hands over.
type metadata struct {
	Labels          map[string]string `json:"labels"`
	OwnerReferences []ownerReference  `json:"ownerReferences"`
	// DeletionTimestamp is present in what is about to end (NP-52).
	DeletionTimestamp jsontext.Value `json:"deletionTimestamp"`
	// UID is present in what an API server has written.
	UID jsontext.Value `json:"uid"`
}

type ownerReference struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Controller bool   `json:"controller"`
}

// Owner is the object that an ownerReference names. It lies in the namespace
// of the object that it owns.
type Owner struct{ Kind, Name string }

// owner returns the owner that counts: the one that controls the object, or
// else the first. A node owns its static pods without being a workload, and a
// reference without kind and name, or with ones that a peer cannot have, leads
// nowhere.
func owner(refs []ownerReference) (Owner, bool) {
	var first *ownerReference
	for i, r := range refs {
		switch {
		case r.Kind == "Node" || !isKind(r.Kind) || !parts.UsualNames(r.Name) && len(validation.IsDNS1123Subdomain(r.Name)) > 0:
		case first == nil || r.Controller && !first.Controller:
			first = &refs[i]
		}
	}
	if first == nil {
		return Owner{}, false
	}
	return Owner{first.Kind, first.Name}, true
}

func isKind(s string) bool {
	odd := strings.IndexFunc(s, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9')
	})
	return s != "" && odd < 0
}

// labels returns m, which stands at field, as labels. One that the API server
// would refuse is a warning, since it still says what is meant; a template that
// nobody has rendered does not, and is an error.
func labels(m map[string]string, field string, o model.Origin) (model.Labels, []model.Diagnostic) {
	l := selector.FromMap(m)
	var ds []model.Diagnostic
	for _, e := range l {
		at := o.At(strict.Member(field, e.Key))
		if strings.Contains(e.Key+e.Value, "{{") {
			ds = append(ds, model.Diagnostic{
				Severity: model.Error, Code: "template", Origin: at,
				Text: fmt.Sprintf("%q is a template that was not rendered", e.Key+": "+e.Value),
				Hint: "helm template RELEASE CHART | netreach ... -f -",
			})
			continue
		}
		if parts.UsualLabel(e.Key, e.Value) {
			continue
		}
		problems := slices.Concat(validation.IsQualifiedName(e.Key), validation.IsValidLabelValue(e.Value))
		if len(problems) > 0 {
			ds = append(ds, model.Diagnostic{
				Severity: model.Warning, Code: "label-syntax", Origin: at,
				Text: fmt.Sprintf("%q is not a label that the API server accepts", e.Key+"="+e.Value),
				Hint: reasons(problems),
			})
		}
	}
	return l, ds
}

// reasons joins what the validation functions say, without the examples and
// regular expressions behind it.
func reasons(problems []string) string {
	for i, p := range problems {
		p, _, _ = strings.Cut(p, " (e.g.")
		problems[i], _, _ = strings.Cut(p, " (regex")
	}
	return strings.Join(problems, "; ")
}
