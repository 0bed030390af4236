package engine

import (
	"slices"

	"go4.org/netipx"

	"netreach/model"
)

// side returns groups as the words of one side, and takes down the sets.
func (l *locker) side(d model.Direction, list []int, used map[string][]int) LockSide {
	groups := [model.Directions][]lockGroup{l.sources, l.destinations}[d]
	var out LockSide
	var outside netipx.IPSetBuilder
	target := make([]bool, l.inside)
	for _, x := range list {
		for _, i := range groups[x].ends {
			if i < l.inside {
				target[i] = true
			} else {
				outside.AddSet(l.ranges[i])
			}
		}
	}
	out.Except = l.cover(d, target, &out, used)
	set, err := outside.IPSet()
	if err != nil {
		panic("bug: addresses that are none: " + err.Error())
	}
	words, except := addressWords(l.words, set)
	slices.Sort(out.Sets)
	out.Names = append(out.Names, words...)
	out.Except = append(out.Except, except...)
	return out
}

// cover writes ends inside as sets and names, and returns the names of those that
// the sets have too many. Each time it takes the set that saves the most words.
func (l *locker) cover(d model.Direction, target []bool, out *LockSide, used map[string][]int) (except []string) {
	left, tooMany := slices.Clone(target), make([]bool, l.inside)
	words := 0
	for _, in := range target {
		if in {
			words++
		}
	}
	for {
		best, most := -1, 1
		for k := range l.sets[d] {
			s := &l.sets[d][k]
			if len(s.ends) > 2*words {
				continue
			}
			saved := -1
			for _, i := range s.ends {
				switch {
				case left[i]:
					saved++
				case !target[i] && !tooMany[i]:
					saved--
				}
			}
			if saved > most {
				best, most = k, saved
			}
		}
		if best < 0 {
			break
		}
		s := &l.sets[d][best]
		for _, i := range s.ends {
			left[i] = false
			tooMany[i] = tooMany[i] || !target[i]
		}
		out.Sets = append(out.Sets, s.name)
		used[s.name] = s.ends
	}
	for i := range l.inside {
		switch {
		case left[i]:
			out.Names = append(out.Names, l.ends[i].Name)
		case tooMany[i]:
			except = append(except, l.ends[i].Name)
		}
	}
	return except
}

// singles returns groups as sides in which each word has the verdict by itself, as
// that of several together may be another one: all ends inside, and those outside
// one by one.
func (l *locker) singles(groups []lockGroup, list []int) []LockSide {
	var inside LockSide
	var out []LockSide
	for _, x := range list {
		for _, i := range groups[x].ends {
			if i < l.inside {
				inside.Names = append(inside.Names, l.ends[i].Name)
				continue
			}
			words, except := addressWords(l.words, l.ranges[i])
			out = append(out, LockSide{Names: words, Except: except})
		}
	}
	slices.Sort(inside.Names)
	if len(inside.Names) > 0 {
		out = append([]LockSide{inside}, out...)
	}
	return out
}

// addressWords names addresses outside: internet and private, or their families,
// with what is left out of them, or ranges where these are fewer. families is as
// familyWords returns it.
func addressWords(families [2][2]Side, set *netipx.IPSet) (words, except []string) {
	if len(set.Ranges()) == 0 {
		return nil, nil
	}
	var ranges []string
	for k, name := range []string{"internet", "private"} {
		var whole []string // the families that have the word
		known := 0
		for f, side := range families[k] {
			if side.Empty() {
				continue
			}
			known++
			missing := side.Without(Side{outside: set})
			inside := side.Without(missing)
			switch {
			case inside.Empty():
			case len(missing.outside.Ranges()) < len(inside.outside.Ranges()) || missing.Empty():
				whole = append(whole, []string{"ipv4:", "ipv6:"}[f]+name)
				except = append(except, rangeWords(missing)...)
			default:
				ranges = append(ranges, rangeWords(inside)...)
			}
		}
		if len(whole) == known && known > 0 {
			whole = []string{name}
		}
		words = append(words, whole...)
	}
	return append(words, ranges...), except
}

// rangeWords writes addresses as ranges that hold no pods and nodes.
func rangeWords(s Side) []string {
	var out []string
	for _, r := range s.outside.Ranges() {
		out = append(out, "outside:"+AddrRange{r.From(), r.To()}.String())
	}
	return out
}
