package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/engine"
	"netreach/model"
	"netreach/model/selector"
)

// TestJudge_unusedName asks about a port by a name that no rule uses: nothing
// but the name tells the pods behind it apart, and each must be judged on its
// own number (NP-31).
func TestJudge_unusedName(t *testing.T) {
	pod := func(name string, port uint16) model.Pod {
		return model.Pod{
			Namespace: "x", Name: name, Weight: 1,
			Ports: []model.ContainerPort{{Name: "http", Protocol: model.TCP, Port: port}},
		}
	}
	c := &model.Cluster{
		Namespaces: []model.Namespace{{Name: "x", Labels: selector.Labels{{Key: model.NameLabel, Value: "x"}}}},
		Workloads:  []model.Workload{{Kind: "Pod", Namespace: "x", Name: "w", Replicas: 3}},
		Pods:       []model.Pod{pod("a", 80), pod("b", 8080), pod("c", 80)},
		Tiers:      []model.Tier{{Name: model.TierNetworkPolicy, Unmatched: model.Deny}},
		// only port 80 is open
		Policies: []model.Policy{{
			Tier: model.TierNetworkPolicy, Subject: model.PodSet{Namespace: "x"}, Isolates: [model.Directions]bool{model.Ingress: true},
			Rules: []model.Rule{{
				Direction: model.Ingress, Action: model.Allow, Peers: []model.Peer{{Kind: model.PeerAny}},
				Ports: []model.PortMatch{{Kind: model.PortRange, Protocol: model.TCP, First: 80, Last: 80}},
			}},
		}},
	}
	u, err := engine.NewUniverse(model.Options{}, c)
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		t.Fatal(err)
	}
	ends := m.Pods()
	all := engine.End{Name: "x/*", Weight: 3, Peers: []engine.PeerID{ends[0].Peers[0], ends[1].Peers[0], ends[2].Peers[0]}}
	outside := m.Outside()[0]
	http := model.PortMatch{Kind: model.PortNamed, Protocol: model.TCP, Name: "http"}
	tests := []struct {
		dst  engine.End
		want []engine.Segment
	}{
		{ends[0], []engine.Segment{{model.Allowed, []engine.PortRange{{model.TCP, 80, 80}}}}},
		{ends[1], []engine.Segment{{model.Denied, []engine.PortRange{{model.TCP, 8080, 8080}}}}},
		{all, []engine.Segment{
			{model.Allowed, []engine.PortRange{{model.TCP, 80, 80}}}, {model.Denied, []engine.PortRange{{model.TCP, 8080, 8080}}},
		}},
	}
	for _, test := range tests {
		got := m.Judge(outside, test.dst, http)
		if diff := cmp.Diff(test.want, got.Segments); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.dst.Name, diff)
		}
		for _, w := range got.Witnesses {
			if v := m.Verdict(w.Src, w.Dst, w.Port.Protocol, w.Port.First); v != w.Verdict {
				t.Errorf("%s: witness %v has verdict %v", test.dst.Name, w, v)
			}
		}
	}
	if v := m.Judge(outside, all, http).Verdict; v != model.Some {
		t.Errorf("all: %v, want some", v)
	}
}
