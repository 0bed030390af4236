package parts

import (
	"testing"

	"k8s.io/apimachinery/pkg/util/validation"
	"pgregory.net/rapid"
)

func TestUsual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[-a-c0.A_/]{0,6}[-a-c0.A_/]{0,70}`).Draw(t, "s")
		if UsualName(s) && len(validation.IsDNS1123Label(s)) > 0 {
			t.Errorf("%q is no name", s)
		}
		if UsualNames(s) && len(validation.IsDNS1123Subdomain(s)) > 0 {
			t.Errorf("%q is no name with dots", s)
		}
		if UsualValue(s) && len(validation.IsValidLabelValue(s)) > 0 {
			t.Errorf("%q is no value of a label", s)
		}
		if UsualKey(s) && len(validation.IsQualifiedName(s)) > 0 {
			t.Errorf("%q is no key of a label", s)
		}
		if usualPort(s) && len(validation.IsValidPortName(s)) > 0 {
			t.Errorf("%q is no name of a port", s)
		}
	})
	for _, s := range []string{"a", "app", "app.kubernetes.io/name", "x-1/Y_z"} {
		if !UsualKey(s) {
			t.Errorf("%q is usual", s)
		}
	}
	for _, s := range []string{"a", "web-1", "ip-10-0-0-1.ec2.internal"} {
		if !UsualNames(s) {
			t.Errorf("%q is usual", s)
		}
	}
	for _, s := range []string{"http", "p8080", "grpc-web"} {
		if !usualPort(s) {
			t.Errorf("%q is usual", s)
		}
	}
	if !UsualValue("") || !UsualLabel("a", "1.2") || UsualLabel("a", "-") || UsualLabel("", "a") || usualPort("80") || usualPort("a--b") {
		t.Error("the edges")
	}
}
