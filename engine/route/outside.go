package route

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// outsideNames names parts of the addresses of an end, which together are all of
// it. In each family of addresses, what one part has alone goes by the name of the
// end, and the part that holds the most of what several share is the others of the
// end; whatever else a part holds goes by its ranges. A family is named where the
// end has both.
func outsideNames(whole string, parts [][]engine.AddrRange) [][]string {
	type share struct {
		ranges []engine.AddrRange
		size   float64
	}
	families := []model.Family{model.IPv4, model.IPv6}
	shares := make([]map[model.Family]share, len(parts))
	holders := map[model.Family]int{}
	widest := map[model.Family]int{}
	for i, part := range parts {
		shares[i] = map[model.Family]share{}
		for _, r := range engine.MergeRanges(part) {
			f := model.FamilyOf(r.First)
			s := shares[i][f]
			s.ranges, s.size = append(s.ranges, r), s.size+addresses(r)
			shares[i][f] = s
		}
		for _, f := range families {
			if len(shares[i][f].ranges) == 0 {
				continue
			}
			if holders[f]++; holders[f] == 1 || shares[i][f].size > shares[widest[f]][f].size {
				widest[f] = i
			}
		}
	}
	out := make([][]string, len(parts))
	for i := range parts {
		var words, ranges []string
		others := false
		for _, f := range families {
			s := shares[i][f]
			switch {
			case len(s.ranges) == 0:
			case widest[f] == i:
				name := whole
				if len(holders) > 1 {
					name = f.String() + " " + whole
				}
				if holders[f] > 1 {
					others, name = true, otherPrefix+name
				}
				words = append(words, name)
			default:
				for _, r := range s.ranges {
					ranges = append(ranges, r.String())
				}
			}
		}
		if len(words) > 1 {
			words = []string{whole}
			if others {
				words[0] = otherPrefix + whole
			}
		}
		out[i] = append(words, ranges...)
	}
	return out
}

// otherPrefix begins the name of what is left of an end outside beside other parts
// of it.
const otherPrefix = "other "

// nameOutside names clients that are parts of one end outside by their addresses.
func (a *Atlas) nameOutside(whole engine.End, parts []client) {
	const shown = 3
	ranges := make([][]engine.AddrRange, len(parts))
	for i := range parts {
		for _, id := range parts[i].Peers {
			ranges[i] = append(ranges[i], a.ranges(id, parts[i].asked)...)
		}
	}
	for i, names := range outsideNames(whole.Name, ranges) {
		if more := len(names) - shown; more > 1 {
			names = append(slices.Clone(names[:shown]), fmt.Sprintf("%d more", more))
		}
		parts[i].Name = strings.Join(names, ", ")
	}
}

// addresses returns about how many addresses a range holds, as a share of its
// family.
func addresses(r engine.AddrRange) float64 {
	number := func(a netip.Addr) float64 {
		n := 0.0
		for _, b := range a.AsSlice() {
			n = n*256 + float64(b)
		}
		return n
	}
	return math.Ldexp(number(r.Last)-number(r.First)+1, -r.First.BitLen())
}
