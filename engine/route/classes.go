package route

import (
	"maps"
	"slices"

	"netreach/model"
)

// Classes returns the names by which Options.Controllers may name who serves a
// cluster, sorted: those of its classes, whether anything asks for them or not, of
// its Gateways, and the words for what has no class.
func Classes(c *model.Cluster) []string {
	a := &Atlas{cluster: c}
	known := map[string]bool{}
	for _, d := range slices.Concat(a.ingressDoors(), a.routerDoors()) {
		if d.name != "" {
			known[d.keys()[0]] = true
		}
	}
	for i := range c.Names.Classes {
		known[c.Names.Classes[i].Name] = true
	}
	for i := range c.Names.Gateways {
		g := &c.Names.Gateways[i]
		known[g.Class], known[g.Namespace+"/"+g.Name] = true, true
	}
	delete(known, "")
	return slices.Sorted(maps.Keys(known))
}
