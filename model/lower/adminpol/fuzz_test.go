package adminpol_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"netreach/model"
	"netreach/model/selector"
)

// FuzzLower reads any text as each of the kinds, strictly and leniently. Nothing
// panics, what is refused yields no policy, what is not refused keeps the model's
// invariants, and leniency changes nothing where nothing is wrong.
func FuzzLower(f *testing.F) {
	for _, seed := range []string{
		`{}`,
		`{metadata: {name: default}, spec: {tier: Admin, priority: 1, subject: {namespaces: {}}}}`,
		`{metadata: {name: default}, spec: {priority: 1, subject: {pods: {namespaceSelector: {matchLabels: {a: b}}, podSelector: {}}}, ingress: [{action: Allow, from: [{namespaces: {}}], ports: [{namedPort: a}, {portRange: {start: 1, end: 2}}]}]}}`,
		`{metadata: {name: default}, spec: {subject: {namespaces: {}}, egress: [{action: Deny, to: [{nodes: {}}, {networks: ["10.0.0.5/8", "::/0", "::ffff:10.0.0.0/104"]}], ports: [{portNumber: {port: 1, protocol: UDP}}]}]}}`,
		`{metadata: {name: default}, spec: {tier: Baseline, priority: 1, subject: {pods: {podSelector: {}}}, egress: [{action: Accept, to: [{domainNames: ["*.a.b."]}, {}], protocols: [{tcp: {}}, {udp: {destinationPort: {range: {start: 1, end: 9}}}}, {icmp: {}}]}]}}`,
		`{metadata: {name: default}, spec: {tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Pass, from: [{pods: {namespaces: {sameLabels: [a]}}}], "a.b": 1, protocols: [{destinationNamedPort: ""}]}], x: 1}}`,
		`{metadata: {name: default}, spec: {priority: 1, subject: {namespaces: {}, "a b": 1}, ingress: [{action: Deny, from: [{namespaces: {matchExpressions: [{key: a, operator: Is}]}}], ports: [{portNumber: {port: 1, protocol: x}}, {portRange: {start: 2, end: 1}}]}]}}`,
	} {
		text, err := yaml.YAMLToJSON([]byte(seed))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, k := range []kind{anp, banp, cnp} {
			strict, problems := k.read(text, k.origin(), false)
			checkPolicy(t, strict, problems)
			for _, r := range strict.Rules {
				if slices.ContainsFunc(r.Peers, closed) {
					t.Errorf("a rule fails closed without leniency: %+v", r)
				}
			}
			lenient, remarks := k.read(text, k.origin(), true)
			checkPolicy(t, lenient, remarks)
			if strict.Tier != "" && (len(problems) != len(remarks) || !slices.Equal(summary(strict), summary(lenient))) {
				t.Errorf("leniency changes what is right:\n%v\n%v", summary(strict), summary(lenient))
			}
			if strict.Tier == "" && lenient.Tier != "" && len(remarks) == 0 {
				t.Error("leniency says nothing of what it lets pass")
			}
		}
	})
}

func closed(p model.Peer) bool { return p.Kind == model.PeerClosed }

// checkPolicy checks the invariants that the engine relies on.
func checkPolicy(t *testing.T, p model.Policy, diagnostics []model.Diagnostic) {
	t.Helper()
	refused := false
	for _, d := range diagnostics {
		refused = refused || d.Severity == model.Error
		if d.Code == "" || d.Text == "" || d.Origin.Kind == "" {
			t.Errorf("diagnostic without code, text or origin: %+v", d)
		}
	}
	if refused != (p.Tier == "") {
		t.Errorf("refused: %v, policy %+v", refused, p)
	}
	if refused {
		if p.Rules != nil {
			t.Errorf("refused, but lowered: %+v", p)
		}
		return
	}
	if p.Tier != model.TierAdmin && p.Tier != model.TierBaseline || p.Order < 0 || p.Order > 1000 || p.Isolates != [model.Directions]bool{} {
		t.Errorf("tier %q, order %v, isolates %v", p.Tier, p.Order, p.Isolates)
	}
	checkPods(t, p.Subject)
	for _, r := range p.Rules {
		checkRule(t, &r)
	}
}

func checkRule(t *testing.T, r *model.Rule) {
	t.Helper()
	if len(r.Peers) == 0 || len(r.Ports) == 0 || r.Origin.Field == "" {
		t.Errorf("rule %+v", r)
	}
	for _, p := range r.Peers {
		checkPeer(t, r, p)
	}
	for _, m := range r.Ports {
		ok := false
		switch m.Kind {
		case model.PortAny:
			ok = m == model.PortMatch{}
		case model.PortRange:
			ok = m.Protocol < model.Protocols && m.First >= model.MinPort && m.First <= m.Last && m.Name == "" && !m.AnyProtocol
		case model.PortNamed:
			ok = m == model.PortMatch{Kind: model.PortNamed, Name: m.Name, AnyProtocol: true} && m.Name != ""
		}
		if !ok || m.EndPort {
			t.Errorf("port %+v", m)
		}
	}
}

func checkPeer(t *testing.T, r *model.Rule, p model.Peer) {
	t.Helper()
	if p.Field == "" || r.Direction == model.Ingress && p.Kind != model.PeerPods && p.Kind != model.PeerClosed {
		t.Errorf("%v peer %+v", r.Direction, p)
	}
	switch p.Kind {
	case model.PeerPods:
		checkPods(t, p.Pods)
	case model.PeerBlock:
		if c := p.Block.CIDR; !c.IsValid() || c != c.Masked() || c.Addr().Is4In6() || p.Block.Except != nil {
			t.Errorf("block %v", p.Block)
		}
	case model.PeerNodes:
		checkSelector(t, p.Nodes)
	case model.PeerNames:
		if len(p.Names) == 0 || r.Action != model.Allow {
			t.Errorf("%v rule with names %q", r.Action, p.Names)
		}
	case model.PeerClosed:
	case model.PeerAny:
		t.Error("no admin policy is about anyone at all")
	}
}

func checkPods(t *testing.T, s model.PodSet) {
	t.Helper()
	if s.Namespace != "" {
		t.Errorf("an admin policy belongs to no namespace: %+v", s)
	}
	checkSelector(t, s.Namespaces)
	checkSelector(t, s.Pods)
}

func checkSelector(t *testing.T, s selector.Selector) {
	t.Helper()
	if canonical := s.Canonical(); canonical.String() != s.String() {
		t.Errorf("%v is not canonical: %v", s, canonical)
	}
}

// TestRead_DomainNames compares the names that pass with the pattern in the
// API's resource definition (ANP-16, CNP-18).
func TestRead_DomainNames(t *testing.T) {
	pattern := regexp.MustCompile(`^(\*\.)?([a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.)+[a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.?$`)
	label := rapid.OneOf(rapid.SampledFrom([]string{"a", "B9", "a-b", "a_b", "0", "_", "^x", "_a"}), rapid.StringMatching(`[-_a-bY-c0*/ é]{0,3}`))
	names := rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom([]string{"", "", "*.", "*", "."}).Draw(t, "head") +
			strings.Join(rapid.SliceOfN(label, 0, 4).Draw(t, "labels"), ".") +
			rapid.SampledFrom([]string{"", "", ".", "..", "\n"}).Draw(t, "tail")
	})
	check := func(t rapid.TB, name string) bool {
		quoted, err := yaml.Marshal([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		list, err := yaml.YAMLToJSON(quoted)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := anp.read([]byte(`{"metadata":{"name":"x"},"spec":{"priority":1,"subject":{"namespaces":{}},"egress":[{"action":"Allow","to":[{"domainNames":`+string(list)+`}]}]}}`), anp.origin(), false)
		got, want := p.Tier != "", pattern.MatchString(name)
		if got != want {
			t.Errorf("%q passes: %v, want %v", name, got, want)
		}
		return got
	}
	rapid.Check(t, func(t *rapid.T) { check(t, names.Draw(t, "name")) })
	for name, want := range map[string]bool{"a.b": true, "*.a-b.c": true, "B9.a_b.": true, "a": false, "*": false, "a..b": false, "-a.b": false} {
		if check(t, name) != want {
			t.Errorf("%q passes: %v", name, !want)
		}
	}
}
