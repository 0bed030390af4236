package load

import (
	"cmp"
	"slices"
	"strings"

	"netreach/model"
	"netreach/model/lower/workload"
)

// placement is the pods in their workloads.
type placement struct {
	workloads []model.Workload
	pods      []model.Pod
	// perNode tells which workloads without pods run on every node.
	perNode map[int]bool
}

// workloadKey identifies a workload.
type workloadKey struct{ namespace, kind, name string }

func compareKeys(a, b workloadKey) int {
	return cmp.Or(
		strings.Compare(a.namespace, b.namespace),
		strings.Compare(a.kind, b.kind),
		strings.Compare(a.name, b.name),
	)
}

// workloadParts is what is known of one workload.
type workloadParts struct {
	// self is the workload's own object, or nil.
	self *workload.Controller
	// makers are the controllers that make its pods: itself, or those that it
	// owns, such as the ReplicaSets of a Deployment.
	makers []*workload.Controller
	pods   []*workload.Pod
	// finished tells that the input holds pods of it that have finished.
	finished bool
}

// place sorts pods into workloads.
func (w *world) place() placement {
	controllers := map[workloadKey]*workload.Controller{}
	for i := range w.controllers.all {
		c := &w.controllers.all[i]
		controllers[workloadKey{c.Namespace, c.Kind, c.Name}] = c
	}
	parts := map[workloadKey]*workloadParts{}
	var last workloadKey // pods of one workload stand together in a dump
	var lastParts *workloadParts
	part := func(k workloadKey) *workloadParts {
		if k == last && lastParts != nil {
			return lastParts
		}
		p := parts[k]
		if p == nil {
			p = &workloadParts{}
			parts[k] = p
		}
		last, lastParts = k, p
		return p
	}
	for k, c := range controllers {
		top := topOwner(controllers, k, nil)
		if part(top).makers = append(part(top).makers, c); top == k {
			part(top).self = c
		}
	}
	for i := range w.pods.all {
		p := &w.pods.all[i]
		k := workloadKey{p.Namespace, "Pod", p.Name}
		if p.Owned {
			k = topOwner(controllers, workloadKey{p.Namespace, p.Owner.Kind, p.Owner.Name}, p.Labels)
		}
		if p.Finished { // NP-46
			if parts[k] != nil {
				parts[k].finished = true
			}
			continue
		}
		part(k).pods = append(part(k).pods, p)
	}
	keys := make([]workloadKey, 0, len(parts))
	for k := range parts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareKeys)
	standIns := 0
	for _, p := range parts {
		if len(p.pods) == 0 {
			standIns++
		}
	}
	out := placement{
		workloads: make([]model.Workload, 0, len(keys)),
		pods:      make([]model.Pod, 0, len(w.pods.all)+standIns),
		perNode:   map[int]bool{},
	}
	for _, k := range keys {
		out.add(k, parts[k])
	}
	return out
}

// topOwner follows the chain of owners from k to the workload that a person
// knows: from ReplicaSet to Deployment, from Job to CronJob. Where the input
// lacks the ReplicaSet, the hash label that a Deployment puts on its pods tells
// the Deployment's name. Other controllers are workloads whoever owns them.
func topOwner(controllers map[workloadKey]*workload.Controller, k workloadKey, labels model.Labels) workloadKey {
	if k.kind != "ReplicaSet" && k.kind != "Job" {
		return k
	}
	switch c := controllers[k]; {
	case c != nil && c.Owned:
		return workloadKey{k.namespace, c.Owner.Kind, c.Owner.Name}
	case c != nil || k.kind == "Job":
		return k
	}
	if hash, ok := labels.Get(podTemplateHash); ok && hash != "" {
		if name, ok := strings.CutSuffix(k.name, "-"+hash); ok && name != "" {
			return workloadKey{k.namespace, "Deployment", name}
		}
	}
	return k
}

// add adds a workload with its pods, or with the one that stands for them.
func (p *placement) add(k workloadKey, parts *workloadParts) {
	index := len(p.workloads)
	wl := model.Workload{Kind: k.kind, Namespace: k.namespace, Name: k.name, Replicas: len(parts.pods)}
	slices.SortFunc(parts.pods, func(a, b *workload.Pod) int { return strings.Compare(a.Name, b.Name) })
	for _, pod := range parts.pods {
		pod.Workload = index
		p.pods = append(p.pods, pod.Pod)
	}
	switch {
	case parts.self != nil:
		wl.Origin, wl.Config = parts.self.Origin, parts.self.Config
		wl.ControllerClass, wl.IngressClass = parts.self.ControllerClass, parts.self.IngressClass
	case len(parts.pods) > 0:
		wl.Origin = parts.pods[0].Origin
	default:
		wl.Origin = mainMaker(parts.makers).Origin
	}
	wl.Origin.Kind, wl.Origin.Namespace, wl.Origin.Name = k.kind, k.namespace, k.name
	if len(parts.pods) == 0 {
		pod := standIn(parts)
		pod.Name, pod.Workload = k.name, index
		pod.Origin = wl.Origin
		wl.Replicas = pod.Weight
		p.perNode[index] = parts.self != nil && parts.self.PerNode
		p.pods = append(p.pods, pod)
	}
	p.workloads = append(p.workloads, wl)
}

// standIn returns the pod that stands for those of a workload without any
// (NP-47). It looks as the workload's own object says, or, if the input lacks
// that, as most of the pods that it would have.
func standIn(parts *workloadParts) model.Pod {
	maker := parts.self
	replicas := 0
	if maker != nil {
		replicas = maker.Replicas
	} else {
		maker = mainMaker(parts.makers)
		for _, m := range parts.makers {
			replicas += m.Replicas
		}
	}
	pod := maker.Template
	if parts.finished && (maker.Kind == "Job" || maker.Kind == "CronJob") {
		replicas = 0 // it has run, and its pods are gone (NP-46)
	}
	pod.Weight, pod.StandIn = replicas, true
	pod.LateLabels = lateLabelsOf(maker.Kind, pod.Labels)
	return pod
}

// mainMaker returns the controller that asks for the most pods, and of several
// the last by name.
func mainMaker(makers []*workload.Controller) *workload.Controller {
	return slices.MaxFunc(makers, func(a, b *workload.Controller) int {
		return cmp.Or(cmp.Compare(a.Replicas, b.Replicas), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
}
