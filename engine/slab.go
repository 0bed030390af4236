package engine

// slab keeps many short lists in a few long ones: a list costs no allocation of
// its own.
type slab[T any] struct{ free []T }

// keep returns a copy of items that is good for as long as anyone holds it.
func (s *slab[T]) keep(items []T) []T {
	if len(items) == 0 {
		return nil
	}
	if len(items) > len(s.free) {
		s.free = make([]T, max(4096, len(items)))
	}
	out := s.free[:len(items):len(items)]
	s.free = s.free[len(items):]
	copy(out, items)
	return out
}
