// Package load reads manifests and cluster dumps into a model.Cluster. It is
// the only package that reads anything.
//
//	names --> sources --> text --> documents --> values --> objects --> kinds --> world --> Cluster
//	  files,    gunzip,    split at   YAML or      expand     look up   lower      place pods,
//	  folders   encoding     ---      JSON         lists      the kind  each      fill the gaps
//
// There is one meaning: what kubectl makes of the text. YAML is converted to
// JSON by sigs.k8s.io/yaml, with the scalars of YAML 1.1 and duplicate keys
// refused, and everything is then decoded by one case-sensitive JSON decoder.
// Another YAML parser is used only to find lines, never values.
//
// Everything that is wrong with the input is a diagnostic with file and line,
// and all of them are reported at once. Nothing that could change a verdict is
// left out in silence: with an Error among the diagnostics there is no cluster.
//
// Of bulky kinds only what counts is read, by a scan that package prune does.
// Pods and policies that are written plainly are read by package plain, without
// a decoder. Large inputs are cut into windows, and many files into handfuls,
// which several workers read: see stream and files. All of them fall back to
// what is said above, for an object, a document or a file, on anything that they
// do not know for certain. They return what the slow path returns, with the one
// exception that package prune names.
package load

import (
	"errors"
	"io"
	"io/fs"

	"netreach/model"
)

// Options are what Read is told beside the names.
type Options struct {
	// FS is where files are read from, by several goroutines; nil means OS.
	FS fs.FS
	// Stdin is read for the name "-".
	Stdin io.Reader
	// Namespace is that of objects that name none; "" means "default" (VAL-6).
	Namespace string
	// Lenient goes on without what cannot be evaluated: policy kinds that are
	// not modelled, fields of policies that nobody knows, objects that the API
	// server would refuse, and the earlier ones of duplicate objects. All of
	// them become warnings. What is not even YAML or JSON stays an error.
	Lenient bool
	// Progress, if not nil, is told now and then how many bytes of the input are
	// dealt with, out of how many: each time that a megabyte or more has come to
	// it, and at the end of the reading. Total is -1 if it is not known, which it
	// is not for standard input. Compressed files count as they are. It is called
	// by one goroutine at a time, which goes on when it returns, and read never
	// falls.
	Progress func(read, total int64)

	// reference turns the fast paths off.
	reference bool
	// window is the size of the parts in which large files are read; 0 is the
	// usual one.
	window int
}

// Read reads the files, directories and, for "-", the standard input that names
// stand for. In a directory and below it the files named *.yaml, *.yml and
// *.json are read, also with .gz, in the order of their paths.
//
// The diagnostics are sorted, and their origins hold the line of the field that
// each is about. The cluster is nil if one of them is an Error, or if the error
// is not nil; that says which names could not be read, or that they hold
// nothing.
func Read(opts Options, names ...string) (*model.Cluster, []model.Diagnostic, error) {
	r := &reader{fs: opts.FS, stdin: opts.Stdin, namespace: opts.Namespace, lenient: opts.Lenient, reference: opts.reference, window: opts.window, memo: newMemo(), world: newWorld()}
	if r.fs == nil {
		r.fs = OS{}
	}
	if r.namespace == "" {
		r.namespace = "default"
	}
	sources, err := r.sources(names)
	errs := []error{err}
	r.progress = r.newProgress(opts.Progress, sources)
	if r.reference || len(sources) <= handful {
		for _, s := range sources {
			r.progress.begin(s.size)
			errs = append(errs, r.source(s))
		}
	} else {
		errs = append(errs, r.files(sources)...)
	}
	r.progress.end()
	err = errors.Join(errs...)
	if err == nil && r.seen == 0 && !r.failed() {
		err = emptyError(names)
	}
	if err != nil || r.failed() {
		return nil, model.SortDiagnostics(r.ds), err
	}
	cluster := r.cluster()
	return cluster, model.SortDiagnostics(r.ds), nil
}

// emptyError says that what was read holds no object at all.
func emptyError(names []string) error {
	if len(names) == 1 && names[0] == stdin {
		return errors.New("no Kubernetes objects on standard input: did the command before the pipe fail?")
	}
	return errors.New("no Kubernetes objects in what was read: every document is empty")
}
