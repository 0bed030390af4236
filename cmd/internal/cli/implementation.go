package cli

import (
	"errors"
	"strings"

	"netreach/cmd/internal/config"
	"netreach/model"
	"netreach/model/near"
	"netreach/model/profile"
)

// implementation is how the cluster's network plugin behaves, as far as the user
// says.
type implementation struct {
	// name is that of the profile.
	name     string
	switches model.Switches
	// decided holds the knobs that the profile, the configuration file or --set
	// decide. The others stand as the specification suggests.
	decided map[string]bool
}

// implementation returns what --cni, the configuration file and --set say.
func (s *session) implementation() (implementation, error) {
	name := s.flags.cni
	if name == "" && !s.globals.Changed("cni") {
		name = profile.Spec
	}
	return s.implementationOf("--cni", name, s.switches)
}

// implementationOf returns a profile, that a flag names, with the switches of a
// configuration file and of --set on top.
func (s *session) implementationOf(flag, name string, switches []config.Switch) (implementation, error) {
	p, ok := profile.Named(name)
	if !ok {
		names := profile.Names()
		return implementation{}, troublef(near.Hint(name, names, "profiles: "+strings.Join(names, ", ")), "%s %s: no such profile", flag, name)
	}
	i := implementation{name: p.Name, switches: p.Switches, decided: map[string]bool{}}
	for _, k := range profile.Knobs() {
		i.decided[k.Name] = p.Decides(k.Name)
	}
	for _, sw := range switches {
		if err := i.set(sw.Knob + "=" + sw.Value); err != nil {
			return i, err
		}
	}
	for _, assignment := range s.flags.knobs {
		if err := i.set(assignment); err != nil {
			return i, knobError(assignment, err)
		}
	}
	return i, nil
}

// set turns one switch.
func (i *implementation) set(assignment string) error {
	if err := profile.Set(&i.switches, assignment); err != nil {
		return err
	}
	knob, _, _ := strings.Cut(assignment, "=")
	i.decided[knob] = true
	return nil
}

// knobError names what may have been meant by a --set that is wrong.
func knobError(assignment string, err error) error {
	var wrong *profile.ValueError
	if !errors.As(err, &wrong) {
		return err
	}
	return troublef(near.Hint(wrong.Value, wrong.Known, wrong.Hint()), "--set %s: %s", assignment, wrong)
}
