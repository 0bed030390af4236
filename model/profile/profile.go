package profile

import (
	"fmt"
	"slices"

	"netreach/model"
)

// Spec is the name of the profile that holds unless another is chosen.
const Spec = "spec"

// Profile is how an implementation of policy behaves.
type Profile struct {
	Name string
	// Doc says what the profile is about, in a sentence.
	Doc      string
	Switches model.Switches
	// Points say, by knob, what is known, in the order of Knobs. A knob without
	// a point stays as in Spec.
	Points []Point
	// Limits say what the implementation does that no knob expresses, so that
	// verdicts do not take it into account.
	Limits []string
}

// Point is what is known about one knob of a profile.
type Point struct {
	Knob, Value string
	// Source names where that is stated. Without a source the knob stays as in
	// Spec, and Text says why.
	Source string
	// Text says what the implementation does, in a sentence.
	Text string
}

// Decides reports whether the profile has a source for a knob, so that its value
// is more than the specification's suggestion.
func (p Profile) Decides(knob string) bool {
	return slices.ContainsFunc(p.Points, func(pt Point) bool { return pt.Knob == knob && pt.Source != "" })
}

// All returns the profiles: spec, strict, the plugins by name, none.
func All() []Profile {
	list := []Profile{
		{Name: Spec, Doc: "The specification, with the value that it suggests where it leaves a point open; explain names the points that a verdict rests on."},
		strict(), antrea(), awsVPC(), azureNPM(), calico(), cilium(), kindnet(), ovnKubernetes(), none(),
	}
	for i := range list {
		list[i].Switches = switches(list[i].Points)
	}
	return list
}

// Named returns the profile of a name.
func Named(name string) (Profile, bool) {
	for _, p := range All() {
		if p.Name == name {
			return p, true
		}
	}
	return Profile{}, false
}

// Names returns the names of all profiles, in the order of All.
func Names() []string {
	var names []string
	for _, p := range All() {
		names = append(names, p.Name)
	}
	return names
}

// switches returns the switches that points set.
func switches(points []Point) model.Switches {
	var s model.Switches
	for _, p := range points {
		if p.Source == "" {
			continue
		}
		if err := Set(&s, p.Knob+"="+p.Value); err != nil {
			panic(fmt.Sprintf("bug: a profile sets a knob that is not there: %v", err))
		}
	}
	return s
}
