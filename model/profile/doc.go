// Package profile knows what network plugins make of the points that policy
// leaves to them: the knobs, one for each point, and the profiles, which set
// the knobs as a plugin is known to behave.
//
// A profile sets a knob only where a source says so, and names the source. All
// other knobs stay as the specification suggests; a verdict that rests on one of
// them carries a caveat. Profiles are about the plugins' default settings.
package profile
