package cli

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/model/expect"
)

// outside adds the ends outside the cluster one by one: internet and private,
// and where the members of one of them differ, its parts behind it.
func (l *look) outside() {
	for _, e := range l.in.matrix.Outside() {
		l.add(e)
	}
}

// outsideTogether adds the ends outside the cluster for people: internet and
// private, or in place of one whose members differ, an end for all its
// addresses that are treated alike. The whole is then the name of these ends
// together.
func (l *look) outsideTogether() {
	inside := slices.Clone(l.ends)
	ends := l.in.matrix.Outside()
	for len(ends) > 0 {
		n := 1
		for n < len(ends) && !isWhole(ends[n]) {
			n++
		}
		l.whole(ends[0], l.alike(inside, ends[1:n]))
		ends = ends[n:]
	}
}

func isWhole(e engine.End) bool { return e.Name == "internet" || e.Name == "private" }

// alike gathers parts that the given ends treat alike, and that are treated
// alike by them, in the order of their first.
func (l *look) alike(inside, parts []engine.End) [][]engine.End {
	t := l.in.matrix.Table(slices.Concat(inside, parts))
	at := map[string]int{}
	var out [][]engine.End
	for k, part := range parts {
		var key []byte
		for i := range inside {
			key = binary.LittleEndian.AppendUint32(key, uint32(t.Cell(i, len(inside)+k)))
			key = binary.LittleEndian.AppendUint32(key, uint32(t.Cell(len(inside)+k, i)))
		}
		n, ok := at[string(key)]
		if !ok {
			n = len(out)
			at[string(key)] = n
			out = append(out, nil)
		}
		out[n] = append(out[n], part)
	}
	return out
}

// whole adds the ends that a whole consists of.
func (l *look) whole(whole engine.End, parts [][]engine.End) {
	if len(parts) < 2 {
		l.add(whole)
		return
	}
	rest := 0 // the end of most ranges is what there is beside the others
	for n := range parts {
		if len(parts[n]) > len(parts[rest]) {
			rest = n
		}
	}
	set := render.Set{Name: whole.Name}
	for n, ends := range parts {
		i := l.add(together(ends))
		set.Ends = append(set.Ends, i)
		for _, e := range ends {
			if r, ok := rangeOf(e); ok {
				l.m.Ranges[i] = append(l.m.Ranges[i], r)
			}
		}
		switch {
		case len(ends) == 1:
		case n == rest:
			l.m.Labels[i] = "other " + whole.Name
		default:
			l.m.Labels[i] = ends[0].Name + " +" + strconv.Itoa(len(ends)-1) + " more"
		}
	}
	l.m.Sets = append(l.m.Sets, set)
}

// together returns ends outside as one.
func together(ends []engine.End) engine.End {
	out := engine.End{Outside: true}
	names := make([]string, len(ends))
	for i, e := range ends {
		names[i] = e.Name
		out.Peers = append(out.Peers, e.Peers...)
	}
	slices.Sort(out.Peers)
	out.Peers = slices.Compact(out.Peers)
	out.Name = strings.Join(names, ", ")
	return out
}

// rangeOf returns the range that an end outside is named after.
func rangeOf(e engine.End) (engine.AddrRange, bool) {
	p, err := expect.ParsePeer(e.Name, "")
	if err != nil || p.Kind != expect.Addresses {
		return engine.AddrRange{}, false
	}
	return engine.AddrRange{First: p.First, Last: p.Last}, true
}
