package bitset

import "slices"

// Builder collects members and makes a Set of them. It keeps its memory from
// one Set to the next. The zero value is ready; a Builder must not be copied
// and serves one goroutine.
type Builder struct {
	dense   []*chunk // by chunk number; nil where untouched
	touched []int32
	spare   []*chunk
}

// own returns the chunk under key for writing.
func (b *Builder) own(key int32) *chunk {
	for int(key) >= len(b.dense) {
		b.dense = append(b.dense, nil)
	}
	c := b.dense[key]
	switch c {
	case nil:
		c = b.fresh()
		b.touched = append(b.touched, key)
		b.dense[key] = c
	case fullChunk:
		c = b.fresh()
		*c = *fullChunk
		b.dense[key] = c
	}
	return c
}

func (b *Builder) fresh() *chunk {
	if n := len(b.spare); n > 0 {
		c := b.spare[n-1]
		b.spare = b.spare[:n-1]
		*c = chunk{}
		return c
	}
	return new(chunk)
}

// setFull makes the chunk under key full.
func (b *Builder) setFull(key int32) {
	for int(key) >= len(b.dense) {
		b.dense = append(b.dense, nil)
	}
	switch c := b.dense[key]; c {
	case fullChunk:
		return
	case nil:
		b.touched = append(b.touched, key)
	default:
		b.spare = append(b.spare, c)
	}
	b.dense[key] = fullChunk
}

// Add adds i.
func (b *Builder) Add(i int) {
	key := int32(i / ChunkBits)
	if int(key) < len(b.dense) && b.dense[key] == fullChunk {
		return
	}
	c := b.own(key)
	i %= ChunkBits
	c[i/64] |= 1 << (i % 64)
}

// AddRange adds lo to hi-1.
func (b *Builder) AddRange(lo, hi int) {
	for lo < hi {
		key := int32(lo / ChunkBits)
		if lo%ChunkBits == 0 && hi-lo >= ChunkBits {
			b.setFull(key)
			lo += ChunkBits
			continue
		}
		end := min(hi, (int(key)+1)*ChunkBits)
		for ; lo < end; lo++ {
			b.Add(lo)
		}
	}
}

// AddSet adds the members of s.
func (b *Builder) AddSet(s *Set) {
	if s == nil {
		return
	}
	for i, key := range s.keys {
		from := s.chunks[i]
		if from == fullChunk {
			b.setFull(key)
			continue
		}
		if int(key) < len(b.dense) && b.dense[key] == fullChunk {
			continue
		}
		c := b.own(key)
		for k, w := range from {
			c[k] |= w
		}
	}
}

// Set returns the set of what was added, and empties the builder.
func (b *Builder) Set() *Set {
	slices.Sort(b.touched)
	var out Set
	if n := len(b.touched); n > 0 {
		out.keys = make([]int32, 0, n)
		out.chunks = make([]*chunk, 0, n)
	}
	for _, key := range b.touched {
		out.put(key, b.dense[key])
		b.dense[key] = nil
	}
	b.touched = b.touched[:0]
	return out.orNil()
}
