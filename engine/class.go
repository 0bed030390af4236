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

// classifier interns attributes and classes while it walks the peers in order.
type classifier struct {
	u         *Universe
	used      *uses
	pods      labelInterner
	nodes     labelInterner
	portIDs   map[string]int32
	attrIDs   map[attr]int32
	jointIDs  []map[[2]int32]int32 // by cluster: (joint so far, attr) -> joint
	joints    []int32              // by cluster: number of joints
	classOf   map[int32]int32      // joint over all clusters -> class
	shapeIDs  map[string]int32
	nodeIndex []map[string]int // by cluster: node name -> index
	last      []lastPod        // by cluster
	near      atoms.Range      // the interval of the address before
	single    []int32          // by class: the shape that has only it, +1
	namespace int32            // number of the namespace of the pod at hand
	key       []byte           // scratch
	classes   []int32          // scratch
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

// classify gives every peer its members and every member its class.
func (u *Universe) classify(used *uses) {
	c := &classifier{
		u: u, used: used, portIDs: map[string]int32{}, attrIDs: map[attr]int32{},
		classOf: map[int32]int32{}, shapeIDs: map[string]int32{},
		pods:  labelInterner{keys: used.podKeys, ids: map[string]int32{}},
		nodes: labelInterner{keys: used.nodeKeys, ids: map[string]int32{}},
	}
	for _, cl := range u.clusters {
		c.jointIDs = append(c.jointIDs, map[[2]int32]int32{})
		index := make(map[string]int, len(cl.Nodes))
		for i := range cl.Nodes {
			index[cl.Nodes[i].Name] = i
		}
		c.nodeIndex = append(c.nodeIndex, index)
	}
	c.joints = make([]int32, len(u.clusters))
	c.last = make([]lastPod, len(u.clusters))
	u.classAttr = make([][]int32, len(u.clusters))
	u.windows = map[string]window{}
	u.shapeOf = make([]int32, len(u.peers))
	u.labelSets = []model.Labels{nil}
	u.lateSets = [][]string{nil}
	c.attrOf(attr{}) // attr 0 is absent
	c.portSet(nil)

	perCluster := make([][]attr, len(u.clusters))
	for id := range u.peers {
		p := &u.peers[id]
		before := u.classes
		if p.Kind == OutsidePeer && id == u.pods+u.nodes {
			u.outside = u.classes
		}
		if p.Kind == PodPeer && (id == 0 || u.peers[id-1].Namespace != p.Namespace) {
			c.namespace++
		}
		for ci := range u.clusters {
			perCluster[ci] = c.members(ci, PeerID(id), perCluster[ci][:0])
		}
		u.shapeOf[id] = c.shape(perCluster)
		if p.Kind == PodPeer {
			u.podClasses = u.classes
		}
		if p.Kind == PodPeer && u.classes > before {
			w, ok := u.windows[p.Namespace]
			if !ok {
				w.lo = before
			}
			w.hi = u.classes
			u.windows[p.Namespace] = w
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
		return c.spread(out, attr{kind: attrNode, node: c.labelSet(&c.nodes, n.Labels)}, n.Addresses, privateSpace)
	default:
		p := &cl.Pods[i]
		// Pods of a workload follow on one another, and are mostly alike.
		last := &c.last[ci]
		if last.pod == nil || !c.alike(p, last.pod) {
			last.attr = attr{
				kind: attrPod, hostNetwork: p.HostNetwork,
				labels: c.labelSet(&c.pods, p.Labels),
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
				a.node = c.labelSet(&c.nodes, node.Labels)
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
	classes := c.classes[:0]
	for k := range n {
		classes = append(classes, c.class(perCluster, k))
	}
	c.classes = classes
	if len(classes) == 1 {
		for len(c.single) < c.u.classes {
			c.single = append(c.single, 0)
		}
		known := &c.single[classes[0]]
		if *known == 0 {
			*known = int32(len(c.u.shapes)) + 1
			c.u.shapes = append(c.u.shapes, slices.Clone(classes))
		}
		return *known - 1
	}
	c.key = appendInt32s(c.key[:0], classes)
	id, ok := c.shapeIDs[string(c.key)]
	if !ok {
		id = int32(len(c.u.shapes))
		c.shapeIDs[string(c.key)] = id
		c.u.shapes = append(c.u.shapes, slices.Clone(classes))
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
		class = int32(c.u.classes)
		c.u.classes++
		c.classOf[joint] = class
		for ci, as := range perCluster {
			id := int32(0)
			if k < len(as) {
				id = c.attrOf(as[k])
			}
			c.u.classAttr[ci] = append(c.u.classAttr[ci], id)
		}
	}
	return class
}

func (c *classifier) attrOf(a attr) int32 {
	id, ok := c.attrIDs[a]
	if !ok {
		id = int32(len(c.u.attrs))
		c.attrIDs[a] = id
		c.u.attrs = append(c.u.attrs, a)
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
		id = int32(len(c.u.labelSets))
		in.ids[string(key)] = id
		c.u.labelSets = append(c.u.labelSets, project(l, in.keys))
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
	for id, set := range c.u.lateSets {
		if slices.Equal(set, kept) {
			return int32(id)
		}
	}
	c.u.lateSets = append(c.u.lateSets, kept)
	return int32(len(c.u.lateSets) - 1)
}

// portSet interns the ports whose names some rule uses.
func (c *classifier) portSet(ports []model.ContainerPort) int32 {
	if len(c.used.names) == 0 && len(c.u.portSets) > 0 {
		return 0
	}
	var kept []model.ContainerPort
	for _, p := range ports {
		if p.Name != "" && p.Port != 0 && c.used.names[p.Name] {
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 && len(c.u.portSets) > 0 {
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
		id = int32(len(c.u.portSets))
		c.portIDs[string(key)] = id
		c.u.portSets = append(c.u.portSets, kept)
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
