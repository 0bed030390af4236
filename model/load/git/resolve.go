package git

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

var (
	errOutside = errors.New("it lies outside the repository")
	errCircle  = errors.New("too many links, in a circle perhaps")
)

// mostLinks bounds the links on the way to a file, as operating systems do.
const mostLinks = 40

// steps returns the way from the root of the repository to what the user names.
// It begins with the working directory and may hold "..".
func (r *Repository) steps(name string) ([]string, error) {
	name = filepath.FromSlash(name)
	if !filepath.IsAbs(name) {
		return slices.Concat(r.prefix, strings.FieldsFunc(filepath.ToSlash(name), isSlash)), nil
	}
	if r.top == "" {
		return nil, errOutside
	}
	rel, ok := below(r.top, filepath.Clean(name))
	if !ok { // one of them may be written through a link
		rel, ok = below(settled(r.top), settled(name))
	}
	if !ok {
		return nil, errOutside
	}
	return strings.FieldsFunc(filepath.ToSlash(rel), isSlash), nil
}

// below returns the path of name below dir.
func below(dir, name string) (string, bool) {
	rel, err := filepath.Rel(dir, name)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", false
	}
	return rel, true
}

// settled returns a path without links, as far as it exists.
func settled(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	above := filepath.Dir(name)
	if above == name {
		return name
	}
	return filepath.Join(settled(above), filepath.Base(name))
}

// place is where a walk has come to. A node is nil where there is nothing of the
// name.
type place struct {
	nodes []*node
	path  []string
}

func (p *place) node(t *Tree) *node {
	if len(p.nodes) == 0 {
		return t.root
	}
	return p.nodes[len(p.nodes)-1]
}

// walk goes some steps from the root, as an operating system would: links are
// followed within the repository, and ".." leads out of the directory that one is
// in. That nothing is there is no error: the node is nil.
func (t *Tree) walk(steps []string) (place, error) {
	var at place
	rest := slices.Clone(steps)
	for links := 0; len(rest) > 0; {
		step := rest[0]
		rest = rest[1:]
		switch step {
		case ".":
			continue
		case "..":
			if len(at.path) == 0 {
				return at, errOutside
			}
			at.nodes, at.path = at.nodes[:len(at.nodes)-1], at.path[:len(at.path)-1]
			continue
		}
		var next *node
		if n := at.node(t); n != nil {
			if n.kind == submodule {
				return at, submoduleError(t)
			}
			next = n.child(step)
		}
		if next != nil && next.kind == link {
			if links++; links > mostLinks {
				return at, errCircle
			}
			target, err := t.target(append(slices.Clone(at.path), step), next)
			if err != nil {
				return at, err
			}
			if strings.HasPrefix(target, "/") || filepath.IsAbs(target) {
				within, err := t.r.steps(target)
				if err != nil {
					return at, fmt.Errorf("a link to %s, which is outside the repository", target)
				}
				at, target = place{}, strings.Join(within, "/")
			}
			rest = slices.Concat(strings.FieldsFunc(target, isSlash), rest)
			continue
		}
		at.nodes, at.path = append(at.nodes, next), append(at.path, step)
	}
	return at, nil
}

// submoduleError says that the files of a submodule are not here.
func submoduleError(t *Tree) error {
	return fmt.Errorf("a submodule, whose files are not part of %s: name what is to be read beside it, or go on without it with --lenient", t.Name)
}

// find returns what has a name, or an error that says why nothing is there.
func (t *Tree) find(op, name string) (place, error) {
	fail := func(err error) (place, error) { return place{}, &fs.PathError{Op: op, Path: name, Err: err} }
	if name == "" {
		return fail(fs.ErrNotExist)
	}
	steps, err := t.r.steps(name)
	if err != nil {
		return fail(err)
	}
	at, err := t.walk(steps)
	if err != nil {
		return fail(err)
	}
	if at.node(t) == nil {
		return fail(fs.ErrNotExist)
	}
	return at, nil
}
