package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"netreach/model/near"
)

// usage returns the trouble of a command line that is wrong. The hint ends in
// where to read more.
func usage(cmd *cobra.Command, hint, format string, args ...any) error {
	more := "see " + cmd.CommandPath() + " --help"
	if hint != "" {
		more = hint + " (" + more + ")"
	}
	return troublef(more, format, args...)
}

// noVerb refuses words that are no verb.
func (s *session) noVerb(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage(root, near.Hint(args[0], verbs(root), ""), "no verb %q", args[0])
}

// flagError turns an error of the flag parser into one that names what the user
// wrote and what they may have meant.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return usage(cmd, "", "%s", err)
	}
	if group := unknown.GetSpecifiedShortnames(); group != "" {
		return usage(cmd, "", "no flag -%s", unknown.GetSpecifiedName())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	wrote := "--" + unknown.GetSpecifiedName()
	return usage(cmd, near.Hint(wrote, names, ""), "no flag %s", wrote)
}

// wants returns a check of the number of arguments, which lists them in words.
func wants(least, most int, words string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch n := len(args); {
		case n == 0 && least > 0:
			return usage(cmd, "", "%s wants %s", cmd.Name(), words)
		case n < least:
			return usage(cmd, "", "%s wants %s, not only %q", cmd.Name(), words, strings.Join(args, " "))
		case n > most:
			return usage(cmd, "", "%s wants %s, not %d words: %s", cmd.Name(), words, n, strings.Join(args, " "))
		}
		return nil
	}
}

// wantsNothing checks that there are no arguments; the hint, if any, says what
// to do with those that there are.
func wantsNothing(hint string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usage(cmd, hint, "%s takes no arguments, and there is %q", cmd.Name(), args[0])
		}
		return nil
	}
}

// noFormat refuses -o where there is only one form.
func (s *session) noFormat(cmd *cobra.Command, _ []string) error {
	if s.flags.output != "" {
		return usage(cmd, "", "%s has one form only, not %q", cmd.Name(), s.flags.output)
	}
	return nil
}
