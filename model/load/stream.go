package load

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"netreach/model"
	"netreach/model/load/internal/prune"
)

// layout is how a large input is cut and read.
type layout struct {
	// start is where the first window begins. What stands before it is the head
	// of a list.
	start int
	// mark and next are those of windows.
	mark []byte
	next int
	// read reads a window. It reports false if the input has to be read in the
	// ordinary way after all.
	read func(b *batch, w window) bool
	// closed reports whether head and tail, which are what stands around the
	// items of a list, are those of the list that read took them for.
	closed func(r *reader, head, tail []byte) bool
}

// batch is what was read of one window.
type batch struct {
	*reader
	source source
	// doc is the item of a list that is being read.
	doc model.Document
	// tail is what stands behind the items of a list.
	tail []byte
	ok   bool
}

// stream reads a large input, of the given length, in windows, with several workers:
//
//	input --cut at guessed places--> windows --each worker--> batches --in order--> reader
//
// It reports false, and has done nothing, if the input is small, or of another
// layout than it knows, or if a window could not be read in isolation: a guess
// was wrong, or something is wrong with the input. The cuts are proved by
// induction. The first window begins where an item does. If an item is read
// completely, and so does not end within a text or a collection, the next one
// begins behind it. A window that ends where an item does proves that the
// next begins at one.
func (r *reader) stream(s source, in io.Reader, length int64) bool {
	size := r.windowSize()
	if r.reference || r.isSmall(length) {
		return false
	}
	head := make([]byte, size)
	n, err := io.ReadFull(in, head)
	if head = head[:n]; err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false
	}
	l, ok := layoutOf(head)
	if !ok {
		return false
	}
	w := windows{in: io.MultiReader(bytes.NewReader(head[l.start:]), in), mark: l.mark, next: l.next}
	w.line = 1 + bytes.Count(head[:l.start], []byte("\n"))
	done := int64(l.start)
	batches, ok := r.batches(s, &w, l, size, func(n int) {
		done += int64(n)
		r.progress.at(done, length)
	})
	if !ok || !l.closed(r, head[:l.start], batches[len(batches)-1].tail) {
		return false
	}
	forks := make([]*world, len(batches))
	for i, b := range batches {
		forks[i] = b.world
	}
	r.world.reserve(forks)
	for _, b := range batches {
		r.take(b.reader)
		b.reader = nil
	}
	return true
}

// batches reads all windows, and calls passed with the length of each when a
// worker has it. It reports false as soon as one cannot be read.
func (r *reader) batches(s source, w *windows, l layout, size int, passed func(n int)) ([]*batch, bool) {
	type job struct {
		window
		*batch
	}
	var (
		out     []*batch
		failed  atomic.Bool
		workers sync.WaitGroup
		n       = min(runtime.GOMAXPROCS(0), 8)
		jobs    = make(chan job)
		free    = make(chan []byte, n+1)
	)
	for range n {
		free <- make([]byte, 0, size)
		workers.Go(func() {
			memo := newMemo()
			before := r.world
			for j := range jobs {
				j.memo = memo
				j.world.expect(before)
				if j.ok = !failed.Load() && bytes.IndexByte(j.text, 0) < 0 && l.read(j.batch, j.window); !j.ok {
					failed.Store(true)
				}
				j.memo = nil
				j.located = locator{}
				before = j.world
				free <- j.text
			}
		})
	}
	free <- make([]byte, 0, size)
	for last := false; !last && !failed.Load(); {
		window, err := w.read(<-free)
		if err != nil {
			failed.Store(true)
			break
		}
		last = window.last
		b := &batch{reader: r.fork(), source: s}
		out = append(out, b)
		n := len(window.text)
		jobs <- job{window, b}
		passed(n)
	}
	close(jobs)
	workers.Wait()
	return out, !failed.Load()
}

// fork returns a reader for a part of the input. It keeps what it reads until
// take.
func (r *reader) fork() *reader {
	return &reader{fs: r.fs, namespace: r.namespace, lenient: r.lenient, window: r.window, forked: true, world: newWorld()}
}

// take takes over what a fork has read.
func (r *reader) take(fork *reader) {
	r.seen += fork.seen
	from := 0
	for _, k := range fork.kept {
		r.ds = append(r.ds, fork.ds[from:k.at]...)
		from = k.at
		k.take(r, fork.world)
	}
	r.ds = append(r.ds, fork.ds[from:]...)
	r.leftOut = append(r.leftOut, fork.leftOut...)
	r.unread = append(r.unread, fork.unread...)
}

// layoutOf returns how an input is to be read that begins with head.
func layoutOf(head []byte) (layout, bool) {
	for _, m := range magic {
		if bytes.HasPrefix(head, []byte(m.prefix)) {
			return layout{}, false
		}
	}
	if bytes.HasPrefix(head, []byte(gzipMagic)) || bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		return layout{}, false
	}
	if looksJSON(head) {
		return jsonItems(head)
	}
	if l, ok := yamlItems(head); ok {
		return l, true
	}
	return yamlStream(head)
}

// yamlStream is the layout of many documents.
func yamlStream(head []byte) (layout, bool) {
	mark := []byte("\n---\n")
	l := layout{mark: mark, next: len(mark) - 1, read: (*batch).stream}
	l.closed = func(*reader, []byte, []byte) bool { return true }
	return l, bytes.Contains(head, mark)
}

// stream reads a window of documents. Directives belong to the document
// behind the marker that ends them, which may be in another window.
func (b *batch) stream(w window) bool {
	if bytes.HasPrefix(w.text, []byte("%")) || bytes.Contains(w.text, []byte("\n%")) {
		return false
	}
	for _, doc := range split(b.source.name, w.text) {
		doc.Line += w.line - 1
		b.document(b.source, doc)
	}
	return true
}

// inherits returns what the items of a list inherit whose head, as far as it is
// known before the items, is h.
func inherits(h head) prune.Type {
	if h.kind == nil && h.apiVersion == nil {
		return prune.Type{APIVersion: "v1"}
	}
	return h.itemType()
}
