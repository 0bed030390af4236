package load

import (
	"fmt"

	"netreach/model"
	"netreach/model/lower/workload"
)

func (r *reader) pod(obj object) {
	p, ds := workload.ReadPod(obj.json, obj.origin)
	p.Origin = bulky(p.Origin)
	keep(r, &r.world.pods, obj, p, ds)
}

func (r *reader) controller(obj object) {
	c, ds := workload.ReadController(obj.json, obj.origin)
	c.Origin, c.Template.Origin = bulky(c.Origin), bulky(c.Template.Origin)
	keep(r, &r.world.controllers, obj, c, ds)
}

func (r *reader) namespaceObject(obj object) {
	n, ds := workload.ReadNamespace(obj.json, obj.origin)
	n.Origin = bulky(n.Origin)
	keep(r, &r.world.namespaces, obj, n, ds)
}

func (r *reader) node(obj object) {
	n, ds := workload.ReadNode(obj.json, obj.origin)
	n.Origin = bulky(n.Origin)
	keep(r, &r.world.nodes, obj, n, ds)
}

// bulky returns the origin of an object without its text, which is too large to
// keep for every pod.
func bulky(o model.Origin) model.Origin {
	o.Doc, o.Root = nil, ""
	return o
}

// keep adds v, which is what obj says, unless something is wrong with it.
func keep[T any](r *reader, c *collection[T], obj object, v T, ds []model.Diagnostic) {
	if !r.judge(obj.origin, ds) {
		return
	}
	earlier, duplicate, same := c.add(obj.identity(), v)
	if !duplicate {
		return
	}
	d := model.Diagnostic{Severity: model.Error, Code: "duplicate", Origin: obj.origin}
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
