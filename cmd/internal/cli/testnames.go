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
	if len(l.SrcExcept)+len(l.DstExcept)+len(l.PortsExcept) > 0 || l.Each {
		return fmt.Sprintf("%q: a line about a Service or a URL takes neither except nor each", l), "list the sources that it is about"
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

// exampleWay explains a flow that makes an answer other than a line demands, or
// returns nil where no flow does.
func (in *input) exampleWay(src, dst expect.Peer, port model.PortMatch, answer *route.Answer, demanded model.Verdict) (*render.Example, error) {
	ways := in.ways(answer.Walks)
	slices.SortStableFunc(ways, func(a, b render.Way) int { // those that are as the answer is stand first
		rank := func(w *render.Way) int {
			if w.Verdict() == answer.Verdict {
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
				out := &render.Example{Src: src.String(), Dst: dst.String(), Port: port.String(), Verdict: way.Verdict()}
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
	for _, src := range l.Src {
		end, err := in.resolve(src)
		if err != nil {
			continue // said already
		}
		for _, dst := range l.Dst {
			for _, port := range ports {
				answer, led, err := in.walk(in.matrix, question{src: src, dst: dst, port: port, controllers: controllers}, end)
				if to, wrong := in.resolve(dst); !led && err == nil && wrong == nil {
					answer.Verdict = in.matrix.Judge(end, to, port).Verdict
				}
				switch {
				case err != nil:
					wrong(codePeer, err.Error(), strings.Join(hints(err), "; "))
				case answer.Verdict == model.None && l.Verdict != model.None:
					wrong(codeNothing, fmt.Sprintf("%q: %s leads to nothing: %s", l, dst, strings.Join(answer.Notes, "; ")),
						"netreach explain shows every hop; the verdict none says that this is meant")
				case answer.Verdict != l.Verdict && line.Holds:
					line.Holds, line.Got = false, answer.Verdict
					if line.Example, err = in.exampleWay(src, dst, port, &answer, l.Verdict); err != nil {
						return line, nil, err
					}
				}
			}
		}
	}
	line.Elapsed = s.now().Sub(begin)
	return line, problems, nil
}
