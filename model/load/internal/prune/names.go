package prune

import "bytes"

// names are the keys that were met so far of the mappings that are being read,
// one within the other.
type names struct {
	all [][]byte
	// first is the first key of the innermost mapping, and many holds its keys
	// if there are many.
	first int
	many  map[string]bool
}

// begin begins a mapping. The caller keeps what it returns for end.
func (s *names) begin() names {
	outer := names{first: s.first, many: s.many}
	s.first, s.many = len(s.all), nil
	return outer
}

// end ends the innermost mapping.
func (s *names) end(outer names) {
	s.all = s.all[:s.first]
	s.first, s.many = outer.first, outer.many
}

// add adds a key of the innermost mapping, and reports whether it is new.
func (s *names) add(name []byte) bool {
	const few = 40
	if s.many != nil {
		if s.many[string(name)] {
			return false
		}
		s.many[string(name)] = true
		return true
	}
	for _, other := range s.all[s.first:] {
		if bytes.Equal(other, name) {
			return false
		}
	}
	s.all = append(s.all, name)
	if len(s.all)-s.first > few {
		s.many = map[string]bool{}
		for _, other := range s.all[s.first:] {
			s.many[string(other)] = true
		}
	}
	return true
}
