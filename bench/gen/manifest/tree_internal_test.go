package manifest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"
)

// wrap writes s in every position that a string can have.
func wrap(t tree, s string) {
	t.object("")
	t.text("a", s)
	t.object("b")
	t.text("deep", s)
	t.object("empty")
	t.endObject()
	t.list("list")
	t.text("", s)
	t.object("")
	t.text("inner", s)
	t.text("last", s)
	t.endObject()
	t.endList()
	t.list("none")
	t.endList()
	t.endObject()
	t.token("c", "12")
	t.endObject()
}

// checkLayout compares what the trees write with what kubectl's printers do.
func checkLayout(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, s string,
) {
	t.Helper()
	value := map[string]any{
		"a": s,
		"b": map[string]any{
			"deep": s, "empty": map[string]any{}, "none": []any{},
			"list": []any{s, map[string]any{"inner": s, "last": s}},
		},
		"c": 12,
	}
	wantYAML, err := yaml.Marshal(value)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	out := &sink{w: &bytes.Buffer{}}
	wrap(&yamlTree{sink: out}, s)
	if got := string(out.b); got != string(wantYAML) {
		t.Fatalf("YAML of %q\n got %s\nwant %s", s, got, wantYAML)
	}
	wantJSON, err := json.MarshalIndent(value, "", "    ")
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	out.b = nil
	wrap(&jsonTree{sink: out}, s)
	if got := string(out.b); got != string(wantJSON) {
		t.Fatalf("JSON of %q\n got %s\nwant %s", s, got, wantJSON)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, wantJSON); err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	out.b = nil
	wrap(&jsonTree{sink: out, compact: true}, s)
	if got := string(out.b); got != compact.String() {
		t.Fatalf("compact JSON of %q\n got %s\nwant %s", s, got, compact.String())
	}
}

// TestTree_scalars: strings that are something else without quotes, or that
// need escapes, or that do not fit on a line.
func TestTree_scalars(t *testing.T) {
	long := strings.Repeat("word ", 40)
	for _, s := range []string{
		"", " ", "  ", "a", "a b", " a", "a ", "-", "--", "---", "--- a", "...", "- a", "-a", "?", "? a", "?a", ":", "a:", "a: b", "a:b", ": a",
		"#", "#a", "a#", "a #b", "a # b", "!", "!a", "&a", "*a", "|", ">", "'", "''", "it's", `"`, `a "b"`, "%a", "@a", "`a`", ",", "[", "]", "{", "}", "[a", "a]", "{}", "[]", "=", "~", "<<", "<",
		// VAL-1: the scalars of YAML 1.1
		"y", "Y", "yes", "Yes", "YES", "yEs", "n", "N", "no", "No", "NO", "true", "True", "TRUE", "false", "on", "On", "ON", "off", "Off", "OFF", "null", "Null", "NULL", "nulL",
		"0", "1", "-1", "+1", "012", "08", "0x1F", "0xg", "0b11", "0b12", "0o17", "-0b11", "1_000", "_1", "1__0", "1.", "1.5", ".5", "-.5", "+.5", ".", "..", ".a", "1e3", "1E3", "1e+3", "1e", "1.5e-7", "1e400", "0.1.2", "1-2",
		".nan", ".NaN", ".inf", "-.inf", "+.Inf", ".Infinity", "Inf", "NaN", "nan", "infinity", "0x1p3", "0x1.8p1", "9223372036854775808", "18446744073709551616", "99999999999999999999999",
		"2026-11-23", "2026-1-2", "2026-13-01", "2026-11-23T05:29:38Z", "2026-11-23t05:29:38Z", "2026-11-23 05:29:38", "2026-11-23T05:29:38.5+01:00", "20261123", "2026-11",
		"12:30", "12:30:45", "1:2", "1:60", "12:3a", "-1:30", "+1:30", "190:20:30", "190:20:30.15", "1:", ":1",
		"10.0.0.0/8", "10.0.0.1", "fd00:10::1", "::1", "::", "2001:db8::/32", "1.14.3", "5b466qf2l", "2e5bqf", "v1", "12Mi", "100m",
		// line breaks
		"a\n", "a\nb", "a\nb\n", "a\n\nb", "a\n\n", "\n", "\n\n", "\na", " a\nb", "a \nb", "a\n b", "a\nb ", "a\n b \nc", "a\tb", "\t", "a\tb\nc", "a\rb", "a\x01b", "a\\b\tc",
		// line width
		long, long + "end", strings.TrimSpace(long), strings.Repeat("x", 200), strings.Repeat("x", 79) + " y", strings.Repeat("x", 80) + " y z", strings.Repeat("x", 76) + "  y z", strings.Repeat("x", 90) + "  y  z",
		"'" + long + "z", "'" + strings.TrimSpace(long), "\"" + strings.Repeat("x", 90) + "  y: z", long + ": b", long + "\ttab " + long, long + "\t  tab  " + long + " ", "\t" + long, long + "it's \"quoted\"\t" + long, long + "\n" + long,
		"1" + strings.Repeat(" 1", 60), "&<>\u0026", "a&b<c>d",
	} {
		checkLayout(t, s)
	}
}

// TestTree_anyText: the same for any text of characters that matter.
func TestTree_anyText(t *testing.T) {
	word := rapid.StringOfN(rapid.SampledFrom([]rune("aeyxn01259._-+:#'\"\\{}[]|>&*!?%@,~<= \t\n")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 1, 20).Draw(t, "words")
		checkLayout(t, strings.Join(words, rapid.SampledFrom([]string{"", " ", "  ", "b "}).Draw(t, "separator")))
	})
}

// TestTree_otherText: text other than ASCII is not as kubectl has it in YAML, but the
// same text; in JSON it is the same to the byte.
func TestTree_otherText(t *testing.T) {
	for _, s := range []string{"é", "日本 語", "a\u2028b", "\u00a0", "x\U0001F600"} {
		out := &sink{w: &bytes.Buffer{}}
		wrap(&yamlTree{sink: out}, s)
		var got map[string]any
		if err := yaml.Unmarshal(out.b, &got); err != nil || got["a"] != s {
			t.Errorf("YAML of %q reads back as %q, %v", s, got["a"], err)
		}
		out.b = nil
		(&jsonTree{sink: out}).text("", s)
		want, err := json.Marshal(s)
		if err != nil || string(out.b) != string(want) {
			t.Errorf("JSON of %q: %s, want %s, %v", s, out.b, want, err)
		}
	}
}

// TestSink: nothing is written after an error, and the error stays.
func TestSink(t *testing.T) {
	w := &limited{left: 1}
	s := &sink{w: w}
	for range 3 {
		s.b = append(s.b, make([]byte, flushAt)...)
		s.flush(false)
	}
	s.flush(true)
	if s.err == nil || w.calls != 2 {
		t.Errorf("error %v after %d calls", s.err, w.calls)
	}
}

// limited takes a number of writes.
type limited struct{ left, calls int }

func (l *limited) Write(p []byte) (int, error) {
	l.calls++
	if l.left == 0 {
		return 0, bytes.ErrTooLarge
	}
	l.left--
	return len(p), nil
}
