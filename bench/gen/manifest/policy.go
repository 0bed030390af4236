package manifest

import (
	"strconv"

	"netreach/model"
	"netreach/model/selector"
)

// policySpec writes the spec of a NetworkPolicy under its key. With defaults it
// is as the API server has completed it: each port with its protocol, and
// policyTypes always there.
func policySpec(t tree, p *model.Policy, defaults bool) {
	t.object("spec")
	ruleList(t, p, model.Egress, "egress", "to", defaults)
	ruleList(t, p, model.Ingress, "ingress", "from", defaults)
	labelSelector(t, "podSelector", p.Subject.Pods)
	if defaults || p.Isolates != implied(p) {
		policyTypes(t, p)
	}
	t.endObject()
}

// implied returns the directions that a policy isolates if it does not say
// which: ingress, and egress if it has rules for that (NP-15).
func implied(p *model.Policy) [model.Directions]bool {
	d := [model.Directions]bool{model.Ingress: true}
	for _, r := range p.Rules {
		d[r.Direction] = true
	}
	return d
}

func policyTypes(t tree, p *model.Policy) {
	t.list("policyTypes")
	if p.Isolates[model.Ingress] {
		t.text("", "Ingress")
	}
	if p.Isolates[model.Egress] {
		t.text("", "Egress")
	}
	t.endList()
}

// ruleList writes the rules of a direction, if there are any.
func ruleList(t tree, p *model.Policy, d model.Direction, list, peers string, defaults bool) {
	opened := false
	for i := range p.Rules {
		r := &p.Rules[i]
		if r.Direction != d {
			continue
		}
		if !opened {
			t.list(list)
			opened = true
		}
		t.object("")
		// "from" comes before "ports", and that before "to".
		if d == model.Ingress {
			peerList(t, peers, r.Peers)
		}
		portList(t, r.Ports, defaults)
		if d == model.Egress {
			peerList(t, peers, r.Peers)
		}
		t.endObject()
	}
	if opened {
		t.endList()
	}
}

func peerList(t tree, key string, peers []model.Peer) {
	if peers[0].Kind == model.PeerAny {
		return
	}
	t.list(key)
	for i := range peers {
		peer(t, &peers[i])
	}
	t.endList()
}

func peer(t tree, p *model.Peer) {
	t.object("")
	switch {
	case p.Kind == model.PeerBlock:
		t.object("ipBlock")
		t.text("cidr", p.Block.CIDR.String())
		if len(p.Block.Except) > 0 {
			t.list("except")
			for _, e := range p.Block.Except {
				t.text("", e.String())
			}
			t.endList()
		}
		t.endObject()
	case p.Pods.Namespace != "":
		labelSelector(t, "podSelector", p.Pods.Pods)
	default:
		labelSelector(t, "namespaceSelector", p.Pods.Namespaces)
		if !p.Pods.Pods.Everything() {
			labelSelector(t, "podSelector", p.Pods.Pods)
		}
	}
	t.endObject()
}

func portList(t tree, ports []model.PortMatch, defaults bool) {
	if ports[0].Kind == model.PortAny {
		return
	}
	t.list("ports")
	for _, p := range ports {
		t.object("")
		if p.EndPort {
			t.token("endPort", strconv.Itoa(int(p.Last)))
		}
		switch {
		case p.Kind == model.PortNamed:
			t.text("port", p.Name)
		case p.EndPort || p.First == p.Last:
			t.token("port", strconv.Itoa(int(p.First)))
		}
		if defaults || p.Protocol != model.TCP || p == model.AllPorts(model.TCP) {
			t.text("protocol", protocolName(p.Protocol))
		}
		t.endObject()
	}
	t.endList()
}

// protocolName returns the protocol as the API spells it.
func protocolName(p model.Protocol) string {
	switch p {
	case model.UDP:
		return "UDP"
	case model.SCTP:
		return "SCTP"
	default:
		return "TCP"
	}
}

// labelSelector writes a selector: as matchLabels what can stand there, which is
// one value for a key, and the rest as matchExpressions.
func labelSelector(t tree, key string, s selector.Selector) {
	t.object(key)
	expressions := 0
	for i := range s.Requirements {
		if !matchLabel(s.Requirements, i) {
			expressions++
		}
	}
	if expressions > 0 {
		t.list("matchExpressions")
		for i, r := range s.Requirements {
			if matchLabel(s.Requirements, i) {
				continue
			}
			t.object("")
			t.text("key", r.Key)
			t.text("operator", r.Op.String())
			if len(r.Values) > 0 {
				texts(t, "values", r.Values...)
			}
			t.endObject()
		}
		t.endList()
	}
	if expressions < len(s.Requirements) {
		t.object("matchLabels")
		for i, r := range s.Requirements {
			if matchLabel(s.Requirements, i) {
				t.text(r.Key, r.Values[0])
			}
		}
		t.endObject()
	}
	t.endObject()
}

// matchLabel reports whether the i-th requirement can stand under matchLabels:
// it is the first of one value for its key. Equal keys stand together.
func matchLabel(rs []selector.Requirement, i int) bool {
	if !oneValue(rs[i]) {
		return false
	}
	for j := i - 1; j >= 0 && rs[j].Key == rs[i].Key; j-- {
		if oneValue(rs[j]) {
			return false
		}
	}
	return true
}

func oneValue(r selector.Requirement) bool { return r.Op == selector.In && len(r.Values) == 1 }
