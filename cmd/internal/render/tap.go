package render

import (
	"io"
	"strconv"
	"strings"

	"netreach/model"
)

// tap writes the Test Anything Protocol, version 14, whose diagnostics are blocks
// of YAML.
type tap struct {
	formless
	w    io.Writer
	opts Options
}

func newTAP(w io.Writer, opts Options) Renderer { return tap{formless{"tap"}, w, opts} }

// Test writes a test point for each line of each file.
func (p tap) Test(t *Tests) error {
	if t.Coverage != nil {
		return p.no(CoverageOf)
	}
	hold, fail := t.count()
	out := []string{"TAP version 14", "1.." + strconv.Itoa(hold+fail)}
	if text := leftOut(t.LeftOut); text != "" {
		out = append(out, "# "+text)
	}
	n := 0
	for i := range t.Files {
		f := &t.Files[i]
		out = append(out, "# "+model.FileName(f.Name))
		for k := range f.Lines {
			l := &f.Lines[k]
			n++
			point := "ok " + strconv.Itoa(n) + " - " + tapDescription(f.place(l)+" "+l.title())
			if l.Holds {
				out = append(out, point)
				continue
			}
			out = append(out, "not "+point, "  ---",
				"  message: "+strconv.Quote(l.summary()),
				"  severity: fail",
				"  at:",
				"    file: "+strconv.Quote(f.Name),
				"    line: "+strconv.Itoa(l.Number),
			)
			if l.Pairs > 0 {
				out = append(out, "  pairs: "+strconv.FormatUint(l.Pairs, 10), "  failing: "+strconv.FormatUint(l.Failing, 10))
			}
			if story := strings.TrimSpace(plainStory(t, l, p.opts)); story != "" {
				out = append(out, "  explanation: |2")
				for row := range strings.SplitSeq(story, "\n") {
					if row != "" {
						row = "    " + row
					}
					out = append(out, row)
				}
			}
			out = append(out, "  ...")
		}
	}
	_, err := io.WriteString(p.w, strings.Join(out, "\n")+"\n")
	return err
}

// tapDescription escapes what would begin a directive.
func tapDescription(s string) string {
	return strings.NewReplacer(`\`, `\\`, "#", `\#`, "\r", " ", "\n", " ").Replace(s)
}
