package render

import (
	"bytes"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/engine"
	"netreach/model"
)

// blocked returns what changes where blocks do not match pods: every pod lets in
// TCP from 80 to 89 and UDP 53 from the block of all pods.
func blocked(t *testing.T, ports ...string) *Versus {
	t.Helper()
	c := &model.Cluster{
		Namespaces: []model.Namespace{{Name: "a"}, {Name: "b"}},
		Tiers:      []model.Tier{{Name: model.TierNetworkPolicy, Unmatched: model.Deny}},
	}
	for i, name := range []string{"a/one", "a/two", "b/one"} {
		ns, pod, _ := strings.Cut(name, "/")
		c.Workloads = append(c.Workloads, model.Workload{Kind: "Pod", Namespace: ns, Name: pod, Replicas: 1})
		c.Pods = append(c.Pods, model.Pod{
			Namespace: ns, Name: pod, Workload: i, Weight: 1, Addresses: []netip.Addr{netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 1)})},
		})
	}
	for _, ns := range []string{"a", "b"} {
		c.Policies = append(c.Policies, model.Policy{
			Tier: model.TierNetworkPolicy, Subject: model.PodSet{Namespace: ns}, Isolates: [model.Directions]bool{model.Ingress: true},
			Rules: []model.Rule{{
				Direction: model.Ingress, Action: model.Allow,
				Peers: []model.Peer{{Kind: model.PeerBlock, Block: model.Block{CIDR: netip.MustParsePrefix("10.0.0.0/24")}}},
				Ports: []model.PortMatch{tcp(80, 89).Match(), udp(53, 53).Match()},
			}},
		})
	}
	u, err := engine.NewUniverse(model.Options{}, c)
	if err != nil {
		t.Fatal(err)
	}
	before, err := engine.Compile(u, 0)
	if err != nil {
		t.Fatal(err)
	}
	after, err := engine.CompileUnder(u, 0, model.Switches{BlocksMatchPods: model.No})
	if err != nil {
		t.Fatal(err)
	}
	m := &Matrix{By: "pod", Table: before.Table(append(before.Pods(), before.Outside(after)...))}
	for i := range m.Table.Ends {
		m.Sources = append(m.Sources, i)
		m.Destinations = append(m.Destinations, i)
	}
	m.Sets = []Set{{Name: "*/*", Ends: []int{0, 1, 2}}, {Name: "a/*", Ends: []int{0, 1}}}
	for _, p := range ports {
		m.Ports = append(m.Ports, port(t, p))
	}
	comparison, err := engine.Compare(before, after, m.Table.Ends)
	if err != nil {
		t.Fatal(err)
	}
	return &Versus{Before: "one", After: "other", Matrix: m, Comparison: comparison}
}

func port(t *testing.T, text string) model.PortMatch {
	t.Helper()
	for _, p := range []engine.PortRange{tcp(80, 80), tcp(85, 95), tcp(87, 99), tcp(90, 99), udp(53, 53), udp(1, 65535)} {
		if p.String() == text {
			return p.Match()
		}
	}
	t.Fatalf("no port %q", text)
	return model.PortMatch{}
}

// TestVersus_ports: only what changes on the ports that were asked for is named,
// each port once.
func TestVersus_ports(t *testing.T) {
	tests := []struct {
		asked []string
		want  []string // of each change; none if nothing changes
	}{
		{nil, []string{"80-89/tcp, 53/udp"}},
		{[]string{"80/tcp"}, []string{"80/tcp"}},
		{[]string{"85-95/tcp"}, []string{"85-89/tcp"}},
		// ports that overlap are one range
		{[]string{"85-95/tcp", "87-99/tcp", "53/udp"}, []string{"85-89/tcp, 53/udp"}},
		{[]string{"*/udp"}, []string{"53/udp"}},
		{[]string{"90-99/tcp"}, nil},
	}
	for _, test := range tests {
		v := blocked(t, test.asked...)
		shifts, counts := v.shifts()
		var got []string
		for _, s := range shifts {
			if s.Before != model.Allowed || s.After != model.Denied {
				t.Errorf("%v: %s to %s", test.asked, s.Before, s.After)
			}
			got = append(got, strings.Join(s.Ports, ", "))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.asked, diff)
		}
		// three pods with each other: six pairs, and addresses outside do not change
		want := Shifted{Pairs: 6, Changed: 6}
		if test.want == nil {
			want.Changed = 0
		}
		if counts != want {
			t.Errorf("%v: counts %+v, want %+v", test.asked, counts, want)
		}
		// the flat forms have a row for each of these pairs
		rows := 0
		for s := range v.rows() {
			rows++
			if s.Src[0] == s.Dst[0] {
				t.Errorf("%v: a pod with itself changes", test.asked)
			}
		}
		if rows != want.Changed {
			t.Errorf("%v: %d rows, want %d", test.asked, rows, want.Changed)
		}
	}
}

// TestVersus_formats: each format that is listed writes something, the others
// refuse by name.
func TestVersus_formats(t *testing.T) {
	for _, f := range formats() {
		var b bytes.Buffer
		err := f.open(&b, Options{}).Versus(blocked(t))
		var refused *FormatError
		if has := slices.Contains(f.verbs, VersusOf); has != (err == nil) || has != (b.Len() > 0) || !has && !errors.As(err, &refused) {
			t.Errorf("%s: listed %v, error %v, output %q", f.name, has, err, b.String())
		}
	}
}

// TestCaveat: one point says what is otherwise, several that either is enough.
func TestCaveat(t *testing.T) {
	tests := []struct {
		caveat Caveat
		want   string
	}{
		{
			Caveat{[]string{"a=true"}, []string{"A holds"}, []Instead{{"false", model.Denied}}},
			"it rests on a=true, with false it is deny; implementations differ in whether A holds",
		},
		{
			Caveat{[]string{"a=x"}, []string{"A holds"}, []Instead{{"y", model.Denied}, {"z", model.Some}}},
			"it rests on a=x, with y it is deny, with z it is some; implementations differ in whether A holds",
		},
		{
			Caveat{[]string{"a=true", "b=true"}, []string{"A holds", "B holds"}, nil},
			"it rests on a=true or b=true, of which one is enough; implementations differ in whether A holds, and in whether B holds",
		},
	}
	for _, test := range tests {
		if got := test.caveat.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
