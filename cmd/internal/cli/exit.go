package cli

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"syscall"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/model/expect"
	"netreach/model/load/git"
)

// The exit codes, of every verb and whatever the output format.
const (
	exitYes     = 0 // done; allow, for a question
	exitNo      = 1 // a question whose answer is not allow
	exitTrouble = 2 // no answer: usage, input that cannot be read or judged
)

// trouble is why there is no answer, with what to do about it.
type trouble struct {
	text string
	// hints are printed one a line.
	hints []string
	err   error
}

func (t *trouble) Error() string { return t.text }

// Unwrap returns the cause, or nil.
func (t *trouble) Unwrap() error { return t.err }

// troublef returns a trouble with a hint, which may be empty.
func troublef(hint, format string, args ...any) error {
	t := &trouble{text: fmt.Sprintf(format, args...)}
	if hint != "" {
		t.hints = []string{hint}
	}
	return t
}

// report writes err to w as an error line and its hints.
func report(w io.Writer, err error) {
	if errors.Is(err, syscall.EPIPE) {
		return // the reader has seen enough, as in "netreach matrix | head"
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range several.Unwrap() {
			report(w, one)
		}
		return
	}
	fmt.Fprintf(w, "netreach: error: %s\n", oneLine(err.Error()))
	for _, h := range hints(err) {
		fmt.Fprintf(w, "netreach: hint: %s\n", h)
	}
}

// hints returns what there is to say beside the error itself.
func hints(err error) []string {
	var (
		t      *trouble
		syntax *expect.SyntaxError
		peer   *engine.PeerError
		format *render.FormatError
		repo   *git.Error
		hint   string
	)
	switch {
	case errors.As(err, &t):
		return t.hints
	case errors.As(err, &syntax):
		hint = syntax.Hint
	case errors.As(err, &peer):
		hint = peer.Hint
	case errors.As(err, &format):
		hint = format.Hint()
	case errors.As(err, &repo):
		hint = repo.Hint
	}
	if hint == "" {
		return nil
	}
	return []string{hint}
}

// oneLine keeps an error on its line, and spells out what cannot be seen of the
// names in it.
func oneLine(s string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(strings.TrimSpace(s), "\n", " ") {
		if strconv.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}
