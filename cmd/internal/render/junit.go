package render

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// junit writes what test runners of continuous integrations read: JUnit XML, in
// the elements and attributes that their readers have in common.
type junit struct {
	formless
	w    io.Writer
	opts Options
}

func newJUnit(w io.Writer, opts Options) Renderer { return junit{formless{"junit"}, w, opts} }

// junitSuites is the root of a document. Its counts are filled in by write.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Time     junitTime    `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

// junitSuite is cases that belong together. Its counts and its time are filled
// in by write.
type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     junitTime   `xml:"time,attr"`
	File     string      `xml:"file,attr,omitempty"`
	Cases    []junitCase `xml:"testcase"`
	// SystemOut is about the suite as a whole.
	SystemOut string `xml:"system-out,omitempty"`
}

// junitCase is one test. It passes unless it has a failure.
type junitCase struct {
	Name      string        `xml:"name,attr"`
	ClassName string        `xml:"classname,attr"`
	File      string        `xml:"file,attr,omitempty"`
	Line      int           `xml:"line,attr,omitempty"`
	Time      junitTime     `xml:"time,attr"`
	Failure   *junitFailure `xml:"failure"`
	SystemOut string        `xml:"system-out,omitempty"`
}

// junitFailure is why a test failed: a message of one line, a type for readers
// that group by it, and the whole story.
type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// junitTime is a duration, written in seconds.
type junitTime time.Duration

// MarshalXMLAttr writes seconds to the millisecond.
func (t junitTime) MarshalXMLAttr(name xml.Name) (xml.Attr, error) {
	return xml.Attr{Name: name, Value: strconv.FormatFloat(time.Duration(t).Seconds(), 'f', 3, 64)}, nil
}

// write writes a document, with its counts and times added up.
func (j junit) write(d junitSuites) error {
	for i := range d.Suites {
		s := &d.Suites[i]
		s.Tests = len(s.Cases)
		s.Name, s.File, s.SystemOut = xmlText(s.Name), xmlText(s.File), xmlText(s.SystemOut)
		for k := range s.Cases {
			c := &s.Cases[k]
			s.Time += c.Time
			c.Name, c.SystemOut = xmlText(c.Name), xmlText(c.SystemOut)
			c.ClassName, c.File = xmlText(c.ClassName), xmlText(c.File)
			if f := c.Failure; f != nil {
				s.Failures++
				f.Message, f.Text = xmlText(f.Message), xmlText(f.Text)
			}
		}
		d.Tests += s.Tests
		d.Failures += s.Failures
		d.Errors += s.Errors
		d.Time += s.Time
	}
	if _, err := io.WriteString(j.w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(j.w)
	e.Indent("", "  ")
	if err := e.Encode(d); err != nil {
		return err
	}
	_, err := io.WriteString(j.w, "\n")
	return err
}

// xmlText returns s without the characters that XML cannot hold, a question
// mark in place of each.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || 0x20 <= r && r <= 0xd7ff || 0xe000 <= r && r <= 0xfffd && r != utf8.RuneError || r >= 0x10000 {
			return r
		}
		return '?'
	}, s)
}
