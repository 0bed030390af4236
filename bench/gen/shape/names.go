package shape

import (
	"math/rand/v2"
	"strconv"
)

// The vocabulary of names. It is small, as in real clusters: the same
// components run in every namespace.
var (
	teamNames = []string{
		"payments", "search", "identity", "catalog", "orders", "shipping", "billing", "risk", "media", "mobile",
		"docs", "ledger", "pricing", "support", "insights", "growth", "loyalty", "fraud", "returns", "partners",
	}
	productNames = []string{
		"checkout", "profile", "invoice", "basket", "session", "refund", "quote", "stock", "review", "address",
		"coupon", "voucher", "tracking", "export", "import", "consent", "offer", "claim", "audit", "report",
	}
	statelessComponents = []string{"api", "web", "worker", "gateway", "consumer", "scheduler", "adapter", "exporter"}
	statefulComponents  = []string{"db", "cache", "queue"}
	// environments by weight: about two thirds of all pods are in prod and
	// staging, the two that cluster-wide peers select.
	environments = []string{"prod", "dev", "prod", "staging", "test", "prod", "prod", "dev", "staging"}
)

// suffixAlphabet is what Kubernetes makes random names from: no vowels, and no
// digits that look like them.
const suffixAlphabet = "bcdfghjklmnpqrstvwxz2456789"

// nth returns the i-th name of a list without end: after the last word comes
// the first with a number.
func nth(words []string, i int) string {
	if round := i / len(words); round > 0 {
		return words[i%len(words)] + strconv.Itoa(round+1)
	}
	return words[i]
}

// templateHash returns a hash such as a Deployment labels its pods with.
func templateHash(r *rand.Rand) string {
	var b [10]byte
	n := 9 + r.IntN(2)
	for i := range n {
		b[i] = suffixAlphabet[r.IntN(len(suffixAlphabet))]
	}
	return string(b[:n])
}

// suffixes yields random-looking endings of pod names, none twice.
type suffixes struct{ next, step int }

// suffixCount is the number of endings of five letters.
const suffixCount = 27 * 27 * 27 * 27 * 27

func newSuffixes(r *rand.Rand) suffixes {
	// A step that 3 does not divide visits every ending before one comes again.
	return suffixes{r.IntN(suffixCount), 3*r.IntN(suffixCount/3) + 1}
}

func (s *suffixes) append(name []byte) []byte {
	s.next = (s.next + s.step) % suffixCount
	for i, rest := 0, s.next; i < 5; i++ {
		name = append(name, suffixAlphabet[rest%27])
		rest /= 27
	}
	return name
}

// uid returns a version 4 UUID.
func uid(r *rand.Rand) string {
	const digits = "0123456789abcdef"
	b := []byte("xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx")
	bits := uint64(0)
	for i, c := range b {
		if i%16 == 0 {
			bits = r.Uint64()
		}
		if c == 'x' {
			b[i] = digits[bits&15]
			bits >>= 4
		}
	}
	return string(b)
}
