package git

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Open opens a file or a directory.
func (t *Tree) Open(name string) (fs.File, error) {
	at, err := t.find("open", name)
	if err != nil {
		return nil, err
	}
	n := at.node(t)
	if n.kind == directory || n.kind == submodule {
		entries, err := t.list("open", name, at)
		if err != nil {
			return nil, err
		}
		return &dirFile{info{base(name, at), n.mode(), 0}, entries}, nil
	}
	if n.hash == "" {
		if f, ok := t.large(at.path); ok {
			return f, nil
		}
	}
	text, err := t.content(at.path, n)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &file{info: info{base(name, at), n.mode(), int64(len(text))}, Reader: bytes.NewReader(text)}, nil
}

// ReadFile returns the content of a file.
func (t *Tree) ReadFile(name string) ([]byte, error) {
	at, err := t.find("read", name)
	if err != nil {
		return nil, err
	}
	n := at.node(t)
	if n.kind == directory || n.kind == submodule {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("is a directory")}
	}
	text, err := t.content(at.path, n)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return slices.Clone(text), nil
}

// ReadDir returns the entries of a directory, sorted by name.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	at, err := t.find("readdir", name)
	if err != nil {
		return nil, err
	}
	return t.list("readdir", name, at)
}

// Stat describes a file or a directory, or what a link leads to. The size of a
// file is known only by reading it, which is done.
func (t *Tree) Stat(name string) (fs.FileInfo, error) {
	at, err := t.find("stat", name)
	if err != nil {
		return nil, err
	}
	return t.info(name, at)
}

// info describes what is at a place.
func (t *Tree) info(name string, at place) (fs.FileInfo, error) {
	n := at.node(t)
	out := info{base(name, at), n.mode(), 0}
	switch n.kind {
	case regular:
		text, err := t.content(at.path, n)
		if err != nil {
			return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
		}
		out.size = int64(len(text))
	case link:
		target, err := t.target(at.path, n)
		if err != nil {
			return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
		}
		out.size = int64(len(target))
	case directory, submodule:
	}
	return out, nil
}

func (t *Tree) list(op, name string, at place) ([]fs.DirEntry, error) {
	n := at.node(t)
	switch {
	case n.kind == submodule && t.SkipSubmodules:
		return nil, nil
	case n.kind == submodule:
		return nil, &fs.PathError{Op: op, Path: name, Err: submoduleError(t)}
	case n.kind != directory:
		return nil, &fs.PathError{Op: op, Path: name, Err: errors.New("not a directory")}
	}
	entries := make([]fs.DirEntry, len(n.children))
	for i, c := range n.children {
		entries[i] = dirEntry{t, place{append(slices.Clone(at.nodes), c), append(slices.Clone(at.path), c.name)}}
	}
	return entries, nil
}

// content returns what a file holds, and must not be changed.
func (t *Tree) content(path []string, n *node) ([]byte, error) {
	var text []byte
	var err error
	if n.hash == "" {
		text, err = os.ReadFile(t.onDisk(path))
	} else {
		text, err = t.blob(n)
	}
	if err != nil {
		return nil, bare(err)
	}
	return t.r.smudged(text)
}

// large opens a file of the work tree that is too large to be in place of another
// one, see smudged.
func (t *Tree) large(path []string) (fs.File, bool) {
	f, err := os.Open(t.onDisk(path))
	if err != nil {
		return nil, false
	}
	if info, err := f.Stat(); err != nil || info.Size() <= largestPointer {
		_ = f.Close() // nothing was written
		return nil, false
	}
	return f, true
}

// blob reads a blob, and lets git go ahead to the next ones of the same kind.
func (t *Tree) blob(n *node) ([]byte, error) {
	b, err := t.r.reader()
	if err != nil {
		return nil, err
	}
	return b.read(n.hash, func(most int) []string {
		var next []string
		if n.kind != regular {
			return nil
		}
		for _, other := range t.blobs[n.index+1:] {
			if len(next) == most {
				break
			}
			if path.Ext(other.name) == path.Ext(n.name) {
				next = append(next, other.hash)
			}
		}
		return next
	})
}

// target returns where a link leads.
func (t *Tree) target(path []string, n *node) (string, error) {
	if n.hash == "" {
		target, err := os.Readlink(t.onDisk(path))
		return filepath.ToSlash(target), bare(err)
	}
	text, err := t.blob(n)
	return string(text), err
}

func (t *Tree) onDisk(path []string) string {
	return filepath.Join(t.disk, filepath.Join(path...))
}

// bare returns an error without the name of the file, which whoever asked knows
// better.
func bare(err error) error {
	if of, ok := errors.AsType[*fs.PathError](err); ok {
		return of.Err
	}
	return err
}

// base returns the last part of the name that was asked for.
func base(name string, at place) string {
	if b := path.Base(strings.TrimRight(filepath.ToSlash(name), "/")); b != ".." && b != "." && b != "" {
		return b
	}
	if len(at.path) == 0 {
		return "."
	}
	return at.path[len(at.path)-1]
}

// info describes a file. Revisions know no times.
type info struct {
	name string
	mode fs.FileMode
	size int64
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }

type dirEntry struct {
	t  *Tree
	at place
}

func (e dirEntry) Name() string               { return e.at.path[len(e.at.path)-1] }
func (e dirEntry) IsDir() bool                { return e.Type().IsDir() }
func (e dirEntry) Type() fs.FileMode          { return e.at.node(e.t).mode().Type() }
func (e dirEntry) Info() (fs.FileInfo, error) { return e.t.info(e.Name(), e.at) }

// file is a file whose content has been read.
type file struct {
	info
	*bytes.Reader
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *file) Size() int64                { return f.size }
func (f *file) Close() error               { return nil }

// dirFile is an open directory.
type dirFile struct {
	info
	rest []fs.DirEntry
}

func (d *dirFile) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *dirFile) Close() error               { return nil }

func (d *dirFile) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: errors.New("is a directory")}
}

func (d *dirFile) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(d.rest)
	} else if len(d.rest) == 0 {
		return nil, io.EOF
	}
	out := d.rest[:min(n, len(d.rest))]
	d.rest = d.rest[len(out):]
	return out, nil
}
