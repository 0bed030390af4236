package manifest_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"sigs.k8s.io/yaml"

	"netreach/bench/gen/manifest"
	"netreach/bench/gen/shape"
	"netreach/model"
	"netreach/model/load"
)

// clusters returns a small cluster of every shape, by name.
func clusters(t *testing.T) map[string]*model.Cluster {
	t.Helper()
	out := map[string]*model.Cluster{}
	for _, p := range []struct {
		name                                         string
		nodes, namespaces, workloads, pods, policies int
	}{
		{"small", 10, 12, 40, 120, 60},
		{"medium", 12, 10, 24, 60, 300},
		// too small to have namespaces that serve the whole cluster
		{"large", 3, 4, 10, 25, 60},
		{"A1", 5, 7, 14, 28, 21},
		{"A2", 5, 1, 40, 40, 40},
		{"A3", 5, 1, 1, 30, 20},
		{"A4", 5, 20, 20, 20, 20},
		{"A5", 5, 1, 4, 30, 1},
		{"A6", 5, 2, 30, 40, 20},
		{"A7", 5, 6, 20, 40, 60},
		{"A8", 9, 2, 10, 40, 2},
		{"A9", 5, 4, 10, 40, 20},
	} {
		profile, err := shape.Named(p.name)
		if err != nil {
			t.Fatal(err)
		}
		profile.Nodes, profile.Namespaces, profile.Workloads = p.nodes, p.namespaces, p.workloads
		profile.Pods, profile.Policies = p.pods, p.policies
		if p.name == "small" {
			profile.Services, profile.Routes = 50, 12
		}
		c, err := profile.Model(7)
		if err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		out[p.name] = c
		if p.name == "small" {
			out["small, after"] = shape.Churn(c, 7)
		}
	}
	return out
}

func text(t *testing.T, c *model.Cluster, o manifest.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := manifest.Write(&b, c, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// places compares clusters without the places that objects were read from.
func places() cmp.Options {
	return cmp.Options{
		cmpopts.EquateEmpty(),
		cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}),
		cmpopts.IgnoreFields(model.Origin{}, "File", "Line", "Doc", "Root"),
		// What a dump says of an object that runs, and a cluster of ours does not.
		cmpopts.IgnoreFields(model.Pod{}, "Readiness"),
		cmpopts.IgnoreFields(model.Service{}, "Labels"),
		cmpopts.IgnoreFields(model.Route{}, "Created"),
	}
}

// TestWrite_roundTrip: what is read back is the cluster that was written, in
// every format and shape, and without a single remark.
func TestWrite_roundTrip(t *testing.T) {
	forms := map[string]manifest.Options{
		"JSON":                     {Format: manifest.DumpJSON},
		"JSON, with managedFields": {Format: manifest.DumpJSON, ManagedFields: true},
		"YAML":                     {Format: manifest.DumpYAML},
		"YAML, with managedFields": {Format: manifest.DumpYAML, ManagedFields: true},
		"documents":                {Format: manifest.Documents},
	}
	for name, c := range clusters(t) {
		for form, o := range forms {
			if o.ManagedFields && name != "small" {
				continue // a matter of pods, and there all sorts of them occur
			}
			t.Run(name+"/"+form, func(t *testing.T) {
				sameCluster(t, c, text(t, c, o))
			})
		}
	}
}

// sameCluster reads data, which must give c and no diagnostics.
func sameCluster(t *testing.T, c *model.Cluster, data []byte) {
	t.Helper()
	fsys := fstest.MapFS{"cluster.yaml": {Data: data}}
	got, ds, err := load.Read(load.Options{FS: fsys}, "cluster.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range ds {
		t.Errorf("diagnostic: %v", d)
	}
	if diff := cmp.Diff(c, got, places()); diff != "" {
		t.Errorf("-written +read:\n%s", head(diff, 4000))
	}
}

func head(s string, n int) string { return s[:min(len(s), n)] }

// TestWrite_layout: a dump is to the byte what kubectl prints of the same
// objects, in either format. The printers are those of kubectl.
func TestWrite_layout(t *testing.T) {
	c := clusters(t)["small"]
	for _, managed := range []bool{false, true} {
		asYAML := text(t, c, manifest.Options{Format: manifest.DumpYAML, ManagedFields: managed})
		asJSON := text(t, c, manifest.Options{Format: manifest.DumpJSON, ManagedFields: managed})
		var list any
		if err := json.Unmarshal(asJSON, &list); err != nil {
			t.Fatal(err)
		}
		printed, err := json.MarshalIndent(list, "", "    ")
		if err != nil {
			t.Fatal(err)
		}
		sameLines(t, string(asJSON), string(printed)+"\n")
		printed, err = yaml.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		sameLines(t, string(asYAML), string(printed))
		if back, err := yaml.YAMLToJSONStrict(asYAML); err != nil {
			t.Error(err)
		} else {
			var compact bytes.Buffer
			if err := json.Compact(&compact, asJSON); err != nil {
				t.Fatal(err)
			}
			sameLines(t, string(back), compact.String())
		}
	}
}

// sameLines reports the first line that differs.
func sameLines(t *testing.T, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("line %d:\n got %q\nwant %q\nafter %q", i+1, head(g[i], 300), head(w[i], 300), g[max(0, i-3):i])
		}
	}
	t.Fatalf("%d lines, want %d", len(g), len(w))
}

// TestWrite_size: a pod is 6 to 10 KB of YAML, and nearly twice that with
// managedFields.
func TestWrite_size(t *testing.T) {
	c := clusters(t)["small"]
	pods := *c
	pods.Namespaces, pods.Nodes, pods.Policies, pods.Names = nil, nil, nil, model.Names{}
	for _, test := range []struct {
		o           manifest.Options
		atLeast, to int
	}{
		{manifest.Options{Format: manifest.DumpYAML}, 6_000, 10_000},
		{manifest.Options{Format: manifest.DumpYAML, ManagedFields: true}, 11_000, 18_000},
		{manifest.Options{Format: manifest.DumpJSON}, 14_000, 24_000},
		{manifest.Options{Format: manifest.Documents}, 400, 1_000},
	} {
		if n := len(text(t, &pods, test.o)) / len(pods.Pods); n < test.atLeast || n > test.to {
			t.Errorf("%+v: %d bytes a pod", test.o, n)
		}
	}
}

// TestWrite_traps: a dump holds what trips a scanner that takes short cuts.
func TestWrite_traps(t *testing.T) {
	dump := text(t, clusters(t)["small"], manifest.Options{Format: manifest.DumpYAML, ManagedFields: true})
	for trap, sample := range map[string]string{
		"JSON in a block scalar":             "network-status: \\|-\n +\\[\\{\n +\"name\"",
		"a manifest in a block scalar":       "last-applied-configuration: \\|\n +\\{\"apiVersion\"",
		"a message that is folded in quotes": "change-reason: '[^\n']*\n +[^\n']*#",
		"a key with braces and quotes":       `k:\{"uid":"[^"]*"\}: \{\}`,
		"an IPv6 address as plain scalar":    `- ip: fd00:10:128::[0-9a-f]`,
		"a number in quotes":                 `pod-index: "0"`,
		"labels that are not the pod's":      `matchLabels:\n +app.kubernetes.io/name`,
		"a string with escapes":              `"printf '%s\\\\t%s\\\\n' \\"`,
		"a comment sign in a block scalar":   ` # kind: Pod\n`,
		"a hash that begins with a digit":    `- name: kube-api-access-[0-9]`,
	} {
		if !regexp.MustCompile(sample).Match(dump) {
			t.Errorf("%s: nothing matches %s", trap, sample)
		}
	}
}
