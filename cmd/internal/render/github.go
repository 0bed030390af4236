package render

import (
	"io"
	"strconv"
	"strings"
)

// github writes workflow commands, which GitHub shows as annotations beside the
// lines of a pull request.
type github struct {
	formless
	w    io.Writer
	opts Options
}

func newGitHub(w io.Writer, opts Options) Renderer { return github{formless{"github"}, w, opts} }

// The levels of an annotation.
const (
	annotateError   = "error"
	annotateWarning = "warning"
	annotateNotice  = "notice"
)

// annotation is a message about a line of a file. Without a file it is about the
// run; without a line about the file.
type annotation struct {
	level string
	file  string // as it was read
	line  int
	title string
	text  string // may have several lines
}

// String returns the annotation as a workflow command, without newline.
func (a annotation) String() string {
	var properties []string
	add := func(name, value string) {
		if value != "" {
			properties = append(properties, name+"="+escapeProperty(value))
		}
	}
	add("file", a.file)
	if a.line > 0 {
		add("line", strconv.Itoa(a.line))
	}
	add("title", a.title)
	command := "::" + a.level
	if len(properties) > 0 {
		command += " " + strings.Join(properties, ",")
	}
	return strings.ToValidUTF8(command+"::"+escapeMessage(a.text), "\uFFFD")
}

// annotate writes annotations, one a line.
func (g github) annotate(as ...annotation) error {
	for _, a := range as {
		a.file = g.opts.fromRoot(a.file)
		if _, err := io.WriteString(g.w, a.String()+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// escapeMessage escapes what ends a workflow command.
func escapeMessage(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// escapeProperty escapes what ends a property of a workflow command, too.
func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
