package load_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"netreach/model/load"
)

// Progress only ever grows, a megabyte or more at a time, and ends at the size
// of everything that was read.
func TestRead_progress(t *testing.T) {
	var list, docs strings.Builder
	list.WriteString("apiVersion: v1\nkind: List\nitems:\n")
	for i := range 15000 {
		fmt.Fprintf(&list, "- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: a%d\n    annotations:\n      text: %s\n", i, strings.Repeat("x", 200))
		fmt.Fprintf(&docs, "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b%d\n  annotations:\n    text: %s\n", i, strings.Repeat("y", 200))
	}
	files := fstest.MapFS{
		"a/list.yaml": {Data: []byte(list.String())},
		"b.yaml":      {Data: []byte(docs.String())},
		"c.yaml":      {Data: []byte("# a comment\n" + strings.ReplaceAll(docs.String(), "name: b", "name: c") + "\n\u0085\n")}, // not in windows
		"d.yaml.gz":   {Data: []byte(zip(podA))},
	}
	total := int64(0)
	for _, f := range files {
		total += int64(len(f.Data))
	}
	stdin := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: " + strings.Repeat("z", 5<<20) + "\n"
	tests := []struct {
		names       []string
		read, total int64
	}{
		{[]string{"a", "b.yaml", "c.yaml", "d.yaml.gz"}, total, total},
		{[]string{"a", "-"}, int64(list.Len() + len(stdin)), -1},
	}
	for _, tt := range tests {
		calls, last := 0, int64(0)
		opts := load.Options{FS: files, Stdin: strings.NewReader(stdin), Progress: func(read, total int64) {
			if total != tt.total {
				t.Errorf("%q: a total of %d", tt.names, total)
			}
			if step := read - last; step < 1<<20 && read != tt.read {
				t.Errorf("%q: %d after %d", tt.names, read, last)
			}
			calls++
			last = read
		}}
		if _, ds, err := load.Read(opts, tt.names...); err != nil || len(ds) > 1 {
			t.Fatalf("%v %q", err, lines(ds))
		}
		if last != tt.read || calls < 5 {
			t.Errorf("%q: ended at %d of %d, in %d calls", tt.names, last, tt.read, calls)
		}
	}
}

// A directory that cannot be read does not keep progress from being told.
func TestRead_progressAbsent(t *testing.T) {
	opts := load.Options{FS: fstest.MapFS{}, Stdin: bytes.NewReader(nil), Progress: func(read, total int64) {
		if read != 0 || total != 0 {
			t.Errorf("%d of %d", read, total)
		}
	}}
	if _, _, err := load.Read(opts, "absent"); err == nil {
		t.Error("no error")
	}
}
