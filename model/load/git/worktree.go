package git

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// WorkTree returns the files of the work tree that a commit of everything would
// hold: what git tracks, as it is now, and what is new and not ignored. Of files
// that have changed the content is that on disk when it is read. Files that a
// sparse checkout leaves out are those of the index.
func (r *Repository) WorkTree() (*Tree, error) {
	entries, err := r.entries()
	if err != nil {
		return nil, err
	}
	// TAG SP PATH NUL, of what has changed or is gone, and of what is new
	out, err := r.inTop("ls-files", "-t", "-z", "--modified", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	p := newPlanter()
	changed := map[string]bool{}
	for line := range strings.SplitSeq(out, "\x00") {
		tag, name, _ := strings.Cut(line, " ")
		switch dir, isDir := strings.CutSuffix(name, "/"); {
		case name == "":
		case tag != "?":
			changed[name] = true
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
		switch {
		case !changed[e.path] && e.stage == "0":
		case n.kind == submodule:
			n.hash = "" // at another commit than the index says, or changed itself
		default:
			var ok bool
			if n, ok = r.found(e.path); !ok {
				continue // deleted, or replaced by a directory
			}
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
