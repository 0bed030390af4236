package engine

import (
	"slices"

	"netreach/model"
)

// PortSet is a set of ports. Without ranges it is every port of every protocol,
// unless None is set.
type PortSet struct {
	Ranges []PortRange
	None   bool
}

// SplitPorts parts a set of ports, nil for all, into those that some matches name
// and others do not, and the rest. Named ports match nothing: they are the affair
// of a destination.
func SplitPorts(ports []PortRange, matches, except []model.PortMatch) (in, out PortSet) {
	if ports == nil {
		ports = everyPort
	}
	all := rangesOfMatches(matches)
	named := without(all, rangesOfMatches(except))
	rest := without(ports, named)
	return portSet(without(ports, rest)), portSet(rest)
}

func portSet(ranges []PortRange) PortSet {
	switch {
	case len(ranges) == 0:
		return PortSet{None: true}
	case slices.Equal(ranges, everyPort):
		return PortSet{}
	}
	return PortSet{Ranges: ranges}
}

func rangesOfMatches(matches []model.PortMatch) []PortRange {
	var out []PortRange
	for _, m := range matches {
		switch m.Kind {
		case model.PortAny:
			return everyPort
		case model.PortRange:
			out = append(out, PortRange{m.Protocol, m.First, m.Last})
		case model.PortNamed:
		}
	}
	return out
}

// without returns the ports of a that are not in b, ascending if a is.
func without(a, b []PortRange) []PortRange {
	out := a
	for _, gone := range b {
		var left []PortRange
		for _, r := range out {
			if r.Protocol != gone.Protocol || gone.Last < r.First || r.Last < gone.First {
				left = append(left, r)
				continue
			}
			if r.First < gone.First {
				left = append(left, PortRange{r.Protocol, r.First, gone.First - 1})
			}
			if gone.Last < r.Last {
				left = append(left, PortRange{r.Protocol, gone.Last + 1, r.Last})
			}
		}
		out = left
	}
	return out
}
