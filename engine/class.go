package engine

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"

	"netreach/model"
)

// attr is what policies can tell about a member in one cluster. Members with
// equal attributes in every cluster of the universe are one class.
type attr struct {
	kind        attrKind
	hostNetwork bool
	fam         family
	namespace   string
	labels      int32 // index into labelSets: the pod's
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
	labelIDs  map[string]int32
	portIDs   map[string]int32
	attrIDs   map[attr]int32
	jointIDs  []map[[2]int32]int32 // by cluster: (joint so far, attr) -> joint
	joints    []int32              // by cluster: number of joints
	classOf   map[int32]int32      // joint over all clusters -> class
	shapeIDs  map[string]int32
	nodeIndex []map[string]int // by cluster: node name -> index
}

// classify gives every peer its members and every member its class.
func (u *Universe) classify(used *uses) {
	c := &classifier{
		u: u, used: used, labelIDs: map[string]int32{}, portIDs: map[string]int32{}, attrIDs: map[attr]int32{},
		classOf: map[int32]int32{}, shapeIDs: map[string]int32{},
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
	u.classAttr = make([][]int32, len(u.clusters))
	u.windows = map[string]window{}
	u.shapeOf = make([]int32, len(u.peers))
	c.attrOf(attr{}) // attr 0 is absent
	c.labelSet(nil)
	c.portSet(nil)

	perCluster := make([][]attr, len(u.clusters))
	for id := range u.peers {
		p := &u.peers[id]
		before := u.classes
		if p.Kind == OutsidePeer && id == u.pods+u.nodes {
			u.outside = u.classes
		}
		for ci := range u.clusters {
			perCluster[ci] = c.members(ci, PeerID(id), perCluster[ci][:0])
		}
		u.shapeOf[id] = c.shape(perCluster)
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
		return c.spread(out, attr{kind: attrNode, node: c.labelSet(project(n.Labels, c.used.nodeKeys))}, n.Addresses, privateSpace)
	default:
		p := &cl.Pods[i]
		a := attr{
			kind: attrPod, hostNetwork: p.HostNetwork, namespace: p.Namespace,
			labels: c.labelSet(project(p.Labels, c.used.podKeys)),
			ports:  c.portSet(p.Ports),
		}
		addrs := p.Addresses
		where := podSpace
		if p.HostNetwork {
			where = privateSpace
			if n, ok := c.nodeIndex[ci][p.Node]; ok {
				node := &cl.Nodes[n]
				a.onNode = true
				a.node = c.labelSet(project(node.Labels, c.used.nodeKeys))
				if len(addrs) == 0 {
					addrs = node.Addresses
				}
			}
		}
		return c.spread(out, a, addrs, where)
	}
}

// spread appends a once for each address, or once for each family in which it
// floats.
func (c *classifier) spread(out []attr, a attr, addrs []netip.Addr, where space) []attr {
	blind := a.kind == attrPod && !a.hostNetwork && c.u.opts.Switches.BlocksMatchPods == model.No ||
		(a.kind == attrNode || a.hostNetwork) && c.u.opts.Switches.BlocksMatchNodes == model.No
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
		a.addr = int32(c.u.addrs.Of(addr))
		if blind {
			// No block matches the member, so its address is of no account.
			a.addr = floatCode(where, a.fam)
		}
		out = append(out, a)
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
	classes := make([]int32, n)
	for k := range classes {
		joint := int32(0)
		ids := make([]int32, len(perCluster))
		for ci, as := range perCluster {
			if k < len(as) {
				ids[ci] = c.attrOf(as[k])
			}
			key := [2]int32{joint, ids[ci]}
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
			for ci, a := range ids {
				c.u.classAttr[ci] = append(c.u.classAttr[ci], a)
			}
		}
		classes[k] = class
	}
	key := int32Key(classes)
	id, ok := c.shapeIDs[key]
	if !ok {
		id = int32(len(c.u.shapes))
		c.shapeIDs[key] = id
		c.u.shapes = append(c.u.shapes, classes)
	}
	return id
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

func (c *classifier) labelSet(l model.Labels) int32 {
	key := l.String()
	id, ok := c.labelIDs[key]
	if !ok {
		id = int32(len(c.u.labelSets))
		c.labelIDs[key] = id
		c.u.labelSets = append(c.u.labelSets, l)
	}
	return id
}

// portSet interns the ports whose names some rule uses.
func (c *classifier) portSet(ports []model.ContainerPort) int32 {
	var kept []model.ContainerPort
	for _, p := range ports {
		if p.Name != "" && p.Port != 0 && c.used.names[p.Name] {
			kept = append(kept, p)
		}
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
func int32Key(ns []int32) string {
	b := make([]byte, 0, 4*len(ns))
	for _, n := range ns {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	return string(b)
}
