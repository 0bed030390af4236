package route

import (
	"net/netip"
	"slices"
	"testing"

	"netreach/engine"
)

// Parts of an end outside go by its name, or its family, where they are all of it
// or the most of it, and by their ranges where they are not (SVC-24).
func TestOutsideNames(t *testing.T) {
	r := func(text string) []engine.AddrRange {
		p := netip.MustParsePrefix(text)
		return []engine.AddrRange{{First: p.Addr(), Last: lastOf(p)}}
	}
	four, six := r("8.0.0.0/6"), r("2000::/3")
	for _, c := range []struct {
		name  string
		parts [][]engine.AddrRange
		want  [][]string
	}{
		{"all of it", [][]engine.AddrRange{slices.Concat(four, six)}, [][]string{{"internet"}}},
		{"a family each", [][]engine.AddrRange{six, four}, [][]string{{"IPv6 internet"}, {"IPv4 internet"}}},
		{"one family", [][]engine.AddrRange{r("203.0.113.0/24"), four}, [][]string{{"203.0.113.0/24"}, {"other internet"}}},
		{"the most of both", [][]engine.AddrRange{slices.Concat(four, six), r("203.0.113.0/24")}, [][]string{{"other internet"}, {"203.0.113.0/24"}}},
		{
			"the most of one",
			[][]engine.AddrRange{slices.Concat(four, r("2a00::/16")), slices.Concat(six, r("1.1.1.1/32"))},
			[][]string{{"other IPv4 internet", "2a00::/16"}, {"other IPv6 internet", "1.1.1.1"}},
		},
		{"ranges that touch", [][]engine.AddrRange{slices.Concat(r("203.0.113.0/25"), r("203.0.113.128/25")), four}, [][]string{{"203.0.113.0/24"}, {"other internet"}}},
	} {
		got := outsideNames("internet", c.parts)
		if !slices.EqualFunc(got, c.want, slices.Equal) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
