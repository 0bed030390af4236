package bench_test

import (
	"fmt"
	"strings"
	"testing"

	"netreach/engine"
	"netreach/model/expect"
)

// broadLines are about whole clusters.
const broadLines = `
deny internet -> */*
deny */* -> */* 6379
allow */* -> internet 443
allow */* -> */* 53/udp
`

// fileOf returns a file of lines about a cluster: those about all of it, and for
// some hundred workloads that nobody else reaches them.
func fileOf(b *testing.B, m *engine.Matrix) []engine.Demand {
	b.Helper()
	var text strings.Builder
	text.WriteString(broadLines)
	workloads := m.Workloads()
	for i := 0; i < len(workloads); i += max(1, len(workloads)/200) {
		ns, _, _ := strings.Cut(workloads[i].Name, "/")
		fmt.Fprintf(&text, "only %s/* -> %s 5432/tcp\ndeny internet -> %s\n", ns, workloads[i].Name, workloads[i].Name)
	}
	lines, problems, err := expect.ParseFile(strings.NewReader(text.String()), "lines", "")
	if err != nil || len(problems) > 0 {
		b.Fatal(err, problems)
	}
	demands := make([]engine.Demand, len(lines))
	f := engine.NewFinder(m)
	for i := range lines {
		var errs []engine.NotFound
		if demands[i], errs = f.Demand(&lines[i]); len(errs) > 0 {
			b.Fatal(errs)
		}
	}
	return demands
}

// BenchmarkTest checks a file of lines against a matrix.
func BenchmarkTest(b *testing.B) {
	eachProfile(b, []string{"small", "medium"}, func(b *testing.B, w world) {
		b.Helper()
		m := w.matrix()
		demands := fileOf(b, m)
		b.ReportAllocs()
		for b.Loop() {
			c := engine.NewChecker(m, demands)
			for i := range demands {
				c.Check(i)
			}
		}
		b.ReportMetric(float64(len(demands)), "lines")
	})
}

// BenchmarkCover leaves out every policy and every rule of a cluster, one at a
// time, and looks which lines of a file change.
func BenchmarkCover(b *testing.B) {
	eachProfile(b, []string{"small", "medium", "large", "A3"}, func(b *testing.B, w world) {
		b.Helper()
		skipLong(b)
		m := w.matrix()
		demands := fileOf(b, m)
		parts := 0
		b.ReportAllocs()
		for b.Loop() {
			parts = len(engine.Cover(m, []*engine.Checker{engine.NewChecker(m, demands)}))
		}
		b.ReportMetric(float64(parts), "parts")
		b.ReportMetric(float64(len(demands)), "lines")
	})
}

// BenchmarkLock makes the lines of a lock between workloads.
func BenchmarkLock(b *testing.B) {
	eachProfile(b, []string{"small", "medium"}, func(b *testing.B, w world) {
		b.Helper()
		m := w.matrix()
		lines := 0
		b.ReportAllocs()
		for b.Loop() {
			lines = len(m.Lock(m.Workloads()).Lines)
		}
		b.ReportMetric(float64(lines), "lines")
	})
}
