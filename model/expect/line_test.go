package expect_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
	"netreach/model/expect"
)

func TestParseLine(t *testing.T) {
	db, web, api := named("shop", "", "db"), named("shop", "", "web"), named("shop", "", "api")
	every := model.PortMatch{Kind: model.PortAny}
	tests := []struct {
		text string
		want expect.Line
		// written is what String returns.
		written string
	}{
		{
			"allow shop/api -> shop/db 5432/tcp",
			expect.Line{Verdict: model.Allowed, Src: []expect.Peer{api}, Dst: []expect.Peer{db}, Ports: []model.PortMatch{ports(model.TCP, 5432, 5432)}},
			"allow shop/api -> shop/db 5432/tcp",
		},
		// the verdict takes six columns
		{
			"deny shop/web -> shop/db *",
			expect.Line{Verdict: model.Denied, Src: []expect.Peer{web}, Dst: []expect.Peer{db}, Ports: []model.PortMatch{every}},
			"deny  shop/web -> shop/db *",
		},
		// lists are separated by a comma and a space; a bare name is in the default namespace
		{
			"  some api,  shop/web\t-> db, internet 80, 53/udp ",
			expect.Line{
				Verdict: model.Some, Src: []expect.Peer{api, web}, Dst: []expect.Peer{db, {Kind: expect.Internet}},
				Ports: []model.PortMatch{ports(model.TCP, 80, 80), ports(model.UDP, 53, 53)},
			},
			"some  shop/api, shop/web -> shop/db, internet 80/tcp, 53/udp",
		},
		// the commas of a selector have no space
		{
			"unknown shop/app=a,tier=b, web -> db",
			expect.Line{Verdict: model.Unknown, Src: []expect.Peer{selected("shop", in("app", "a"), in("tier", "b")), web}, Dst: []expect.Peer{db}, Ports: []model.PortMatch{every}},
			"unknown shop/app=a,tier=b, shop/web -> shop/db *",
		},
		{
			"none web -> db metrics",
			expect.Line{Verdict: model.None, Src: []expect.Peer{web}, Dst: []expect.Peer{db}, Ports: []model.PortMatch{namedPort(model.TCP, "metrics")}},
			"none  shop/web -> shop/db metrics/tcp",
		},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := expect.ParseLine(tt.text, "shop")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, ignoreText); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if got.String() != tt.written {
				t.Errorf("String() = %q, want %q", got.String(), tt.written)
			}
		})
	}
}

func TestParseLine_errors(t *testing.T) {
	const line = "line"
	tests := []struct{ text, part, about, problem, hint string }{
		{"", line, "", "is empty", "allow shop/api"},
		{"permit a/x -> a/y", line, "", `"permit" is not a verdict`, "allow, deny"},
		{"ALLOW a/x -> a/y", line, "", `"ALLOW" is not a verdict`, "allow, deny"},
		{"a/x -> a/y", line, "", `"a/x" is not a verdict`, ""},
		{"allow", line, "", "the arrow is missing", ""},
		{"allow a/x", line, "", "the arrow is missing", ""},
		{"allow a/x a/y 80", line, "", "the arrow is missing", ""},
		{"allow a/x => a/y", line, "", "the arrow is missing", "the arrow is ->"},
		{"allow a/x->a/y", line, "", "the arrow is missing", "either side"},
		{"allow a/x , a/y -> a/z", line, "", "the arrow is missing", "comma and a space"},
		{"allow -> a/y", line, "", "the source is missing", ""},
		{"allow a/x ->", line, "", "the destination is missing", ""},
		{"allow a/x -> -> a/y", line, "", "the destination is missing", ""},
		{"allow a/x -> a/y -> a/z", line, "", `"->" stands after the ports`, ""},
		{"allow a/x -> a/y 80 443", line, "", `"443" stands after the ports`, "comma and a space"},
		{"allow a/x -> a/y a/z", "port", "a/z", `"z" is not a protocol`, ""},
		{"allow a/x -> a/y 80,443", "port", "80,443", "is neither", "comma and a space"},
		{"allow a/x -> a/y 80,", "port", "", "the port is missing", ""},
		{"allow a/x, -> a/y", "peer", "", "is empty", ""},
		{"allow a/x -> a/y,", "peer", "", "is empty", ""},
		{"allow a/x,, a/y -> a/z", "peer", "a/x,", "is not a name", ""},
		{"allow a/x -> * 80", "peer", "*", "namespace is missing", "*/*"},
		{"allow a/X -> a/y 80", "peer", "a/X", "is not a name", "lower case"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			_, err := expect.ParseLine(tt.text, "")
			about := tt.about
			if tt.part == line {
				about = tt.text
			}
			checkSyntax(t, err, tt.part, about, tt.problem, tt.hint)
		})
	}
}

func TestParseFile(t *testing.T) {
	const text = "\ufeff# who may reach the database\r\n" +
		"\r\n" +
		"allow api -> db 5432   # the only client\r\n" +
		"deny  web -> db\n" +
		"\t# an indented comment\n" +
		"allow web -> https://shop.example.com/#top 443"
	lines, problems, err := expect.ParseFile(strings.NewReader(text), "expect.txt", "shop")
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	var got []string
	for _, l := range lines {
		got = append(got, strings.Repeat(".", l.Number)+l.String())
	}
	want := []string{
		"...allow shop/api -> shop/db 5432/tcp",
		"....deny  shop/web -> shop/db *",
		"......allow shop/web -> https://shop.example.com/#top 443/tcp",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Every line that cannot be read is reported, with its number, and the other
// lines are there all the same.
func TestParseFile_problems(t *testing.T) {
	const text = "allow a/x -> a/y 80\nallow a/x - a/y\n\n# fine\nallow a/x -> a/y 0\n"
	lines, problems, err := expect.ParseFile(strings.NewReader(text), "flows.txt", "")
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 1 {
		t.Errorf("%d lines, want 1", len(lines))
	}
	want := []string{
		"flows.txt:2: line \"allow a/x - a/y\": the arrow is missing after the source   [flow-syntax]\n" +
			"         hint: such as: allow shop/api -> shop/db 5432/tcp",
		"flows.txt:5: port \"0\": 0 is not a port   [flow-syntax]\n         hint: ports run from 1 to 65535",
	}
	var got []string
	for _, p := range problems {
		if p.Severity != model.Error {
			t.Errorf("%v is a %v", p, p.Severity)
		}
		got = append(got, p.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestParseFile_unreadable(t *testing.T) {
	broken := errors.New("broken disk")
	_, _, err := expect.ParseFile(iotest.ErrReader(broken), "flows.txt", "")
	if !errors.Is(err, broken) || err.Error() != "reading flows.txt: broken disk" {
		t.Errorf("error is %v", err)
	}
}

// FuzzParseLine: nothing panics, and what a line is written as reads back as
// the same line, both in the user's words and in our own.
func FuzzParseLine(f *testing.F) {
	for _, seed := range []string{
		"allow shop/api, shop/web -> shop/db 5432/tcp",
		"deny shop/app=a,tier!=b,!c -> */*",
		"some 10.0.0.0/8, fd00::1-fd00::9 -> node:n1 8000-8100/udp, */sctp",
		"none private -> shop/svc/db dns/udp",
		"unknown https://a.example.com/x -> web http",
		"allow a/x,, -> ::ffff:1.2.3.4 080",
		"deny a/b:80 -> 1.2.3/4 tcp/80,",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line, err := expect.ParseLine(text, "shop")
		if err != nil {
			var syntax *expect.SyntaxError
			if !errors.As(err, &syntax) || syntax.Hint == "" {
				t.Fatalf("%q: %v without a hint", text, err)
			}
			return
		}
		var src, dst, written []string
		for _, p := range line.Src {
			src = append(src, p.Text)
		}
		for _, p := range line.Dst {
			dst = append(dst, p.Text)
		}
		for _, p := range line.Ports {
			written = append(written, p.String())
		}
		asTyped := expect.FormatLine(line.Verdict, src, dst, written)
		again, err := expect.ParseLine(asTyped, "shop")
		if err != nil {
			t.Fatalf("%q reads, but not as %q: %v", text, asTyped, err)
		}
		if diff := cmp.Diff(line, again, ignoreText[1:]); diff != "" {
			t.Fatalf("%q and %q differ:\n%s", text, asTyped, diff)
		}
		own, err := expect.ParseLine(line.String(), "elsewhere")
		if err != nil {
			t.Fatalf("%q reads, but not as %q: %v", text, line.String(), err)
		}
		if diff := cmp.Diff(line, own, ignoreText); diff != "" {
			t.Fatalf("%q and %q differ:\n%s", text, line.String(), diff)
		}
	})
}
