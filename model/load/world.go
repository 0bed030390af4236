package load

import (
	"reflect"
	"slices"

	"netreach/model"
	"netreach/model/lower/workload"
)

// world gathers the objects of the input, each once.
type world struct {
	namespaces  collection[model.Namespace]
	nodes       collection[model.Node]
	pods        collection[workload.Pod]
	controllers collection[workload.Controller]
	policies    collection[model.Policy]
	names       nameObjects
}

func newWorld() *world {
	return &world{
		namespaces: newCollection((*world).namespacesOf, func(n *model.Namespace) *model.Origin { return &n.Origin }),
		nodes:      newCollection((*world).nodesOf, func(n *model.Node) *model.Origin { return &n.Origin }),
		pods:       newCollection((*world).podsOf, func(p *workload.Pod) *model.Origin { return &p.Origin }),
		controllers: newCollection((*world).controllersOf, func(c *workload.Controller) *model.Origin {
			c.Template.Origin = model.Origin{} // it repeats that of the controller
			return &c.Origin
		}),
		policies: newCollection((*world).policiesOf, func(p *model.Policy) *model.Origin {
			p.Rules = slices.Clone(p.Rules)
			for i := range p.Rules {
				p.Rules[i].Origin = model.Origin{}
			}
			return &p.Origin
		}),
		names: newNameObjects(),
	}
}

// expect makes room in w for as many objects to wait as wait in the world of
// the window before.
func (w *world) expect(before *world) {
	w.pods.waiting = make([]pending[workload.Pod], 0, roomFor(len(before.pods.waiting)))
	w.policies.waiting = make([]pending[model.Policy], 0, roomFor(len(before.policies.waiting)))
}

// roomFor is n and a little more.
func roomFor(n int) int { return n + n/8 }

// reserve makes room for the objects that wait in fork.
func (w *world) reserve(forks []*world) {
	reserve(forks, w, (*world).namespacesOf)
	reserve(forks, w, (*world).nodesOf)
	reserve(forks, w, (*world).podsOf)
	reserve(forks, w, (*world).controllersOf)
	reserve(forks, w, (*world).policiesOf)
	reserve(forks, w, (*world).servicesOf)
	reserve(forks, w, (*world).endpointsOf)
	reserve(forks, w, (*world).routesOf)
}

func reserve[T any](forks []*world, w *world, of func(*world) *collection[T]) {
	n := 0
	for _, f := range forks {
		n += len(of(f).waiting)
	}
	c := of(w)
	if c.all = slices.Grow(c.all, n); len(c.at) == 0 {
		c.at = make(map[identity]int, n)
	}
}

func (w *world) namespacesOf() *collection[model.Namespace]      { return &w.namespaces }
func (w *world) nodesOf() *collection[model.Node]                { return &w.nodes }
func (w *world) podsOf() *collection[workload.Pod]               { return &w.pods }
func (w *world) controllersOf() *collection[workload.Controller] { return &w.controllers }
func (w *world) policiesOf() *collection[model.Policy]           { return &w.policies }

// identity is what no two objects of a cluster have in common (VAL-5).
type identity struct {
	groupKind
	namespace, name string
}

func (o object) identity() identity { return identity{o.groupKind, o.namespace, o.name} }

// collection is the objects of one sort, in the order in which they were read.
type collection[T any] struct {
	all []T
	at  map[identity]int
	// waiting are the objects that a fork has read, to be taken in order.
	waiting []pending[T]
	take    func(r *reader, fork *world)
	// laterCounts tells that different objects of one identity are no error: the
	// later one counts.
	laterCounts bool
	// origin takes the origins out of a copy, apart from the one that it
	// returns.
	origin func(*T) *model.Origin
}

type pending[T any] struct {
	id identity
	v  T
}

func newCollection[T any](of func(*world) *collection[T], origin func(*T) *model.Origin) collection[T] {
	return collection[T]{at: map[identity]int{}, take: taking(of), origin: origin}
}

// add adds v. If the collection holds an object of the same identity, it
// returns the origins of both, and whether v says the same; v then has replaced
// it, which makes a difference only if it says something else.
func (c *collection[T]) add(id identity, v *T) (earlier, now *model.Origin, same bool) {
	i, duplicate := c.at[id]
	if !duplicate {
		c.at[id] = len(c.all)
		c.all = append(c.all, *v)
		return nil, nil, false
	}
	a, b := c.all[i], *v
	aOrigin, bOrigin := c.origin(&a), c.origin(&b)
	origins := [...]model.Origin{*aOrigin, *bOrigin}
	*aOrigin, *bOrigin = model.Origin{}, model.Origin{}
	same = reflect.DeepEqual(a, b)
	if !same {
		c.all[i] = *v
	}
	return &origins[0], &origins[1], same
}
