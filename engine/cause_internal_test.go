package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"netreach/engine/internal/worlds"
	"netreach/model"
	"netreach/model/selector"
)

// editAtRandom returns c with up to four edits.
func editAtRandom(c *model.Cluster, rng *rand.Rand) *model.Cluster {
	out := worlds.Copy(c)
	values := []string{"x", "y", "a", ""}
	for range 1 + rng.IntN(4) {
		switch at := rng.IntN(len(out.Policies) + 1); rng.IntN(8) {
		case 0:
			if at < len(out.Policies) {
				out.Policies = slices.Delete(out.Policies, at, at+1)
			}
		case 1:
			out = worlds.DuplicatePolicy(out, rng).Cluster
		case 2:
			n := &out.Namespaces[rng.IntN(len(out.Namespaces))]
			n.Labels = n.Labels.With([]string{"env", "team"}[rng.IntN(2)], values[rng.IntN(4)])
		case 3:
			p := &out.Pods[rng.IntN(len(out.Pods))]
			p.Labels = p.Labels.With([]string{"app", "role"}[rng.IntN(2)], values[rng.IntN(4)])
		case 4:
			if at < len(out.Policies) {
				p := &out.Policies[at]
				slices.Reverse(p.Rules)
				p.Isolates[rng.IntN(2)] = rng.IntN(2) == 0
			}
		case 5:
			if at < len(out.Policies) && len(out.Policies[at].Rules) > 0 {
				p := &out.Policies[at]
				k := rng.IntN(len(p.Rules))
				p.Rules = slices.Delete(p.Rules, k, k+1)
			}
		case 6:
			if at < len(out.Policies) {
				p := &out.Policies[at]
				p.Subject.Pods = selector.Equal("app", values[rng.IntN(4)])
			}
		case 7:
			p := &out.Pods[rng.IntN(len(out.Pods))]
			for i := range p.Ports {
				p.Ports[i].Port = []uint16{80, 8080, 443}[rng.IntN(3)]
			}
		}
	}
	return out
}

// withEdits returns the whole cluster before the change with some edits made.
func withEdits(x *attribution, made []int32) *model.Cluster {
	h := hypothesis{e: x.edits}
	out := *x.before.cluster
	out.Namespaces = slices.Clone(out.Namespaces)
	for i := range out.Namespaces {
		for _, l := range x.namespaces[out.Namespaces[i].Name] {
			if slices.Contains(made, l.edit) {
				out.Namespaces[i].Labels = l.apply(out.Namespaces[i].Labels)
			}
		}
	}
	out.Pods = slices.Clone(out.Pods)
	for id := range x.before.u.pods {
		old, now := x.before.pod(PeerID(id)), x.after.pod(PeerID(id))
		if old == nil || now == nil {
			continue
		}
		pod := &out.Pods[x.before.u.indexOf[x.before.ci][id]]
		pod.Weight = max(old.Weight, now.Weight)
		for _, l := range x.shapes[x.before.u.shapeOf[id]] {
			if !slices.Contains(made, l.edit) {
				continue
			}
			switch l.kind {
			case PodLabel:
				pod.Labels = l.apply(pod.Labels)
			case PodPorts:
				pod.Ports = now.Ports
			default:
				pod.Addresses, pod.HostNetwork, pod.Node, pod.LateLabels = now.Addresses, now.HostNetwork, now.Node, now.LateLabels
			}
		}
	}
	out.Policies = nil
	for _, versions := range x.byNamespace() {
		for _, v := range versions {
			if p, ok := h.policy(v, made); ok {
				out.Policies = append(out.Policies, p)
			}
		}
	}
	if len(x.after.cluster.Tiers) > len(out.Tiers) {
		out.Tiers = x.after.cluster.Tiers
	}
	return &out
}

// TestCauses holds what is said of causes against whole clusters: with the edits
// of the cause made and no others, the flow has the verdict that it has after the
// change; each of several is enough by itself, or none can be left out.
func TestCauses(t *testing.T) {
	checked, together, each, open := 0, 0, 0, 0
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 17))
		one, opts := worlds.Random(rng, 1+int(seed%7))
		two := editAtRandom(one, rng)
		u, err := NewUniverse(opts, one, two)
		if err != nil {
			t.Fatal(err)
		}
		before, err := Compile(u, 0)
		if err != nil {
			t.Fatal(err)
		}
		after, err := Compile(u, 1)
		if err != nil {
			t.Fatal(err)
		}
		d, err := NewDiff(before, after)
		if err != nil {
			t.Fatal(err)
		}
		c := d.Comparison
		x := c.causes
		matrices := map[string]*Matrix{}
		with := func(made []int32) *Matrix {
			key := fmt.Sprint(made)
			if matrices[key] == nil {
				hu, err := NewUniverse(opts, withEdits(x, made), one, two)
				if err != nil {
					t.Fatal(err)
				}
				if matrices[key], err = Compile(hu, 0); err != nil {
					t.Fatal(err)
				}
			}
			return matrices[key]
		}
		for i := range c.Ends {
			for j := range c.Ends {
				if c.Ends[i].Outside && c.Ends[j].Outside {
					continue
				}
				kinds, _ := c.kinds(i, j)
				for _, k := range kinds {
					if !k.paired {
						continue
					}
					for atom := range u.ports.Len() {
						v := before.shapeVerdict(k.src, k.dst, k.rel[0], atom)
						w := after.shapeVerdict(k.src, k.dst, k.rel[1], atom)
						if v == w {
							continue
						}
						cause := x.list[x.ofFlow(&k, atom, v, w)]
						if len(cause.Edits) == 0 {
							t.Fatalf("seed %d: a change without a cause: %v -> %v", seed, u.Peer(k.p), u.Peer(k.q))
						}
						if cause.Open {
							open++
							continue
						}
						protocol, port, _ := u.ports.Bounds(atom)
						ask := func(made []int32) model.Verdict {
							m := with(made)
							same := hypothesis{e: x.edits}
							return m.Verdict(same.peer(m.u, k.p), same.peer(m.u, k.q), protocol, port)
						}
						if k.p == k.q && x.before.itself(k.p) != x.after.itself(k.p) {
							continue
						}
						checked++
						if cause.Each {
							each++
							for _, e := range cause.Edits {
								if got := ask([]int32{e}); got != w {
									t.Fatalf("seed %d: %v -> %v %s %d: with %q alone it is %s, not %s", seed, u.Peer(k.p), u.Peer(k.q), protocol, port, d.edits.list[e].Object+" "+d.edits.list[e].Text, got, w)
								}
							}
							continue
						}
						if got := ask(cause.Edits); got != w {
							t.Fatalf("seed %d: %v -> %v %s %d: with all of %v it is %s, was %s, not %s", seed, u.Peer(k.p), u.Peer(k.q), protocol, port, texts(d, cause), got, v, w)
						}
						if len(cause.Edits) > 1 {
							together++
							for n := range cause.Edits {
								less := slices.Delete(slices.Clone(cause.Edits), n, n+1)
								if got := ask(less); got == w {
									t.Fatalf("seed %d: %v -> %v %s %d: %q is not needed of %v", seed, u.Peer(k.p), u.Peer(k.q), protocol, port, d.edits.list[cause.Edits[n]].Text, texts(d, cause))
								}
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d causes checked, %d of several edits together, %d of several by themselves; %d open", checked, together, each, open)
	if checked < 10000 || together == 0 || each == 0 || open > checked/20 {
		t.Error("the test checks too little")
	}
}

func texts(d *Diff, c Cause) []string {
	var out []string
	for _, e := range c.Edits {
		out = append(out, d.edits.list[e].Object+" "+d.edits.list[e].Text)
	}
	return out
}
