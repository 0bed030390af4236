package config_test

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"netreach/cmd/internal/config"
)

// within is a file system as a process sees it whose working directory is dir.
type within struct {
	fs.FS
	dir string
}

func (w within) Open(name string) (fs.File, error) {
	if !path.IsAbs(name) {
		name = path.Join(w.dir, name)
	}
	if name = strings.TrimPrefix(path.Clean(name), "/"); name == "" {
		name = "."
	}
	return w.FS.Open(name)
}

func TestFind(t *testing.T) {
	tests := []struct {
		name  string
		files []string
		dir   string
		want  string
	}{
		{"in the working directory", []string{"home/me/repo/.netreach.yaml"}, "/home/me/repo", ".netreach.yaml"},
		{"above it", []string{"home/me/repo/.netreach.yaml"}, "/home/me/repo/deploy/prod", "../../.netreach.yaml"},
		{"the nearest one", []string{"a/.netreach.yaml", "a/b/.netreach.yaml"}, "/a/b/c", "../.netreach.yaml"},
		{"in the root", []string{".netreach.yaml"}, "/a/b", "../../.netreach.yaml"},
		{"nowhere", []string{"a/netreach.yaml"}, "/a/b", ""},
		{"below it", []string{"a/b/.netreach.yaml"}, "/a", ""},
		// a repository ends the search, whether .git is a directory or a file
		{"beyond the repository", []string{"home/.netreach.yaml", "home/repo/.git/HEAD"}, "/home/repo/deploy", ""},
		{"beyond a worktree", []string{"home/.netreach.yaml", "home/tree/.git"}, "/home/tree", ""},
		{"in the root of the repository", []string{"home/repo/.netreach.yaml", "home/repo/.git/HEAD"}, "/home/repo/deploy", "../.netreach.yaml"},
		{"in the root directory as working directory", []string{".netreach.yaml"}, "/", ".netreach.yaml"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := fstest.MapFS{}
			for _, name := range test.files {
				files[name] = &fstest.MapFile{}
			}
			got, err := config.Find(within{files, test.dir}, test.dir)
			if got != test.want || err != nil {
				t.Errorf("Find in %s: %q, %v, want %q", test.dir, got, err, test.want)
			}
		})
	}
}

// TestFind_nowhere: without a working directory nothing above it is asked for.
func TestFind_nowhere(t *testing.T) {
	got, err := config.Find(fstest.MapFS{"x": {}}, "")
	if got != "" || err != nil {
		t.Errorf("Find: %q, %v", got, err)
	}
}

// shut is a file system in which nothing above the working directory may be
// looked at.
type shut struct{}

func (shut) Open(name string) (fs.File, error) {
	if strings.HasPrefix(name, "../") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// TestFind_forbidden: a file that may be there and cannot be seen is an error,
// as it could change a verdict.
func TestFind_forbidden(t *testing.T) {
	_, err := config.Find(shut{}, "/a/b")
	if !errors.Is(err, fs.ErrPermission) || err.Error() != "reading ../.netreach.yaml: permission denied" {
		t.Errorf("error %v", err)
	}
}
