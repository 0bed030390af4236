package engine

import (
	"cmp"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"

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
	digests  []*digest // by cluster
	used     *uses

	ports    *atoms.Ports
	addrs    *atoms.Addrs
	served   [][]netip.Addr // by cluster: addresses of Services
	taken    [][]netip.Addr // by cluster: those that nobody else has
	known    int            // at least as many addresses as pods, nodes and Services have
	blockIDs map[prefixKey]int32
	blocks   []model.Block
	floating *floating
	// hasIPv6 tells whether an address or a block of the input is IPv6.
	hasIPv6 bool

	peers     []Peer
	pods      int // peers below this are pods
	nodes     int // peers from pods to pods+nodes are nodes
	once      sync.Once
	directory *directory                   // by names()
	owners    func() map[netip.Addr]PeerID // whose the addresses within are
	// indexOf holds by cluster and peer the index into Cluster.Pods or
	// Cluster.Nodes, or -1 where the cluster does not have the peer.
	indexOf [][]int32

	membership
	outside int // first class of addresses outside
	// flips is how many flips a set may have, or 0; tests set it, since small
	// clusters would have sets of flips only.
	flips int
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
	used := newUses()
	u := &Universe{opts: opts, clusters: clusters, used: used}
	u.owners = sync.OnceValue(u.findOwners)
	// What the policies use, and what there is that they may use.
	var wait sync.WaitGroup
	wait.Go(u.collectPods)
	wait.Go(func() { u.floating = newFloating(opts, clusters) })
	wait.Go(u.collectServed)
	for _, c := range clusters {
		u.digests = append(u.digests, newDigest(c, used))
	}
	u.blockIDs, u.blocks = used.blockIDs, used.blocks
	wait.Wait()
	u.addrs = atoms.NewAddrs(used.blocks, u.served...)
	u.hasIPv6 = slices.Contains(u.floating.families, fam6) || slices.ContainsFunc(used.blocks, func(b model.Block) bool { return b.CIDR.Addr().Is6() })
	u.collectOutside()
	wait.Go(func() {
		for _, c := range clusters {
			used.podPorts(c)
		}
		u.ports = used.cuts.Ports()
	})
	u.classify(used)
	wait.Wait()
	return u, nil
}

// podKey identifies a pod in a universe. A pod of the input and one that stands
// for a workload of the same name are different peers.
type podKey struct{ namespace, name, workload string }

// peerOf describes the i-th pod of a cluster.
func peerOf(c *model.Cluster, i int) Peer {
	p := &c.Pods[i]
	out := Peer{Kind: PodPeer, Namespace: p.Namespace, Name: p.Name}
	if p.StandIn {
		out.Workload = c.Workloads[p.Workload].Kind
	}
	return out
}

func (p *Peer) key() podKey { return podKey{p.Namespace, p.Name, p.Workload} }

// collectPods numbers the pods and nodes of all clusters.
func (u *Universe) collectPods() {
	if len(u.clusters) == 1 {
		u.takePeers(u.clusters[0])
	} else {
		u.mergePeers()
	}
}

// collectOutside numbers the classes of addresses outside, behind the others.
func (u *Universe) collectOutside() {
	outside := make([]Peer, u.addrs.Len())
	for _, r := range u.addrs.Ranges() {
		outside[r.Class].Kind = OutsidePeer
		outside[r.Class].Ranges = append(outside[r.Class].Ranges, AddrRange{r.From, r.To})
	}
	u.peers = append(u.peers, outside...)
	for ci := range u.indexOf {
		u.indexOf[ci] = append(u.indexOf[ci], make([]int32, len(outside))...)
	}
}

// takePeers numbers the peers of a universe of one cluster, in its order.
func (u *Universe) takePeers(c *model.Cluster) {
	u.pods, u.nodes = len(c.Pods), len(c.Nodes)
	// Leave some room for the addresses outside, which are not known yet.
	u.peers = make([]Peer, u.pods+u.nodes, u.pods+u.nodes+roomOutside)
	index := make([]int32, u.pods+u.nodes, u.pods+u.nodes+roomOutside)
	for i := range c.Pods {
		u.peers[i] = peerOf(c, i)
		index[i] = int32(i)
	}
	for i := range c.Nodes {
		u.peers[u.pods+i] = Peer{Kind: NodePeer, Name: c.Nodes[i].Name}
		index[u.pods+i] = int32(i)
	}
	u.indexOf = [][]int32{index}
}

// roomOutside is as many classes of addresses as most clusters have.
const roomOutside = 4096

// mergePeers numbers the peers of several clusters. What has the same name in
// two clusters is one peer.
func (u *Universe) mergePeers() {
	pods, nodes := map[podKey]PeerID{}, map[string]PeerID{}
	var podPeers, nodePeers []Peer
	for _, c := range u.clusters {
		for i := range c.Pods {
			p := peerOf(c, i)
			if _, ok := pods[p.key()]; !ok {
				pods[p.key()] = 0 // numbered below
				podPeers = append(podPeers, p)
			}
		}
		for i := range c.Nodes {
			if _, ok := nodes[c.Nodes[i].Name]; !ok {
				nodes[c.Nodes[i].Name] = 0
				nodePeers = append(nodePeers, Peer{Kind: NodePeer, Name: c.Nodes[i].Name})
			}
		}
	}
	slices.SortFunc(podPeers, comparePeers)
	slices.SortFunc(nodePeers, comparePeers)
	u.pods, u.nodes = len(podPeers), len(nodePeers)
	u.peers = append(podPeers, nodePeers...)
	for i := range u.peers {
		if p := &u.peers[i]; p.Kind == PodPeer {
			pods[p.key()] = PeerID(i)
		} else {
			nodes[p.Name] = PeerID(i)
		}
	}
	for _, c := range u.clusters {
		index := make([]int32, len(u.peers))
		for i := range index {
			index[i] = -1
		}
		for i := range c.Pods {
			p := peerOf(c, i)
			index[pods[p.key()]] = int32(i)
		}
		for i := range c.Nodes {
			index[nodes[c.Nodes[i].Name]] = int32(i)
		}
		u.indexOf = append(u.indexOf, index)
	}
}

func comparePeers(a, b Peer) int {
	return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name), strings.Compare(a.Workload, b.Workload))
}

// directory finds peers by name.
type directory struct {
	pods map[podKey]PeerID
	// first holds for "namespace, name" the pod of the input, or else the first
	// that stands for a workload of that name; several tells that there are
	// others.
	first   map[podKey]PeerID
	several map[podKey]bool
	nodes   map[string]PeerID
}

// names returns the directory. It is made when it is first asked for: a
// whole-matrix answer does without.
func (u *Universe) names() *directory {
	u.once.Do(func() {
		d := &directory{
			pods: make(map[podKey]PeerID, u.pods), first: make(map[podKey]PeerID, u.pods), several: map[podKey]bool{},
			nodes: make(map[string]PeerID, u.nodes),
		}
		for id := range u.pods {
			p := &u.peers[id]
			d.pods[p.key()] = PeerID(id)
			name := podKey{namespace: p.Namespace, name: p.Name}
			other, ok := d.first[name]
			d.several[name] = ok
			if !ok || p.Workload == "" && u.peers[other].Workload != "" {
				d.first[name] = PeerID(id)
			}
		}
		for id := u.pods; id < u.pods+u.nodes; id++ {
			d.nodes[u.peers[id].Name] = PeerID(id)
		}
		u.directory = d
	})
	return u.directory
}

// findOwners finds out whose a known address is: a pod's own, then a node's, then
// a hostNetwork pod's.
func (u *Universe) findOwners() map[netip.Addr]PeerID {
	out := make(map[netip.Addr]PeerID, u.pods)
	claim := func(addrs []netip.Addr, id PeerID) {
		for _, a := range addrs {
			if _, taken := out[a.Unmap()]; !taken {
				out[a.Unmap()] = id
			}
		}
	}
	for ci, c := range u.clusters {
		for _, hostNetwork := range []bool{false, true} {
			for id, i := range u.indexOf[ci][:u.pods] {
				if i >= 0 && c.Pods[i].HostNetwork == hostNetwork {
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
	return out
}

// Len returns the number of peers.
func (u *Universe) Len() int { return len(u.peers) }

// Peer describes a peer.
func (u *Universe) Peer(id PeerID) Peer { return u.peers[id] }

// PodID returns the peer of the pod ns/name: a pod of the input, or else one
// that stands for a workload of that name.
func (u *Universe) PodID(namespace, name string) (PeerID, bool) {
	id, ok := u.names().first[podKey{namespace: namespace, name: name}]
	return id, ok
}

// NodeID returns the peer of a node.
func (u *Universe) NodeID(name string) (PeerID, bool) {
	id, ok := u.names().nodes[name]
	return id, ok
}

// AddrID returns the peer that has address a: a pod, a node, or else the
// outside peer that a falls in.
func (u *Universe) AddrID(a netip.Addr) PeerID {
	if id, ok := u.owners()[a.Unmap()]; ok {
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
