package prune

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const jsonSeed = `{
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "annotations": {"a": "x \"{\" \\", "b": "\u00e9\n/", "c": ""},
        "labels": {
            "app": "web",
            "b": "c"
        },
        "name": "web",
        "ownerReferences": [{"controller": true, "kind": "X", "uid": "u"}],
        "generation": -1.5e+3
    },
    "spec": {
        "args": ["-c", [], {}, [[1, 0.5], {"a": null}]],
        "hostNetwork": false,
        "ports": [
            {"containerPort": 80, "name": "http", "x": true}, {}
        ]
    }
}`

// checkJSON holds the scan of an object to the ordinary way of reading it, and
// reports whether the scan took it.
func checkJSON(t *testing.T, text []byte) bool {
	t.Helper()
	if !utf8.Valid(text) {
		return false
	}
	got, end, ok := New(kindsOf).JSON(text, 0, Type{})
	if !ok {
		return false
	}
	text = text[:end]
	if !jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true)) {
		t.Fatalf("taken, but not JSON:\n%s", text)
	}
	whole := decode(t, text).(map[string]any)
	apiVersion, _ := whole["apiVersion"].(string)
	kind, _ := whole["kind"].(string)
	shape, ok := kindsOf(apiVersion, kind)
	if !ok {
		t.Fatalf("taken without kind:\n%s", text)
	}
	if got, want := decode(t, got), projectJSON(whole, shape, true); !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %v\nwant %v\n%s", got, want, text)
	}
	return true
}

// projectJSON is project for values that need not have the shape: those that
// have another one are kept as a whole.
func projectJSON(v any, shape *Shape, top bool) any {
	switch v := v.(type) {
	case map[string]any:
		if !top && shape.kind != object {
			return v
		}
		out := map[string]any{}
		for key, m := range v {
			if top && (key == "apiVersion" || key == "kind") {
				out[key] = m
			} else if child, _ := shape.member([]byte(key)); child != nil {
				out[key] = projectJSON(m, child, false)
			}
		}
		return out
	case []any:
		if shape.kind != list {
			return v
		}
		out := []any{}
		for _, m := range v {
			out = append(out, projectJSON(m, shape.elem, false))
		}
		return out
	}
	return v
}

func TestJSON(t *testing.T) {
	got, end, ok := New(kindsOf).JSON([]byte(jsonSeed), 0, Type{})
	want := `{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{
            "app": "web",
            "b": "c"
        },"name":"web","ownerReferences":[{"controller":true,"kind":"X"}]},` +
		`"spec":{"hostNetwork":false,"ports":[{"containerPort":80,"name":"http"},{}]}}`
	if string(got) != want || end != len(jsonSeed) || !ok {
		t.Errorf("%t %d: got  %s\nwant %s", ok, end, got, want)
	}
}

// What is not JSON is not taken, also where it does not count.
func TestJSON_refused(t *testing.T) {
	for _, x := range []string{
		"01", "1.", ".5", "1e", "-", "+1", "tru", "nul", `"\x"`, `"\ud800"`, "\"\n\"", `"a`, "[1,]", "[1 2]", "[", `{"a" 1}`, `{"a":1,}`, `{a:1}`, "{", "", "'a'",
	} {
		if checkJSON(t, []byte(`{"apiVersion":"v1","kind":"Pod","x":`+x+`}`)) {
			t.Errorf("taken: %s", x)
		}
	}
	// names that come twice, or are odd, where some count
	for _, x := range []string{`"metadata":{},"metadata":{}`, `"metadata":{"labels":{"a":"b","a":"c"}}`, `"metadata":{"l\u0061bels":{}}`, `"metadata":{"Labels":{}}`} {
		if checkJSON(t, []byte(`{"apiVersion":"v1","kind":"Pod",`+x+`}`)) {
			t.Errorf("taken: %s", x)
		}
	}
}

// Every fragment at every place of the object: what is taken is read as in the
// ordinary way.
func TestJSON_mutants(t *testing.T) {
	tried, taken := 0, 0
	mutants(jsonSeed, 1, func(text []byte) {
		tried++
		if checkJSON(t, text) {
			taken++
		}
	})
	t.Logf("%d of %d mutants taken", taken, tried)
	if taken*20 < tried {
		t.Error("too few mutants are taken: that tests little")
	}
}

// FuzzJSON looks for other texts that are not read as in the ordinary way.
func FuzzJSON(f *testing.F) {
	f.Add([]byte(jsonSeed))
	f.Add([]byte(strings.ReplaceAll(jsonSeed, " ", "")))
	f.Fuzz(func(t *testing.T, text []byte) { checkJSON(t, text) })
}
