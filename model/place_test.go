package model_test

import (
	"testing"

	"netreach/model"
)

func TestPlace(t *testing.T) {
	for _, c := range []struct {
		file string
		line int
		want string
	}{
		{"", 3, ""},
		{"-", 3, "-:3"},
		{"dir/my db.yaml", 14, "dir/my db.yaml:14"},
		{"dir/db.yaml", 0, "dir/db.yaml"},
		{"grün/|`o`<l>.yaml", 1, "grün/|`o`<l>.yaml:1"},
		{"a\n::error::x.yaml", 1, `"a\n::error::x.yaml":1`},
		{"\xff\xfe.yaml", 1, `"\xff\xfe.yaml":1`},
		{"a\u202e.yaml", 0, `"a\u202e.yaml"`},
		{"\x1b[31m.yaml", 0, `"\x1b[31m.yaml"`},
	} {
		if got := model.Place(c.file, c.line); got != c.want {
			t.Errorf("Place(%q, %d) = %s, want %s", c.file, c.line, got, c.want)
		}
	}
}
