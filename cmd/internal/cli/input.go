package cli

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/load"
)

// input is a cluster that was read and compiled.
type input struct {
	cluster        *model.Cluster
	implementation implementation
	universe       *engine.Universe
	matrix         *engine.Matrix
	// versus is the same cluster with another implementation, to be compared
	// with, or nil.
	versus *input
	others map[model.Switches]*engine.Matrix // by under
	named  *named                            // by byName
}

// read reads and compiles the input that -f or the configuration file names.
func (s *session) read() (*input, error) {
	plugin, err := s.implementation()
	if err != nil {
		return nil, err
	}
	cluster, prefixes, err := s.cluster()
	if err != nil {
		return nil, err
	}
	waiting := s.progress("compiling")
	defer waiting.end()
	return compile(cluster, prefixes, plugin)
}

// cluster reads the input, and returns with it where pods without an address
// have theirs from.
func (s *session) cluster() (*model.Cluster, []netip.Prefix, error) {
	if len(s.flags.files) == 0 {
		return nil, nil, troublef("name files, directories or - for standard input with -f; netreach demo needs none", "no input")
	}
	if first := slices.Index(s.flags.files, "-"); first >= 0 && slices.Contains(s.flags.files[first+1:], "-") {
		return nil, nil, troublef("it can be read once", "-f - -f -: standard input is named twice")
	}
	prefixes, err := s.podCIDRs()
	if err != nil {
		return nil, nil, err
	}
	if err := s.checkNamespace(); err != nil {
		return nil, nil, err
	}
	waiting := s.progress("reading")
	cluster, problems, err := load.Read(load.Options{
		FS: s.env.FS, Stdin: s.env.Stdin, Namespace: s.flags.namespace, Lenient: s.flags.lenient, Progress: waiting.counter(),
	}, s.flags.files...)
	waiting.end()
	if reported := s.diagnose("input", problems); reported != nil {
		return nil, nil, reported
	}
	switch {
	case err != nil:
		return nil, nil, err
	case len(cluster.Pods) == 0:
		return nil, nil, troublef("add workloads, or a snapshot: kubectl get pods,ns,netpol -A -o yaml",
			"no pods in %s: nothing can be reached", quoted(s.flags.files))
	}
	return cluster, prefixes, nil
}

// checkNamespace refuses a --namespace that is none. Whether a name is that of a
// namespace is for the language of peers to say.
func (s *session) checkNamespace() error {
	if _, err := expect.ParsePeer(s.flags.namespace+"/*", ""); err != nil && s.flags.namespace != "" {
		return troublef("a namespace has at most 63 lower-case letters, digits and dashes", "--namespace %s: not the name of a namespace", s.flags.namespace)
	}
	return nil
}

func compile(cluster *model.Cluster, prefixes []netip.Prefix, plugin implementation) (*input, error) {
	u, err := engine.NewUniverse(model.Options{Switches: plugin.switches, PodCIDRs: prefixes}, cluster)
	if err != nil {
		return nil, err
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		return nil, err
	}
	return &input{cluster: cluster, implementation: plugin, universe: u, matrix: m}, nil
}

// podCIDRs returns what --pod-cidr says.
func (s *session) podCIDRs() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range s.flags.podCIDRs {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, troublef("a CIDR is an address and a prefix length, such as 10.244.0.0/16", "--pod-cidr %s: not a CIDR", text)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// diagnose prints what is to say about the input or the configuration, which
// what names, and returns an error if there are errors in it.
func (s *session) diagnose(what string, problems []model.Diagnostic) error {
	errs := 0
	for _, d := range problems {
		if d.Forgiven && !slices.Contains(s.forgiven, d) {
			s.forgiven = append(s.forgiven, d)
		}
		if d.Severity == model.Error {
			errs++
		} else if s.flags.quiet || s.warned[d.String()] {
			continue // what both states of a repository have is said once
		}
		if s.warned == nil {
			s.warned = map[string]bool{}
		}
		s.warned[d.String()] = true
		fmt.Fprintln(s.env.Stderr, d)
	}
	switch errs {
	case 0:
		return nil
	case 1:
		return troublef("", "there is an error in the %s, and so no answer", what)
	}
	return troublef("", "there are %d errors in the %s, and so no answer", errs, what)
}

// quoted lists names of files for a sentence.
func quoted(names []string) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = fmt.Sprintf("%q", n)
		if n == "-" {
			words[i] = "standard input"
		}
	}
	return strings.Join(words, ", ")
}
