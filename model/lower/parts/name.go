package parts

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// ObjectName checks the name of an object of that kind (NPV-1). An object
// without a name may ask the server to make one.
func (r *Report) ObjectName(kind string, m *metav1.ObjectMeta) {
	const hint = "lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit, at most 253 in all"
	switch {
	case m.Name != "":
		if !UsualNames(m.Name) && len(validation.IsDNS1123Subdomain(m.Name)) > 0 {
			r.Errorf("metadata.name", "object-name", hint, "%q is not a name for a %s", m.Name, kind)
		}
	case m.GenerateName == "":
		r.Errorf("metadata.name", "object-name", "give the policy a name", "the name is missing")
	}
	if m.GenerateName != "" && len(validation.IsDNS1123Subdomain(m.GenerateName+"x")) > 0 {
		r.Errorf("metadata.generateName", "object-name", hint, "%q does not begin a name for a %s", m.GenerateName, kind)
	}
}
