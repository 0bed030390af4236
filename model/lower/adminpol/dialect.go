package adminpol

import "netreach/model"

// dialect is what differs between the kinds.
type dialect struct {
	kind string
	// actions holds the word for Allow first.
	actions []string
	// egressPeers is how many of the fields of EgressPeer the kind has.
	egressPeers int
	// portList is what a rule's list of ports is called.
	portList string
	// mostRules is for each direction, mostItems for each list of a rule.
	mostRules, mostItems int
	// namespacesRequired tells that pods must come with a namespaceSelector.
	namespacesRequired bool
}

// dialects by kind (ANP-19, CNP-27).
var (
	adminDialect = dialect{
		kind: "AdminNetworkPolicy", actions: []string{"Allow", "Deny", "Pass"}, egressPeers: 5,
		portList: "ports", mostRules: 100, mostItems: 100, namespacesRequired: true,
	}
	baselineDialect = dialect{
		kind: "BaselineAdminNetworkPolicy", actions: []string{"Allow", "Deny"}, egressPeers: 4,
		portList: "ports", mostRules: 100, mostItems: 100, namespacesRequired: true,
	}
	clusterDialect = dialect{
		kind: "ClusterNetworkPolicy", actions: []string{"Accept", "Deny", "Pass"}, egressPeers: 5,
		portList: "protocols", mostRules: 25, mostItems: 25,
	}
)

// Limits that all kinds have in common (ANP-19, CNP-27).
const (
	mostNetworks    = 25
	mostDomainNames = 25
	longestName     = 100
	longestCIDR     = 43
)

// rule is a rule of any kind and direction.
type rule struct {
	name, action string
	// peers of an ingress rule are only pods.
	peers []EgressPeer
	// ports is nil if the rule says nothing of ports.
	ports []port
}

// port is an alternative of a rule's ports, in the shape of one version.
type port interface {
	lower(l *lowering, field string) model.PortMatch
	named() bool
}

func (p Port) named() bool { return p.NamedPort != nil }

func (p Protocol) named() bool { return p.DestinationNamedPort != nil }

// rulesOf returns rules of one kind and direction as those of any.
func rulesOf[R interface{ rule() rule }](rules []R) []rule {
	out := make([]rule, len(rules))
	for i, r := range rules {
		out[i] = r.rule()
	}
	return out
}

func (r IngressRule) rule() rule {
	return rule{r.Name, r.Action, fromPods(r.From), portsOf(r.Ports)}
}

func (r EgressRule) rule() rule {
	return rule{r.Name, r.Action, r.To, portsOf(r.Ports)}
}

func (r BaselineEgressRule) rule() rule {
	peers := make([]EgressPeer, len(r.To))
	for i, p := range r.To {
		peers[i] = EgressPeer{Namespaces: p.Namespaces, Pods: p.Pods, Nodes: p.Nodes, Networks: p.Networks}
	}
	return rule{r.Name, r.Action, peers, portsOf(r.Ports)}
}

func (r ClusterIngressRule) rule() rule {
	return rule{r.Name, r.Action, fromPods(r.From), portsOf(r.Protocols)}
}

func (r ClusterEgressRule) rule() rule {
	return rule{r.Name, r.Action, r.To, portsOf(r.Protocols)}
}

func fromPods(from []IngressPeer) []EgressPeer {
	peers := make([]EgressPeer, len(from))
	for i, p := range from {
		peers[i] = EgressPeer{Namespaces: p.Namespaces, Pods: p.Pods}
	}
	return peers
}

func portsOf[P port](items []P) []port {
	if items == nil {
		return nil
	}
	out := make([]port, len(items))
	for i, p := range items {
		out[i] = p
	}
	return out
}
