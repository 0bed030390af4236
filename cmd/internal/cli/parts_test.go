package cli_test

import (
	"encoding/json"
	"path"
	"testing"

	"netreach/cmd/internal/cli"
	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
	"netreach/scenarios"
)

// TestCan_PartsCoverAll asks of every scenario what all pods reach, and holds
// the parts of the answer against the engine: each pair of workloads is in one
// part, with its verdict. A pod with itself may be in any, or in none (NP-43).
func TestCan_PartsCoverAll(t *testing.T) {
	for _, name := range scenarios.Names() {
		for _, text := range []string{"80", "8080", "http"} {
			port, err := expect.ParsePort(text)
			if err != nil {
				t.Fatal(err)
			}
			t.Run(name+" "+text, func(t *testing.T) {
				got := netreach(t, []string{"can", "*/*", "*/*", text, "-q", "-o", "json", "-f", path.Join(name, scenarios.Manifests)},
					func(e *cli.Env) { e.FS = scenarios.FS })
				var d render.QueryDocument
				if err := json.Unmarshal([]byte(got.stdout), &d); err != nil {
					t.Fatalf("%v: %s%s", err, got.stdout, got.stderr)
				}
				checkParts(t, scenario(t, name), &d, port)
			})
		}
	}
}

func checkParts(t *testing.T, w world, d *render.QueryDocument, port model.PortMatch) {
	t.Helper()
	if len(d.Parts) == 0 {
		return // one verdict for all
	}
	said := map[[2]string][]string{}
	for _, part := range d.Parts {
		for _, src := range part.Src {
			for _, dst := range part.Dst {
				said[[2]string{src, dst}] = append(said[[2]string{src, dst}], part.Verdict)
			}
		}
	}
	workloads := w.m.Workloads()
	for _, src := range workloads {
		for _, dst := range workloads {
			verdicts := said[[2]string{src.Name, dst.Name}]
			switch want := w.m.Judge(src, dst, port).Verdict; {
			case itself(w, src, dst):
			case len(verdicts) != 1 || verdicts[0] != want.String():
				t.Errorf("%s -> %s: %v, want %s", src.Name, dst.Name, verdicts, want)
			}
		}
	}
	sources := map[string]int{}
	for _, part := range d.Parts {
		for _, src := range part.Src {
			sources[part.Verdict+" "+src]++
		}
	}
	for src, n := range sources {
		if n > 1 {
			t.Errorf("%s stands in %d parts", src, n)
		}
	}
}

// itself reports whether two ends are one pod.
func itself(w world, src, dst engine.End) bool {
	return src.Name == dst.Name && w.m.Table([]engine.End{src}).Itself(0, 0)
}
