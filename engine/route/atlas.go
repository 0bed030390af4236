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
	// the name of the class, or "namespace/name" of a Gateway. "ingress" is the class
	// of Ingresses that have none, and "openshift" the router of OpenShift. It goes
	// before what is known of usual controllers.
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
	byName func() map[podName]engine.PeerID
	// api stands for the Service of the API server where the input lacks it.
	api *model.Service
	// found remembers what is behind the ports of Services.
	found map[*model.ServicePort]usable
	// behind remembers what is behind the entries of doors, which is the same for
	// every client.
	behind map[doorEntry]Hop
	// auths remembers what doors ask whether requests may pass: nil where that is not
	// in the cluster.
	auths map[doorAuth]*Hop
	// hosts are the doors by host.
	hosts func() map[string]*door
	// byNodes remembers what becomes of clients behind the addresses of nodes.
	byNodes map[*model.ServicePort][]Leg
	// unknowns remembers the small worlds of doors whose pods are not in the input.
	unknowns map[string]*unknownWorld
	dns      func() *resolver
	// needs says what the DNS pods may not reach though they need it.
	needs  func() []Note
	doors  func() []*door
	grants map[string][]*model.Grant
	// usablePods counts them by workload.
	usablePods func() []int
	// nodes is the end of the nodes that the input holds or names, and otherNodes
	// that of where those are that it does not hold: some private address.
	nodes, otherNodes func() engine.End
	// grouped are some of the ends about which was asked last.
	grouped map[*engine.PeerID]engine.Grouped
	// asks writes down what is asked about the clients that are judged, if anybody
	// wants to know.
	asks *inquiry
	// places and families are what small worlds take of the cluster.
	places   func() *places
	families func() []netip.Addr
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
	controllers := map[string]engine.End{}
	for class, p := range opts.Controllers {
		e, err := m.Resolve(p)
		if err != nil {
			return nil, err
		}
		controllers[class] = e
	}
	return newAtlas(m, m.Cluster(), controllers), nil
}

// newAtlas returns the atlas of a cluster that is that of m, but for its names.
func newAtlas(m *engine.Matrix, c *model.Cluster, controllers map[string]engine.End) *Atlas {
	a := &Atlas{
		m: m, cluster: c, controllers: controllers, peers: m.PodPeers(),
		services: make(map[nameKey]*model.Service, len(c.Names.Services)),
		slices:   map[nameKey][]*model.EndpointSlice{},
		podsIn:   map[string][]int{},
		grants:   map[string][]*model.Grant{},
		found:    map[*model.ServicePort]usable{},
		byNodes:  map[*model.ServicePort][]Leg{},
		behind:   map[doorEntry]Hop{},
		auths:    map[doorAuth]*Hop{},
		unknowns: map[string]*unknownWorld{},
		grouped:  map[*engine.PeerID]engine.Grouped{},
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
	a.byName = sync.OnceValue(a.podsByName)
	a.dns = sync.OnceValue(a.findResolver)
	a.needs = sync.OnceValue(a.findNeeds)
	a.doors = sync.OnceValue(a.findDoors)
	a.hosts = sync.OnceValue(a.findHosts)
	a.nodes = sync.OnceValue(func() engine.End { return m.EndOf("a node", m.NodePeers()) })
	a.otherNodes = sync.OnceValue(func() engine.End {
		e := m.PrivateEnd()
		e.Name = "another node"
		return e
	})
	a.usablePods = sync.OnceValue(a.countUsable)
	a.places = sync.OnceValue(func() *places { return placesOf(c) })
	a.families = sync.OnceValue(func() []netip.Addr { return addressFamilies(c) })
	return a
}

// Service returns the Service ns/name, or nil.
func (a *Atlas) Service(namespace, name string) *model.Service {
	return a.services[nameKey{namespace, name}]
}

// dialled returns the Service ns/name that somebody asks for, or nil. Every cluster
// has that of the API server, also if the input does not hold it (SVC-26).
func (a *Atlas) dialled(namespace, name string) *model.Service {
	if s := a.Service(namespace, name); s != nil || (nameKey{namespace, name}) != apiService {
		return s
	}
	if a.api == nil {
		a.api = &model.Service{
			Namespace: namespace, Name: name,
			Ports: []model.ServicePort{{Name: "https", Port: 443, Target: model.Target{Number: apiPort}}},
		}
	}
	return a.api
}

// apiService is the Service of the API server, and apiPort where it usually listens.
var apiService = nameKey{"default", "kubernetes"}

const apiPort = 6443

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

// group returns an end as grouped, and remembers some: the same few clients are
// asked about many backends.
func (a *Atlas) group(e engine.End) engine.Grouped {
	const remembered = 8
	if len(e.Peers) == 0 {
		return a.m.Group(e)
	}
	g, ok := a.grouped[&e.Peers[0]]
	if !ok || !sameEnd(g.End, e) {
		if len(a.grouped) >= remembered {
			clear(a.grouped)
		}
		g = a.m.Group(e)
		a.grouped[&e.Peers[0]] = g
	}
	return g
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
