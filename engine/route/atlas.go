package route

import (
	"net/netip"
	"slices"
	"sync"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
)

// Options are what New is told beside the matrix.
type Options struct {
	// Controllers names the pods that serve a class of Ingresses or Gateways, by
	// the name of the class, or "namespace/name" of a Gateway. It goes before what
	// is known of usual controllers.
	Controllers map[string]expect.Peer
}

// Atlas knows what the names of a cluster lead to, over a matrix of it. It is
// safe for use by one goroutine.
type Atlas struct {
	m       *engine.Matrix
	cluster *model.Cluster
	// controllers are the pods that serve a class, where the user says so.
	controllers map[string]engine.End
	peers       []engine.PeerID // by pod

	services map[nameKey]*model.Service
	slices   map[nameKey][]*model.EndpointSlice
	// podsIn holds the pods of a namespace, as indices into Cluster.Pods.
	podsIn map[string][]int
	byAddr func() map[netip.Addr]int
	// found remembers what is behind the ports of Services.
	found map[*model.ServicePort]usable
	// behind remembers what is behind the entries of doors, which is the same for
	// every client.
	behind map[doorEntry]Hop
	// byNodes remembers what becomes of clients behind the addresses of nodes.
	byNodes map[*model.ServicePort][]Leg
	dns     func() *resolver
	// needs says what the DNS pods may not reach though they need it.
	needs  func() []Note
	doors  func() []*door
	grants map[string][]*model.Grant
}

// doorEntry is an entry of a door.
type doorEntry struct {
	door  *door
	entry *model.Entry
}

// nameKey is the name of an object of some kind.
type nameKey struct{ namespace, name string }

// New returns the atlas of the cluster of m. It costs time in proportion to the
// pods and names; what a question needs beyond that is worked out when it is
// first asked for. The error is an *engine.PeerError about a peer of Options.
func New(m *engine.Matrix, opts Options) (*Atlas, error) {
	c := m.Cluster()
	controllers := map[string]engine.End{}
	for class, p := range opts.Controllers {
		e, err := m.Resolve(p)
		if err != nil {
			return nil, err
		}
		controllers[class] = e
	}
	a := &Atlas{
		m: m, cluster: c, controllers: controllers, peers: m.PodPeers(),
		services: make(map[nameKey]*model.Service, len(c.Names.Services)),
		slices:   map[nameKey][]*model.EndpointSlice{},
		podsIn:   map[string][]int{},
		grants:   map[string][]*model.Grant{},
		found:    map[*model.ServicePort]usable{},
		byNodes:  map[*model.ServicePort][]Leg{},
		behind:   map[doorEntry]Hop{},
	}
	for i := range c.Names.Services {
		s := &c.Names.Services[i]
		a.services[nameKey{s.Namespace, s.Name}] = s
	}
	for i := range c.Names.Slices {
		s := &c.Names.Slices[i]
		k := nameKey{s.Namespace, s.Service}
		a.slices[k] = append(a.slices[k], s)
	}
	for i := range c.Pods {
		ns := c.Pods[i].Namespace
		a.podsIn[ns] = append(a.podsIn[ns], i)
	}
	for i := range c.Names.Grants {
		g := &c.Names.Grants[i]
		a.grants[g.Namespace] = append(a.grants[g.Namespace], g)
	}
	a.byAddr = sync.OnceValue(a.podsByAddress)
	a.dns = sync.OnceValue(a.findResolver)
	a.needs = sync.OnceValue(a.findNeeds)
	a.doors = sync.OnceValue(a.findDoors)
	return a, nil
}

// Service returns the Service ns/name, or nil.
func (a *Atlas) Service(namespace, name string) *model.Service {
	return a.services[nameKey{namespace, name}]
}

// podsByAddress returns the pods that have addresses of their own, as indices.
func (a *Atlas) podsByAddress() map[netip.Addr]int {
	out := make(map[netip.Addr]int, len(a.cluster.Pods))
	for i := range a.cluster.Pods {
		if p := &a.cluster.Pods[i]; !p.HostNetwork {
			for _, addr := range p.Addresses {
				out[addr] = i
			}
		}
	}
	return out
}

// pod returns the pod of a peer, or nil.
func (a *Atlas) pod(id engine.PeerID) *model.Pod { return a.m.PodOf(id) }

// nodesKnown reports whether the input holds the nodes, and not only names of
// some that pods are on.
func (a *Atlas) nodesKnown() bool {
	return slices.ContainsFunc(a.cluster.Nodes, func(n model.Node) bool { return n.Declared })
}

// nodes returns the end of the nodes that the input holds or names.
func (a *Atlas) nodes() engine.End { return a.m.EndOf("a node", a.m.NodePeers()) }

// otherNodes returns the end of where nodes are that the input does not hold: some
// private address.
func (a *Atlas) otherNodes() engine.End {
	e := a.m.PrivateEnd()
	e.Name = "another node"
	return e
}

// throughNode judges what comes with the address of a node: of any that is known,
// and unless the input holds them all, of one that is not, whose address is open.
func (a *Atlas) throughNode(judge func(src engine.End) []Leg) []Leg {
	var out []Leg
	if n := a.nodes(); len(n.Peers) > 0 {
		out = judge(n)
	}
	if !a.nodesKnown() {
		for _, l := range judge(a.otherNodes()) {
			out = append(out, a.collapsed(l))
		}
	}
	return out
}
