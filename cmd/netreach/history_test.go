package main_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"netreach/model/load/git/gittest"
)

// state is the files of a commit, by their paths.
type state map[string]string

// past is a repository, with what each commit holds and changes, as known from how
// it was made.
type past struct {
	*gittest.Repo
	names  []string // of commits, in the order in which they were made
	hashes map[string]string
	states map[string]state
	parent map[string]string
	// broken are the commits whose manifests cannot be read.
	broken map[string]bool
	// effect is what a commit changes against its parent: rows of -o tsv.
	effect map[string]string
}

// commit makes a commit of files as they are after a change.
func (p *past) commit(name, parent, subject string, change func(state), effect string) {
	files := maps.Clone(p.states[parent])
	if files == nil {
		files = state{}
	}
	change(files)
	for old := range p.states[parent] {
		p.Remove(old)
	}
	for path, text := range files {
		p.Write(path, text)
	}
	p.note(name, parent, p.Commit(subject), files, effect)
}

func (p *past) note(name, parent, hash string, files state, effect string) {
	p.names = append(p.names, name)
	p.hashes[name], p.states[name], p.parent[name] = hash, files, parent
	p.effect[name] = strings.ReplaceAll(strings.TrimSpace(effect), "  ", "\t")
}

func deployment(namespace, name string) string {
	return fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata: {name: %[2]s, namespace: %[1]s}
spec:
  replicas: 1
  selector: {matchLabels: {app: %[2]s}}
  template: {metadata: {labels: {app: %[2]s}}}
---
`, namespace, name)
}

func namespaces(labels ...string) string {
	var b strings.Builder
	for i, name := range []string{"shop", "db", "mon"} {
		fmt.Fprintf(&b, "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {team: %s}}\n---\n", name, labels[i])
	}
	return b.String()
}

// policy admits some peers to the pods of the database, on a port.
func policy(name, from, port string) string {
	return fmt.Sprintf(`apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: %s, namespace: db}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress: [{from: [%s], ports: [{port: %s}]}]
---
`, name, from, port)
}

const (
	fromAPI  = `{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}, podSelector: {matchLabels: {app: api}}}`
	fromTeam = `{namespaceSelector: {matchLabels: {team: web}}}`
	fromMon  = `{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: mon}}}`
)

// moved moves every file below one directory to another one.
func moved(from, to string) func(state) {
	return func(files state) {
		for _, path := range slices.Sorted(maps.Keys(files)) {
			if rest, ok := strings.CutPrefix(path, from); ok {
				files[to+rest] = files[path]
				delete(files, path)
			}
		}
	}
}

func put(path, text string) func(state) { return func(files state) { files[path] = text } }

func without(path string) func(state) { return func(files state) { delete(files, path) } }

func nothing(state) {}

// thirty makes a repository of 30 commits: files are renamed and deleted, a
// directory moves and a file is split, some commits cannot be read, one is a
// merge, and one has a file that links to another.
func thirty(t *testing.T) *past {
	t.Helper()
	p := &past{
		Repo: gittest.New(t), hashes: map[string]string{}, states: map[string]state{}, parent: map[string]string{},
		broken: map[string]bool{"12": true, "13": true, "24": true}, effect: map[string]string{},
	}
	at := ""
	step := func(name, subject string, change func(state), effect string) {
		p.commit(name, at, subject, change, effect)
		at = name
	}
	step("1", "two namespaces and four workloads, all open", func(files state) {
		files["namespaces.yaml"] = namespaces("web", "data", "ops")
		files["shop/web.yaml"] = deployment("shop", "web")
		files["shop/api.yaml"] = deployment("shop", "api")
		files["db/pg.yaml"] = deployment("db", "pg")
		files["mon/prom.yaml"] = deployment("mon", "prom")
	}, "")
	step("2", "a page about it", put("README.md", "kind: of"), "")
	step("3", "only the API may use the database", put("db/policy.yaml", policy("api", fromAPI, "5432")), `
mon/prom  db/pg  *  allow  deny
shop/api  db/pg  1-5431/tcp,5433-65535/tcp,*/udp,*/sctp  allow  deny
shop/web  db/pg  *  allow  deny
internet  db/pg  *  allow  deny
private  db/pg  *  allow  deny`)
	step("4", "move the policy", moved("db/policy.yaml", "db/netpol/all.yaml"), "")
	step("5", "nothing at all", nothing, "")
	step("6", "a comment", func(files state) { files["db/netpol/all.yaml"] = "# reviewed\n" + files["db/netpol/all.yaml"] }, "")
	step("7", "metrics of the database", put("db/netpol/metrics.yml", policy("metrics", fromMon, "9187")), `
mon/prom  db/pg  9187/tcp  deny  allow`)
	step("8", "a batch job", put("shop/batch.json", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"batch","namespace":"shop","labels":{"app":"batch"}}}`), `
db/pg  shop/batch  *  absent  allow
mon/prom  shop/batch  *  absent  allow
shop/api  shop/batch  *  absent  allow
shop/batch  mon/prom  *  absent  allow
shop/batch  shop/api  *  absent  allow
shop/batch  shop/web  *  absent  allow
shop/web  shop/batch  *  absent  allow
shop/batch  internet  *  absent  allow
shop/batch  private  *  absent  allow
internet  shop/batch  *  absent  allow
private  shop/batch  *  absent  allow
shop/batch  db/pg  *  absent  deny`)
	step("9", "the shop moves", moved("shop/", "apps/shop/"), "")
	step("10", "a file for each policy", func(files state) {
		files["db/netpol/ingress/api.yaml"] = files["db/netpol/all.yaml"]
		files["db/netpol/ingress/metrics.yaml"] = files["db/netpol/metrics.yml"]
		delete(files, "db/netpol/all.yaml")
		delete(files, "db/netpol/metrics.yml")
	}, "")
	step("11", "the team of the shop may use the database", put("db/netpol/ingress/team.yaml", policy("team", fromTeam, "5432")), `
shop/batch  db/pg  5432/tcp  deny  allow
shop/web  db/pg  5432/tcp  deny  allow`)
	step("12", "a typing error", put("apps/shop/web.yaml", "kind: [Deployment\n"), "")
	step("13", "the database may be reached on 8080, too", put("db/netpol/ingress/8080.yaml", policy("web", fromMon, "8080")), "")
	step("14", "mend the typing error", put("apps/shop/web.yaml", deployment("shop", "web")), "")
	step("15", "the team does not need it", without("db/netpol/ingress/team.yaml"), `
shop/batch  db/pg  5432/tcp  allow  deny
shop/web  db/pg  5432/tcp  allow  deny`)
	step("16", "nobody looks at the metrics", without("db/netpol/ingress/metrics.yaml"), `
mon/prom  db/pg  9187/tcp  allow  deny`)
	p.Git("checkout", "--quiet", "-b", "feature")
	p.commit("17", "16", "feature: begin", put("notes.txt", "x"), "")
	p.commit("18", "17", "feature: reports read the database", put("db/netpol/reports.yaml", policy("reports", fromTeam, "5432")), `
shop/batch  db/pg  5432/tcp  deny  allow
shop/web  db/pg  5432/tcp  deny  allow`)
	p.commit("19", "18", "feature: move", moved("db/netpol/reports.yaml", "db/netpol/ingress/reports.yaml"), "")
	p.Git("checkout", "--quiet", "main")
	p.commit("20", "16", "mon has another label", put("namespaces.yaml", namespaces("web", "data", "sre")), "")
	p.Git("merge", "--quiet", "--no-ff", "-m", "merge feature", "feature")
	merged := maps.Clone(p.states["20"])
	merged["notes.txt"] = p.states["19"]["notes.txt"]
	merged["db/netpol/ingress/reports.yaml"] = p.states["19"]["db/netpol/ingress/reports.yaml"]
	p.note("21", "20", p.Git("rev-parse", "HEAD"), merged, p.effect["18"])
	at = "21"
	step("22", "the batch job is gone", without("apps/shop/batch.json"), `
db/pg  shop/batch  *  allow  absent
mon/prom  shop/batch  *  allow  absent
shop/api  shop/batch  *  allow  absent
shop/batch  mon/prom  *  allow  absent
shop/batch  shop/api  *  allow  absent
shop/batch  shop/web  *  allow  absent
shop/web  shop/batch  *  allow  absent
shop/batch  internet  *  allow  absent
shop/batch  private  *  allow  absent
internet  shop/batch  *  allow  absent
private  shop/batch  *  allow  absent
shop/batch  db/pg  5432/tcp  allow  absent
shop/batch  db/pg  1-5431/tcp,5433-65535/tcp,*/udp,*/sctp  deny  absent`)
	step("23", "another team", put("namespaces.yaml", namespaces("sales", "data", "sre")), `
shop/web  db/pg  5432/tcp  allow  deny`)
	step("24", "an unknown field", put("db/netpol/ingress/bad.yaml", strings.Replace(policy("bad", fromMon, "1"), "podSelector", "podselector", 1)), "")
	step("25", "drop it", without("db/netpol/ingress/bad.yaml"), "")
	step("26", "and back to the old team", put("namespaces.yaml", namespaces("web", "data", "sre")), `
shop/web  db/pg  5432/tcp  deny  allow`)
	step("27", "all of the database moves", moved("db/", "data/postgres/"), "")
	step("28", "the web tier is renamed", func(files state) {
		files["apps/shop/frontend.yaml"] = deployment("shop", "frontend")
		delete(files, "apps/shop/web.yaml")
	}, `
db/pg  shop/frontend  *  absent  allow
mon/prom  shop/frontend  *  absent  allow
shop/api  shop/frontend  *  absent  allow
shop/frontend  mon/prom  *  absent  allow
shop/frontend  shop/api  *  absent  allow
shop/frontend  internet  *  absent  allow
shop/frontend  private  *  absent  allow
internet  shop/frontend  *  absent  allow
private  shop/frontend  *  absent  allow
shop/frontend  db/pg  5432/tcp  absent  allow
shop/frontend  db/pg  1-5431/tcp,5433-65535/tcp,*/udp,*/sctp  absent  deny
db/pg  shop/web  *  allow  absent
mon/prom  shop/web  *  allow  absent
shop/api  shop/web  *  allow  absent
shop/web  mon/prom  *  allow  absent
shop/web  shop/api  *  allow  absent
shop/web  internet  *  allow  absent
shop/web  private  *  allow  absent
internet  shop/web  *  allow  absent
private  shop/web  *  allow  absent
shop/web  db/pg  5432/tcp  allow  absent
shop/web  db/pg  1-5431/tcp,5433-65535/tcp,*/udp,*/sctp  deny  absent`)
	step("29", "no policy for 8080", without("data/postgres/netpol/ingress/8080.yaml"), `
mon/prom  db/pg  8080/tcp  allow  deny`)
	step("30", "nothing is forbidden any more", func(files state) {
		for path := range files {
			if strings.Contains(path, "/netpol/") {
				delete(files, path)
			}
		}
	}, `
mon/prom  db/pg  *  deny  allow
shop/api  db/pg  1-5431/tcp,5433-65535/tcp,*/udp,*/sctp  deny  allow
shop/frontend  db/pg  1-5431/tcp,5433-65535/tcp,*/udp,*/sctp  deny  allow
internet  db/pg  *  deny  allow
private  db/pg  *  deny  allow`)
	if n := p.Git("rev-list", "--count", "HEAD"); n != "30" {
		t.Fatalf("%s commits, want 30", n)
	}
	return p
}

// tsvRows returns the rows of diff -o tsv, sorted, without the header.
func tsvRows(out string) []string {
	var rows []string
	for line := range strings.Lines(out) {
		if line = strings.TrimSuffix(line, "\n"); line != "" && !strings.HasPrefix(line, "src\tdst\t") {
			rows = append(rows, line)
		}
	}
	slices.Sort(rows)
	return rows
}

func TestHistory(t *testing.T) {
	p := thirty(t)
	t.Chdir(p.Dir)
	t.Run("diff", p.testDiff)
	t.Run("ranges", p.testRanges)
	t.Run("bisect", p.testBisect)
	t.Run("bisect all", p.testBisectAll)
}

// Each commit changes what it was made to change.
func (p *past) testDiff(t *testing.T) {
	for _, name := range p.names[1:] {
		parent := p.parent[name]
		stdout, stderr, code := netreach(t, "diff", "--git", p.hashes[parent]+".."+p.hashes[name], "-o", "tsv", "-q")
		if p.broken[name] || p.broken[parent] {
			if code != 2 || stdout != "" {
				t.Errorf("commit %s: exit %d\n%s", name, code, stdout)
			}
			continue
		}
		want := tsvRows(p.effect[name])
		wantCode := min(len(want), 1)
		if got := tsvRows(stdout); !slices.Equal(got, want) || code != wantCode {
			t.Errorf("commit %s: exit %d, want %d\ngot\n%s\nwant\n%s\n%s", name, code, wantCode, strings.Join(got, "\n"), strings.Join(want, "\n"), stderr)
		}
	}
}

// A range of any length, also backwards and from one line to another, is as the
// same files in directories are.
func (p *past) testRanges(t *testing.T) {
	dirs := t.TempDir()
	for _, name := range p.names {
		for path, text := range p.states[name] {
			full := filepath.Join(dirs, name, filepath.FromSlash(path))
			if err := os.MkdirAll(filepath.Dir(full), 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, r := range [][2]string{
		{"1", "30"},
		{"30", "1"},
		{"3", "11"},
		{"11", "15"},
		{"7", "16"},
		{"14", "22"},
		{"16", "21"},
		{"19", "20"},
		{"20", "19"},
		{"18", "23"},
		{"9", "27"},
		{"22", "29"},
		{"11", "14"},
	} {
		a, b := p.hashes[r[0]], p.hashes[r[1]]
		plain, _, plainCode := netreach(t, "diff", filepath.Join(dirs, r[0]), filepath.Join(dirs, r[1]), "-o", "tsv", "-q")
		stdout, stderr, code := netreach(t, "diff", "--git", a+".."+b, "-o", "tsv", "-q", "--", ".")
		if stdout != plain || code != plainCode {
			t.Errorf("%s to %s: exit %d, %d for directories\n%s\n%s\n%s", r[0], r[1], code, plainCode, stdout, plain, stderr)
		}
		if code != 1 && r != [2]string{"11", "14"} && r != [2]string{"9", "27"} {
			t.Errorf("%s to %s: exit %d, and something changes\n%s", r[0], r[1], code, stderr)
		}
	}
}

// bisect finds the commits in which the flows were planted.
func (p *past) testBisect(t *testing.T) {
	for _, test := range []struct {
		flow, from, to string
		code           int
		// want names the commits that are found
		want string
		// says is part of the output or of the diagnostics
		says []string
	}{
		{"shop/web db/pg 5432", "1", "10", 0, "3", []string{"before  allow shop/web -> db/pg 5432/tcp", "after   deny  shop/web -> db/pg 5432/tcp", "by NetworkPolicy db/api added (db/policy.yaml:1)", "isolated by NetworkPolicy db/api (db/policy.yaml:1)"}},
		{"shop/web db/pg 5432", "3", "11", 0, "11", []string{"the team of the shop may use the database", "db/netpol/ingress/team.yaml"}},
		// in between are commits that cannot be read
		{"shop/web db/pg 5432", "11", "16", 0, "15", []string{"after   deny  shop/web -> db/pg 5432/tcp", "by NetworkPolicy db/team removed (db/netpol/ingress/team.yaml:1)"}},
		{"mon/prom db/pg 9187", "7", "20", 0, "16", []string{"nobody looks at the metrics"}},
		// on a branch, before it was renamed there; the merge brought it
		{"shop/web db/pg 5432", "16", "22", 0, "18", []string{"feature: reports read the database", "merged " + p.hashes["21"] + "  merge feature", "db/netpol/reports.yaml"}},
		{"shop/web db/pg 5432", "20", "22", 0, "18", []string{"merged " + p.hashes["21"]}},
		// by the label of a namespace
		{"shop/web db/pg 5432", "22", "25", 0, "23", []string{"another team", "by Namespace shop label team: web → sales (namespaces.yaml:3)"}},
		{"shop/web db/pg 5432", "23", "27", 0, "26", nil},
		// peers that come and go
		{"shop/batch db/pg 5432", "1", "11", 0, "11", []string{"before  deny"}},
		{"shop/batch mon/prom", "1", "11", 0, "8", []string{"before  absent shop/batch -> mon/prom *   # no shop/batch", "after   allow shop/batch -> mon/prom *"}},
		{"shop/web db/pg 5432", "27", "30", 0, "28", []string{"after   absent", "no shop/web", "by Deployment shop/web removed (apps/shop/web.yaml:1)"}},
		{"shop/batch db/pg", "21", "30", 0, "22", []string{"before  some", "      allow shop/batch -> db/pg 5432/tcp", "after   absent"}},
		{"*/* db/app=pg 5433", "29", "30", 0, "30", nil},
		// the change hides among commits that cannot be read
		{"mon/prom db/pg 8080", "11", "16", 2, "", []string{"one of 3 commits", "a typing error: apps/shop/web.yaml:1", "the database may be reached on 8080", "mend the typing error"}},
		// the same at both ends
		{"shop/web db/pg 5432", "1", "21", 1, "", []string{"the same at"}},
		{"shop/web db/pg 5432", "3", "10", 1, "", []string{"deny  shop/web -> db/pg 5432/tcp"}},
		{"shop/nobody db/pg 5432", "1", "30", 2, "", []string{"no shop/nobody"}},
		{"shop/web db/pg 5432", "19", "20", 2, "", []string{"does not descend from", "..."}},
		{"shop/web db/pg 5432", "12", "20", 2, "", []string{"apps/shop/web.yaml:1"}},
	} {
		args := append([]string{"bisect"}, strings.Fields(test.flow)...)
		stdout, stderr, code := netreach(t, append(args, "--git", p.hashes[test.from]+".."+p.hashes[test.to])...)
		found := p.found(stdout)
		if code != test.code || found != test.want {
			t.Errorf("%s, %s to %s: exit %d, found %q, want %d %q\n%s%s", test.flow, test.from, test.to, code, found, test.code, test.want, stdout, stderr)
			continue
		}
		for _, words := range test.says {
			if !strings.Contains(stdout+stderr, words) {
				t.Errorf("%s, %s to %s: no %q in\n%s%s", test.flow, test.from, test.to, words, stdout, stderr)
			}
		}
	}
}

// found returns the names of the commits that an output begins paragraphs with.
func (p *past) found(stdout string) string {
	var names []string
	for line := range strings.Lines(stdout) {
		hash, ok := strings.CutPrefix(strings.TrimSpace(line), "commit ")
		for _, name := range p.names {
			if ok && p.hashes[name] == hash {
				names = append(names, name)
			}
		}
	}
	return strings.Join(names, " ")
}

// bisect --all lists every change, also where the flow is the same at both ends.
func (p *past) testBisectAll(t *testing.T) {
	for _, test := range []struct{ flow, want string }{
		{"shop/web db/pg 5432", "3 11 15 18 23 26 28"},
		{"mon/prom db/pg 9187", "3 7 16 30"},
		{"shop/api db/pg 5432", ""},
		{"shop/batch mon/prom 80", "8 22"},
		{"mon/prom db/pg 8080", "3 14 29 30"},
	} {
		args := append([]string{"bisect", "--all"}, strings.Fields(test.flow)...)
		stdout, stderr, code := netreach(t, append(args, "--git", p.hashes["1"]+"..")...)
		if found := p.found(stdout); found != test.want || code != 0 && test.want != "" || code != 1 && test.want == "" {
			t.Errorf("%s: exit %d, found %q, want %q\n%s%s", test.flow, code, found, test.want, stdout, stderr)
		}
		if strings.Contains(test.flow, "8080") && !strings.Contains(stdout, "it is this commit, or one of those before it that cannot be read:") {
			t.Error(stdout)
		}
	}
}
