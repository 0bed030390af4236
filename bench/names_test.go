package bench_test

import (
	"testing"

	"netreach/bench/gen/shape"
	"netreach/engine"
	"netreach/engine/route"
	"netreach/model/expect"
)

// BenchmarkOpenings finds every way in from the internet, and what becomes of
// clients there, in a cluster with Services and routes: with an atlas that has
// remembered nothing.
func BenchmarkOpenings(b *testing.B) {
	for _, x := range []struct {
		profile          string
		services, routes int
	}{{"medium", 3_000, 2_000}, {"large", 10_000, 2_000}} {
		var m *engine.Matrix
		b.Run("profile="+x.profile, func(b *testing.B) {
			if m == nil {
				p, err := shape.Named(x.profile)
				if err != nil {
					b.Fatal(err)
				}
				p.Services, p.Routes = x.services, x.routes
				c, err := p.Model(seed)
				if err != nil {
					b.Fatal(err)
				}
				m = compile(b, c)
			}
			asked := expect.Peer{Kind: expect.Internet, Text: "internet"}
			src, err := m.Resolve(asked)
			if err != nil {
				b.Fatal(err)
			}
			ways := 0
			b.ReportAllocs()
			for b.Loop() {
				a, err := route.New(m, route.Options{})
				if err != nil {
					b.Fatal(err)
				}
				ways = len(a.Openings(src, asked))
			}
			b.ReportMetric(float64(ways), "ways")
		})
	}
}
