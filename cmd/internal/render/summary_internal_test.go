package render

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/engine"
	"netreach/model"
)

// TestThousands checks where the commas stand.
func TestThousands(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0", 12: "12", 999: "999", 1_000: "1,000", 65_535: "65,535", 100_000: "100,000",
		1_234_567: "1,234,567", math.MaxUint64: "18,446,744,073,709,551,615",
	} {
		if got := thousands(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

// TestShare holds that a share is never rounded to nothing or to all.
func TestShare(t *testing.T) {
	tests := []struct {
		n, total uint64
		want     string
	}{
		{0, 10, "0%"},
		{0, 0, "0%"},
		{10, 10, "100%"},
		{1, 3, "33.3%"},
		{1, 1_000_000, "<0.1%"},
		{1, 1_000, "0.1%"},
		{999_999, 1_000_000, ">99.9%"},
		{999, 1_000, "99.9%"},
		{9_995, 10_000, ">99.9%"},
	}
	for _, test := range tests {
		if got := share(test.n, test.total); got != test.want {
			t.Errorf("%d of %d: got %q, want %q", test.n, test.total, got, test.want)
		}
	}
}

// countsOn is the counts of 100 pairs on a range of ports.
func countsOn(p model.Protocol, first, last uint16, allowed, unknown uint64) engine.PortCount {
	return engine.PortCount{
		Ports:   engine.PortRange{Protocol: p, First: first, Last: last},
		Allowed: allowed, Unknown: unknown, Denied: 100 - allowed - unknown,
	}
}

// TestOverview_groups checks which ports people are shown, and in which order.
func TestOverview_groups(t *testing.T) {
	counts := []engine.PortCount{
		countsOn(model.TCP, 1, 79, 10, 0),
		countsOn(model.TCP, 80, 80, 12, 0),
		countsOn(model.TCP, 81, 442, 10, 0),
		countsOn(model.TCP, 443, 443, 60, 0),
		countsOn(model.TCP, 444, 8079, 10, 0),
		countsOn(model.TCP, 8080, 8080, 60, 0),
		countsOn(model.TCP, 8081, 9999, 10, 0),
		countsOn(model.TCP, 10000, 65535, 10, 5),
		countsOn(model.UDP, 1, 65535, 10, 0),
		countsOn(model.SCTP, 1, 65535, 10, 0),
	}
	port := func(p uint16) model.PortMatch {
		return model.PortMatch{Kind: model.PortRange, Protocol: model.TCP, First: p, Last: p}
	}
	tests := []struct {
		about string
		ports []model.PortMatch
		top   int
		want  []string
		more  int
	}{
		{
			// all of them, in the order of the ports
			"room for all", nil, 10,
			[]string{"1-79/tcp, 81-442/tcp, 444-8079/tcp, 8081-9999/tcp", "80/tcp", "443/tcp, 8080/tcp", "10000-65535/tcp", "*/udp", "*/sctp"},
			0,
		},
		{
			// the largest group of each protocol, then the furthest from it: 50
			// pairs, 5, 2
			"room for four", nil, 4,
			[]string{"other tcp", "*/udp", "*/sctp", "443/tcp, 8080/tcp"},
			2,
		},
		{"room for five", nil, 5, []string{"other tcp", "*/udp", "*/sctp", "443/tcp, 8080/tcp", "1-79/tcp, 81-442/tcp, 444-8079/tcp, 8081-9999/tcp"}, 1},
		{"no room", nil, 0, []string{"other tcp", "*/udp", "*/sctp"}, 3},
		// of ports that were asked for there is no "other"
		{"two ports", []model.PortMatch{port(443), port(80)}, 1, []string{"443/tcp"}, 1},
		{"any port", []model.PortMatch{{Kind: model.PortAny}}, 4, []string{"10000-65535/tcp", "*/udp", "*/sctp", "443/tcp, 8080/tcp"}, 2},
	}
	for _, test := range tests {
		o := Overview{Summary: engine.Summary{Ports: counts}, Ports: test.ports, Top: test.top}
		groups, more := o.groups()
		var got []string
		for i := range groups {
			got = append(got, groups[i].label())
		}
		if diff := cmp.Diff(test.want, got); diff != "" || more != test.more {
			t.Errorf("%s: %d more, want %d\n%s", test.about, more, test.more, diff)
		}
	}
}

// TestOverview_counts holds that the ranges that were asked for are cut out of
// those that were counted, exactly.
func TestOverview_counts(t *testing.T) {
	all := []engine.PortCount{
		countsOn(model.TCP, 1, 99, 1, 0), countsOn(model.TCP, 100, 100, 2, 0), countsOn(model.TCP, 101, 65535, 1, 0),
		countsOn(model.UDP, 1, 65535, 3, 0), countsOn(model.SCTP, 1, 65535, 4, 0),
	}
	o := Overview{Summary: engine.Summary{Ports: all}}
	o.Ports = []model.PortMatch{
		{Kind: model.PortRange, Protocol: model.UDP, First: 53, Last: 53},
		{Kind: model.PortRange, Protocol: model.TCP, First: 98, Last: 101},
	}
	want := []engine.PortCount{
		countsOn(model.UDP, 53, 53, 3, 0),
		countsOn(model.TCP, 98, 99, 1, 0), countsOn(model.TCP, 100, 100, 2, 0), countsOn(model.TCP, 101, 101, 1, 0),
	}
	if diff := cmp.Diff(want, o.counts()); diff != "" {
		t.Error(diff)
	}
	o.Ports = []model.PortMatch{{Kind: model.PortAny}}
	if diff := cmp.Diff(all, o.counts()); diff != "" {
		t.Errorf("any port: %s", diff)
	}
}
