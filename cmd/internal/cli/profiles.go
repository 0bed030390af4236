package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"netreach/model/near"
	"netreach/model/profile"
)

func (s *session) profiles() *cobra.Command {
	return &cobra.Command{
		Use:   "profiles [PROFILE]",
		Short: "List the profiles of --cni, or what one of them sets and why",
		Long: `profiles lists what --cni can name. With a profile it says what that sets, by
knob, and where it is stated. A knob for which there is no source stays as the
specification suggests; explain says so where a verdict rests on it.`,
		Example: `  netreach profiles
  netreach profiles cilium
  netreach matrix -f manifests/ --cni calico --versus cilium`,
		Args:              wants(0, 1, "at most the name of a profile"),
		ValidArgsFunction: words(profileWords()...),
		PreRunE:           s.noFormat,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				listProfiles(s.out)
				return nil
			}
			p, ok := profile.Named(args[0])
			if !ok {
				names := profile.Names()
				return troublef(near.Hint(args[0], names, "profiles: "+strings.Join(names, ", ")), "no profile %q", args[0])
			}
			describeProfile(s.out, p)
			return nil
		},
	}
}

// profileWords offers the profiles to a shell, with what they are.
func profileWords() []string {
	var list []string
	for _, p := range profile.All() {
		list = append(list, p.Name+"\t"+p.Doc)
	}
	return list
}

func listProfiles(w io.Writer) {
	for _, p := range profile.All() {
		fmt.Fprintf(w, "%-16s%s\n", p.Name, p.Doc)
	}
	fmt.Fprint(w, "\nWhat one of them sets, and where that is stated: netreach profiles PROFILE\n")
}

// describeProfile writes what a profile says of every knob.
func describeProfile(w io.Writer, p profile.Profile) {
	fmt.Fprintf(w, "%s: %s\n", p.Name, p.Doc)
	points := map[string]profile.Point{}
	for _, pt := range p.Points {
		points[pt.Knob] = pt
	}
	for _, k := range profile.Knobs() {
		value := k.Value(p.Switches)
		mark := " "
		if value != k.Default() {
			mark = "*"
		}
		fmt.Fprintf(w, "\n%s %s=%s\n", mark, k.Name, value)
		switch pt, ok := points[k.Name]; {
		case ok && pt.Source != "":
			fmt.Fprintf(w, "    %s\n    source: %s\n", pt.Text, pt.Source)
		case ok:
			fmt.Fprintf(w, "    as in spec. %s\n", pt.Text)
		default:
			fmt.Fprint(w, "    as in spec.\n")
		}
	}
	if len(p.Limits) > 0 {
		fmt.Fprint(w, "\nNot taken into account:\n")
		for _, l := range p.Limits {
			fmt.Fprintf(w, "  - %s\n", l)
		}
	}
	fmt.Fprint(w, "\nA star marks what differs from spec. What the knobs mean: netreach help switches\n")
}
