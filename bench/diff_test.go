package bench_test

import (
	"testing"

	"netreach/bench/gen/shape"
	"netreach/engine"
	"netreach/model"
)

// BenchmarkDiff compares a cluster with what a day's changes make of it (A10): one
// label of one namespace, and one policy in a hundred. The stage universe makes
// the universe of both and their matrices, diff finds what changes and why.
func BenchmarkDiff(b *testing.B) {
	for _, name := range []string{"small", "medium", "large"} {
		w := newWorld(b, name)
		matrices := func(b *testing.B, after *model.Cluster) [2]*engine.Matrix {
			b.Helper()
			u, err := engine.NewUniverse(model.Options{}, w.cluster(), engine.Align(w.cluster(), after))
			if err != nil {
				b.Fatal(err)
			}
			var out [2]*engine.Matrix
			for i := range out {
				if out[i], err = engine.Compile(u, i); err != nil {
					b.Fatal(err)
				}
			}
			return out
		}
		b.Run("profile="+name+"/stage=universe", func(b *testing.B) {
			after := shape.Churn(w.cluster(), seed)
			b.ReportAllocs()
			for b.Loop() {
				matrices(b, after)
			}
		})
		b.Run("profile="+name+"/stage=diff", func(b *testing.B) {
			m := matrices(b, shape.Churn(w.cluster(), seed))
			b.ReportAllocs()
			changes := 0
			for b.Loop() {
				d, err := engine.NewDiff(m[0], m[1])
				if err != nil {
					b.Fatal(err)
				}
				changes = len(d.Flows)
			}
			b.ReportMetric(float64(changes), "blocks")
		})
	}
}
