package prune

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	sigsyaml "sigs.k8s.io/yaml"
)

// pod is what counts of the object of these tests. It has a field of every
// type.
type pod struct {
	Metadata struct {
		Name   string            `json:"name"`
		Labels map[string]string `json:"labels"`
		Owners []struct {
			Kind string `json:"kind"`
			Main bool   `json:"controller"`
		} `json:"ownerReferences"`
	} `json:"metadata"`
	Spec struct {
		Host  bool `json:"hostNetwork"`
		Ports []struct {
			Port *int64 `json:"containerPort"`
			Name string `json:"name"`
		} `json:"ports"`
	} `json:"spec"`
}

func kindsOf(apiVersion, kind string) (*Shape, bool) {
	switch {
	case apiVersion == "" || kind == "":
		return nil, false
	case kind == "Pod":
		return ShapeOf(reflect.TypeFor[pod]()), true
	}
	return Everything(), true
}

// project returns what counts of a value that was read in the ordinary way.
func project(v any, shape *Shape, top bool) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, m := range v {
			if top && (key == "apiVersion" || key == "kind") {
				out[key] = m
			} else if child, _ := shape.member([]byte(key)); child != nil {
				out[key] = project(m, child, false)
			}
		}
		return out
	case []any:
		out := []any{}
		elem, _ := shape.item()
		for _, m := range v {
			out = append(out, project(m, elem, false))
		}
		return out
	}
	return v
}

// decode returns the value of a JSON text, with numbers as they are written.
func decode(t *testing.T, text []byte) any {
	t.Helper()
	var out any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&out); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return out
}

// checkYAML holds the scan of a document to the ordinary way of reading it, and
// reports whether the scan took it.
func checkYAML(t *testing.T, text []byte) bool {
	t.Helper()
	got, end, ok := New(kindsOf).YAML(text, 0, 0, Type{})
	if !ok || end != len(text) {
		return false
	}
	whole, err := sigsyaml.YAMLToJSONStrict(text)
	if err != nil && strings.Contains(err.Error(), "already set in map") {
		whole, err = sigsyaml.YAMLToJSON(text) // one key twice, in what does not count
		want, _ := decode(t, whole).(map[string]any)
		if want["kind"] != "Pod" {
			t.Fatalf("taken with a key that comes twice:\n%s", text)
		}
	}
	if err != nil {
		t.Fatalf("taken, but %v:\n%s", err, text)
	}
	want := decode(t, whole).(map[string]any)
	apiVersion, _ := want["apiVersion"].(string)
	kind, _ := want["kind"].(string)
	shape, ok := kindsOf(apiVersion, kind)
	if !ok {
		t.Fatalf("taken without kind:\n%s", text)
	}
	if got, want := decode(t, got), project(want, shape, true); !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %v\nwant %v\n%s", got, want, text)
	}
	return true
}

// The objects themselves are taken: otherwise the tests below would test
// nothing.
func TestYAML(t *testing.T) {
	for _, seed := range seeds {
		if !checkYAML(t, []byte(seed)) {
			t.Errorf("not taken:\n%s", seed)
		}
	}
	got, _, _ := New(kindsOf).YAML([]byte(seeds[0]), 0, 0, Type{})
	want := `{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"app":"web","hash":"5b466qf2l","quoted":"y"},"name":"web",` +
		`"ownerReferences":[{"controller":true,"kind":"ReplicaSet"}]},` +
		`"spec":{"hostNetwork":false,"ports":[{"containerPort":8080,"name":"http"},{"containerPort":53,"name":"dns"}]}}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What stands in the parts that do not count stays on the fast path; what is
// odd in the others does not.
func TestYAML_taken(t *testing.T) {
	const head = "apiVersion: v1\nkind: Pod\n"
	tests := []struct {
		text string
		want bool
	}{
		{"x: \"a\\\"b\\u00e9\\x41\"\n", true},
		{"\"a\\tb\": 1\n", true},
		{"'it''s': 'it''s'\n", true},
		{"x: {a: [], b: {}, c: [1, \"2\", '3']}\n", true},
		{"x: ä\n", true},
		{"x: |-\n  a\n\n   b\ny: 1\n", true},
		{"metadata: {name: a, labels: {app: a}}\n", true},
		{"metadata:\n  labels: {}\n", true},
		{"metadata:\n  labels:\n", true},
		{"x:\n- a\n-\n- b: 1\n  c: 2\n", true},
		// the same, in parts that count
		{"metadata: {name: \"a\\tb\"}\n", false},
		{"metadata:\n  name: ä\n", false},
		{"metadata:\n  name: |\n    a\n", true},
		{"metadata:\n  name: |+\n    a\n", false},
		{"metadata:\n  name: >\n    a\n", false},
		{"metadata:\n  name: |\n    a", false},
		{"metadata:\n  name: a\n    b\n", false},
		{"metadata:\n  labels: {y: a}\n", false},
		{"metadata:\n  labels:\n    a: y\n", false},
		{"metadata:\n  labels:\n    a: 1e3\n", false},
		{"metadata:\n  labels:\n    a: 10\n", false},
		{"metadata:\n  labels:\n    a: b\n    a: c\n", false},
		{"metadata:\n  Labels: {}\n", false},
		{"Metadata: {}\n", false},
		// what is no YAML, or may be something else than it looks
		{"x: a: b\n", false},
		{"x: \"a\\q\"\n", false},
		{"x: |2\n    a\n", false},
		{"x: &a b\n", false},
		{"x: *a\n", false},
		{"x: !!str b\n", false},
		{"<<: {a: b}\n", false},
		{"? x\n", false},
		{"x:\ty\n", false},
		{"x: y\r\n", false},
		{"null: 1\n", false},
		{"x: .inf\n", false},
		{"x: [a,\n  b]\n", false},
		{"x: 'a\nb'\n", false},
		{"x: 'a\n", false},
		{" x: y\n", false},
		{"x:\n    a: b\n  c: d\n", false},
		{"x: a #\n  b\n", false},
		{"x: a\n #\n  b\n", false},
		{"x: \u0085\n", false},
		{"kind: Pod\n", false},
	}
	for _, tt := range tests {
		if got := checkYAML(t, []byte(head+tt.text)); got != tt.want {
			t.Errorf("%q: taken %t", tt.text, got)
		}
	}
}

// The kind may come late, and be another one than was assumed.
func TestYAML_lateKind(t *testing.T) {
	for _, text := range []string{
		"metadata: {name: a, x: y}\nkind: Pod\napiVersion: v1\n",
		"apiVersion: v1\nspec:\n  a: b\nkind: ConfigMap\n",
	} {
		if checkYAML(t, []byte(text)) {
			t.Errorf("taken without anything to assume: %s", text)
		}
		got, end, ok := New(kindsOf).YAML([]byte(text), 0, 0, Type{"v1", "Pod"})
		if !ok || end != len(text) || strings.Contains(text, "ConfigMap") != strings.Contains(string(got), "spec\":{\"a") {
			t.Errorf("%t %s: %s", ok, got, text)
		}
	}
}

// Every fragment at every place of the objects, put in, put in place of a
// character or of a line's rest: what is taken is read as in the ordinary way.
func TestYAML_mutants(t *testing.T) {
	step := 7
	if testing.Short() {
		step = 23
	}
	for i, seed := range seeds {
		tried, taken := 0, 0
		mutants(seed, step, func(text []byte) {
			tried++
			if checkYAML(t, text) {
				taken++
			}
		})
		t.Logf("seed %d: %d of %d mutants taken", i, taken, tried)
		if taken*20 < tried {
			t.Errorf("only %d of %d mutants are taken: that tests little", taken, tried)
		}
	}
}

// FuzzYAML looks for other texts that are not read as in the ordinary way.
func FuzzYAML(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
		for i, fragment := range fragments {
			at := len(seed) * i / len(fragments)
			f.Add(slices.Concat([]byte(seed[:at]), []byte(fragment), []byte(seed[at:])))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkYAML(t, text) })
}
