package load_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netreach/model/load"
)

// write writes files below a new directory and returns it.
func write(t *testing.T, texts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func link(t *testing.T, to, from string) {
	t.Helper()
	if err := os.Symlink(to, from); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
}

// The names that users type are those of the operating system: absolute, and
// with "..".
func TestRead_os(t *testing.T) {
	dir := write(t, map[string]string{"in/a.yaml": podA, "b.yaml": podB, "c.yaml": podC})
	t.Chdir(filepath.Join(dir, "in"))
	c, ds, err := load.Read(load.Options{}, "a.yaml", "../b.yaml", filepath.Join(dir, "c.yaml"), "./a.yaml")
	if err != nil || len(ds) > 0 {
		t.Fatalf("error %v, diagnostics %q", err, ds)
	}
	var got []string
	for _, p := range c.Pods {
		got = append(got, p.Origin.File)
	}
	if diff := cmp.Diff([]string{"a.yaml", "../b.yaml", filepath.Join(dir, "c.yaml")}, got); diff != "" {
		t.Error(diff)
	}
	c, _, err = load.Read(load.Options{}, "..")
	if err != nil || names(c) != "a b c" || c.Pods[0].Origin.File != "../in/a.yaml" {
		t.Errorf("error %v, cluster %+v", err, c)
	}
	for _, name := range []string{"none.yaml", dir + "/none"} {
		_, _, err := load.Read(load.Options{}, name)
		if err == nil || strings.Count(err.Error(), name) != 1 || !strings.Contains(err.Error(), "no such file") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Links to files are read and links to directories are not, so that no circle
// is walked; a link to nothing is an error.
func TestRead_links(t *testing.T) {
	dir := write(t, map[string]string{"d/a.yaml": podA, "e/b.yaml": podB, "notes": podC})
	link(t, filepath.Join(dir, "notes"), filepath.Join(dir, "d", "c.yaml"))
	link(t, filepath.Join(dir, "d"), filepath.Join(dir, "d", "circle"))
	link(t, filepath.Join(dir, "e"), filepath.Join(dir, "d", "e"))
	link(t, filepath.Join(dir, "gone"), filepath.Join(dir, "d", "README"))
	c, ds, err := load.Read(load.Options{}, filepath.Join(dir, "d"))
	if err != nil || names(c) != "a c" {
		t.Fatalf("error %v, cluster %+v", err, c)
	}
	if len(ds) != 2 || ds[0].Code != "link-skipped" || ds[1].Code != "link-skipped" {
		t.Errorf("diagnostics %q", ds)
	}
	// a directory that is named by a link is read
	c, _, err = load.Read(load.Options{}, filepath.Join(dir, "d", "e")+"/")
	if err != nil || names(c) != "b" {
		t.Errorf("error %v, cluster %+v", err, c)
	}
	link(t, filepath.Join(dir, "gone"), filepath.Join(dir, "d", "gone.yaml"))
	if _, _, err = load.Read(load.Options{}, filepath.Join(dir, "d")); err == nil || !strings.Contains(err.Error(), "gone.yaml") {
		t.Errorf("error %v", err)
	}
}

// What is neither file nor directory does not hang the walk.
func TestRead_irregular(t *testing.T) {
	dir := write(t, map[string]string{"a.yaml": podA})
	if err := mkfifo(filepath.Join(dir, "b.yaml")); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	done := make(chan string)
	go func() {
		c, _, err := load.Read(load.Options{}, dir)
		if err != nil {
			done <- err.Error()
			return
		}
		done <- names(c)
	}()
	select {
	case got := <-done:
		if got != "a" {
			t.Errorf("got %q", got)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for the pipe")
	}
}
