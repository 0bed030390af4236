package engine

import (
	"cmp"
	"errors"
	"net/netip"
	"slices"
	"strings"

	"netreach/engine/internal/atoms"
	"netreach/model"
)

// ErrUniverse is returned where matrices of different universes meet.
var ErrUniverse = errors.New("matrices of different universes")

// Universe holds what all matrices that are to be compared share: the peers of
// all its clusters, the atoms of ports and addresses, and the classes of peers
// that no policy of any of the clusters can tell apart.
//
// A class holds members. A pod with one address is one member; a dual-stack pod
// is two, one of each family, and a node has one for each address (NP-53).
// Classes are numbered by namespace: the pods of one namespace are one window
// of numbers. Behind the pods come the nodes, then the addresses outside.
type Universe struct {
	opts     model.Options
	clusters []*model.Cluster

	ports    *atoms.Ports
	addrs    *atoms.Addrs
	blockIDs map[string]int
	blocks   []model.Block
	floating *floating
	// hasIPv6 tells whether an address or a block of the input is IPv6.
	hasIPv6 bool

	peers    []Peer
	pods     int // peers below this are pods
	nodes    int // peers from pods to pods+nodes are nodes
	peerIDs  map[string]PeerID
	addrPeer map[netip.Addr]PeerID
	// indexOf holds by cluster and peer the index into Cluster.Pods or
	// Cluster.Nodes, or -1 where the cluster does not have the peer.
	indexOf [][]int32

	attrs     []attr
	labelSets []model.Labels          // by attr.labels and attr.node
	portSets  [][]model.ContainerPort // by attr.ports
	classAttr [][]int32               // by cluster and class: index into attrs; attr 0 is absent
	windows   map[string]window       // classes of the pods of a namespace
	outside   int                     // first class of addresses outside
	shapeOf   []int32                 // by peer
	shapes    [][]int32               // by shape: the classes of its members
	classes   int
}

// window is the classes lo to hi-1.
type window struct{ lo, hi int }

// NewUniverse returns the universe of the clusters, in whose order Compile
// numbers them. It costs time in proportion to the pods and rules of all of
// them.
func NewUniverse(opts model.Options, clusters ...*model.Cluster) (*Universe, error) {
	if len(clusters) == 0 {
		return nil, errors.New("a universe needs a cluster")
	}
	used := collectUses(clusters)
	u := &Universe{
		opts:     opts,
		clusters: clusters,
		ports:    used.cuts.Ports(),
		addrs:    atoms.NewAddrs(used.blocks),
		blockIDs: used.blockIDs,
		blocks:   used.blocks,
		floating: newFloating(opts, clusters),
	}
	u.hasIPv6 = slices.Contains(u.floating.families, fam6) || slices.ContainsFunc(used.blocks, func(b model.Block) bool { return b.CIDR.Addr().Is6() })
	u.collectPeers()
	u.classify(used)
	return u, nil
}

// podKey is the key of a pod in peerIDs. A pod of the input and one that stands
// for a workload of the same name are different peers.
func podKey(namespace, workload, name string) string {
	if workload == "" {
		return namespace + "/" + name
	}
	return namespace + "/" + workload + "/" + name
}

func standsFor(c *model.Cluster, p *model.Pod) string {
	if !p.StandIn {
		return ""
	}
	return c.Workloads[p.Workload].Kind
}

// collectPeers numbers the pods and nodes of all clusters, and the classes of
// addresses outside.
func (u *Universe) collectPeers() {
	u.peerIDs = map[string]PeerID{}
	u.addrPeer = map[netip.Addr]PeerID{}
	var pods, nodes []Peer
	add := func(list *[]Peer, key string, p Peer) {
		if _, ok := u.peerIDs[key]; !ok {
			u.peerIDs[key] = 0 // numbered below
			*list = append(*list, p)
		}
	}
	for _, c := range u.clusters {
		for i := range c.Pods {
			p := &c.Pods[i]
			kind := standsFor(c, p)
			add(&pods, podKey(p.Namespace, kind, p.Name), Peer{Kind: PodPeer, Namespace: p.Namespace, Name: p.Name, Workload: kind})
		}
		for i := range c.Nodes {
			add(&nodes, "node:"+c.Nodes[i].Name, Peer{Kind: NodePeer, Name: c.Nodes[i].Name})
		}
	}
	slices.SortFunc(pods, comparePeers)
	slices.SortFunc(nodes, comparePeers)
	u.pods, u.nodes = len(pods), len(nodes)
	u.peers = append(pods, nodes...)
	for i, p := range u.peers {
		if p.Kind == PodPeer {
			u.peerIDs[podKey(p.Namespace, p.Workload, p.Name)] = PeerID(i)
		} else {
			u.peerIDs["node:"+p.Name] = PeerID(i)
		}
	}
	outside := make([]Peer, u.addrs.Len())
	for _, r := range u.addrs.Ranges() {
		outside[r.Class].Kind = OutsidePeer
		outside[r.Class].Ranges = append(outside[r.Class].Ranges, AddrRange{r.From, r.To})
	}
	u.peers = append(u.peers, outside...)
	for _, c := range u.clusters {
		index := make([]int32, len(u.peers))
		for i := range index {
			index[i] = -1
		}
		for i := range c.Pods {
			p := &c.Pods[i]
			index[u.peerIDs[podKey(p.Namespace, standsFor(c, p), p.Name)]] = int32(i)
		}
		for i := range c.Nodes {
			index[u.peerIDs["node:"+c.Nodes[i].Name]] = int32(i)
		}
		for id := u.pods + u.nodes; id < len(index); id++ {
			index[id] = 0
		}
		u.indexOf = append(u.indexOf, index)
	}
	u.collectAddresses()
}

func comparePeers(a, b Peer) int {
	return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name), strings.Compare(a.Workload, b.Workload))
}

// collectAddresses remembers whose a known address is: a pod's own, then a
// node's, then a hostNetwork pod's.
func (u *Universe) collectAddresses() {
	claim := func(addrs []netip.Addr, id PeerID) {
		for _, a := range addrs {
			if _, taken := u.addrPeer[a.Unmap()]; !taken {
				u.addrPeer[a.Unmap()] = id
			}
		}
	}
	for ci, c := range u.clusters {
		for hostNetwork := range 2 {
			for id, i := range u.indexOf[ci][:u.pods] {
				if i >= 0 && c.Pods[i].HostNetwork == (hostNetwork == 1) {
					claim(c.Pods[i].Addresses, PeerID(id))
				}
			}
			for id := u.pods; id < u.pods+u.nodes; id++ {
				if i := u.indexOf[ci][id]; i >= 0 {
					claim(c.Nodes[i].Addresses, PeerID(id))
				}
			}
		}
	}
}

// Len returns the number of peers.
func (u *Universe) Len() int { return len(u.peers) }

// Peer describes a peer.
func (u *Universe) Peer(id PeerID) Peer { return u.peers[id] }

// PodID returns the peer of the pod ns/name: a pod of the input, or else one
// that stands for a workload of that name.
func (u *Universe) PodID(namespace, name string) (PeerID, bool) {
	if id, ok := u.peerIDs[podKey(namespace, "", name)]; ok {
		return id, true
	}
	i, _ := slices.BinarySearchFunc(u.peers[:u.pods], Peer{Namespace: namespace, Name: name}, comparePeers)
	if i < u.pods && u.peers[i].Namespace == namespace && u.peers[i].Name == name {
		return PeerID(i), true
	}
	return 0, false
}

// NodeID returns the peer of a node.
func (u *Universe) NodeID(name string) (PeerID, bool) {
	id, ok := u.peerIDs["node:"+name]
	return id, ok
}

// AddrID returns the peer that has address a: a pod, a node, or else the
// outside peer that a falls in.
func (u *Universe) AddrID(a netip.Addr) PeerID {
	if id, ok := u.addrPeer[a.Unmap()]; ok {
		return id
	}
	return u.outsidePeer(u.addrs.Of(a))
}

// isSCTP reports whether a port atom is of SCTP.
func (u *Universe) isSCTP(atom int) bool {
	p, _, _ := u.ports.Bounds(atom)
	return p == model.SCTP
}

// outsidePeer returns the peer of a class of addresses.
func (u *Universe) outsidePeer(addrClass int) PeerID { return PeerID(u.pods + u.nodes + addrClass) }
