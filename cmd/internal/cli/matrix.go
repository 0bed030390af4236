package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"netreach/cmd/internal/render"
)

func (s *session) matrix() *cobra.Command {
	var v view
	var versus string
	var numbers summary
	var pairs bool
	cmd := &cobra.Command{
		Use:   "matrix -f FILE",
		Short: "Show who reaches whom",
		Long: `matrix shows who reaches whom: each workload, and internet and private for the
addresses outside the cluster. What no line says is denied. Peers that reach the
same share a line; NAMESPACE/* stands for all of a namespace, */* for all pods.

With --port it looks at these ports only; on a terminal it then draws a table
for each of them. Addresses outside that policies treat apart are named by their
ranges; "other internet" is what is left, and a line below says of what.

The formats tsv and csv have a row for every pair, that of a peer with itself
included, and none for two peers outside:

  src<TAB>dst<TAB>port<TAB>verdict

Without --port the row names the ports that are allowed, joined with commas, or
*, and everything else is denied. A row with the verdict some or unknown
follows where members of the two peers differ, or where the answer is open. In
tsv and csv the addresses outside are internet and private, with the verdict some
where a part of them differs, and what --external adds, so that a block that a
policy names adds no rows.

In json the parts of internet and private stand behind them. It has the peers
once, groups of peers that no verdict tells apart, and blocks: every source of
some groups to every destination of others has the same verdicts. So it is small
where the matrix is large, and says as much. With --pairs it has an item for
every pair instead.

With --summary it counts instead: how many pairs of pods have which verdict on
which port, a pod with itself included, how many pods are isolated, and which
workloads admit the most. The counts are exact however large the cluster is.
tsv and csv have the counts of every range of ports:

  port<TAB>allow<TAB>deny<TAB>unknown<TAB>some

With --entries the ways in are sources too, below all others: the URL of each host
and path, or the Service ns/svc/name that is published. What they reach is what
the internet reaches through them, at the pods behind, on the pods' own ports.
They are no peers: these lines cannot be asked about again as they stand.

With --versus it shows what changes if the profile of --cni is replaced by another
one: each line begins with the verdict before and after. Some to some means that
other members of the peers are allowed. With strict it shows which verdicts are
up to the plugin. tsv and csv have a row for each change:

  src<TAB>dst<TAB>port<TAB>before<TAB>after

` + peersHelp + "\n\n" + portsHelp,
		Example: `  netreach matrix -f manifests/
  netreach matrix -f manifests/ --to shop/db --port 5432
  netreach matrix -f manifests/ --by pod --port 80 --port 53/udp --external 8.8.8.8 -o tsv
  netreach matrix -f manifests/ --by namespace -o md
  netreach matrix -f manifests/ --cni calico --versus cilium
  netreach matrix -f dump.yaml -o json
  netreach matrix -f manifests/ --entries --to shop/web
  netreach matrix -f dump.yaml --summary`,
		Args: wantsNothing("peers go with --from and --to"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if pairs && s.flags.output != "json" {
				return usage(cmd, "add -o json, or use -o tsv", "--pairs is about the form of json")
			}
			if pairs && (numbers.wanted || versus != "") {
				return usage(cmd, "drop one of the two", "--pairs is about the whole matrix, and goes with neither --summary nor --versus")
			}
			s.pairs = pairs
			if v.entries && (numbers.wanted || versus != "") {
				return usage(cmd, "drop one of the two", "--entries is about the whole matrix, and goes with neither --summary nor --versus")
			}
			if numbers.wanted || cmd.Flags().Changed("top") {
				return s.showSummary(cmd, &v, numbers)
			}
			if cmd.Flags().Changed("versus") {
				return s.showVersus(&v, versus)
			}
			return s.showMatrix(&v)
		},
	}
	v.register(cmd)
	numbers.register(cmd)
	cmd.Flags().BoolVar(&pairs, "pairs", false, "with -o json, write an item for every pair instead of blocks")
	cmd.Flags().StringVar(&versus, "versus", "", "show only what changes from the profile of --cni to `PROFILE`")
	s.completeView(cmd)
	_ = cmd.RegisterFlagCompletionFunc("versus", words(profileWords()...)) // the flag exists
	return cmd
}

func (s *session) showMatrix(v *view) error {
	out, err := s.renderer(render.MatrixOf)
	if err != nil {
		return err
	}
	m, _, _, err := s.viewed(v)
	if err != nil {
		return err
	}
	if n := len(m.Sources) * len(m.Destinations); n > longMatrix && s.flags.output != "json" {
		s.hint(fmt.Sprintf("%d pairs make a long matrix; --summary counts them, -o json takes those together that are alike, and --from, --to and --by namespace narrow it", n))
	}
	return out.Matrix(m)
}

// longMatrix is the number of pairs from which on nobody reads a matrix.
const longMatrix = 4_000_000

// viewed reads the input and takes the look at it that v asks for. Hints that
// belong to it go to stderr.
func (s *session) viewed(v *view) (*render.Matrix, *input, choice, error) {
	c, err := s.choose(v)
	if err != nil {
		return nil, nil, c, err
	}
	if v.entries && len(v.from) > 0 {
		return nil, nil, c, troublef("drop one of the two", "--entries adds sources, and --from names all that there are to be")
	}
	controllers, err := s.controllers(v.controllers)
	if err != nil {
		return nil, nil, c, err
	}
	if len(controllers) > 0 && !v.entries {
		return nil, nil, c, troublef("add --entries", "--controller is about the ways in")
	}
	in, err := s.read()
	if err != nil {
		return nil, nil, c, err
	}
	if err := checkControllers(controllers, in.cluster); err != nil {
		return nil, nil, c, err
	}
	if v.entries {
		s.unread(in.cluster)
	}
	waiting := s.progress("judging")
	m, err := in.look(c, render.OutsideIn(s.flags.output))
	hint := ""
	if err == nil && v.entries {
		err = in.addEntries(m, controllers)
	}
	if err == nil {
		m.Table.Quotient()
		hint = in.addressesOf(m)
	}
	waiting.end()
	if err != nil {
		return nil, nil, c, err
	}
	s.hint(in.noPort(c.ports))
	s.hint(hint)
	return m, in, c, nil
}
