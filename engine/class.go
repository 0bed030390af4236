package engine

import (
	"cmp"
	"encoding/binary"
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

// labelInterner gives equal projections of labels one number.
type labelInterner struct {
	keys map[string]bool
	ids  map[string]int32
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

// labelSet interns the labels of l whose keys some selector names.
func (c *classifier) labelSet(in *labelInterner, l model.Labels) int32 {
	if len(in.keys) == 0 {
		return 0
	}
	key := c.key[:0]
	kept := 0
	for i := range l {
		if e := &l[i]; in.keys[e.Key] {
			key = append(key, e.Key...)
			key = append(key, 0)
			key = append(key, e.Value...)
			key = append(key, 0)
			kept++
		}
	}
	c.key = key
	if kept == 0 {
		return 0
	}
	id, ok := in.ids[string(key)]
	if !ok {
		id = int32(len(c.labelSets))
		in.ids[string(key)] = id
		c.labelSets = append(c.labelSets, project(l, in.keys))
	}
	return id
}

// lateSet interns the late labels whose keys some selector names.
func (c *classifier) lateSet(keys []string) int32 {
	var kept []string
	for _, k := range keys {
		if c.used.podKeys[k] {
			kept = append(kept, k)
		}
	}
	if len(kept) == 0 {
		return 0
	}
	for id, set := range c.lateSets {
		if slices.Equal(set, kept) {
			return int32(id)
		}
	}
	c.lateSets = append(c.lateSets, kept)
	return int32(len(c.lateSets) - 1)
}

// portSet interns the ports whose names some rule uses.
func (c *classifier) portSet(ports []model.ContainerPort) int32 {
	if len(c.used.names) == 0 && len(c.portSets) > 0 {
		return 0
	}
	var kept []model.ContainerPort
	for _, p := range ports {
		if p.Name != "" && p.Port != 0 && c.used.names[p.Name] {
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 && len(c.portSets) > 0 {
		return 0
	}
	slices.SortFunc(kept, func(a, b model.ContainerPort) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port), compareBool(a.Sidecar, b.Sidecar))
	})
	kept = slices.Compact(kept)
	var key []byte
	for _, p := range kept {
		key = append(key, p.Name...)
		key = append(key, 0, byte(p.Protocol), byte(p.Port>>8), byte(p.Port), byte(compareBool(p.Sidecar, false)))
	}
	id, ok := c.portIDs[string(key)]
	if !ok {
		id = int32(len(c.portSets))
		c.portIDs[string(key)] = id
		c.portSets = append(c.portSets, kept)
	}
	return id
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// int32Key returns the numbers as a map key.
func int32Key(ns []int32) string { return string(appendInt32s(nil, ns)) }

func appendInt32s(b []byte, ns []int32) []byte {
	for _, n := range ns {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	return b
}
