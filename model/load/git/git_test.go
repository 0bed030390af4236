package git_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"netreach/model"
	"netreach/model/load"
	"netreach/model/load/git"
	"netreach/model/load/git/gittest"
)

const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: a}\n"

// open opens the repository seen from a directory below that of repo.
func open(t *testing.T, repo *gittest.Repo, below string) *git.Repository {
	t.Helper()
	r, err := git.Open(t.Context(), filepath.Join(repo.Dir, filepath.FromSlash(below)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func tree(t *testing.T, r *git.Repository, name string) *git.Tree {
	t.Helper()
	rev, err := r.Resolve(name)
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.Tree(rev)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// pods returns the names of the pods that are read.
func pods(t *testing.T, tree fs.FS, names ...string) string {
	t.Helper()
	c, problems, err := load.Read(load.Options{FS: tree}, names...)
	if err != nil {
		return "error: " + err.Error()
	}
	var out []string
	for _, p := range problems {
		if p.Severity == model.Error {
			return p.String()
		}
	}
	for i := range c.Pods {
		out = append(out, c.Pods[i].Name)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// valid is a tree for names as package fs wants them.
type valid struct{ *git.Tree }

func (v valid) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return v.Tree.Open(name)
}

func (v valid) ReadFile(name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	}
	return v.Tree.ReadFile(name)
}

func (v valid) ReadDir(name string) ([]fs.DirEntry, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrInvalid}
	}
	return v.Tree.ReadDir(name)
}

func (v valid) Stat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrInvalid}
	}
	return v.Tree.Stat(name)
}

// odd are names that git quotes unless it is told not to.
var odd = []string{"with space.yaml", `quo"te'd.yaml`, "tab\there.yaml", "line\nbreak.yaml", "back\\slash.yaml", "ümlaut.yaml", "-dash.yaml", ":(top)magic.yaml", "latin\xe9.yaml", "$(x).yaml"}

// All three file systems hold the same files, under any names, and behave as a
// file system must.
func TestTree_isFS(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the names of this test are none there")
	}
	repo := gittest.New(t)
	files := []string{"a.yaml", "a/b.yaml", "a.d/c.yaml", "deep/er/and/deeper/d.yaml", "empty.yaml"}
	for i, name := range slices.Concat(files, odd) {
		repo.Write(name, fmt.Sprintf(pod, fmt.Sprintf("pod-%d", i)))
	}
	repo.Write("empty.yaml", "")
	repo.Commit("all")
	r := open(t, repo, "")
	index, err := r.Index()
	if err != nil {
		t.Fatal(err)
	}
	work, err := r.WorkTree()
	if err != nil {
		t.Fatal(err)
	}
	for _, tree := range []*git.Tree{tree(t, r, "HEAD"), index, work} {
		for _, name := range slices.Concat(files, odd) {
			text, err := tree.ReadFile(name)
			onDisk, diskErr := os.ReadFile(filepath.Join(repo.Dir, name))
			if err != nil || diskErr != nil || !bytes.Equal(text, onDisk) {
				t.Errorf("%s: %q: %q %v, on disk %q %v", tree.Name, name, text, err, onDisk, diskErr)
			}
		}
		sub, err := fs.Sub(valid{tree}, "deep")
		if err != nil {
			t.Fatal(err)
		}
		if err := fstest.TestFS(sub, "er/and/deeper/d.yaml"); err != nil {
			t.Errorf("%s: %v", tree.Name, err)
		}
		found := 0
		err = fs.WalkDir(tree, ".", func(_ string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				found++
			}
			return err
		})
		if err != nil || found != len(files)+len(odd) {
			t.Errorf("%s: a walk finds %d files, %v", tree.Name, found, err)
		}
		if _, err := tree.Open("nope.yaml"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", tree.Name, err)
		}
	}
}

// Names are as they are typed: relative to the directory, above it, absolute.
func TestTree_names(t *testing.T) {
	repo := gittest.New(t)
	repo.Write("apps/web/pod.yaml", fmt.Sprintf(pod, "web"))
	repo.Write("apps/db/pod.yaml", fmt.Sprintf(pod, "db"))
	repo.Commit("one")
	repo.Rename("apps/db/pod.yaml", "apps/db/database.yml")
	repo.Write("apps/cache/pod.json", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"cache","namespace":"a"}}`)
	repo.Commit("two")
	linked := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Symlink(repo.Dir, linked); err != nil {
		t.Skip(err)
	}
	for _, test := range []struct{ below, rev, name, want string }{
		{"", "HEAD", ".", "cache db web"},
		{"", "HEAD~1", ".", "db web"},
		{"", "HEAD", "apps/", "cache db web"},
		{"apps/web", "HEAD", ".", "web"},
		{"apps/web", "HEAD", "..", "cache db web"},
		{"apps/web", "HEAD", "../db", "db"},
		{"apps/web", "HEAD~1", "./../../apps//db/pod.yaml", "db"},
		{"apps/cache", "HEAD~1", "../db/pod.yaml", "db"}, // the directory was not there yet
		{"apps/web", "HEAD", filepath.Join(repo.Dir, "apps", "cache"), "cache"},
		{"apps/web", "HEAD", filepath.Join(linked, "apps", "cache"), "cache"},
		{"apps/web", "HEAD", "../../..", `error: reading ../../..: it lies outside the repository`},
		{"", "HEAD", filepath.Dir(repo.Dir), "error: reading " + filepath.Dir(repo.Dir) + ": it lies outside the repository"},
		{"", "HEAD", "apps/db/pod.yaml", "error: reading apps/db/pod.yaml: file does not exist"},
	} {
		r := open(t, repo, test.below)
		if got := pods(t, tree(t, r, test.rev), test.name); got != test.want {
			t.Errorf("%s in %q, %s: %s, want %s", test.rev, test.below, test.name, got, test.want)
		}
	}
}

// A link is followed as the operating system does, but never out of the
// repository.
func TestTree_links(t *testing.T) {
	repo := gittest.New(t)
	repo.Write("base/pod.yaml", fmt.Sprintf(pod, "web"))
	secret := filepath.Join(t.TempDir(), "secret.yaml")
	if err := os.WriteFile(secret, fmt.Appendf(nil, pod, "secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	repo.Write("prod/notes.txt", "")
	for name, target := range map[string]string{
		"prod/pod.yaml": "../base/pod.yaml", "again/x.yaml": "../prod/pod.yaml", "dir": "base", "broken/gone.yaml": "nothing.yaml",
		"circle/a.yaml": "b.yaml", "circle/b.yaml": "a.yaml", "out/abs.yaml": secret, "up/out.yaml": "../../secret.yaml", "harmless/gone": "nothing",
		"inside/abs.yaml": filepath.Join(repo.Dir, "base", "pod.yaml"),
	} {
		full := filepath.Join(repo.Dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, full); err != nil {
			t.Skip(err)
		}
	}
	repo.Write("harmless/pod.yaml", fmt.Sprintf(pod, "db"))
	repo.Commit("links")
	r := open(t, repo, "")
	work, err := r.WorkTree()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, want string }{
		{"prod", "web"},
		{"again", "web"},
		{"dir/pod.yaml", "web"},
		{"dir", "web"},
		{"harmless", "db"},
		{"inside", "web"},
		{"prod/../dir/../base/pod.yaml", "web"},
		{"broken", "error: reading broken/gone.yaml: file does not exist"},
		{"circle", "error: reading circle/a.yaml: too many links, in a circle perhaps\nreading circle/b.yaml: too many links, in a circle perhaps"},
		{"out", "error: reading out/abs.yaml: a link to " + filepath.ToSlash(secret) + ", which is outside the repository"},
		{"up", "error: reading up/out.yaml: it lies outside the repository"},
	} {
		for _, tree := range []*git.Tree{tree(t, r, "HEAD"), work} {
			if got := pods(t, tree, test.name); got != test.want {
				t.Errorf("%s, %s: %s, want %s", tree.Name, test.name, got, test.want)
			}
		}
	}
}

// What the index and the work tree hold: changes, new files, deleted files, but
// nothing that is ignored.
func TestIndexAndWorkTree(t *testing.T) {
	repo := gittest.New(t)
	repo.Write("same.yaml", fmt.Sprintf(pod, "same"))
	repo.Write("edited.yaml", fmt.Sprintf(pod, "before"))
	repo.Write("staged.yaml", fmt.Sprintf(pod, "before-staging"))
	repo.Write("gone.yaml", fmt.Sprintf(pod, "gone"))
	repo.Write("became/dir.yaml", fmt.Sprintf(pod, "in-a-directory"))
	repo.Write("was-file.yaml", fmt.Sprintf(pod, "was-file"))
	repo.Write(".gitignore", "ignored*\n")
	repo.Commit("one")
	repo.Write("staged.yaml", fmt.Sprintf(pod, "staged"))
	repo.Write("new-staged.yaml", fmt.Sprintf(pod, "new-staged"))
	repo.Git("add", "staged.yaml", "new-staged.yaml")
	repo.Git("rm", "--quiet", "--cached", "gone.yaml")
	repo.Remove("gone.yaml")
	repo.Write("staged.yaml", fmt.Sprintf(pod, "staged-and-edited"))
	repo.Write("edited.yaml", fmt.Sprintf(pod, "after"))
	repo.Write("new.yaml", fmt.Sprintf(pod, "new"))
	repo.Write("ignored.yaml", fmt.Sprintf(pod, "ignored"))
	repo.Remove("became")
	repo.Write("became", "no manifest any more")
	repo.Remove("was-file.yaml")
	repo.Write("was-file.yaml/file.yaml", fmt.Sprintf(pod, "now-below"))
	r := open(t, repo, "")
	index, err := r.Index()
	if err != nil {
		t.Fatal(err)
	}
	work, err := r.WorkTree()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		tree *git.Tree
		want string
	}{
		{tree(t, r, "HEAD"), "before before-staging gone in-a-directory same was-file"},
		{index, "before in-a-directory new-staged same staged was-file"},
		{work, "after new new-staged now-below same staged-and-edited"},
	} {
		if got := pods(t, test.tree, "."); got != test.want {
			t.Errorf("%s: %s, want %s", test.tree.Name, got, test.want)
		}
	}
}

// A sparse checkout leaves files out, and they are not deleted.
func TestWorkTree_sparse(t *testing.T) {
	repo := gittest.New(t)
	repo.Write("a/pod.yaml", fmt.Sprintf(pod, "a"))
	repo.Write("b/pod.yaml", fmt.Sprintf(pod, "b"))
	repo.Commit("one")
	repo.Git("sparse-checkout", "set", "a")
	if _, err := os.Stat(filepath.Join(repo.Dir, "b")); err == nil {
		t.Skip("this git leaves nothing out")
	}
	work, err := open(t, repo, "").WorkTree()
	if err != nil {
		t.Fatal(err)
	}
	if got := pods(t, work, "."); got != "a b" {
		t.Error(got)
	}
}

// A conflict is no state to judge.
func TestIndex_conflict(t *testing.T) {
	repo := gittest.New(t)
	repo.Write("a.yaml", fmt.Sprintf(pod, "a"))
	repo.Commit("one")
	repo.Git("checkout", "--quiet", "-b", "other")
	repo.Write("a.yaml", fmt.Sprintf(pod, "other"))
	repo.Commit("other")
	repo.Git("checkout", "--quiet", "main")
	repo.Write("a.yaml", fmt.Sprintf(pod, "main"))
	repo.Commit("main")
	repo.Git("config", "merge.conflictStyle", "merge")
	repo.Git("-c", "alias.try=!git merge other || true", "try")
	if _, err := open(t, repo, "").Index(); err == nil || !strings.Contains(err.Error(), "conflict in a.yaml") {
		t.Error(err)
	}
}

// Files that stand for others: gzip, git-lfs, git-crypt.
func TestTree_filters(t *testing.T) {
	repo := gittest.New(t)
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	fmt.Fprintf(w, pod, "zipped")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	repo.Write("zip/pod.yaml.gz", zipped.String())
	content := fmt.Sprintf(pod, "large")
	oid := fmt.Sprintf("%x", sha256.Sum256([]byte(content)))
	pointer := fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n", oid, len(content))
	repo.Write("lfs/pod.yaml", pointer)
	repo.Write("crypt/pod.yaml", "\x00GITCRYPT\x00abc")
	repo.Commit("filters")
	r := open(t, repo, "")
	work, err := r.WorkTree()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, tree := range []*git.Tree{tree(t, r, "HEAD"), work} {
			wantLFS := "error: reading lfs/pod.yaml: a git-lfs pointer, and the file it is for was not fetched: git lfs fetch --all"
			store := filepath.Join(repo.Dir, ".git", "lfs", "objects", oid[:2], oid[2:4], oid)
			if _, err := os.Stat(store); err == nil {
				wantLFS = "large"
			}
			for name, want := range map[string]string{
				"zip": "zipped", "lfs": wantLFS,
				"crypt": "error: reading crypt/pod.yaml: encrypted with git-crypt, so that a revision holds no text",
			} {
				if got := pods(t, tree, name); got != want {
					t.Errorf("%s, %s: %s, want %s", tree.Name, name, got, want)
				}
			}
		}
		repo.Write(filepath.Join(".git", "lfs", "objects", oid[:2], oid[2:4], oid), content)
	}
	repo.Write(filepath.Join(".git", "lfs", "objects", oid[:2], oid[2:4], oid), "something else")
	if got := pods(t, work, "lfs"); !strings.Contains(got, "damaged") {
		t.Error(got)
	}
}

// The files of a submodule are not those of the repository: that is said.
func TestTree_submodules(t *testing.T) {
	lib := gittest.New(t)
	lib.Write("pod.yaml", fmt.Sprintf(pod, "lib"))
	lib.Commit("lib")
	repo := gittest.New(t)
	repo.Write("apps/pod.yaml", fmt.Sprintf(pod, "web"))
	repo.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", lib.Dir, "vendor/lib")
	repo.Commit("with a submodule")
	r := open(t, repo, "")
	work, err := r.WorkTree()
	if err != nil {
		t.Fatal(err)
	}
	index, err := r.Index()
	if err != nil {
		t.Fatal(err)
	}
	for _, tree := range []*git.Tree{tree(t, r, "HEAD"), index, work} {
		if got := pods(t, tree, "apps"); got != "web" {
			t.Errorf("%s: %s", tree.Name, got)
		}
		for _, name := range []string{".", "vendor/lib", "vendor/lib/pod.yaml"} {
			if got := pods(t, tree, name); !strings.Contains(got, "a submodule, whose files are not part of "+tree.Name) {
				t.Errorf("%s, %s: %s", tree.Name, name, got)
			}
		}
		tree.SkipSubmodules = true
		if got := pods(t, tree, "."); got != "web" {
			t.Errorf("%s: %s", tree.Name, got)
		}
		below, err := tree.Below(".", func(string) bool { return true })
		if err != nil || !slices.Equal(below.Submodules, []string{"vendor/lib"}) {
			t.Errorf("%s: submodules %q, %v", tree.Name, below.Submodules, err)
		}
		if below.Digest == "" {
			t.Errorf("%s: that nothing has changed is known", tree.Name)
		}
	}
	inside := filepath.Join(repo.Dir, "vendor", "lib")
	repo.Git("-C", inside, "commit", "--quiet", "--allow-empty", "-m", "another state of the submodule")
	if work, err = r.WorkTree(); err != nil {
		t.Fatal(err)
	}
	if below, err := work.Below(".", func(string) bool { return true }); err != nil || below.Digest != "" {
		t.Errorf("%s: the submodule has changed: %+v, %v", work.Name, below, err)
	}
}

// Nothing of the repository is ever written, and no process is left behind.
func TestRepository_leavesNoTrace(t *testing.T) {
	repo := gittest.New(t)
	for i := range 200 {
		repo.Write(fmt.Sprintf("%d.yaml", i), fmt.Sprintf(pod, fmt.Sprintf("pod-%d", i))+"# "+strings.Repeat("x", 10_000))
	}
	repo.Commit("one")
	repo.Write("1.yaml", fmt.Sprintf(pod, "other"))
	repo.Write("new.yaml", fmt.Sprintf(pod, "new"))
	// git would like to refresh the index for this one
	repo.Write("2.yaml", fmt.Sprintf(pod, "pod-2")+"# "+strings.Repeat("x", 10_000))
	before := fingerprint(t, repo.Dir)
	r, err := git.Open(t.Context(), repo.Dir)
	if err != nil {
		t.Fatal(err)
	}
	head := tree(t, r, "HEAD")
	index, err := r.Index()
	if err != nil {
		t.Fatal(err)
	}
	work, err := r.WorkTree()
	if err != nil {
		t.Fatal(err)
	}
	for _, tree := range []*git.Tree{index, work} {
		if got := pods(t, tree, "."); strings.HasPrefix(got, "error") {
			t.Error(got)
		}
	}
	// whoever stops early leaves git with much to say
	if _, err := head.ReadFile("1.yaml"); err != nil {
		t.Error(err)
	}
	r.Close()
	if after := fingerprint(t, repo.Dir); before != after {
		t.Errorf("the repository has changed:\n%s\n%s", before, after)
	}
	if _, err := head.ReadFile("3.yaml"); err == nil {
		t.Error("a closed repository is read")
	}
	if children := children(t); len(children) > 0 {
		t.Errorf("processes left: %q", children)
	}
}

// children returns the processes called git that this one has started and not
// waited for, where the operating system tells.
func children(t *testing.T) []string {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err == nil && strings.Contains(string(text), fmt.Sprintf("(git) Z %d ", os.Getpid())) || strings.Contains(string(text), fmt.Sprintf("(git) S %d ", os.Getpid())) {
			out = append(out, string(text))
		}
	}
	return out
}

// fingerprint is of every file below dir: name, mode, time and content.
func fingerprint(t *testing.T, dir string) string {
	t.Helper()
	h := sha256.New()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(h, name, info.Mode(), info.ModTime())
		if !info.Mode().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(name)
		h.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// A context that ends ends everything.
func TestRepository_context(t *testing.T) {
	repo := gittest.New(t)
	repo.Write("a.yaml", fmt.Sprintf(pod, "a"))
	repo.Commit("one")
	ctx, cancel := context.WithCancel(t.Context())
	r, err := git.Open(ctx, repo.Dir)
	if err != nil {
		t.Fatal(err)
	}
	head := tree(t, r, "HEAD")
	cancel()
	if _, err := head.ReadFile("a.yaml"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	r.Close()
}

// Whether two trees hold the same is known without reading them.
func TestBelow(t *testing.T) {
	repo := gittest.New(t)
	repo.Write("apps/a.yaml", fmt.Sprintf(pod, "a"))
	repo.Write("apps/README.md", "one")
	repo.Write("base/b.yaml", fmt.Sprintf(pod, "b"))
	if err := os.Symlink("../base/b.yaml", filepath.Join(repo.Dir, "apps", "b.yaml")); err != nil {
		t.Skip(err)
	}
	repo.Commit("one")
	repo.Write("apps/README.md", "two")
	repo.Commit("no manifest changes")
	repo.Write("base/b.yaml", fmt.Sprintf(pod, "changed"))
	repo.Commit("what a link leads to changes")
	repo.Rename("apps/a.yaml", "apps/c.yaml")
	repo.Commit("renamed")
	r := open(t, repo, "")
	keep := func(name string) bool { return filepath.Ext(name) == ".yaml" }
	look := func(tree *git.Tree, name string) git.Below {
		b, err := tree.Below(name, keep)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	digests := map[string]string{}
	for _, rev := range []string{"HEAD~3", "HEAD~2", "HEAD~1", "HEAD"} {
		b := look(tree(t, r, rev), "apps")
		if !b.Exists || b.Files != 2 || b.Digest == "" {
			t.Errorf("%s: %+v", rev, b)
		}
		digests[rev] = b.Digest
	}
	if digests["HEAD~3"] != digests["HEAD~2"] || digests["HEAD~2"] == digests["HEAD~1"] || digests["HEAD~1"] == digests["HEAD"] {
		t.Errorf("%q", digests)
	}
	if b := look(tree(t, r, "HEAD"), "apps/a.yaml"); b.Exists || b.Files != 0 || b.Digest == "" {
		t.Errorf("%+v", b)
	}
	if b := look(tree(t, r, "HEAD"), "apps/README.md"); !b.Exists || b.Files != 1 {
		t.Errorf("a file that is named counts: %+v", b)
	}
	work, err := r.WorkTree()
	if err != nil {
		t.Fatal(err)
	}
	if b := look(work, "apps"); b.Digest != digests["HEAD"] {
		t.Errorf("nothing has changed: %+v", b)
	}
	repo.Write("apps/new.yaml", fmt.Sprintf(pod, "new"))
	if work, err = r.WorkTree(); err != nil {
		t.Fatal(err)
	}
	if b := look(work, "apps"); b.Files != 3 || b.Digest != "" {
		t.Errorf("what has changed is not known without reading: %+v", b)
	}
}
