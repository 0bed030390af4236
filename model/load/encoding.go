package load

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"netreach/model"
)

// The text of a compressed file may be inflateBase bytes, and inflateRatio
// times the size of the file: far more than any dump needs, and far less than a
// file that was made to fill the memory would take.
const (
	inflateBase  = 64 << 20
	inflateRatio = 200
)

var errTooLarge = errors.New("the text is too large for the size of the file")

// inflate returns the text of a gzip file, also one of several members. It
// returns errTooLarge if there is more than limit bytes of it.
func inflate(data []byte, limit int64) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(z, limit+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(text)) > limit:
		return nil, errTooLarge
	}
	return text, nil
}

// gzipMagic begins a gzip file.
const gzipMagic = "\x1f\x8b"

// magic lists the first bytes of what cannot be read as text.
var magic = []struct{ prefix, what, hint string }{
	{"\x00\x00\xfe\xff", "UTF-32 text", "iconv -t UTF-8 FILE"},
	{"\xff\xfe\x00\x00", "UTF-32 text", "iconv -t UTF-8 FILE"},
	{"\xfe\xff", "UTF-16 text", "iconv -t UTF-8 FILE"},
	{"\xff\xfe", "UTF-16 text", "iconv -t UTF-8 FILE"},
	{"\x1f\x8b", "compressed twice", "gunzip FILE.gz once"},
	{"PK\x03\x04", "a zip archive", "unzip it and read the files"},
	{"\x28\xb5\x2f\xfd", "compressed with zstd", "zstd -dc FILE | netreach ... -f -"},
	{"BZh", "compressed with bzip2", "bzip2 -dc FILE | netreach ... -f -"},
	{"\xfd7zXZ\x00", "compressed with xz", "xz -dc FILE | netreach ... -f -"},
	{"k8s\x00", "Kubernetes protobuf", "kubectl get -o yaml"},
}

// text returns the UTF-8 text that data holds, without byte order mark, or
// reports why there is none.
func (r *reader) text(s source, data []byte) ([]byte, bool) {
	o := model.Origin{File: s.name, Line: 1}
	if bytes.HasPrefix(data, []byte(gzipMagic)) {
		text, err := inflate(data, inflateBase+inflateRatio*int64(len(data)))
		if err != nil {
			r.refuse(o, "gzip", "cannot be uncompressed: "+err.Error(), "test the file with `gzip -t`, and write it anew")
			return nil, false
		}
		data = text
	}
	for _, m := range magic {
		if bytes.HasPrefix(data, []byte(m.prefix)) {
			r.refuse(o, "encoding", "not UTF-8 text: "+m.what, m.hint)
			return nil, false
		}
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		o.Line = 1 + bytes.Count(data[:i], []byte("\n"))
		r.refuse(o, "encoding", fmt.Sprintf("not text: a NUL byte at offset %d", i), "is this a binary file, or UTF-16? iconv -f UTF-16 -t UTF-8 FILE")
		return nil, false
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), true
}
