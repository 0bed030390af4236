package worlds_test

import (
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"netreach/engine/internal/worlds"
	"netreach/model"
)

// TestSmall demands that small worlds are small, valid, different, and about as
// many as a test can go through.
func TestSmall(t *testing.T) {
	seed := maphash.MakeSeed()
	seen := map[uint64]bool{}
	n := 0
	for c := range worlds.Small {
		n++
		if why := invalid(c); why != "" {
			t.Fatalf("world %d: %s\n%s", n, why, worlds.Describe(c, model.Options{}))
		}
		if len(c.Pods) > 3 || len(c.Namespaces) > 2 || len(c.Policies) > 2 {
			t.Fatalf("world %d is not small\n%s", n, worlds.Describe(c, model.Options{}))
		}
		h := maphash.String(seed, worlds.Describe(c, model.Options{}))
		if seen[h] {
			t.Fatalf("world %d comes twice\n%s", n, worlds.Describe(c, model.Options{}))
		}
		seen[h] = true
	}
	if n < 20000 || n > 60000 {
		t.Errorf("got %d worlds, want 20000 to 60000", n)
	}
}

// TestSmall_Stops demands that the sequence ends when its consumer does.
func TestSmall_Stops(t *testing.T) {
	for _, limit := range []int{1, 2, 1000, 9000} {
		n := 0
		for range worlds.Small {
			if n++; n == limit {
				break
			}
		}
		if n != limit {
			t.Errorf("got %d worlds, want %d", n, limit)
		}
	}
}

func TestRandom_Valid(t *testing.T) {
	for seed := range uint64(2000) {
		c, o := worlds.Random(rand.New(rand.NewPCG(seed, 0)), 1+int(seed%12))
		if why := invalid(c); why != "" {
			t.Fatalf("seed %d: %s\n%s", seed, why, worlds.Describe(c, o))
		}
		again, p := worlds.Random(rand.New(rand.NewPCG(seed, 0)), 1+int(seed%12))
		if !reflect.DeepEqual(c, again) || !reflect.DeepEqual(o, p) {
			t.Fatalf("seed %d gives two clusters", seed)
		}
	}
}

// TestRandom_Large demands addresses that stay unique in larger clusters.
func TestRandom_Large(t *testing.T) {
	for seed := range uint64(10) {
		c, _ := worlds.Random(rand.New(rand.NewPCG(seed, 1)), 1500)
		if why := invalid(c); why != "" {
			t.Fatalf("seed %d: %s", seed, why)
		}
	}
}

// TestRandom_Covers demands that random worlds hold every feature that the
// engine has to get right, in at least one of a hundred.
func TestRandom_Covers(t *testing.T) {
	const n = 1000
	count := map[string]int{}
	see := func(feature string, ok bool) {
		if _, known := count[feature]; !known {
			count[feature] = 0
		}
		if ok {
			count[feature]++
		}
	}
	for seed := range uint64(n) {
		c, o := worlds.Random(rand.New(rand.NewPCG(seed, 2)), 6)
		text := worlds.Describe(c, o)
		for _, feature := range []string{
			"hostNetwork", " on n9", " stands for 0", " stands for 2", "(sidecar)", "(endPort)", " except ", "2001:db8::/32",
			" pass: ", " deny: ", "all nodes", "nodes with", "[names", "cannot be read", "[anyone]", "ports *", "*/udp", "http/tcp", " http\n",
			"peers ports", "ports\n", model.NameLabel + "=", model.NameLabel + " in (", "!app", "app!=", "app notin", "role", "pod prefixes",
			"unmatched pass", "unmatched allow", "tier Admin", "tier First", "isolates egress, isolates ingress", "with !env",
			"anywhere in its tier",
		} {
			see(feature, strings.Contains(text, feature))
		}
		orders := map[string]bool{}
		tie := false
		for _, p := range c.Policies {
			key := fmt.Sprint(p.Tier, p.Order)
			tie = tie || p.Tier != model.TierNetworkPolicy && orders[key]
			orders[key] = true
		}
		see("tie", tie)
		see("pod without address", slices.ContainsFunc(c.Pods, func(p model.Pod) bool { return !p.StandIn && p.Addresses == nil }))
		see("dual stack", slices.ContainsFunc(c.Pods, func(p model.Pod) bool { return len(p.Addresses) == 2 }))
		see("node of three addresses", slices.ContainsFunc(c.Nodes, func(n model.Node) bool { return len(n.Addresses) == 3 }))
		see("three namespaces", len(c.Namespaces) == 3)
		see("no policies", len(c.Policies) == 0)
		see("undeclared namespace", slices.ContainsFunc(c.Namespaces, func(n model.Namespace) bool { return !n.Declared }))
		see("workload of several pods", slices.ContainsFunc(c.Workloads, func(w model.Workload) bool { return w.Kind == "StatefulSet" && w.Replicas > 1 }))
	}
	for feature, k := range count {
		if k < n/100 {
			t.Errorf("%q in %d of %d worlds", feature, k, n)
		}
	}
}

func FuzzFromBytes(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("every byte is a choice"))
	f.Add([]byte(strings.Repeat("\x07\x03\x05\x02", 80)))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, o := worlds.FromBytes(data)
		if why := invalid(c); why != "" {
			t.Fatalf("%s\n%s", why, worlds.Describe(c, o))
		}
		again, p := worlds.FromBytes(data)
		if !reflect.DeepEqual(c, again) || !reflect.DeepEqual(o, p) {
			t.Fatal("one input gives two clusters")
		}
	})
}
