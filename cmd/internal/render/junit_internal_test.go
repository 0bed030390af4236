package render

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"
)

// A document reads back with its counts added up, and with text that XML cannot
// hold replaced.
func TestJUnit(t *testing.T) {
	var b strings.Builder
	j := junit{w: &b}
	err := j.write(junitSuites{Name: "netreach test", Suites: []junitSuite{
		{Name: "a.txt", File: "a.txt", Cases: []junitCase{
			{Name: "allow a/x -> a/y *", ClassName: "a.txt", File: "a.txt", Line: 3, Time: junitTime(1500 * time.Microsecond)},
			{Name: "deny <a> & \"b\"", ClassName: "a.txt", Line: 4, Failure: &junitFailure{Message: "bell \a and \xff", Type: "deny", Text: "one\ntwo ]]> & <"}},
		}},
		{Name: "b.txt", Cases: []junitCase{{Name: "z", ClassName: "b.txt", Failure: &junitFailure{}}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<testsuites name="netreach test" tests="3" failures="2" errors="0" time="0.002">`) {
		t.Errorf("begins with\n%s", b.String())
	}
	type failure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	var read struct {
		Suites []struct {
			Name     string  `xml:"name,attr"`
			Tests    int     `xml:"tests,attr"`
			Failures int     `xml:"failures,attr"`
			Skipped  int     `xml:"skipped,attr"`
			Time     float64 `xml:"time,attr"`
			Cases    []struct {
				Name    string   `xml:"name,attr"`
				Class   string   `xml:"classname,attr"`
				Line    int      `xml:"line,attr"`
				Time    float64  `xml:"time,attr"`
				Failure *failure `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(b.String()), &read); err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	if len(read.Suites) != 2 || read.Suites[0].Tests != 2 || read.Suites[0].Failures != 1 || read.Suites[1].Failures != 1 {
		t.Fatalf("read %+v", read)
	}
	cases := read.Suites[0].Cases
	if cases[0].Failure != nil || cases[0].Line != 3 || cases[0].Time != 0.002 {
		t.Errorf("the first case is %+v", cases[0])
	}
	if f := cases[1].Failure; cases[1].Name != `deny <a> & "b"` || f.Message != "bell ? and ?" || f.Text != "one\ntwo ]]> & <" {
		t.Errorf("the second case is %+v %+v", cases[1], f)
	}
}

func TestAnnotation(t *testing.T) {
	tests := []struct {
		a    annotation
		want string
	}{
		{annotation{level: annotateError, file: "a,b:c.yaml", line: 7, title: "100%: x", text: "one\r\ntwo: 50%, three"}, "::error file=a%2Cb%3Ac.yaml,line=7,title=100%25%3A x::one%0D%0Atwo: 50%25, three"},
		// a line that is not known
		{annotation{level: annotateWarning, file: "a.yaml", text: "x"}, "::warning file=a.yaml::x"},
		{annotation{level: annotateNotice, text: "x"}, "::notice::x"},
	}
	for _, tt := range tests {
		if got := tt.a.String(); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.a, got, tt.want)
		}
	}
	var b strings.Builder
	if err := (github{w: &b}).annotate(tests[1].a, tests[2].a); err != nil || b.String() != tests[1].want+"\n"+tests[2].want+"\n" {
		t.Errorf("%v %q", err, b.String())
	}
}
