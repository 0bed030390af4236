package netpol_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"testing"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"netreach/model"
	"netreach/model/lower/netpol"
	"netreach/model/lower/strict"
)

// TestLower_Corpus lowers every NetworkPolicy of the corpus directory next to
// the checkout, if present. The API server refuses exactly those listed here.
func TestLower_Corpus(t *testing.T) {
	const corpus = "../../../../shared/corpus" // from this folder
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("the corpus directory next to the checkout is absent")
	}
	want := map[string][]string{
		"npguard/tests/bad_netpols/subdir2":                                                 {`spec.podSelector.matchLabels["app@b"] label-key`},
		"npguard/tests/bad_netpols/subdir4":                                                 {"spec.ingress[0].from[0] peer-empty"},
		"npguard/tests/bad_netpols/subdir7":                                                 {"spec.egress[0].to[0].podSelector.matchLabels.app label-value"},
		"npguard/tests/np_test_with_empty_port_range":                                       {"spec.egress[0].ports[1].endPort port-range"},
		"npguard/tests/example_pods_w_same_owner_and_labels_gap_with_good_match_expression": {"metadata.name object-name"},
	}
	schema := strict.SchemaOf(networkingv1.NetworkPolicy{})
	got := map[string][]string{}
	policies := networkPolicies(t, os.DirFS(corpus))
	for _, p := range policies {
		var np networkingv1.NetworkPolicy
		for _, problem := range schema.Decode(p.text, &np) {
			t.Errorf("%s: %s: %s", p.dir, problem.Field, problem.Text)
		}
		_, diagnostics := netpol.Lower(&np, model.Origin{})
		for _, d := range diagnostics {
			if d.Severity == model.Error {
				got[p.dir] = append(got[p.dir], d.Origin.Field+" "+d.Code)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	if len(policies) < 300 {
		t.Errorf("only %d policies found", len(policies))
	}
}

// object is the JSON of an object in a file of dir.
type object struct {
	dir  string
	text []byte
}

// networkPolicies returns the NetworkPolicies below fsys, those within lists
// included. Documents that are not YAML are passed over.
func networkPolicies(t *testing.T, fsys fs.FS) []object {
	t.Helper()
	var out []object
	var collect func(o object)
	collect = func(o object) {
		var head struct {
			APIVersion, Kind string
			Items            []json.RawMessage
		}
		if json.Unmarshal(o.text, &head) != nil {
			return
		}
		if head.APIVersion == "networking.k8s.io/v1" && head.Kind == "NetworkPolicy" {
			out = append(out, o)
		}
		for _, item := range head.Items {
			collect(object{o.dir, item})
		}
	}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if ext := path.Ext(name); err != nil || d.IsDir() || ext != ".yaml" && ext != ".yml" && ext != ".json" {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		r := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
		for {
			document, err := r.Read()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if text, err := yaml.YAMLToJSON(document); err == nil {
				collect(object{path.Dir(name), text})
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
