package route

import (
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// editAdmission returns the edits of labels of namespaces by which listeners take
// the routes of other namespaces than before (GW-2).
func editAdmission(before, after *model.Cluster) []nameEdit {
	var listeners []*model.Listener
	for _, c := range []*model.Cluster{before, after} {
		for i := range c.Names.Gateways {
			for k := range c.Names.Gateways[i].Listeners {
				if l := &c.Names.Gateways[i].Listeners[k]; l.From == model.FromSelector {
					listeners = append(listeners, l)
				}
			}
		}
	}
	if len(listeners) == 0 {
		return nil
	}
	var out []nameEdit
	for _, v := range pairUp(before.Namespaces, after.Namespaces, namespaceOrigin) {
		if v.before == nil || v.after == nil || !slices.ContainsFunc(listeners, func(l *model.Listener) bool {
			return l.Namespaces.Matches(v.before.Labels) != l.Namespaces.Matches(v.after.Labels)
		}) {
			continue
		}
		o := model.Origin{Kind: "Namespace", Name: v.after.Name}
		out = append(out, nameEdit{object: keyOf(o), id: -1, Edit: engine.Edit{
			Kind: engine.NamespaceLabel, Object: o.Object(), Text: "labels: " + orNone(labelsText(v.before.Labels)) + " → " + orNone(labelsText(v.after.Labels)),
			Before: []model.Origin{v.before.Origin}, After: []model.Origin{v.after.Origin},
		}})
	}
	return out
}

func namespaceOrigin(n *model.Namespace) model.Origin {
	return model.Origin{Kind: "Namespace", Name: n.Name}
}

// mixNamespaces returns namespaces with the labels of a cluster in which just some
// edits were made.
func mixNamespaces(of, before, after []model.Namespace, made map[editKey]bool) []model.Namespace {
	labels := map[string]model.Labels{}
	for _, v := range pairUp(before, after, namespaceOrigin) {
		switch {
		case v.before == nil:
		case v.after != nil && made[editKey{object: keyOf(namespaceOrigin(v.after))}]:
			labels[v.after.Name] = v.after.Labels
		default:
			labels[v.before.Name] = v.before.Labels
		}
	}
	out := slices.Clone(of)
	for i := range out {
		if l, ok := labels[out[i].Name]; ok {
			out[i].Labels = l
		}
	}
	slices.SortFunc(out, func(a, b model.Namespace) int { return strings.Compare(a.Name, b.Name) })
	return out
}
