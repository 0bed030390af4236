package render

import (
	"cmp"
	"slices"
	"strings"
)

// doorway is the ways in at one door, or all published Services.
type doorway struct {
	title string
	ways  []*WayIn
	// common are the obstacles of all ways, or of all but a few.
	common []shared
}

// shared is an obstacle that most ways at a door have, with those that lack it.
type shared struct {
	Obstacle
	but []*WayIn
}

// Text returns the obstacle for a person to read, with the ways that lack it.
func (s *shared) Text() string {
	if len(s.but) == 0 {
		return s.Obstacle.Text()
	}
	names := make([]string, len(s.but))
	for i, w := range s.but {
		names[i] = w.Name
	}
	return s.Obstacle.Text() + ", at all but " + strings.Join(names, ", ")
}

// share takes the obstacles that most ways have as common. Ways on which nobody
// gets as far as to meet any are not counted, nor do they lack any.
func (d *doorway) share() {
	met := map[string][]*WayIn{}
	var order []Obstacle
	walked := 0
	for _, w := range d.ways {
		if len(w.Ways) > 0 {
			walked++
		}
		for _, o := range w.Obstacles {
			text := o.Text()
			if met[text] == nil {
				order = append(order, o)
			}
			met[text] = append(met[text], w)
		}
	}
	const few = 2
	for _, o := range order {
		has := met[o.Text()]
		lacking := walked - len(has)
		if len(has) < 2 || lacking < 0 || lacking > few || lacking > 0 && len(has) < 2*few {
			continue
		}
		s := shared{Obstacle: o}
		for _, w := range d.ways {
			if len(w.Ways) > 0 && !slices.Contains(has, w) {
				s.but = append(s.but, w)
			}
		}
		if !d.named(s.but) {
			continue // by their names they are others, too
		}
		d.common = append(d.common, s)
	}
}

// named reports whether the names of some ways are no other's at the door.
func (d *doorway) named(some []*WayIn) bool {
	return !slices.ContainsFunc(d.ways, func(w *WayIn) bool {
		return !slices.Contains(some, w) && slices.ContainsFunc(some, func(s *WayIn) bool { return s.Name == w.Name })
	})
}

// services is the title of the Services that are published by themselves.
const services = "Services"

// doorways returns the ways in by door, the Services last; what is open the
// widest stands first.
func (x *Exposure) doorways() []doorway {
	var out []doorway
	for i := range x.Ways {
		w := &x.Ways[i]
		title := w.Door
		switch {
		case title == "":
			title = services
		case w.DoorPods != "":
			title += ", " + w.DoorPods
		}
		k := slices.IndexFunc(out, func(d doorway) bool { return d.title == title })
		if k < 0 {
			k = len(out)
			out = append(out, doorway{title: title})
		}
		out[k].ways = append(out[k].ways, w)
	}
	open := func(d *doorway) int {
		n := 0
		for _, w := range d.ways {
			if w.isOpen() {
				n++
			}
		}
		return n
	}
	for i := range out {
		d := &out[i]
		slices.SortStableFunc(d.ways, func(a, b *WayIn) int {
			return cmp.Or(cmp.Compare(openRank(a.Verdict), openRank(b.Verdict)), cmp.Compare(b.pods(), a.pods()), strings.Compare(a.Name, b.Name))
		})
		d.share()
	}
	last := func(d *doorway) int {
		if d.title == services {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b doorway) int {
		return cmp.Or(last(&a)-last(&b), cmp.Compare(open(&b), open(&a)), strings.Compare(a.title, b.title))
	})
	return out
}

// own returns the obstacles of a way that are not common at its door.
func (d *doorway) own(w *WayIn) []Obstacle {
	return slices.DeleteFunc(slices.Clone(w.Obstacles), func(o Obstacle) bool {
		return slices.ContainsFunc(d.common, func(p shared) bool { return p.Obstacle.Text() == o.Text() })
	})
}
