package cli_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"netreach/cmd/internal/cli"
	"netreach/model/load/git/gittest"
)

// result is what a command line left behind.
type result struct {
	code           int
	stdout, stderr string
}

// terminal is an Env of somebody who looks at the output.
func terminal(width int, vars map[string]string) func(*cli.Env) {
	return func(e *cli.Env) {
		e.IsTerminal, e.Width = true, width
		e.Getenv = func(name string) string { return vars[name] }
	}
}

// netreach runs a command line in which "manifests/" is the shop of the
// scripts, and so is "dump.yaml".
func netreach(t *testing.T, args []string, change ...func(*cli.Env)) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	env := cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, FS: shop(t),
		Getenv: func(string) string { return "" },
		Build:  func() (*debug.BuildInfo, bool) { return nil, false },
	}
	for _, f := range change {
		f(&env)
	}
	code := cli.Main(env)
	return result{code, stdout.String(), stderr.String()}
}

// cleaned is a file system that takes names as users type them.
type cleaned struct{ fs.FS }

func (c cleaned) Open(name string) (fs.File, error) { return c.FS.Open(path.Clean(name)) }

func shop(t *testing.T) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	var all [][]byte
	names, err := filepath.Glob(filepath.Join("..", "..", "netreach", "testdata", "shop", "*.yaml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no manifests of the shop: %v", err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files["manifests/"+filepath.Base(name)] = &fstest.MapFile{Data: text}
		files["before/"+filepath.Base(name)] = &fstest.MapFile{Data: text}
		if base := filepath.Base(name); base != "policies.yaml" {
			files["after/"+base] = &fstest.MapFile{Data: text}
			files["branch.yaml"] = &fstest.MapFile{Data: text}
		}
		all = append(all, text)
	}
	files["dump.yaml"] = &fstest.MapFile{Data: bytes.Join(all, []byte("\n---\n"))}
	files["main.yaml"] = files["dump.yaml"]
	files["accepted.txt"] = &fstest.MapFile{Data: []byte("# nothing is\n")}
	return cleaned{files}
}

// TestMain_Terminal looks at what only a terminal gets.
func TestMain_Terminal(t *testing.T) {
	const green, red = "\x1b[32m", "\x1b[31m"
	matrix := []string{"matrix", "-f", "manifests", "--from", "shop/*", "--to", "shop/*", "--port", "5432"}
	can := []string{"can", "shop/web", "shop/db", "5432", "-f", "manifests"}
	tests := []struct {
		name string
		args []string
		env  func(*cli.Env)
		want []string
		not  []string
	}{
		// the verdict is coloured, and stays the first word
		{"colour", can, terminal(80, nil), []string{red + "deny"}, nil},
		{"no colour", can, terminal(80, map[string]string{"NO_COLOR": "1"}), []string{"deny  shop/web"}, []string{"\x1b"}},
		{"dumb terminal", can, terminal(80, map[string]string{"TERM": "dumb"}), []string{"deny  shop/web"}, []string{"\x1b"}},
		// by port a terminal gets a table
		{"table", matrix, terminal(80, nil), []string{"│ shop/api │", green + "allow", "┌"}, []string{"->"}},
		// a narrow one gets numbers for columns and signs for verdicts
		{"narrow table", matrix, terminal(30, nil), []string{"│ 1 shop/api │", "# + allow   . deny"}, []string{"->", green + "allow"}},
		// one that is too narrow even for that gets lines
		{"lines", matrix, terminal(20, nil), []string{"allow\x1b[0m shop/api -> shop/db 5432/tcp"}, []string{"│"}},
		// columns that are no rows have their names below
		{
			"names below",
			[]string{"matrix", "-f", "manifests", "--from", "shop/web", "--to", "shop/api", "--to", "shop/db", "--port", "80"},
			terminal(26, map[string]string{"NO_COLOR": "1"}),
			[]string{"│ shop/web │ . │ . │", "# 1 shop/api", "# 2 shop/db"},
			nil,
		},
		{"no terminal", matrix, func(*cli.Env) {}, []string{"allow shop/api -> shop/db 5432/tcp"}, []string{"\x1b", "│"}},
		// without ports there is no table
		{"all ports", []string{"matrix", "-f", "manifests"}, terminal(80, nil), []string{"-> "}, []string{"│"}},
		// formats are for programs, wherever they go
		{"tsv", append(matrix, "-o", "tsv"), terminal(80, nil), []string{"shop/api\tshop/db\t5432/tcp\tallow"}, []string{"\x1b"}},
		{"explanation", append(can, "--explain"), terminal(80, nil), []string{"\x1b[1mingress to shop/db\x1b[0m: " + red + "denied"}, nil},
		{"demo", []string{"demo"}, terminal(80, nil), []string{"\x1b[1m$ netreach matrix"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := netreach(t, tt.args, tt.env)
			if got.stderr != "" {
				t.Errorf("standard error: %s", got.stderr)
			}
			for _, want := range tt.want {
				if !strings.Contains(got.stdout, want) {
					t.Errorf("missing %q in\n%s", want, got.stdout)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(got.stdout, not) {
					t.Errorf("unexpected %q in\n%s", not, got.stdout)
				}
			}
		})
	}
}

// full is a writer that fails after some bytes.
type full struct {
	left int
	err  error
}

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.left {
		return 0, f.err
	}
	f.left -= len(p)
	return len(p), nil
}

func TestMain_OutputFails(t *testing.T) {
	args := []string{"matrix", "-f", "manifests", "-o", "tsv"}
	tests := []struct {
		name   string
		err    error
		stderr string
	}{
		// a disk that is full is trouble
		{"full", errors.New("no space left on device"), "netreach: error: writing the output: no space left on device\n"},
		// a reader that has seen enough is none, as in "netreach matrix | head"
		{"broken pipe", syscall.EPIPE, ""},
		{"broken pipe, wrapped", &fs.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}, ""},
	}
	for _, tt := range tests {
		for _, room := range []int{0, 10} {
			t.Run(tt.name, func(t *testing.T) {
				got := netreach(t, args, func(e *cli.Env) { e.Stdout = &full{room, tt.err} })
				if got.code != 2 || got.stderr != tt.stderr {
					t.Errorf("exit code %d, standard error %q; want 2 and %q", got.code, got.stderr, tt.stderr)
				}
			})
		}
	}
}

// TestMain_Examples runs every example of every help text, and of the manual in
// the package comment of cmd/netreach.
func TestMain_Examples(t *testing.T) {
	for _, verb := range []string{"", "can", "explain", "matrix", "graph", "diff", "bisect", "profiles", "config", "demo", "version", "completion", "help"} {
		help := netreach(t, strings.Fields("help "+verb))
		_, examples, ok := strings.Cut(help.stdout, "\nExamples:\n")
		if !ok || help.code != 0 {
			t.Errorf("help %s: no examples, exit code %d:\n%s", verb, help.code, help.stdout)
			continue
		}
		examples, _, _ = strings.Cut(examples, "\n\n"+map[bool]string{true: "Verbs:", false: "Flags"}[verb == ""])
		runExamples(t, examples)
	}
	manual, err := os.ReadFile(filepath.Join("..", "..", "netreach", "doc.go"))
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	for line := range strings.Lines(string(manual)) {
		if command, ok := strings.CutPrefix(line, "//\t$ "); ok {
			commands = append(commands, command)
		}
	}
	runExamples(t, strings.Join(commands, ""))
}

// runExamples runs what stands behind "netreach" in each line of a text, up to
// a pipe or a file for the output.
func runExamples(t *testing.T, text string) {
	t.Helper()
	dump, err := fs.ReadFile(shop(t), "dump.yaml")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for line := range strings.Lines(text) {
		_, command, ok := strings.Cut(line, "netreach ")
		if !ok || strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		command, _, _ = strings.Cut(command, " | ")
		command, _, _ = strings.Cut(command, " > ")
		command = strings.NewReplacer("'", "", ")", "").Replace(strings.TrimSpace(command))
		got := netreach(t, strings.Fields(command), func(e *cli.Env) {
			e.Stdin = bytes.NewReader(dump)
			if strings.Contains(command, "--git") || strings.Contains(command, "--staged") {
				e.Dir = shopRepository(t)
			}
		})
		if got.code == 2 || got.stdout == "" {
			t.Errorf("netreach %s: exit code %d: %s", command, got.code, got.stderr)
		}
		ran++
	}
	if ran == 0 {
		t.Errorf("no command among the examples:\n%s", text)
	}
}

// shopRepository makes a repository with the shop in manifests/: with policies at
// the tag v1.4 and on main, and without them on a branch, which is checked out. A
// change is staged.
func shopRepository(t *testing.T) string {
	t.Helper()
	repo := gittest.New(t)
	write := func(from string) {
		err := fs.WalkDir(shop(t).(cleaned).FS, from, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(shop(t), name)
			repo.Write("manifests/"+path.Base(name), string(text))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	write("before")
	repo.Commit("shop")
	repo.Git("tag", "v1.4")
	repo.Git("checkout", "--quiet", "-b", "change")
	repo.Remove("manifests")
	write("after")
	repo.Commit("no policies")
	write("before")
	repo.Git("add", ".")
	return repo.Dir
}

// TestMain_Version prints what the binary knows about itself.
func TestMain_Version(t *testing.T) {
	built := func(version string, settings ...debug.BuildSetting) func() (*debug.BuildInfo, bool) {
		return func() (*debug.BuildInfo, bool) {
			return &debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: version}, Settings: settings}, true
		}
	}
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "0123456789abcdef0123"}
	modified := debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	tests := []struct {
		build func() (*debug.BuildInfo, bool)
		want  string
	}{
		{built("v1.2.3", revision), "netreach v1.2.3, revision 0123456789ab, go1.26.8\n"},
		{built("(devel)", revision, modified), "netreach (development), revision 0123456789ab with changes, go1.26.8\n"},
		{built(""), "netreach (development), go1.26.8\n"},
		{func() (*debug.BuildInfo, bool) { return nil, false }, "netreach (unknown version)\n"},
	}
	for _, tt := range tests {
		got := netreach(t, []string{"version"}, func(e *cli.Env) { e.Build = tt.build })
		if got.stdout != tt.want || got.code != 0 {
			t.Errorf("got %q (exit code %d), want %q", got.stdout, got.code, tt.want)
		}
	}
}

// TestMain_NothingOnTrouble holds that exit code 2 leaves standard output
// empty, whatever the verb and the format.
func TestMain_NothingOnTrouble(t *testing.T) {
	broken := []byte("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelektor: {}}\n")
	verbs := map[string][]string{
		"can shop/web shop/db": {"text", "json"}, "explain shop/web shop/db": {"text", "json"},
		"matrix": {"text", "tsv", "csv", "json", "md"}, "graph": {"dot", "json"}, "exposed": {"text", "md", "json", "dot"},
	}
	for verb, formats := range verbs {
		for _, format := range formats {
			args := append(strings.Fields(verb), "-f", "manifests", "-f", "-", "-o", format)
			got := netreach(t, args, func(e *cli.Env) { e.Stdin = bytes.NewReader(broken) })
			if got.code != 2 || got.stdout != "" || !strings.Contains(got.stderr, "-:4: NetworkPolicy default/p") {
				t.Errorf("%s -o %s: exit code %d\nstdout: %s\nstderr: %s", verb, format, got.code, got.stdout, got.stderr)
			}
		}
	}
}
