package manifest

import (
	"strconv"
	"time"
)

// noise yields what an object holds that nobody here looks at: hashes, times,
// identifiers. It is a function of the object's name, so that a cluster is
// always written in the same way.
type noise uint64

// newNoise returns the noise of the object that the words name.
func newNoise(words ...string) noise {
	h := uint64(14695981039346656037)
	for _, w := range words {
		for i := range len(w) {
			h = (h ^ uint64(w[i])) * 1099511628211
		}
		h = (h ^ '/') * 1099511628211
	}
	return noise(h)
}

// next returns 64 random bits (SplitMix64).
func (n *noise) next() uint64 {
	*n += 0x9e3779b97f4a7c15
	z := uint64(*n)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number from 0 to limit-1.
func (n *noise) below(limit int) int { return int(n.next() % uint64(limit)) }

// one in of is true.
func (n *noise) one(of int) bool { return n.below(of) == 0 }

const hexDigits = "0123456789abcdef"

// hex returns that many hexadecimal digits, 64 at most.
func (n *noise) hex(digits int) string {
	var b [64]byte
	n.fill(b[:digits], hexDigits)
	return string(b[:digits])
}

func (n *noise) fill(b []byte, alphabet string) {
	var bits uint64
	for i := range b {
		if i%8 == 0 {
			bits = n.next()
		}
		b[i] = alphabet[int(bits&0xff)%len(alphabet)]
		bits >>= 8
	}
}

// uid returns an identifier as the API server makes them.
func (n *noise) uid() string {
	var b [36]byte
	n.fill(b[:], hexDigits)
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	b[14], b[19] = '4', "89ab"[b[19]&3]
	return string(b[:])
}

// suffix returns the ending of a generated name, such as 5b466.
func (n *noise) suffix() string {
	var b [5]byte
	n.fill(b[:], "bcdfghjklmnpqrstvwxz2456789")
	return string(b[:])
}

// number returns a number of that many digits.
func (n *noise) number(digits int) string {
	low := 1
	for range digits - 1 {
		low *= 10
	}
	return strconv.Itoa(low + n.below(9*low))
}

// time returns a time in the autumn of 2026, a number of seconds after base.
func (n *noise) time(base time.Time, within int) string {
	return base.Add(time.Duration(n.below(within)) * time.Second).Format(time.RFC3339)
}

// dawn is before everything in a cluster.
func dawn() time.Time { return time.Date(2026, time.September, 1, 6, 0, 0, 0, time.UTC) }
