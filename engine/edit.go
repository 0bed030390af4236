package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"netreach/model"
)

// Edit is one difference between two clusters that verdicts may rest on.
type Edit struct {
	Kind EditKind
	// Object is what was edited, as model.Origin.Object writes it. An edit of pods
	// names the workload, or says how many there are.
	Object string
	// Text says what was done to it: "ingress[0] changed", "label env: dev → prod".
	Text string
	// Before and After say where it stands on either side. One of them may be
	// empty.
	Before, After []model.Origin
}

// EditKind says what was edited.
type EditKind uint8

// The kinds of edits.
const (
	PolicyAdded EditKind = iota
	PolicyRemoved
	// PolicyRenamed: another name, which orders policies of one priority.
	PolicyRenamed
	// PolicySubject: other pods are selected.
	PolicySubject
	// PolicyIsolation: other directions are isolated.
	PolicyIsolation
	// PolicyPlace: another tier or priority.
	PolicyPlace
	// PolicyText: other words that mean the same.
	PolicyText
	RuleAdded
	RuleRemoved
	RuleChanged
	// RuleMoved: the same rule at another place among the others.
	RuleMoved
	NamespaceLabel
	PodLabel
	// PodPorts: container ports whose names rules use.
	PodPorts
	// PodPlace: addresses, hostNetwork, or the node of a hostNetwork pod.
	PodPlace
	// NodeLabel: a label of a node.
	NodeLabel
	// NodeAddresses: other addresses of a node.
	NodeAddresses
	WorkloadAdded
	WorkloadRemoved
	// WorkloadPods: pods that come or go, or move between nodes.
	WorkloadPods
	// ObjectAdded, ObjectRemoved and ObjectChanged are about what leads to pods by
	// name: Services, EndpointSlices, routes, Gateways and the like.
	ObjectAdded
	ObjectRemoved
	ObjectChanged
	// PodBackend: labels, ports or readiness by which pods are behind a Service.
	PodBackend
)

// OfPolicy reports whether the edit is one of a policy.
func (k EditKind) OfPolicy() bool { return k <= RuleMoved }

// edits is what was edited between two clusters, and where it may matter.
type edits struct {
	before, after *Matrix
	list          []Edit
	policies      []policyEdits
	// policyOf holds by side and index of a policy the index into policies, or -1
	// where the policy is the same on both sides.
	policyOf   [2][]int32
	namespaces map[string][]labelEdit // by namespace
	nodes      map[string][]podEdit   // by node
	shapes     map[int32][]podEdit    // by shape
	workloads  map[int]int32          // by end: the edit that is its coming or going, or of its pods
	byContent  map[string]int32
	// Without names that order policies a renamed policy is no edit.
	names bool
	// located is by byNamespace.
	located map[string][]policyVersions
}

// labelEdit is the edit of one label.
type labelEdit struct {
	edit          int32
	key           string
	before, after *string // nil: absent
}

// podEdit is an edit of the pods of a shape.
type podEdit struct {
	labelEdit
	kind EditKind
}

// newEdits finds the edits between the clusters of two matrices. The ends are
// workloads, and as many as there are of those.
func newEdits(c *Comparison, workloads []Workload) *edits {
	e := &edits{
		before: c.before.m, after: c.after.m,
		namespaces: map[string][]labelEdit{}, nodes: map[string][]podEdit{}, shapes: map[int32][]podEdit{}, workloads: map[int]int32{}, byContent: map[string]int32{},
	}
	e.names = e.before.switches.PriorityTies == model.TiesByName
	e.editPolicies()
	e.editNamespaces()
	used := e.before.u.used
	e.editNodes(used)
	for i := range workloads {
		e.editWorkload(i, &workloads[i], c.groups[i], used)
	}
	return e
}

// add adds an edit and returns its number.
func (e *edits) add(edit Edit) int32 {
	e.list = append(e.list, edit)
	return int32(len(e.list) - 1)
}

// editNamespaces compares the labels of namespaces that both clusters have.
func (e *edits) editNamespaces() {
	old := e.before.cluster.Namespaces
	for i := range e.after.cluster.Namespaces {
		now := &e.after.cluster.Namespaces[i]
		at, ok := slices.BinarySearchFunc(old, now.Name, func(n model.Namespace, name string) int { return strings.Compare(n.Name, name) })
		if !ok {
			continue
		}
		for _, l := range labelEdits(old[at].Labels, now.Labels, nil) {
			l.edit = e.add(Edit{
				Kind: NamespaceLabel, Object: "Namespace " + now.Name, Text: l.text(),
				Before: origins(labelOrigin(old[at].Origin, "metadata.labels", l.key, l.before)), After: origins(labelOrigin(now.Origin, "metadata.labels", l.key, l.after)),
			})
			e.namespaces[now.Name] = append(e.namespaces[now.Name], l)
		}
	}
}

// labelEdits compares two label sets, as far as the keys are used; nil means
// that all are.
func labelEdits(before, after model.Labels, used map[string]bool) []labelEdit {
	var out []labelEdit
	for len(before) > 0 || len(after) > 0 {
		var l labelEdit
		switch {
		case len(after) == 0 || len(before) > 0 && before[0].Key < after[0].Key:
			l = labelEdit{key: before[0].Key, before: &before[0].Value}
			before = before[1:]
		case len(before) == 0 || after[0].Key < before[0].Key:
			l = labelEdit{key: after[0].Key, after: &after[0].Value}
			after = after[1:]
		default:
			l = labelEdit{key: before[0].Key, before: &before[0].Value, after: &after[0].Value}
			before, after = before[1:], after[1:]
		}
		if (used == nil || used[l.key]) && (l.before == nil || l.after == nil || *l.before != *l.after) {
			out = append(out, l)
		}
	}
	return out
}

func (l *labelEdit) text() string {
	switch {
	case l.before == nil:
		return fmt.Sprintf("label %s=%s added", l.key, *l.after)
	case l.after == nil:
		return fmt.Sprintf("label %s=%s removed", l.key, *l.before)
	}
	return fmt.Sprintf("label %s: %s → %s", l.key, *l.before, *l.after)
}

// labelOrigin points to a label of an object, or to its labels where it does not
// have it.
func labelOrigin(o model.Origin, path, key string, value *string) model.Origin {
	if value == nil {
		return o.At(path)
	}
	return o.At(path + `["` + key + `"]`)
}

func origins(os ...model.Origin) []model.Origin {
	return slices.DeleteFunc(os, func(o model.Origin) bool { return o.File == "" && o.Name == "" })
}

// editWorkload compares a workload's pods.
func (e *edits) editWorkload(end int, w *Workload, groups []jointGroup, used *uses) {
	switch {
	case w.Before < 0:
		now := &e.after.cluster.Workloads[w.After]
		e.workloads[end] = e.add(Edit{Kind: WorkloadAdded, Object: objectOf(now), Text: "added", After: origins(now.Origin)})
		return
	case w.After < 0:
		old := &e.before.cluster.Workloads[w.Before]
		e.workloads[end] = e.add(Edit{Kind: WorkloadRemoved, Object: objectOf(old), Text: "removed", Before: origins(old.Origin)})
		return
	}
	for k := range groups {
		if g := &groups[k]; g.in[0] && g.in[1] {
			e.editShape(w, g, used)
		}
	}
}

func objectOf(w *model.Workload) string {
	return model.Origin{Kind: w.Kind, Namespace: w.Namespace, Name: w.Name}.Object()
}

// editShape compares the pods of one shape by an example. Edits that say the
// same of pods in one namespace are one edit, with a place for each workload.
func (e *edits) editShape(w *Workload, g *jointGroup, used *uses) {
	old, now := e.before.pod(g.peers[0]), e.after.pod(g.peers[0])
	_, known := e.shapes[g.shape]
	place := func(l labelEdit, kind EditKind, text string, before, after model.Origin) {
		key := fmt.Sprintf("%d\x00%s\x00%s", kind, w.Namespace, text)
		id, ok := e.byContent[key]
		if !ok {
			id = e.add(Edit{Kind: kind, Text: text})
			e.byContent[key] = id
		}
		edit := &e.list[id]
		add := func(list []model.Origin, o model.Origin) []model.Origin {
			if slices.ContainsFunc(list[max(0, len(list)-1):], func(x model.Origin) bool { return samePlace(x, o) }) {
				return list
			}
			return append(list, o)
		}
		edit.Before, edit.After = add(edit.Before, before), add(edit.After, after)
		switch object := objectOf(&e.after.cluster.Workloads[w.After]); {
		case edit.Object == "":
			edit.Object = object
		case edit.Object != object:
			edit.Object = fmt.Sprintf("%d workloads in namespace %s", len(edit.After), w.Namespace)
		}
		if !known {
			l.edit = id
			e.shapes[g.shape] = append(e.shapes[g.shape], podEdit{l, kind})
		}
	}
	labels := "spec.template.metadata.labels"
	for _, l := range labelEdits(old.Labels, now.Labels, used.podKeys) {
		place(l, PodLabel, l.text(), podField(old, labels, l.key, l.before), podField(now, labels, l.key, l.after))
	}
	var differs []string
	note := func(what string) {
		if !slices.Contains(differs, what) {
			differs = append(differs, what)
		}
	}
	for _, class := range e.before.u.shapes[g.shape] {
		a, b := e.before.ground.attr(int(class)), e.after.ground.attr(int(class))
		if a.hostNetwork != b.hostNetwork {
			note(fmt.Sprintf("hostNetwork: %t → %t", a.hostNetwork, b.hostNetwork))
		}
		if (a.addr != b.addr || a.fam != b.fam) && !slices.Equal(old.Addresses, now.Addresses) {
			note("podIP changed")
		}
		if old.Node != now.Node && a.hostNetwork && b.hostNetwork {
			note(nodeNameText(old, now))
		}
		if a.ports != b.ports {
			text := fmt.Sprintf("named ports: %s → %s", portsText(old, used), portsText(now, used))
			place(labelEdit{}, PodPorts, text, old.Origin, now.Origin)
		}
		if a.late != b.late {
			note("other labels that are set later")
		}
	}
	if len(differs) > 0 {
		place(labelEdit{}, PodPlace, strings.Join(differs, ", "), old.Origin, now.Origin)
	}
	if (g.nodes[0] || g.nodes[1]) && !known && old.Node == now.Node {
		e.shapes[g.shape] = append(e.shapes[g.shape], e.nodes[now.Node]...)
	}
}

func samePlace(a, b model.Origin) bool {
	return a.File == b.File && a.Line == b.Line && a.Object() == b.Object() && a.Field == b.Field
}

// podField points to a label of a pod: its own, or in the template that it
// comes from.
func podField(p *model.Pod, template, key string, value *string) model.Origin {
	path := "metadata.labels"
	if p.StandIn && p.Origin.Kind != "Pod" {
		path = template
		if p.Origin.Kind == "CronJob" {
			path = "spec.jobTemplate." + template
		}
	}
	return labelOrigin(p.Origin, path, key, value)
}

// portsText writes the named ports of a pod that rules use.
func portsText(p *model.Pod, used *uses) string {
	var words []string
	for _, port := range p.Ports {
		if used.names[port.Name] {
			words = append(words, port.Name+"="+model.PortString(port.Protocol, port.Port, port.Port))
		}
	}
	if words == nil {
		return "none"
	}
	slices.SortFunc(words, cmp.Compare[string])
	return strings.Join(words, ", ")
}
