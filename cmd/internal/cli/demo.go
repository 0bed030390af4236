package cli

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"netreach/scenarios"
)

// demoInput is the example that the demo runs on, as the source tree names it.
const demoInput = "scenarios/clusters/shop/manifests"

// step is a command of the demo.
type step struct {
	text string
	args []string
}

func demoSteps() []step {
	return []step{
		{
			"Who reaches the payments team of an online shop? Whatever no line says is denied.",
			[]string{"matrix", "--to", "payments/*"},
		},
		{
			"May the checkout take money? Yes: its own policy and that of the card processor agree.",
			[]string{"explain", "shop/checkout", "payments/card-processor", "9000"},
		},
		{
			"May the storefront read the database? No, and neither end would have it.",
			[]string{"explain", "shop/storefront", "shop/catalog-db", "5432"},
		},
	}
}

func (s *session) demo() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Show what netreach does, on an example that is built in",
		Long: `demo runs netreach on the manifests of a small online shop that are built into
the binary: a matrix, a question with its explanation, and a deny. Above each
answer stands the command that gives it in a checkout of the source.`,
		Example: "  netreach demo",
		Args:    wantsNothing(""),
		PreRunE: s.noFormat,
		RunE: func(*cobra.Command, []string) error {
			for _, st := range demoSteps() {
				if err := s.show(st); err != nil {
					return err
				}
			}
			fmt.Fprintln(s.out, "Now your own: netreach matrix -f manifests/")
			return nil
		},
	}
}

// show runs one step as its command line would run.
func (s *session) show(st step) error {
	args := append(st.args, "-f", demoInput)
	fmt.Fprintf(s.out, "%s\n\n%s\n\n", st.text, s.prompt("$ netreach "+shellWords(args)))
	env := s.env
	env.Args, env.FS, env.Dir = args, embedded{scenarios.FS}, ""
	sub := &session{env: env, out: s.out}
	if err := sub.root().Execute(); err != nil {
		return err
	}
	fmt.Fprint(s.out, "\n\n")
	return nil
}

// shellWords returns a command line, with quotes where a shell would take a
// word for a pattern.
func shellWords(args []string) string {
	out := make([]string, len(args))
	for i, a := range args {
		if out[i] = a; strings.ContainsAny(a, "*!") {
			out[i] = "'" + a + "'"
		}
	}
	return strings.Join(out, " ")
}

// prompt marks a command on a terminal.
func (s *session) prompt(line string) string {
	if s.env.colors() {
		return "\x1b[1m" + line + "\x1b[0m"
	}
	return line
}

// embedded is the scenarios under the names that they have in the source tree.
type embedded struct{ fs.FS }

// Open opens the file of a name that begins with "scenarios/".
func (e embedded) Open(name string) (fs.File, error) {
	return e.FS.Open(strings.TrimPrefix(name, "scenarios/"))
}
