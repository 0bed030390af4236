package engine

import (
	"net/netip"
	"slices"

	"netreach/model"
)

// Explain returns the trace of one flow. Its cost follows the rules that apply
// to the two ends.
func (m *Matrix) Explain(src, dst PeerID, proto model.Protocol, port uint16) Trace {
	if src == dst && m.u.indexOf[m.ci][src] >= 0 && m.itself(src) {
		return Trace{
			Src: src, Dst: dst, Protocol: proto, Port: port, Verdict: model.Allowed, Notes: []string{noteItself},
			Flows: []FlowTrace{{Verdict: model.Allowed, Overlay: Itself}},
		}
	}
	return m.explain(src, dst, proto, port, m.relation(src, dst), nil)
}

// ExplainThrough returns the trace of one flow to a backend that a name leads to,
// as policy judges it: of a client that is led to itself, too, whatever the switch
// HairpinViaService makes of it (NP-44, CNP-24). Families, unless it is empty, are
// the only ones that count (SVC-24). It costs what Explain does.
func (m *Matrix) ExplainThrough(src, dst PeerID, proto model.Protocol, port uint16, families []model.Family) Trace {
	rel := unrelated
	if src != dst {
		rel = m.relation(src, dst)
	}
	return m.explain(src, dst, proto, port, rel, families)
}

func (m *Matrix) explain(src, dst PeerID, proto model.Protocol, port uint16, rel relation, families []model.Family) Trace {
	t := Trace{Src: src, Dst: dst, Protocol: proto, Port: port}
	if m.u.indexOf[m.ci][src] < 0 || m.u.indexOf[m.ci][dst] < 0 {
		return t
	}
	var mix model.Mix
	x := explainer{m: m, t: &t, atom: m.u.ports.Of(proto, port), rel: rel}
	for i, a := range m.u.shapes[m.u.shapeOf[src]] {
		for k, b := range m.u.shapes[m.u.shapeOf[dst]] {
			if !m.meet(a, b) || !m.meetOver(a, b, families) {
				continue
			}
			f := x.flow(a, b)
			f.SrcAddr, f.DstAddr = m.memberAddr(src, a, i), m.memberAddr(dst, b, k)
			t.Flows = append(t.Flows, f)
			mix = mix.With(f.Verdict)
		}
	}
	t.Verdict = mix.Verdict()
	if len(t.Flows) == 0 {
		t.Verdict = model.Denied
		t.Notes = append(t.Notes, noteNoFamily)
	}
	return t
}

// memberAddr returns the address of the k-th member of a peer, or the zero Addr
// if that is unknown or one of many.
func (m *Matrix) memberAddr(id PeerID, class int32, k int) netip.Addr {
	addrs := m.addresses(id)
	if len(addrs) == 1 && k == 0 {
		return addrs[0]
	}
	want := m.ground.attr(int(class))
	for _, a := range addrs {
		if familyOf(a) == want.fam && (want.addr < 0 || int(want.addr) == m.u.addrs.Of(a)) {
			return a
		}
	}
	return netip.Addr{}
}

// addresses returns the known addresses of a pod or node. An outside peer that
// is one address has that.
func (m *Matrix) addresses(id PeerID) []netip.Addr {
	switch p := m.pod(id); {
	case p != nil && p.HostNetwork && len(p.Addresses) == 0 && m.nodeOf[id] >= 0:
		return m.cluster.Nodes[m.nodeOf[id]].Addresses
	case p != nil:
		return p.Addresses
	case m.node(id) != nil:
		return m.node(id).Addresses
	}
	if rs := m.u.peers[id].Ranges; len(rs) == 1 && rs[0].First == rs[0].Last {
		return []netip.Addr{rs[0].First}
	}
	return nil
}

// explainer walks the programs of one pair of members.
type explainer struct {
	m    *Matrix
	t    *Trace
	atom int
	rel  relation
}

func (x *explainer) flow(src, dst int32) FlowTrace {
	f := FlowTrace{
		Egress:  x.direction(model.Egress, src, dst, x.t.Src, x.t.Dst),
		Ingress: x.direction(model.Ingress, dst, src, x.t.Dst, x.t.Src),
	}
	if x.rel&fromOwnNode != 0 {
		switch x.m.switches.OwnNodeIngress {
		case model.Yes:
			f.Overlay = OwnNode
		case model.Open:
			f.Overlay = PerhapsOwnNode
		case model.No:
		}
	}
	switch e, i := f.Egress.Verdict, f.Ingress.Verdict; {
	case e == model.Denied || i == model.Denied:
		f.Verdict = model.Denied
	case e == model.Allowed && i == model.Allowed:
		f.Verdict = model.Allowed
	default:
		f.Verdict = model.Unknown
	}
	return f
}

// direction walks the tiers for the subject's class towards the peer's class.
func (x *explainer) direction(d model.Direction, subject, peer int32, subjectID, peerID PeerID) DirectionTrace {
	s := &x.m.dirs[d]
	p := &s.programs[s.programOf[subject]]
	ownNode := NoMatch
	if d == model.Egress && x.rel&toOwnNode != 0 {
		ownNode = narrow(FullMatch, x.m.switches.OwnNodeEgress)
	}
	tiers := s.tiers(p)
	v := x.m.walk(d, p, tiers, peer, x.rel, x.atom)
	t := DirectionTrace{Direction: d, Verdict: model.Denied, Filtered: x.m.subject(subjectID), Isolated: p.isolated}
	switch {
	case v.lo:
		t.Verdict = model.Allowed
	case v.hi:
		t.Verdict = model.Unknown
	}
	x.tiers(&t, tiers, int(peer), peerID, ownNode)
	if t.Filtered && len(tiers) == 0 {
		t.Elsewhere = x.m.elsewhere(d, subjectID)
	}
	return t
}

// walk judges one direction of a flow by walking a program, of which it is given
// the tiers.
func (m *Matrix) walk(d model.Direction, p *program, tiers []progTier, peer int32, rel relation, atom int) value[bool] {
	ownNode := NoMatch
	if d == model.Egress && rel&toOwnNode != 0 {
		ownNode = narrow(FullMatch, m.switches.OwnNodeEgress)
	}
	v := m.evaluate(&m.dirs[d], p, tiers, peer, atom, ownNode)
	if d == model.Ingress && rel&fromOwnNode != 0 {
		switch m.switches.OwnNodeIngress {
		case model.Yes:
			return value[bool]{true, true}
		case model.Open:
			v.hi = true
		case model.No:
		}
	}
	return v
}

// tiers fills in what each tier made of the flow, in order, up to the one that
// decided.
func (x *explainer) tiers(t *DirectionTrace, tiers []progTier, peer int, peerID PeerID, ownNode Match) {
	decided := false
	next := 0
	for i := range x.m.cluster.Tiers {
		tt := TierTrace{Tier: &x.m.cluster.Tiers[i]}
		if next == len(tiers) || tiers[next].tier != i {
			t.Tiers = append(t.Tiers, tt)
			continue
		}
		pt := &tiers[next]
		next++
		if decided {
			tt.Outcome = NotReached
		}
		traces, o, final := x.ordered(t.Direction, pt, peer, peerID)
		if len(pt.unordered) > 0 {
			more := x.policies(t.Direction, pt.unordered, peer, peerID)
			traces = append(traces, more...)
			o, final = either(o, final, more)
		}
		tt.Policies = traces
		if decided {
			forget(traces)
		} else {
			tt.Outcome, decided = o, final
		}
		if tt.Outcome == ByOpenPoint && pt.isolates == FullMatch && tt.Tier.Unmatched != model.Pass && !passes(&tt) {
			decided = true // by a rule or by isolation, but here
		}
		if tt.Outcome == NotConcerned {
			tt.Outcome = ByNothing
			if sw := x.m.switches.BaselinePerDirection; pt.isolates == NoMatch && pt.beyond != NoMatch && sw != model.Yes {
				tt.Outcome = ByOpenPoint
				if decided = pt.beyond == FullMatch && sw == model.No; decided {
					tt.Outcome = ByOtherDirection
				}
			}
			if pt.isolates != NoMatch {
				tt.Outcome = ByIsolation
				decided = pt.isolates == FullMatch && tt.Tier.Unmatched != model.Pass
			}
			if pt.isolates != NoMatch && tt.Tier.OwnNodeEgress && ownNode == FullMatch {
				tt.Outcome, t.OwnNode = ByOwnNode, true
				decided = pt.isolates == FullMatch
			}
			if pt.isolates == MaybeMatch || tt.Outcome == ByIsolation && tt.Tier.OwnNodeEgress && ownNode == MaybeMatch {
				tt.Outcome = ByOpenPoint
			}
		}
		t.Tiers = append(t.Tiers, tt)
	}
}

// forget takes back that rules decided: their tier is not reached.
func forget(traces []PolicyTrace) {
	for i := range traces {
		for k := range traces[i].Rules {
			traces[i].Rules[k].Decided = false
		}
	}
}

// passes reports whether a rule of a tier may pass the flow on.
func passes(tt *TierTrace) bool {
	return slices.ContainsFunc(tt.Policies, func(p PolicyTrace) bool {
		return slices.ContainsFunc(p.Rules, func(r RuleTrace) bool { return r.Match != NoMatch && r.action() == model.Pass })
	})
}

// ordered traces the policies of a tier that have a place in it, as far as the
// group that decides, and returns how they end and whether that is final.
func (x *explainer) ordered(d model.Direction, t *progTier, peer int, peerID PeerID) (all []PolicyTrace, o Outcome, final bool) {
	for _, group := range t.groups {
		traces := x.policies(d, group, peer, peerID)
		all = append(all, traces...)
		next, last := decide(traces)
		if o != ByOpenPoint {
			o = next
		}
		// What stands behind the deciding group is not reached.
		if last || next == ByPass {
			return all, o, last
		}
	}
	return all, o, false
}

// either returns how a tier ends in which some policies end in one way and the
// place of others is open.
func either(o Outcome, final bool, others []PolicyTrace) (Outcome, bool) {
	switch next, last := decide(others); {
	case next == NotConcerned || next == o:
		return o, final
	case o == NotConcerned:
		return next, last
	default:
		return ByOpenPoint, final && last
	}
}

func (x *explainer) policies(d model.Direction, group []progPolicy, peer int, peerID PeerID) []PolicyTrace {
	traces := make([]PolicyTrace, len(group))
	for k := range group {
		traces[k] = x.policy(d, &group[k], peer, peerID)
	}
	return traces
}

// decide returns how a group of tied policies ends, and whether that is final
// for the direction. NotConcerned means that none of its rules matched. It
// marks the rules that decided.
func decide(group []PolicyTrace) (o Outcome, final bool) {
	var offers []*RuleTrace // each policy's first certain match, and the open ones before it
	certain := NoMatch
	sure := map[*RuleTrace]bool{}
	actions := map[model.Action]bool{}
	for i := range group {
		for k := range group[i].Rules {
			r := &group[i].Rules[k]
			if r.Match == NoMatch {
				continue
			}
			offers = append(offers, r)
			actions[r.action()] = true
			match := min(r.Match, group[i].Subject)
			certain = max(certain, match)
			sure[r] = match == FullMatch
			if r.Match == FullMatch {
				break
			}
		}
	}
	for _, r := range offers {
		r.Decided = certain != FullMatch || sure[r] || len(actions) > 1
	}
	switch {
	case len(offers) == 0:
		return NotConcerned, false
	case certain != FullMatch || len(actions) > 1:
		return ByOpenPoint, certain == FullMatch && !actions[model.Pass]
	case actions[model.Allow]:
		return ByAllow, true
	case actions[model.Deny]:
		return ByDeny, true
	}
	return ByPass, false
}

// action returns what a rule does: one with a peer that cannot be read denies,
// if it does anything (ANP-20).
func (r *RuleTrace) action() model.Action {
	if slices.ContainsFunc(r.Rule.Peers, func(p model.Peer) bool { return p.Kind == model.PeerClosed }) {
		return model.Deny
	}
	return r.Rule.Action
}

// policy tells how each rule of a policy matched.
func (x *explainer) policy(d model.Direction, pp *progPolicy, peer int, peerID PeerID) PolicyTrace {
	policy := &x.m.cluster.Policies[pp.policy]
	t := PolicyTrace{Policy: policy, Subject: pp.subject}
	next := 0
	for i := range policy.Rules {
		r := &policy.Rules[i]
		if r.Direction != d {
			continue
		}
		rt := RuleTrace{Rule: r}
		if t.Rules == nil {
			t.Rules = make([]RuleTrace, 0, len(policy.Rules)-i)
		}
		// Fragments stand in the order of their rules.
		for ; next < len(pp.fragments) && int(pp.fragments[next].rule) <= i; next++ {
			f := &pp.fragments[next]
			if int(f.rule) != i || !f.covers(x.atom) {
				continue
			}
			certain, possible := (truth{x.m.dirs[d].sets, int32(peer)}).of(f)
			switch {
			case certain:
				rt.Match = FullMatch
			case possible:
				rt.Match = max(rt.Match, MaybeMatch)
			}
		}
		rt.Peers = slices.Grow(rt.Peers, len(r.Peers))
		for k := range r.Peers {
			rt.Peers = append(rt.Peers, x.peer(policy, &r.Peers[k], peer, peerID))
		}
		rt.Ports = slices.Grow(rt.Ports, len(r.Ports))
		for _, port := range r.Ports {
			rt.Ports = append(rt.Ports, x.port(port))
		}
		t.Rules = append(t.Rules, rt)
	}
	return t
}
