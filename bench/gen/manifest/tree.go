package manifest

import "io"

// tree writes the values of one object after another, in one layout. A key is
// "" for what stands in a list. Keys of an object must come in the order in
// which the API server has them, which is alphabetical.
type tree interface {
	object(key string)
	endObject()
	list(key string)
	endList()
	// text writes a string, in quotes only where it needs them.
	text(key, value string)
	// quoted writes a string that is known to need quotes in YAML and to need no
	// escapes: a time or a number.
	quoted(key, value string)
	// token writes a number or a boolean.
	token(key, value string)
}

// sink gathers output and passes it on in large pieces. After an error it takes
// no more.
type sink struct {
	w   io.Writer
	b   []byte
	err error
}

const flushAt = 256 << 10

// flush passes on what has been gathered, if that is enough or if all is true.
// Nobody may hold on to b across it.
func (s *sink) flush(all bool) {
	if len(s.b) < flushAt && !all {
		return
	}
	if s.err == nil {
		_, s.err = s.w.Write(s.b)
	}
	s.b = s.b[:0]
}

// texts writes a list of strings.
func texts(t tree, key string, values ...string) {
	t.list(key)
	for _, v := range values {
		t.text("", v)
	}
	t.endList()
}

// textObject writes an object of strings, from keys and values in turn.
func textObject(t tree, key string, keysAndValues ...string) {
	t.object(key)
	for i := 0; i < len(keysAndValues); i += 2 {
		t.text(keysAndValues[i], keysAndValues[i+1])
	}
	t.endObject()
}
