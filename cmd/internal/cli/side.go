package cli

import (
	"bytes"
	"io/fs"
	"net/netip"

	"netreach/engine"
	"netreach/model"
	"netreach/model/load"
)

// side is one state of the input that is to be compared.
type side struct {
	// name is what the user calls it: "before/", "main".
	name string
	// fs is what files are looked up in; nil is the session's. A side that has one
	// may be without files, and then there is nothing in it.
	fs    fs.FS
	files []string
}

// load reads a side. What is wrong with it is printed; the error says that there
// is no answer.
func (s *session) load(of side) (*model.Cluster, error) {
	files, what := of.fs, "input of "+of.name
	switch {
	case files == nil:
		files, what = s.env.FS, "input"
	case len(of.files) == 0:
		return &model.Cluster{}, nil
	}
	waiting := s.progress("reading " + of.name)
	cluster, problems, err := load.Read(load.Options{
		FS: files, Stdin: s.env.Stdin, Namespace: s.flags.namespace, Lenient: s.flags.lenient, Progress: waiting.counter(),
	}, of.files...)
	waiting.end()
	if reported := s.diagnose(what, problems); reported != nil {
		return nil, reported
	}
	return cluster, err
}

// pair is two states of a cluster, compiled in one universe.
type pair struct {
	names    [2]string
	clusters [2]*model.Cluster
	files    [2]fs.FS
	texts    map[fileOf][]byte // by text
	matrices [2]*engine.Matrix
	// implementation is that of both.
	implementation implementation
}

// compare reads and compiles two sides.
func (s *session) compare(before, after side) (*pair, error) {
	plugin, err := s.implementation()
	if err != nil {
		return nil, err
	}
	prefixes, err := s.podCIDRs()
	if err != nil {
		return nil, err
	}
	if err := s.checkNamespace(); err != nil {
		return nil, err
	}
	p := &pair{implementation: plugin, names: [2]string{before.name, after.name}}
	for i, of := range []side{before, after} {
		if p.clusters[i], err = s.load(of); err != nil {
			return nil, err
		}
		if p.files[i] = of.fs; of.fs == nil {
			p.files[i] = s.env.FS
		}
	}
	if len(before.files)+len(after.files) > 0 && len(p.clusters[0].Pods)+len(p.clusters[1].Pods) == 0 {
		return nil, troublef("add workloads, or compare snapshots: kubectl get pods,ns,netpol -A -o yaml", "no pods in %s nor in %s: nothing can be reached", before.name, after.name)
	}
	waiting := s.progress("compiling")
	defer waiting.end()
	return p, p.compile(prefixes)
}

// compile makes the universe of the two clusters, and their matrices.
func (p *pair) compile(prefixes []netip.Prefix) error {
	u, err := engine.NewUniverse(model.Options{Switches: p.implementation.switches, PodCIDRs: prefixes}, p.clusters[0], engine.Align(p.clusters[0], p.clusters[1]))
	if err != nil {
		return err
	}
	for i := range p.matrices {
		if p.matrices[i], err = engine.Compile(u, i); err != nil {
			return err
		}
	}
	return nil
}

// longestRead is the size of the largest file that is read again for the lines of
// an object.
const longestRead = 4 << 20

// line returns the line of an origin of one of the clusters, or 0. Of objects
// whose text was not kept, the file is looked at again, if it is not too large.
func (p *pair) line(side int, o model.Origin) int {
	if o.Doc != nil || o.Field == "" || o.Line == 0 || o.File == "-" {
		return load.Locate(o)
	}
	text := p.text(side, o.File)
	for range o.Line - 1 {
		_, rest, ok := bytes.Cut(text, []byte("\n"))
		if !ok {
			return o.Line
		}
		text = rest
	}
	if end := bytes.Index(text, []byte("\n---")); end >= 0 {
		text = text[:end+1]
	}
	// An item of a list is no document of its own: then this finds nothing, and
	// the line of the object it is.
	o.Doc = &model.Document{File: o.File, Line: o.Line, Text: text}
	return load.Locate(o)
}

// text returns a file as it is, or nothing where it cannot be looked at.
func (p *pair) text(side int, name string) []byte {
	key := fileOf{side, name}
	if text, ok := p.texts[key]; ok {
		return text
	}
	text := []byte(nil)
	if info, err := fs.Stat(p.files[side], name); err == nil && info.Size() <= longestRead {
		text, _ = fs.ReadFile(p.files[side], name) // what cannot be read has no lines
	}
	if p.texts == nil {
		p.texts = map[fileOf][]byte{}
	}
	p.texts[key] = text
	return text
}

// fileOf is a file of a side.
type fileOf struct {
	side int
	name string
}
