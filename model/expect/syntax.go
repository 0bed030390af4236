package expect

import (
	"errors"
	"strconv"
)

// SyntaxError is a text that is not of the language.
type SyntaxError struct {
	// Part says what the text was read as: "peer", "port" or "line".
	Part string
	// Text is what the user wrote.
	Text string
	// Problem says what is wrong with it.
	Problem string
	// Hint says what to write instead, or is empty.
	Hint string
	// Row and Column say where in a line, or in a file, the text begins, both from
	// 1; 0 for a peer or port that is read by itself. Columns count characters.
	Row, Column int
}

// Error returns the error without its hint.
func (e *SyntaxError) Error() string {
	return e.Part + " " + strconv.Quote(e.Text) + ": " + e.Problem
}

func peerError(text, problem, hint string) *SyntaxError {
	return &SyntaxError{Part: "peer", Text: text, Problem: problem, Hint: hint}
}

func portError(text, problem, hint string) *SyntaxError {
	return &SyntaxError{Part: "port", Text: text, Problem: problem, Hint: hint}
}

func lineError(text, problem, hint string) *SyntaxError {
	return &SyntaxError{Part: "line", Text: text, Problem: problem, Hint: hint}
}

// at returns err with the place of a word, unless it has one.
func at(err error, w word) error {
	if e, ok := errors.AsType[*SyntaxError](err); ok && e.Row == 0 {
		e.Row, e.Column = w.row, w.column
	}
	return err
}
