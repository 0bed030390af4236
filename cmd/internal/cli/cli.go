// Package cli is the command line of netreach: its verbs, flags, help and exit
// codes, one file a verb. It reads nothing and judges nothing itself; it asks
// package load for the cluster, package engine for verdicts and package render
// for the output.
//
// Results go to standard output and everything else to standard error. A verb
// that cannot answer writes nothing to standard output and exits with 2; no
// exit code depends on the output format.
package cli

import (
	"bufio"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"netreach/cmd/internal/config"
	"netreach/model"
)

// Main runs one command line and returns its exit code.
func Main(env Env) int {
	s := &session{env: env, out: bufio.NewWriterSize(output{env.Stdout}, 64<<10)}
	err := s.root().Execute()
	if err == nil {
		err = s.out.Flush()
	}
	if err != nil {
		report(env.Stderr, err)
		return exitTrouble
	}
	return s.code
}

// output says of an error of its writer what it was about.
type output struct{ w io.Writer }

func (o output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err != nil {
		err = fmt.Errorf("writing the output: %w", err)
	}
	return n, err
}

// session is one run of the command line.
type session struct {
	env Env
	// out is what goes to standard output if the verb has no trouble.
	out *bufio.Writer
	// warned are the diagnostics that were printed.
	warned map[string]bool
	// forgiven is what leniency left out of the input, whether or not it was
	// printed.
	forgiven []model.Diagnostic
	code     int
	flags    globals
	// pairs is the flag of matrix.
	pairs bool
	// globals are the flags of all verbs, and tell which the user gave.
	globals *pflag.FlagSet
	// configName is the configuration file that was read, or "", and switches
	// are what it says of single switches, unless --cni has replaced it.
	configName string
	switches   []config.Switch
}

// globals are the flags of all verbs.
type globals struct {
	files     []string
	namespace string
	output    string
	lenient   bool
	quiet     bool
	podCIDRs  []string
	cni       string
	knobs     []string
	config    string
	noConfig  bool
}

func (s *session) root() *cobra.Command {
	version := false
	root := &cobra.Command{
		Use:   "netreach",
		Short: "Who can reach whom in a Kubernetes cluster",
		Long: `netreach answers who can reach whom in a Kubernetes cluster, on which port and
why, from manifests or a dump of the cluster. It is exact over all ports and
all addresses, and needs neither a cluster nor a network.`,
		Example: `  # see it work on an example that is built in
  netreach demo

  # may the web tier open connections to the database?
  netreach can shop/web shop/db 5432 -f manifests/

  # the same for what runs now, with the reason
  kubectl get pods,ns,nodes,netpol -A -o yaml > dump.yaml
  netreach explain shop/web shop/db 5432 -f dump.yaml

  # who reaches whom
  netreach matrix -f manifests/`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          s.noVerb,
		// Without a verb there is nothing to do but to say what there is.
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				s.printVersion()
				return nil
			}
			return cmd.Help()
		},
	}
	root.Flags().BoolVar(&version, "version", false, "print the version, as the verb does")
	root.SetArgs(append([]string{}, s.env.Args...))
	root.SetIn(s.env.Stdin)
	root.SetOut(s.out)
	root.SetErr(s.env.Stderr)
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.DisableDefaultCmd = true
	s.globalFlags(root.PersistentFlags())
	root.AddCommand(
		s.reads(s.can()), s.reads(s.explain()), s.reads(s.matrix()), s.reads(s.graph()), s.reads(s.exposed()),
		s.reads(s.diff()), s.reads(s.bisect()), s.reads(s.test()), s.reads(s.lock()),
		s.profiles(), s.config(), s.demo(), s.version(), s.completion(),
	)
	root.SetHelpCommand(s.help(root))
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { writeHelp(s.out, cmd) })
	s.completeGlobals(root)
	return root
}

func (s *session) globalFlags(f *pflag.FlagSet) {
	s.globals = f
	f.StringSliceVarP(&s.flags.files, "filename", "f", nil, "`FILE` or directory to read, - for standard input; repeatable")
	f.StringVarP(&s.flags.namespace, "namespace", "n", "", "`NAMESPACE` of objects and peers that name none (default \"default\")")
	f.StringVarP(&s.flags.output, "output", "o", "", "output `FORMAT`")
	f.BoolVar(&s.flags.lenient, "lenient", false, "go on without what cannot be read or judged, with a warning")
	f.BoolVarP(&s.flags.quiet, "quiet", "q", false, "no warnings")
	f.StringSliceVar(&s.flags.podCIDRs, "pod-cidr", nil, "`CIDR` that pods without an address have theirs from; repeatable")
	f.StringVar(&s.flags.cni, "cni", "", "`PROFILE` of the network plugin, see netreach profiles (default \"spec\")")
	f.StringVar(&s.flags.config, "config", "", "configuration `FILE` to use (default: the nearest .netreach.yaml)")
	f.BoolVar(&s.flags.noConfig, "no-config", false, "use no configuration file")
	f.StringArrayVar(&s.flags.knobs, "set", nil, "turn a switch, `KNOB=VALUE`; repeatable, see netreach help switches")
}
