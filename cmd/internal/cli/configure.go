package cli

import (
	"github.com/spf13/cobra"

	"netreach/cmd/internal/config"
	"netreach/model"
)

// reads makes a verb take from the configuration file what its command line
// leaves out.
func (s *session) reads(cmd *cobra.Command) *cobra.Command {
	cmd.PreRunE = func(*cobra.Command, []string) error { return s.configure() }
	return cmd
}

// configure reads the configuration file, if there is one, and fills in the
// flags that the user did not give.
func (s *session) configure() error {
	file, problems, err := s.configuration()
	if err != nil {
		return err
	}
	if err := s.diagnose("configuration", problems); err != nil {
		return err
	}
	s.fillIn(file)
	return nil
}

// configuration returns what the configuration file says, and what is wrong with
// it. Without a file it says nothing.
func (s *session) configuration() (*config.File, []model.Diagnostic, error) {
	name, named := s.flags.config, s.globals.Changed("config")
	switch {
	case named && s.flags.noConfig:
		return nil, nil, troublef("drop one of the two", "--config and --no-config contradict each other")
	case s.flags.noConfig:
		return &config.File{}, nil, nil
	case named:
		return config.Read(s.env.FS, name)
	}
	name, err := config.Find(s.env.FS, s.env.Dir)
	switch {
	case err != nil:
		return nil, nil, &trouble{text: err.Error(), hints: []string{"--no-config does without a configuration file"}, err: err}
	case name == "":
		return &config.File{}, nil, nil
	}
	return config.Read(s.env.FS, name)
}

// fillIn takes from a configuration file what the flags leave out.
func (s *session) fillIn(file *config.File) {
	s.configName = file.Name
	given := s.globals.Changed
	if !given("filename") {
		s.flags.files = file.Filenames
	}
	if !given("namespace") {
		s.flags.namespace = file.Namespace
	}
	if !given("lenient") {
		s.flags.lenient = file.Lenient
	}
	if !given("pod-cidr") {
		s.flags.podCIDRs = nil
		for _, p := range file.PodCIDRs {
			s.flags.podCIDRs = append(s.flags.podCIDRs, p.String())
		}
	}
	if !given("cni") {
		// What the file says of single switches belongs to its own profile.
		s.flags.cni, s.switches = file.CNI, file.Switches
	}
}
