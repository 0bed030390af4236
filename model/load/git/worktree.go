package git

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// WorkTree returns the files of the work tree that a commit of everything would
// hold: what git tracks, as it is now, and what is new and not ignored. The
// content is that on disk when it is read. Files that a sparse checkout leaves out
// are those of the index.
func (r *Repository) WorkTree() (*Tree, error) {
	entries, err := r.entries()
	if err != nil {
		return nil, err
	}
	others, err := r.inTop("ls-files", "--others", "--exclude-standard", "-z")
	if err != nil {
		return nil, err
	}
	p := newPlanter()
	for name := range strings.SplitSeq(others, "\x00") {
		switch dir, isDir := strings.CutSuffix(name, "/"); {
		case name == "":
		case isDir: // a repository of its own
			p.plant(dir, node{kind: submodule})
		default:
			if n, ok := r.found(name); ok {
				p.plant(name, n)
			}
		}
	}
	for _, e := range entries {
		n := nodeOf(e.mode, e.hash)
		if onDisk, ok := r.found(e.path); ok && n.kind != submodule {
			n = onDisk
		} else if !ok && !e.unwatched && n.kind != submodule {
			continue // deleted, or replaced by a directory
		}
		p.plant(e.path, n)
	}
	t := &Tree{r: r, Name: "the work tree", disk: r.top}
	t.root, t.blobs = p.grown()
	return t, nil
}

// found returns the file or link that is on disk. What is neither, such as a pipe,
// is nothing that git would take.
func (r *Repository) found(name string) (node, bool) {
	info, err := os.Lstat(filepath.Join(r.top, filepath.FromSlash(name)))
	switch {
	case err != nil:
		return node{}, false
	case info.Mode()&fs.ModeSymlink != 0:
		return node{kind: link}, true
	case info.Mode().IsRegular():
		return node{kind: regular, executable: info.Mode()&0o111 != 0}, true
	}
	return node{}, false
}
