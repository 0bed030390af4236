package render

import (
	"cmp"
	"slices"

	"netreach/engine"
	"netreach/model"
)

// Ports returns a set of ports as the words of a flow line. The engine's way to
// say every port of every protocol is no range at all; it prints as "*".
func Ports(ranges []engine.PortRange) []string {
	if len(ranges) == 0 {
		return []string{"*"}
	}
	words := make([]string, len(ranges))
	for i, r := range ranges {
		words[i] = r.String()
	}
	return words
}

// union joins segments of one verdict into one, with each port once.
func union(segments []engine.Segment) []engine.Segment {
	var out []engine.Segment
	for _, s := range segments {
		i := slices.IndexFunc(out, func(o engine.Segment) bool { return o.Verdict == s.Verdict })
		switch {
		case i < 0:
			out = append(out, engine.Segment{Verdict: s.Verdict, Ports: slices.Clone(s.Ports)})
		case len(out[i].Ports) > 0 && len(s.Ports) > 0:
			out[i].Ports = append(out[i].Ports, s.Ports...)
		default:
			out[i].Ports = nil // every port
		}
	}
	for i := range out {
		out[i].Ports = coalesce(out[i].Ports)
	}
	return out
}

// coalesce sorts ranges and joins those that overlap or touch.
func coalesce(ranges []engine.PortRange) []engine.PortRange {
	slices.SortFunc(ranges, func(a, b engine.PortRange) int {
		return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.First, b.First))
	})
	var out []engine.PortRange
	for _, r := range ranges {
		if n := len(out) - 1; n >= 0 && out[n].Protocol == r.Protocol && int(r.First) <= int(out[n].Last)+1 {
			out[n].Last = max(out[n].Last, r.Last)
			continue
		}
		out = append(out, r)
	}
	return out
}

// everyPort returns all ports of all protocols as ranges.
func everyPort() []engine.PortRange {
	var out []engine.PortRange
	for p := range model.Protocols {
		out = append(out, engine.PortRange{Protocol: p, First: model.MinPort, Last: model.MaxPort})
	}
	return out
}

// Clip returns the part of the segments that port covers. A named port covers
// nothing, because its number is the affair of a destination.
func Clip(segments []engine.Segment, port model.PortMatch) []engine.Segment {
	if port.Kind == model.PortAny {
		return segments
	}
	var out []engine.Segment
	for _, s := range segments {
		ranges := s.Ports
		if len(ranges) == 0 {
			ranges = everyPort()
		}
		var covered []engine.PortRange
		for _, r := range ranges {
			if port.Kind != model.PortRange || r.Protocol != port.Protocol {
				continue
			}
			r.First, r.Last = max(r.First, port.First), min(r.Last, port.Last)
			if r.First <= r.Last {
				covered = append(covered, r)
			}
		}
		if len(covered) > 0 {
			out = append(out, engine.Segment{Verdict: s.Verdict, Ports: covered})
		}
	}
	return out
}
