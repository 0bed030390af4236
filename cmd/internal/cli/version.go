package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (s *session) version() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "version prints the module's version, the revision that it was built from, and the Go version.",
		Example: "  netreach version",
		Args:    wantsNothing(""),
		PreRunE: s.noFormat,
		RunE: func(*cobra.Command, []string) error {
			s.printVersion()
			return nil
		},
	}
}

func (s *session) printVersion() { fmt.Fprintln(s.out, "netreach "+versionText(s.env.Build())) }

// versionText describes a build in one line.
func versionText(b *debug.BuildInfo, ok bool) string {
	if !ok || b == nil {
		return "(unknown version)"
	}
	version := b.Main.Version
	if version == "" || version == "(devel)" {
		version = "(development)"
	}
	settings := map[string]string{}
	for _, s := range b.Settings {
		settings[s.Key] = s.Value
	}
	text := version
	if revision := settings["vcs.revision"]; revision != "" {
		text += ", revision " + revision[:min(12, len(revision))]
		if settings["vcs.modified"] == "true" {
			text += " with changes"
		}
	}
	return text + ", " + b.GoVersion
}
