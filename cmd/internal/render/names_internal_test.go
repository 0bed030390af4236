package render

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/engine"
	"netreach/model/expect"
)

func TestMatrix_names(t *testing.T) {
	m := pods(t, 4) // ends 0 to 3 are pods, 4 is internet, 5 private
	m.Sets = []Set{{"*/*", []int{0, 1, 2, 3}}, {"a/*", []int{1, 2}}, {"outside", []int{4, 5}}}
	ends := func(list ...int) []int { return list }
	tests := []struct {
		ends []int
		want string
	}{
		{ends(0), "a/0"},
		{ends(0, 1), "a/0 a/1"},
		// the name of a set stands where its first member would
		{ends(0, 1, 2), "a/0 a/*"},
		{ends(1, 2, 3, 4), "a/* a/3 internet"},
		{ends(0, 1, 2, 3), "*/*"},
		{ends(0, 1, 2, 3, 4, 5), "*/* outside"},
	}
	for _, tt := range tests {
		if got := m.names(tt.ends); fmt.Sprint(got) != "["+tt.want+"]" {
			t.Errorf("%v: got %v, want %s", tt.ends, got, tt.want)
		}
	}
}

// addrs returns the ranges that texts name.
func addrs(t *testing.T, texts ...string) []engine.AddrRange {
	t.Helper()
	var out []engine.AddrRange
	for _, text := range texts {
		p, err := expect.ParsePeer(text, "")
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, engine.AddrRange{First: p.First, Last: p.Last})
	}
	return out
}

// TestMatrix_namesOfRests names what is left of internet and private beside
// blocks, and says what it is.
func TestMatrix_namesOfRests(t *testing.T) {
	m := pods(t, 1)
	four, six := addrs(t, "1.0.0.0-8.7.255.255", "8.9.0.0/16"), addrs(t, "2000::/4", "4000::/4")
	eight, lab, bad := addrs(t, "8.8.0.0/16"), addrs(t, "2001:db8::/32"), addrs(t, "3fff::/32")
	m.Ranges = map[int][]engine.AddrRange{
		1: slices.Concat(four, bad), 2: eight, 3: six, 4: lab,
		5: addrs(t, "10.0.0.0/9"), 6: addrs(t, "10.128.0.0/9"),
	}
	m.Rests = []Rest{
		{End: 1, Whole: "internet", Family: "IPv4", Ranges: four, Except: eight},
		{End: 3, Whole: "internet", Family: "IPv6", Ranges: six, Except: slices.Concat(lab, bad)},
		{End: 5, Whole: "private", Ranges: m.Ranges[5], Except: m.Ranges[6]},
	}
	const (
		but4 = "other IPv4 internet is IPv4 internet but 8.8.0.0/16"
		but6 = "other IPv6 internet is IPv6 internet but 2001:db8::/32, 3fff::/32"
		both = "other internet is internet but 8.8.0.0/16, 2001:db8::/32, 3fff::/32"
	)
	for _, tt := range []struct {
		ends   []int
		want   string
		legend []string
		label  string // of the first end
	}{
		{[]int{1}, "[other IPv4 internet 3fff::/32]", []string{but4}, "other IPv4 internet +1 more"},
		{[]int{2}, "[8.8.0.0/16]", nil, "8.8.0.0/16"},
		// all of a family is no rest
		{[]int{1, 2}, "[IPv4 internet 3fff::/32]", nil, "other IPv4 internet +1 more"},
		{[]int{3, 4}, "[other IPv6 internet 2001:db8::/32]", []string{but6}, "other IPv6 internet"},
		{[]int{1, 3, 4}, "[other IPv4 internet IPv6 internet]", []string{but4}, "other IPv4 internet +1 more"},
		// the rests of both families are one, and may stand beside what they are not
		{[]int{1, 3}, "[other internet 3fff::/32]", []string{both}, "other IPv4 internet +1 more"},
		// a whole of one family says nothing of families
		{[]int{0, 5}, "[a/0 other private]", []string{"other private is private but 10.128.0.0/9"}, "a/0"},
		{[]int{6}, "[10.128.0.0/9]", nil, "10.128.0.0/9"},
	} {
		names := m.names(tt.ends)
		if got := fmt.Sprint(names); got != tt.want {
			t.Errorf("%v: got %v, want %v", tt.ends, got, tt.want)
		}
		if diff := cmp.Diff(tt.legend, m.legend(names)); diff != "" {
			t.Errorf("%v: legend (-want +got):\n%s", tt.ends, diff)
		}
		if got := m.Label(tt.ends[0]); got != tt.label {
			t.Errorf("%v: label %q, want %q", tt.ends, got, tt.label)
		}
	}
}

// TestMatrix_namesOfRestsOfOneEnd has a family that no block is named of: it is
// part of what is left.
func TestMatrix_namesOfRestsOfOneEnd(t *testing.T) {
	m := pods(t, 1)
	four, six, metadata := addrs(t, "10.0.0.0/8", "172.16.0.0/12"), addrs(t, "fc00::/7"), addrs(t, "169.254.169.254")
	m.Ranges = map[int][]engine.AddrRange{1: slices.Concat(four, six), 2: metadata}
	m.Rests = []Rest{
		{End: 1, Whole: "private", Family: "IPv4", Ranges: four, Except: metadata},
		{End: 1, Whole: "private", Family: "IPv6", Ranges: six},
	}
	names := m.names([]int{1})
	if got := fmt.Sprint(names); got != "[other private]" {
		t.Errorf("got %v", got)
	}
	if got := fmt.Sprint(m.legend(names)); got != "[other private is private but 169.254.169.254]" {
		t.Errorf("legend: %v", got)
	}
}

// TestMatrix_namesOfRanges merges ranges across ends.
func TestMatrix_namesOfRanges(t *testing.T) {
	m := pods(t, 1)
	m.Ranges = map[int][]engine.AddrRange{
		1: addrs(t, "10.0.0.0/25", "192.168.0.1"),
		2: addrs(t, "10.0.0.128/25", "fd00::/64"),
	}
	for _, tt := range []struct {
		ends []int
		want string
	}{
		{[]int{0, 1}, "[a/0 10.0.0.0/25 192.168.0.1]"},
		// what follows on one another is one range
		{[]int{1, 2}, "[10.0.0.0/24 192.168.0.1 fd00::/64]"},
	} {
		if got := fmt.Sprint(m.names(tt.ends)); got != tt.want {
			t.Errorf("%v: got %v, want %v", tt.ends, got, tt.want)
		}
	}
}
