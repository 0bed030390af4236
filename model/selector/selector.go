// Package selector holds label sets and label selectors: what they are, what
// they match, and one canonical form for each, so that two selectors that are
// written differently but mean the same can be interned as one.
//
// A Selector is the AND of its requirements (SEL-1); one without requirements
// matches every label set (SEL-2). "Not given" is not a Selector at all: the
// place that holds one says what its absence means.
package selector

import (
	"slices"
	"strings"
)

// Label is one key with its value.
type Label struct{ Key, Value string }

// Labels is a set of labels, sorted by key, each key once.
type Labels []Label

// FromMap returns the labels of m, sorted by key.
func FromMap(m map[string]string) Labels {
	if len(m) == 0 {
		return nil
	}
	l := make(Labels, 0, len(m))
	for k, v := range m {
		l = append(l, Label{k, v})
	}
	slices.SortFunc(l, func(a, b Label) int { return strings.Compare(a.Key, b.Key) })
	return l
}

// Get returns the value of key, and whether the key is present. It costs one
// binary search.
func (l Labels) Get(key string) (string, bool) {
	if len(l) <= fewLabels {
		for i := range l {
			if l[i].Key == key {
				return l[i].Value, true
			}
		}
		return "", false
	}
	i, ok := slices.BinarySearchFunc(l, key, func(e Label, k string) int { return strings.Compare(e.Key, k) })
	if !ok {
		return "", false
	}
	return l[i].Value, true
}

// fewLabels are searched one by one, which is faster for so few.
const fewLabels = 8

// With returns a copy of l in which key has the given value.
func (l Labels) With(key, value string) Labels {
	i, ok := slices.BinarySearchFunc(l, key, func(e Label, k string) int { return strings.Compare(e.Key, k) })
	out := slices.Clone(l)
	if ok {
		out[i].Value = value
		return out
	}
	return slices.Insert(out, i, Label{key, value})
}

// String returns the labels as "k=v,k=v".
func (l Labels) String() string {
	var b strings.Builder
	for i, e := range l {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(e.Key)
		b.WriteByte('=')
		b.WriteString(e.Value)
	}
	return b.String()
}

// Op is the operator of a requirement.
type Op uint8

// The four operators of a label selector (SEL-4, SEL-5, SEL-6). There is no Gt
// and no Lt (SEL-8).
const (
	In Op = iota
	NotIn
	Exists
	DoesNotExist
)

var opNames = [...]string{In: "In", NotIn: "NotIn", Exists: "Exists", DoesNotExist: "DoesNotExist"}

// String returns the operator as the API spells it.
func (o Op) String() string { return opNames[o] }

// Requirement is one condition on one key.
type Requirement struct {
	Key string
	Op  Op
	// Values belongs to In and NotIn. In a canonical selector it is sorted,
	// each value once.
	Values []string
}

// Matches reports whether labels meet the requirement. An absent key meets
// NotIn and DoesNotExist (SEL-5, SEL-6); an empty value is a value (SEL-3).
func (r Requirement) Matches(labels Labels) bool { return r.matches(labels) }

func (r *Requirement) matches(labels Labels) bool {
	v, ok := labels.Get(r.Key)
	switch r.Op {
	case In:
		return ok && slices.Contains(r.Values, v)
	case NotIn:
		return !ok || !slices.Contains(r.Values, v)
	case Exists:
		return ok
	case DoesNotExist:
		return !ok
	}
	return false
}

// String returns the requirement as kubectl writes it: "k=v", "k!=v",
// "k in (a,b)", "k notin (a,b)", "k", "!k".
func (r Requirement) String() string {
	switch r.Op {
	case In:
		if len(r.Values) == 1 {
			return r.Key + "=" + r.Values[0]
		}
		return r.Key + " in (" + strings.Join(r.Values, ",") + ")"
	case NotIn:
		if len(r.Values) == 1 {
			return r.Key + "!=" + r.Values[0]
		}
		return r.Key + " notin (" + strings.Join(r.Values, ",") + ")"
	case Exists:
		return r.Key
	case DoesNotExist:
		return "!" + r.Key
	}
	return ""
}

// Selector is the AND of its requirements. The zero value matches everything.
type Selector struct{ Requirements []Requirement }

// Equal returns the selector "key=value".
func Equal(key, value string) Selector {
	return Selector{[]Requirement{{Key: key, Op: In, Values: []string{value}}}}
}

// Everything reports whether s has no requirement, and so matches every label
// set.
func (s Selector) Everything() bool { return len(s.Requirements) == 0 }

// Matches reports whether labels meet every requirement (SEL-1, SEL-7).
func (s Selector) Matches(labels Labels) bool {
	for i := range s.Requirements {
		if !s.Requirements[i].matches(labels) {
			return false
		}
	}
	return true
}

// Canonical returns s with values sorted and made unique, and requirements
// sorted and made unique. Selectors with equal canonical forms match the same
// label sets; the reverse does not hold for contradictions.
func (s Selector) Canonical() Selector {
	if len(s.Requirements) == 0 {
		return Selector{}
	}
	out := make([]Requirement, len(s.Requirements))
	for i, r := range s.Requirements {
		if len(r.Values) > 1 {
			r.Values = slices.Clone(r.Values)
			slices.Sort(r.Values)
			r.Values = slices.Compact(r.Values)
		}
		out[i] = r
	}
	slices.SortFunc(out, compare)
	out = slices.CompactFunc(out, func(a, b Requirement) bool { return compare(a, b) == 0 })
	return Selector{out}
}

func compare(a, b Requirement) int {
	if c := strings.Compare(a.Key, b.Key); c != 0 {
		return c
	}
	if a.Op != b.Op {
		return int(a.Op) - int(b.Op)
	}
	return slices.Compare(a.Values, b.Values)
}

// String returns the requirements in their order, joined with commas; the
// selector that matches everything is "*". The string of a canonical selector
// identifies it.
func (s Selector) String() string {
	if len(s.Requirements) == 0 {
		return "*"
	}
	parts := make([]string, len(s.Requirements))
	for i, r := range s.Requirements {
		parts[i] = r.String()
	}
	return strings.Join(parts, ",")
}
