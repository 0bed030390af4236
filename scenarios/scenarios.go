// Package scenarios holds small clusters with policies and with expectations that
// were written by hand from the specification. Users read them as examples, the
// demo runs on one, and the tests of the engine run on all.
//
// A scenario is a directory TOPIC/NAME with a README.md, the input in
// manifests/, and expect.txt in the language of package expect; names.txt holds
// what is expected of names. What it is about stands in its README; every
// expectation cites the rule that it follows from.
//
// The topic diff has pairs of inputs, in before/ and after/, whose expect.txt says
// what changes from the one to the other.
package scenarios

import (
	"embed"
	"io/fs"
	"path"
)

// FS holds the files of all scenarios.
//
//go:embed admin basics clusters diff names pods traps
var FS embed.FS

// The parts of a scenario.
const (
	Manifests = "manifests"
	Expect    = "expect.txt"
	Readme    = "README.md"
	// ByName is there where Services and URLs are expected to answer; its language
	// is that of Expect.
	ByName = "names.txt"
	// Before and After are the inputs of a pair.
	Before = "before"
	After  = "after"
)

// Names returns the directories of all scenarios, such as
// "basics/default-deny", sorted.
func Names() []string {
	return with(path.Join("*", "*", Manifests))
}

// Diffs returns the directories of all pairs, such as "diff/port", sorted.
func Diffs() []string { return with(path.Join("diff", "*", Before)) }

// with returns the directories that hold what a pattern matches.
func with(pattern string) []string {
	// The only error of Glob is a malformed pattern.
	dirs, _ := fs.Glob(FS, pattern)
	names := make([]string, len(dirs))
	for i, dir := range dirs {
		names[i] = path.Dir(dir)
	}
	return names
}
