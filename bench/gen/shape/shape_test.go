package shape_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"netreach/bench/gen/shape"
	"netreach/model"
)

// TestProfiles_counts holds the table of profiles to what is promised.
func TestProfiles_counts(t *testing.T) {
	for name, want := range map[string][5]int{ // nodes, namespaces, workloads, pods, policies
		"small":   {10, 40, 150, 500, 80},
		"medium":  {450, 600, 1_500, 6_000, 13_700},
		"gitops":  {50, 500, 2_500, 10_000, 10_000},
		"large":   {5_000, 5_000, 25_000, 100_000, 50_000},
		"extreme": {10_000, 10_000, 60_000, 250_000, 100_000},
		"stretch": {10_000, 10_000, 60_000, 700_000, 100_000},
		"A1":      {1_000, 25_000, 50_000, 100_000, 75_000},
		"A2":      {1_000, 1, 10_000, 10_000, 10_000},
		"A3":      {1_000, 1, 1, 10_000, 10_000},
		"A4":      {1_000, 100_000, 100_000, 100_000, 100_000},
		"A5":      {2_000, 1, 1_580, 158_000, 1},
		"A6":      {1_000, 100, 26_000, 100_000, 1_000},
		"A7":      {5_000, 500, 15_000, 150_000, 3_000},
		"A8":      {500, 100, 1_000, 10_000, 294},
		"A9":      {500, 100, 1_000, 10_000, 1_000},
		"A10":     {5_000, 5_000, 25_000, 100_000, 50_000},
	} {
		p, err := shape.Named(strings.ToLower(name))
		if err != nil {
			t.Error(err)
			continue
		}
		if got := [5]int{p.Nodes, p.Namespaces, p.Workloads, p.Pods, p.Policies}; got != want || p.Name != name || p.About == "" {
			t.Errorf("%s: %v, want %v; %+v", name, got, want, p)
		}
	}
	if n := len(shape.Names()); n != 16 {
		t.Errorf("%d profiles", n)
	}
}

// within returns the profile, no larger than some thousand pods, in about the
// same proportions.
func within(t *testing.T, name string, pods int) shape.Profile {
	t.Helper()
	p, err := shape.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	if p.Pods <= pods {
		return p
	}
	shrink := func(n int) int { return max(1, int(int64(n)*int64(pods)/int64(p.Pods))) }
	p.Nodes, p.Namespaces, p.Workloads, p.Policies = shrink(p.Nodes), shrink(p.Namespaces), shrink(p.Workloads), shrink(p.Policies)
	p.Pods = pods
	return p
}

func modelOf(t *testing.T, p shape.Profile, seed uint64) *model.Cluster {
	t.Helper()
	c, err := p.Model(seed)
	if err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
	return c
}

// TestModel: every shape gives a cluster as package model describes it, with
// exactly the counts that are asked for.
func TestModel(t *testing.T) {
	for _, name := range shape.Names() {
		t.Run(name, func(t *testing.T) {
			p := within(t, name, 6_000)
			if name == "A8" {
				p.Policies = 20 // 69 blocks in each of 250 rules
			}
			c := modelOf(t, p, 1)
			got := []int{len(c.Nodes), len(c.Namespaces), len(c.Workloads), len(c.Pods), len(c.Policies)}
			if want := []int{p.Nodes, p.Namespaces, p.Workloads, p.Pods, p.Policies}; !slices.Equal(got, want) {
				t.Errorf("counts %v, want %v", got, want)
			}
			checkPods(t, c)
			checkNamespaces(t, c)
			checkPolicies(t, c)
			after := shape.Churn(c, 1)
			checkNamespaces(t, after)
			checkPolicies(t, after)
		})
	}
}

// TestModel_seed: the seed decides, and nothing else.
func TestModel_seed(t *testing.T) {
	for _, name := range shape.Names() {
		p := within(t, name, 1_000)
		p.Policies = min(p.Policies, 100)
		one, again, other := modelOf(t, p, 1), modelOf(t, p, 1), modelOf(t, p, 2)
		if !reflect.DeepEqual(one, again) {
			t.Errorf("%s: two clusters of one seed", name)
		}
		if reflect.DeepEqual(one, other) {
			t.Errorf("%s: one cluster of two seeds", name)
		}
		if !reflect.DeepEqual(shape.Churn(one, 1), shape.Churn(again, 1)) {
			t.Errorf("%s: two days' changes of one seed", name)
		}
	}
}

// TestModel_pods: more pods are more pods of the same workloads, under the same
// policies.
func TestModel_pods(t *testing.T) {
	p := within(t, "large", 2_000)
	one := modelOf(t, p, 1)
	p.Pods *= 2
	two := modelOf(t, p, 1)
	if len(two.Pods) != 2*len(one.Pods) {
		t.Fatalf("%d pods, then %d", len(one.Pods), len(two.Pods))
	}
	if !reflect.DeepEqual(one.Policies, two.Policies) || !reflect.DeepEqual(one.Namespaces, two.Namespaces) {
		t.Error("other policies or namespaces")
	}
	for i := range two.Workloads {
		a, b := one.Workloads[i], two.Workloads[i]
		a.Replicas, b.Replicas = 0, 0
		if a != b {
			t.Fatalf("workload %+v, then %+v", a, b)
		}
	}
}

// TestChurn: one label of one namespace and 1% of the policies change, in a copy.
func TestChurn(t *testing.T) {
	p := within(t, "A10", 6_000)
	before, untouched := modelOf(t, p, 1), modelOf(t, p, 1)
	after := shape.Churn(before, 5)
	if !reflect.DeepEqual(before, untouched) {
		t.Error("the cluster before has changed too")
	}
	if !reflect.DeepEqual(before.Pods, after.Pods) || !reflect.DeepEqual(before.Workloads, after.Workloads) {
		t.Error("pods have changed")
	}
	relabelled, labels := 0, 0
	for i, ns := range after.Namespaces {
		if was := before.Namespaces[i]; !reflect.DeepEqual(ns, was) {
			relabelled++
			for _, l := range ns.Labels {
				if v, _ := was.Labels.Get(l.Key); v != l.Value {
					labels++
				}
			}
		}
	}
	if relabelled != 1 || labels != 1 {
		t.Errorf("%d labels of %d namespaces have changed", labels, relabelled)
	}
	changed := 0
	for i := range after.Policies {
		if !reflect.DeepEqual(after.Policies[i], before.Policies[i]) {
			changed++
		}
	}
	if want := len(before.Policies) / 100; changed != want {
		t.Errorf("%d policies have changed, want %d", changed, want)
	}
	// A cluster without policies is no trouble.
	p.Policies = 0
	shape.Churn(modelOf(t, p, 1), 1)
}

func TestNamed_unknown(t *testing.T) {
	_, err := shape.Named("huge")
	if err == nil || !strings.Contains(err.Error(), `"huge"`) || !strings.Contains(err.Error(), "stretch, A1") {
		t.Errorf("error %v", err)
	}
	if _, err := shape.Model("huge", 1); err == nil {
		t.Error("a model of no profile")
	}
}

// TestModel_refused: counts that do not go together are an error.
func TestModel_refused(t *testing.T) {
	for want, change := range map[string]func(*shape.Profile){
		"149 pods for 150 workloads": func(p *shape.Profile) { p.Pods = 149 },
		"needs a node":               func(p *shape.Profile) { p.Nodes = 0 },
		"needs a node, a namespace":  func(p *shape.Profile) { p.Namespaces = -1 },
		"a workload":                 func(p *shape.Profile) { p.Workloads = 0 },
		"needs":                      func(p *shape.Profile) { p.Policies = -1 },
		"10001 nodes":                func(p *shape.Profile) { p.Nodes = 10_001 },
		"2000001 pods":               func(p *shape.Profile) { p.Pods = 2_000_001 },
		"not come from Named":        func(p *shape.Profile) { *p = shape.Profile{} },
	} {
		p, err := shape.Named("small")
		if err != nil {
			t.Fatal(err)
		}
		change(&p)
		if _, err := p.Model(1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestModel_edges: clusters at the edge of what the counts allow.
func TestModel_edges(t *testing.T) {
	for _, name := range shape.Names() {
		for _, counts := range [][5]int{ // nodes, namespaces, workloads, pods, policies
			{1, 1, 1, 1, 1},
			{1, 1, 1, 1, 0},
			{2, 9, 3, 3, 20},   // namespaces without workloads
			{1, 8, 20, 21, 30}, // not enough pods for the platform
			{3, 8, 20, 60, 30},
			{1, 2, 4, 600, 10}, // more pods on a node than it has addresses by default
		} {
			p := within(t, name, 1_000)
			p.Nodes, p.Namespaces, p.Workloads, p.Pods, p.Policies = counts[0], counts[1], counts[2], counts[3], counts[4]
			c := modelOf(t, p, 3)
			if len(c.Pods) != p.Pods || len(c.Workloads) != p.Workloads || len(c.Policies) != p.Policies {
				t.Errorf("%s %v: %d pods, %d workloads, %d policies", name, counts, len(c.Pods), len(c.Workloads), len(c.Policies))
			}
			checkPods(t, c)
			checkNamespaces(t, c)
			checkPolicies(t, c)
		}
	}
}

func BenchmarkModel(b *testing.B) {
	for _, name := range []string{"small", "medium", "large"} {
		b.Run("profile="+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := shape.Model(name, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
