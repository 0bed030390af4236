package cli_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"netreach/bench/gen/manifest"
	"netreach/bench/gen/shape"
	"netreach/cmd/internal/cli"
)

// TestSummary_sameInput: what --summary says depends on the cluster only, not on
// how it is written: as a dump in JSON or YAML, as documents in one file or in
// many, in whatever order and under whatever names, compressed, or from standard
// input.
func TestSummary_sameInput(t *testing.T) {
	c, err := shape.Model("small", 7)
	if err != nil {
		t.Fatal(err)
	}
	written := map[manifest.Format][]byte{}
	for _, f := range []manifest.Format{manifest.DumpJSON, manifest.DumpYAML, manifest.Documents} {
		var b bytes.Buffer
		if err := manifest.Write(&b, c, manifest.Options{Format: f}); err != nil {
			t.Fatal(err)
		}
		written[f] = b.Bytes()
	}
	rng := rand.New(rand.NewPCG(7, 7))
	documents := strings.Split(string(written[manifest.Documents]), "\n---\n")
	rng.Shuffle(len(documents), func(i, j int) { documents[i], documents[j] = documents[j], documents[i] })
	if len(documents) < 500 {
		t.Fatalf("%d documents: the cluster is not split", len(documents))
	}
	shuffled, split := strings.Join(documents, "\n---\n"), fstest.MapFS{}
	for k, d := range documents {
		split[fmt.Sprintf("dir/%d/%03d.yaml", k%7, rng.IntN(1<<30))] = &fstest.MapFile{Data: []byte(d)}
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(written[manifest.DumpJSON]); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	file := func(name string, text []byte) func(*cli.Env) {
		return func(e *cli.Env) { e.FS = fstest.MapFS{name: {Data: text}} }
	}
	inputs := []struct {
		about, name string
		env         func(*cli.Env)
	}{
		{"a dump in JSON", "dump.json", file("dump.json", written[manifest.DumpJSON])},
		{"a dump in YAML", "elsewhere/all.yaml", file("elsewhere/all.yaml", written[manifest.DumpYAML])},
		{"a stream of documents", "x.yml", file("x.yml", written[manifest.Documents])},
		{"documents in another order", "y.yaml", file("y.yaml", []byte(shuffled))},
		{"a file for each document", "dir", func(e *cli.Env) { e.FS = split }},
		{"a compressed dump", "dump.json.gz", file("dump.json.gz", zipped.Bytes())},
		{"standard input", "-", func(e *cli.Env) { e.Stdin = bytes.NewReader(written[manifest.DumpYAML]) }},
		{"compressed standard input", "-", func(e *cli.Env) { e.Stdin = bytes.NewReader(zipped.Bytes()) }},
	}
	for _, format := range []string{"text", "tsv", "json"} {
		want := ""
		for _, in := range inputs {
			got := netreach(t, []string{"matrix", "--summary", "-q", "--no-config", "-o", format, "-f", in.name}, in.env)
			switch {
			case got.code != 0:
				t.Fatalf("%s, %s: exit code %d: %s", in.about, format, got.code, got.stderr)
			case want == "":
				want = got.stdout
			case got.stdout != want:
				t.Errorf("%s, %s: other bytes than for %s:\n%s", in.about, format, inputs[0].about, got.stdout)
			}
		}
		if !strings.Contains(want, "500") {
			t.Errorf("%s does not tell of 500 pods:\n%s", format, want)
		}
	}
}
