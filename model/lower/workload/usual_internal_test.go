package workload

import (
	"testing"

	"k8s.io/apimachinery/pkg/util/validation"
	"pgregory.net/rapid"
)

// What is usual is valid.
func TestUsual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[-a-c0.A_/]{0,6}[-a-c0.A_/]{0,70}`).Draw(t, "s")
		if isUsualName(s) && (len(validation.IsDNS1123Subdomain(s)) > 0 || len(validation.IsDNS1123Label(s)) > 0) {
			t.Errorf("%q is no name", s)
		}
		if isUsual(s) && len(validation.IsValidLabelValue(s)) > 0 {
			t.Errorf("%q is no value of a label", s)
		}
		if isUsualKey(s) && len(validation.IsQualifiedName(s)) > 0 {
			t.Errorf("%q is no key of a label", s)
		}
	})
	for _, s := range []string{"a", "app", "app.kubernetes.io/name", "x-1/Y_z"} {
		if !isUsualKey(s) {
			t.Errorf("%q is usual", s)
		}
	}
}
