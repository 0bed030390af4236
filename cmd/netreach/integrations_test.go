package main_test

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	yaml "go.yaml.in/yaml/v3"

	"netreach/model/load/git/gittest"
)

// root is the directory of the module.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// fromYAML reads a file of the module.
func fromYAML(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// change is a repository with a branch main and a branch change, which is checked
// out, and what it changes.
type change struct{ closes, opens, breaks bool }

const (
	pods = `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: a, labels: {app: web}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: a, labels: {app: db}}
`
	closed = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: a}
spec:
  podSelector: {matchLabels: {app: db}}
`
	toWeb = `  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
`
)

func (c change) repo(t *testing.T) *gittest.Repo {
	t.Helper()
	repo := gittest.New(t)
	repo.Write("the manifests/pods.yaml", pods)
	if c.opens {
		repo.Write("the manifests/db.yaml", closed)
	}
	repo.Commit("base")
	repo.Git("checkout", "--quiet", "-b", "change")
	repo.Write("notes.txt", "x")
	switch {
	case c.closes:
		repo.Write("the manifests/db.yaml", closed)
	case c.opens:
		repo.Write("the manifests/db.yaml", closed+toWeb)
	case c.breaks:
		repo.Write("the manifests/db.yaml", "kind: [Pod\n")
	}
	repo.Commit("change")
	return repo
}

// ran is what a script left behind.
type ran struct {
	code                   int
	stdout, stderr, folder string
}

// file returns a file that the script has written, or "".
func (r ran) file(name string) string {
	text, err := os.ReadFile(filepath.Join(r.folder, name))
	if err != nil {
		return ""
	}
	return string(text)
}

// script runs lines as a shell is called for them, in a directory.
func script(t *testing.T, dir string, shell []string, lines string, env map[string]string) ran {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the lines are for runners with Linux or macOS")
	}
	if _, err := exec.LookPath(shell[0]); err != nil {
		t.Skipf("%s is not installed, and this test runs its lines", shell[0])
	}
	out := ran{folder: t.TempDir()}
	name := filepath.Join(out.folder, "lines.sh")
	if err := os.WriteFile(name, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(shell[0], append(shell[1:], name)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "RUNNER_TEMP="+out.folder, "GITHUB_OUTPUT="+filepath.Join(out.folder, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(out.folder, "summary"))
	for _, key := range slices.Sorted(maps.Keys(env)) {
		cmd.Env = append(cmd.Env, key+"="+env[key])
	}
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			t.Fatal(err)
		}
		out.code = exit.ExitCode()
	}
	out.stdout, out.stderr = stdout.String(), stderr.String()
	return out
}

// The shells of the services.
var (
	githubBash = []string{"bash", "--noprofile", "--norc", "-e", "-o", "pipefail"}
	gitlabBash = []string{"bash", "-e", "-o", "pipefail"}
	plainShell = []string{"sh", "-e"}
)

// action is what matters here of action.yml.
type action struct {
	Inputs  map[string]struct{ Default string }
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Steps []step
	}
}

type step struct {
	ID, If, Shell, Run, Uses string
	Env, With                map[string]string
}

func githubAction(t *testing.T) action {
	t.Helper()
	var a action
	fromYAML(t, "action.yml", &a)
	return a
}

// run runs a step. The environment must be that which the step has.
func (a action) run(t *testing.T, id, dir string, env map[string]string) ran {
	t.Helper()
	i := slices.IndexFunc(a.Runs.Steps, func(s step) bool { return s.ID == id })
	if i < 0 {
		t.Fatalf("no step %q", id)
	}
	s := a.Runs.Steps[i]
	full := map[string]string{}
	for key, value := range s.Env {
		given, ok := env[key]
		switch input, _ := strings.CutPrefix(value, "${{ inputs."); {
		case ok:
			full[key] = given
		case input != value: // the default of an input
			full[key] = a.Inputs[strings.TrimSuffix(input, " }}")].Default
		default:
			t.Fatalf("step %s: the test does not say what %s is: %s", id, key, value)
		}
	}
	for key := range env {
		if _, ok := s.Env[key]; !ok {
			t.Fatalf("step %s has no %s", id, key)
		}
	}
	return script(t, dir, githubBash, s.Run, full)
}

// What a stranger may choose, such as the name of a branch, reaches the shell
// through the environment only, and what is run is pinned.
func TestAction_isSafe(t *testing.T) {
	a := githubAction(t)
	pinned := regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40}$`)
	text, err := os.ReadFile(filepath.Join(root(t), "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range a.Runs.Steps {
		if strings.Contains(s.Run, "${{") {
			t.Errorf("step %s: an expression in a shell line", s.ID)
		}
		if s.Uses != "" && !pinned.MatchString(s.Uses) {
			t.Errorf("%s is not pinned by commit", s.Uses)
		}
		if s.Run != "" && s.Shell != "bash" {
			t.Errorf("step %s: shell %q", s.ID, s.Shell)
		}
	}
	for _, found := range regexp.MustCompile(`inputs\.([\w-]+)`).FindAllStringSubmatch(string(text), -1) {
		if _, ok := a.Inputs[found[1]]; !ok {
			t.Errorf("no input %q", found[1])
		}
	}
	for name := range a.Inputs {
		if !strings.Contains(string(text), "inputs."+name+" ") {
			t.Errorf("nothing uses the input %q", name)
		}
	}
	for name, o := range a.Outputs {
		found := regexp.MustCompile(`^\$\{\{ steps\.(\w+)\.outputs\.([\w-]+) \}\}$`).FindStringSubmatch(o.Value)
		if found == nil {
			t.Fatalf("output %s: %s", name, o.Value)
		}
		i := slices.IndexFunc(a.Runs.Steps, func(s step) bool { return s.ID == found[1] })
		if i < 0 || !strings.Contains(a.Runs.Steps[i].Run, found[2]+"=") {
			t.Errorf("output %s: nothing sets %s", name, found[0])
		}
	}
}

// The lines of the action say what a pull request changes, and whether that is
// accepted.
func TestAction_diff(t *testing.T) {
	a := githubAction(t)
	for _, test := range []struct {
		name string
		of   change
		env  map[string]string
		code int
		// outputs are of the step, and says is in its output or that of the last step
		outputs   []string
		says      []string
		verdict   int
		noSummary bool
	}{
		{
			name: "it closes, and only opening fails", of: change{closes: true},
			outputs: []string{"changed=true", "exit-code=0", "markdown="},
			says:    []string{"::", "file=the manifests/db.yaml"},
		},
		{
			name: "it closes, and that fails", of: change{closes: true}, env: map[string]string{"FAIL_ON": "closed"},
			outputs: []string{"changed=true", "exit-code=1"}, verdict: 1,
			says: []string{"::error title=netreach::the change is not accepted (fail-on closed)"},
		},
		{
			name: "it opens", of: change{opens: true},
			outputs: []string{"changed=true", "exit-code=1"}, verdict: 1,
			says: []string{"file=the manifests/db.yaml"},
		},
		{
			name: "it opens, and the paths are two", of: change{opens: true}, env: map[string]string{"PATHS": "the manifests/pods.yaml\n\nthe manifests/db.yaml\n"},
			outputs: []string{"changed=true", "exit-code=1"}, verdict: 1,
		},
		{
			name: "it opens, and nothing enforces policies", of: change{opens: true}, env: map[string]string{"CNI": "none"},
			outputs: []string{"changed=false", "exit-code=0"},
		},
		{
			name: "it opens, and further arguments say that nothing enforces policies", of: change{opens: true}, env: map[string]string{"ARGUMENTS": "--set\nenforced=false\n"},
			outputs: []string{"changed=false", "exit-code=0"},
		},
		{
			name: "nothing changes", outputs: []string{"changed=false", "exit-code=0"},
		},
		{
			name: "the first push of a branch", of: change{opens: true}, env: map[string]string{"BASE": strings.Repeat("0", 40)},
			outputs: []string{"changed=true", "exit-code=1"}, verdict: 1,
		},
		{
			name: "for code scanning", of: change{opens: true}, env: map[string]string{"SARIF": "true"},
			outputs: []string{"sarif-file=", "exit-code=1"}, verdict: 1,
		},
		{
			name: "it cannot be read", of: change{breaks: true}, code: 2, verdict: 2, noSummary: true,
			outputs: []string{"exit-code=2"}, says: []string{"the manifests/db.yaml:1: ", "::error title=netreach::there is no answer"},
		},
		{
			name: "a revision that is not there", env: map[string]string{"BASE": "0123456789012345678901234567890123456789"}, code: 2, verdict: 2, noSummary: true,
			says: []string{"no revision"},
		},
		{
			name: "a revision that would be a command", env: map[string]string{"HEAD": "$(touch pwned)`touch pwned`;touch pwned"}, code: 2, verdict: 2, noSummary: true,
			says: []string{"no revision"},
		},
		{
			name: "a revision that would be an option", env: map[string]string{"BASE": "--output=pwned"}, code: 2, verdict: 2, noSummary: true,
			says: []string{"is no revision"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			repo := test.of.repo(t)
			env := map[string]string{"NETREACH": "netreach", "BASE": "main"}
			maps.Copy(env, test.env)
			got := a.run(t, "diff", repo.Dir, env)
			if got.code != test.code {
				t.Errorf("exit %d, want %d\n%s\n%s", got.code, test.code, got.stdout, got.stderr)
			}
			outputs := got.file("output")
			for _, want := range test.outputs {
				if !strings.Contains("\n"+outputs, "\n"+want) {
					t.Errorf("no output %s in\n%s", want, outputs)
				}
			}
			if (got.file("summary") == "") != test.noSummary || got.file("summary") != got.file("netreach/diff.md") {
				t.Errorf("summary:\n%s", got.file("summary"))
			}
			if sarif := got.file("netreach/diff.sarif"); env["SARIF"] == "true" {
				var log struct{ Version string }
				if err := json.Unmarshal([]byte(sarif), &log); err != nil || log.Version != "2.1.0" {
					t.Errorf("%v\n%s", err, sarif)
				}
			} else if sarif != "" {
				t.Error("SARIF, and nobody asked for it")
			}
			if _, err := os.Stat(filepath.Join(repo.Dir, "pwned")); err == nil {
				t.Error("a revision was run")
			}
			_, code, _ := strings.Cut(outputs, "exit-code=")
			code, _, _ = strings.Cut(code, "\n")
			failOn := a.Inputs["fail-on"].Default
			if given, ok := env["FAIL_ON"]; ok {
				failOn = given
			}
			last := a.run(t, "verdict", repo.Dir, map[string]string{"CODE": code, "FAIL_ON": failOn})
			if last.code != test.verdict {
				t.Errorf("the last step exits with %d, want %d", last.code, test.verdict)
			}
			for _, want := range test.says {
				if !strings.Contains(got.stdout+got.stderr+last.stdout, want) {
					t.Errorf("no %q in\n%s\n%s\n%s", want, got.stdout, got.stderr, last.stdout)
				}
			}
		})
	}
}

// The action builds netreach from its own source.
func TestAction_install(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds netreach")
	}
	got := githubAction(t).run(t, "install", t.TempDir(), map[string]string{"SOURCE": root(t)})
	if got.code != 0 {
		t.Fatal(got.stdout, got.stderr)
	}
	out, err := exec.Command(filepath.Join(got.folder, "netreach", "netreach"), "version").Output()
	if err != nil || !strings.HasPrefix(string(out), "netreach") {
		t.Errorf("%v\n%s", err, out)
	}
}

// The comment is written once, then changed, and never where it may not be.
func TestAction_comment(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for gh is a shell script")
	}
	gittest.Hermetic(t)
	a := githubAction(t)
	bin := t.TempDir()
	// gh, as far as the action needs it: it notes its arguments and the body.
	stub := `#!/bin/sh
echo "$*" >> "$GH_LOG"
for word; do case "$word" in body=@*) cat "${word#body=@}" > "$GH_LOG.body" ;; esac; done
case "$*" in
*--method*) exit "$GH_WRITES" ;;
*) printf '%s' "$GH_IDS"; exit "$GH_READS" ;;
esac
`
	if err := os.WriteFile(filepath.Join(bin, "gh"), []byte(stub), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	for _, test := range []struct {
		name, changed, ids string
		reads, writes      string
		want               []string // of the log
		not                string
		says               string
	}{
		{name: "new", changed: "true", want: []string{"--method POST repos/o/r/issues/7/comments"}},
		{name: "nothing to say", changed: "false", want: []string{"repos/o/r/issues/7/comments"}, not: "--method"},
		{name: "changed", changed: "true", ids: "12\n34\n", want: []string{"--method PATCH repos/o/r/issues/comments/12 "}, not: "POST"},
		{name: "nothing any more", changed: "false", ids: "12\n", want: []string{"--method PATCH repos/o/r/issues/comments/12 "}},
		{name: "of a fork", changed: "true", writes: "1", want: []string{"POST"}, says: "::warning title=netreach::the comment cannot be written"},
		{name: "of a fork, and changed", changed: "true", ids: "12", writes: "1", want: []string{"PATCH"}, says: "::warning title=netreach::the comment cannot be changed"},
		{name: "not to be read", changed: "true", reads: "1", not: "--method", says: "::warning title=netreach::the comments cannot be read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			logName := filepath.Join(t.TempDir(), "gh.log")
			for key, value := range map[string]string{"GH_LOG": logName, "GH_IDS": test.ids, "GH_READS": cmp.Or(test.reads, "0"), "GH_WRITES": cmp.Or(test.writes, "0")} {
				t.Setenv(key, value)
			}
			markdown := filepath.Join(t.TempDir(), "diff.md")
			if err := os.WriteFile(markdown, []byte("## the answer\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			got := a.run(t, "comment", dir, map[string]string{
				"GH_TOKEN": "none", "REPOSITORY": "o/r", "NUMBER": "7", "CHANGED": test.changed, "MARKDOWN": markdown,
			})
			log, err := os.ReadFile(logName)
			if got.code != 0 || err != nil {
				t.Fatalf("exit %d, %v\n%s%s", got.code, err, got.stdout, got.stderr)
			}
			for _, want := range test.want {
				if !strings.Contains(string(log), want) {
					t.Errorf("no %q in\n%s", want, log)
				}
			}
			if test.not != "" && strings.Contains(string(log), test.not) {
				t.Errorf("%q in\n%s", test.not, log)
			}
			if !strings.Contains(got.stdout, test.says) {
				t.Errorf("no %q in\n%s", test.says, got.stdout)
			}
			if body, err := os.ReadFile(logName + ".body"); err == nil && string(body) != "<!-- netreach diff -->\n## the answer\n" {
				t.Errorf("body:\n%s", body)
			}
		})
	}
}

// The filter that finds the comment again takes those of bots only.
func TestAction_commentFilter(t *testing.T) {
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("jq is not installed, and this test runs its filter")
	}
	i := slices.IndexFunc(githubAction(t).Runs.Steps, func(s step) bool { return s.ID == "comment" })
	found := regexp.MustCompile(`--jq "(.*)"\)"`).FindStringSubmatch(githubAction(t).Runs.Steps[i].Run)
	if found == nil {
		t.Fatal("no filter")
	}
	filter := strings.NewReplacer(`\"`, `"`, "$mark", "<!-- netreach diff -->").Replace(found[1])
	cmd := exec.Command("jq", filter)
	cmd.Stdin = strings.NewReader(`[
		{"id": 1, "user": {"type": "User"}, "body": "<!-- netreach diff -->\nnothing to see"},
		{"id": 2, "user": {"type": "Bot"}, "body": "something else"},
		{"id": 3, "user": {"type": "Bot"}, "body": "<!-- netreach diff -->\nthe answer"}]`)
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "3\n" {
		t.Errorf("%v %s", err, out)
	}
}

// gitlabJob is what matters here of the template.
type gitlabJob struct {
	Variables map[string]string
	Script    []string
	Artifacts struct {
		When    string
		Paths   []string
		Reports struct{ JUnit string }
	}
}

func TestGitLab(t *testing.T) {
	var file struct{ Netreach gitlabJob }
	fromYAML(t, "integrations/gitlab/netreach.gitlab-ci.yml", &file)
	job := file.Netreach
	for _, test := range []struct {
		name string
		of   change
		env  map[string]string
		code int
		// junit tells that there is a report, and failures that it has some
		junit, failures bool
		says            string
	}{
		{name: "it closes, and only opening fails", of: change{closes: true}, junit: true},
		{name: "it opens", of: change{opens: true}, code: 1, junit: true, failures: true},
		{name: "it opens, and nothing fails", of: change{opens: true}, env: map[string]string{"NETREACH_FAIL_ON": "none"}, junit: true},
		{name: "it opens, and nothing enforces policies", of: change{opens: true}, env: map[string]string{"NETREACH_ARGUMENTS": "--quiet --set enforced=false"}, junit: true},
		{name: "nothing changes", junit: true},
		{name: "it cannot be read", of: change{breaks: true}, code: 2, says: "the manifests/db.yaml:1: "},
		{name: "without a merge request", of: change{opens: true}, env: map[string]string{"CI_MERGE_REQUEST_DIFF_BASE_SHA": "", "CI_DEFAULT_BRANCH": "main"}, code: 1, junit: true, failures: true},
		{name: "a base that would be a command", env: map[string]string{"CI_MERGE_REQUEST_DIFF_BASE_SHA": "$(touch pwned);touch pwned"}, code: 2, says: "no revision"},
	} {
		for _, shell := range [][]string{gitlabBash, plainShell} {
			t.Run(shell[0]+" "+test.name, func(t *testing.T) {
				repo := test.of.repo(t)
				repo.Git("update-ref", "refs/remotes/origin/main", "main")
				env := maps.Clone(job.Variables)
				env["CI_MERGE_REQUEST_DIFF_BASE_SHA"] = repo.Git("rev-parse", "main")
				maps.Copy(env, test.env)
				got := script(t, repo.Dir, shell, strings.Join(job.Script, "\n"), env)
				if got.code != test.code || !strings.Contains(got.stdout+got.stderr, test.says) {
					t.Errorf("exit %d, want %d\n%s%s", got.code, test.code, got.stdout, got.stderr)
				}
				text, err := os.ReadFile(filepath.Join(repo.Dir, job.Artifacts.Reports.JUnit))
				if (err == nil) != test.junit {
					t.Fatal(err)
				}
				var report struct {
					Failures int `xml:"failures,attr"`
				}
				if err := xml.Unmarshal(text, &report); test.junit && (err != nil || (report.Failures > 0) != test.failures) {
					t.Errorf("%v\n%s", err, text)
				}
				if markdown, err := os.ReadFile(filepath.Join(repo.Dir, job.Artifacts.Paths[0])); test.junit && (err != nil || len(markdown) == 0) {
					t.Error("no Markdown", err)
				}
				if _, err := os.Stat(filepath.Join(repo.Dir, "pwned")); err == nil {
					t.Error("a revision was run")
				}
			})
		}
	}
}

// Without netreach in the image, the job builds it.
func TestGitLab_builds(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds netreach")
	}
	var file struct{ Netreach gitlabJob }
	fromYAML(t, "integrations/gitlab/netreach.gitlab-ci.yml", &file)
	source := gittest.New(t)
	for _, part := range []string{"go.mod", "go.sum", "cmd", "engine", "model", "scenarios"} {
		from := filepath.Join(root(t), part)
		if info, err := os.Stat(from); err != nil || info.IsDir() {
			if err := os.CopyFS(filepath.Join(source.Dir, part), os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(part, string(text))
	}
	source.Commit("source")
	repo := change{opens: true}.repo(t)
	env := maps.Clone(file.Netreach.Variables)
	env["CI_MERGE_REQUEST_DIFF_BASE_SHA"] = repo.Git("rev-parse", "main")
	env["PATH"] = withoutNetreach(t)
	got := script(t, repo.Dir, gitlabBash, strings.Join(file.Netreach.Script, "\n"), env)
	if got.code != 2 || !strings.Contains(got.stdout, "NETREACH_SOURCE") {
		t.Errorf("exit %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	env["NETREACH_SOURCE"] = "file://" + source.Dir
	got = script(t, repo.Dir, gitlabBash, strings.Join(file.Netreach.Script, "\n"), env)
	if got.code != 1 || !strings.Contains(got.stdout, "a/db") {
		t.Errorf("exit %d\n%s%s", got.code, got.stdout, got.stderr)
	}
}

// withoutNetreach returns the PATH without the directories that netreach is in.
func withoutNetreach(t *testing.T) string {
	t.Helper()
	dirs := slices.DeleteFunc(filepath.SplitList(os.Getenv("PATH")), func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, "netreach"))
		return err == nil
	})
	return strings.Join(dirs, string(filepath.ListSeparator))
}
