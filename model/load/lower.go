package load

import (
	"netreach/model"
	"netreach/model/lower/workload"
)

func (r *reader) pod(obj object) {
	if obj.pruned {
		if p, ok := r.memo.pods.Read(obj.json, bulky(obj.origin)); ok {
			keep(r, &r.world.pods, obj, &p, nil)
			return
		}
	}
	p, ds := workload.ReadPod(obj.json, obj.origin, obj.options()...)
	p.Origin = bulky(p.Origin)
	keep(r, &r.world.pods, obj, &p, ds)
}

func (r *reader) controller(obj object) {
	c, ds := workload.ReadController(obj.json, obj.origin, obj.options()...)
	c.Origin, c.Template.Origin = bulky(c.Origin), bulky(c.Template.Origin)
	keep(r, &r.world.controllers, obj, &c, ds)
}

func (r *reader) namespaceObject(obj object) {
	n, ds := workload.ReadNamespace(obj.json, obj.origin, obj.options()...)
	n.Origin = bulky(n.Origin)
	keep(r, &r.world.namespaces, obj, &n, ds)
}

func (r *reader) node(obj object) {
	n, ds := workload.ReadNode(obj.json, obj.origin, obj.options()...)
	n.Origin = bulky(n.Origin)
	keep(r, &r.world.nodes, obj, &n, ds)
}

// bulky returns the origin of an object without its text, which is too large to
// keep for every pod.
func bulky(o model.Origin) model.Origin {
	o.Doc, o.Root = nil, ""
	return o
}

// keep adds v, which is what obj says, to a collection, unless something is
// wrong with it.
func keep[T any](r *reader, c *collection[T], obj object, v *T, ds []model.Diagnostic) {
	if r.judge(obj.origin, ds) {
		put(r, c, obj.identity(), v)
	}
}

// put adds v, or has it wait if r is a fork.
func put[T any](r *reader, c *collection[T], id identity, v *T) {
	if r.forked {
		c.waiting = append(c.waiting, pending[T]{id, *v})
		r.kept = append(r.kept, kept{len(r.ds), c.take})
		return
	}
	add(r, c, id, v)
}

// kept says that a fork has read an object, which waits in its collection.
type kept struct {
	// at is the number of diagnostics before it.
	at int
	// take takes the object over from the world of the fork.
	take func(r *reader, fork *world)
}

// taking returns how to take an object over that waits in a collection.
func taking[T any](of func(*world) *collection[T]) func(*reader, *world) {
	return func(r *reader, fork *world) {
		waiting := &of(fork).waiting
		next := &(*waiting)[0]
		*waiting = (*waiting)[1:]
		add(r, of(r.world), next.id, &next.v)
	}
}

// add adds v, and reports another object of the same identity.
func add[T any](r *reader, c *collection[T], id identity, v *T) {
	earlier, now, same := c.add(id, v)
	if earlier == nil {
		return
	}
	d := model.Diagnostic{Severity: model.Error, Code: "duplicate", Origin: bulky(*now)}
	place := model.Place(earlier.File, earlier.Line)
	switch {
	case same:
		d.Severity = model.Warning
		d.Text = "the same object stands at " + place + " already"
		d.Hint = "remove one of the two"
	case r.lenient || c.laterCounts:
		d.Severity, d.Forgiven = model.Warning, r.lenient
		d.Text = "replaces a different object of the same name at " + place + ": verdicts may be wrong"
		d.Hint = "remove one of the two"
	default:
		d.Text = "a different object of the same name stands at " + place
		d.Hint = "remove one of the two, or rename it; --lenient takes the later one"
	}
	r.ds = append(r.ds, r.placed(d))
}
