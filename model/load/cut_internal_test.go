package load

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"netreach/model"
)

// dump is a list in which much that trips a cut is found.
const dump = `# a dump
apiVersion: v1
items: # all
- apiVersion: v1
  kind: Pod
  metadata:
    name: a
    annotations:
      x: "one
        - two"
- kind: Pod
  spec:
    args:
    - |
      - kind: Pod
      items:
    - 'it''s'
    list: [1,
      2]
# a comment

- plain: a
    b
  "quoted": {}
kind: List
metadata: {}
`

// pieces are put into the dump, or put in place of others.
var pieces = []string{
	"\n", " ", "  ", "-", "- ", "\"", "'", "#", ":", "{", "}", "[", "]", "|", ">", "&a ", "*a", "<<: *a\n", "!!str ", "---\n", "...\n",
	"items:", "items:\n", "items: []\n", "kind: List\n", "cut", "\t", "\r", "\r\n", "\u0085", "\u2028", "\ufeff", "? ", "%YAML 1.1\n", "x: y\n", "  x: y\n", "- x: y\n", "  - x: y\n",
}

// checkCut holds a cut list to the list as a whole: same header, same items, on
// the lines where they are.
func checkCut(t *testing.T, text []byte) {
	t.Helper()
	for _, doc := range split("a.yaml", text) {
		list, items, ok := cutToJSON(doc)
		if !ok {
			continue
		}
		whole, errs := documentToJSON(doc.Text)
		if errs != nil {
			t.Fatalf("cut, but not to be read as a whole: %v\n%q", errs, doc.Text)
		}
		want := headOf(whole)
		if string(list.kind) != string(want.kind) || string(list.apiVersion) != string(want.apiVersion) || string(list.metadata) != string(want.metadata) {
			t.Fatalf("headers differ: %s, %s\n%q", list.kind, want.kind, doc.Text)
		}
		n := 0
		if !isNull(want.items) {
			for m := range members(want.items) {
				if n >= len(items) || !bytes.Equal(items[n].json, m.value) {
					t.Fatalf("item %d is not %s in %v\n%q", n, m.value, items, doc.Text)
				}
				n++
			}
		}
		if n != len(items) {
			t.Fatalf("%d items instead of %d\n%q", len(items), n, doc.Text)
		}
		for i, item := range items {
			line := Locate(model.Origin{Doc: &doc, Line: doc.Line, Field: "items[" + strconv.Itoa(i) + "]"})
			if item.line != line && !bytes.Contains(doc.Text, []byte("\r")) {
				t.Fatalf("item %d is on line %d, and not on %d\n%q", i, line, item.line, doc.Text)
			}
		}
	}
}

// The dump itself is cut: otherwise the other tests would test nothing.
func TestCut(t *testing.T) {
	docs := split("a.yaml", []byte(dump))
	_, items, ok := cutToJSON(docs[0])
	if !ok || len(items) != 3 {
		t.Fatalf("%d items, cut %t", len(items), ok)
	}
	for i, want := range []int{4, 11, 22} {
		if items[i].line != want {
			t.Errorf("item %d is on line %d, want %d", i, items[i].line, want)
		}
	}
	checkCut(t, []byte(dump))
}

// Every piece at every place of the dump, put in and put in place of a line's
// rest, is either not cut or cut rightly.
func TestCut_mutations(t *testing.T) {
	step := 2
	if testing.Short() {
		step = 7
	}
	for at := 0; at <= len(dump); at += step {
		for _, piece := range pieces {
			checkCut(t, []byte(dump[:at]+piece+dump[at:]))
			if end := strings.IndexByte(dump[at:], '\n'); end >= 0 {
				checkCut(t, []byte(dump[:at]+piece+dump[at+end:]))
			}
		}
	}
}

// FuzzCut looks for other texts of which that does not hold.
func FuzzCut(f *testing.F) {
	f.Add([]byte(dump))
	for i, piece := range pieces {
		at := len(dump) * i / len(pieces)
		f.Add([]byte(dump[:at] + piece + dump[at:]))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkCut(t, text) })
}
