package shape

import (
	"math"
	"math/rand/v2"
)

// deal splits total into one part for each weight: least each as far as total
// goes, and the rest in proportion to the weights. The parts sum up to total,
// unless all weights are 0 and there is a rest.
func deal(total, least int, weights []float64) []int {
	parts := make([]int, len(weights))
	if total >= least*len(weights) {
		for i := range parts {
			parts[i] = least
		}
		total -= least * len(weights)
	}
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	if sum == 0 {
		return parts
	}
	given, upTo := 0, 0.0
	for i, w := range weights {
		upTo += w
		share := int(math.Round(upTo / sum * float64(total)))
		if i == len(weights)-1 {
			share = total
		}
		parts[i] += share - given
		given = share
	}
	return parts
}

// even returns n equal weights.
func even(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 1
	}
	return w
}

// skewed returns n log-normal weights: many small, a few large.
func skewed(r *rand.Rand, n int, sigma float64) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = math.Exp(sigma * r.NormFloat64())
	}
	return w
}

// pick returns one of the elements.
func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// weighted returns an index with a probability in proportion to its weight.
func weighted(r *rand.Rand, weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	at := r.Float64() * sum
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// atLeastOne draws from the geometric distribution with the given mean, which
// is at least 1.
func atLeastOne(r *rand.Rand, mean float64) int {
	n := 1
	for n < 12 && r.Float64() >= 1/mean {
		n++
	}
	return n
}

// quota spreads a share evenly over a sequence: of all that have come by, share
// are taken, as far as enough of them can be.
type quota struct {
	share       float64
	came, taken int
}

// take reports whether the next of the sequence is taken. If it cannot be, a
// later one is in its place.
func (q *quota) take(can bool) bool {
	q.came++
	if !can || float64(q.taken+1) > q.share*float64(q.came) {
		return false
	}
	q.taken++
	return true
}
