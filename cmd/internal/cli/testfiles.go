package cli

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"

	"netreach/model"
	"netreach/model/expect"
)

// expectations reads the files that names name.
func (s *session) expectations(names []string) ([]expectations, error) {
	names, err := s.expectationFiles(names)
	if err != nil {
		return nil, err
	}
	var files []expectations
	var problems []model.Diagnostic
	for _, name := range names {
		lines, found, err := s.expectationFile(name)
		if err != nil {
			return nil, err
		}
		if len(lines) == 0 && len(found) == 0 {
			found = []model.Diagnostic{{
				Severity: model.Error, Code: codeEmpty, Origin: model.Origin{File: name}, Text: "no expectations",
				Hint: "write some, such as: allow shop/web -> shop/api 8080/tcp; or netreach lock writes them",
			}}
		}
		problems = append(problems, found...)
		files = append(files, expectations{name: name, lines: lines})
	}
	return files, s.diagnose("expectations", problems)
}

// expectationFiles returns the names of the files, with the files of directories
// in their place, each once.
func (s *session) expectationFiles(names []string) ([]string, error) {
	var out []string
	add := func(name string) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, name := range names {
		if name == "-" {
			if slices.Contains(s.flags.files, "-") {
				return nil, troublef("it can be read once", "test - -f -: standard input is named twice")
			}
			add(name)
			continue
		}
		info, err := fs.Stat(s.env.FS, name)
		if err != nil || !info.IsDir() {
			add(name) // reading it says what is wrong
			continue
		}
		before := len(out)
		err = fs.WalkDir(s.env.FS, name, func(file string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && path.Ext(file) == expectationSuffix {
				add(file)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(out) == before {
			return nil, troublef("files that end otherwise can be named by themselves; manifests go with -f", "no *%s files in %q", expectationSuffix, name)
		}
	}
	return out, nil
}

// expectationFile reads one file.
func (s *session) expectationFile(name string) ([]expect.Line, []model.Diagnostic, error) {
	r := s.env.Stdin
	if name != "-" {
		f, err := s.env.FS.Open(name)
		if err != nil {
			return nil, nil, fmt.Errorf("reading expectations: %w", err)
		}
		defer f.Close()
		r = io.Reader(f)
	}
	return expect.ParseFile(r, name, s.flags.namespace)
}
