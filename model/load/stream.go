package load

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

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
	// tail is what stands behind the items of a list.
	tail []byte
	ok   bool
	out  []byte
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
	size := cmp.Or(r.window, windowSize)
	if r.reference || length < int64(size/4) {
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
	batches, ok := r.batches(s, &w, l, size)
	if !ok || !l.closed(r, head[:l.start], batches[len(batches)-1].tail) {
		return false
	}
	objects := 0
	for _, b := range batches {
		objects += len(b.kept)
	}
	r.world.reserve(objects)
	for _, b := range batches {
		r.take(b.reader)
		b.kept = nil
	}
	return true
}

// batches reads all windows. It reports false as soon as one cannot be read.
func (r *reader) batches(s source, w *windows, l layout, size int) ([]*batch, bool) {
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
			words := map[string]string{}
			var scratch []byte
			for j := range jobs {
				j.words, j.out = words, scratch
				if j.ok = !failed.Load() && bytes.IndexByte(j.text, 0) < 0 && l.read(j.batch, j.window); !j.ok {
					failed.Store(true)
				}
				scratch, j.out, j.words = j.out, nil, nil
				j.located = locator{}
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
		jobs <- job{window, b}
	}
	close(jobs)
	workers.Wait()
	return out, !failed.Load()
}

// fork returns a reader for a part of the input. It keeps what it reads until
// take.
func (r *reader) fork() *reader {
	return &reader{fs: r.fs, namespace: r.namespace, lenient: r.lenient, forked: true, world: newWorld()}
}

// take takes over what a fork has read.
func (r *reader) take(fork *reader) {
	r.seen += fork.seen
	from := 0
	for _, k := range fork.kept {
		r.ds = append(r.ds, fork.ds[from:k.at]...)
		from = k.at
		k.keep(r)
	}
	r.ds = append(r.ds, fork.ds[from:]...)
	r.leftOut = append(r.leftOut, fork.leftOut...)
}

// kept is an object that a fork has read.
type kept struct {
	// at is the number of diagnostics before it.
	at   int
	keep func(*reader)
}

// intern returns s, or the string that is equal to it and came first.
func (r *reader) intern(s string) string {
	if r.words == nil || s == "" {
		return s
	}
	w, ok := r.words[s]
	if !ok {
		r.words[s] = s
		w = s
	}
	return w
}

// layoutOf returns how an input is to be read that begins with head.
func layoutOf(head []byte) (layout, bool) {
	for _, m := range magic {
		if bytes.HasPrefix(head, []byte(m.prefix)) {
			return layout{}, false
		}
	}
	if bytes.HasPrefix(head, []byte("\x1f\x8b")) || bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
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
