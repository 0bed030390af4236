package config_test

import (
	"errors"
	"io/fs"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"netreach/cmd/internal/config"
)

// read reads a text as the file of the given name.
func read(t *testing.T, name, text string) (*config.File, []string) {
	t.Helper()
	f, problems, err := config.Read(fstest.MapFS{name: {Data: []byte(text)}}, name)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range problems {
		lines = append(lines, p.String())
	}
	return f, lines
}

const everything = `# what this repository is about
cni: cilium
switches:
  end-port: false
  ipblock-matches-nodes: "true"
  host-network-pods: unknown
podCIDR: [10.244.0.0/16, "fd00:10::/56"]
filename:
  - manifests/
  - ./base/policies.yaml
  - /etc/shared.yaml
namespace: shop
lenient: true
`

func TestRead(t *testing.T) {
	tests := []struct {
		name, file, text string
		want             config.File
	}{
		{"everything", "deploy/.netreach.yaml", everything, config.File{
			Name: "deploy/.netreach.yaml",
			CNI:  "cilium",
			Switches: []config.Switch{
				{Knob: "end-port", Value: "false"}, {Knob: "host-network-pods", Value: "unknown"}, {Knob: "ipblock-matches-nodes", Value: "true"},
			},
			PodCIDRs:  []netip.Prefix{netip.MustParsePrefix("10.244.0.0/16"), netip.MustParsePrefix("fd00:10::/56")},
			Filenames: []string{"deploy/manifests", "deploy/base/policies.yaml", "/etc/shared.yaml"},
			Namespace: "shop",
			Lenient:   true,
		}},
		// files stand relative to the file that names them
		{"beside", ".netreach.yaml", "filename: [manifests, ../other]", config.File{
			Name: ".netreach.yaml", Filenames: []string{"manifests", "../other"},
		}},
		{"empty", ".netreach.yaml", "", config.File{Name: ".netreach.yaml"}},
		{"comments only", ".netreach.yaml", "# nothing yet\n", config.File{Name: ".netreach.yaml"}},
		{"an empty document", ".netreach.yaml", "---\n", config.File{Name: ".netreach.yaml"}},
		{"an empty list", ".netreach.yaml", "podCIDR: []\nswitches: {}\n", config.File{Name: ".netreach.yaml"}},
		{"JSON", ".netreach.yaml", `{"cni": "none", "lenient": false}`, config.File{Name: ".netreach.yaml", CNI: "none"}},
		{"an alias", ".netreach.yaml", "podCIDR: [&a 10.0.0.0/8]\nfilename: [*a]\n", config.File{
			Name: ".netreach.yaml", PodCIDRs: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, Filenames: []string{"10.0.0.0/8"},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, problems := read(t, test.file, test.text)
			if len(problems) > 0 {
				t.Fatalf("problems:\n%s", strings.Join(problems, "\n"))
			}
			if diff := cmp.Diff(test.want, *got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRead_wrong(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"a field that is not there", "cni: calico\nnamespaces: shop\n", []string{
			".netreach.yaml:2: no field \"namespaces\"   [config-field]\n         hint: did you mean namespace?",
		}},
		{"a field far from any", "zzzzzzzzzzz: 1\n", []string{
			".netreach.yaml:1: no field \"zzzzzzzzzzz\"   [config-field]\n         hint: fields: cni, filename, lenient, namespace, podCIDR, switches",
		}},
		// names are not matched without case
		{"a field in another case", "podcidr: []\n", []string{
			".netreach.yaml:1: no field \"podcidr\"   [config-field]\n         hint: did you mean podCIDR?",
		}},
		{"a field twice", "cni: calico\ncni: cilium\n", []string{
			".netreach.yaml:2: \"cni\" stands there twice   [config-field]\n         hint: keep one of the two",
		}},
		{"a merge key", "a: &a {cni: calico}\n<<: *a\n", []string{
			".netreach.yaml:1: no field \"a\"   [config-field]\n         hint: fields: cni, filename, lenient, namespace, podCIDR, switches",
			".netreach.yaml:2: no field \"<<\"   [config-field]\n         hint: fields: cni, filename, lenient, namespace, podCIDR, switches",
		}},
		{"a profile that is not there", "cni: celium\n", []string{
			".netreach.yaml:1: cni: no profile \"celium\"   [config-value]\n         hint: did you mean cilium?",
		}},
		{"a number for a name", "\nnamespace: 42\n", []string{
			".netreach.yaml:2: namespace: is the number 42, not a string   [config-type]\n         hint: quote it: \"42\"",
		}},
		{"not a namespace", "namespace: Shop\n", []string{
			".netreach.yaml:1: namespace: \"Shop\" is not the name of a namespace   [config-value]\n         hint: it has at most 63 lower-case letters, digits and dashes",
		}},
		{"nothing", "cni:\nnamespace: ''\nswitches:\n", []string{
			".netreach.yaml:1: cni: is empty, not a string   [config-type]\n         hint: leave the field out to say nothing",
			".netreach.yaml:2: namespace: is empty   [config-value]\n         hint: leave the field out to say nothing",
			".netreach.yaml:3: switches: is empty, not a mapping   [config-type]\n         hint: leave the field out to say nothing",
		}},
		{"a string for a list", "filename: manifests/\n", []string{
			".netreach.yaml:1: filename: is the string \"manifests/\", not a list   [config-type]\n         hint: put \"- \" before it, or brackets around it",
		}},
		{"a list for a mapping", "switches:\n- end-port=false\n", []string{
			".netreach.yaml:2: switches: is a list, not a mapping   [config-type]\n         hint: write \"name: value\"",
		}},
		{"items of the wrong type", "filename:\n- manifests\n- 7\n- {a: b}\n- '-'\n", []string{
			".netreach.yaml:3: filename[1]: is the number 7, not a string   [config-type]\n         hint: quote it: \"7\"",
			".netreach.yaml:4: filename[2]: is a mapping, not a string   [config-type]",
			".netreach.yaml:5: filename[3]: standard input cannot be named here   [config-value]\n         hint: name it on the command line: -f -",
		}},
		{"blocks that are none", "podCIDR:\n- 10.244.0.0\n- 10.244.0.1/16\n- 10.0.0.0/33\n", []string{
			".netreach.yaml:2: podCIDR[0]: \"10.244.0.0\" is not a CIDR   [config-value]\n         hint: a CIDR is an address and a prefix length, such as 10.244.0.0/16",
			".netreach.yaml:3: podCIDR[1]: 10.244.0.1/16 has bits beyond its prefix length   [config-value]\n         hint: the block is 10.244.0.0/16",
			".netreach.yaml:4: podCIDR[2]: \"10.0.0.0/33\" is not a CIDR   [config-value]\n         hint: a CIDR is an address and a prefix length, such as 10.244.0.0/16",
		}},
		{"a boolean that is none", "lenient: yes\n", []string{
			".netreach.yaml:1: lenient: is the string \"yes\", not true or false   [config-type]",
		}},
		{"switches", "switches:\n  endport: false\n  end-port: no\n  sctp: false\n  enforced: 0\n  host-network-pods: [pods]\n", []string{
			".netreach.yaml:2: switches: no switch \"endport\"   [config-value]\n         hint: did you mean end-port?",
			".netreach.yaml:3: switches.end-port: has no value \"no\"   [config-value]\n         hint: values: true, false, unknown",
			".netreach.yaml:4: switches.sctp: has no value \"false\"   [config-value]\n         hint: values: true, unknown",
			".netreach.yaml:5: switches.enforced: is the number 0, not a string   [config-type]\n         hint: quote it: \"0\"",
			".netreach.yaml:6: switches.host-network-pods: is a list, not a string   [config-type]",
		}},
		{"not a mapping", "- cni\n", []string{
			".netreach.yaml:1: the file is a list, not a mapping   [config-type]\n         hint: write \"name: value\"",
		}},
		{"a list as a name", "? [a]\n: b\n", []string{
			".netreach.yaml:1: the name of a field is a word   [config-field]",
		}},
		{"two documents", "cni: calico\n---\ncni: cilium\n", []string{
			".netreach.yaml:2: a second document begins here   [config-syntax]\n         hint: put everything into one document, without a line ---",
		}},
		{"not YAML", "cni: calico\n\tlenient: true\n", []string{
			".netreach.yaml:2: not YAML: found a tab character that violates indentation   [config-syntax]\n         hint: check the indentation, the quotes and the brackets here and on the line before",
		}},
		{"not YAML on the first line", "]", []string{
			".netreach.yaml:1: not YAML: did not find expected node content   [config-syntax]\n         hint: check the indentation, the quotes and the brackets here and on the line before",
		}},
		{"not YAML in the second document", "cni: calico\n---\n}\n", []string{
			".netreach.yaml:3: not YAML: did not find expected node content   [config-syntax]\n         hint: check the indentation, the quotes and the brackets here and on the line before",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, got := read(t, ".netreach.yaml", test.text)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRead_absent: a file that was named and is not there is an error, not an
// empty configuration.
func TestRead_absent(t *testing.T) {
	_, _, err := config.Read(fstest.MapFS{}, "ci/netreach.yaml")
	if !errors.Is(err, fs.ErrNotExist) || err.Error() != "reading ci/netreach.yaml: file does not exist" {
		t.Errorf("error %v", err)
	}
}

// FuzzRead: no text makes the reader panic, and what it accepts is sound.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{everything, "cni: &a [*a]\n", "? {a: b}\n: *x\n", "switches: !!binary aGVq\n", "cni: !<x> y\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, problems, err := config.Read(fstest.MapFS{"c": {Data: []byte(text)}}, "c")
		if err != nil || file == nil {
			t.Fatalf("file %v, error %v", file, err)
		}
		for _, p := range problems {
			if p.Origin.File != "c" || p.Text == "" || p.Code == "" {
				t.Errorf("a problem that says nothing: %+v", p)
			}
		}
		for _, name := range file.Filenames {
			if name == "" || name == "-" {
				t.Errorf("reads %q", name)
			}
		}
	})
}
