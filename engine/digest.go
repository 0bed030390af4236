package engine

import (
	"netreach/model"
	"netreach/model/selector"
)

// digest is the policies of a cluster as the compiler reads them, side by side
// in memory, and with numbers for what many of them name: sets of pods, blocks,
// selectors of nodes. A policy is spread over many places of memory, and going
// there is most of what compiling a large cluster costs; so it is done once.
type digest struct {
	policies []policyDigest // by index into Cluster.Policies
	rules    []ruleDigest
	peers    []peerDigest
	ports    []model.PortMatch
	// sets are the sets of pods, by number. Equal ones have one number as a rule.
	sets  []*model.PodSet
	nodes []selector.Selector
}

type policyDigest struct {
	tier    int32 // index into Cluster.Tiers, or -1
	subject int32 // number of the set of pods
	rules   span
	order   float64
	// isolates and unordered as in model.Policy; allows tells that no rule does
	// anything but allow.
	isolates          [model.Directions]bool
	unordered, allows bool
}

type ruleDigest struct {
	index        int32 // in Policy.Rules
	direction    model.Direction
	action       model.Action
	peers, ports span
}

// peerDigest is a peer; id is the number of a set of pods, of a block, or of a
// selector of nodes.
type peerDigest struct {
	kind     model.PeerKind
	everyone bool
	id       int32
}

// digestPortion is how many policies one goroutine reads at a time. The numbers
// that things get depend on it, and must not depend on how many there are.
const digestPortion = 4096

// newDigest reads the policies of a cluster, and adds to what is used.
func newDigest(c *model.Cluster, used *uses) *digest {
	portions := make([]*digester, (len(c.Policies)+digestPortion-1)/digestPortion)
	inParallel(len(portions), func(at int) {
		portions[at] = readPolicies(c, at*digestPortion, min(len(c.Policies), (at+1)*digestPortion))
	})
	var rules, peers, ports, sets int
	for _, p := range portions {
		rules, peers, ports, sets = rules+len(p.rules), peers+len(p.peers), ports+len(p.ports), sets+len(p.sets)
	}
	d := &digest{
		policies: make([]policyDigest, 0, len(c.Policies)), rules: make([]ruleDigest, 0, rules),
		peers: make([]peerDigest, 0, peers), ports: make([]model.PortMatch, 0, ports), sets: make([]*model.PodSet, 0, sets),
	}
	global := map[string]int32{}
	for _, p := range portions {
		d.join(p, used, global)
	}
	return d
}

// digester reads some of the policies of a cluster.
type digester struct {
	digest
	used   *uses
	tiers  []model.Tier
	setIDs map[string]int32
	// setKeys holds by set what identifies it, or "" if it is of one namespace.
	setKeys []string
	key     []byte // scratch
}

func readPolicies(c *model.Cluster, lo, hi int) *digester {
	d := &digester{used: newUses(), tiers: c.Tiers, setIDs: make(map[string]int32, hi-lo)}
	d.policies, d.rules = make([]policyDigest, 0, hi-lo), make([]ruleDigest, 0, 2*(hi-lo))
	d.peers, d.sets = make([]peerDigest, 0, 2*(hi-lo)), make([]*model.PodSet, 0, hi-lo)
	for i := lo; i < hi; i++ {
		d.policy(&c.Policies[i])
	}
	return d
}

func (d *digester) policy(p *model.Policy) {
	out := policyDigest{
		tier: -1, subject: d.set(&p.Subject), order: p.Order, isolates: p.Isolates, unordered: p.Unordered, allows: true,
		rules: span{lo: int32(len(d.rules))},
	}
	for i := range d.tiers {
		if d.tiers[i].Name == p.Tier {
			out.tier = int32(i)
		}
	}
	for i := range p.Rules {
		r := &p.Rules[i]
		out.allows = out.allows && r.Action == model.Allow
		d.rule(r, int32(i))
	}
	out.rules.hi = int32(len(d.rules))
	d.policies = append(d.policies, out)
}

func (d *digester) rule(r *model.Rule, index int32) {
	out := ruleDigest{index: index, direction: r.Direction, action: r.Action, peers: span{lo: int32(len(d.peers))}, ports: span{lo: int32(len(d.ports))}}
	for i := range r.Peers {
		p := &r.Peers[i]
		peer := peerDigest{kind: p.Kind, everyone: p.Everyone}
		switch p.Kind {
		case model.PeerPods:
			peer.id = d.set(&p.Pods)
		case model.PeerNodes:
			addKeys(d.used.nodeKeys, p.Nodes)
			peer.id = int32(len(d.nodes))
			d.nodes = append(d.nodes, p.Nodes)
		case model.PeerBlock:
			d.used.everyone = d.used.everyone || p.Everyone
			peer.id = d.used.block(&p.Block)
		case model.PeerAny, model.PeerNames, model.PeerClosed:
		}
		d.peers = append(d.peers, peer)
	}
	for i := range r.Ports {
		d.used.port(&r.Ports[i])
	}
	d.ports = append(d.ports, r.Ports...)
	out.peers.hi, out.ports.hi = int32(len(d.peers)), int32(len(d.ports))
	d.rules = append(d.rules, out)
}

// set returns the number of a set of pods.
func (d *digester) set(set *model.PodSet) int32 {
	key := append(d.key[:0], set.Namespace...)
	key = appendSelector(append(key, 0), set.Namespaces)
	key = appendSelector(append(key, 0), set.Pods)
	d.key = key
	if id, ok := d.setIDs[string(key)]; ok {
		return id
	}
	id := int32(len(d.sets))
	text := string(key)
	d.setIDs[text] = id
	d.sets = append(d.sets, set)
	if set.Namespace != "" {
		text = "" // policies are sorted by namespace: there is hardly another elsewhere
	}
	d.setKeys = append(d.setKeys, text)
	addKeys(d.used.podKeys, set.Pods)
	return id
}

// join appends what a digester read.
func (d *digest) join(p *digester, used *uses, global map[string]int32) {
	blocks := used.join(p.used)
	sets := make([]int32, len(p.sets))
	for i, key := range p.setKeys {
		id, ok := int32(0), false
		if key != "" {
			id, ok = global[key]
		}
		if !ok {
			id = int32(len(d.sets))
			d.sets = append(d.sets, p.sets[i])
			if key != "" {
				global[key] = id
			}
		}
		sets[i] = id
	}
	rules, peers, ports, nodes := int32(len(d.rules)), int32(len(d.peers)), int32(len(d.ports)), int32(len(d.nodes))
	for _, x := range p.policies {
		x.subject = sets[x.subject]
		x.rules.lo, x.rules.hi = x.rules.lo+rules, x.rules.hi+rules
		d.policies = append(d.policies, x)
	}
	for _, x := range p.rules {
		x.peers.lo, x.peers.hi = x.peers.lo+peers, x.peers.hi+peers
		x.ports.lo, x.ports.hi = x.ports.lo+ports, x.ports.hi+ports
		d.rules = append(d.rules, x)
	}
	for _, x := range p.peers {
		switch x.kind {
		case model.PeerPods:
			x.id = sets[x.id]
		case model.PeerBlock:
			x.id = blocks[x.id]
		case model.PeerNodes:
			x.id += nodes
		case model.PeerAny, model.PeerNames, model.PeerClosed:
		}
		d.peers = append(d.peers, x)
	}
	d.ports = append(d.ports, p.ports...)
	d.nodes = append(d.nodes, p.nodes...)
}

// appendSelector appends a key for a selector: selectors with equal keys match
// the same labels.
func appendSelector(key []byte, s selector.Selector) []byte {
	for i := range s.Requirements {
		r := &s.Requirements[i]
		key = append(append(key, byte(r.Op)+1), r.Key...)
		for _, v := range r.Values {
			key = append(append(key, '='), v...)
		}
		key = append(key, ',')
	}
	return key
}
