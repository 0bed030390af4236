package load

import (
	"bytes"
	"compress/gzip"
	"errors"
	"testing"
)

// A small file that stands for a huge text is refused before it fills the
// memory.
func TestInflate_limit(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if text, err := inflate(b.Bytes(), 1000); err != nil || len(text) != 1000 {
		t.Errorf("at the limit: %d bytes, error %v", len(text), err)
	}
	if _, err := inflate(b.Bytes(), 999); !errors.Is(err, errTooLarge) {
		t.Errorf("beyond the limit: error %v", err)
	}
}
