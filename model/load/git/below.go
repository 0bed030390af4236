package git

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"path"
	"slices"
)

// Below is what lies at a name and below it, without its content.
type Below struct {
	// Exists tells that there is something of the name, and Files counts the files
	// that were to be kept.
	Exists bool
	Files  int
	// Submodules are the directories whose files are not in the tree, by the names
	// that a user would type.
	Submodules []string
	// Digest is the same for two trees that hold the same at the name. It is "" if
	// that is not known without reading, as it is of a work tree.
	Digest string
}

// Below looks at what lies at a name. In directories, keep says which files count
// by their names; a file that is named itself counts.
func (t *Tree) Below(name string, keep func(base string) bool) (Below, error) {
	at, err := t.find("stat", name)
	if errors.Is(err, fs.ErrNotExist) {
		return Below{Digest: "nothing"}, nil
	}
	if err != nil {
		return Below{}, err
	}
	s := survey{t: t, keep: keep, sum: sha256.New(), known: true}
	switch at.node(t).kind {
	case directory:
		s.directory(name, at)
	case submodule:
		s.out.Submodules = []string{name}
		s.note(at, submodule, at.node(t).hash)
	case regular, link:
		s.file(at)
	}
	s.out.Exists = true
	if s.known {
		s.out.Digest = hex.EncodeToString(s.sum.Sum(nil))
	}
	return s.out, nil
}

// survey is the state of Below.
type survey struct {
	t     *Tree
	keep  func(string) bool
	out   Below
	sum   hash.Hash
	known bool
}

func (s *survey) directory(name string, at place) {
	for _, c := range at.node(s.t).children {
		next := place{append(slices.Clone(at.nodes), c), append(slices.Clone(at.path), c.name)}
		switch {
		case c.kind == directory:
			s.directory(path.Join(name, c.name), next)
		case c.kind == submodule:
			s.out.Submodules = append(s.out.Submodules, path.Join(name, c.name))
			s.note(next, c.kind, c.hash)
		case s.keep(c.name):
			s.file(next)
		case c.kind == link: // that it leads to a directory is said when it is read
			s.note(next, c.kind, c.hash)
		}
	}
}

// file counts a file, or a link by where it leads.
func (s *survey) file(at place) {
	n := at.node(s.t)
	s.out.Files++
	if n.kind != link {
		s.note(at, n.kind, n.hash)
		return
	}
	to, err := s.t.walk(at.path)
	if err != nil || to.node(s.t) == nil || to.node(s.t).kind == directory {
		s.known = false // reading it says what is wrong
		return
	}
	s.note(at, link, to.node(s.t).hash)
}

func (s *survey) note(at place, k kind, hash string) {
	if hash == "" {
		s.known = false
	}
	fmt.Fprintf(s.sum, "%q %d %s\n", at.path, k, hash)
}
