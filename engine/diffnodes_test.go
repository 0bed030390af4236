package engine_test

import (
	"fmt"
	"slices"
	"testing"

	"netreach/engine"
	"netreach/model"
)

// TestDiff_nodes holds the flows between pods and nodes that change against every
// pair of a workload and a node, on some ports: what a pod and a node that both
// states have, and that are on different nodes in both, say of their addresses.
func TestDiff_nodes(t *testing.T) {
	changed := 0
	for seed := range uint64(120) {
		one, two, opts := twoStates(seed)
		m := statesIn(t, opts, one, engine.Align(one, two))
		d, err := engine.NewDiff(m[0], m[1])
		if err != nil {
			t.Fatal(err)
		}
		u := m[0].Universe()
		got, want, open := map[string]bool{}, map[string]bool{}, map[string]bool{}
		for _, f := range d.NodeFlows {
			if f.Change.Effect == 0 || f.Change.Cause == 0 {
				t.Fatalf("seed %d: no effect or no cause: %+v", seed, f)
			}
			for _, p := range somePorts {
				if _, ok := changeAt([]engine.Change{f.Change}, p); !ok {
					continue
				}
				for _, i := range f.Workloads {
					for _, n := range f.Nodes {
						got[fmt.Sprint(d.Comparison.Ends[i].Name, " ", f.ToNodes, " ", n, " ", p)] = true
					}
				}
			}
		}
		nodes := [2]map[string]bool{}
		for side, c := range []*model.Cluster{m[0].Cluster(), m[1].Cluster()} {
			nodes[side] = map[string]bool{}
			for i := range c.Nodes {
				nodes[side][c.Nodes[i].Name] = true
			}
		}
		for i, w := range d.Workloads {
			if w.Before < 0 || w.After < 0 {
				continue
			}
			for name := range nodes[0] {
				if !nodes[1][name] {
					continue
				}
				node, _ := u.NodeID(name)
				for _, pod := range d.Comparison.Ends[i].Peers {
					if on(m[0], u.Peer(pod), name) || on(m[1], u.Peer(pod), name) {
						continue
					}
					for _, p := range somePorts {
						for _, toNodes := range []bool{false, true} {
							src, dst := node, pod
							if toNodes {
								src, dst = pod, node
							}
							before, after := m[0].Explain(src, dst, p.Protocol, p.First), m[1].Explain(src, dst, p.Protocol, p.First)
							if before.Verdict == model.None || after.Verdict == model.None {
								continue // a pod that one state only has
							}
							key := fmt.Sprint(d.Comparison.Ends[i].Name, " ", toNodes, " ", name, " ", p)
							mixed := before.Verdict == model.Some || before.Verdict == model.Unknown
							switch {
							case before.Verdict != after.Verdict:
								want[key] = true
							case mixed && len(before.Flows) != len(after.Flows):
								open[key] = true // other addresses: which of them go together is not told
							case mixed && !slices.EqualFunc(before.Flows, after.Flows, func(f, g engine.FlowTrace) bool { return f.Verdict == g.Verdict }):
								want[key] = true
							}
						}
					}
				}
			}
		}
		for key := range want {
			if !got[key] {
				t.Errorf("seed %d: %s changes and is not named", seed, key)
			}
		}
		for key := range got {
			if !want[key] && !open[key] {
				t.Errorf("seed %d: %s is named and does not change", seed, key)
			}
		}
		changed += len(want)
	}
	if changed < 100 {
		t.Errorf("only %d changes", changed)
	}
}

// on reports whether a pod is on a node, or not in the cluster.
func on(m *engine.Matrix, pod engine.Peer, node string) bool {
	c := m.Cluster()
	i := slices.IndexFunc(c.Pods, func(p model.Pod) bool {
		kind := ""
		if p.StandIn {
			kind = c.Workloads[p.Workload].Kind
		}
		return p.Namespace == pod.Namespace && p.Name == pod.Name && kind == pod.Workload
	})
	return i < 0 || c.Pods[i].Node == node
}
