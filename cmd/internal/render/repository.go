package render

import (
	"path"
	"strings"
)

// fromRoot returns the name of a file relative to the root of the repository, as
// what shows annotations wants it. It is relative to the working directory where
// no repository is known, and as it is where it lies outside.
func (o Options) fromRoot(name string) string { return o.within(name, o.Root, o.Dir) }

// fromDir returns the name of a file relative to the working directory, or as it
// is where it lies outside.
func (o Options) fromDir(name string) string { return o.within(name, o.Dir) }

// within returns the name of a file relative to the first of some directories
// that it lies in.
func (o Options) within(name string, dirs ...string) string {
	if name == "" {
		return ""
	}
	full := path.Clean(name)
	if !path.IsAbs(full) {
		full = path.Join(o.Dir, full)
	}
	for _, dir := range dirs {
		if rest, ok := strings.CutPrefix(full, strings.TrimSuffix(dir, "/")+"/"); ok && dir != "" {
			return rest
		}
	}
	return path.Clean(name)
}
