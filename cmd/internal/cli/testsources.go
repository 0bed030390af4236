package cli

import (
	"fmt"
	"slices"
	"strings"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/engine/route"
	"netreach/model"
	"netreach/model/expect"
)

// demandSources says which sources of a line about names do not exist, or that
// nobody is left of them.
func (in *input) demandSources(f *expectations, l *expect.Line) []model.Diagnostic {
	var problems []model.Diagnostic
	wrong := func(code, text, hint string) {
		problems = append(problems, model.Diagnostic{
			Severity: model.Error, Code: code, Origin: model.Origin{File: f.name, Line: l.Number}, Text: text, Hint: hint,
		})
	}
	for _, p := range slices.Concat(l.Src, l.SrcExcept) {
		if _, err := in.resolve(p); err != nil {
			wrong(codePeer, err.Error(), strings.Join(hints(err), "; "))
		}
	}
	if len(problems) > 0 {
		return problems
	}
	left := 0
	for _, src := range l.Src {
		who, err := in.inquirers(src, l.SrcExcept)
		if err != nil {
			wrong(codePeer, in.hinted(err).Error(), strings.Join(hints(in.hinted(err)), "; "))
		}
		left += len(who)
	}
	if left == 0 && len(problems) == 0 {
		wrong(codeEmpty, fmt.Sprintf("%q: nobody is left as source", l), "what except names is all that stands before it")
	}
	return problems
}

// inquirer is clients of whom a question about a name is asked.
type inquirer struct {
	peer expect.Peer
	end  engine.End
	// verdict is the answer, once there is one.
	verdict model.Verdict
}

// inquirers returns the clients that a source is without others: the source
// itself, or the pods and nodes that are left of it, and each range of addresses
// outside, where only ranges say exactly who is meant.
func (in *input) inquirers(src expect.Peer, except []expect.Peer) ([]inquirer, error) {
	end, err := in.resolve(src)
	if err != nil {
		return nil, err
	}
	if len(except) == 0 && src.Kind != expect.Defined && src.Family == 0 {
		return []inquirer{{peer: src, end: end}}, nil
	}
	side, err := in.matrix.Side(src)
	if err != nil {
		return nil, err
	}
	for _, p := range except {
		other, err := in.matrix.Side(p)
		if err != nil {
			return nil, err
		}
		side = side.Without(other)
	}
	var out []inquirer
	var inside []engine.PeerID
	for _, id := range end.Peers {
		if side.Has(id) {
			inside = append(inside, id)
		}
	}
	if len(inside) > 0 {
		out = append(out, inquirer{peer: src, end: in.matrix.EndOf(in.matrix.PeersName(inside), inside)})
	}
	for _, r := range side.Outside() {
		p := expect.Peer{Kind: expect.Addresses, Text: r.String(), First: r.First, Last: r.Last, Outside: true}
		e, err := in.resolve(p)
		if err != nil {
			return nil, err
		}
		out = append(out, inquirer{peer: p, end: e})
	}
	return out, nil
}

// walkAll answers a question about a name for all of some clients together, and
// notes what becomes of each of them.
func (in *input) walkAll(atlas *route.Atlas, q question, who []inquirer) (route.Answer, error) {
	var out route.Answer
	var mix model.Mix
	for i := range who {
		w := &who[i]
		asked := q
		asked.src = w.peer
		answer, led, err := in.walkOver(atlas, asked, asking(asked, w.end))
		if err != nil {
			return out, err
		}
		if !led { // it is a peer as any other
			if to, err := in.resolve(q.dst); err == nil {
				answer.Verdict = in.matrix.Judge(w.end, to, q.port).Verdict
			}
		}
		w.verdict = answer.Verdict
		mix = mix.With(answer.Verdict)
		out.Walks = append(out.Walks, answer.Walks...)
		for _, n := range answer.Notes {
			if !slices.Contains(out.Notes, n) {
				out.Notes = append(out.Notes, n)
			}
		}
	}
	out.Verdict = mix.Verdict()
	return out, nil
}

// partsOf cuts an answer about a name for some clients so that each part has one
// verdict.
func (in *input) partsOf(atlas *route.Atlas, q question, who []inquirer, answer *route.Answer) []render.Flows {
	if len(who) == 1 {
		q.src = who[0].peer
		return in.partsByName(atlas, q, who[0].end, answer)
	}
	src := map[model.Verdict][]string{}
	ranges := map[model.Verdict][]engine.AddrRange{}
	for i := range who {
		w := &who[i]
		asked := q
		asked.src = w.peer
		parts := in.partsByName(atlas, asked, w.end, &route.Answer{Verdict: w.verdict})
		byClient := len(parts) > 0 && !slices.ContainsFunc(parts, func(f render.Flows) bool { return !slices.Equal(f.Ports, parts[0].Ports) })
		switch {
		case byClient:
			for _, f := range parts {
				src[f.Verdict] = append(src[f.Verdict], f.Src...)
			}
		case w.peer.Outside:
			ranges[w.verdict] = append(ranges[w.verdict], engine.AddrRange{First: w.peer.First, Last: w.peer.Last})
		default:
			src[w.verdict] = append(src[w.verdict], w.end.Name)
		}
	}
	var out []render.Flows
	for _, v := range []model.Verdict{model.Allowed, model.Some, model.Unknown, model.Denied, model.None} {
		f := render.Flows{Verdict: v, Src: src[v], Dst: []string{q.dst.String()}, Ports: []string{q.port.String()}}
		for _, r := range engine.MergeRanges(ranges[v]) {
			f.Src = append(f.Src, r.String())
		}
		if len(f.Src) > 0 {
			out = append(out, f)
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}
