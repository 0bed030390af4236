package bench_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"netreach/bench"
	"netreach/bench/gen/manifest"
	"netreach/bench/gen/shape"
	"netreach/engine"
	"netreach/model"
	"netreach/model/load"
)

// seed is that of every cluster here.
const seed = 1

// profiles returns the profiles that the benchmarks of the engine run on: those
// that can be measured several times over while one waits. Program run measures
// all of them.
func profiles() []string {
	return []string{"small", "medium", "large", "A1", "A2", "A3", "A5", "A6", "A9"}
}

// world is the cluster of a profile, as far as a benchmark has asked for it.
type world struct {
	cluster func() *model.Cluster
	matrix  func() *engine.Matrix
}

// newWorld returns the world of a profile. Nothing is drawn before a benchmark
// asks for it, so that -bench picks what it costs; and it is drawn once, however
// often the benchmark runs.
func newWorld(b *testing.B, profile string) world {
	b.Helper()
	var w world
	w.cluster = sync.OnceValue(func() *model.Cluster {
		c, err := shape.Model(profile, seed)
		if err != nil {
			b.Fatal(err)
		}
		return c
	})
	w.matrix = sync.OnceValue(func() *engine.Matrix { return compile(b, w.cluster()) })
	return w
}

func compile(b *testing.B, c *model.Cluster) *engine.Matrix {
	b.Helper()
	u, err := engine.NewUniverse(model.Options{}, c)
	if err != nil {
		b.Fatal(err)
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// skipLong leaves out, with -short, what takes a good part of a minute.
func skipLong(b *testing.B) {
	b.Helper()
	if testing.Short() && strings.Contains(b.Name(), "profile=large") {
		b.Skip("-short: this takes a good part of a minute")
	}
}

// eachProfile runs a benchmark on the worlds of profiles.
func eachProfile(b *testing.B, profiles []string, run func(*testing.B, world)) {
	b.Helper()
	for _, name := range profiles {
		w := newWorld(b, name)
		b.Run("profile="+name, func(b *testing.B) { run(b, w) })
	}
}

// BenchmarkCompile makes the universe and the matrix of a cluster in memory.
func BenchmarkCompile(b *testing.B) {
	eachProfile(b, profiles(), func(b *testing.B, w world) {
		b.Helper()
		c := w.cluster()
		b.ReportAllocs()
		for b.Loop() {
			compile(b, c)
		}
		b.ReportMetric(float64(len(c.Pods)), "pods")
	})
}

// BenchmarkMatrix answers for the whole matrix: in numbers, and as the table of
// workloads.
func BenchmarkMatrix(b *testing.B) {
	for _, name := range profiles() {
		w := newWorld(b, name)
		b.Run("profile="+name+"/answer=summary", func(b *testing.B) {
			m := w.matrix()
			b.ReportAllocs()
			for b.Loop() {
				m.Summary(10)
			}
		})
		if !slices.Contains([]string{"small", "medium", "large"}, name) {
			continue
		}
		b.Run("profile="+name+"/answer=workloads", func(b *testing.B) {
			skipLong(b)
			m := w.matrix()
			b.ReportAllocs()
			for b.Loop() {
				m.Table(m.Workloads()).Quotient()
			}
		})
	}
}

// BenchmarkQuery asks for one verdict after another, about flows that do not
// follow on one another in memory.
func BenchmarkQuery(b *testing.B) {
	eachProfile(b, []string{"small", "medium", "large", "A2"}, func(b *testing.B, w world) {
		b.Helper()
		m := w.matrix()
		asked := bench.Flows(w.cluster(), 1<<16, seed)
		m.Verdict(asked[0].Src, asked[0].Dst, model.TCP, asked[0].Port) // makes the index
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			f := &asked[i&(len(asked)-1)]
			m.Verdict(f.Src, f.Dst, model.TCP, f.Port)
			i++
		}
	})
}

// BenchmarkExplain asks for one trace after another.
func BenchmarkExplain(b *testing.B) {
	eachProfile(b, []string{"small", "medium", "large", "A2"}, func(b *testing.B, w world) {
		b.Helper()
		m := w.matrix()
		asked := bench.Flows(w.cluster(), 1<<12, seed)
		m.Explain(asked[0].Src, asked[0].Dst, model.TCP, asked[0].Port) // makes the indices
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			f := &asked[i&(len(asked)-1)]
			m.Explain(f.Src, f.Dst, model.TCP, f.Port)
			i++
		}
	})
}

// BenchmarkLoad reads a cluster from memory, in each form that a cluster comes
// in. The rate is that of the text.
func BenchmarkLoad(b *testing.B) {
	for _, name := range []string{"small", "medium"} {
		w := newWorld(b, name)
		for _, form := range []struct {
			name   string
			format manifest.Format
		}{{"json", manifest.DumpJSON}, {"yaml", manifest.DumpYAML}, {"manifests", manifest.Documents}} {
			text := sync.OnceValue(func() []byte {
				var out bytes.Buffer
				if err := manifest.Write(&out, w.cluster(), manifest.Options{Format: form.format}); err != nil {
					b.Fatal(err)
				}
				return out.Bytes()
			})
			b.Run(fmt.Sprintf("profile=%s/format=%s", name, form.name), func(b *testing.B) {
				in := text()
				b.SetBytes(int64(len(in)))
				b.ReportAllocs()
				for b.Loop() {
					read(b, in)
				}
			})
		}
	}
}

func read(b *testing.B, text []byte) {
	b.Helper()
	_, problems, err := load.Read(load.Options{Stdin: bytes.NewReader(text)}, "-")
	if err != nil {
		b.Fatal(err)
	}
	for _, d := range problems {
		if d.Severity == model.Error {
			b.Fatal(d)
		}
	}
}
