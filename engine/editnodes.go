package engine

import (
	"fmt"
	"slices"
	"strings"

	"netreach/model"
)

// editNodes compares the nodes that both clusters have, as far as rules can tell:
// labels whose keys they use, and addresses. Edits that say the same are one edit,
// with a place for each node.
func (e *edits) editNodes(used *uses) {
	for i := range e.after.cluster.Nodes {
		now := &e.after.cluster.Nodes[i]
		old := nodeNamed(e.before.cluster, now.Name)
		if old == nil {
			continue
		}
		for _, l := range labelEdits(old.Labels, now.Labels, used.nodeKeys) {
			l.edit = e.nodeEdit(NodeLabel, l.text(), now.Name,
				labelOrigin(old.Origin, "metadata.labels", l.key, l.before), labelOrigin(now.Origin, "metadata.labels", l.key, l.after))
			e.nodes[now.Name] = append(e.nodes[now.Name], podEdit{l, NodeLabel})
		}
		if !slices.Equal(old.Addresses, now.Addresses) {
			text := fmt.Sprintf("addresses: %s → %s", addressesText(old), addressesText(now))
			id := e.nodeEdit(NodeAddresses, text, now.Name, old.Origin.At("status.addresses"), now.Origin.At("status.addresses"))
			e.nodes[now.Name] = append(e.nodes[now.Name], podEdit{labelEdit{edit: id}, NodeAddresses})
		}
	}
	u := e.before.u
	for id := u.pods; id < u.pods+u.nodes; id++ {
		shape := u.shapeOf[id]
		for _, l := range e.nodes[u.peers[id].Name] {
			if !slices.ContainsFunc(e.shapes[shape], func(x podEdit) bool { return x.edit == l.edit }) {
				e.shapes[shape] = append(e.shapes[shape], l)
			}
		}
	}
}

// nodeEdit returns the edit of a node with this text.
func (e *edits) nodeEdit(kind EditKind, text, node string, before, after model.Origin) int32 {
	key := fmt.Sprintf("%d\x00\x00%s", kind, text)
	id, ok := e.byContent[key]
	if !ok {
		id = e.add(Edit{Kind: kind, Object: "Node " + node, Text: text, Before: origins(before), After: origins(after)})
		e.byContent[key] = id
		return id
	}
	edit := &e.list[id]
	edit.Before, edit.After = append(edit.Before, origins(before)...), append(edit.After, origins(after)...)
	edit.Object = fmt.Sprintf("%d nodes", len(edit.After))
	return id
}

func addressesText(n *model.Node) string {
	if len(n.Addresses) == 0 {
		return "none"
	}
	words := make([]string, len(n.Addresses))
	for i, a := range n.Addresses {
		words[i] = a.String()
	}
	return strings.Join(words, ", ")
}

// nodeNameText says that a pod is on another node.
func nodeNameText(before, after *model.Pod) string {
	name := func(p *model.Pod) string {
		if p.Node == "" {
			return "none"
		}
		return p.Node
	}
	return fmt.Sprintf("nodeName: %s → %s", name(before), name(after))
}

// nodeNameOrigin points to the name of a pod's node, as far as the pod itself is
// in the input.
func nodeNameOrigin(p *model.Pod) model.Origin {
	if p.StandIn || p.Node == "" {
		return p.Origin
	}
	return p.Origin.At("spec.nodeName")
}

// node returns a node as it is with the edits made, or nil.
func (e *edits) node(n *model.Node, made []int32) *model.Node {
	if n == nil {
		return nil
	}
	out := *n
	now := nodeNamed(e.after.cluster, n.Name)
	for _, l := range e.nodes[n.Name] {
		switch {
		case !slices.Contains(made, l.edit):
		case l.kind == NodeLabel:
			out.Labels = l.apply(out.Labels)
		case now != nil:
			out.Addresses = now.Addresses
		}
	}
	return &out
}

// otherPods returns the edit that is the coming and going of a workload's pods, or
// their moving, for an end that both clusters have.
func (e *edits) otherPods(end int, w *Workload, groups []jointGroup) int32 {
	if edit, ok := e.workloads[end]; ok {
		return edit
	}
	old, now := &e.before.cluster.Workloads[w.Before], &e.after.cluster.Workloads[w.After]
	edit := Edit{
		Kind: WorkloadPods, Object: objectOf(now), Text: "other pods, or on other nodes",
		Before: origins(old.Origin), After: origins(now.Origin),
	}
	if moved := e.moved(groups); len(moved) > 0 && !slices.ContainsFunc(groups, func(g jointGroup) bool { return g.in[0] != g.in[1] }) {
		edit.Text, edit.Before, edit.After = "", nil, nil
		for _, id := range moved {
			a, b := e.before.pod(id), e.after.pod(id)
			switch text := nodeNameText(a, b); edit.Text {
			case "", text:
				edit.Text = text
			default:
				edit.Text = "pods on other nodes"
			}
			edit.Before, edit.After = append(edit.Before, origins(nodeNameOrigin(a))...), append(edit.After, origins(nodeNameOrigin(b))...)
		}
	}
	e.workloads[end] = e.add(edit)
	return e.workloads[end]
}

// moved returns the pods of some groups that are on another node.
func (e *edits) moved(groups []jointGroup) []PeerID {
	var out []PeerID
	for k := range groups {
		if !groups[k].in[0] || !groups[k].in[1] {
			continue
		}
		for _, id := range groups[k].peers {
			if e.before.pod(id).Node != e.after.pod(id).Node {
				out = append(out, id)
			}
		}
	}
	return out
}
