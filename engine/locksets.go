package engine

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// lockSet is ends inside that have a name together.
type lockSet struct {
	name string
	ends []int // ascending
}

// leastMembers is how many ends a set has at least.
const leastMembers = 3

// name makes the sets that the sides of a direction may be written with, the larger
// ones first: everybody, those that let everybody through, those that let the same
// peers through, those of one behaviour towards everybody, and the namespaces. They
// are named after what they have in common, or after their first end.
func (l *locker) name() {
	taken := map[string][]int{}
	for d, groups := range [model.Directions][]lockGroup{model.Egress: l.sources, model.Ingress: l.destinations} {
		d := model.Direction(d)
		all := lockSet{name: "all"}
		byRows, byNamespace := map[string]*lockSet{}, map[string]*lockSet{}
		add := func(sets map[string]*lockSet, key, name string, end int) {
			if sets[key] == nil {
				sets[key] = &lockSet{name: name}
			}
			sets[key].ends = append(sets[key].ends, end)
		}
		for i := range l.inside {
			all.ends = append(all.ends, i)
			key, open := l.rows(d, i)
			name := d.String() + "." + l.dotted(i)
			if open {
				key, name = "open", "open-"+d.String()
			}
			add(byRows, key, name, i)
			ns := l.m.u.peers[l.ends[i].Peers[0]].Namespace
			add(byNamespace, ns, "namespace."+ns, i)
		}
		sets := []lockSet{all}
		for _, some := range []map[string]*lockSet{byRows, byNamespace} {
			for _, s := range some {
				sets = append(sets, *s)
			}
		}
		for _, g := range groups {
			if g.ends[0] < l.inside {
				sets = append(sets, lockSet{[]string{"from.", "to."}[d] + l.dotted(g.ends[0]), g.ends})
			}
		}
		sets = slices.DeleteFunc(sets, func(s lockSet) bool { return len(s.ends) < leastMembers })
		slices.SortFunc(sets, func(a, b lockSet) int {
			return cmp.Or(cmp.Compare(len(b.ends), len(a.ends)), slices.Compare(a.ends, b.ends), strings.Compare(a.name, b.name))
		})
		sets = slices.CompactFunc(sets, func(a, b lockSet) bool { return slices.Equal(a.ends, b.ends) })
		for i := range sets {
			sets[i].name = unique(sets[i].name, sets[i].ends, taken)
		}
		l.sets[d] = sets
	}
}

// longestName is how long the name of a set may be.
const longestName = 200

// unique returns a name under which no other ends are taken down.
func unique(name string, ends []int, taken map[string][]int) string {
	if len(name) > longestName {
		name = strings.TrimRight(name[:longestName], ".-")
	}
	found := name
	for n := 2; ; n++ {
		other, ok := taken[found]
		if !ok || slices.Equal(other, ends) {
			taken[found] = ends
			return found
		}
		found = name + "-" + strconv.Itoa(n)
	}
}

// dotted returns the name of an end as a part of the name of a set.
func (l *locker) dotted(i int) string { return strings.ReplaceAll(l.ends[i].Name, "/", ".") }

// rows returns a key for the pods that an end lets through in a direction, and whether
// these are all on every port. Ends of one key may yet differ in the addresses
// outside: a set of them is a good guess of what stands together in many lines.
func (l *locker) rows(d model.Direction, i int) (key string, open bool) {
	var keys []string
	open = true
	s := &l.m.dirs[d]
	for _, g := range l.table.groups[i] {
		for _, id := range l.m.programsOf(d, g.shape) {
			p := &s.programs[id]
			var one []byte
			for n, b := range p.rows {
				pods := l.podsOf(d, b.lo)
				open = open && pods == l.podsOf(d, bitset.All)
				if h := binary.LittleEndian.AppendUint64(nil, pods); !bytes.HasSuffix(one, h) {
					one = append(binary.LittleEndian.AppendUint32(one, uint32(p.starts[n])), h...)
				}
			}
			keys = append(keys, string(one))
		}
	}
	slices.Sort(keys)
	return strings.Join(slices.Compact(keys), "/"), open
}

// podsOf returns a hash of the pods in a row.
func (l *locker) podsOf(d model.Direction, row rowID) uint64 {
	h, ok := l.rowHashes[d][row]
	if !ok {
		h = l.m.dirs[d].sets.Hash(row, l.m.u.podClasses)
		l.rowHashes[d][row] = h
	}
	return h
}

func toInt32(ints []int) []int32 {
	out := make([]int32, len(ints))
	for i, n := range ints {
		out[i] = int32(n)
	}
	return out
}
