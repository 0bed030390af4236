package render

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/url"
	"path"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// sarif writes SARIF 2.1.0, which code scanning services read.
type sarif struct {
	formless
	w    io.Writer
	opts Options
}

func newSARIF(w io.Writer, opts Options) Renderer { return sarif{formless{"sarif"}, w, opts} }

// The parts of a SARIF log that are written.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations,omitempty"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID            string             `json:"id"`
		Short         sarifText          `json:"shortDescription"`
		Full          sarifText          `json:"fullDescription"`
		Configuration sarifConfiguration `json:"defaultConfiguration"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations,omitempty"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		ID       int           `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
		// BaseID is what a relative URI starts from.
		BaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
)

// sarifSchema names the schema that the log follows.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// fingerprint is the name of the fingerprint that says which results of two runs
// are the same: of one effect, by the same edits of the same objects.
const fingerprint = "netreachCause/v1"

func sarifRules() []sarifRule {
	rule := func(id, level, short, full string) sarifRule {
		return sarifRule{id, sarifText{short}, sarifText{full}, sarifConfiguration{level}}
	}
	return []sarifRule{
		rule("flow-opened", "error", "Flows are allowed that were not.", "By this change, peers can open connections that they could not open before."),
		rule("flow-closed", "error", "Flows are not allowed any more.", "By this change, peers can no longer open connections that they could open before."),
		rule("flow-unknown", "warning", "It is unknown whether flows are allowed.", "By this change, it depends on something that the input does not hold, or on the network plugin, whether peers can open connections."),
		rule("no-effect", "note", "A policy is edited to no effect.", "The policy was edited, renamed or rewritten, and no flow changes by that."),
		rule("requests", "warning", "Something else becomes of requests.", "By this change, requests by an Ingress or a route meet something that they did not, or no longer, such as a password."),
	}
}

// Diff writes a result for each cause, at the lines of its edits.
func (s sarif) Diff(d *Diff) error {
	run := sarifRun{Tool: sarifTool{sarifDriver{"netreach", sarifRules()}}, ColumnKind: "utf16CodeUnits", Results: []sarifResult{}}
	if text := leftOut(d.LeftOut); text != "" {
		run.Invocations = []sarifInvocation{{true, []sarifNotification{{"warning", sarifText{text}}}}}
	}
	for _, c := range d.consequences() {
		run.Results = append(run.Results, s.result(d, &c))
	}
	for _, e := range d.EffectUnknown() {
		r := sarifResult{RuleID: "flow-unknown", RuleIndex: 2, Level: "warning", Message: sarifText{"effect unknown: " + namedEdit(&e)}}
		if d.Fails(engine.Unsettles) {
			r.Level = "error"
		}
		r.Fingerprints = map[string]string{fingerprint: fingerprintOf("effect-unknown", []engine.Edit{e})}
		s.locate(d, &r, []engine.Edit{e})
		run.Results = append(run.Results, r)
	}
	for _, e := range d.unchanged() {
		r := sarifResult{RuleID: "no-effect", RuleIndex: 3, Level: "note", Message: sarifText{"no effect: " + e.Object + " " + e.Text}}
		r.Fingerprints = map[string]string{fingerprint: fingerprintOf("no-effect", []engine.Edit{e})}
		s.locate(d, &r, []engine.Edit{e})
		run.Results = append(run.Results, r)
	}
	for _, e := range d.requestEdits() {
		r := sarifResult{RuleID: "requests", RuleIndex: 4, Level: "warning", Message: sarifText{e.Object + ": " + e.Text}}
		if d.FailsRequests {
			r.Level = "error"
		}
		r.Fingerprints = map[string]string{fingerprint: fingerprintOf("requests", []engine.Edit{e})}
		s.locate(d, &r, []engine.Edit{e})
		run.Results = append(run.Results, r)
	}
	return object{s.w, s.opts}.indented(sarifLog{sarifSchema, "2.1.0", []sarifRun{run}})
}

func (s sarif) result(d *Diff, c *consequence) sarifResult {
	index := min(effectRank(c.effect), 2)
	r := sarifResult{RuleID: sarifRules()[index].ID, RuleIndex: index, Level: "warning"}
	if d.Fails(c.effect) {
		r.Level = "error"
	}
	edits := d.editsOf(c.cause)
	r.Message.Text = d.headline(c) + "\n" + strings.Join(d.story(c, mostLines), "\n")
	r.Fingerprints = map[string]string{fingerprint: fingerprintOf(r.RuleID, edits)}
	s.locate(d, &r, edits)
	return r
}

// locate gives a result the place of its first edit, on the side after if it is
// there, and all other places as related ones.
func (s sarif) locate(d *Diff, r *sarifResult, edits []engine.Edit) {
	add := func(side int, list []model.Origin, text string) {
		for _, o := range list {
			if o.File == "" || o.File == "-" {
				continue
			}
			l := sarifLocation{Physical: sarifPhysical{Artifact: s.artifact(o.File)}}
			if line := d.Line(side, o); line > 0 {
				l.Physical.Region = &sarifRegion{line}
			}
			if len(r.Locations) == 0 {
				r.Locations = []sarifLocation{l}
				continue
			}
			l.ID, l.Message = len(r.Related)+1, &sarifText{text}
			r.Related = append(r.Related, l)
		}
	}
	for _, e := range edits {
		add(1, e.After, e.Object+" "+e.Text)
		add(0, e.Before, e.Object+" before")
	}
}

// sourceRoot is what SARIF's readers take for the root of the repository.
const sourceRoot = "%SRCROOT%"

// artifact returns a file as a reference from the root of the repository.
func (s sarif) artifact(name string) sarifArtifact {
	from := s.opts.fromRoot(name)
	if path.IsAbs(from) || strings.HasPrefix(from, "../") {
		return sarifArtifact{URI: fileURI(from)}
	}
	return sarifArtifact{fileURI(from), sourceRoot}
}

// fileURI returns the name of a file as a URI reference.
func fileURI(name string) string { return (&url.URL{Path: name}).String() }

// fingerprintOf identifies a result by what it is about rather than by lines.
func fingerprintOf(rule string, edits []engine.Edit) string {
	about := []string{rule}
	for _, e := range edits {
		about = append(about, editWord(e.Kind), e.Object, e.Text)
	}
	sum := sha256.Sum256([]byte(strings.Join(about, "\x00")))
	return hex.EncodeToString(sum[:16])
}
