package adminpol_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRead_Warned: what does not mean what it looks like, and what the API server
// refuses although its meaning is plain. Both are evaluated.
func TestRead_Warned(t *testing.T) {
	tests := []struct {
		kind kind
		rule string
		want []string
	}{
		// pods without podSelector are all pods
		{anp, `{action: Deny, from: [pods: {namespaceSelector: {matchLabels: {a: b}}}]}`, []string{
			`Admin 5: all pods in any namespace`,
			`ingress[0] deny from[0] all pods in namespaces with a=b on *`,
			`warning: spec.ingress[0].from[0].pods.podSelector: the selector is missing, and all pods are taken to be meant [pod-selector] (write podSelector: {}, since the API server refuses the policy without it)`,
		}},
		{cnp, `{action: Deny, to: [pods: {podSelector: null}]}`, []string{
			`Admin 5: all pods in any namespace`,
			`egress[0] deny to[0] all pods in any namespace on *`,
			`warning: spec.egress[0].to[0].pods.podSelector: the selector is missing, and all pods are taken to be meant [pod-selector] (write podSelector: {}, since the API server refuses the policy without it)`,
		}},
		// but that is said once
		{cnp, `{action: Deny, to: [pods: {}, pods: {}, pods: {podSelector: {}}, pods: {}]}`, []string{
			`Admin 5: all pods in any namespace`,
			`egress[0] deny to[0] all pods in any namespace; to[1] all pods in any namespace; to[2] all pods in any namespace; to[3] all pods in any namespace on *`,
			`warning: spec.egress[0].to[0].pods.podSelector: the selector is missing, and all pods are taken to be meant; so it is in 2 other places of the policy [pod-selector] (write podSelector: {}, since the API server refuses the policy without it)`,
		}},
		// CNP-21: a protocol without ports is all of its ports
		{cnp, `{action: Deny, from: [namespaces: {}], protocols: [tcp: {}, udp: {destinationPort: null}]}`, []string{
			`Admin 5: all pods in any namespace`,
			`ingress[0] deny from[0] all pods in any namespace on */tcp */udp`,
			`warning: spec.ingress[0].protocols[0].tcp: no destinationPort is given, and all ports of tcp are taken to be meant [all-ports] (write destinationPort: {range: {start: 1, end: 65535}}, since the API server refuses the policy without it)`,
			`warning: spec.ingress[0].protocols[1].udp: no destinationPort is given, and all ports of udp are taken to be meant [all-ports] (write destinationPort: {range: {start: 1, end: 65535}}, since the API server refuses the policy without it)`,
		}},
		// ANP-12, CNP-22: a name that no port can have
		{anp, `{action: Deny, from: [namespaces: {}], ports: [namedPort: "80", namedPort: HTTP]}`, []string{
			`Admin 5: all pods in any namespace`,
			`ingress[0] deny from[0] all pods in any namespace on 80 HTTP`,
			`warning: spec.ingress[0].ports[0].namedPort: "80" matches nothing, since no port can have that name: must contain at least one letter (a-z) [port-name] (write portNumber: {port: 80})`,
			`warning: spec.ingress[0].ports[1].namedPort: "HTTP" matches nothing, since no port can have that name: must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-); must contain at least one letter (a-z) [port-name] (up to 15 lower-case letters, digits and single '-', with at least one letter, as in the container's ports)`,
		}},
		{cnp, `{action: Deny, from: [namespaces: {}], protocols: [destinationNamedPort: "80", destinationNamedPort: a--b]}`, []string{
			`Admin 5: all pods in any namespace`,
			`ingress[0] deny from[0] all pods in any namespace on 80 a--b`,
			`warning: spec.ingress[0].protocols[0].destinationNamedPort: "80" matches nothing, since no port can have that name: must contain at least one letter (a-z) [port-name] (write tcp: {destinationPort: {number: 80}})`,
			`warning: spec.ingress[0].protocols[1].destinationNamedPort: "a--b" matches nothing, since no port can have that name: must not contain consecutive hyphens [port-name] (up to 15 lower-case letters, digits and single '-', with at least one letter, as in the container's ports)`,
		}},
		// bits beyond the length of a CIDR
		{cnp, `{action: Deny, to: [networks: [10.0.0.9/8, "2001:db8::1/64"]]}`, []string{
			`Admin 5: all pods in any namespace`,
			`egress[0] deny to[0].networks[0] 10.0.0.0/8; to[0].networks[1] 2001:db8::/64 on *`,
			`warning: spec.egress[0].to[0].networks[0]: 10.0.0.9/8 has bits set beyond its length, and is read as 10.0.0.0/8 [cidr-host-bits] (write 10.0.0.0/8, or 10.0.0.9/32 for the one address)`,
			`warning: spec.egress[0].to[0].networks[1]: 2001:db8::1/64 has bits set beyond its length, and is read as 2001:db8::/64 [cidr-host-bits] (write 2001:db8::/64, or 2001:db8::1/128 for the one address)`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.kind.name+tt.rule, func(t *testing.T) {
			p, diagnostics := tt.kind.rule(t, tt.rule, false)
			if diff := cmp.Diff(tt.want, append(summary(p), lines(diagnostics)...)); diff != "" {
				t.Errorf("policy and diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRead_Lenient: with leniency a rule that cannot be read fails closed, and
// the rest of the policy stands.
func TestRead_Lenient(t *testing.T) {
	tests := []struct {
		kind kind
		rule string
		want []string
	}{
		// ANP-18, T-44
		{anp, `{action: Deny, from: [namespaces: {namespaceSelector: {matchLabels: {a: b}}}]}`, []string{
			`Admin 5: all pods in any namespace`,
			`ingress[0] deny from[0] a peer that cannot be read on *`,
			`warning: spec.ingress[0].from[0].namespaces.namespaceSelector: the peer has the shape of API versions before v0.1.3: "namespaceSelector" [old-peer-shape] (write its matchLabels and matchExpressions directly below namespaces)`,
			`warning: spec.ingress[0]: the rule cannot be read and fails closed: it denies all ingress of its subjects [rule-closed] (correct what is reported of it)`,
		}},
		// ANP-20, CNP-26: no field that is known
		{anp, `{action: Deny, from: [{}]}`, []string{
			`Admin 5: all pods in any namespace`,
			`ingress[0] deny from[0] a peer that cannot be read on *`,
			`warning: spec.ingress[0].from[0]: the peer has neither namespaces nor pods [peer-empty] (write namespaces: {} for all pods of all namespaces)`,
			`warning: spec.ingress[0]: the rule cannot be read and fails closed: it denies all ingress of its subjects [rule-closed] (correct what is reported of it)`,
		}},
		{cnp, `{action: Accept, to: [serviceAccounts: {}, namespaces: {}]}`, []string{
			`Admin 5: all pods in any namespace`,
			`egress[0] allow to[0] a peer that cannot be read; to[1] all pods in any namespace on *`,
			`warning: spec.egress[0].to[0].serviceAccounts: unknown field "serviceAccounts" [unknown-field] (the fields here are domainNames, namespaces, networks, nodes and pods)`,
			`warning: spec.egress[0]: the rule cannot be read and fails closed: it allows nothing [rule-closed] (correct what is reported of it)`,
		}},
		{cnp, `{action: Pass, to: [namespaces: {}, {namespaces: {matchLabel: {a: b}}}]}`, []string{
			`Admin 5: all pods in any namespace`,
			`egress[0] pass to[0] all pods in any namespace; to[1] a peer that cannot be read on *`,
			`warning: spec.egress[0].to[1].namespaces.matchLabel: unknown field "matchLabel" [unknown-field] (did you mean "matchLabels"?)`,
			`warning: spec.egress[0]: the rule cannot be read and fails closed: it denies all egress of its subjects [rule-closed] (correct what is reported of it)`,
		}},
		{banp, `{action: Allow, to: [domainNames: [a.b]]}`, []string{
			`Baseline anywhere: all pods in any namespace`,
			`egress[0] allow to[0] a peer that cannot be read on *`,
			`warning: spec.egress[0].to[0].domainNames: unknown field "domainNames" [unknown-field] (write it in an egress rule of an AdminNetworkPolicy or ClusterNetworkPolicy)`,
			`warning: spec.egress[0]: the rule cannot be read and fails closed: it allows nothing [rule-closed] (correct what is reported of it)`,
		}},
		// elsewhere in the rule
		{cnp, `{action: Deny, from: [namespaces: {}], protocols: [icmp: {}, tcp: {destinationPort: {number: 80}}]}`, []string{
			`Admin 5: all pods in any namespace`,
			`ingress[0] deny from[0] all pods in any namespace; protocols[0].icmp a peer that cannot be read on *`,
			`warning: spec.ingress[0].protocols[0].icmp: unknown field "icmp" [unknown-field] (the fields here are destinationNamedPort, sctp, tcp and udp)`,
			`warning: spec.ingress[0]: the rule cannot be read and fails closed: it denies all ingress of its subjects [rule-closed] (correct what is reported of it)`,
		}},
		{anp, `{action: Allow, from: [namespaces: {}], ports: [{portNumber: {port: 80, endPort: 90}}]}`, []string{
			`Admin 5: all pods in any namespace`,
			`ingress[0] allow from[0] all pods in any namespace; ports[0].portNumber.endPort a peer that cannot be read on *`,
			`warning: spec.ingress[0].ports[0].portNumber.endPort: unknown field "endPort" [unknown-field] (the fields here are port and protocol)`,
			`warning: spec.ingress[0]: the rule cannot be read and fails closed: it allows nothing [rule-closed] (correct what is reported of it)`,
		}},
		{anp, `{action: Deny, to: [namespaces: {}], until: tomorrow, "a.b c": 1}`, []string{
			`Admin 5: all pods in any namespace`,
			`egress[0] deny to[0] all pods in any namespace; ["a.b c"] a peer that cannot be read on *`,
			`warning: spec.egress[0]["a.b c"]: unknown field "a.b c" [unknown-field] (the fields here are action, name, ports and to)`,
			`warning: spec.egress[0].until: unknown field "until" [unknown-field] (the fields here are action, name, ports and to)`,
			`warning: spec.egress[0]: the rule cannot be read and fails closed: it denies all egress of its subjects [rule-closed] (correct what is reported of it)`,
		}},
		{cnp, `{action: Deny, form: [namespaces: {}]}`, []string{
			`Admin 5: all pods in any namespace`,
			`egress[0] deny form a peer that cannot be read on *`,
			`warning: spec.egress[0].form: unknown field "form" [unknown-field] (the fields here are action, name, protocols and to)`,
			`warning: spec.egress[0]: the rule cannot be read and fails closed: it denies all egress of its subjects [rule-closed] (correct what is reported of it)`,
		}},
		// what the API server lets pass, but nobody can evaluate
		{anp, `{action: Deny, from: [namespaces: {matchExpressions: [{key: a, operator: Is}]}, namespaces: {}]}`, []string{
			`Admin 5: all pods in any namespace`,
			`ingress[0] deny from[0] a peer that cannot be read; from[1] all pods in any namespace on *`,
			`warning: spec.ingress[0].from[0].namespaces.matchExpressions[0].operator: "Is" is not an operator of a label selector [selector-operator] (write In, NotIn, Exists or DoesNotExist)`,
			`warning: spec.ingress[0]: the rule cannot be read and fails closed: it denies all ingress of its subjects [rule-closed] (correct what is reported of it)`,
		}},
		{anp, `{action: Deny, from: [namespaces: {}], ports: [portNumber: {port: 1, protocol: ICMP}]}`, []string{
			`Admin 5: all pods in any namespace`,
			`ingress[0] deny from[0] all pods in any namespace; ports[0].portNumber.protocol a peer that cannot be read on *`,
			`warning: spec.ingress[0].ports[0].portNumber.protocol: "ICMP" is not a protocol that a policy can name [protocol] (write TCP, UDP or SCTP)`,
			`warning: spec.ingress[0]: the rule cannot be read and fails closed: it denies all ingress of its subjects [rule-closed] (correct what is reported of it)`,
		}},
		{anp, `{action: Allow, from: [namespaces: {}], ports: [namedPort: ""]}`, []string{
			`Admin 5: all pods in any namespace`,
			`ingress[0] allow from[0] all pods in any namespace; ports[0].namedPort a peer that cannot be read on *`,
			`warning: spec.ingress[0].ports[0].namedPort: the name is missing [port-name] (up to 15 lower-case letters, digits and single '-', with at least one letter, as in the container's ports)`,
			`warning: spec.ingress[0]: the rule cannot be read and fails closed: it allows nothing [rule-closed] (correct what is reported of it)`,
		}},
		{anp, `{action: Deny, from: [namespaces: {}], ports: [portRange: {start: 9, end: 8}]}`, []string{
			`Admin 5: all pods in any namespace`,
			`ingress[0] deny from[0] all pods in any namespace; ports[0].portRange.end a peer that cannot be read on *`,
			`warning: spec.ingress[0].ports[0].portRange.end: 8 is below start 9 [port-range] (swap the two values)`,
			`warning: spec.ingress[0]: the rule cannot be read and fails closed: it denies all ingress of its subjects [rule-closed] (correct what is reported of it)`,
		}},
		{anp, `{action: Pass, to: [domainNames: [a.b]]}`, []string{
			`Admin 5: all pods in any namespace`,
			`egress[0] pass to[0] a peer that cannot be read on *`,
			`warning: spec.egress[0].to[0].domainNames: domain names are for rules with action Allow only [domain-names-action] (allow the names that are to be reached, and deny networks after that)`,
			`warning: spec.egress[0]: the rule cannot be read and fails closed: it denies all egress of its subjects [rule-closed] (correct what is reported of it)`,
		}},
		// what the API server refuses is refused
		{anp, `{action: Deny, from: [{namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}]}`, []string{
			`spec.ingress[0].from[0]: the peer has namespaces and pods, but may have one of them only [peer-mixed] (write them as items of their own, if either is to match)`,
		}},
		{cnp, `{action: Deny, from: [namespaces: {}], protocols: [icmp: {}, {}]}`, []string{
			`warning: spec.ingress[0].protocols[0].icmp: unknown field "icmp" [unknown-field] (the fields here are destinationNamedPort, sctp, tcp and udp)`,
			`spec.ingress[0].protocols[1]: the protocol has neither tcp, udp, sctp nor destinationNamedPort [protocol-empty] (write tcp: {destinationPort: {number: 80}}, for example)`,
		}},
		{anp, `{Action: Deny, from: [namespaces: {}]}`, []string{
			`warning: spec.ingress[0].Action: unknown field "Action" [miscased-field] (did you mean "action"? field names are case-sensitive)`,
			`spec.ingress[0].action: the action is missing [required] (write Allow, Deny or Pass)`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.kind.name+tt.rule, func(t *testing.T) {
			p, diagnostics := tt.kind.rule(t, tt.rule, true)
			if diff := cmp.Diff(tt.want, append(summary(p), lines(diagnostics)...)); diff != "" {
				t.Errorf("policy and diagnostics (-want +got):\n%s", diff)
			}
			// without leniency nothing of it is let pass
			p, diagnostics = tt.kind.rule(t, tt.rule, false)
			if p.Tier != "" {
				t.Errorf("not refused: %v", lines(diagnostics))
			}
		})
	}
}

// TestRead_LenientElsewhere: outside of rules unknown fields are left out, as by
// an API server that is not strict; but whom a policy is about must be known.
func TestRead_LenientElsewhere(t *testing.T) {
	tests := []struct {
		kind kind
		text string
		want []string
	}{
		{anp, `{metadata: {name: x}, spec: {priority: 1, subject: {namespaces: {}}, Ingress: [{}]}, data: {}}`, []string{
			`Admin 1: all pods in any namespace`,
			`warning: data: unknown field "data" is left out: verdicts may be wrong [unknown-field] (the fields here are apiVersion, kind, metadata and spec)`,
			`warning: spec.Ingress: unknown field "Ingress" is left out: verdicts may be wrong [miscased-field] (did you mean "ingress"? field names are case-sensitive)`,
		}},
		// what is needed is not there, whatever was meant by the unknown field
		{cnp, `{metadata: {name: x}, spec: {teir: Admin, Priority: 1, subject: {namespaces: {}}}}`, []string{
			`warning: spec.Priority: unknown field "Priority" is left out: verdicts may be wrong [miscased-field] (did you mean "priority"? field names are case-sensitive)`,
			`warning: spec.teir: unknown field "teir" is left out: verdicts may be wrong [unknown-field] (did you mean "tier"?)`,
			`spec.tier: the tier is missing [required] (write tier: Admin, or Baseline to come after NetworkPolicies)`,
			`spec.priority: the priority is missing [required] (write priority: 0 to 1000; the lowest comes first)`,
		}},
		{banp, `{metadata: {name: default}, spec: {subject: {namespaces: {namespaceSelector: {}}}}}`, []string{
			`spec.subject.namespaces.namespaceSelector: unknown field "namespaceSelector" [unknown-field] (the fields here are matchExpressions and matchLabels)`,
		}},
		{banp, `{metadata: {name: default}, spec: {subject: {namespaces: {}, "a b": 1}}}`, []string{
			`spec.subject["a b"]: unknown field "a b" [unknown-field] (the fields here are namespaces and pods)`,
		}},
		// the labels of a subject that nobody can evaluate
		{banp, `{metadata: {name: default}, spec: {subject: {namespaces: {matchExpressions: [{key: a, operator: Is}]}}}}`, []string{
			`spec.subject.namespaces.matchExpressions[0].operator: "Is" is not an operator of a label selector [selector-operator] (write In, NotIn, Exists or DoesNotExist)`,
		}},
		// what is wrong with one rule has no bearing on the next
		{anp, `{metadata: {name: x}, spec: {priority: 1, subject: {namespaces: {}}, egress: [{action: Allow, to: [{}]}, {action: Allow, to: [{nodes: {}}]}]}}`, []string{
			`Admin 1: all pods in any namespace`,
			`egress[0] allow to[0] a peer that cannot be read on *`,
			`egress[1] allow to[0] all nodes on *`,
			`warning: spec.egress[0].to[0]: the peer has neither namespaces, pods, nodes, networks nor domainNames [peer-empty] (write namespaces: {} for all pods of all namespaces)`,
			`warning: spec.egress[0]: the rule cannot be read and fails closed: it allows nothing [rule-closed] (correct what is reported of it)`,
		}},
		// what is no JSON of the kind at all
		{anp, `{metadata: {name: x}, spec: {priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: {namespaces: {}}, foo: 1}]}}`, []string{
			`warning: spec.ingress[0].foo: unknown field "foo" [unknown-field] (the fields here are action, from, name and ports)`,
			`spec.ingress[0].from: must be a list, found a mapping [wrong-type] (put "- " before it to make it an item of a list)`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.kind.name+tt.text, func(t *testing.T) {
			p, diagnostics := tt.kind.object(t, tt.text, true)
			if diff := cmp.Diff(tt.want, append(summary(p), lines(diagnostics)...)); diff != "" {
				t.Errorf("policy and diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}
