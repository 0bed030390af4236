package engine

import (
	"cmp"
	"net/netip"
	"slices"

	"netreach/engine/internal/atoms"
	"netreach/model"
)

// attr is what policies can tell about a member in one cluster. Members with
// equal attributes in every cluster of the universe are one class.
type attr struct {
	kind        attrKind
	hostNetwork bool
	fam         family
	namespace   int32 // number of the namespace, in the order of the peers
	labels      int32 // index into labelSets: the pod's
	late        int32 // index into lateSets: its late labels that some selector names
	node        int32 // index into labelSets: of the node, or of a hostNetwork pod's node
	onNode      bool  // a hostNetwork pod whose node is known by name
	ports       int32 // index into portSets: container ports with used names
	addr        int32 // address class, or a floatCode
}

type attrKind uint8

const (
	attrAbsent attrKind = iota
	attrPod
	attrNode
	attrOutside
)

// classifier interns attributes and classes while it walks some peers in order.
type classifier struct {
	membership
	u          *Universe
	used       *uses
	outside    int // first class of addresses outside
	podLabels  labelInterner
	nodeLabels labelInterner
	portIDs    map[string]int32
	attrIDs    map[attr]int32
	jointIDs   []map[[2]int32]int32 // by cluster: (joint so far, attr) -> joint
	joints     []int32              // by cluster: number of joints
	classOf    map[int32]int32      // joint over all clusters -> class
	shapeIDs   map[string]int32
	nodeIndex  []map[string]int // by cluster: node name -> index
	last       []lastPod        // by cluster
	near       atoms.Range      // the interval of the address before
	single     []int32          // by class: the shape that has only it, +1
	namespace  int32            // number of the namespace of the pod at hand
	keptShapes slab[int32]
	key        []byte  // scratch
	ofPeer     []int32 // scratch
}

// lastPod is the pod before, with its attributes.
type lastPod struct {
	pod  *model.Pod
	attr attr
}

func newClassifier(u *Universe, used *uses, nodes []map[string]int) *classifier {
	c := &classifier{
		u: u, used: used, portIDs: map[string]int32{}, attrIDs: map[attr]int32{},
		classOf: map[int32]int32{}, shapeIDs: map[string]int32{}, nodeIndex: nodes,
		podLabels:  labelInterner{keys: used.podKeys, ids: map[string]int32{}},
		nodeLabels: labelInterner{keys: used.nodeKeys, ids: map[string]int32{}},
		joints:     make([]int32, len(u.clusters)), last: make([]lastPod, len(u.clusters)),
	}
	for range u.clusters {
		c.jointIDs = append(c.jointIDs, map[[2]int32]int32{})
	}
	c.classAttr = make([][]int32, len(u.clusters))
	c.windows = map[string]window{}
	c.labelSets = []model.Labels{nil}
	c.lateSets = [][]string{nil}
	c.attrOf(attr{}) // absent
	c.portSet(nil)
	return c
}

// classify walks a portion.
func (c *classifier) classify(some portion) {
	u := c.u
	c.namespace = some.namespace
	c.shapeOf = make([]int32, 0, some.hi-some.lo)
	perCluster := make([][]attr, len(u.clusters))
	for id := some.lo; id < some.hi; id++ {
		p := &u.peers[id]
		before := c.classes
		if id == u.pods+u.nodes {
			c.outside = before
		}
		if p.Kind == PodPeer && (id == some.lo || u.peers[id-1].Namespace != p.Namespace) {
			c.namespace++
		}
		for ci := range u.clusters {
			perCluster[ci] = c.members(ci, PeerID(id), perCluster[ci][:0])
		}
		c.shapeOf = append(c.shapeOf, c.shape(perCluster))
		if p.Kind == PodPeer && c.classes > before {
			w, ok := c.windows[p.Namespace]
			if !ok {
				w.lo = before
			}
			w.hi = c.classes
			c.windows[p.Namespace] = w
		}
	}
}

// members appends the attributes of a peer's members in one cluster, by family
// and address, so that the k-th of two clusters go together.
func (c *classifier) members(ci int, id PeerID, out []attr) []attr {
	u := c.u
	i := u.indexOf[ci][id]
	if i < 0 {
		return out
	}
	switch cl := u.clusters[ci]; u.peers[id].Kind {
	case OutsidePeer:
		class := int(id) - u.pods - u.nodes
		a := attr{kind: attrOutside, addr: int32(class), fam: fam4}
		if u.addrs.Is6(class) {
			a.fam = fam6
		}
		return append(out, a)
	case NodePeer:
		n := &cl.Nodes[i]
		return c.spread(out, attr{kind: attrNode, node: c.labelSet(&c.nodeLabels, n.Labels)}, n.Addresses, privateSpace)
	default:
		p := &cl.Pods[i]
		// Pods of a workload follow on one another, and are mostly alike.
		last := &c.last[ci]
		if last.pod == nil || !c.alike(p, last.pod) {
			last.attr = attr{
				kind: attrPod, hostNetwork: p.HostNetwork,
				labels: c.labelSet(&c.podLabels, p.Labels),
				ports:  c.portSet(p.Ports),
				late:   c.lateSet(p.LateLabels),
			}
		}
		last.pod = p
		a := last.attr
		a.namespace = c.namespace
		addrs := p.Addresses
		where := podSpace
		if p.HostNetwork {
			where = privateSpace
			if n, ok := c.nodeIndex[ci][p.Node]; ok {
				node := &cl.Nodes[n]
				a.onNode = true
				a.node = c.labelSet(&c.nodeLabels, node.Labels)
				if len(addrs) == 0 {
					addrs = node.Addresses
				}
			}
		}
		return c.spread(out, a, addrs, where)
	}
}

// alike reports whether policies cannot tell two pods apart, but for their
// namespaces, nodes and addresses. It may say no where they cannot.
func (c *classifier) alike(a, b *model.Pod) bool {
	if a.HostNetwork != b.HostNetwork || len(a.Labels) != len(b.Labels) || !slices.Equal(a.LateLabels, b.LateLabels) {
		return false
	}
	if len(c.used.names) > 0 && !slices.Equal(a.Ports, b.Ports) {
		return false
	}
	for i := range a.Labels {
		x, y := &a.Labels[i], &b.Labels[i]
		if x.Key != y.Key || x.Value != y.Value && c.used.podKeys[x.Key] {
			return false
		}
	}
	return true
}

// address returns the class of an address.
func (c *classifier) address(a netip.Addr) int32 {
	if !c.near.Contains(a) {
		c.near = c.u.addrs.Around(a)
	}
	return int32(c.near.Class)
}

// spread appends a once for each address, or once for each family in which it
// floats.
func (c *classifier) spread(out []attr, a attr, addrs []netip.Addr, where space) []attr {
	blind := a.kind == attrPod && !a.hostNetwork && c.u.opts.Switches.BlocksMatchPods == model.No ||
		(a.kind == attrNode || a.hostNetwork) && c.u.opts.Switches.BlocksMatchNodes == model.No
	blind = blind && !c.used.everyone
	if len(addrs) == 0 {
		for _, fam := range c.u.floating.families {
			a.fam = fam
			a.addr = floatCode(where, fam)
			out = append(out, a)
		}
		return out
	}
	from := len(out)
	for _, addr := range addrs {
		a.fam = familyOf(addr)
		a.addr = c.address(addr)
		if blind {
			// No block matches the member, so its address is of no account.
			a.addr = floatCode(where, a.fam)
		}
		out = append(out, a)
	}
	if len(addrs) == 1 {
		return out
	}
	slices.SortStableFunc(out[from:], func(x, y attr) int { return cmp.Or(cmp.Compare(x.fam, y.fam), cmp.Compare(x.addr, y.addr)) })
	return append(out[:from], slices.Compact(out[from:])...)
}

// shape interns the classes of a peer's members. The k-th members of all
// clusters are one member; where a cluster has fewer it is absent there.
func (c *classifier) shape(perCluster [][]attr) int32 {
	n := 0
	for _, as := range perCluster {
		n = max(n, len(as))
	}
	classes := c.ofPeer[:0]
	for k := range n {
		classes = append(classes, c.class(perCluster, k))
	}
	c.ofPeer = classes
	if len(classes) == 1 {
		for len(c.single) < c.classes {
			c.single = append(c.single, 0)
		}
		known := &c.single[classes[0]]
		if *known == 0 {
			*known = int32(len(c.shapes)) + 1
			c.shapes = append(c.shapes, c.keptShapes.keep(classes))
		}
		return *known - 1
	}
	c.key = appendInt32s(c.key[:0], classes)
	id, ok := c.shapeIDs[string(c.key)]
	if !ok {
		id = int32(len(c.shapes))
		c.shapeIDs[string(c.key)] = id
		c.shapes = append(c.shapes, c.keptShapes.keep(classes))
	}
	return id
}

// class interns the class of the k-th member.
func (c *classifier) class(perCluster [][]attr, k int) int32 {
	joint := int32(0)
	for ci, as := range perCluster {
		id := int32(0)
		if k < len(as) {
			id = c.attrOf(as[k])
		}
		if len(perCluster) == 1 {
			joint = id
			break
		}
		key := [2]int32{joint, id}
		next, ok := c.jointIDs[ci][key]
		if !ok {
			next = c.joints[ci]
			c.joints[ci]++
			c.jointIDs[ci][key] = next
		}
		joint = next
	}
	class, ok := c.classOf[joint]
	if !ok {
		class = int32(c.classes)
		c.classes++
		c.classOf[joint] = class
		for ci, as := range perCluster {
			id := int32(0)
			if k < len(as) {
				id = c.attrOf(as[k])
			}
			c.classAttr[ci] = append(c.classAttr[ci], id)
		}
	}
	return class
}

func (c *classifier) attrOf(a attr) int32 {
	id, ok := c.attrIDs[a]
	if !ok {
		id = int32(len(c.attrs))
		c.attrIDs[a] = id
		c.attrs = append(c.attrs, a)
	}
	return id
}
