package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/engine/route"
	"netreach/model"
)

// Diff is what changes from one state of a cluster to another one.
type Diff struct {
	// Before and After name the states.
	Before, After string
	*engine.Diff
	// Flows are what is shown of the flows that change: those of the engine
	// without the accepted ones.
	Flows []engine.ChangedFlows
	// Ways are what is shown of the flows by ways in that change, as Flows are.
	Ways []route.WayFlows
	// Accepted and AcceptedWays are what is not shown.
	Accepted     []engine.ChangedFlows
	AcceptedWays []route.WayFlows
	// Services lead elsewhere than before.
	Services []route.ServiceShift
	// Requests is what else becomes of the requests of routes.
	Requests []route.RequestShift
	// Matrix names the workloads.
	Matrix *Matrix
	// Added and Removed are the peers that one state only has.
	Added, Removed []ComingPeer
	// Line returns the line of an origin of one side, 0 for the state before, or
	// 0 if it is not known.
	Line func(side int, o model.Origin) int
	// LeftOut is what leniency left out of either state.
	LeftOut []model.Diagnostic
	// Fails reports whether an effect makes the run fail, FailsRequests whether
	// Requests do.
	Fails         func(engine.Effect) bool
	FailsRequests bool

	outside map[string][]string // by ends: their names
}

// ComingPeer is a workload that comes or goes.
type ComingPeer struct {
	Name string
	Kind string
	Pods int
	// Origin is where it is declared, on the side that has it.
	Origin model.Origin
}

// consequence is what one cause does: flows that change alike.
type consequence struct {
	effect engine.Effect
	cause  engine.Cause
	shifts []shiftedFlows
	weight engine.Weight
}

// shiftedFlows is a block of flows with one change.
type shiftedFlows struct {
	before, after model.Verdict
	src, dst      []int
	ports         []engine.PortRange
	// srcNames and dstNames stand in place of src and dst where these are no ends
	// of the comparison: nodes, clients of ways in.
	srcNames, dstNames []string
	// ways are what the clients dial, if they are clients of ways in; clients names
	// them for a machine.
	ways, clients []string
}

// effectRank orders effects: what opens first, then what closes.
func effectRank(e engine.Effect) int {
	switch {
	case e&engine.Opens != 0:
		return 0
	case e&engine.Closes != 0:
		return 1
	case e&engine.Unsettles != 0:
		return 2
	}
	return comes
}

// comes is the rank of peers that come and go without a flow that is allowed.
const comes = 3

// effectWord names an effect, as the JSON form spells it.
func effectWord(e engine.Effect) string {
	switch {
	case e&engine.Opens != 0 && e&engine.Closes != 0:
		return "mixed"
	case e&engine.Opens != 0:
		return "opened"
	case e&engine.Closes != 0:
		return "closed"
	case e&engine.Unsettles != 0:
		return "unknown"
	}
	return "peers"
}

// effectText says an effect in words.
func effectText(e engine.Effect) string {
	switch effectWord(e) {
	case "mixed":
		return "opened and closed"
	case "unknown":
		return "became unknown"
	}
	return effectWord(e)
}

// absent is the word for the verdict about a peer that a state does not have.
const absent = "absent"

func diffWord(v model.Verdict) string {
	if v == model.None {
		return absent
	}
	return v.String()
}

// consequences returns what changes by effect and cause: what opens first, and
// the heaviest first. That peers come and go by which nothing can be reached is
// no consequence.
func (d *Diff) consequences() []consequence {
	return d.gathered(func(rank int) bool { return rank < comes })
}

// comings returns that peers come and go by which nothing can be reached.
func (d *Diff) comings() []consequence {
	return d.gathered(func(rank int) bool { return rank == comes })
}

// gathered gathers the flows of some effects, by their ranks.
func (d *Diff) gathered(wanted func(rank int) bool) []consequence {
	type key struct {
		rank  int
		mixed bool
		cause engine.CauseID
	}
	flows := map[key][]engine.ChangedFlows{}
	nodes := map[key][]engine.NodeFlows{}
	ways := map[key][]route.WayFlows{}
	var keys []key
	for _, f := range d.Flows {
		k := key{effectRank(f.Change.Effect), effectWord(f.Change.Effect) == "mixed", f.Change.Cause}
		if !wanted(k.rank) {
			continue
		}
		if flows[k] == nil {
			keys = append(keys, k)
		}
		flows[k] = append(flows[k], f)
	}
	for _, f := range d.NodeFlows {
		k := key{effectRank(f.Change.Effect), effectWord(f.Change.Effect) == "mixed", f.Change.Cause}
		if !wanted(k.rank) {
			continue
		}
		if flows[k] == nil && nodes[k] == nil {
			keys = append(keys, k)
		}
		nodes[k] = append(nodes[k], f)
	}
	for _, f := range d.Ways {
		k := key{effectRank(f.Change.Effect), effectWord(f.Change.Effect) == "mixed", f.Change.Cause}
		if !wanted(k.rank) {
			continue
		}
		if flows[k] == nil && nodes[k] == nil && ways[k] == nil {
			keys = append(keys, k)
		}
		ways[k] = append(ways[k], f)
	}
	out := make([]consequence, len(keys))
	for i, k := range keys {
		of := flows[k]
		c := consequence{cause: d.Causes[k.cause], weight: d.Weigh(of), shifts: d.shifts(of)}
		c.weight.Nodes = engine.WeighNodes(nodes[k]).Nodes
		for _, f := range nodes[k] {
			c.effect |= f.Change.Effect
			c.shifts = append(c.shifts, nodeShift(f))
		}
		c.weight.Ways = weighWays(ways[k])
		for _, f := range ways[k] {
			c.effect |= f.Change.Effect
		}
		c.shifts = append(c.shifts, wayShifts(ways[k])...)
		for _, f := range of {
			c.effect |= f.Change.Effect
		}
		out[i] = c
	}
	slices.SortStableFunc(out, func(a, b consequence) int {
		return cmp.Or(
			cmp.Compare(effectRank(a.effect), effectRank(b.effect)), cmp.Compare(b.weight.Pairs, a.weight.Pairs),
			cmp.Compare(b.weight.PodPairs, a.weight.PodPairs), cmp.Compare(b.weight.Out+b.weight.In, a.weight.Out+a.weight.In),
			cmp.Compare(b.weight.Nodes, a.weight.Nodes), cmp.Compare(b.weight.Ways, a.weight.Ways),
		)
	})
	return out
}

// shifts joins blocks of one change to few large ones.
func (d *Diff) shifts(flows []engine.ChangedFlows) []shiftedFlows {
	type alike struct {
		of     shiftedFlows
		blocks []block
	}
	var kinds []*alike
	at := map[string]*alike{}
	for _, f := range flows {
		c := f.Change
		key := diffWord(c.Before) + " " + diffWord(c.After) + " " + strings.Join(Ports(c.Ports), ",")
		if at[key] == nil {
			at[key] = &alike{of: shiftedFlows{before: c.Before, after: c.After, ports: c.Ports}}
			kinds = append(kinds, at[key])
		}
		at[key].blocks = append(at[key].blocks, block{src: f.Src, dst: f.Dst})
	}
	slices.SortStableFunc(kinds, func(a, b *alike) int {
		return cmp.Compare(rank(a.of.before, a.of.after), rank(b.of.before, b.of.after))
	})
	var out []shiftedFlows
	for _, k := range kinds {
		for _, b := range d.Matrix.join(k.blocks, true) {
			s := k.of
			s.src, s.dst = b.src, b.dst
			out = append(out, s)
		}
	}
	return out
}

// totals is what changes in all, by effect.
type totals struct {
	opened, closed, unknown engine.Weight
	// edits is how many edits have an effect that is unknown.
	edits int
}

func (d *Diff) totals() totals {
	of := func(e engine.Effect) engine.Weight {
		w := d.Weigh(slices.DeleteFunc(slices.Clone(d.Flows), func(f engine.ChangedFlows) bool { return f.Change.Effect&e == 0 }))
		w.Nodes = engine.WeighNodes(slices.DeleteFunc(slices.Clone(d.NodeFlows), func(f engine.NodeFlows) bool { return f.Change.Effect&e == 0 })).Nodes
		w.Ways = weighWays(slices.DeleteFunc(slices.Clone(d.Ways), func(f route.WayFlows) bool { return f.Change.Effect&e == 0 }))
		return w
	}
	return totals{of(engine.Opens), of(engine.Closes), of(engine.Unsettles), len(d.EffectUnknown())}
}

// nothing reports whether a weight is that of no flow at all.
func nothing(w engine.Weight) bool { return w == engine.Weight{} }

// weightText says a weight in words.
func weightText(w engine.Weight) string {
	var words []string
	if w.Pairs > 0 {
		words = append(words, count(w.Pairs, "pair")+" of workloads ("+count(w.PodPairs, "pair")+" of pods)")
	}
	if w.Out > 0 {
		words = append(words, "from "+count(w.Out, "pod")+" to outside")
	}
	if w.In > 0 {
		words = append(words, "from outside to "+count(w.In, "pod"))
	}
	if w.Nodes > 0 {
		words = append(words, count(w.Nodes, "pair")+" of a workload and a node")
	}
	if w.Ways > 0 {
		words = append(words, waysIn(w.Ways))
	}
	if words == nil {
		return "no running pod"
	}
	return strings.Join(words, ", ")
}

// line says the totals in words.
func (t totals) line() string {
	var words []string
	for _, of := range []struct {
		name string
		w    engine.Weight
	}{{"opened", t.opened}, {"closed", t.closed}, {"became unknown", t.unknown}} {
		if !nothing(of.w) {
			words = append(words, of.name+": "+weightText(of.w))
		}
	}
	if t.edits > 0 {
		words = append(words, "effect unknown: "+count(t.edits, "edit")+" about domain names")
	}
	if words == nil {
		return "no flow changes"
	}
	return strings.Join(words, "; ")
}

// how says how the edits of a cause go together.
func how(c engine.Cause) string {
	switch {
	case len(c.Edits) == 0:
		return "by an edit that was not found out"
	case c.Open:
		return "by one or more of these"
	case c.Each:
		return "by each of these"
	case len(c.Edits) > 1:
		return "by these together"
	}
	return "by"
}

// lead is how, before several edits.
func lead(c engine.Cause) string {
	if len(c.Edits) == 0 {
		return how(c)
	}
	return how(c) + ":"
}

// places says where an edit stands.
func (d *Diff) places(e *engine.Edit) string { return strings.Join(d.sides(e), ", was ") }

// sides returns where an edit stands: on the side after if that has it, and on
// the side before where that is another place.
func (d *Diff) sides(e *engine.Edit) []string {
	side := func(side int, list []model.Origin) string {
		if len(list) == 0 {
			return ""
		}
		text := d.place(side, list[0])
		if more := len(list) - 1; more > 0 && text != "" {
			text += fmt.Sprintf(" and %d more", more)
		}
		return text
	}
	out := []string{side(1, e.After), side(0, e.Before)}
	return slices.Compact(slices.DeleteFunc(out, func(s string) bool { return s == "" }))
}

// place returns "file:line".
func (d *Diff) place(side int, o model.Origin) string {
	if o.File == "" {
		return ""
	}
	return model.Place(o.File, d.Line(side, o))
}

// summary says in lines what there is beside the flows: what leniency left out,
// peers that come and go,
// policies that were edited to no effect, accepted flows.
func (d *Diff) summary() []string {
	var out []string
	if text := leftOut(d.LeftOut); text != "" {
		out = append(out, text)
	}
	for _, of := range []struct {
		word  string
		peers []ComingPeer
	}{{"added", d.Added}, {"removed", d.Removed}} {
		if len(of.peers) > 0 {
			words := make([]string, len(of.peers))
			for i, p := range of.peers {
				words[i] = p.Name + " (" + count(p.Pods, "pod") + ")"
			}
			out = append(out, "peers "+of.word+": "+strings.Join(shortened(words), ", "))
		}
	}
	out = append(append(out, d.closedWays()...), d.ledElsewhere()...)
	out = append(out, d.requests()...)
	for _, e := range d.EffectUnknown() {
		out = append(out, "effect unknown: "+namedEdit(&e)+at(d.places(&e)))
	}
	none := d.noEffect()
	if more := len(none) - mostUnchanged; more > 1 {
		none = append(none[:mostUnchanged], fmt.Sprintf("no effect: %d more policies, which -o json names", more))
	}
	out = append(out, none...)
	if w := d.acceptedWeight(); len(d.Accepted)+len(d.AcceptedWays) > 0 {
		out = append(out, "accepted and not shown: "+weightText(w))
	}
	return out
}

// namedEdit says of an edit whose effect is unknown what it is.
func namedEdit(e *engine.Edit) string {
	return e.Object + " " + e.Text + ", and which addresses its domain names stand for is not in the input"
}

// unchanged returns the edits of policies to no effect.
func (d *Diff) unchanged() []engine.Edit {
	var causes []engine.CauseID
	for _, f := range slices.Concat(d.Ways, d.AcceptedWays) {
		causes = append(causes, f.Change.Cause)
	}
	return d.Unchanged(slices.Concat(d.Flows, d.Accepted), causes...)
}

// acceptedWeight returns how much is accepted and not shown.
func (d *Diff) acceptedWeight() engine.Weight {
	w := d.Weigh(d.Accepted)
	w.Ways = weighWays(d.AcceptedWays)
	return w
}

// noEffect names the policies that were edited to no effect, each once.
func (d *Diff) noEffect() []string {
	var out []string
	last := ""
	for _, e := range d.unchanged() {
		if e.Object == last {
			out[len(out)-1] += "; " + e.Text + at(d.places(&e))
			continue
		}
		last = e.Object
		out = append(out, "no effect: "+e.Object+" "+e.Text+at(d.places(&e)))
	}
	return out
}

func at(place string) string {
	if place == "" {
		return ""
	}
	return " (" + place + ")"
}

// mostUnchanged is how many policies that were edited to no effect a summary
// names.
const mostUnchanged = 50

// mostNames is how many names a line spells out.
const mostNames = 8

// shortened returns words for a line: the first ones, and how many more there
// are.
func shortened(words []string) []string {
	if len(words) <= mostNames+1 {
		return words
	}
	return append(slices.Clone(words[:mostNames]), fmt.Sprintf("and %d more", len(words)-mostNames))
}
