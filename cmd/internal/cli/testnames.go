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

// exampleWay explains the flow of a way that makes it what it is, or returns nil
// where no flow does.
func (in *input) exampleWay(src, dst expect.Peer, port model.PortMatch, answer route.Answer) *render.Example {
	for _, way := range in.ways(answer.Walks) {
		for i := range way.Hops {
			for k := range way.Hops[i].Legs {
				leg := &way.Hops[i].Legs[k]
				if in.explainLeg(leg) != nil {
					continue
				}
				for _, why := range leg.Why {
					if (why.Verdict == model.Allowed) == (answer.Verdict == model.Allowed) {
						return &render.Example{Src: src.String(), Dst: dst.String(), Port: port.String(), Verdict: answer.Verdict, Why: why}
					}
				}
			}
		}
	}
	return nil
}

// testName judges a line about names: each source, name and port by itself.
func (s *session) testName(in *input, f *expectations, l *expect.Line, controllers map[string]expect.Peer) (render.TestLine, []model.Diagnostic) {
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
					line.Example = in.exampleWay(src, dst, port, answer)
				}
			}
		}
	}
	line.Elapsed = s.now().Sub(begin)
	return line, problems
}
