package load

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"sync"
)

// Many small files are read by several workers, a handful of neighbours at a
// time:
//
//	sources --> handfuls --each worker--> forks --in order--> reader
//
// The reader itself reads what is large, compressed or no file, where the order
// comes to it.

// handful is how many sources a worker takes at a time.
const handful = 16

// part is what was read of some consecutive sources.
type part struct {
	sources []source
	fork    *reader
	errs    []error
	// last tells that the last of the sources was not read.
	last bool
}

// files reads sources, of which there are many.
func (r *reader) files(sources []source) []error {
	handfuls := slices.Collect(slices.Chunk(sources, handful))
	results := make([]chan []part, len(handfuls))
	next := make(chan int, len(handfuls))
	for i := range handfuls {
		results[i] = make(chan []part, 1)
		next <- i
	}
	close(next)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 8) {
		workers.Go(func() {
			memo := newMemo()
			for i := range next {
				results[i] <- r.parts(handfuls[i], memo)
			}
		})
	}
	var errs []error
	for _, result := range results {
		for _, p := range <-result {
			r.world.reserve([]*world{p.fork.world})
			r.take(p.fork)
			errs = append(errs, p.errs...)
			for i, s := range p.sources {
				r.progress.begin(s.size)
				if p.last && i == len(p.sources)-1 {
					errs = append(errs, r.source(s))
				}
				r.progress.at(s.size, s.size)
			}
		}
	}
	workers.Wait()
	return errs
}

// parts reads those of sources that are small, in order.
func (r *reader) parts(sources []source, memo *memo) []part {
	var out []part
	for from := 0; from < len(sources); {
		p := part{fork: r.fork()}
		p.fork.memo = memo
		for to := from; to < len(sources) && !p.last; to++ {
			read, err := p.fork.small(sources[to])
			if err != nil {
				p.errs = append(p.errs, err)
			}
			p.last, p.sources = !read, sources[from:to+1]
		}
		p.fork.memo, p.fork.located = nil, locator{}
		from += len(p.sources)
		out = append(out, p)
	}
	return out
}

// source reads a source, whatever it is.
func (r *reader) source(s source) error {
	if !r.reference && s.name != stdin {
		if read, err := r.small(s); read || r.large(s) {
			return err
		}
	}
	data, err := r.content(s)
	if err != nil {
		return err
	}
	if text, ok := r.text(s, data); ok && !r.stream(s, bytes.NewReader(text), int64(len(text))) {
		r.documents(s, text)
	}
	return nil
}

// small reads a source, if it is a small file that is not compressed. If it
// reports false it has done nothing.
func (r *reader) small(s source) (bool, error) {
	if s.name == stdin {
		return false, nil
	}
	file, err := r.fs.Open(s.name)
	if err != nil {
		return true, readError(s.name, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || !r.isSmall(info.Size()) {
		return false, nil
	}
	data, err := readFile(file, r.memo.file)
	if r.memo.file = data; err != nil {
		return true, readError(s.name, err)
	}
	if bytes.HasPrefix(data, []byte(gzipMagic)) {
		return false, nil
	}
	if text, ok := r.text(s, data); ok {
		r.documents(s, text)
	}
	r.located = locator{} // its text will be overwritten
	return true, nil
}

// isSmall reports whether an input of that length is not worth windows.
func (r *reader) isSmall(length int64) bool { return length < int64(r.windowSize()/4) }

func (r *reader) windowSize() int { return cmp.Or(r.window, windowSize) }

// readFile reads a file to its end, into buf as far as that is large enough.
func readFile(file fs.File, buf []byte) ([]byte, error) {
	for buf = buf[:0]; ; {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, max(cap(buf), 16<<10))
		}
		n, err := file.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return buf, err
		}
	}
}
