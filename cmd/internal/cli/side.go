package cli

import (
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
	cluster, problems, err := load.Read(load.Options{
		FS: files, Stdin: s.env.Stdin, Namespace: s.flags.namespace, Lenient: s.flags.lenient,
	}, of.files...)
	if reported := s.diagnose(what, problems); reported != nil {
		return nil, reported
	}
	return cluster, err
}

// pair is two states of a cluster, compiled in one universe.
type pair struct {
	// dir is the working directory.
	dir      string
	names    [2]string
	clusters [2]*model.Cluster
	matrices [2]*engine.Matrix
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
	p := &pair{dir: s.env.Dir, names: [2]string{before.name, after.name}}
	for i, of := range []side{before, after} {
		if p.clusters[i], err = s.load(of); err != nil {
			return nil, err
		}
	}
	return p, p.compile(plugin, prefixes)
}

// compile makes the universe of the two clusters, and their matrices.
func (p *pair) compile(plugin implementation, prefixes []netip.Prefix) error {
	u, err := engine.NewUniverse(model.Options{Switches: plugin.switches, PodCIDRs: prefixes}, p.clusters[0], engine.Align(p.clusters[0], p.clusters[1]))
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

// line returns the line of an origin of one of the clusters, or 0.
func (p *pair) line(_ int, o model.Origin) int { return load.Locate(o) }
