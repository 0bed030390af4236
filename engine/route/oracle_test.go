package route_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"netreach/engine"
	"netreach/engine/internal/oracle"
	"netreach/engine/internal/worlds"
	"netreach/engine/route"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/selector"
)

// TestOracle holds the answers about Services of random clusters against the
// rules read aloud: one client, one backend and one flow at a time, each judged
// by the oracle. The DNS pods are not in the input, and are one that looks as
// they do.
func TestOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 29))
	compared, words := 0, map[model.Verdict]int{}
	for range 300 {
		c, o := worlds.Random(rng, 5)
		services(rng, c)
		m, a := compile(t, c, o)
		u := m.Universe()
		peers := m.PodPeers()
		together := map[string]model.Mix{}
		ask := func(src []engine.PeerID, s *model.Service, port *model.ServicePort) route.Answer {
			q := route.Question{
				Src: m.EndOf("client", slices.Clone(src)),
				Dst: expect.Peer{Kind: expect.Service, Namespace: s.Namespace, Name: s.Name}, Port: port.Match(),
			}
			got, err := a.Walk(q)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		for i := range c.Pods {
			for k := range c.Names.Services {
				s := &c.Names.Services[k]
				for _, port := range append(slices.Clone(s.Ports), model.ServicePort{Port: 7}) {
					got := ask(peers[i:i+1], s, &port)
					want := read(c, o, i, s, port.Match())
					compared++
					words[want]++
					key := fmt.Sprint(s.Namespace, " ", s.Name, " ", port.Match())
					together[key] = together[key].With(want)
					if got.Verdict != want {
						t.Fatalf("%s -> %s/svc/%s %s: %s, the rules say %s\n%s\n%s\n%+v", u.Peer(peers[i]), s.Namespace, s.Name, port.Match(), got.Verdict, want, describe(&got), worlds.Describe(c, o), *s)
					}
				}
			}
		}
		// All clients at once fare as each by itself.
		for k := range c.Names.Services {
			s := &c.Names.Services[k]
			for _, port := range s.Ports {
				want := together[fmt.Sprint(s.Namespace, " ", s.Name, " ", port.Match())].Verdict()
				if got := ask(peers, s, &port); got.Verdict != want {
					t.Fatalf("all pods -> %s/svc/%s %s: %s, one by one it is %s\n%s\n%s", s.Namespace, s.Name, port.Match(), got.Verdict, want, describe(&got), worlds.Describe(c, o))
				}
			}
		}
	}
	t.Logf("%d answers: %v", compared, words)
	for _, v := range []model.Verdict{model.Allowed, model.Denied, model.None, model.Some, model.Unknown} {
		if words[v] == 0 {
			t.Errorf("no answer is %s", v)
		}
	}
}

// services adds random Services to a cluster, and says of some pods that they are
// not ready, or about to end.
func services(rng *rand.Rand, c *model.Cluster) {
	for i := range c.Pods {
		c.Pods[i].Readiness = []model.Readiness{model.ReadyUnsaid, model.Ready, model.Ready, model.NotReady}[rng.IntN(4)]
		c.Pods[i].Terminating = rng.IntN(6) == 0
	}
	for n, ns := range c.Namespaces {
		s := model.Service{
			Namespace: ns.Name, Name: fmt.Sprint("s", n), Selects: rng.IntN(6) > 0, Headless: rng.IntN(5) == 0,
			InternalLocal: rng.IntN(5) == 0, PublishNotReady: rng.IntN(6) == 0,
		}
		if s.Selects && rng.IntN(2) == 0 {
			s.Pods = selector.Equal("app", "x")
		}
		for k, target := range []model.Target{{Number: 80}, {Name: "http"}, {Number: 53}}[:1+rng.IntN(3)] {
			s.Ports = append(s.Ports, model.ServicePort{
				Name: fmt.Sprint("p", k), Port: uint16(100 + k), Target: target, Protocol: []model.Protocol{model.TCP, model.TCP, model.UDP}[rng.IntN(3)],
			})
		}
		c.Names.Services = append(c.Names.Services, s)
	}
	// That slices are read at all tells that a Service without any has none.
	c.Names.Slices = []model.EndpointSlice{{Namespace: "elsewhere", Service: "x"}}
}

// read returns what the rules say of a client and a Service.
func read(c *model.Cluster, o model.Options, client int, s *model.Service, asked model.PortMatch) model.Verdict {
	var port *model.ServicePort
	for i := range s.Ports { // SVC-6
		if s.Ports[i].Port == asked.First && s.Ports[i].Protocol == asked.Protocol {
			port = &s.Ports[i]
		}
	}
	if port == nil && s.Headless { // SVC-8
		port = &model.ServicePort{Port: asked.First, Protocol: asked.Protocol}
	}
	if port == nil {
		return model.None
	}
	names := resolves(c, o, client)
	backends := backendsOf(c, o, s, port)
	if names == model.None || len(backends) == 0 {
		return model.None
	}
	var mix model.Mix
	for pod, number := range backends {
		mix = mix.With(flow(c, o, client, pod, port.Protocol, number))
	}
	if s.InternalLocal && !s.Headless { // SVC-14
		mix = localMix(c, o, client, port, backends)
	}
	return both(names, mix.Verdict())
}

// localMix is the verdicts where only backends on the client's node count.
func localMix(c *model.Cluster, o model.Options, client int, port *model.ServicePort, backends map[int]uint16) model.Mix {
	var near, all model.Mix
	found, adrift := false, false
	for pod, number := range backends {
		v := flow(c, o, client, pod, port.Protocol, number)
		all = all.With(v)
		switch node := c.Pods[pod].Node; {
		case perNode(c, pod), node != "" && node == c.Pods[client].Node:
			near, found = near.With(v), true
		case node == "":
			adrift = true
		}
	}
	switch {
	case found:
		return near
	case (adrift || c.Pods[client].Node == "") && all.Verdict() == model.Denied:
		return all
	case adrift || c.Pods[client].Node == "":
		return model.Mix(0).With(model.Unknown)
	}
	return model.Mix(0).With(model.Denied)
}

// perNode tells that a pod stands for one on every node.
func perNode(c *model.Cluster, pod int) bool {
	return c.Pods[pod].StandIn && c.Workloads[c.Pods[pod].Workload].Kind == "DaemonSet"
}

// both joins two verdicts of which each must be allowed.
func both(a, b model.Verdict) model.Verdict {
	return model.Mix(0).With(a).And(model.Mix(0).With(b)).Verdict()
}

// flow judges one client and one backend.
func flow(c *model.Cluster, o model.Options, src, dst int, protocol model.Protocol, port uint16) model.Verdict {
	return oracle.Judge(c, o, oracle.Flow{Src: oracle.End{Pod: &c.Pods[src]}, Dst: oracle.End{Pod: &c.Pods[dst]}, Protocol: protocol, Port: port})
}

// backendsOf returns the port of each pod that a Service uses (SVC-3 to SVC-10).
func backendsOf(c *model.Cluster, o model.Options, s *model.Service, port *model.ServicePort) map[int]uint16 {
	ready, last := map[int]uint16{}, map[int]uint16{}
	for i := range c.Pods {
		p := &c.Pods[i]
		if !s.Selects || p.Namespace != s.Namespace || !s.Pods.Matches(p.Labels) || p.Weight == 0 || p.Readiness == model.NotReady && len(p.Addresses) == 0 {
			continue
		}
		number := port.Target.Number
		if s.Headless {
			number = port.Port
		} else if port.Target.Name != "" {
			number = 0
			for _, sidecar := range []bool{true, false} {
				for _, x := range slices.Backward(p.Ports) {
					if x.Name == port.Target.Name && x.Protocol == port.Protocol && x.Sidecar == sidecar {
						number = x.Port
					}
				}
			}
			if number == 0 {
				continue
			}
		}
		isReady := p.Readiness == model.Ready || p.Readiness == model.ReadyUnsaid && !o.Switches.RequireReady
		switch {
		case isReady && !p.Terminating || s.PublishNotReady:
			ready[i] = number
		case isReady:
			last[i] = number
		}
	}
	if len(ready) == 0 {
		return last
	}
	return ready
}

// resolves returns whether a client learns the address of a Service: it asks a
// pod that looks as DNS pods do (DNS-1, DNS-2).
func resolves(c *model.Cluster, o model.Options, client int) model.Verdict {
	if c.Pods[client].HostNetwork {
		return model.None // ClusterFirst is then like Default
	}
	with := *c
	with.Namespaces = append(slices.Clone(c.Namespaces), model.Namespace{Name: "kube-system", Labels: model.Labels{{Key: model.NameLabel, Value: "kube-system"}}})
	dns := model.Pod{
		Namespace: "kube-system", Name: "coredns", Labels: model.Labels{{Key: "k8s-app", Value: "kube-dns"}}, Weight: 1, StandIn: true, Workload: len(c.Workloads),
		Ports: []model.ContainerPort{{Name: "dns", Protocol: model.UDP, Port: 53}, {Name: "dns-tcp", Port: 53}},
	}
	with.Workloads = append(slices.Clone(c.Workloads), model.Workload{Kind: "Pod", Namespace: "kube-system", Name: "coredns", Replicas: 1})
	with.Pods = append(slices.Clone(c.Pods), dns)
	return flow(&with, o, client, len(c.Pods), model.UDP, 53)
}
