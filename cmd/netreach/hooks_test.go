package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"netreach/model/load"
)

// The hook of pre-commit stops what opens, and looks at the files that netreach
// reads.
func TestPreCommitHooks(t *testing.T) {
	var hooks []struct {
		ID, Entry, Language, Files string
		Args                       []string
	}
	fromYAML(t, ".pre-commit-hooks.yaml", &hooks)
	if len(hooks) != 1 || hooks[0].Language != "golang" {
		t.Fatalf("%+v", hooks)
	}
	files := regexp.MustCompile(hooks[0].Files)
	for _, name := range []string{"a.yaml", "a/b.yml", "c.json", "c.json.gz", "D.YAML", "x.yaml.gz", "notes.txt", "yaml", "a.yaml.bak", "a.gz", "json/readme"} {
		if files.MatchString(name) != load.IsManifest(name) {
			t.Errorf("%s: netreach reads it %v, and the hook looks at it %v", name, load.IsManifest(name), files.MatchString(name))
		}
	}
	repo := change{opens: true}.repo(t)
	for _, test := range []struct {
		staged string
		args   []string
		code   int
	}{
		{closed + toWeb, nil, 0},                  // as it was
		{closed, nil, 0},                          // it closes
		{closed, []string{"--fail-on", "any"}, 1}, // as the configuration may say
		{closed + "  ingress: [{}]\n", []string{"--fail-on", "none"}, 0},
		{closed + "  ingress: [{}]\n", nil, 1},                                        // it opens
		{closed + "  ingress: [{}]\n", []string{"--fail-on", "opened", "--", "."}, 1}, // with paths
		{"kind: [Pod\n", nil, 2},
	} {
		repo.Write("the manifests/db.yaml", test.staged)
		repo.Git("add", ".")
		args := hooks[0].Args // which those of the configuration replace
		if test.args != nil {
			args = test.args
		}
		line := strings.Join(append([]string{hooks[0].Entry}, args...), " ")
		if got := script(t, repo.Dir, plainShell, line, nil); got.code != test.code {
			t.Errorf("%s: exit %d, want %d\n%s%s%s", line, got.code, test.code, test.staged, got.stdout, got.stderr)
		}
	}
}

// The hook of git stops a commit, and lets itself be passed by.
func TestGitHook(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("git runs the hook with a shell of its own there")
	}
	hook, err := os.ReadFile(filepath.Join(root(t), "integrations", "git", "pre-commit"))
	if err != nil {
		t.Fatal(err)
	}
	repo := change{opens: true}.repo(t)
	installed := filepath.Join(repo.Dir, ".git", "hooks", "pre-commit")
	if err := os.MkdirAll(filepath.Dir(installed), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(installed, hook, 0o700); err != nil {
		t.Fatal(err)
	}
	commit := func(text string, env map[string]string, args string) ran {
		repo.Write("the manifests/db.yaml", text)
		return script(t, repo.Dir, plainShell, "git add . && git commit --quiet -m x "+args, env)
	}
	opens := closed + "  ingress: [{}]\n"
	for _, test := range []struct {
		name, text string
		env        map[string]string
		args       string
		config     [2]string
		code       int
		says       string
	}{
		{name: "it opens", text: opens, code: 1, says: "pre-commit: the commit changes who reaches whom (netreach.failOn is opened)"},
		{name: "passed by", text: opens, args: "--no-verify"},
		{name: "it closes", text: closed},
		{name: "what closes fails, too", text: closed + toWeb, config: [2]string{"netreach.failOn", "closed"}},
		{name: "and does", text: closed, code: 1, says: "netreach.failOn is closed"},
		{name: "skipped", text: closed, env: map[string]string{"NETREACH_SKIP": "1"}},
		{name: "from a path with a blank", text: closed + toWeb, config: [2]string{"netreach.path", "the manifests"}},
		{name: "from a path that is none", text: closed + toWeb + "# x\n", config: [2]string{"netreach.path", "nowhere"}, code: 1, says: "pre-commit: netreach has no answer"},
		{name: "without netreach", text: opens, env: map[string]string{"PATH": withoutNetreach(t)}, code: 1, says: "netreach is not in PATH"},
		{name: "it cannot be read", text: "kind: [Pod\n", code: 1, says: "pre-commit: netreach has no answer"},
	} {
		if test.config[0] != "" {
			repo.Git("config", "--replace-all", test.config[0], test.config[1])
		}
		got := commit(test.text, test.env, test.args)
		if got.code != test.code || !strings.Contains(got.stderr, test.says) {
			t.Errorf("%s: exit %d, want %d\n%s%s", test.name, got.code, test.code, got.stdout, got.stderr)
		}
		if test.config[1] == "nowhere" {
			repo.Git("config", "netreach.path", "the manifests")
		}
	}
	// git commit -a has an index of its own, which the hook must look at.
	repo.Git("config", "netreach.failOn", "opened")
	repo.Git("reset", "--quiet", "--hard")
	repo.Write("the manifests/db.yaml", closed)
	repo.Git("add", ".")
	repo.Git("commit", "--quiet", "--no-verify", "-m", "closed")
	repo.Write("the manifests/db.yaml", opens)
	if got := script(t, repo.Dir, plainShell, "git commit --quiet -a -m x", nil); got.code != 1 || !strings.Contains(got.stderr, "who reaches whom") {
		t.Errorf("commit -a: exit %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	if got := script(t, repo.Dir, plainShell, "git commit --quiet -m x -- 'the manifests/db.yaml'", nil); got.code != 1 || !strings.Contains(got.stderr, "who reaches whom") {
		t.Errorf("commit PATH: exit %d\n%s%s", got.code, got.stdout, got.stderr)
	}
}
