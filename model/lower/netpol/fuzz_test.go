package netpol_test

import (
	"net/netip"
	"slices"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"netreach/model"
	"netreach/model/lower/netpol"
	"netreach/model/lower/strict"
	"netreach/model/selector"
)

// FuzzLower decodes and lowers any text. Nothing panics, what is refused yields
// no policy, and what is not refused keeps the model's invariants.
func FuzzLower(f *testing.F) {
	for _, seed := range []string{
		`{}`,
		`{metadata: {name: db, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress]}}`,
		`{metadata: {name: db}, spec: {ingress: [{from: [podSelector: {}, namespaceSelector: {}], ports: [{port: 80, endPort: 90}]}]}}`,
		`{metadata: {name: db}, spec: {ingress: [{from: [ipBlock: {cidr: 10.0.0.5/24, except: [10.0.0.0/25, 10.0.0.9/32]}]}]}}`,
		`{metadata: {name: db}, spec: {egress: [{to: [ipBlock: {cidr: "::ffff:10.0.0.0/104", except: ["::ffff:10.1.0.0/112"]}]}]}}`,
		`{metadata: {name: db}, spec: {egress: [{to: [ipBlock: {cidr: "10.0.0.0/16", except: ["::ffff:10.0.0.0/104"]}]}]}}`,
		`{metadata: {name: db}, spec: {egress: [{to: [ipBlock: {cidr: "::/0", except: ["::ffff:0.0.0.0/95", "2001:db8::1/64"]}], ports: [{port: http, protocol: UDP}, {}]}]}}`,
		`{metadata: {name: db}, spec: {podSelector: {matchExpressions: [{key: a, operator: NotIn, values: [b, ""]}, {key: a, operator: Exists}]}}}`,
		`{metadata: {name: DB}, spec: {policyTypes: [Both], ingress: [{from: [{}], ports: [{port: 0}, {endPort: 1}]}]}}`,
	} {
		text, err := yaml.YAMLToJSON([]byte(seed))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	schema := strict.SchemaOf(networkingv1.NetworkPolicy{})
	f.Fuzz(func(t *testing.T, text []byte) {
		var np networkingv1.NetworkPolicy
		if schema.Decode(text, &np) != nil {
			return
		}
		p, diagnostics := netpol.Lower(&np, model.Origin{Kind: "NetworkPolicy"})
		refused := false
		for _, d := range diagnostics {
			refused = refused || d.Severity == model.Error
			if d.Origin.Field == "" || d.Code == "" || d.Text == "" || d.Origin.Kind != "NetworkPolicy" {
				t.Errorf("diagnostic without field, code, text or origin: %+v", d)
			}
		}
		if refused {
			if p.Tier != "" || p.Rules != nil {
				t.Errorf("refused, but lowered: %+v", p)
			}
			return
		}
		checkPolicy(t, p)
	})
}

// checkPolicy checks the invariants that the engine relies on.
func checkPolicy(t *testing.T, p model.Policy) {
	t.Helper()
	if p.Tier != model.TierNetworkPolicy || p.Order != 0 || p.Subject.Namespace == "" || p.Subject.Namespaces.Requirements != nil {
		t.Errorf("tier %q, order %v, subject %v", p.Tier, p.Order, p.Subject)
	}
	if p.Isolates == [model.Directions]bool{} {
		t.Error("isolates in no direction")
	}
	checkSelector(t, p.Subject.Pods)
	for _, r := range p.Rules {
		if r.Action != model.Allow || !p.Isolates[r.Direction] || len(r.Peers) == 0 || len(r.Ports) == 0 {
			t.Errorf("rule %+v", r)
		}
		for _, peer := range r.Peers {
			checkPeer(t, peer)
		}
		for _, m := range r.Ports {
			ok := m.Protocol < model.Protocols
			switch m.Kind {
			case model.PortAny:
				ok = m == model.PortMatch{}
			case model.PortRange:
				ok = ok && m.First >= model.MinPort && m.First <= m.Last && m.Name == ""
			case model.PortNamed:
				ok = ok && m.Name != "" && m.First == 0 && m.Last == 0 && !m.EndPort
			}
			if !ok || m.AnyProtocol {
				t.Errorf("port %+v", m)
			}
		}
	}
}

func checkPeer(t *testing.T, p model.Peer) {
	t.Helper()
	switch p.Kind {
	case model.PeerAny:
	case model.PeerPods:
		if p.Pods.Namespace != "" && !p.Pods.Namespaces.Everything() {
			t.Errorf("both a namespace and a selector of namespaces: %+v", p)
		}
		checkSelector(t, p.Pods.Pods)
		checkSelector(t, p.Pods.Namespaces)
	case model.PeerBlock:
		for _, prefix := range append([]netip.Prefix{p.Block.CIDR}, p.Block.Except...) {
			if !prefix.IsValid() || prefix != prefix.Masked() || prefix.Addr().Is4In6() {
				t.Errorf("prefix %v", prefix)
			}
		}
		for _, e := range p.Block.Except {
			if !p.Block.CIDR.Contains(e.Addr()) || e.Bits() < p.Block.CIDR.Bits() {
				t.Errorf("%v is not within %v", e, p.Block.CIDR)
			}
		}
	case model.PeerNodes, model.PeerNames, model.PeerClosed:
		t.Errorf("a NetworkPolicy has no such peer: %+v", p)
	}
}

func checkSelector(t *testing.T, s selector.Selector) {
	t.Helper()
	if canonical := s.Canonical(); canonical.String() != s.String() {
		t.Errorf("%v is not canonical: %v", s, canonical)
	}
	for _, r := range s.Requirements {
		if takesValues := r.Op == selector.In || r.Op == selector.NotIn; r.Key == "" || takesValues != (len(r.Values) > 0) || !slices.IsSorted(r.Values) {
			t.Errorf("requirement %+v", r)
		}
	}
}
