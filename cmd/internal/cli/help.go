package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"netreach/cmd/internal/render"
	"netreach/model/profile"
)

// help returns the help command. It knows the verbs, and the topics "switches" and
// "expectations".
func (s *session) help(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "help [VERB | switches | expectations]",
		Short:   "Help about a verb, the switches of --set, or expectations",
		Long:    "help prints what a verb does, which switches --set turns, or the language of\nthe files that test reads.",
		Example: "  netreach help matrix\n  netreach help switches\n  netreach help expectations",
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, noFiles
			}
			return append(verbs(root), "switches", "expectations"), noFiles
		},
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return root.Help()
			case args[0] == "switches":
				helpSwitches(s.out)
				return nil
			case args[0] == "expectations":
				helpExpectations(s.out)
				return nil
			}
			for _, c := range root.Commands() {
				if c.Name() == args[0] {
					return c.Help()
				}
			}
			return s.noVerb(root, args)
		},
	}
}

// verbs returns the names of all verbs.
func verbs(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}

// writeHelp writes the help of a verb, or of netreach itself.
func writeHelp(w io.Writer, cmd *cobra.Command) {
	fmt.Fprintf(w, "%s\n\nUsage:\n  %s\n", cmd.Long, strings.TrimPrefix(cmd.CommandPath()+" "+arguments(cmd), " "))
	if cmd.Example != "" {
		fmt.Fprintf(w, "\nExamples:\n%s\n", cmd.Example)
	}
	if !cmd.HasParent() {
		fmt.Fprint(w, "\nVerbs:\n")
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() || c.Name() == "help" {
				fmt.Fprintf(w, "  %-12s%s\n", c.Name(), c.Short)
			}
		}
		writeFlags(w, "Flags of all verbs", cmd, cmd.PersistentFlags())
		fmt.Fprint(w, "\nMore about a verb: netreach help VERB\n")
		return
	}
	writeFlags(w, "Flags", cmd, cmd.LocalNonPersistentFlags())
	writeFlags(w, "Flags of all verbs", cmd, cmd.InheritedFlags())
}

// arguments returns what follows the name of a command in its usage.
func arguments(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return "VERB"
	}
	_, rest, _ := strings.Cut(cmd.Use, " ")
	return rest
}

// writeFlags writes a section of flags, sorted by name. It leaves out help,
// which whoever reads this has found.
func writeFlags(w io.Writer, title string, cmd *cobra.Command, flags *pflag.FlagSet) {
	var lines [][2]string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		value, text := pflag.UnquoteUsage(f)
		left := "    --" + f.Name
		if f.Shorthand != "" {
			left = "-" + f.Shorthand + ", --" + f.Name
		}
		if f.Value.Type() != "bool" {
			left += " " + value
		}
		if formats := render.Formats(render.Verb(cmd.Name())); f.Name == "output" && len(formats) > 0 {
			text += ": " + strings.Join(formats, ", ")
		}
		lines = append(lines, [2]string{left, text})
	})
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s:\n", title)
	width := 27
	for _, l := range lines {
		width = max(width, len(l[0])+2)
	}
	for _, l := range lines {
		fmt.Fprintf(w, "  %-*s%s\n", width, l[0], l[1])
	}
}

// helpSwitches writes the topic "switches": what --set turns.
func helpSwitches(w io.Writer) {
	fmt.Fprint(w, `Some points of NetworkPolicy are up to the implementation. Each has a switch,
turned with --set KNOB=VALUE; the first value is the default, and with unknown
every verdict that depends on the point is unknown. A profile turns those that
are known of a network plugin, see netreach profiles.
`)
	for _, k := range profile.Knobs() {
		fmt.Fprintf(w, "\n  %s = %s\n      %s\n", k.Name, strings.Join(k.Values, " | "), k.Text)
	}
}
