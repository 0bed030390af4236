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
		namespaces: newCollection(func(n *model.Namespace) *model.Origin { return &n.Origin }),
		nodes:      newCollection(func(n *model.Node) *model.Origin { return &n.Origin }),
		pods:       newCollection(func(p *workload.Pod) *model.Origin { return &p.Origin }),
		controllers: newCollection(func(c *workload.Controller) *model.Origin {
			c.Template.Origin = model.Origin{} // it repeats that of the controller
			return &c.Origin
		}),
		policies: newCollection(func(p *model.Policy) *model.Origin {
			p.Rules = slices.Clone(p.Rules)
			for i := range p.Rules {
				p.Rules[i].Origin = model.Origin{}
			}
			return &p.Origin
		}),
		names: newNameObjects(),
	}
}

// reserve makes room for about n objects more, most of which are pods.
func (w *world) reserve(n int) {
	if len(w.pods.all) == 0 {
		w.pods.all, w.pods.at = make([]workload.Pod, 0, n), make(map[identity]int, n)
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
	// origin takes the origins out of a copy, apart from the one that it
	// returns.
	origin func(*T) *model.Origin
}

func newCollection[T any](origin func(*T) *model.Origin) collection[T] {
	return collection[T]{at: map[identity]int{}, origin: origin}
}

// add adds v. If the collection holds an object of the same identity, it
// returns the origin of that one, and whether v says the same; v then has
// replaced it, which makes a difference only if it says something else.
func (c *collection[T]) add(id identity, v T) (earlier model.Origin, duplicate, same bool) {
	i, duplicate := c.at[id]
	if !duplicate {
		c.at[id] = len(c.all)
		c.all = append(c.all, v)
		return model.Origin{}, false, false
	}
	old, now := c.all[i], v
	oldOrigin, nowOrigin := c.origin(&old), c.origin(&now)
	earlier = *oldOrigin
	*oldOrigin, *nowOrigin = model.Origin{}, model.Origin{}
	same = reflect.DeepEqual(old, now)
	if !same {
		c.all[i] = v
	}
	return earlier, true, same
}
