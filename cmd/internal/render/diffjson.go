package render

import (
	"slices"

	"netreach/engine"
	"netreach/model"
)

// Diff writes a DiffDocument. Its length follows the blocks of flows.
func (o object) Diff(d *Diff) error {
	t := d.totals()
	doc := DiffDocument{
		Head: Head{Schema, "diff"}, Before: d.Before, After: d.After,
		Opened: weightDocument(t.opened), Closed: weightDocument(t.closed), Unknown: weightDocument(t.unknown),
		Accepted: weightDocument(d.acceptedWeight()), LeftOut: o.leftOut(d.LeftOut),
		Changes: []ConsequenceDocument{}, Added: []ComingDocument{}, Removed: []ComingDocument{}, NoEffect: []EditDocument{}, EffectUnknown: []EditDocument{},
	}
	for _, c := range slices.Concat(d.consequences(), d.comings()) {
		example := d.example(&c)
		item := ConsequenceDocument{
			Example: FlowDocument{example[0], example[1], example[2]},
			Effect:  effectWord(c.effect), WeightDocument: weightDocument(c.weight), Flows: []ShiftDocument{},
			Cause: d.causeDocument(c.cause),
		}
		for _, s := range c.shifts {
			flows := ShiftDocument{Before: diffWord(s.before), After: diffWord(s.after), Src: s.sources(d.words), Dst: s.destinations(d.words), Ports: Ports(s.ports)}
			if s.ways != nil {
				flows.Src, flows.Via = s.clients, s.ways
			}
			item.Flows = append(item.Flows, flows)
		}
		doc.Changes = append(doc.Changes, item)
	}
	for _, p := range d.Added {
		doc.Added = append(doc.Added, ComingDocument{p.Name, p.Kind, p.Pods, d.spotDocument(1, p.Origin)})
	}
	for _, p := range d.Removed {
		doc.Removed = append(doc.Removed, ComingDocument{p.Name, p.Kind, p.Pods, d.spotDocument(0, p.Origin)})
	}
	for i := range d.Services {
		s := &d.Services[i]
		side := 1
		if s.Gone {
			side = 0
		}
		doc.Services = append(doc.Services, ServiceShiftDocument{
			Service: s.Service, Port: Ports([]engine.PortRange{s.Port})[0], Before: append([]string{}, s.Before...), After: append([]string{}, s.After...), Gone: s.Gone,
			SpotDocument: d.spotDocument(side, s.Origins[side]),
		})
	}
	for _, r := range d.Requests {
		side := 1
		if r.Gone {
			side = 0
		}
		doc.Requests = append(doc.Requests, RequestShiftDocument{r.Object, r.Text, r.Gone, d.spotDocument(side, r.Origin)})
	}
	for _, e := range d.unchanged() {
		doc.NoEffect = append(doc.NoEffect, d.editDocument(&e))
	}
	for _, e := range d.EffectUnknown() {
		doc.EffectUnknown = append(doc.EffectUnknown, d.editDocument(&e))
	}
	return o.indented(doc)
}

// words names ends for a machine: workloads one by one, addresses as ranges.
func (d *Diff) words(list []int) []string {
	n, _ := slices.BinarySearch(list, len(d.Workloads))
	words := make([]string, 0, len(list))
	for _, i := range list[:n] {
		words = append(words, d.Comparison.Ends[i].Name)
	}
	return append(words, d.exactly(list[n:])...)
}

func weightDocument(w engine.Weight) WeightDocument {
	return WeightDocument{w.Pairs, w.PodPairs, w.Out, w.In, w.Nodes, w.Ways}
}

// howWord says how the edits of a cause go together, as the JSON form spells it.
func howWord(c engine.Cause) string {
	switch {
	case c.Open:
		return "open"
	case c.Each:
		return "each"
	case len(c.Edits) > 1:
		return "together"
	}
	return "one"
}

func (d *Diff) causeDocument(c engine.Cause) CauseDocument {
	doc := CauseDocument{How: howWord(c), Edits: []EditDocument{}}
	for _, e := range c.Edits {
		doc.Edits = append(doc.Edits, d.editDocument(&d.Edits[e]))
	}
	return doc
}

func (d *Diff) editDocument(e *engine.Edit) EditDocument {
	doc := EditDocument{Kind: editWord(e.Kind), Object: e.Object, Text: e.Text, Before: []SpotDocument{}, After: []SpotDocument{}}
	for _, o := range e.Before {
		doc.Before = append(doc.Before, d.spotDocument(0, o))
	}
	for _, o := range e.After {
		doc.After = append(doc.After, d.spotDocument(1, o))
	}
	return doc
}

func (d *Diff) spotDocument(side int, o model.Origin) SpotDocument {
	return SpotDocument{o.File, d.Line(side, o)}
}

// editWord returns a kind of edit as the JSON form spells it.
func editWord(k engine.EditKind) string {
	switch k {
	case engine.PolicyAdded:
		return "policy-added"
	case engine.PolicyRemoved:
		return "policy-removed"
	case engine.PolicyRenamed:
		return "policy-renamed"
	case engine.PolicySubject:
		return "policy-subject"
	case engine.PolicyIsolation:
		return "policy-isolation"
	case engine.PolicyPlace:
		return "policy-order"
	case engine.PolicyText:
		return "policy-text"
	case engine.RuleAdded:
		return "rule-added"
	case engine.RuleRemoved:
		return "rule-removed"
	case engine.RuleChanged:
		return "rule-changed"
	case engine.RuleMoved:
		return "rule-moved"
	case engine.NamespaceLabel:
		return "namespace-label"
	case engine.PodLabel:
		return "pod-label"
	case engine.PodPorts:
		return "pod-ports"
	case engine.PodPlace:
		return "pod-place"
	case engine.NodeLabel:
		return "node-label"
	case engine.NodeAddresses:
		return "node-addresses"
	case engine.WorkloadAdded:
		return "workload-added"
	case engine.WorkloadRemoved:
		return "workload-removed"
	case engine.ObjectAdded:
		return "object-added"
	case engine.ObjectRemoved:
		return "object-removed"
	case engine.ObjectChanged:
		return "object-changed"
	case engine.PodBackend:
		return "pod-backend"
	case engine.WorkloadPods:
	}
	return "workload-pods"
}
