package engine

// slab keeps many short lists in a few long ones: a list costs no allocation of
// its own.
//
// The lists grow from short to long, so that a small cluster costs little.
type slab[T any] struct {
	free []T
	size int // of the long list at hand
}

// keep returns a copy of items that is good for as long as anyone holds it.
func (s *slab[T]) keep(items []T) []T {
	if len(items) == 0 {
		return nil
	}
	if len(items) > len(s.free) {
		s.size = min(max(64, 2*s.size), 4096)
		s.free = make([]T, max(s.size, len(items)))
	}
	out := s.free[:len(items):len(items)]
	s.free = s.free[len(items):]
	copy(out, items)
	return out
}
