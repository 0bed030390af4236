package adminpol_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRead_Subjects: who a policy is about, and its place.
func TestRead_Subjects(t *testing.T) {
	tests := []struct {
		kind kind
		spec string
		want string
	}{
		// ANP-2, CNP-4: namespaces by their labels; {} is all of them
		{anp, `{priority: 1, subject: {namespaces: {}}}`, "Admin 1: all pods in any namespace"},
		{anp, `{priority: 1, subject: {namespaces: {matchLabels: {a: b}}}}`, "Admin 1: all pods in namespaces with a=b"},
		{banp, `{subject: {namespaces: {matchExpressions: [{key: a, operator: Exists}]}}}`, "Baseline anywhere: all pods in namespaces with a"},
		// ANP-2, CNP-4: pods, where both selectors must match
		{anp, `{priority: 1, subject: {pods: {namespaceSelector: {}, podSelector: {}}}}`, "Admin 1: all pods in any namespace"},
		{
			cnp, `{tier: Admin, priority: 1, subject: {pods: {namespaceSelector: {matchLabels: {a: b}}, podSelector: {matchLabels: {c: d}}}}}`,
			"Admin 1: pods with c=d in namespaces with a=b",
		},
		// CNP-4: only podSelector is demanded
		{cnp, `{tier: Admin, priority: 1, subject: {pods: {podSelector: {matchLabels: {c: d}}}}}`, "Admin 1: pods with c=d in any namespace"},
		// null is absent
		{
			cnp, `{tier: Admin, priority: 1, subject: {pods: {podSelector: {}, namespaceSelector: null}, namespaces: null}, ingress: null, egress: []}`,
			"Admin 1: all pods in any namespace",
		},
		// ANP-4, CNP-5: from 0 to 1000
		{anp, `{priority: 0, subject: {namespaces: {}}}`, "Admin 0: all pods in any namespace"},
		{anp, `{priority: 1000, subject: {namespaces: {}}}`, "Admin 1000: all pods in any namespace"},
		// CNP-3, CNP-29: ANP and CNP share the Admin tier; the tier of a CNP is given
		{cnp, `{tier: Admin, priority: 0, subject: {namespaces: {}}}`, "Admin 0: all pods in any namespace"},
		{cnp, `{tier: Baseline, priority: 1000, subject: {namespaces: {}}}`, "Baseline 1000: all pods in any namespace"},
		// ANP-17: the baseline policy has no priority, and so no place of its own
		{banp, `{subject: {namespaces: {}}}`, "Baseline anywhere: all pods in any namespace"},
	}
	for _, tt := range tests {
		t.Run(tt.kind.name+tt.spec, func(t *testing.T) {
			p, diagnostics := tt.kind.spec(t, tt.spec)
			if diff := cmp.Diff([]string{tt.want}, summary(p)); diff != "" || diagnostics != nil {
				t.Errorf("policy (-want +got):\n%s\ndiagnostics: %v", diff, lines(diagnostics))
			}
			// ANP-9, CNP-8: nothing isolates
			if p.Isolates[0] || p.Isolates[1] {
				t.Error("isolates")
			}
		})
	}
}

// TestRead_Rules: what one rule becomes.
func TestRead_Rules(t *testing.T) {
	tests := []struct {
		kind kind
		rule string
		want string
	}{
		// ANP-7, CNP-13: the actions, and the two names of Allow (CNP-29)
		{anp, `{action: Allow, from: [namespaces: {}]}`, "ingress[0] allow from[0] all pods in any namespace on *"},
		{anp, `{action: Deny, from: [namespaces: {}]}`, "ingress[0] deny from[0] all pods in any namespace on *"},
		{anp, `{action: Pass, to: [namespaces: {}]}`, "egress[0] pass to[0] all pods in any namespace on *"},
		{banp, `{action: Allow, to: [namespaces: {}]}`, "egress[0] allow to[0] all pods in any namespace on *"},
		{banp, `{action: Deny, from: [namespaces: {}]}`, "ingress[0] deny from[0] all pods in any namespace on *"},
		{cnp, `{action: Accept, from: [namespaces: {}]}`, "ingress[0] allow from[0] all pods in any namespace on *"},
		{cnp, `{action: Deny, from: [namespaces: {}]}`, "ingress[0] deny from[0] all pods in any namespace on *"},
		{cnp, `{action: Pass, from: [namespaces: {}]}`, "ingress[0] pass from[0] all pods in any namespace on *"},
		// the name is kept
		{cnp, `{name: a rule, action: Deny, to: [namespaces: {}]}`, "egress[0] deny to[0] all pods in any namespace on * (a rule)"},

		// ANP-10, CNP-14: peers are pods by the labels of their namespaces, or by
		// their own as well
		{
			anp, `{action: Deny, from: [namespaces: {matchLabels: {a: b}}, pods: {namespaceSelector: {matchLabels: {a: c}}, podSelector: {matchLabels: {d: ""}}}]}`,
			"ingress[0] deny from[0] all pods in namespaces with a=b; from[1] pods with d= in namespaces with a=c on *",
		},
		{
			cnp, `{action: Deny, from: [pods: {podSelector: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}}]}`,
			"ingress[0] deny from[0] pods with a!=b in any namespace on *",
		},
		// ANP-11, ANP-14, CNP-16, CNP-17: nodes by their labels; {} is all of them
		{anp, `{action: Deny, to: [nodes: {matchLabels: {a: b}}, nodes: {}]}`, "egress[0] deny to[0] nodes with a=b; to[1] all nodes on *"},
		{banp, `{action: Deny, to: [nodes: {}]}`, "egress[0] deny to[0] all nodes on *"},
		{cnp, `{action: Pass, to: [nodes: {}]}`, "egress[0] pass to[0] all nodes on *"},
		// ANP-15, CNP-15: networks, of both families
		{
			anp, `{action: Deny, to: [networks: [0.0.0.0/0, "::/0"], networks: [10.0.0.1/32]]}`,
			"egress[0] deny to[0].networks[0] 0.0.0.0/0; to[0].networks[1] ::/0; to[1].networks[0] 10.0.0.1/32 on *",
		},
		{banp, `{action: Allow, to: [networks: [10.0.0.0/8]]}`, "egress[0] allow to[0].networks[0] 10.0.0.0/8 on *"},
		{cnp, `{action: Accept, to: [networks: ["2001:DB8:0::/48"]]}`, "egress[0] allow to[0].networks[0] 2001:db8::/48 on *"},
		// ANP-16, CNP-18: domain names, whose case and last dot do not matter
		{anp, `{action: Allow, to: [domainNames: [www.Example.com, "*.Kubernetes.io."]]}`, "egress[0] allow to[0] names www.example.com *.kubernetes.io on *"},
		{cnp, `{action: Accept, to: [domainNames: [a.b], networks: [10.0.0.0/8]]}`, "egress[0] allow to[0] names a.b; to[1].networks[0] 10.0.0.0/8 on *"},

		// ANP-12: numbers, with TCP unless given
		{
			anp, `{action: Deny, from: [namespaces: {}], ports: [portNumber: {port: 80}, portNumber: {port: 53, protocol: UDP}, portNumber: {port: 9, protocol: SCTP}]}`,
			"ingress[0] deny from[0] all pods in any namespace on 80/tcp 53/udp 9/sctp",
		},
		{anp, `{action: Deny, from: [namespaces: {}], ports: [portNumber: {port: 80, protocol: null}]}`, "ingress[0] deny from[0] all pods in any namespace on 80/tcp"},
		// ANP-12, ANP-19: ranges, which may be of one port
		{
			banp, `{action: Deny, from: [namespaces: {}], ports: [portRange: {start: 80, end: 90}, portRange: {protocol: UDP, start: 1, end: 65535}, portRange: {start: 7, end: 7}]}`,
			"ingress[0] deny from[0] all pods in any namespace on 80-90/tcp */udp 7/tcp",
		},
		// ANP-12, T-45: names, whose number and protocol the destination says
		{anp, `{action: Deny, from: [namespaces: {}], ports: [namedPort: http]}`, "ingress[0] deny from[0] all pods in any namespace on http"},
		{
			anp, `{action: Deny, to: [namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}], ports: [namedPort: http, portNumber: {port: 1}]}`,
			"egress[0] deny to[0] all pods in any namespace; to[1] all pods in any namespace on http 1/tcp",
		},
		// CNP-19: nothing said of protocols is everything
		{cnp, `{action: Deny, from: [namespaces: {}], protocols: null}`, "ingress[0] deny from[0] all pods in any namespace on *"},
		// CNP-20: numbers and ranges of a protocol
		{
			cnp, `{action: Deny, from: [namespaces: {}], protocols: [tcp: {destinationPort: {number: 80}}, udp: {destinationPort: {range: {start: 1, end: 2}}}, sctp: {destinationPort: {range: {start: 1, end: 65535}}}]}`,
			"ingress[0] deny from[0] all pods in any namespace on 80/tcp 1-2/udp */sctp",
		},
		// CNP-22: names
		{cnp, `{action: Deny, to: [namespaces: {}], protocols: [destinationNamedPort: http]}`, "egress[0] deny to[0] all pods in any namespace on http"},
	}
	for _, tt := range tests {
		t.Run(tt.kind.name+tt.rule, func(t *testing.T) {
			p, diagnostics := tt.kind.rule(t, tt.rule, false)
			if diagnostics != nil || len(p.Rules) != 1 {
				t.Fatalf("%d rules, diagnostics: %v", len(p.Rules), lines(diagnostics))
			}
			if diff := cmp.Diff(tt.want, summary(p)[1]); diff != "" {
				t.Errorf("rule (-want +got):\n%s", diff)
			}
			for _, m := range p.Rules[0].Ports {
				if m.EndPort {
					t.Error("a range is taken for an endPort, which some ignore")
				}
			}
		})
	}
}

// TestRead_Order: rules keep their order, each direction by itself (ANP-6,
// CNP-6); a direction without rules is not affected (ANP-9).
func TestRead_Order(t *testing.T) {
	p, diagnostics := cnp.spec(t, `{tier: Admin, priority: 3, subject: {namespaces: {}},
    egress: [{action: Pass, to: [{networks: [10.0.0.0/8]}]}, {action: Deny, to: [{networks: [10.0.0.0/8]}]}],
    ingress: [{action: Deny, from: [{namespaces: {}}]}, {action: Accept, from: [{namespaces: {}}]}, {action: Pass, from: [{namespaces: {}}]}]}`)
	want := []string{
		"Admin 3: all pods in any namespace",
		"ingress[0] deny from[0] all pods in any namespace on *",
		"ingress[1] allow from[0] all pods in any namespace on *",
		"ingress[2] pass from[0] all pods in any namespace on *",
		"egress[0] pass to[0].networks[0] 10.0.0.0/8 on *",
		"egress[1] deny to[0].networks[0] 10.0.0.0/8 on *",
	}
	if diff := cmp.Diff(want, summary(p)); diff != "" || diagnostics != nil {
		t.Errorf("policy (-want +got):\n%s\ndiagnostics: %v", diff, lines(diagnostics))
	}
}
