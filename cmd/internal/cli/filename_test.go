package cli_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"netreach/cmd/internal/cli"
)

// TestFileNames: the name of a file begins no line of its own, in whatever form
// and whether a result or a diagnostic names it.
func TestFileNames(t *testing.T) {
	const (
		name = "p|`o`<l>\n::error::x.yaml"
		pods = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: a}\nspec: {containers: [{name: c, image: x}]}\n"
		text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: a}\nspec: {podSelector: {}}\n"
	)
	files := fstest.MapFS{
		"before.yaml": {Data: []byte(pods)}, "after/pods.yaml": {Data: []byte(pods)}, "after/" + name: {Data: []byte(text)},
		"broken/" + name: {Data: []byte("kind: [\n")},
		"deny.txt":       {Data: []byte("deny internet -> a/web\nallow internet -> a/web\n")},
	}
	for _, line := range []string{
		"diff before.yaml after -o text", "diff before.yaml after -o md", "diff before.yaml after -o github", "diff before.yaml after -o junit",
		"diff before.yaml after -o sarif", "diff before.yaml after -o json", "diff before.yaml after -o dot", "diff before.yaml broken",
		"test deny.txt -f after", "test deny.txt -f after -o github", "test deny.txt -f after -o tap", "test deny.txt -f after --coverage",
		"explain internet a/web -f after", "matrix -f broken",
	} {
		got := netreach(t, strings.Fields(line), func(e *cli.Env) { e.FS = cleaned{files} })
		out := got.stdout + got.stderr
		if !strings.Contains(out, "error") && !strings.Contains(line, "-o dot") {
			t.Errorf("%s: does not name the file:\n%s", line, out)
		}
		for row := range strings.Lines(out) {
			if strings.HasPrefix(row, "::error::x") {
				t.Errorf("%s: the name begins a line:\n%s", line, out)
			}
		}
	}
}
