package cli

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/model/expect"
)

// wholes adds internet and private.
func (l *look) wholes() {
	for _, e := range l.in.outside() {
		if isWhole(e) {
			l.add(e)
		}
	}
}

// eachRange adds internet and private, and where the members of one of them
// differ, its parts behind it.
func (l *look) eachRange() {
	for _, e := range l.in.outside() {
		l.add(e)
	}
}

// alikeTogether adds the ends outside the cluster for people: internet and
// private, or in place of one whose members differ, an end for all its
// addresses that are treated alike. The whole is then the name of these ends
// together.
func (l *look) alikeTogether() {
	ends := l.asked(l.in.outside())
	treatment := l.treatment(ends)
	for len(ends) > 0 {
		n := 1
		for n < len(ends) && !isWhole(ends[n]) {
			n++
		}
		l.whole(ends[0], alike(ends[1:n], treatment[1:n]))
		ends, treatment = ends[n:], treatment[n:]
	}
}

// asked returns ends outside without the parts of a whole that nobody asks about:
// see look.clients.
func (l *look) asked(outside []engine.End) []engine.End {
	if l.clients == nil {
		return outside
	}
	var out []engine.End
	wanted := false
	for _, e := range outside {
		if isWhole(e) {
			wanted = slices.ContainsFunc(e.Peers, func(id engine.PeerID) bool { return l.clients[id] })
		}
		if wanted || isWhole(e) {
			out = append(out, e)
		}
	}
	return out
}

// outside returns the ends outside the cluster, cut so that each part is treated
// alike, by the implementation to be compared with too.
func (in *input) outside() []engine.End {
	if in.versus != nil {
		return in.matrix.Outside(in.versus.matrix)
	}
	return in.matrix.Outside()
}

func isWhole(e engine.End) bool { return e.Name == "internet" || e.Name == "private" }

// treatment tells of each end outside how the ends so far treat it and how it
// treats them: alike if the words are equal.
func (l *look) treatment(outside []engine.End) []string {
	keys := make([][]byte, len(outside))
	ends := slices.Concat(l.ends, outside)
	within, beyond := upTo(len(ends))[:len(l.ends)], upTo(len(ends))[len(l.ends):]
	for _, in := range []*input{l.in, l.in.versus} {
		if in == nil {
			continue
		}
		t := l.table(in, ends)
		t.Only(beyond, within)
		sources := t.Quotient()
		for k, i := range beyond {
			keys[k] = binary.LittleEndian.AppendUint32(keys[k], uint32(sources.Source(i)))
		}
		if l.clients != nil {
			continue
		}
		t.Only(within, beyond)
		destinations := t.Quotient()
		for k, i := range beyond {
			keys[k] = binary.LittleEndian.AppendUint32(keys[k], uint32(destinations.Destination(i)))
		}
	}
	words := make([]string, len(keys))
	for k := range keys {
		words[k] = string(keys[k])
	}
	return words
}

// upTo returns the numbers below n.
func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// alike gathers parts of one treatment, in the order of their first.
func alike(parts []engine.End, treatment []string) [][]engine.End {
	at := map[string]int{}
	var out [][]engine.End
	for k, part := range parts {
		n, ok := at[treatment[k]]
		if !ok {
			n = len(out)
			at[treatment[k]] = n
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
	set := render.Set{Name: whole.Name}
	for _, ends := range parts {
		i := l.add(together(ends))
		set.Ends = append(set.Ends, i)
		for _, e := range ends {
			if r, ok := rangeOf(e); ok {
				l.m.Ranges[i] = append(l.m.Ranges[i], r)
			}
		}
	}
	l.m.Sets = append(l.m.Sets, set)
	l.m.Rests = append(l.m.Rests, l.rests(set)...)
}

// rests returns what is left of a whole in each family of addresses beside the
// blocks that policies name.
func (l *look) rests(whole render.Set) []render.Rest {
	var out []render.Rest
	largest := map[bool]int{} // by family, which is true for IPv4
	for _, four := range []bool{true, false} {
		most := 0.0
		for _, i := range whole.Ends {
			size := 0.0
			for _, r := range family(l.m.Ranges[i], four) {
				size += addresses(r)
			}
			if size > most {
				most, largest[four] = size, i
			}
		}
	}
	for _, four := range []bool{true, false} {
		end, ok := largest[four]
		if !ok {
			continue // the cluster knows nothing of this family
		}
		rest := render.Rest{End: end, Whole: whole.Name, Ranges: family(l.m.Ranges[end], four)}
		if len(largest) > 1 {
			rest.Family = familyName(four)
		}
		for _, i := range whole.Ends {
			if i != end {
				rest.Except = append(rest.Except, family(l.m.Ranges[i], four)...)
			}
		}
		out = append(out, rest)
	}
	return out
}

// family returns the ranges of one family.
func family(ranges []engine.AddrRange, four bool) []engine.AddrRange {
	return slices.DeleteFunc(slices.Clone(ranges), func(r engine.AddrRange) bool { return r.First.Is4() != four })
}

func familyName(four bool) string {
	if four {
		return "IPv4"
	}
	return "IPv6"
}

// addresses returns about how many addresses a range holds.
func addresses(r engine.AddrRange) float64 { return number(r.Last) - number(r.First) + 1 }

func number(a netip.Addr) float64 {
	n := 0.0
	for _, b := range a.AsSlice() {
		n = n*256 + float64(b)
	}
	return n
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
