package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/engine/route"
	"netreach/model"
	"netreach/model/expect"
)

// Codes of what is to say of a file of accepted flows.
const (
	codeAccept  = "accepted-flow"
	codeExpired = "accepted-expired"
	codeUnused  = "accepted-unused"
)

// acceptance is a line of a file of accepted flows:
//
//	allow shop/web -> shop/db 5432/tcp  # until 2027-01-31: the move to the new database
//
// "allow" accepts that flows open, "deny" that they close, "unknown" that they
// become unknown.
type acceptance struct {
	line   expect.Line
	effect engine.Effect
	origin model.Origin
	// What the line names, as indices of ends.
	src, dst []int
	used     bool
	// part is a name in the line that is not all of a workload, which whole names.
	part, whole string
	// problems are names in the line that nothing has.
	problems []model.Diagnostic
}

var untilDate = regexp.MustCompile(`^until (\S+): *(\S.*)$`)

// acceptances reads a file of accepted flows. Lines whose day has passed are
// reported and left out. A line without a day or reason is an error, as is one
// that cannot be read.
func (s *session) acceptances(name string) ([]acceptance, error) {
	f, err := s.env.FS.Open(name)
	if err != nil {
		if of, ok := errors.AsType[*fs.PathError](err); ok {
			err = of.Err
		}
		return nil, troublef("", "--ignore %s: %v", name, err)
	}
	defer f.Close()
	lines, problems, err := expect.ParseFile(f, name, s.flags.namespace)
	if err != nil {
		return nil, err
	}
	today := time.Time{}
	if s.env.Now != nil {
		today = s.env.Now().UTC()
	}
	var out []acceptance
	for _, l := range lines {
		a := acceptance{line: l, origin: model.Origin{File: name, Line: l.Number}}
		problem := func(severity model.Severity, code, hint, format string, args ...any) {
			problems = append(problems, model.Diagnostic{Severity: severity, Code: code, Origin: a.origin, Text: fmt.Sprintf(format, args...), Hint: hint})
		}
		const example = "end the line in a comment such as: # until 2027-01-31: why it is accepted"
		m := untilDate.FindStringSubmatch(l.Comment)
		var day time.Time
		if m != nil {
			day, err = time.Parse(time.DateOnly, m[1])
		}
		switch {
		case l.Form != expect.Flow:
			problem(model.Error, codeAccept, "write a line that begins with allow, deny or unknown", "it accepts no flows")
			continue
		case m == nil:
			problem(model.Error, codeAccept, example, "the day on which it ends, or the reason, is missing")
			continue
		case err != nil:
			problem(model.Error, codeAccept, example, "%q is not a day", m[1])
			continue
		}
		if leadsByName(&l) {
			if text, hint := demandNames(&l, isName); text != "" {
				problem(model.Error, codeAccept, hint, "%s", text)
				continue
			}
		}
		switch l.Verdict {
		case model.Allowed:
			a.effect = engine.Opens
		case model.Denied:
			a.effect = engine.Closes | engine.Appears | engine.Disappears
		case model.Unknown:
			a.effect = engine.Unsettles
		case model.None, model.Some:
			problem(model.Error, codeAccept, "allow accepts that flows open, deny that they close, unknown that they become unknown", "%q is not what a flow can become", l.Verdict)
			continue
		}
		if today.After(day.AddDate(0, 0, 1)) {
			problem(model.Warning, codeExpired, "renew it or take it out", "it ended on %s, and hides nothing any more: %s", m[1], m[2])
			continue
		}
		out = append(out, a)
	}
	return out, s.diagnose("file of accepted flows", model.SortDiagnostics(problems))
}

// cuts returns the ranges of addresses that accepted flows name: the outside is
// cut there.
func cuts(accepted []acceptance) []engine.AddrRange {
	var out []engine.AddrRange
	for _, a := range accepted {
		for _, p := range slices.Concat(a.line.Src, a.line.SrcExcept, a.line.Dst, a.line.DstExcept) {
			if p.Kind == expect.Addresses {
				out = append(out, engine.AddrRange{First: p.First, Last: p.Last})
			}
		}
	}
	return out
}

// accept parts the flows of a diff into those that are shown and those that are
// accepted.
func (s *session) accept(p *pair, d *render.Diff, accepted []acceptance) error {
	var problems []model.Diagnostic
	for i := range accepted {
		a := &accepted[i]
		if leadsByName(&a.line) {
			d.Ways, d.AcceptedWays = a.takeWays(d.Ways, d.AcceptedWays)
			continue
		}
		a.src = p.named(d.Diff, a, a.line.Src, a.line.SrcExcept)
		a.dst = p.named(d.Diff, a, a.line.Dst, a.line.DstExcept)
		var left []engine.ChangedFlows
		for _, f := range d.Flows {
			rest, taken := a.take(f)
			left = append(left, rest...)
			d.Accepted = append(d.Accepted, taken...)
			a.used = a.used || len(taken) > 0
		}
		d.Flows = left
	}
	for i := range accepted {
		a := &accepted[i]
		problems = append(problems, a.problems...)
		if a.used || len(a.problems) > 0 {
			continue
		}
		unused := model.Diagnostic{
			Severity: model.Warning, Code: codeUnused, Origin: a.origin, Text: "no flow changes that it accepts", Hint: "take it out, if the change has been made",
		}
		if a.part != "" {
			unused.Text += fmt.Sprintf(": %q is a part of %s, and accepted are the flows of whole workloads", a.part, a.whole)
			unused.Hint = "name the workload: " + a.whole
		}
		problems = append(problems, unused)
	}
	return s.diagnose("file of accepted flows", problems)
}

// takeWays moves what a line about names accepts of the flows by ways in.
func (a *acceptance) takeWays(shown, hidden []route.WayFlows) (left, taken []route.WayFlows) {
	for _, f := range shown {
		dialled := slices.ContainsFunc(a.line.Dst, func(p expect.Peer) bool { return f.DialledAs(p, a.line.Ports) })
		clients := !slices.ContainsFunc(f.Clients, func(c route.Clients) bool { return !a.coversClients(c) })
		if f.Change.Effect&^a.effect != 0 || !dialled || !clients {
			left = append(left, f)
			continue
		}
		hidden = append(hidden, f)
		a.used = true
	}
	return left, hidden
}

// coversClients reports whether the sources of a line hold some clients.
func (a *acceptance) coversClients(c route.Clients) bool {
	whole := map[string]expect.PeerKind{"internet": expect.Internet, "private": expect.Private}[c.Whole]
	if slices.ContainsFunc(a.line.Src, func(p expect.Peer) bool { return p.Kind == whole && p.Family == 0 }) {
		return true
	}
	return c.Ranges != nil && !slices.ContainsFunc(c.Ranges, func(r engine.AddrRange) bool {
		return !slices.ContainsFunc(a.line.Src, func(p expect.Peer) bool {
			return p.Kind == expect.Addresses && p.First.Compare(r.First) <= 0 && r.Last.Compare(p.Last) <= 0
		})
	})
}

// take takes the accepted part out of a block. Where members differ, so that the
// change does something else too, that stays.
func (a *acceptance) take(f engine.ChangedFlows) (rest, taken []engine.ChangedFlows) {
	src, otherSrc := split(f.Src, a.src)
	dst, otherDst := split(f.Dst, a.dst)
	ports, otherPorts := engine.SplitPorts(f.Change.Ports, a.line.Ports, a.line.PortsExcept)
	if f.Change.Effect&a.effect == 0 || len(src) == 0 || len(dst) == 0 || ports.None {
		return []engine.ChangedFlows{f}, nil
	}
	add := func(to *[]engine.ChangedFlows, src, dst []int, ports engine.PortSet, effect engine.Effect) {
		if len(src) > 0 && len(dst) > 0 && !ports.None && effect != 0 {
			part := f
			part.Src, part.Dst, part.Change.Ports, part.Change.Effect = src, dst, ports.Ranges, effect
			*to = append(*to, part)
		}
	}
	whole, effect := engine.PortSet{Ranges: f.Change.Ports}, f.Change.Effect
	add(&taken, src, dst, ports, effect&a.effect)
	add(&rest, src, dst, ports, effect&^a.effect)
	add(&rest, otherSrc, f.Dst, whole, effect)
	add(&rest, src, otherDst, whole, effect)
	add(&rest, src, dst, otherPorts, effect)
	return rest, taken
}

// split parts a list of ends into those in a set and the others.
func split(list, set []int) (in, out []int) {
	for _, i := range list {
		if _, ok := slices.BinarySearch(set, i); ok {
			in = append(in, i)
		} else {
			out = append(out, i)
		}
	}
	return in, out
}

// named returns the ends of which every member is named by peers of a line, and not
// by others. A name need not be there in both clusters. One that is in neither is a
// warning, since its workload may be gone; behind except it is an error, as the line
// would accept more than it says.
func (p *pair) named(d *engine.Diff, a *acceptance, peers, except []expect.Peer) []int {
	in := p.members(d, a, peers, model.Warning)
	not := p.members(d, a, except, model.Error)
	var out []int
	for i := range d.Comparison.Ends {
		if in[i] && !not[i] {
			out = append(out, i)
		}
	}
	return out
}

// members returns the ends of which every member is named by peers. What is wrong
// with a name is kept with the line; missing is how bad it is that nothing has it.
func (p *pair) members(d *engine.Diff, a *acceptance, peers []expect.Peer, missing model.Severity) map[int]bool {
	named := map[engine.PeerID]string{}
	out := map[int]bool{}
	for _, peer := range peers {
		for k, part := range d.Outside {
			whole := peer.Kind == expect.Internet && part.Whole == "internet" || peer.Kind == expect.Private && part.Whole == "private"
			within := peer.Kind == expect.Addresses && part.Range.First.IsValid() && peer.First.Compare(part.Range.First) <= 0 && part.Range.Last.Compare(peer.Last) <= 0
			if whole || within {
				out[len(d.Workloads)+k] = true
			}
		}
		var failed error
		found := false
		for _, m := range p.matrices {
			e, err := m.Resolve(peer)
			if err != nil {
				if failed == nil || errors.Is(failed, engine.ErrNoPeer) {
					failed = err
				}
				continue
			}
			found = true
			for _, id := range e.Peers {
				named[id] = peer.String()
			}
		}
		if !found && len(d.Workloads) > 0 { // equal states are not read
			a.unknown(failed, missing)
		}
	}
	for i, e := range d.Comparison.Ends[:len(d.Workloads)] {
		part, all := "", true
		for _, id := range e.Peers {
			if name, ok := named[id]; ok {
				part = name
			} else {
				all = false
			}
		}
		out[i] = all
		if part != "" && !all {
			a.part, a.whole = part, e.Name
		}
	}
	return out
}

// unknown keeps that a name in the line cannot be resolved.
func (a *acceptance) unknown(err error, missing model.Severity) {
	one := model.Diagnostic{Severity: model.Error, Code: codeAccept, Origin: a.origin, Text: err.Error(), Hint: strings.Join(hints(err), "; ")}
	if errors.Is(err, engine.ErrNoPeer) {
		one.Text += ", before or after the change"
		one.Hint = cmp.Or(one.Hint, "take it out, if what it names is gone")
		if one.Severity = missing; missing == model.Warning {
			one.Code = codeUnused
		}
	}
	a.problems = append(a.problems, one)
}
