package adminpol_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"netreach/model"
)

// TestRead_Corpus reads every policy of the corpus directory next to the
// checkout, if present. Exactly those listed here are refused.
func TestRead_Corpus(t *testing.T) {
	const corpus = "../../../../shared/corpus" // from this folder
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("the corpus directory next to the checkout is absent")
	}
	want := map[string][]string{
		// T-44: the peer shape of the first versions
		"traps/T-44": {"spec.ingress[0].from[0].namespaces.namespaceSelector old-peer-shape"},
		// what npguard refuses as well
		"npguard/tests/anp_bad_path_test_7":  {"spec.egress[0].to[0] peer-mixed"},
		"npguard/tests/anp_bad_path_test_9":  {"spec.egress[1].action action"},
		"npguard/tests/anp_bad_path_test_19": {"spec.egress[0].to[0].networks[0] cidr"},
		"npguard/tests/banp_bad_path_test_8": {"spec.egress[0].action action"},
		// named ports beside networks (ANP-13)
		"npguard/tests/anp_test_named_ports_multiple_peers": {"spec.egress[0].ports port-name-peer"},
	}
	kinds := map[string]kind{}
	for _, k := range []kind{anp, banp, cnp} {
		kinds[k.name] = k
	}
	got := map[string][]string{}
	found := map[string]int{}
	for _, o := range policies(t, os.DirFS(corpus)) {
		k, ok := kinds[o.kind]
		if !ok {
			continue
		}
		found[o.kind]++
		p, diagnostics := k.read(o.text, k.origin(), false)
		for _, d := range diagnostics {
			if d.Severity == model.Error {
				got[o.dir] = append(got[o.dir], d.Origin.Field+" "+d.Code)
			} else if d.Code != "pod-selector" || !strings.HasPrefix(o.dir, "npguard/") {
				t.Errorf("%s: %v", o.dir, d) // only those policies leave it out
			}
		}
		checkPolicy(t, p, diagnostics)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
	if found[anp.name] < 50 || found[banp.name] < 10 || found[cnp.name] < 100 {
		t.Errorf("only %v found", found)
	}
}

// object is the JSON of an object in a file of dir.
type object struct {
	dir, kind string
	text      []byte
}

// policies returns the objects of policy.networking.k8s.io below fsys, those
// within lists included. Documents that are not YAML are passed over.
func policies(t *testing.T, fsys fs.FS) []object {
	t.Helper()
	var out []object
	var collect func(dir string, text []byte)
	collect = func(dir string, text []byte) {
		var head struct {
			APIVersion, Kind string
			Items            []json.RawMessage
		}
		if json.Unmarshal(text, &head) != nil {
			return
		}
		if strings.HasPrefix(head.APIVersion, "policy.networking.k8s.io/") {
			out = append(out, object{dir, head.Kind, text})
		}
		for _, item := range head.Items {
			collect(dir, item)
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
				collect(path.Dir(name), text)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
