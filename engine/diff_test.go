package engine_test

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/engine"
	"netreach/engine/internal/worlds"
	"netreach/model"
	"netreach/model/load"
	"netreach/model/profile"
	"netreach/scenarios"
)

// diffOf compares two clusters as diff does.
func diffOf(t *testing.T, opts model.Options, before, after *model.Cluster) *engine.Diff {
	t.Helper()
	m := statesIn(t, opts, before, engine.Align(before, after))
	d, err := engine.NewDiff(m[0], m[1])
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// flowsOf returns what changes pair by pair and port by port, in words.
func flowsOf(d *engine.Diff, reversed bool) []string {
	ends := d.Comparison.Ends
	ports := map[string][]engine.PortRange{}
	for _, f := range d.Flows {
		before, after := f.Change.Before, f.Change.After
		if reversed {
			before, after = after, before
		}
		for _, i := range f.Src {
			for _, j := range f.Dst {
				if i == j && d.Comparison.Itself(i, j) {
					continue
				}
				key := fmt.Sprintf("%s -> %s: %s to %s", ends[i].Name, ends[j].Name, before, after)
				if f.Change.Ports == nil {
					ports[key] = append(ports[key], somePorts...)
				}
				for _, p := range somePorts {
					if slices.ContainsFunc(f.Change.Ports, func(r engine.PortRange) bool {
						return r.Protocol == p.Protocol && r.First <= p.First && p.Last <= r.Last
					}) {
						ports[key] = append(ports[key], p)
					}
				}
			}
		}
	}
	var out []string
	for key, list := range ports {
		slices.SortFunc(list, func(a, b engine.PortRange) int {
			return int(a.Protocol)<<16 + int(a.First) - int(b.Protocol)<<16 - int(b.First)
		})
		out = append(out, fmt.Sprint(key, " ", list))
	}
	slices.Sort(out)
	return out
}

func readSide(t *testing.T, dir string) *model.Cluster {
	t.Helper()
	c, problems, err := load.Read(load.Options{FS: scenarios.FS}, dir)
	if err != nil || c == nil {
		t.Fatal(dir, err, problems)
	}
	return c
}

// TestDiff_same: a cluster against itself, read twice, changes nothing, whatever
// the plugin is like.
func TestDiff_same(t *testing.T) {
	var inputs []string
	for _, name := range scenarios.Names() {
		inputs = append(inputs, path.Join(name, scenarios.Manifests))
	}
	for _, name := range scenarios.Diffs() {
		inputs = append(inputs, path.Join(name, scenarios.Before), path.Join(name, scenarios.After))
	}
	for _, input := range inputs {
		for _, name := range []string{profile.Spec, "cilium", "strict"} {
			p, _ := profile.Named(name)
			d := diffOf(t, model.Options{Switches: p.Switches}, readSide(t, input), readSide(t, input))
			if len(d.Flows) > 0 || len(d.Edits) > 0 || len(d.Unchanged(nil)) > 0 {
				t.Errorf("%s under %s: %d blocks of flows change, %d edits", input, p.Name, len(d.Flows), len(d.Edits))
			}
		}
	}
}

// TestDiff_mirror: what opens from one cluster to another closes on the way back,
// and nothing else changes.
func TestDiff_mirror(t *testing.T) {
	changes := 0
	check := func(what string, opts model.Options, before, after *model.Cluster) {
		t.Helper()
		forth := flowsOf(diffOf(t, opts, before, after), false)
		back := flowsOf(diffOf(t, opts, after, before), true)
		changes += len(forth)
		if diff := cmp.Diff(forth, back); diff != "" {
			t.Errorf("%s: forth and (+) back:\n%.2000s", what, diff)
		}
	}
	for _, name := range scenarios.Diffs() {
		check(name, model.Options{}, readSide(t, path.Join(name, scenarios.Before)), readSide(t, path.Join(name, scenarios.After)))
	}
	// Two scenarios of one topic have little in common, but some names.
	names := scenarios.Names()
	for i := 1; i < len(names); i++ {
		check(names[i], model.Options{}, readSide(t, path.Join(names[i-1], scenarios.Manifests)), readSide(t, path.Join(names[i], scenarios.Manifests)))
	}
	for seed := range uint64(80) {
		one, two, opts := twoStates(seed)
		check(fmt.Sprint("seed ", seed), opts, one, two)
	}
	if changes < 1000 {
		t.Errorf("only %d changes", changes)
	}
}

// TestDiff_edits: what does not bear on flows is no change: other files, another
// order, another name of a policy, a policy twice.
func TestDiff_edits(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 23))
		c, opts := worlds.Random(rng, 1+int(seed%6))
		if opts.Switches.PriorityTies == model.TiesByName {
			continue // there a name does bear on flows
		}
		for _, change := range []func(*model.Cluster, *rand.Rand) worlds.Changed{worlds.SplitRange, worlds.DuplicatePolicy} {
			after := change(c, rng).Cluster
			for i := range after.Policies {
				after.Policies[i].Origin.File = "elsewhere.yaml"
				after.Policies[i].Origin.Name += "-new"
			}
			d := diffOf(t, opts, c, after)
			if flows := flowsOf(d, false); len(flows) > 0 {
				t.Errorf("seed %d: %v", seed, flows)
			}
		}
	}
}

// TestAlign: pods of a rollout stand for the pods that they replace.
func TestAlign(t *testing.T) {
	cluster := func(names ...string) *model.Cluster {
		c := &model.Cluster{Namespaces: []model.Namespace{{Name: "a"}}, Workloads: []model.Workload{{Kind: "Deployment", Namespace: "a", Name: "web", Replicas: len(names)}}}
		for _, n := range names {
			c.Pods = append(c.Pods, model.Pod{Namespace: "a", Name: n, Weight: 1})
		}
		return c
	}
	before, after := cluster("web-1-a", "web-1-b", "web-1-c"), cluster("web-1-b", "web-2-x", "web-2-y", "web-2-z")
	aligned := engine.Align(before, after)
	var got []string
	for _, p := range aligned.Pods {
		got = append(got, p.Name)
	}
	if diff := cmp.Diff([]string{"web-1-b", "web-1-a", "web-1-c", "web-2-z"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if after.Pods[1].Name != "web-2-x" {
		t.Error("the cluster itself is changed")
	}
	d := diffOf(t, model.Options{}, before, after)
	if len(d.Flows) > 0 || len(d.Edits) > 0 {
		t.Errorf("a rollout is a change: %v", d.Edits)
	}
}
