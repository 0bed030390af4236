package cli

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/load"
	"netreach/model/near"
	"netreach/model/profile"
)

// input is a cluster that was read and compiled.
type input struct {
	cluster  *model.Cluster
	options  model.Options
	universe *engine.Universe
	matrix   *engine.Matrix
}

// read reads and compiles the input that -f names.
func (s *session) read() (*input, error) {
	if len(s.flags.files) == 0 {
		return nil, troublef("name files, directories or - for standard input with -f; netreach demo needs none", "no input")
	}
	opts, err := s.options()
	if err != nil {
		return nil, err
	}
	// Whether a name is that of a namespace is for the language of peers to say.
	if _, err := expect.ParsePeer(s.flags.namespace+"/*", ""); err != nil && s.flags.namespace != "" {
		return nil, troublef("a namespace has at most 63 lower-case letters, digits and dashes", "--namespace %s: not the name of a namespace", s.flags.namespace)
	}
	cluster, problems, err := load.Read(load.Options{
		FS: s.env.FS, Stdin: s.env.Stdin, Namespace: s.flags.namespace, Lenient: s.flags.lenient,
	}, s.flags.files...)
	if reported := s.diagnose(problems); reported != nil {
		return nil, reported
	}
	switch {
	case err != nil:
		return nil, err
	case len(cluster.Pods) == 0:
		return nil, troublef("add workloads, or a snapshot: kubectl get pods,ns,netpol -A -o yaml",
			"no pods in %s: nothing can be reached", quoted(s.flags.files))
	}
	return compile(cluster, opts)
}

func compile(cluster *model.Cluster, opts model.Options) (*input, error) {
	u, err := engine.NewUniverse(opts, cluster)
	if err != nil {
		return nil, err
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		return nil, err
	}
	return &input{cluster, opts, u, m}, nil
}

// options returns what --pod-cidr and --set say.
func (s *session) options() (model.Options, error) {
	var opts model.Options
	for _, text := range s.flags.podCIDRs {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return opts, troublef("a CIDR is an address and a prefix length, such as 10.244.0.0/16", "--pod-cidr %s: not a CIDR", text)
		}
		opts.PodCIDRs = append(opts.PodCIDRs, p.Masked())
	}
	for _, assignment := range s.flags.knobs {
		if err := profile.Set(&opts.Switches, assignment); err != nil {
			return opts, knobError(assignment, err)
		}
	}
	return opts, nil
}

// knobError names what may have been meant by a --set that is wrong.
func knobError(assignment string, err error) error {
	var wrong *profile.ValueError
	if !errors.As(err, &wrong) {
		return err
	}
	return troublef(near.Hint(wrong.Value, wrong.Known, wrong.Hint()), "--set %s: %s", assignment, wrong)
}

// diagnose prints what is to say about the input, and returns an error if there
// are errors in it.
func (s *session) diagnose(problems []model.Diagnostic) error {
	errs := 0
	for _, d := range problems {
		if d.Severity == model.Error {
			errs++
		} else if s.flags.quiet {
			continue
		}
		fmt.Fprintln(s.env.Stderr, d)
	}
	switch errs {
	case 0:
		return nil
	case 1:
		return troublef("", "there is an error in the input, and so no answer")
	}
	return troublef("", "there are %d errors in the input, and so no answer", errs)
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
