package conformance_test

import (
	"regexp"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/util/json"
	"pgregory.net/rapid"

	"netreach/model"
	"netreach/model/lower/adminpol"
)

// Where we differ from the API server on purpose.
var (
	// lenient matches what it refuses, though its meaning is plain: pods without
	// podSelector, and a protocol without ports (CNP-21). We warn of both.
	lenient = regexp.MustCompile(`\.podSelector: Required value|\.(tcp|udp|sctp): .*should have at least 1 properties`)
	// stricter holds our codes for what it takes, though nobody can evaluate it.
	stricter = []string{
		"label-key", "label-value", "selector-operator", "selector-values", "protocol", "port-name", "port-range", "domain-names-action",
	}
)

// TestAgreement draws objects, most of them nearly right, and compares what we
// refuse with what the API server does.
func TestAgreement(t *testing.T) {
	for _, k := range []struct {
		name, module, plural string
		read                 func([]byte, model.Origin, bool) (model.Policy, []model.Diagnostic)
		objects              objects
	}{
		{"AdminNetworkPolicy", "network-policy-api.v1alpha1", "adminnetworkpolicies", adminpol.ReadAdmin, objects{priority: true, names: true}},
		{"BaselineAdminNetworkPolicy", "network-policy-api.v1alpha1", "baselineadminnetworkpolicies", adminpol.ReadBaseline, objects{}},
		{"ClusterNetworkPolicy", "sigs.k8s.io/network-policy-api", "clusternetworkpolicies", adminpol.ReadCluster, objects{priority: true, names: true, v1alpha2: true}},
	} {
		t.Run(k.name, func(t *testing.T) {
			s := newServer(t, k.module, k.plural)
			taken, refused := 0, 0
			rapid.Check(t, func(t *rapid.T) {
				object := k.objects.draw(t)
				text, err := json.Marshal(object)
				if err != nil {
					t.Fatal(err)
				}
				_, diagnostics := k.read(text, model.Origin{Kind: k.name}, false)
				var errs []string
				for _, d := range diagnostics {
					if d.Severity == model.Error {
						errs = append(errs, d.Code)
					}
				}
				var theirs map[string]any
				if err := json.Unmarshal(text, &theirs); err != nil {
					t.Fatal(err)
				}
				why := s.refuses(theirs)
				switch {
				case len(errs) == 0 && slices.ContainsFunc(why, func(w string) bool { return !lenient.MatchString(w) }):
					t.Errorf("the server refuses it: %q, and we do not: %v\n%s", why, diagnostics, text)
				case len(why) == 0 && slices.ContainsFunc(errs, func(code string) bool { return !slices.Contains(stricter, code) }):
					t.Errorf("the server takes it, and we do not: %v\n%s", diagnostics, text)
				case len(why) == 0:
					taken++
				default:
					refused++
				}
			})
			t.Logf("%d taken by the server, %d refused", taken, refused)
			if taken < 10 || refused < 10 {
				t.Errorf("%d taken and %d refused: the objects are not worth much", taken, refused)
			}
		})
	}
}
