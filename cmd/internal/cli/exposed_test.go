package cli_test

import (
	"fmt"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"netreach/cmd/internal/cli"
	"netreach/cmd/internal/render"
	"netreach/scenarios"
)

// TestExposed_production: what the internet reaches of the cluster production,
// worked out by hand from the rules: see its README.
func TestExposed_production(t *testing.T) {
	env := func(e *cli.Env) { e.FS = scenarios.FS }
	ask := func(args ...string) (ways []string, of render.ClientsDocument) {
		t.Helper()
		doc, _ := document[render.ExposedDocument](t, env, append([]string{"exposed", "-q", "--no-config", "-o", "json", "-f", "clusters/production/manifests"}, args...)...)
		of = doc.Clients[0]
		for _, w := range of.Ways {
			line := fmt.Sprint(w.Verdict, " ", w.Name, " ", strings.Join(w.By, "+"), " ", strings.Join(w.Ports, "+"), " ->")
			for _, target := range w.Targets {
				line += " " + target.Verdict + ":" + target.Name + ":" + target.Port
			}
			ways = append(ways, strings.ReplaceAll(line, "a node port that the input does not tell", "?"))
		}
		return ways, of
	}
	ways, of := ask()
	want := []string{
		// The canary leads to pods that do not let the controller in (ING-6, ING-12).
		"some www.example.com/  80/tcp+443/tcp -> deny:web/api-service:8080/tcp allow:web/web-app:8080/tcp",
		// Both paths of the other site are dead (ING-6).
		"deny app.example.com/api  80/tcp+443/tcp -> deny:web/api-service:8080/tcp",
		"deny app.example.com/  80/tcp+443/tcp -> deny:web/web-frontend:8080/tcp",
		// No policy protects the controller (NP-3); it has node ports too (SVC-2).
		"allow ingress-nginx/svc/ingress-nginx-controller load balancer+node port 80/tcp+? -> allow:ingress-nginx/ingress-nginx-controller:80/tcp",
		"allow ingress-nginx/svc/ingress-nginx-controller load balancer+node port 443/tcp+? -> allow:ingress-nginx/ingress-nginx-controller:443/tcp",
		// Neither clients nor nodes are let in by the policies (SVC-17). The range of
		// the load balancer says nothing about the node port (SVC-19).
		"deny web/svc/api-partners load balancer 443/tcp -> deny:web/api-service:8080/tcp",
		"deny web/svc/api-partners node port ? -> deny:web/api-service:8080/tcp",
		"deny web/svc/web-app load balancer+node port 80/tcp+? -> deny:web/web-app:8080/tcp",
		"deny web/svc/web-service node port 30080/tcp -> deny:web/web-frontend:8080/tcp",
	}
	if !slices.Equal(ways, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(ways, "\n"), strings.Join(want, "\n"))
	}
	bare := []string{"database/postgres", "frontend/shop", "ingress-nginx/ingress-nginx-controller", "kube-system/coredns", "staging/tester"}
	if !slices.Equal(of.NotIsolated, bare) || len(of.Direct) != 0 {
		t.Errorf("directly %v and %v, want %v and nothing", of.NotIsolated, of.Direct, bare)
	}
	ways, of = ask("--to", "web/api-service")
	if slices.Equal(ways, want) || len(ways) != 4 || len(of.NotIsolated) != 0 {
		t.Errorf("to web/api-service: %q and %q", ways, of.NotIsolated)
	}
}

// Every form of exposed is written for every scenario, and Graphviz takes the
// picture. What is counted as directly open is what the matrix says.
func TestExposed_scenarios(t *testing.T) {
	env := func(e *cli.Env) { e.FS = scenarios.FS }
	_, missing := exec.LookPath("dot")
	direct := 0
	for _, name := range scenarios.Names() {
		args := []string{"exposed", "-q", "--no-config", "-f", path.Join(name, scenarios.Manifests)}
		for _, format := range render.Formats(render.ExposedOf) {
			got := netreach(t, append(args, "-o", format), env)
			if got.code != 0 || got.stdout == "" {
				t.Errorf("netreach %s -o %s: exit code %d: %s", strings.Join(args, " "), format, got.code, got.stderr)
			}
			if format == "dot" && missing == nil {
				cmd := exec.CommandContext(t.Context(), "dot", "-Tcanon")
				cmd.Stdin = strings.NewReader(got.stdout)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%s: dot: %v: %s", name, err, out)
				}
			}
		}
		doc, _ := document[render.ExposedDocument](t, env, append(args, "-o", "json")...)
		listed := map[string]bool{}
		for _, w := range doc.Clients[0].NotIsolated {
			listed[w] = true
		}
		rows := netreach(t, []string{"matrix", "-q", "--no-config", "-o", "tsv", "--from", "internet", "-f", path.Join(name, scenarios.Manifests)}, env)
		for line := range strings.SplitSeq(strings.TrimSpace(rows.stdout), "\n") {
			cells := strings.Split(line, "\t")
			if listed[cells[1]] {
				direct++
				if cells[2] != "*" || cells[3] != "allow" {
					t.Errorf("%s: %s is not isolated, and the matrix has %s", name, cells[1], line)
				}
			}
		}
	}
	if direct == 0 {
		t.Error("no workload is open directly")
	}
}

// A flow of matrix --entries is of a way in that exposed lists, and one that is
// open of a way that exposed shows as open.
func TestMatrix_entriesAgreeWithExposed(t *testing.T) {
	env := func(e *cli.Env) { e.FS = scenarios.FS }
	shut := map[string]bool{"deny": true, "none": true}
	open := 0
	for _, name := range scenarios.Names() {
		in := []string{"-q", "--no-config", "-o", "json", "-f", path.Join(name, scenarios.Manifests)}
		m, _ := document[render.MatrixDocument](t, env, append([]string{"matrix", "--entries"}, in...)...)
		x, _ := document[render.ExposedDocument](t, env, append([]string{"exposed"}, in...)...)
		ways := map[string]bool{}
		for _, w := range x.Clients[0].Ways {
			for _, host := range append(w.Hosts, w.Name) {
				key := host
				if host != w.Name {
					key += w.Path
				}
				ways[strings.TrimSuffix(key, "/")] = ways[strings.TrimSuffix(key, "/")] || !shut[w.Verdict]
			}
		}
		for _, e := range m.Entries {
			key := e.Src
			if _, rest, ok := strings.Cut(key, "://"); ok {
				host, below, _ := strings.Cut(rest, "/")
				host, _, _ = strings.Cut(host, ":")
				key = host + "/" + below
			}
			isOpen, known := ways[strings.TrimSuffix(key, "/")]
			if !known || !shut[e.Verdict] && !isOpen {
				t.Errorf("%s: the matrix has %s %s -> %s %s, exposed has the way: %t, open: %t", name, e.Verdict, e.Src, e.Dst, e.Port, known, isOpen)
			}
			if !shut[e.Verdict] {
				open++
			}
		}
	}
	if open == 0 {
		t.Error("no entry is open")
	}
	t.Logf("%d flows of entries are open", open)
}
