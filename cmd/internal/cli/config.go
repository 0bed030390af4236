package cli

import (
	"bytes"
	"fmt"
	"path"

	"github.com/spf13/cobra"

	"netreach/cmd/internal/config"
	"netreach/model/near"
	"netreach/model/profile"
)

func (s *session) config() *cobra.Command {
	forms := []string{"show", "schema"}
	return &cobra.Command{
		Use:   "config show|schema",
		Short: "Show the configuration that holds, or the schema of its file",
		Long: `config show prints what holds for a verb in this directory: what .netreach.yaml
says, and the flags of this command instead of it. It has the form of such a
file. config schema prints the JSON Schema of the file, for editors.

The file is that of --config, or else the .netreach.yaml in the working directory
or in the nearest directory above, up to the root of the repository. It may hold:

  cni: cilium                   # a profile, as --cni
  switches: {end-port: false}   # single switches, as --set; gone where --cni is given
  podCIDR: [10.244.0.0/16]      # as --pod-cidr
  filename: [manifests/]        # as -f, relative to the file
  namespace: shop               # as -n
  lenient: false                # as --lenient

A flag on the command line replaces what the file says; --set adds to it.`,
		Example: `  netreach config show
  netreach config show --cni calico
  netreach config schema > netreach.schema.json`,
		Args:      wants(1, 1, "show or schema"),
		ValidArgs: forms,
		PreRunE:   s.noFormat,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch args[0] {
			case "show":
				return s.showConfig()
			case "schema":
				text, err := config.Schema()
				if err != nil {
					return err
				}
				_, err = s.out.Write(text)
				return err
			}
			return usage(cmd, near.Hint(args[0], forms, "it is show or schema"), "no config %q", args[0])
		},
	}
}

// showConfig writes what holds, as a file of its own.
func (s *session) showConfig() error {
	if err := s.configure(); err != nil {
		return err
	}
	plugin, err := s.implementation()
	if err != nil {
		return err
	}
	prefixes, err := s.podCIDRs()
	if err != nil {
		return err
	}
	from := "no configuration file"
	if s.configName != "" {
		from = path.Clean(s.configName)
	}
	fmt.Fprintf(s.out, "# %s, and flags\ncni: %s\n", from, plugin.name)
	named, _ := profile.Named(plugin.name)
	var switches bytes.Buffer
	for _, k := range profile.Knobs() {
		if v := k.Value(plugin.switches); v != k.Value(named.Switches) {
			fmt.Fprintf(&switches, "  %s: %s\n", k.Name, v)
		}
	}
	if switches.Len() > 0 {
		fmt.Fprintf(s.out, "switches:\n%s", &switches)
	}
	list := func(field string, items []string) {
		if len(items) > 0 {
			fmt.Fprintf(s.out, "%s:\n", field)
		}
		for _, item := range items {
			fmt.Fprintf(s.out, "  - %q\n", item)
		}
	}
	blocks := make([]string, len(prefixes))
	for i, p := range prefixes {
		blocks[i] = p.String()
	}
	list("podCIDR", blocks)
	list("filename", s.flags.files)
	if s.flags.namespace != "" {
		fmt.Fprintf(s.out, "namespace: %q\n", s.flags.namespace)
	}
	if s.flags.lenient {
		fmt.Fprint(s.out, "lenient: true\n")
	}
	return nil
}
