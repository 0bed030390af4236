package main_test

import (
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// refused are the cases whose policies the API server would refuse, and so do
// we; the other tool goes on.
var refused = map[string]string{
	// its policy's name has underscores (NPV-1)
	"tests/example_pods_w_same_owner_and_labels_gap_with_good_match_expression": "metadata.name",
	// a rule has a named port and a peer of networks (ANP-13)
	"tests/anp_test_named_ports_multiple_peers": "spec.egress[0].ports",
}

// finished are the workloads of a case of which every pod has succeeded. For us
// they are gone (NP-46); the other tool does not look at the phase.
var finished = map[string][]string{
	"tests/minikube_resources": {
		"ingress-nginx/ingress-nginx-admission-create", "ingress-nginx/ingress-nginx-admission-patch",
	},
}

// TestCorpus_npguard compares whole connection lists with those of another
// tool, with the differences that the corpus states: there, ipBlocks never
// match pods, and neither hostNetwork nor nodes are modelled.
func TestCorpus_npguard(t *testing.T) {
	root := corpus(t, "npguard")
	for _, kind := range []struct {
		name    string
		atLeast int // lines, so that no table of cases is read as empty
	}{{"np", 20000}, {"anp", 250}} {
		t.Run(kind.name, func(t *testing.T) {
			lines, pairs, ran := 0, 0, 0
			for _, c := range rows(t, filepath.Join(root, "cases.tsv")) {
				if c[0] != kind.name {
					continue
				}
				t.Run(strings.TrimPrefix(c[1], "tests/"), func(t *testing.T) {
					ran++
					dir := filepath.Join(root, c[1])
					if field := refused[c[1]]; field != "" {
						if stderr := checkRefused(t, dir); !strings.Contains(stderr, field) {
							t.Errorf("no diagnostic for %s:\n%s", field, stderr)
						}
						return
					}
					gone := finished[c[1]]
					want := slices.DeleteFunc(connectionLines(t, filepath.Join(root, c[2])), func(l line) bool {
						return slices.Contains(gone, l.src) || slices.Contains(gone, l.dst)
					})
					lines += len(want)
					pairs += compareConnections(t, dir, want)
				})
			}
			t.Logf("%d connection lines compared in %d cases: the ports of %d ordered pairs", lines, ran, pairs)
			if lines < kind.atLeast {
				t.Errorf("%d connection lines compared, want at least %d", lines, kind.atLeast)
			}
		})
	}
}

// compareConnections compares the ports of every ordered pair of workloads and
// addresses outside, and returns the number of pairs. The ranges of the
// expectation cut the IPv4 addresses into parts, each a peer of ours, also where
// there must be no connection.
func compareConnections(t *testing.T, dir string, lines []line) int {
	t.Helper()
	parts := addressParts(t, lines)
	args := []string{
		"matrix", "-f", dir, "--by", "workload", "-o", "tsv",
		"--set", "ipblock-matches-pods=false", "--set", "host-network-pods=pods",
		"--set", "own-node-ingress=false", "--set", "egress-to-own-node-always-allowed=false",
	}
	outside := map[string]bool{}
	for _, p := range parts {
		args = append(args, "--external", p.String())
		outside[p.String()] = true
	}

	workloads := map[string]bool{}
	got := map[connection]bool{}
	pairs := 0
	for _, r := range matrixRows(t, args) {
		src, dst, verdict := r[0], r[1], r[3]
		if !outside[src] && !isWorkload(src) || !outside[dst] && !isWorkload(dst) {
			continue // internet, private, and what parts of them behave alike
		}
		for _, end := range []string{src, dst} {
			workloads[end] = !outside[end]
		}
		if src != dst {
			pairs++
		}
		switch {
		case verdict == "allow" && src != dst:
			got[connection{src, dst, canonicalPorts(t, r[2])}] = true
		case verdict != "allow" && verdict != "deny":
			t.Errorf("%s -> %s %s: %s, want one verdict for all of it", src, dst, r[2], verdict)
		}
	}

	want := map[connection]bool{}
	for _, l := range lines {
		for _, src := range ourNames(t, l.src, l.srcKind, parts, workloads) {
			for _, dst := range ourNames(t, l.dst, l.dstKind, parts, workloads) {
				if src != dst {
					want[connection{src, dst, canonicalPorts(t, l.ports)}] = true
				}
			}
		}
	}
	if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
		t.Errorf("connections (-want +got):\n%.4000s", diff)
	}
	return pairs
}

// isWorkload reports whether a peer of ours is a workload, and not an address.
func isWorkload(name string) bool {
	if _, err := netip.ParsePrefix(name); err == nil {
		return false
	}
	return strings.Contains(name, "/")
}

// line is a line of the other tool as it stands.
type line struct{ src, srcKind, dst, dstKind, ports string }

var connectionLine = regexp.MustCompile(`^(\S+)\[(\w+)\]\s+=>\s+(\S+)\[(\w+)\] : (.+)$`)

// external is the kind of addresses outside, which the other tool gives as
// ranges "A-B".
const external = "External"

// connectionLines returns the lines above the analysis of what is exposed to
// pods that may come, which is another question.
func connectionLines(t *testing.T, expectation string) []line {
	t.Helper()
	text, err := os.ReadFile(expectation)
	if err != nil {
		t.Fatal(err)
	}
	above, _, _ := strings.Cut(string(text), "Exposure Analysis Result:")
	var out []line
	for l := range strings.Lines(above) {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		m := connectionLine.FindStringSubmatch(l)
		if m == nil {
			t.Fatalf("%s: not a connection: %q", expectation, l)
		}
		out = append(out, line{m[1], m[2], m[3], m[4], m[5]})
	}
	return out
}

// addresses is a range of addresses.
type addresses struct{ first, last netip.Addr }

func (a addresses) String() string {
	if a.first == a.last {
		return a.first.String()
	}
	return a.first.String() + "-" + a.last.String()
}

func (a addresses) within(b addresses) bool {
	return b.first.Compare(a.first) <= 0 && a.last.Compare(b.last) <= 0
}

func parseAddresses(t *testing.T, text string) addresses {
	t.Helper()
	first, last, ok := strings.Cut(text, "-")
	if !ok {
		last = first
	}
	var a addresses
	for _, end := range []struct {
		text string
		addr *netip.Addr
	}{{first, &a.first}, {last, &a.last}} {
		var err error
		if *end.addr, err = netip.ParseAddr(end.text); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// addressParts cuts the IPv4 addresses at the ends of all ranges of the lines.
func addressParts(t *testing.T, lines []line) []addresses {
	t.Helper()
	starts := []netip.Addr{netip.IPv4Unspecified()}
	cut := func(kind, text string) {
		if kind != external {
			return
		}
		a := parseAddresses(t, text)
		starts = append(starts, a.first)
		if next := a.last.Next(); next.IsValid() {
			starts = append(starts, next)
		}
	}
	for _, l := range lines {
		cut(l.srcKind, l.src)
		cut(l.dstKind, l.dst)
	}
	slices.SortFunc(starts, netip.Addr.Compare)
	starts = slices.Compact(starts)
	out := make([]addresses, len(starts))
	for i, first := range starts {
		out[i] = addresses{first, netip.AddrFrom4([4]byte{255, 255, 255, 255})}
		if i+1 < len(starts) {
			out[i].last = starts[i+1].Prev()
		}
	}
	return out
}

var hashSuffix = regexp.MustCompile(`-[0-9a-z]+$`)

// ourNames returns our names for an end of the other tool: the parts of a range,
// or a workload. It prints the ReplicaSet of a Deployment where we print the
// Deployment.
func ourNames(t *testing.T, name, kind string, parts []addresses, workloads map[string]bool) []string {
	t.Helper()
	if kind == external {
		var out []string
		whole := parseAddresses(t, name)
		for _, p := range parts {
			if p.within(whole) {
				out = append(out, p.String())
			}
		}
		return out
	}
	if kind == "ReplicaSet" && !workloads[name] {
		name = hashSuffix.ReplaceAllString(name, "")
	}
	return []string{name}
}

// connection is a pair with the ports that are open, in canonical form.
type connection struct{ src, dst, ports string }

func sorted(connections map[connection]bool) []string {
	var out []string
	for c := range connections {
		out = append(out, fmt.Sprintf("%s => %s : %s", c.src, c.dst, c.ports))
	}
	slices.Sort(out)
	return out
}

// canonicalPorts returns one form for the same set of ports: of ours, as in
// "80/tcp,8000-8100/udp" or "*", and of the other tool's, as in
// "TCP 80,8080,UDP 53" or "All Connections".
func canonicalPorts(t *testing.T, text string) string {
	t.Helper()
	return parsePorts(t, text).String()
}

// portSpans is a set of ports: by protocol, disjoint ascending ranges.
type portSpans map[string][][2]int

// add adds a range.
func (p portSpans) add(protocol string, first, last int) {
	s := append(p[protocol], [2]int{first, last})
	slices.SortFunc(s, func(a, b [2]int) int { return a[0] - b[0] })
	merged := s[:1]
	for _, next := range s[1:] {
		if last := &merged[len(merged)-1]; next[0] <= last[1]+1 {
			last[1] = max(last[1], next[1])
		} else {
			merged = append(merged, next)
		}
	}
	p[protocol] = merged
}

// without returns the ports of p that are not in q.
func (p portSpans) without(q portSpans) portSpans {
	out := portSpans{}
	for protocol, spans := range p {
		for _, s := range spans {
			for _, gone := range q[protocol] {
				if gone[1] < s[0] || s[1] < gone[0] {
					continue
				}
				if s[0] < gone[0] {
					out.add(protocol, s[0], gone[0]-1)
				}
				s[0] = gone[1] + 1
			}
			if s[0] <= s[1] {
				out.add(protocol, s[0], s[1])
			}
		}
	}
	return out
}

func (p portSpans) String() string {
	var out []string
	for _, protocol := range slices.Sorted(maps.Keys(p)) {
		out = append(out, fmt.Sprint(protocol, p[protocol]))
	}
	return strings.Join(out, " ")
}

func parsePorts(t *testing.T, text string) portSpans {
	t.Helper()
	out := portSpans{}
	protocol := ""
	for word := range strings.SplitSeq(text, ",") {
		switch before, after, _ := strings.Cut(word, " "); {
		case word == "*" || word == "All Connections":
			for _, p := range []string{"tcp", "udp", "sctp"} {
				out.add(p, 1, 65535)
			}
			continue
		case after != "":
			protocol, word = strings.ToLower(before), after
		}
		numbers, ours, ok := strings.Cut(word, "/")
		if ok {
			protocol = ours
		}
		first, last, ok := strings.Cut(strings.Replace(numbers, "*", "1-65535", 1), "-")
		if !ok {
			last = first
		}
		out.add(protocol, number(t, first), number(t, last))
	}
	return out
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
