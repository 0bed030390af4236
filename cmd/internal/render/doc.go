// Package render writes what netreach found: one file a format, and one
// interface that every format implements, so that a new format cannot forget a
// verb.
//
//	text   flow lines for people; they read back as expectations, but for
//	       "other internet" and the like, which a comment explains
//	tsv    one row for each pair and port, a contract for scripts
//	csv    the same rows, quoted for spreadsheets
//	json   everything, a contract for programs: see [QueryDocument], [MatrixDocument],
//	       [VersusDocument], [DiffDocument], [GraphDocument] and [TestsDocument]
//	md     Markdown tables for pull requests
//	dot    a picture for Graphviz
//	sarif  findings for code scanning
//	junit  JUnit XML, for the test reports of continuous integrations
//	tap    the Test Anything Protocol, version 14
//	github annotations of a pull request
//
// A renderer decides nothing: verdicts come from package engine, exit codes
// from package cli. It writes a result as it goes and keeps no copy, so the
// writer that it is given should have a buffer.
package render
