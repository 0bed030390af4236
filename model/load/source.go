package load

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"netreach/model"
)

// source is a file, or standard input.
type source struct {
	// name is what the user typed, or would type to read this file alone.
	name string
	// named tells that the user named the file itself, and not a directory that
	// it lies in.
	named bool
	// size is that of the file, if somebody wants to know and it is known.
	size int64
}

// stdin is the name of standard input.
const stdin = "-"

// sources returns the files that names stand for: files in the order given,
// and the manifests below each directory sorted by path. A file that is named
// twice is read once.
func (r *reader) sources(names []string) ([]source, error) {
	if len(names) == 0 {
		return nil, errors.New("nothing to read: no file or directory given")
	}
	var out []source
	var errs []error
	seen := map[string]bool{}
	add := func(s source) {
		if clean := path.Clean(s.name); !seen[clean] {
			seen[clean] = true
			out = append(out, s)
		}
	}
	for _, name := range names {
		if name == stdin {
			add(source{name: name, named: true})
			continue
		}
		info, err := fs.Stat(r.fs, name)
		switch {
		case err != nil:
			errs = append(errs, readError(name, err))
		case info.IsDir():
			found, err := r.manifests(name)
			errs = append(errs, err)
			for _, f := range found {
				add(source{name: f})
			}
		default:
			add(source{name: name, named: true})
		}
	}
	return out, errors.Join(errs...)
}

// manifests returns the manifests below dir. Links to files are followed, links
// to directories are not: that is what kubectl does, and it cannot run in
// circles.
func (r *reader) manifests(dir string) ([]string, error) {
	var out []string
	var errs []error
	err := fs.WalkDir(r.fs, dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			errs = append(errs, readError(name, err))
		case d.IsDir():
		case d.Type()&fs.ModeSymlink != 0:
			info, err := fs.Stat(r.fs, name)
			switch {
			case err != nil && IsManifest(name):
				errs = append(errs, readError(name, err))
			case err == nil && info.IsDir():
				r.warn(model.Origin{File: name}, "link-skipped", "a link to a directory, which is not followed", "name the directory itself with -f to read it")
			case err == nil && info.Mode().IsRegular() && IsManifest(name):
				out = append(out, name)
			}
		case d.Type().IsRegular() && IsManifest(name):
			out = append(out, name)
		}
		return nil
	})
	errs = append(errs, err)
	if err := errors.Join(errs...); err != nil || len(out) > 0 {
		return out, err
	}
	return nil, fmt.Errorf("no manifests in %q: in a directory, files named *.yaml, *.yml and *.json are read, also with .gz", dir)
}

// IsManifest reports whether a file in a directory is read, by its name.
func IsManifest(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	switch path.Ext(name) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// large reads a source in windows, if it is a large file of a layout that is
// known. It reports false, and has done nothing, if it is not: the file can be
// opened again then.
func (r *reader) large(s source) bool {
	file, err := r.fs.Open(s.name)
	if err != nil {
		return false
	}
	defer file.Close()
	info, err := file.Stat()
	return err == nil && info.Mode().IsRegular() && r.stream(s, file, info.Size())
}

// sizeOf returns the size of the file s, or reports that it cannot be known.
func (r *reader) sizeOf(s source) (int64, bool) {
	if s.name == stdin {
		return 0, false
	}
	info, err := fs.Stat(r.fs, s.name)
	if err != nil || !info.Mode().IsRegular() {
		return 0, false
	}
	return info.Size(), true
}

// content returns what the source holds.
func (r *reader) content(s source) ([]byte, error) {
	if s.name != stdin {
		text, err := fs.ReadFile(r.fs, s.name)
		if err != nil {
			return nil, readError(s.name, err)
		}
		return text, nil
	}
	if r.stdin == nil {
		return nil, errors.New("reading standard input: there is none")
	}
	text, err := io.ReadAll(r.progress.reading(r.stdin))
	if err != nil {
		return nil, fmt.Errorf("reading standard input: %w", err)
	}
	return text, nil
}

// readError says which file could not be read, once.
func readError(name string, err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err
	}
	if strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://") {
		err = errors.New("netreach works offline: download the file first")
	}
	return fmt.Errorf("reading %s: %w", name, err)
}
