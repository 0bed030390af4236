package engine

import "netreach/model"

// membership is the members of some peers that follow on one another, with their
// attributes and classes, numbered as Universe says.
type membership struct {
	attrs      []attr
	labelSets  []model.Labels          // by attr.labels and attr.node
	lateSets   [][]string              // by attr.late
	portSets   [][]model.ContainerPort // by attr.ports
	classAttr  [][]int32               // by cluster and class: index into attrs
	windows    map[string]window       // classes of the pods of a namespace
	podClasses int                     // classes below this are of pods
	shapeOf    []int32                 // by peer
	shapes     [][]int32               // by shape: the classes of its members
	classes    int
}

// portion is some peers: those of whole namespaces, or all that are no pods.
type portion struct {
	lo, hi    int
	namespace int32 // number of the namespace before
}

// portionPods is how many pods one goroutine classifies at a time, or a few
// more.
const portionPods = 8192

// portions cuts the peers. No class and no shape has members in two portions.
func (u *Universe) portions() []portion {
	now := portion{}
	var out []portion
	namespaces := int32(0)
	for id := range u.pods {
		if id > 0 && u.peers[id-1].Namespace == u.peers[id].Namespace {
			continue
		}
		if id-now.lo >= portionPods {
			now.hi = id
			out = append(out, now)
			now = portion{lo: id, namespace: namespaces}
		}
		namespaces++
	}
	now.hi = u.pods
	return append(out, now, portion{lo: u.pods, hi: len(u.peers), namespace: namespaces})
}

// classify gives every peer its members and every member its class.
func (u *Universe) classify(used *uses) {
	nodes := make([]map[string]int, len(u.clusters))
	for ci, cl := range u.clusters {
		nodes[ci] = make(map[string]int, len(cl.Nodes))
		for i := range cl.Nodes {
			nodes[ci][cl.Nodes[i].Name] = i
		}
	}
	portions := u.portions()
	parts := make([]*classifier, len(portions))
	inParallel(len(portions), func(i int) {
		parts[i] = newClassifier(u, used, nodes)
		parts[i].classify(portions[i])
	})
	var attrs, shapes, classes int
	for _, p := range parts {
		attrs, shapes, classes = attrs+len(p.attrs), shapes+len(p.shapes), classes+p.classes
	}
	u.attrs, u.shapes = make([]attr, 0, attrs), make([][]int32, 0, shapes)
	u.windows = map[string]window{}
	for range u.clusters {
		u.classAttr = append(u.classAttr, make([]int32, 0, classes))
	}
	u.shapeOf = make([]int32, 0, len(u.peers))
	for i, p := range parts {
		if i == len(parts)-1 {
			u.podClasses = u.classes
			u.outside = u.podClasses + p.outside
		}
		u.join(&p.membership)
	}
}

// join appends the members of the peers that follow.
func (u *membership) join(o *membership) {
	attrs, labels, lates, ports := int32(len(u.attrs)), int32(len(u.labelSets)), int32(len(u.lateSets)), int32(len(u.portSets))
	class, shape := int32(u.classes), int32(len(u.shapes))
	shift := func(id *int32, by int32) {
		if *id != 0 { // 0 is none, everywhere
			*id += by
		}
	}
	for _, a := range o.attrs {
		shift(&a.labels, labels)
		shift(&a.node, labels)
		shift(&a.late, lates)
		shift(&a.ports, ports)
		u.attrs = append(u.attrs, a)
	}
	u.labelSets, u.lateSets, u.portSets = append(u.labelSets, o.labelSets...), append(u.lateSets, o.lateSets...), append(u.portSets, o.portSets...)
	for ci := range o.classAttr {
		for _, a := range o.classAttr[ci] {
			u.classAttr[ci] = append(u.classAttr[ci], a+attrs)
		}
	}
	for ns, w := range o.windows {
		u.windows[ns] = window{w.lo + u.classes, w.hi + u.classes}
	}
	for _, s := range o.shapes {
		for i := range s {
			s[i] += class
		}
		u.shapes = append(u.shapes, s)
	}
	for _, s := range o.shapeOf {
		u.shapeOf = append(u.shapeOf, s+shape)
	}
	u.classes += o.classes
}
