package main_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// controller stands, in the other tool's lines, for a pod that routes what an
// Ingress or Route publishes: whoever comes by one of our ways in.
const controller = "{ingress-controller}"

// TestCorpus_npguardDiff compares the flows that a change opens and closes with
// what another tool says, pair by pair and port by port, with the differences
// that the corpus states.
func TestCorpus_npguardDiff(t *testing.T) {
	root := corpus(t, "npguard")
	lines, ran, pairs := 0, 0, 0
	for _, c := range rows(t, filepath.Join(root, "cases.tsv")) {
		if c[0] != "diff" && c[0] != "diff-extra" {
			continue
		}
		sides := strings.Fields(c[1])
		t.Run(strings.TrimPrefix(sides[0], "tests/")+" "+strings.TrimPrefix(sides[1], "tests/"), func(t *testing.T) {
			ran++
			want := diffLines(t, filepath.Join(root, c[2]))
			lines += len(want)
			pairs += compareDiff(t, filepath.Join(root, sides[0]), filepath.Join(root, sides[1]), want)
		})
	}
	t.Logf("%d lines compared in %d cases: %d pairs that open or close", lines, ran, pairs)
	if ran < 19 || lines < 4800 {
		t.Errorf("%d lines in %d cases compared, want at least 4800 in 19", lines, ran)
	}
}

// difference is a line of the other tool: the ports that are open before and
// after.
type difference struct {
	line
	before, after string
}

var diffLine = regexp.MustCompile(`^diff-type: \w+, source: (\S+?)(?:\[(\w+)\])?, destination: (\S+?)(?:\[(\w+)\])?, ref1: (.+?), ref2: (.+?)(?:, workloads-diff-info: .*)?$`)

func diffLines(t *testing.T, expectation string) []difference {
	t.Helper()
	text, err := os.ReadFile(expectation)
	if err != nil {
		t.Fatal(err)
	}
	var out []difference
	for l := range strings.Lines(string(text)) {
		if l = strings.TrimSpace(l); l == "" || l == "Connectivity diff:" {
			continue
		}
		m := diffLine.FindStringSubmatch(l)
		if m == nil {
			t.Fatalf("%s: not a difference: %q", expectation, l)
		}
		out = append(out, difference{line{src: m[1], srcKind: m[2], dst: m[3], dstKind: m[4]}, m[5], m[6]})
	}
	return out
}

// private4 are the IPv4 addresses that "internet" leaves out.
var private4 = []string{
	"0.0.0.0-0.255.255.255", "10.0.0.0-10.255.255.255", "100.64.0.0-100.127.255.255", "127.0.0.0-127.255.255.255",
	"169.254.0.0-169.254.255.255", "172.16.0.0-172.31.255.255", "192.0.0.0-192.0.0.255", "192.168.0.0-192.168.255.255",
	"198.18.0.0-198.19.255.255", "224.0.0.0-255.255.255.255",
}

// rangesOfPeer returns the addresses of a peer of ours outside, or nothing for a
// workload.
func rangesOfPeer(t *testing.T, name string) []addresses {
	t.Helper()
	var private, internet []addresses
	next := netip.IPv4Unspecified()
	for _, text := range private4 {
		a := parseAddresses(t, text)
		private = append(private, a)
		if next.Less(a.first) {
			internet = append(internet, addresses{next, a.first.Prev()})
		}
		next = a.last.Next()
	}
	switch {
	case name == "private":
		return private
	case name == "internet":
		return internet
	case !strings.ContainsAny(name, "abcdefghijklmnopqrstuvwxyz"):
		if p, err := netip.ParsePrefix(name); err == nil {
			last := p.Addr().As4()
			for i := p.Bits(); i < 32; i++ {
				last[i/8] |= 0x80 >> (i % 8)
			}
			return []addresses{{p.Addr(), netip.AddrFrom4(last)}}
		}
		return []addresses{parseAddresses(t, name)}
	}
	return nil
}

// opening is what a change does to one pair.
type opening struct{ opened, closed portSpans }

// compareDiff compares what opens and closes between every pair of workloads and
// of addresses outside, these cut wherever either tool cuts them.
func compareDiff(t *testing.T, before, after string, want []difference) int {
	t.Helper()
	stdout, stderr, code := netreach(t, "diff", before, after, "-o", "tsv", "-q", "--no-config",
		"--set", "ipblock-matches-pods=false", "--set", "host-network-pods=pods",
		"--set", "own-node-ingress=false", "--set", "egress-to-own-node-always-allowed=false")
	if code == 2 {
		t.Fatalf("exit 2:\n%s", stderr)
	}
	var rows [][]string
	starts := []netip.Addr{netip.IPv4Unspecified()}
	cut := func(list []addresses) {
		for _, a := range list {
			starts = append(starts, a.first)
			if next := a.last.Next(); next.IsValid() {
				starts = append(starts, next)
			}
		}
	}
	workloads := map[string]bool{}
	for i, l := range strings.Split(strings.TrimSpace(stdout), "\n") {
		row := strings.Split(l, "\t")
		if i == 0 {
			if diff := cmp.Diff([]string{"src", "dst", "ports", "before", "after"}, row); diff != "" {
				t.Fatal(diff)
			}
			continue
		}
		if strings.HasPrefix(row[0], "node:") || strings.HasPrefix(row[1], "node:") {
			continue // the other tool has no nodes
		}
		rows = append(rows, row)
		for _, end := range row[:2] {
			if list := rangesOfPeer(t, end); list != nil {
				cut(list)
			} else {
				workloads[end] = true
			}
		}
	}
	for _, w := range want {
		for _, end := range [][2]string{{w.srcKind, w.src}, {w.dstKind, w.dst}} {
			if end[0] == external {
				cut([]addresses{parseAddresses(t, end[1])})
			}
		}
	}
	slices.SortFunc(starts, netip.Addr.Compare)
	starts = slices.Compact(starts)
	parts := make([]addresses, len(starts))
	for i, first := range starts {
		parts[i] = addresses{first, netip.AddrFrom4([4]byte{255, 255, 255, 255})}
		if i+1 < len(starts) {
			parts[i].last = starts[i+1].Prev()
		}
	}

	got, expected := map[[2]string]opening{}, map[[2]string]opening{}
	add := func(to map[[2]string]opening, src, dst string, opened, closed portSpans) {
		o, ok := to[[2]string{src, dst}]
		if !ok {
			o = opening{portSpans{}, portSpans{}}
		}
		for _, of := range []struct{ from, to portSpans }{{opened, o.opened}, {closed, o.closed}} {
			for protocol, spans := range of.from {
				for _, s := range spans {
					of.to.add(protocol, s[0], s[1])
				}
			}
		}
		if src != dst && len(o.opened)+len(o.closed) > 0 {
			to[[2]string{src, dst}] = o
		}
	}
	names := func(end string) []string {
		if _, by, ok := strings.Cut(end, " via "); ok && !strings.Contains(by, "/svc/") {
			return []string{controller}
		}
		list := rangesOfPeer(t, end)
		if list == nil {
			return []string{end}
		}
		var out []string
		for _, p := range parts {
			if slices.ContainsFunc(list, p.within) {
				out = append(out, p.String())
			}
		}
		return out
	}
	for _, row := range rows {
		ports := parsePorts(t, row[2])
		var opened, closed portSpans
		for _, verdict := range row[3:] {
			if !slices.Contains([]string{"allow", "deny", "absent"}, verdict) {
				t.Errorf("%q: want one verdict for all of it", row)
			}
		}
		switch {
		case row[4] == "allow":
			opened = ports
		case row[3] == "allow":
			closed = ports
		}
		for _, src := range names(row[0]) {
			for _, dst := range names(row[1]) {
				add(got, src, dst, opened, closed)
			}
		}
	}
	for _, w := range want {
		old, now := openPorts(t, w.before), openPorts(t, w.after)
		sources := []string{controller}
		if w.src != controller {
			sources = ourNames(t, w.src, w.srcKind, parts, workloads)
		}
		for _, src := range sources {
			for _, dst := range ourNames(t, w.dst, w.dstKind, parts, workloads) {
				add(expected, src, dst, now.without(old), old.without(now))
			}
		}
	}
	text := func(pairs map[[2]string]opening) []string {
		var out []string
		for pair, o := range pairs {
			out = append(out, pair[0]+" => "+pair[1]+" : +"+o.opened.String()+" -"+o.closed.String())
		}
		slices.Sort(out)
		return out
	}
	if diff := cmp.Diff(text(expected), text(got)); diff != "" {
		t.Errorf("what opens and closes (-want +got):\n%.4000s", diff)
	}
	return len(expected)
}

func openPorts(t *testing.T, text string) portSpans {
	t.Helper()
	if text == "No Connections" {
		return portSpans{}
	}
	return parsePorts(t, text)
}
