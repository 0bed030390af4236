package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"strconv"

	"netreach/engine"
	"netreach/model"
)

// object writes the documents of schema.go.
type object struct {
	w    io.Writer
	opts Options
}

func newJSON(w io.Writer, opts Options) Renderer { return object{w, opts} }

// encode returns v as one line of JSON without a newline, with the characters
// of arrows and comparisons as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// indented writes v for a person to read as well.
func (o object) indented(v any) error {
	e := json.NewEncoder(o.w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// Query writes a QueryDocument.
func (o object) Query(q *Query) error {
	d := QueryDocument{
		Head: Head{Schema, "query"},
		Src:  q.Src.Name, Dst: q.Dst.Name, Port: q.Port.String(), Verdict: q.Answer.Verdict.String(),
		Parts: []FlowsDocument{}, Notes: notNil(q.Answer.Notes), LeftOut: o.leftOut(o.opts.forgiven()),
	}
	for _, f := range q.Flows {
		d.Parts = append(d.Parts, FlowsDocument{f.Verdict.String(), f.Src, f.Dst, f.Ports})
	}
	for i := range q.Ways {
		d.Ways = append(d.Ways, o.way(&q.Ways[i]))
	}
	for i := range q.Why {
		d.Traces = append(d.Traces, o.trace(&q.Why[i]))
	}
	for _, c := range q.Caveats {
		caveat := CaveatDocument{Settings: c.Settings, Points: c.Points}
		for _, other := range c.Otherwise {
			if caveat.Otherwise == nil {
				caveat.Otherwise = map[string]string{}
			}
			caveat.Otherwise[other.Value] = other.Verdict.String()
		}
		d.Caveats = append(d.Caveats, caveat)
	}
	return o.indented(d)
}

// Matrix writes a MatrixDocument, one block at a time, or a PairsDocument.
func (o object) Matrix(m *Matrix) error {
	if o.opts.Pairs {
		return o.pairs(m)
	}
	b := m.blocks()
	d := MatrixDocument{
		MatrixHead: o.head(m, "matrix"), Peers: []PeerDocument{}, Sources: []string{}, Destinations: []string{},
		Contents: [][]VerdictDocument{}, Rest: b.rest, Itself: []ItselfDocument{}, Blocks: []BlockDocument{},
	}
	number := make([]int, len(m.Table.Ends)) // by end: its place among the peers
	for k, i := range m.Shown() {
		number[i] = k
		d.Peers = append(d.Peers, m.peer(i))
	}
	list := func(ends []int) string {
		numbers := make([]int, len(ends))
		for k, i := range ends {
			numbers[k] = number[i]
		}
		return string(appendNumbers(nil, numbers))
	}
	for _, ends := range b.sources {
		d.Sources = append(d.Sources, list(ends))
	}
	for _, ends := range b.destinations {
		d.Destinations = append(d.Destinations, list(ends))
	}
	for _, all := range b.contents {
		var content []VerdictDocument
		for _, j := range all {
			content = append(content, verdictDocument(j))
		}
		d.Contents = append(d.Contents, content)
	}
	for _, s := range b.itself {
		d.Itself = append(d.Itself, ItselfDocument{list(s.ends), s.content})
	}
	return o.stream(d, func(write func(line []byte) error) error {
		var line []byte
		for _, one := range b.list {
			line = appendNumbers(append(line[:0], `{"src":"`...), one.src)
			line = appendNumbers(append(line, `","dst":"`...), one.dst)
			line = strconv.AppendInt(append(line, `","content":`...), int64(one.content), 10)
			if err := write(append(line, '}')); err != nil {
				return err
			}
		}
		return nil
	})
}

// pairs writes a PairsDocument, one flow at a time.
func (o object) pairs(m *Matrix) error {
	d := PairsDocument{MatrixHead: o.head(m, "pairs"), Peers: []PeerDocument{}, Flows: []PairDocument{}}
	names := map[int][]byte{}
	for _, i := range m.Shown() {
		d.Peers = append(d.Peers, m.peer(i))
		name, err := encode(m.Table.Ends[i].Name)
		if err != nil {
			return err
		}
		names[i] = name
	}
	return o.stream(d, func(write func(line []byte) error) error {
		tails := perContent(m, func(j Judgement) []byte { return m.tail(j) })
		var line []byte
		for i, j := range m.cells() {
			for k := range m.ports() {
				line = append(append(append(line[:0], `{"src":`...), names[i]...), `,"dst":`...)
				line = append(append(append(line, names[j.end]...), ','), tails(i, j, k)...)
				if err := write(line); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// stream writes a document that ends in an empty list, and the items of that
// list as they come, one a line.
func (o object) stream(document any, items func(write func(line []byte) error) error) error {
	head, err := encode(document)
	if err != nil {
		return err
	}
	if _, err := o.w.Write(head[:len(head)-len("]}")]); err != nil {
		return err
	}
	end := "\n"
	if err := items(func(line []byte) error {
		if _, err := io.WriteString(o.w, end); err != nil {
			return err
		}
		end = ",\n"
		_, err := o.w.Write(line)
		return err
	}); err != nil {
		return err
	}
	_, err = io.WriteString(o.w, "\n]}\n")
	return err
}

func (o object) head(m *Matrix, kind string) MatrixHead {
	h := MatrixHead{
		Head: Head{Schema, kind}, By: m.By, Ports: []string{}, LeftOut: o.leftOut(o.opts.forgiven()),
		Summary: SummaryDocument{
			m.Summary.Namespaces, m.Summary.Workloads, m.Summary.Pods,
			m.Summary.Isolated[model.Ingress], m.Summary.Isolated[model.Egress],
		},
	}
	for _, p := range m.Ports {
		h.Ports = append(h.Ports, p.String())
	}
	for _, f := range m.Entries {
		h.Entries = append(h.Entries, EntryDocument{f.Src, m.Table.Ends[f.Dst].Name, f.Port.String(), f.Verdict.String()})
	}
	return h
}

func (m *Matrix) peer(end int) PeerDocument {
	e := &m.Table.Ends[end]
	return PeerDocument{e.Name, m.Namespace(end), e.Outside, e.Weight}
}

func verdictDocument(j Judgement) VerdictDocument {
	v := VerdictDocument{Port: j.Port.String(), Verdict: j.Verdict.String()}
	if len(j.Parts) > 1 {
		v.Parts = parts(j.Parts)
	}
	return v
}

// tail returns what follows the two names in a PairDocument.
func (m *Matrix) tail(j Judgement) []byte {
	out, err := encode(verdictDocument(j))
	if err != nil {
		panic(fmt.Sprintf("bug: words that are no JSON: %v", err))
	}
	return out[1:] // without its opening bracket
}

func parts(segments []engine.Segment) []PartDocument {
	out := make([]PartDocument, len(segments))
	for i, s := range segments {
		out[i] = PartDocument{s.Verdict.String(), Ports(s.Ports)}
	}
	return out
}

// Versus writes a VersusDocument.
func (o object) Versus(v *Versus) error {
	_, counts := v.shifts()
	d := VersusDocument{
		Head: Head{Schema, "versus"}, LeftOut: o.leftOut(o.opts.forgiven()), By: v.Matrix.By, Before: v.Before, After: v.After, Ports: []string{},
		Pairs: counts.Pairs, Changed: counts.Changed, ChangedOutside: counts.Outside, Changes: []ChangeDocument{},
	}
	for _, p := range v.Matrix.Ports {
		d.Ports = append(d.Ports, p.String())
	}
	for s := range v.rows() {
		d.Changes = append(d.Changes, ChangeDocument{s.Src[0], s.Dst[0], s.Ports, s.Before.String(), s.After.String()})
	}
	return o.indented(d)
}

// Graph writes a GraphDocument.
func (o object) Graph(g *Graph) error {
	d := GraphDocument{Head: Head{Schema, "graph"}, LeftOut: o.leftOut(o.opts.forgiven()), Nodes: []PeerDocument{}, Edges: []EdgeDocument{}}
	for n := range g.Graph.All() {
		d.Nodes = append(d.Nodes, PeerDocument{n.End.Name, n.Namespace, n.End.Outside, n.End.Weight})
	}
	for e := range g.Graph.Edges() {
		src, dst := e.Ends()
		d.Edges = append(d.Edges, EdgeDocument{src.Name, dst.Name, parts(e.Segments)})
	}
	return o.indented(d)
}

func (o object) trace(w *Why) TraceDocument {
	d := TraceDocument{
		Src: w.Src.Name, Dst: w.Dst.Name, Port: model.PortString(w.Protocol, w.Port, w.Port),
		Verdict: w.Verdict.String(), Walks: []WalkDocument{}, Notes: notNil(w.Notes), Settle: w.Settle,
	}
	for i := range w.Flows {
		f := &w.Flows[i]
		d.Walks = append(d.Walks, WalkDocument{
			SrcAddress: address(f.SrcAddr), DstAddress: address(f.DstAddr),
			Verdict: f.Verdict.String(), Overlay: overlayWord(f.Overlay),
			Egress: o.direction(w, &f.Egress), Ingress: o.direction(w, &f.Ingress),
		})
	}
	return d
}

func (o object) direction(w *Why, d *engine.DirectionTrace) DirectionDocument {
	out := DirectionDocument{
		Verdict: d.Verdict.String(), Filtered: d.Filtered, Isolated: matchWord(d.Isolated), OwnNode: d.OwnNode,
		Tiers: []TierDocument{},
	}
	for i := range d.Tiers {
		tt := &d.Tiers[i]
		tier := TierDocument{tt.Tier.Name, outcomeWord(tt.Outcome), []PolicyDocument{}}
		for j := range tt.Policies {
			p := &tt.Policies[j]
			policy := PolicyDocument{o.place(p.Policy.Origin), matchWord(p.Subject), []RuleDocument{}}
			for k := range p.Rules {
				policy.Rules = append(policy.Rules, o.rule(w, &p.Rules[k]))
			}
			tier.Policies = append(tier.Policies, policy)
		}
		out.Tiers = append(out.Tiers, tier)
	}
	for _, p := range d.Elsewhere {
		out.Elsewhere = append(out.Elsewhere, o.place(p.Origin))
	}
	return out
}

func (o object) rule(w *Why, r *engine.RuleTrace) RuleDocument {
	d := RuleDocument{
		PlaceDocument: o.place(r.Rule.Origin), Rule: r.Rule.Name, Action: r.Rule.Action.String(),
		Match: matchWord(r.Match), Decided: r.Decided,
		Peers: []AlternativeDocument{}, Ports: []AlternativeDocument{},
	}
	for i := range r.Peers {
		p := &r.Peers[i]
		d.Peers = append(d.Peers, AlternativeDocument{p.Peer.Field, p.Peer.String(), matchWord(p.Match), w.reason(p.Why)})
	}
	for i := range r.Ports {
		p := &r.Ports[i]
		d.Ports = append(d.Ports, AlternativeDocument{"", p.Port.String(), matchWord(p.Match), w.reason(p.Why)})
	}
	return d
}

func (o object) place(origin model.Origin) PlaceDocument {
	return PlaceDocument{origin.Kind, origin.Namespace, origin.Name, origin.Field, origin.File, o.opts.line(origin)}
}

func address(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// notNil makes an absent list an empty one, so that readers need not tell the
// two apart.
func notNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
