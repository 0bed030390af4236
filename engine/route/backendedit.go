package route

import (
	"fmt"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
)

// backendEdit returns what was edited of a workload that bears on the Services that
// its pods are behind, or on what they let in as a controller.
func (x *comparer) backendEdit(end int) (engine.Edit, bool) {
	w := &x.d.Workloads[end]
	before, after := x.d.Before.Cluster(), x.d.After.Cluster()
	switch {
	case w.Before < 0:
		o := after.Workloads[w.After].Origin
		return engine.Edit{Kind: engine.WorkloadAdded, Object: objectOf(&after.Workloads[w.After]), Text: "added", After: []model.Origin{o}}, true
	case w.After < 0:
		o := before.Workloads[w.Before].Origin
		return engine.Edit{Kind: engine.WorkloadRemoved, Object: objectOf(&before.Workloads[w.Before]), Text: "removed", Before: []model.Origin{o}}, true
	}
	var words []string
	old, now := &before.Workloads[w.Before], &after.Workloads[w.After]
	for _, arg := range []struct{ name, old, now string }{
		{"--configmap", old.Config, now.Config}, {"--controller-class", old.ControllerClass, now.ControllerClass}, {"--ingress-class", old.IngressClass, now.IngressClass},
	} {
		if arg.old != arg.now {
			words = append(words, fmt.Sprintf("%s: %s → %s", arg.name, orNone(arg.old), orNone(arg.now)))
		}
	}
	pods := [2][]*model.Pod{}
	for i, c := range []*model.Cluster{before, after} {
		for k := range c.Pods {
			if index := []int{w.Before, w.After}[i]; c.Pods[k].Workload == index {
				pods[i] = append(pods[i], &c.Pods[k])
			}
		}
	}
	of := func(what string, say func(*model.Pod) string) {
		var texts [2]string
		for i := range pods {
			var list []string
			for _, p := range pods[i] {
				list = append(list, say(p))
			}
			slices.Sort(list)
			texts[i] = strings.Join(slices.Compact(list), " and ")
		}
		if texts[0] != texts[1] {
			words = append(words, fmt.Sprintf("%s: %s → %s", what, orNone(texts[0]), orNone(texts[1])))
		}
	}
	if x.selectedOtherwise(end, pods) {
		of("labels", func(p *model.Pod) string { return labelsText(p.Labels) })
	}
	of("ports", func(p *model.Pod) string { return portsText(p) })
	of("readiness", func(p *model.Pod) string { return readinessText(p) })
	if len(words) == 0 {
		return engine.Edit{}, false
	}
	return engine.Edit{
		Kind: engine.PodBackend, Object: objectOf(&after.Workloads[w.After]), Text: strings.Join(words, ", "),
		Before: []model.Origin{before.Workloads[w.Before].Origin}, After: []model.Origin{after.Workloads[w.After].Origin},
	}, true
}

// selectedOtherwise reports whether some Service of the namespace of pods selects
// others of them in one state than in the other one, or labels by which controllers
// are known differ.
func (x *comparer) selectedOtherwise(end int, pods [2][]*model.Pod) bool {
	if len(pods[0]) == 0 || len(pods[1]) == 0 {
		return false
	}
	matches := func(s *model.Service, p *model.Pod) bool { return s.Pods.Matches(p.Labels) }
	for _, a := range x.atlases {
		for i := range a.cluster.Names.Services {
			s := &a.cluster.Names.Services[i]
			if s.Selects && s.Namespace == pods[0][0].Namespace && matches(s, pods[0][0]) != matches(s, pods[1][0]) {
				return true
			}
		}
	}
	known := func(p *model.Pod) string {
		var words []string
		for _, l := range p.Labels {
			if strings.HasPrefix(l.Key, "app.kubernetes.io/") || l.Key == "app" || l.Key == "istio" || slices.Contains(gatewayLabels, l.Key) || l.Key == routerLabel {
				words = append(words, l.Key+"="+l.Value)
			}
		}
		return strings.Join(words, ",")
	}
	isDoor := slices.ContainsFunc(x.sides[:], func(s *sideways) bool {
		return slices.ContainsFunc(s.atlas.doors(), func(d *door) bool {
			return slices.ContainsFunc(d.pods.Peers, func(id engine.PeerID) bool {
				of, ok := x.endOf[id]
				return ok && of == end
			})
		})
	})
	return isDoor && known(pods[0][0]) != known(pods[1][0])
}

func objectOf(w *model.Workload) string {
	return model.Origin{Kind: w.Kind, Namespace: w.Namespace, Name: w.Name}.Object()
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func labelsText(labels model.Labels) string {
	var words []string
	for _, l := range labels {
		if l.Key == "pod-template-hash" || l.Key == "controller-revision-hash" || l.Key == "pod-template-generation" {
			continue
		}
		words = append(words, l.Key+"="+l.Value)
	}
	return strings.Join(words, ",")
}

func portsText(p *model.Pod) string {
	var words []string
	for _, c := range p.Ports {
		text := model.PortString(c.Protocol, c.Port, c.Port)
		if c.Name != "" {
			text = c.Name + "=" + text
		}
		words = append(words, text)
	}
	return strings.Join(words, ",")
}

func readinessText(p *model.Pod) string {
	switch {
	case p.Terminating:
		return "about to end"
	case p.Readiness == model.NotReady:
		return "not ready"
	}
	return "ready"
}
