// Package config reads .netreach.yaml: what a repository would otherwise repeat
// on every command line.
//
// The file is strict. A field that does not exist, a value of the wrong type, or
// a value that means nothing is an error with file and line; nothing in it is
// passed over.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"path"
	"strings"

	"netreach/model"
)

// FileName is the name of the file.
const FileName = ".netreach.yaml"

// File is what a configuration file says. The zero value says nothing.
type File struct {
	// Name is the name of the file, relative to the working directory.
	Name string
	// CNI is the name of a profile, or "".
	CNI string
	// Switches are single switches, sorted by knob.
	Switches []Switch
	// PodCIDRs are the prefixes that pods without an address have theirs from.
	PodCIDRs []netip.Prefix
	// Filenames are the inputs. They stand relative to the file there, and
	// relative to the working directory here.
	Filenames []string
	// Namespace is that of objects and peers that name none, or "".
	Namespace string
	// Lenient tells to go on without what cannot be read or judged.
	Lenient bool
}

// Switch sets one knob.
type Switch struct{ Knob, Value string }

// Find returns the name of the configuration file that holds in the working
// directory dir, which is an absolute path: the one in it or else in the nearest
// directory above it. The search ends with the root of a repository, which is
// where a .git is. It returns "" if there is no such file. Names are relative to
// dir, so that fsys must take names that begin with "../". Where dir is "" only
// the working directory itself is searched.
func Find(fsys fs.FS, dir string) (string, error) {
	above := strings.Count(strings.TrimRight(dir, "/"), "/")
	for up := range above + 1 {
		prefix := strings.Repeat("../", up)
		switch found, err := exists(fsys, prefix+FileName); {
		case err != nil:
			return "", err
		case found:
			return prefix + FileName, nil
		}
		if root, err := exists(fsys, prefix+".git"); root || err != nil {
			return "", err
		}
	}
	return "", nil
}

// Repository returns the root of the repository that the working directory dir is
// in, an absolute path: dir or the nearest directory above it that holds a .git.
// It returns "" if there is none, or none that can be looked for. fsys is as in
// Find.
func Repository(fsys fs.FS, dir string) string {
	at := strings.TrimRight(dir, "/")
	for prefix := ""; at != ""; prefix += "../" {
		if root, err := exists(fsys, prefix+".git"); root {
			return at
		} else if err != nil {
			return ""
		}
		last := strings.LastIndexByte(at, '/')
		if last < 0 {
			return ""
		}
		at = at[:last]
	}
	return ""
}

func exists(fsys fs.FS, name string) (bool, error) {
	switch _, err := fs.Stat(fsys, name); {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid):
		return false, nil
	default:
		return false, readError(name, err)
	}
}

// Read reads a configuration file. The diagnostics are errors in what it says;
// the error is about reading it.
func Read(fsys fs.FS, name string) (*File, []model.Diagnostic, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, nil, readError(name, err)
	}
	d := decoder{file: &File{Name: name}, dir: path.Dir(name)}
	d.document(text)
	return d.file, model.SortDiagnostics(d.problems), nil
}

// readError says which file could not be read, once.
func readError(name string, err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err
	}
	return fmt.Errorf("reading %s: %w", name, err)
}
