package engine_test

import (
	"testing"

	"netreach/engine"
)

// TestQuotient checks the whole table against its cells, which are judged one by
// one, for every way to make ends.
func TestQuotient(t *testing.T) {
	cells, fewer := 0, 0
	for seed := range uint64(400) {
		m := compiled(t, seed)
		for name, ends := range map[string][]engine.End{
			"pods":       append(m.Pods(), m.Outside()...),
			"workloads":  append(m.Workloads(), m.Outside()...),
			"namespaces": append(m.Namespaces(), m.Outside()...),
			"overlaps":   append(append(m.Workloads(), m.Namespaces()...), m.Pods()...),
		} {
			plain, whole := m.Table(ends), m.Table(ends)
			q := whole.Quotient()
			sourceOf, destinationOf := groupsOf(t, len(ends), q.Sources), groupsOf(t, len(ends), q.Destinations)
			for i, src := range ends {
				row := map[int]engine.CellID{}
				for d, c := range q.Row(sourceOf[i]) {
					row[d] = c
				}
				for j, dst := range ends {
					if src.Outside && dst.Outside || i == j && plain.Itself(i, j) {
						continue
					}
					got, ok := row[destinationOf[j]]
					if !ok {
						got = q.Rest
					}
					if want := plain.Segments(plain.Cell(i, j)); !equalSegments(whole.Segments(got), want) {
						t.Fatalf("seed %d, %s: %s -> %s is %v in the quotient, %v by itself", seed, name, src.Name, dst.Name, whole.Segments(got), want)
					}
					if whole.Cell(i, j) != got {
						t.Fatalf("seed %d, %s: %s -> %s: Cell is not what the row holds", seed, name, src.Name, dst.Name)
					}
					cells++
				}
			}
			if len(q.Sources) < len(ends) {
				fewer++
			}
		}
	}
	t.Logf("%d cells", cells)
	if cells < 50000 || fewer < 100 {
		t.Errorf("%d cells, %d tables with fewer groups than ends: the test compares too little", cells, fewer)
	}
}

// groupsOf returns the group of each end, and demands that each is in one.
func groupsOf(t *testing.T, ends int, groups [][]int) []int {
	t.Helper()
	of := make([]int, ends)
	for i := range of {
		of[i] = -1
	}
	for g, members := range groups {
		for _, i := range members {
			if of[i] >= 0 {
				t.Fatalf("end %d is in two groups", i)
			}
			of[i] = g
		}
	}
	for i, g := range of {
		if g < 0 {
			t.Fatalf("end %d is in no group", i)
		}
	}
	return of
}

func equalSegments(a, b []engine.Segment) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Verdict != b[i].Verdict || len(a[i].Ports) != len(b[i].Ports) {
			return false
		}
		for k, r := range a[i].Ports {
			if b[i].Ports[k] != r {
				return false
			}
		}
	}
	return true
}
