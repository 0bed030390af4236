package expect_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
	"netreach/model/expect"
)

type lineTest struct {
	text string
	want expect.Line
	// written is what String returns.
	written string
}

// formTests are lines with exceptions, and of other forms.
func formTests() []lineTest {
	db, web, api := named("shop", "", "db"), named("shop", "", "web"), named("shop", "", "api")
	everybody := expect.Peer{Kind: expect.AllPods, Namespace: "*"}
	every := model.PortMatch{Kind: model.PortAny}
	return []lineTest{
		{
			"deny */* except web, api -> shop/* except db * except 22, 8000-8100/udp",
			expect.Line{
				Verdict: model.Denied, Src: []expect.Peer{everybody}, SrcExcept: []expect.Peer{web, api},
				Dst: []expect.Peer{{Kind: expect.AllPods, Namespace: "shop"}}, DstExcept: []expect.Peer{db},
				Ports: []model.PortMatch{every}, PortsExcept: []model.PortMatch{ports(model.TCP, 22, 22), ports(model.UDP, 8000, 8100)},
			},
			"deny  */* except shop/web, shop/api -> shop/* except shop/db * except 22/tcp, 8000-8100/udp",
		},
		// a pod and a port may be called so
		{
			"allow except except except -> db except/tcp",
			expect.Line{
				Verdict: model.Allowed, Src: []expect.Peer{named("shop", "", "except")}, SrcExcept: []expect.Peer{named("shop", "", "except")},
				Dst: []expect.Peer{db}, Ports: []model.PortMatch{namedPort(model.TCP, "except")},
			},
			"allow shop/except except shop/except -> shop/db except/tcp",
		},
		{
			"only api -> db 5432",
			expect.Line{Form: expect.Only, Verdict: model.Allowed, Src: []expect.Peer{api}, Dst: []expect.Peer{db}, Ports: []model.PortMatch{ports(model.TCP, 5432, 5432)}},
			"only  shop/api -> shop/db 5432/tcp",
		},
		{
			"some api -> db each 80, 81",
			expect.Line{Verdict: model.Some, Src: []expect.Peer{api}, Dst: []expect.Peer{db}, Ports: []model.PortMatch{ports(model.TCP, 80, 80), ports(model.TCP, 81, 81)}, Each: true},
			"some  shop/api -> shop/db each 80/tcp, 81/tcp",
		},
		// a port of that name
		{
			"some api -> db each",
			expect.Line{Verdict: model.Some, Src: []expect.Peer{api}, Dst: []expect.Peer{db}, Ports: []model.PortMatch{namedPort(model.TCP, "each")}},
			"some  shop/api -> shop/db each/tcp",
		},
		{"deny  everything else", expect.Line{Form: expect.Rest, Verdict: model.Denied}, "deny everything else"},
		{
			"deny everything -> else",
			expect.Line{Verdict: model.Denied, Src: []expect.Peer{named("shop", "", "everything")}, Dst: []expect.Peer{named("shop", "", "else")}, Ports: []model.PortMatch{every}},
			"deny  shop/everything -> shop/else *",
		},
	}
}

func TestParseLine(t *testing.T) {
	db, web, api := named("shop", "", "db"), named("shop", "", "web"), named("shop", "", "api")
	every := model.PortMatch{Kind: model.PortAny}
	tests := []lineTest{
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
	tests = append(tests, formTests()...)
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
		{"allow a/x except -> a/y", line, "", "missing after except", "except shop/*"},
		{"allow a/x -> a/y except", line, "", "missing after except", "except/tcp"},
		{"allow a/x -> a/y except 22", "peer", "22", "is a port", "* except 22"},
		{"allow a/x -> a/y 80 except http", "port", "http", "is a name", "number"},
		{"allow a/x -> a/y 80 except *", "port", "*", "leaves no port", ""},
		{"allow a/x -> a/y 80 except 81 except 82", line, "", `"except" stands after the ports`, ""},
		{"allow a/x except a/y a/z -> a/y", line, "", "the arrow is missing", ""},
		{"only a/x", line, "", "the arrow is missing", ""},
		{"allow everything else", line, "", "the arrow is missing", ""},
		{"set @a = a/x", line, "", "defines a set", ""},
		{"allow @a -> a/y", "peer", "@a", "name of a set", ""},
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

// A line goes on behind a comma, an arrow and the "=" of a set; its comment is
// the first, and a set may be used above its definition.
func TestParseFile_sets(t *testing.T) {
	const text = "allow @front, api -> # the front\n\n  db # not this\n" +
		"set @back = db, api\n" +
		"set @front =\n\tweb,\n\tadmin\n" +
		"set @all = @front, @back except admin\n" +
		"deny @all -> internet\n"
	lines, problems, err := expect.ParseFile(strings.NewReader(text), "expect.txt", "shop")
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	const want = "set @back = shop/db, shop/api\n" +
		"set @front = shop/web, shop/admin\n" +
		"set @all = @front, @back except shop/admin\n" +
		"allow @front, shop/api -> shop/db *\n" +
		"deny  @all -> internet *\n"
	if got := fileText(lines); got != want {
		t.Errorf("got\n%s", got)
	}
	if lines[0].Number != 1 || lines[0].Comment != "the front" || lines[1].Number != 9 || lines[1].Comment != "" {
		t.Errorf("lines %+v", lines)
	}
}

func TestParseFile_setProblems(t *testing.T) {
	const text = "set front = a/x\n" + // 1
		"set @F = a/x\n" +
		"set @a = a/x\n" +
		"set @a = a/y\n" + // 4
		"set @b a/x\n" +
		"set @c =\n" +
		"set @d = a/x -> a/y\n" + // goes on from the line above, and is a second definition
		"set @d = @e\n" + // 8: further down only
		"set @e = @d\n" +
		"allow @f -> a/y,\n" + // 10
		"deny a/x -> a/y\n" +
		"allow a/x -> a/y,\n"
	_, problems, err := expect.ParseFile(strings.NewReader(text), "f", "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range problems {
		place, _, _ := strings.Cut(p.String(), " ")
		got = append(got, place+" "+p.Text[strings.LastIndex(p.Text, `": `)+3:])
	}
	want := []string{
		"f:1:5: the name of the set is missing",
		`f:2:5: "F" is not the name of a set`,
		"f:4:5: @a is defined in line 3 already",
		"f:5:8: the = is missing after the name of the set",
		`f:7:5: "@d" stands after the peers`,
		"f:8:10: no set of that name is defined",
		"f:9:10: no set of that name is defined",
		`f:11:10: "->" stands after the ports`,
		"f:12:18: is empty",
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
		"flows.txt:2:11: line \"allow a/x - a/y\": the arrow is missing after the source   [flow-syntax]\n" +
			"         hint: such as: allow shop/api -> shop/db 5432/tcp",
		"flows.txt:5:18: port \"0\": 0 is not a port   [flow-syntax]\n         hint: ports run from 1 to 65535",
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
// the same line.
func FuzzParseLine(f *testing.F) {
	for _, seed := range []string{
		"allow shop/api, shop/web -> shop/db 5432/tcp",
		"deny shop/app=a,tier!=b,!c -> */*",
		"some 10.0.0.0/8, fd00::1-fd00::9 -> node:n1 8000-8100/udp, */sctp",
		"none private -> shop/svc/db dns/udp",
		"unknown https://a.example.com/x -> web http",
		"allow a/x,, -> ::ffff:1.2.3.4 080",
		"deny a/b:80 -> 1.2.3/4 tcp/80,",
		"only a/x except node:*, outside:10.0.0.0/8 -> ipv6:private except a/y * except 22, 80/udp",
		"deny everything else",
		"some a -> b each each, */udp except 1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line, err := expect.ParseLine(text, "shop")
		if err != nil {
			var syntax *expect.SyntaxError
			if !errors.As(err, &syntax) || syntax.Hint == "" || syntax.Row != 1 || syntax.Column < 1 {
				t.Fatalf("%q: %v without a hint or a place", text, err)
			}
			return
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

// FuzzParseFile: nothing panics, problems have a place and a hint, and a file
// that is written in our own words, sets included, reads back as the same lines.
func FuzzParseFile(f *testing.F) {
	for _, seed := range []string{
		"allow a/x -> a/y 80 # why\n\n# nothing\nset @a = a/x,\n  a/y except a/z\ndeny @a -> @b\nset @b = @a, internet\n",
		"only\ta/x ->\n a/y,\n\n a/z\r\ndeny everything else",
		"set @a =\nset @a = @a\n set @A = 1\nset\nset @b = a/x, b/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines, problems, err := expect.ParseFile(strings.NewReader(text), "f", "shop")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			if p.Hint == "" || p.Origin.Line < 1 || p.Origin.Column < 1 {
				t.Fatalf("%q: %v lacks a hint or a place", text, p)
			}
		}
		written := fileText(lines)
		again, problems, err := expect.ParseFile(strings.NewReader(written), "f", "elsewhere")
		if err != nil || len(problems) > 0 {
			t.Fatalf("%q does not read back as %q: %v %v", text, written, err, problems)
		}
		if twice := fileText(again); twice != written {
			t.Fatalf("%q is written as %q and then as %q", text, written, twice)
		}
	})
}

// fileText writes lines, and the sets in them before, in the order in which they
// are defined.
func fileText(lines []expect.Line) string {
	sets := map[string]*expect.Set{}
	var collect func(peers ...[]expect.Peer)
	collect = func(lists ...[]expect.Peer) {
		for _, p := range slices.Concat(lists...) {
			if p.Set != nil && sets[p.Name] == nil {
				sets[p.Name] = p.Set
				collect(p.Set.Peers, p.Set.Except)
			}
		}
	}
	for _, l := range lines {
		collect(l.Src, l.SrcExcept, l.Dst, l.DstExcept)
	}
	var out strings.Builder
	for _, s := range slices.SortedFunc(maps.Values(sets), func(a, b *expect.Set) int { return a.Number - b.Number }) {
		out.WriteString(s.String() + "\n")
	}
	for _, l := range lines {
		out.WriteString(l.String() + "\n")
	}
	return out.String()
}
