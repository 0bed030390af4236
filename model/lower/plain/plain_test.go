package plain_test

import (
	"fmt"
	"testing"

	"netreach/model/lower/plain"
)

// pair is an object with a member of each type.
type pair struct {
	text  string
	yes   bool
	whole int
	list  []string
}

func read(text string, words *plain.Words) (pair, bool) {
	var p pair
	r := plain.NewReader([]byte(text), words)
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "text":
			p.text = r.Text()
		case "yes":
			p.yes = r.Bool()
		case "whole":
			p.whole = r.Whole()
		case "list":
			for r.List(); r.More(); {
				p.list = append(p.list, r.Text())
			}
		case "skip":
			r.Skip()
		default:
			r.Odd()
		}
	}
	return p, r.OK()
}

func TestReader(t *testing.T) {
	tests := []struct {
		text string
		ok   bool
	}{
		{`{}`, true},
		{` { } `, true},
		{`{"text":"a","yes":true,"whole":120,"list":["x","y"]}`, true},
		{"{\n \"whole\" : 0 ,\n\t\"list\" : [ ] , \"yes\" : false , \"text\" : \"\" }\n", true},
		{`{"whole":999999999}`, true},
		{`{"skip":{"a":[1,{"b":"}]\"\\"},-1.5e+3,true,null,""]},"text":"a"}`, true},
		{`{"skip":"\\\"","whole":1}`, true},
		{`{"skip":null}`, true},
		{`{"skip":-0.1}`, true},
		{`{"text":"\u0061"}`, false},
		{`{"te\u0078t":"a"}`, false},
		{`{"text":null}`, false},
		{`{"text":1}`, false},
		{`{"yes":1}`, false},
		{`{"yes":"true"}`, false},
		{`{"whole":-1}`, false},
		{`{"whole":1.5}`, false},
		{`{"whole":1e3}`, false},
		{`{"whole":1234567890}`, false},
		{`{"whole":"1"}`, false},
		{`{"list":{}}`, false},
		{`{"list":[1]}`, false},
		{`{"other":1}`, false},
		{`[]`, false},
		{`1`, false},
		{`null`, false},
		{``, false},
	}
	for _, tt := range tests {
		if _, ok := read(tt.text, nil); ok != tt.ok {
			t.Errorf("%t: %s", ok, tt.text)
		}
	}
	words := plain.NewWords()
	for range 2 {
		p, ok := read(tests[2].text, words)
		if !ok || p.text != "a" || !p.yes || p.whole != 120 || len(p.list) != 2 || p.list[0]+p.list[1] != "xy" {
			t.Errorf("%t %+v", ok, p)
		}
	}
	for range 2 {
		for i := range 5000 {
			if text := fmt.Sprint(i); words.Of([]byte(text)) != text || words.Of(nil) != "" {
				t.Errorf("not %s", text)
			}
		}
	}
	if n := testing.AllocsPerRun(10, func() { words.Of([]byte("4999")) }); n > 0 {
		t.Errorf("%v allocations for a word that was met", n)
	}
}

// A text that is cut off or is no JSON at all comes to an end too.
func FuzzReader(f *testing.F) {
	f.Add(`{"text":"a","yes":true,"whole":120,"list":["x"],"skip":[{"a":1}]}`)
	f.Add(`{"skip":"\`)
	f.Add(`{"skip":}}}}`)
	f.Fuzz(func(_ *testing.T, text string) { read(text, plain.NewWords()) })
}
