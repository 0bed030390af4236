package cli_test

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/cmd/internal/cli"
	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/load"
	"netreach/scenarios"
)

// world is a scenario as the engine sees it.
type world struct {
	m       *engine.Matrix
	ends    []engine.End
	t       *engine.Table
	outside map[engine.PeerID]bool
}

func scenario(t *testing.T, name string) world {
	t.Helper()
	c, problems, err := load.Read(load.Options{FS: scenarios.FS}, path.Join(name, scenarios.Manifests))
	if err != nil || c == nil {
		t.Fatalf("%v %v", err, problems)
	}
	u, err := engine.NewUniverse(model.Options{}, c)
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		t.Fatal(err)
	}
	w := world{m: m, ends: append(m.Workloads(), m.Outside()...)}
	w.t = m.Table(w.ends)
	w.outside = map[engine.PeerID]bool{}
	for _, e := range m.Outside() {
		for _, id := range e.Peers {
			w.outside[id] = true
		}
	}
	return w
}

// lines runs matrix on a scenario and reads its output back.
func (w world) lines(t *testing.T, name string, args ...string) []expect.Line {
	t.Helper()
	args = append([]string{"matrix", "-q", "-f", path.Join(name, scenarios.Manifests)}, args...)
	got := netreach(t, args, func(e *cli.Env) { e.FS = scenarios.FS })
	if got.code != 0 {
		t.Fatalf("exit code %d: %s", got.code, got.stderr)
	}
	read, problems, err := expect.ParseFile(strings.NewReader(got.stdout), "output", "")
	if err != nil || len(problems) > 0 {
		t.Fatalf("the output does not read back: %v %v\n%s", err, problems, got.stdout)
	}
	return read
}

// listed returns, for each pair of ends and each of its verdicts but deny, the
// ports that the lines name.
func (w world) listed(t *testing.T, ls []expect.Line) map[[3]string][]string {
	t.Helper()
	out := map[[3]string][]string{}
	for _, l := range ls {
		for _, src := range w.members(t, l.Src) {
			for _, dst := range w.members(t, l.Dst) {
				key := [3]string{src.Name, dst.Name, l.Verdict.String()}
				for _, p := range l.Ports {
					out[key] = append(out[key], p.String())
				}
			}
		}
	}
	return out
}

// members returns the ends that peers of a line stand for. Ranges of a line are
// those of ends outside, though pods may have addresses in them.
func (w world) members(t *testing.T, peers []expect.Peer) []engine.End {
	t.Helper()
	covered := map[engine.PeerID]bool{}
	for _, p := range peers {
		e, err := w.m.Resolve(p)
		if err != nil {
			t.Fatalf("a peer of the output does not exist: %v", err)
		}
		for _, id := range e.Peers {
			covered[id] = covered[id] || p.Kind != expect.Addresses || w.outside[id]
		}
	}
	return slices.DeleteFunc(slices.Clone(w.ends), func(e engine.End) bool {
		return slices.ContainsFunc(e.Peers, func(id engine.PeerID) bool { return !covered[id] })
	})
}

// cells returns what listed should: straight from the table. Left out are a
// pod with itself and, because lines name the parts of internet and private,
// ends outside of several behaviours.
func (w world) cells(verdicts func(i, j int) map[string][]string) map[[3]string][]string {
	out := map[[3]string][]string{}
	for i, src := range w.ends {
		for j, dst := range w.ends {
			if src.Outside && dst.Outside || w.t.Itself(i, j) || w.mixed(i) || w.mixed(j) {
				continue
			}
			for verdict, ports := range verdicts(i, j) {
				out[[3]string{src.Name, dst.Name, verdict}] = ports
			}
		}
	}
	return out
}

// mixed reports whether an end is internet or private with parts behind it.
func (w world) mixed(i int) bool {
	whole := func(e engine.End) bool { return e.Name == "internet" || e.Name == "private" }
	return whole(w.ends[i]) && i+1 < len(w.ends) && w.ends[i+1].Outside && !whole(w.ends[i+1])
}

// dropImplied removes what lines say beyond cells and rightly so: that a single
// pod reaches itself (NP-43), and wholes whose parts are all listed.
func (w world) dropImplied(listed map[[3]string][]string) {
	index := map[string]int{}
	for i, e := range w.ends {
		index[e.Name] = i
	}
	maps.DeleteFunc(listed, func(key [3]string, _ []string) bool {
		i, j := index[key[0]], index[key[1]]
		return w.mixed(i) || w.mixed(j) || w.t.Itself(i, j) && key[2] == "allow"
	})
}

// TestMatrix_ReadsBack holds the lines of matrix against the table, for every
// scenario: they say all that is not denied, once, and nothing else.
func TestMatrix_ReadsBack(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			w := scenario(t, name)
			got := w.listed(t, w.lines(t, name))
			w.dropImplied(got)
			want := w.cells(func(i, j int) map[string][]string {
				out := map[string][]string{}
				for _, s := range w.t.Segments(w.t.Cell(i, j)) {
					if s.Verdict == model.Denied {
						continue
					}
					ports := []string{"*"}
					for k, p := range s.Ports {
						ports = append(ports[:k], p.String())
					}
					out[s.Verdict.String()] = ports
				}
				return out
			})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-table +lines):\n%s", diff)
			}
		})
	}
}

// TestMatrix_ReadsBackByPort does the same for single ports, ranges and names.
func TestMatrix_ReadsBackByPort(t *testing.T) {
	for _, name := range scenarios.Names() {
		for _, text := range []string{"80", "8080", "5432", "53/udp", "http", "metrics", "1-1024", "*/sctp"} {
			port, err := expect.ParsePort(text)
			if err != nil {
				t.Fatal(err)
			}
			t.Run(name+" "+text, func(t *testing.T) {
				w := scenario(t, name)
				got := w.listed(t, w.lines(t, name, "--port", text))
				w.dropImplied(got)
				want := w.cells(func(i, j int) map[string][]string {
					v := w.m.Judge(w.ends[i], w.ends[j], port).Verdict
					if v == model.Denied || v == model.None {
						return nil
					}
					return map[string][]string{v.String(): {port.String()}}
				})
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-engine +lines):\n%s", diff)
				}
			})
		}
	}
}

// TestMatrix_TSVIsTheTable holds the rows against the engine, judged pair by
// pair. Of the ends outside they have internet and private, and never parts.
func TestMatrix_TSVIsTheTable(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			w := scenario(t, name)
			got := netreach(t, []string{
				"matrix", "-q", "-f", path.Join(name, scenarios.Manifests), "-o", "tsv", "--port", "80", "--port", "http", "--port", "*",
			}, func(e *cli.Env) { e.FS = scenarios.FS })
			want := []string{"src\tdst\tport\tverdict"}
			part := func(e engine.End) bool { return e.Outside && e.Name != "internet" && e.Name != "private" }
			for i, src := range w.ends {
				for j, dst := range w.ends {
					if src.Outside && dst.Outside || part(src) || part(dst) {
						continue
					}
					for _, p := range []model.PortMatch{
						{Kind: model.PortRange, First: 80, Last: 80}, {Kind: model.PortNamed, Name: "http"}, {Kind: model.PortAny},
					} {
						v := w.m.Judge(w.ends[i], w.ends[j], p).Verdict
						want = append(want, src.Name+"\t"+dst.Name+"\t"+p.String()+"\t"+v.String())
					}
				}
			}
			if diff := cmp.Diff(want, strings.Split(strings.TrimSuffix(got.stdout, "\n"), "\n")); diff != "" {
				t.Errorf("(-engine +rows):\n%s", diff)
			}
		})
	}
}
