package load

import (
	"fmt"

	"netreach/model"
	"netreach/model/lower/workload"
)

func (r *reader) pod(obj object) {
	p, ds := workload.ReadPod(obj.json, obj.origin, obj.options()...)
	p.Origin = bulky(p.Origin)
	r.internPod(&p)
	keep(r, (*world).podsOf, obj, p, ds)
}

func (r *reader) controller(obj object) {
	c, ds := workload.ReadController(obj.json, obj.origin, obj.options()...)
	c.Origin, c.Template.Origin = bulky(c.Origin), bulky(c.Template.Origin)
	keep(r, (*world).controllersOf, obj, c, ds)
}

func (r *reader) namespaceObject(obj object) {
	n, ds := workload.ReadNamespace(obj.json, obj.origin, obj.options()...)
	n.Origin = bulky(n.Origin)
	keep(r, (*world).namespacesOf, obj, n, ds)
}

func (r *reader) node(obj object) {
	n, ds := workload.ReadNode(obj.json, obj.origin, obj.options()...)
	n.Origin = bulky(n.Origin)
	keep(r, (*world).nodesOf, obj, n, ds)
}

// bulky returns the origin of an object without its text, which is too large to
// keep for every pod.
func bulky(o model.Origin) model.Origin {
	o.Doc, o.Root = nil, ""
	return o
}

// internPod replaces the words of a pod by those of earlier pods.
func (r *reader) internPod(p *workload.Pod) {
	if r.words == nil {
		return
	}
	for i := range p.Labels {
		l := &p.Labels[i]
		l.Key, l.Value = r.intern(l.Key), r.intern(l.Value)
	}
	for i := range p.Ports {
		p.Ports[i].Name = r.intern(p.Ports[i].Name)
	}
	p.Node, p.Owner.Kind, p.Owner.Name = r.intern(p.Node), r.intern(p.Owner.Kind), r.intern(p.Owner.Name)
	p.Namespace, p.Origin.Kind, p.Origin.Namespace = r.intern(p.Namespace), r.intern(p.Origin.Kind), r.intern(p.Origin.Namespace)
	p.Origin.Name = p.Name
}

// keep adds v, which is what obj says, to a collection, unless something is
// wrong with it.
func keep[T any](r *reader, of func(*world) *collection[T], obj object, v T, ds []model.Diagnostic) {
	if !r.judge(obj.origin, ds) {
		return
	}
	id, o := obj.identity(), bulky(obj.origin)
	if r.forked {
		r.kept = append(r.kept, kept{len(r.ds), func(r *reader) { add(r, of(r.world), id, o, v) }})
		return
	}
	add(r, of(r.world), id, o, v)
}

// add adds v, which is the object at o, and reports another one of the same
// identity.
func add[T any](r *reader, c *collection[T], id identity, o model.Origin, v T) {
	earlier, duplicate, same := c.add(id, v)
	if !duplicate {
		return
	}
	d := model.Diagnostic{Severity: model.Error, Code: "duplicate", Origin: o}
	place := fmt.Sprintf("%s:%d", earlier.File, earlier.Line)
	switch {
	case same:
		d.Severity = model.Warning
		d.Text = "the same object stands at " + place + " already"
		d.Hint = "remove one of the two"
	case r.lenient:
		d.Severity = model.Warning
		d.Text = "replaces a different object of the same name at " + place + ": verdicts may be wrong"
		d.Hint = "remove one of the two"
	default:
		d.Text = "a different object of the same name stands at " + place
		d.Hint = "remove one of the two, or rename it; --lenient takes the later one"
	}
	r.ds = append(r.ds, r.placed(d))
}
