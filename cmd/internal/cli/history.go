package cli

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/load"
	"netreach/model/load/git"
)

// history judges one flow at the commits of a repository.
type history struct {
	s        *session
	repo     *git.Repository
	asked    question
	paths    []string
	plugin   implementation
	prefixes []netip.Prefix

	// states are what is known, by commit and by what the commits hold at paths.
	states  map[string]*state
	digests map[string]*state
	tried   int
	// searched are the commits of the lines that were searched, and those that were
	// judged beside these.
	searched map[string]bool
	// skipped are the commits that could not be judged, in the order in which they
	// were met.
	skipped []string
}

// state is what a flow is at a commit.
type state struct {
	moment render.Moment
	// err is why that is not known, or nil.
	err error
}

// history returns what judges a flow at commits.
func (s *session) history(repo *git.Repository, asked question, paths []string) (*history, error) {
	plugin, err := s.implementation()
	if err != nil {
		return nil, err
	}
	prefixes, err := s.podCIDRs()
	if err != nil {
		return nil, err
	}
	return &history{
		s: s, repo: repo, asked: asked, paths: paths, plugin: plugin, prefixes: prefixes,
		states: map[string]*state{}, digests: map[string]*state{}, searched: map[string]bool{},
	}, nil
}

// at judges the flow at a commit. The error is one of git; that the input cannot
// be read is part of the state.
func (h *history) at(hash string) (*state, error) {
	if st, ok := h.states[hash]; ok {
		return st, nil
	}
	of, digest, err := h.side(hash)
	if _, ok := errors.AsType[*git.Error](err); ok {
		return nil, err
	}
	h.tried++
	h.searched[hash] = true
	st, ok := h.digests[digest]
	switch {
	case err != nil: // something at paths leads nowhere
		st = &state{err: err}
	case !ok || digest == "":
		st = &state{}
		if st.moment, st.err = h.judge(of, false); digest != "" {
			h.digests[digest] = st
		}
	}
	if h.states[hash] = st; st.err != nil {
		h.skipped = append(h.skipped, hash)
	}
	return st, nil
}

// side returns what is to be read of a commit, and what is the same for commits
// that hold the same there.
func (h *history) side(hash string) (side, string, error) {
	tree, err := h.repo.Tree(git.Revision{Name: fmt.Sprintf("%.10s", hash), Hash: hash})
	if err != nil {
		return side{}, "", err
	}
	tree.SkipSubmodules = h.s.flags.lenient
	of := side{name: tree.Name, fs: tree}
	var digests []string
	for _, p := range h.paths {
		below, err := tree.Below(p, load.IsManifest)
		if err != nil {
			return side{}, "", unreadable(p, err)
		}
		if h.s.hasInput(below) {
			of.files = append(of.files, p)
		}
		if below.Digest == "" {
			return of, "", nil
		}
		digests = append(digests, below.Digest)
	}
	return of, strings.Join(digests, " "), nil
}

// cluster reads a side. Unlike the session's load, it says what is wrong only in
// its error.
func (h *history) cluster(of side) (*model.Cluster, error) {
	if len(of.files) == 0 {
		return &model.Cluster{}, nil
	}
	cluster, problems, err := load.Read(load.Options{FS: of.fs, Namespace: h.s.flags.namespace, Lenient: h.s.flags.lenient}, of.files...)
	for _, p := range problems {
		if p.Severity == model.Error {
			text, hint, _ := strings.Cut(p.String(), "\n")
			return nil, troublef(strings.TrimPrefix(strings.TrimSpace(hint), "hint: "), "%s", text)
		}
	}
	return cluster, err
}

// judge judges the flow in a side, and says why if asked to.
func (h *history) judge(of side, why bool) (render.Moment, error) {
	var m render.Moment
	cluster, err := h.cluster(of)
	if err != nil {
		return m, err
	}
	in, err := compile(cluster, h.prefixes, h.plugin)
	if err != nil {
		return m, err
	}
	for _, p := range []expect.Peer{h.asked.src, h.asked.dst} {
		if _, err := in.matrix.Resolve(p); errors.Is(err, engine.ErrNoPeer) {
			m.Absent = "no " + p.String()
			return m, nil
		}
	}
	m.Query, err = in.answer(h.asked, why)
	return m, err
}

// moment returns what is known of the flow at a commit, and why if asked to.
func (h *history) moment(hash string, why bool) (render.Moment, error) {
	st, err := h.at(hash)
	if err != nil {
		return render.Moment{}, err
	}
	m := st.moment
	if why && m.Query != nil {
		of, _, err := h.side(hash)
		if err != nil {
			return m, err
		}
		if m, err = h.judge(of, true); err != nil {
			return m, err
		}
	}
	m.Commit, err = h.describe(hash)
	return m, err
}

// diff returns what changes from one commit to another, as far as it is about the
// flow.
func (h *history) diff(before, after string) (*render.Diff, error) {
	p := pair{implementation: h.plugin}
	for i, hash := range []string{before, after} {
		of, _, err := h.side(hash)
		if err != nil {
			return nil, err
		}
		p.names[i], p.files[i] = of.name, of.fs
		if p.clusters[i], err = h.cluster(of); err != nil {
			return nil, err
		}
	}
	if err := p.compile(h.prefixes); err != nil {
		return nil, err
	}
	change, err := engine.NewDiff(p.matrices[0], p.matrices[1])
	if err != nil {
		return nil, err
	}
	d := p.rendered(change)
	d.Flows = nil
	src, dst := p.ends(h.asked.src, change.Comparison.Ends), p.ends(h.asked.dst, change.Comparison.Ends)
	for _, f := range change.Flows {
		f.Src = slices.DeleteFunc(slices.Clone(f.Src), func(i int) bool { return !src[i] })
		f.Dst = slices.DeleteFunc(slices.Clone(f.Dst), func(i int) bool { return !dst[i] })
		onPort := h.asked.port.Kind == model.PortNamed || len(render.Clip([]engine.Segment{{Ports: f.Change.Ports}}, h.asked.port)) > 0
		if len(f.Src) > 0 && len(f.Dst) > 0 && onPort {
			d.Flows = append(d.Flows, f)
		}
	}
	return d, nil
}

// ends returns which of some ends have a member in common with a peer, in either
// cluster.
func (p *pair) ends(asked expect.Peer, all []engine.End) map[int]bool {
	of := map[engine.PeerID]bool{}
	for _, m := range p.matrices {
		if e, err := m.Resolve(asked); err == nil { // it may be absent
			for _, id := range e.Peers {
				of[id] = true
			}
		}
	}
	out := map[int]bool{}
	for i := range all {
		out[i] = slices.ContainsFunc(all[i].Peers, func(id engine.PeerID) bool { return of[id] })
	}
	return out
}

func (h *history) describe(hash string) (render.Commit, error) {
	c, err := h.repo.Describe(hash)
	return render.Commit{Hash: c.Hash, Author: c.Author, Email: c.Email, Date: c.Date, Subject: c.Subject}, err
}
