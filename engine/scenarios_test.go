package engine_test

import (
	"net/netip"
	"path"
	"slices"
	"strings"
	"testing"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/load"
	"netreach/model/profile"
	"netreach/scenarios"
)

// readScenario returns the cluster of a scenario, and its matrix.
func readScenario(t *testing.T, name string) (*model.Cluster, *engine.Universe, *engine.Matrix) {
	t.Helper()
	cluster, diagnostics, err := load.Read(load.Options{FS: scenarios.FS}, path.Join(name, scenarios.Manifests))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diagnostics {
		if d.Severity == model.Error {
			t.Error(d)
		} else {
			t.Log(d)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	u, err := engine.NewUniverse(model.Options{}, cluster)
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		t.Fatal(err)
	}
	return cluster, u, m
}

// TestScenarios checks every line of every expect.txt: each source with each
// destination on each port has the line's verdict.
func TestScenarios(t *testing.T) {
	flows := 0
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			_, _, m := readScenario(t, name)
			for _, line := range readExpectations(t, name) {
				srcs, dsts := resolveAll(t, m, line.Src), resolveAll(t, m, line.Dst)
				for _, src := range srcs {
					for _, dst := range dsts {
						for _, port := range line.Ports {
							flows++
							if got := m.Judge(src, dst, port).Verdict; got != line.Verdict {
								t.Errorf("%s:%d: %s %s -> %s %s, want %s", scenarios.Expect, line.Number, got, src.Name, dst.Name, port, line.Verdict)
							}
						}
					}
				}
			}
		})
	}
	t.Logf("%d flows in %d scenarios", flows, len(scenarios.Names()))
}

func readExpectations(t *testing.T, name string) []expect.Line {
	t.Helper()
	file := path.Join(name, scenarios.Expect)
	f, err := scenarios.FS.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, problems, err := expect.ParseFile(f, file, "")
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return lines
}

func resolveAll(t *testing.T, m *engine.Matrix, peers []expect.Peer) []engine.End {
	t.Helper()
	ends := make([]engine.End, 0, len(peers))
	for _, p := range peers {
		end, err := m.Resolve(p)
		if err != nil {
			t.Errorf("%s: %v", p.Text, err)
			continue
		}
		ends = append(ends, end)
	}
	return ends
}

// TestScenarios_Explain demands that the explanation says what the matrix says,
// and that a query between two pods does too: for every pair of pods, nodes and
// interesting addresses outside, on every port next to one that a rule or a pod
// names. No verdict is unknown where the expectations do not mention it.
func TestScenarios_Explain(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			cluster, u, m := readScenario(t, name)
			open := slices.ContainsFunc(readExpectations(t, name), func(l expect.Line) bool { return l.Verdict == model.Unknown })
			peers := interestingPeers(cluster, u)
			pods := m.Pods()
			for _, port := range interestingPorts(cluster) {
				for _, src := range peers {
					for _, dst := range peers {
						if outside(u, src) && outside(u, dst) {
							continue
						}
						want := m.Verdict(src, dst, port.Protocol, port.First)
						if want == model.Unknown && !open {
							t.Errorf("%v -> %v %s is unknown", u.Peer(src), u.Peer(dst), port)
						}
						if got := m.Explain(src, dst, port.Protocol, port.First).Verdict; got != want {
							t.Errorf("%v -> %v %s: Explain says %s, Verdict %s", u.Peer(src), u.Peer(dst), port, got, want)
						}
					}
				}
				for _, src := range pods {
					for _, dst := range pods {
						want := m.Verdict(src.Peers[0], dst.Peers[0], port.Protocol, port.First)
						if got := m.Judge(src, dst, port).Verdict; got != want {
							t.Errorf("%s -> %s %s: Judge says %s, Verdict %s", src.Name, dst.Name, port, got, want)
						}
					}
				}
				if t.Failed() {
					return
				}
			}
		})
	}
}

// TestScenarios_Oracle holds engine and explanation against the oracle, as every
// profile has it.
func TestScenarios_Oracle(t *testing.T) {
	const flows, explain = 2000, 5
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			cluster, _, _ := readScenario(t, name)
			for i, p := range profile.All() {
				compare(t, cluster, model.Options{Switches: p.Switches}, flows, i, explain)
			}
		})
	}
}

// TestScenarios_Sets demands that the verdict between two namespaces is that of
// their pairs of pods, joined. The pair of a pod with itself is left out,
// unless it stands for several replicas or is alone in both ends.
func TestScenarios_Sets(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			cluster, _, m := readScenario(t, name)
			weights := map[string]int{}
			for _, p := range cluster.Pods {
				weights[p.Namespace+"/"+p.Name] = p.Weight
			}
			pods := map[engine.PeerID]string{}
			for _, end := range m.Pods() {
				pods[end.Peers[0]] = end.Name
			}
			for _, src := range m.Namespaces() {
				for _, dst := range m.Namespaces() {
					for _, port := range interestingPorts(cluster) {
						var pairs model.Mix
						for _, s := range src.Peers {
							for _, d := range dst.Peers {
								if s == d && len(src.Peers) > 1 && weights[pods[s]] == 1 {
									continue
								}
								pairs = pairs.With(m.Verdict(s, d, port.Protocol, port.First))
							}
						}
						if got, want := m.Judge(src, dst, port).Verdict, pairs.Verdict(); got != want {
							t.Errorf("%s -> %s %s: Judge says %s, its pairs %s", src.Name, dst.Name, port, got, want)
						}
					}
				}
			}
		})
	}
}

func outside(u *engine.Universe, id engine.PeerID) bool {
	return u.Peer(id).Kind == engine.OutsidePeer
}

// interestingPeers returns all pods and nodes, and the addresses at the borders
// of every block.
func interestingPeers(c *model.Cluster, u *engine.Universe) []engine.PeerID {
	var peers []engine.PeerID
	for _, p := range c.Pods {
		if id, ok := u.PodID(p.Namespace, p.Name); ok {
			peers = append(peers, id)
		}
	}
	for _, n := range c.Nodes {
		if id, ok := u.NodeID(n.Name); ok {
			peers = append(peers, id)
		}
	}
	addresses := []netip.Addr{
		netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("10.255.0.1"),
		netip.MustParseAddr("2606:4700::1111"), netip.MustParseAddr("fd00:ffff::1"),
	}
	for _, policy := range c.Policies {
		for _, rule := range policy.Rules {
			for _, peer := range rule.Peers {
				for _, block := range slices.Concat(peer.Block.Except, []netip.Prefix{peer.Block.CIDR}) {
					if block.IsValid() {
						addresses = append(addresses, block.Addr(), block.Addr().Prev())
					}
				}
			}
		}
	}
	for _, a := range addresses {
		if a.IsValid() {
			peers = append(peers, u.AddrID(a))
		}
	}
	slices.Sort(peers)
	return slices.Compact(peers)
}

// interestingPorts returns the ports that rules and containers name, with their
// neighbours, and the first and last of each protocol.
func interestingPorts(c *model.Cluster) []model.PortMatch {
	var ports []model.PortMatch
	add := func(proto model.Protocol, port int) {
		if port >= int(model.MinPort) && port <= int(model.MaxPort) {
			ports = append(ports, model.PortMatch{Kind: model.PortRange, Protocol: proto, First: uint16(port), Last: uint16(port)})
		}
	}
	for proto := range model.Protocols {
		add(proto, int(model.MinPort))
		add(proto, int(model.MaxPort))
	}
	for _, policy := range c.Policies {
		for _, rule := range policy.Rules {
			for _, p := range rule.Ports {
				if p.Kind == model.PortRange {
					add(p.Protocol, int(p.First)-1)
					add(p.Protocol, int(p.First))
					add(p.Protocol, int(p.Last))
					add(p.Protocol, int(p.Last)+1)
				}
			}
		}
	}
	for _, pod := range c.Pods {
		for _, p := range pod.Ports {
			add(p.Protocol, int(p.Port))
			add(p.Protocol, int(p.Port)+1)
		}
	}
	slices.SortFunc(ports, func(a, b model.PortMatch) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(ports)
}

// TestScenarios_Plain: expectations of scenarios are plain flow lines, so that
// tests can take them apart.
func TestScenarios_Plain(t *testing.T) {
	for _, name := range scenarios.Names() {
		for _, l := range readExpectations(t, name) {
			if l.Form != expect.Flow || l.Each || len(l.SrcExcept)+len(l.DstExcept)+len(l.PortsExcept) > 0 {
				t.Errorf("%s: line %d is no plain flow line: %s", name, l.Number, &l)
			}
		}
	}
}
