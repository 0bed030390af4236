package load

import "io"

// progressStep is how many bytes lie at least between two reports.
const progressStep = 1 << 20

// progress tells Options.Progress how far the reading has come. The nil pointer
// tells nobody.
type progress struct {
	tell func(read, total int64)
	// total is the size of all sources, or -1.
	total int64
	// before is the size of the sources before the present one, which has size.
	before, size int64
	told         int64
}

// newProgress returns what tells tell about the reading of sources, or nil. It
// asks for the size of each of them.
func (r *reader) newProgress(tell func(read, total int64), sources []source) *progress {
	if tell == nil {
		return nil
	}
	p := &progress{tell: tell}
	for i := range sources {
		size, ok := r.sizeOf(sources[i])
		switch sources[i].size = size; {
		case !ok:
			p.total = -1
		case p.total >= 0:
			p.total += size
		}
	}
	return p
}

// begin begins a source of the given size, which is 0 if it is not known.
func (p *progress) begin(size int64) {
	if p == nil {
		return
	}
	p.before += p.size
	p.size = size
}

// at takes in that offset bytes of the source's text are dealt with, which has
// length bytes. What is read a second time does not count again.
func (p *progress) at(offset, length int64) {
	if p == nil {
		return
	}
	if p.size > 0 && length > 0 && length != p.size { // it is compressed
		offset = int64(float64(offset) / float64(length) * float64(p.size))
	}
	if read := p.before + offset; read-p.told >= progressStep {
		p.told = read
		p.tell(read, p.total)
	}
}

// end takes in that everything is read.
func (p *progress) end() {
	if p == nil {
		return
	}
	p.tell(max(p.told, p.before+p.size), p.total)
}

// reading returns in, the source itself, so that what is read of it is told.
func (p *progress) reading(in io.Reader) io.Reader {
	if p == nil {
		return in
	}
	return &readingProgress{in, p}
}

type readingProgress struct {
	io.Reader
	*progress
}

func (r *readingProgress) Read(buf []byte) (int, error) {
	n, err := r.Reader.Read(buf)
	r.size += int64(n)
	r.at(r.size, r.size)
	return n, err
}
