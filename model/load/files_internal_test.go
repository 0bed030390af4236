package load

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

// Many files, small ones, large ones, compressed ones, broken ones and objects
// that come twice, are read as one after the other in the ordinary way.
func TestFast_files(t *testing.T) {
	files := fstest.MapFS{}
	n := 0
	add := func(text string) {
		files[fmt.Sprintf("dir/%03d/%d.yaml", n%7, n)] = &fstest.MapFile{Data: []byte(text)}
		n++
	}
	for i := range 50 {
		pod := strings.ReplaceAll(strings.TrimPrefix(strings.ReplaceAll(fastPod, "\n  ", "\n"), "- "), "NAME", fmt.Sprintf("pod-%d", i))
		add(pod)
		if i%9 == 0 {
			add(pod) // twice
		}
		add(strings.ReplaceAll(strings.TrimPrefix(strings.ReplaceAll(fastPolicy, "\n  ", "\n"), "- "), "NAME", fmt.Sprintf("policy-%d", i)))
	}
	for _, text := range fastLists() {
		add(strings.ReplaceAll(text, "namespace: shop", fmt.Sprintf("namespace: shop-%d", n)))
	}
	add("")
	add("# nothing\n")
	add("\xef\xbb\xbfapiVersion: v1\r\nkind: Namespace\r\nmetadata:\r\n  name: crlf\r\n")
	for _, bad := range []string{"", "a: [\n", "\xff\xfe", "a: \x00", "kind: NetworkPolicy\napiVersion: v1\n", "kind: Pod\napiVersion: v1\nmetadata: {name: x, labels: {a: 1}}\n", "x: y\n"} {
		if bad != "" {
			add(bad)
		}
		for _, window := range []int{0, 800, 2000} {
			opts := Options{FS: files, Lenient: window == 800}
			opts.reference = true
			want, wantDs, wantErr := Read(opts, "dir")
			opts.reference, opts.window = false, window
			got, gotDs, gotErr := Read(opts, "dir")
			if fmt.Sprint(wantErr) != fmt.Sprint(gotErr) || !reflect.DeepEqual(written(wantDs), written(gotDs)) || !reflect.DeepEqual(want, got) {
				t.Fatalf("with %q in windows of %d: fast %v %q\nslow %v %q\nequal clusters %t", bad, window, gotErr, written(gotDs), wantErr, written(wantDs), reflect.DeepEqual(got, want))
			}
			if bad == "" && got == nil {
				t.Errorf("no cluster: %q", written(gotDs))
			}
		}
	}
}

// Compressed files among many are read too, and what cannot be read is told once
// for each file.
func TestFast_filesUnread(t *testing.T) {
	files := fstest.MapFS{}
	for i := range 40 {
		var text bytes.Buffer
		z := gzip.NewWriter(&text)
		fmt.Fprintf(z, "apiVersion: v1\nkind: Namespace\nmetadata: {name: n-%d}\n", i)
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%d.yaml.gz", i)
		if i%2 == 0 {
			name, text = fmt.Sprintf("%d.yaml", i), *bytes.NewBufferString(fmt.Sprintf("apiVersion: v1\nkind: Namespace\nmetadata: {name: n-%d}\n", i))
		}
		files[name] = &fstest.MapFile{Data: text.Bytes()}
	}
	c, ds, err := Read(Options{FS: files}, ".")
	if err != nil || len(ds) > 0 || len(c.Namespaces) != 40 {
		t.Fatalf("%v %q", err, written(ds))
	}
	_, _, err = Read(Options{FS: unreadable{files}}, ".")
	if err == nil || strings.Count(err.Error(), "no luck") != 4 {
		t.Errorf("%v", err)
	}
}

// unreadable is a file system that holds four files which cannot be read.
type unreadable struct{ fstest.MapFS }

func (u unreadable) Open(name string) (fs.File, error) {
	if strings.HasPrefix(name, "1") && strings.HasSuffix(name, "2.yaml") || strings.HasSuffix(name, "5.yaml.gz") && name != "5.yaml.gz" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("no luck")}
	}
	return u.MapFS.Open(name)
}
