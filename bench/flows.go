// Package bench holds the questions that the benchmarks beside it and program
// run ask. What is measured, and how, stands in README.md.
package bench

import (
	"math/rand/v2"

	"netreach/engine"
	"netreach/model"
)

// Flow is a question about one TCP port.
type Flow struct {
	Src, Dst engine.PeerID
	Port     uint16
}

// Flows draws n questions about any two pods of the only cluster of a universe,
// half of them on ports that policies like to name. Those that follow on one
// another have nothing in common, so that no cache helps. The same arguments
// give the same questions.
func Flows(c *model.Cluster, n int, seed uint64) []Flow {
	usual := []uint16{80, 443, 5432, 8080, 9090}
	r := rand.New(rand.NewPCG(seed, uint64(n))) //nolint:gosec // no secret
	out := make([]Flow, n)
	for i := range out {
		port := uint16(1 + r.IntN(int(model.MaxPort)))
		if i%2 == 0 {
			port = usual[r.IntN(len(usual))]
		}
		out[i] = Flow{engine.PeerID(r.IntN(len(c.Pods))), engine.PeerID(r.IntN(len(c.Pods))), port}
	}
	return out
}
