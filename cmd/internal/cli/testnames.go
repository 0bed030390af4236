package cli

import (
	"fmt"
	"slices"
	"strings"

	"netreach/cmd/internal/render"
	"netreach/engine/route"
	"netreach/model"
	"netreach/model/expect"
)

// leadsByName reports whether a line names Services or URLs.
func leadsByName(l *expect.Line) bool {
	return l.Form == expect.Flow && slices.ContainsFunc(l.Dst, isName)
}

func isName(p expect.Peer) bool { return p.Kind == expect.Service || p.Kind == expect.URL }

// leadsByName reports whether a line is about Services or URLs: it is judged way
// by way, over every hop, as can does.
func (in *input) leadsByName(l *expect.Line) bool {
	return l.Form == expect.Flow && slices.ContainsFunc(l.Dst, in.isName)
}

// isName reports whether a destination is a Service, by its name or by an address
// that nobody else has (SVC-21), or a URL.
func (in *input) isName(p expect.Peer) bool {
	if p.Kind == expect.Addresses && !p.Outside && p.First == p.Last {
		s, _ := in.matrix.ServedAt(p.First, p.Last)
		return s != nil
	}
	return isName(p)
}

// demandNames says what is wrong with a line about names before it is judged.
func demandNames(l *expect.Line, named func(expect.Peer) bool) (text, hint string) {
	switch {
	case !slices.ContainsFunc(l.Dst, func(p expect.Peer) bool { return !named(p) }):
	default:
		return fmt.Sprintf("%q: destinations that are names stand beside others", l), "write a line for the names and one for the others"
	}
	if len(l.DstExcept)+len(l.PortsExcept) > 0 || l.Each {
		return fmt.Sprintf("%q: a line about a Service or a URL takes except for its sources only, and no each", l), "list the destinations and ports that it is about"
	}
	return "", ""
}

// uncounted warns of the lines that coverage does not look at.
func (in *input) uncounted(files []expectations) []model.Diagnostic {
	var out []model.Diagnostic
	for i := range files {
		for k := range files[i].lines {
			if l := &files[i].lines[k]; in.leadsByName(l) {
				out = append(out, model.Diagnostic{
					Severity: model.Warning, Code: codeSkipped, Origin: model.Origin{File: files[i].name, Line: l.Number},
					Text: "coverage does not count what a line about a Service or a URL depends on",
				})
			}
		}
	}
	return out
}

// deciding returns the ways that are not as demanded, each with the hops that make
// it so. A way that is open has no such hop.
func deciding(ways []render.Way, demanded model.Verdict) []render.Way {
	var out []render.Way
	for i := range ways {
		way := ways[i]
		if way.Verdict() == demanded || way.Verdict() == model.Allowed {
			continue
		}
		hops := way.Hops
		way.Hops = nil
		for _, those := range []func(h *render.WayHop) bool{
			func(h *render.WayHop) bool { return h.Verdict() == way.Verdict() },
			func(h *render.WayHop) bool { return h.Verdict() != model.Allowed },
		} {
			for k := range hops {
				if len(way.Hops) == 0 && those(&hops[k]) {
					way.Hops = append(way.Hops, hops[k])
				}
			}
		}
		out = append(out, way)
	}
	return out
}

// exampleWay explains a flow that makes an answer other than a line demands, or
// returns nil where no flow does.
func (in *input) exampleWay(q question, ways []render.Way, answer, demanded model.Verdict) (*render.Example, error) {
	ways = slices.Clone(ways)
	slices.SortStableFunc(ways, func(a, b render.Way) int { // those that are as the answer is stand first
		rank := func(w *render.Way) int {
			if w.Verdict() == answer {
				return 0
			}
			return 1
		}
		return rank(&a) - rank(&b)
	})
	for i := range ways {
		way := &ways[i]
		if v := way.Verdict(); v == demanded || v == model.None {
			continue
		}
		// A connection goes through all hops, so that the last one tells the most of
		// what is open, and the first one that is not open of what is not.
		hops := slices.Clone(way.Hops)
		if way.Verdict() == model.Allowed {
			slices.Reverse(hops)
		}
		for k := range hops {
			if why, err := in.decides(&hops[k], way.Verdict(), demanded); why != nil || err != nil {
				out := &render.Example{Src: strings.Join(render.Few(way.Clients), ", "), Dst: q.dst.String(), Port: q.port.String(), Verdict: way.Verdict()}
				if why != nil {
					out.Why = *why
				}
				return out, err
			}
		}
	}
	return nil, nil //nolint:nilnil // there is none
}

// decides explains a flow by which a hop makes its way what that is, and not what
// is demanded. It returns nil where the hop does not, or not by its flows: a list
// of clients or a backend that is missing is no flow.
func (in *input) decides(h *render.WayHop, way, demanded model.Verdict) (*render.Why, error) {
	var mix model.Mix
	for i := range h.Legs {
		mix = mix.Join(h.Legs[i].Mix)
	}
	if h.Verdict() != way || way == model.Some && mix.Verdict() != model.Some {
		return nil, nil //nolint:nilnil // not by its flows
	}
	for i := range h.Legs {
		leg := &h.Legs[i]
		if err := in.explainLeg(leg); err != nil {
			return nil, err
		}
		for k := range leg.Why {
			if v := leg.Why[k].Verdict; v == way || way == model.Some && v != demanded {
				return &leg.Why[k], nil
			}
		}
	}
	return nil, nil //nolint:nilnil // no flow at all
}

// testName judges a line about names: each source, name and port by itself.
func (s *session) testName(in *input, f *expectations, l *expect.Line, controllers map[string]expect.Peer) (render.TestLine, []model.Diagnostic, error) {
	begin := s.now()
	line := render.TestLine{Number: l.Number, Text: l.String(), Comment: l.Comment, Holds: true, Verdict: lineWord(l), Got: l.Verdict}
	var problems []model.Diagnostic
	wrong := func(code, text, hint string) {
		problems = append(problems, model.Diagnostic{
			Severity: model.Error, Code: code, Origin: model.Origin{File: f.name, Line: l.Number}, Text: text, Hint: hint,
		})
	}
	ports := l.Ports
	if len(ports) == 0 {
		ports = []model.PortMatch{{Kind: model.PortAny}}
	}
	atlas, err := route.New(in.matrix, route.Options{Controllers: controllers})
	if err != nil {
		return line, nil, err
	}
	for _, src := range l.Src {
		who, err := in.inquirers(src, l.SrcExcept)
		if err != nil || len(who) == 0 {
			continue // said already, or all of it is left out
		}
		for _, dst := range l.Dst {
			for _, port := range ports {
				q := question{src: src, dst: dst, port: port, controllers: controllers}
				answer, err := in.walkAll(atlas, q, who)
				switch {
				case err != nil:
					wrong(codePeer, err.Error(), strings.Join(hints(err), "; "))
				case answer.Verdict == model.None && l.Verdict != model.None:
					wrong(codeNothing, fmt.Sprintf("%q: %s leads to nothing: %s", l, dst, strings.Join(nothing(&answer), "; ")),
						"netreach explain shows every hop; the verdict none says that this is meant")
				case answer.Verdict != l.Verdict && line.Holds:
					line.Holds, line.Got = false, answer.Verdict
					ways := in.ways(answer.Walks)
					line.Parts, line.Ways = in.partsOf(atlas, q, who, &answer), deciding(ways, l.Verdict)
					if line.Example, err = in.exampleWay(q, ways, answer.Verdict, l.Verdict); err != nil {
						return line, nil, err
					}
				}
			}
		}
	}
	line.Elapsed = s.now().Sub(begin)
	return line, problems, nil
}

// nothing says why an answer is none.
func nothing(answer *route.Answer) []string {
	out := slices.Clone(answer.Notes)
	for i := range answer.Walks {
		for k := range answer.Walks[i].Hops {
			h := &answer.Walks[i].Hops[k]
			if h.Mix != 0 {
				continue
			}
			for _, n := range h.Notes {
				if !slices.Contains(out, n.Text) {
					out = append(out, n.Text)
				}
			}
		}
	}
	return out
}
