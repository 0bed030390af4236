package load

import (
	"bytes"
	"errors"
	"io"
)

// Windows are parts of a large input that are read one after the other, each
// into a buffer that is used again. A few are at work at a time, so that the
// memory taken does not grow with the input.
const (
	windowSize = 1 << 20
	// largestWindow bounds windows without any place to cut.
	largestWindow = 64 << 20
)

// window is some part of an input.
type window struct {
	text []byte
	// line is that on which text begins.
	line int
	// last tells that nothing follows.
	last bool
}

// windows cuts an input into windows, at guessed places.
type windows struct {
	in io.Reader
	// A window ends in mark, of which it holds all but the last bytes: those
	// begin the next window.
	mark []byte
	next int
	line int
	// rest is what was read already of the next window.
	rest []byte
}

var errNoCut = errors.New("no place to cut")

// read reads the next window into buf, or into a larger buffer.
func (w *windows) read(buf []byte) (window, error) {
	buf = append(buf[:0], w.rest...)
	for {
		n, err := io.ReadFull(w.in, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return window{}, err
		}
		end := len(buf)
		if !last {
			end = bytes.LastIndex(buf, w.mark) + len(w.mark) - w.next
		}
		if last || end > len(w.mark) {
			out := window{text: buf[:end], line: w.line, last: last}
			w.line += bytes.Count(out.text, []byte("\n"))
			w.rest = append(w.rest[:0], buf[end:]...)
			return out, nil
		}
		if cap(buf) >= largestWindow {
			return window{}, errNoCut
		}
		buf = append(make([]byte, 0, 2*cap(buf)), buf...)
	}
}
