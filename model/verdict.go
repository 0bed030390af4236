package model

// Verdict is the answer about a flow or a set of flows, in the words of every
// output.
type Verdict uint8

// The verdicts.
const (
	// None: there is nothing to judge, such as a named port that no destination
	// has.
	None Verdict = iota
	Denied
	Allowed
	// Unknown: the specification or the input leaves it open.
	Unknown
	// Some: the members of a set, the ports or the address families differ.
	Some
)

var verdictNames = [...]string{None: "none", Denied: "deny", Allowed: "allow", Unknown: "unknown", Some: "some"}

// String returns the verdict's word: "allow", "deny", "unknown", "some" or
// "none".
func (v Verdict) String() string { return verdictNames[v] }

// Join returns the verdict about a set from the verdicts about two parts of
// it: a set is Allowed or Denied only if every member is, Some if allow and
// deny mix, else Unknown. None is neutral.
func (v Verdict) Join(w Verdict) Verdict {
	switch {
	case v == w || w == None:
		return v
	case v == None:
		return w
	case v == Some || w == Some:
		return Some
	case v != Unknown && w != Unknown:
		return Some
	}
	return Unknown
}
