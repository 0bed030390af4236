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

// Mix is the verdicts that occur in a set of flows. The zero value is that of
// no flows.
type Mix uint8

// Mixes of a single verdict.
const (
	mixDenied Mix = 1 << iota
	mixAllowed
	mixUnknown
)

var mixes = [...]Mix{None: 0, Denied: mixDenied, Allowed: mixAllowed, Unknown: mixUnknown, Some: mixDenied | mixAllowed}

// With returns m with v added. None is neutral; Some adds an allow and a deny.
func (m Mix) With(v Verdict) Mix { return m | mixes[v] }

// Verdict returns the verdict about the set: Allowed or Denied only if every
// member is, Some if allow and deny mix, else Unknown; None without members.
func (m Mix) Verdict() Verdict {
	switch {
	case m&mixDenied != 0 && m&mixAllowed != 0:
		return Some
	case m == mixDenied:
		return Denied
	case m == mixAllowed:
		return Allowed
	case m == 0:
		return None
	}
	return Unknown
}

// And returns the verdicts about ways that are open only if both a way of m and
// one of n are, for every pair of such ways. Without a way in either there is
// none.
func (m Mix) And(n Mix) Mix {
	var out Mix
	for _, a := range [...]Mix{mixDenied, mixAllowed, mixUnknown} {
		for _, b := range [...]Mix{mixDenied, mixAllowed, mixUnknown} {
			switch {
			case m&a == 0 || n&b == 0:
			case a == mixDenied || b == mixDenied:
				out |= mixDenied
			case a == mixUnknown || b == mixUnknown:
				out |= mixUnknown
			default:
				out |= mixAllowed
			}
		}
	}
	return out
}

// Join returns the verdicts that occur in m or in n.
func (m Mix) Join(n Mix) Mix { return m | n }
