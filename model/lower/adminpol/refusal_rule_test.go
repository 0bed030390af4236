package adminpol_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
)

// TestRead_RefusedRules: what is wrong with a rule. The nearest that is right
// stands in TestRead_Rules and TestRead_Most.
func TestRead_RefusedRules(t *testing.T) {
	tests := []struct {
		kind kind
		rule string
		want []string
	}{
		// ANP-7, ANP-17, CNP-13: the actions of each kind
		{anp, `{from: [namespaces: {}]}`, []string{
			`spec.ingress[0].action: the action is missing [required] (write Allow, Deny or Pass)`,
		}},
		{anp, `{action: deny, from: [namespaces: {}]}`, []string{
			`spec.ingress[0].action: "deny" is not an action of AdminNetworkPolicy [action] (write Deny: case matters)`,
		}},
		{anp, `{action: Accept, from: [namespaces: {}]}`, []string{
			`spec.ingress[0].action: "Accept" is not an action of AdminNetworkPolicy [action] (write Allow)`,
		}},
		{banp, `{action: Pass, from: [namespaces: {}]}`, []string{
			`spec.ingress[0].action: "Pass" is not an action of BaselineAdminNetworkPolicy [action] (write Allow or Deny)`,
		}},
		{cnp, `{action: allow, from: [namespaces: {}]}`, []string{
			`spec.ingress[0].action: "allow" is not an action of ClusterNetworkPolicy [action] (write Accept)`,
		}},
		{cnp, `{action: Log, from: [namespaces: {}]}`, []string{
			`spec.ingress[0].action: "Log" is not an action of ClusterNetworkPolicy [action] (write Accept, Deny or Pass)`,
		}},
		// ANP-19, CNP-27: the name of a rule, counted in characters
		{cnp, `{name: ` + strings.Repeat("ä", 101) + `, action: Deny, from: [namespaces: {}]}`, []string{
			`spec.ingress[0].name: the name has 101 characters, but at most 100 are allowed [rule-name] (shorten it)`,
		}},
		// ANP-19, CNP-27: at least one peer, and not too many
		{anp, `{action: Deny, from: []}`, []string{
			`spec.ingress[0].from: at least one peer is required [required] (write namespaces: {} for all pods of all namespaces)`,
		}},
		{banp, `{action: Deny}`, []string{
			`spec.egress[0].to: at least one peer is required [required] (write namespaces: {} for all pods of all namespaces)`,
		}},
		{anp, `{action: Deny, to: ` + many(101, `namespaces: {}`) + `}`, []string{
			`spec.egress[0].to: 101 peers, but at most 100 [too-many] (spread them over several rules)`,
		}},
		{cnp, `{action: Deny, from: ` + many(26, `namespaces: {}`) + `}`, []string{
			`spec.ingress[0].from: 26 peers, but at most 25 [too-many] (spread them over several rules)`,
		}},
		// ANP-10, ANP-11, CNP-14, CNP-16: a peer is exactly one thing
		{anp, `{action: Deny, from: [{}, null]}`, []string{
			`spec.ingress[0].from[0]: the peer has neither namespaces nor pods [peer-empty] (write namespaces: {} for all pods of all namespaces)`,
			`spec.ingress[0].from[1]: the peer has neither namespaces nor pods [peer-empty] (write namespaces: {} for all pods of all namespaces)`,
		}},
		{anp, `{action: Deny, to: [{}]}`, []string{
			`spec.egress[0].to[0]: the peer has neither namespaces, pods, nodes, networks nor domainNames [peer-empty] (write namespaces: {} for all pods of all namespaces)`,
		}},
		{banp, `{action: Deny, to: [{}]}`, []string{
			`spec.egress[0].to[0]: the peer has neither namespaces, pods, nodes nor networks [peer-empty] (write namespaces: {} for all pods of all namespaces)`,
		}},
		{cnp, `{action: Deny, to: [{namespaces: {}, nodes: {}, networks: [10.0.0.0/8]}]}`, []string{
			`spec.egress[0].to[0]: the peer has namespaces, nodes and networks, but may have one of them only [peer-mixed] (write them as items of their own, if either is to match)`,
		}},
		{anp, `{action: Deny, from: [{namespaces: {}, pods: {podSelector: {}}}]}`, []string{
			`spec.ingress[0].from[0]: the peer has namespaces and pods, but may have one of them only [peer-mixed] (write them as items of their own, if either is to match)`,
			`spec.ingress[0].from[0].pods.namespaceSelector: the selector is missing [required] (write namespaceSelector: {} for all namespaces)`,
		}},
		// ANP-10, CNP-14: only pods are peers of ingress rules
		{anp, `{action: Deny, from: [networks: [10.0.0.0/8], nodes: {}, domainNames: [a.b]]}`, []string{
			`spec.ingress[0].from[0].networks: unknown field "networks" [unknown-field] (write it in an egress rule: ingress rules are about connections from pods only)`,
			`spec.ingress[0].from[1].nodes: unknown field "nodes" [unknown-field] (write it in an egress rule: ingress rules are about connections from pods only)`,
			`spec.ingress[0].from[2].domainNames: unknown field "domainNames" [unknown-field] (write it in an egress rule of an AdminNetworkPolicy or ClusterNetworkPolicy)`,
		}},
		// ANP-17: the baseline policy knows no domain names
		{banp, `{action: Allow, to: [domainNames: [a.b]]}`, []string{
			`spec.egress[0].to[0].domainNames: unknown field "domainNames" [unknown-field] (write it in an egress rule of an AdminNetworkPolicy or ClusterNetworkPolicy)`,
		}},
		// habits of NetworkPolicy
		{cnp, `{action: Deny, from: [podSelector: {}, namespaceSelector: {}, ipBlock: {cidr: 10.0.0.0/8}]}`, []string{
			`spec.ingress[0].from[0].podSelector: unknown field "podSelector" [unknown-field] (write it below pods, beside a namespaceSelector)`,
			`spec.ingress[0].from[1].namespaceSelector: unknown field "namespaceSelector" [unknown-field] (write it below pods, or write its matchLabels and matchExpressions below namespaces)`,
			`spec.ingress[0].from[2].ipBlock: unknown field "ipBlock" [unknown-field] (write networks: [CIDR, ...], in an egress rule)`,
		}},
		// ANP-18, T-44: the shape of the first versions
		{anp, `{action: Deny, from: [namespaces: {namespaceSelector: {}}, namespaces: {sameLabels: [a]}, pods: {namespaces: {notSameLabels: [a]}, podSelector: {}}]}`, []string{
			`spec.ingress[0].from[0].namespaces.namespaceSelector: the peer has the shape of API versions before v0.1.3: "namespaceSelector" [old-peer-shape] (write its matchLabels and matchExpressions directly below namespaces)`,
			`spec.ingress[0].from[1].namespaces.sameLabels: the peer has the shape of API versions before v0.1.3: "sameLabels" [old-peer-shape] (the API has nothing like it any more: write a policy for each tenant, which selects its namespaces by their labels)`,
			`spec.ingress[0].from[2].pods.namespaces: the peer has the shape of API versions before v0.1.3: "namespaces" [old-peer-shape] (write namespaceSelector instead, with matchLabels and matchExpressions directly below it)`,
		}},
		{banp, `{action: Deny, to: [namespaces: {notSameLabels: [a]}]}`, []string{
			`spec.egress[0].to[0].namespaces.notSameLabels: the peer has the shape of API versions before v0.1.3: "notSameLabels" [old-peer-shape] (the API has nothing like it any more: write a policy for each tenant, which selects its namespaces by their labels)`,
		}},
		// SEL-*: what no implementation can evaluate
		{anp, `{action: Deny, to: [namespaces: {matchExpressions: [{key: a, operator: Is}]}, nodes: {matchLabels: {a: b c}}, pods: {namespaceSelector: {matchLabels: {-: a}}, podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}]}`, []string{
			`spec.egress[0].to[0].namespaces.matchExpressions[0].operator: "Is" is not an operator of a label selector [selector-operator] (write In, NotIn, Exists or DoesNotExist)`,
			`spec.egress[0].to[1].nodes.matchLabels.a: "b c" is not a label value: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character [label-value]`,
			`spec.egress[0].to[2].pods.namespaceSelector.matchLabels.-: "-" is not a label key: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character [label-key]`,
			`spec.egress[0].to[2].pods.podSelector.matchExpressions[0].values: Exists takes no values [selector-values] (leave the values out, or use In)`,
		}},
		// ANP-15, ANP-19, CNP-27: networks
		{cnp, `{action: Deny, to: [networks: []]}`, []string{
			`spec.egress[0].to[0].networks: at least one item is required [required] (name one, or remove the peer)`,
		}},
		{cnp, `{action: Deny, to: [networks: [10.0.0.0/8, "", 10.0.0.1, 10.0.0.0/33, 010.0.0.0/8, 10.0.0.0/08, internet]]}`, []string{
			`spec.egress[0].to[0].networks[1]: "" is not a CIDR [cidr] (write address/length, such as 10.0.0.0/8 or 2001:db8::/32)`,
			`spec.egress[0].to[0].networks[2]: "10.0.0.1" is not a CIDR [cidr] (write 10.0.0.1/32 for the one address)`,
			`spec.egress[0].to[0].networks[3]: "10.0.0.0/33" is not a CIDR [cidr] (the length is at most 32)`,
			`spec.egress[0].to[0].networks[4]: "010.0.0.0/8" has leading zeros [cidr] (write 10.0.0.0/8)`,
			`spec.egress[0].to[0].networks[5]: "10.0.0.0/08" has leading zeros [cidr] (write 10.0.0.0/8)`,
			`spec.egress[0].to[0].networks[6]: "internet" is not a CIDR [cidr] (write address/length, such as 10.0.0.0/8 or 2001:db8::/32)`,
		}},
		{cnp, `{action: Deny, to: [networks: ["::ffff:10.1.0.0/104", "::ffff:1.2.3.4/64", "fe80::1%eth0/64", "2001:0db8:0000:0000:0000:0000:255.255.255.255/128", "2001:0db8:0000:0000:0000:0000:ffff:ffff/128", "2001:0db8:0000:0000:0000:0000:10.20.30.4/128"]]}`, []string{
			`spec.egress[0].to[0].networks[0]: "::ffff:10.1.0.0/104" is an IPv4 address written as IPv6 [cidr] (write 10.0.0.0/8)`,
			`spec.egress[0].to[0].networks[1]: "::ffff:1.2.3.4/64" is an IPv4 address written as IPv6 [cidr] (write it as an IPv4 address)`,
			`spec.egress[0].to[0].networks[2]: "fe80::1%eth0/64" is not a CIDR [cidr] (write address/length, such as 10.0.0.0/8 or 2001:db8::/32)`,
			`spec.egress[0].to[0].networks[3]: "2001:0db8:0000:0000:0000:0000:255.255.255.255/128" has 49 characters, but at most 43 are allowed [cidr] (write 2001:db8::ffff:ffff/128)`,
			`spec.egress[0].to[0].networks[5]: "2001:0db8:0000:0000:0000:0000:10.20.30.4/128" has 44 characters, but at most 43 are allowed [cidr] (write 2001:db8::a14:1e04/128)`,
		}},
		{cnp, `{action: Deny, to: [networks: [10.0.0.0/8, 11.0.0.0/8, 10.0.0.0/8]]}`, []string{
			`spec.egress[0].to[0].networks[2]: "10.0.0.0/8" stands in the list already [duplicate-item] (remove one of the two)`,
		}},
		{anp, `{action: Deny, to: [networks: ` + cidrs(26) + `]}`, []string{
			`spec.egress[0].to[0].networks: 26 items, but at most 25 [too-many] (spread them over several peers)`,
		}},
		// ANP-16, CNP-18: domain names, and only to allow them
		{anp, `{action: Allow, to: [domainNames: []]}`, []string{
			`spec.egress[0].to[0].domainNames: at least one item is required [required] (name one, or remove the peer)`,
		}},
		{anp, `{action: Allow, to: [domainNames: [a.b, a.b, example, "*.com", ""]]}`, []string{
			`spec.egress[0].to[0].domainNames[1]: "a.b" stands in the list already [duplicate-item] (remove one of the two)`,
			`spec.egress[0].to[0].domainNames[2]: "example" is not a domain name [domain-name] (write a name of at least two labels, such as www.example.com, or *.example.com for all names below it)`,
			`spec.egress[0].to[0].domainNames[3]: "*.com" is not a domain name [domain-name] (write a name of at least two labels, such as www.example.com, or *.example.com for all names below it)`,
			`spec.egress[0].to[0].domainNames[4]: "" is not a domain name [domain-name] (write a name of at least two labels, such as www.example.com, or *.example.com for all names below it)`,
		}},
		{cnp, `{action: Accept, to: [domainNames: ` + domains(26) + `]}`, []string{
			`spec.egress[0].to[0].domainNames: 26 items, but at most 25 [too-many] (spread them over several peers)`,
		}},
		{anp, `{action: Deny, to: [domainNames: [a.b]]}`, []string{
			`spec.egress[0].to[0].domainNames: domain names are for rules with action Allow only [domain-names-action] (allow the names that are to be reached, and deny networks after that)`,
		}},
		{cnp, `{action: Pass, to: [domainNames: [a.b]]}`, []string{
			`spec.egress[0].to[0].domainNames: domain names are for rules with action Accept only [domain-names-action] (allow the names that are to be reached, and deny networks after that)`,
		}},
		// ANP-12: exactly one of the three, and what each must have
		{anp, `{action: Deny, from: [namespaces: {}], ports: []}`, []string{
			`spec.ingress[0].ports: at least one item is required [required] (leave it out for all ports of all protocols)`,
		}},
		{anp, `{action: Deny, from: [namespaces: {}], ports: ` + many(101, `namedPort: a`) + `}`, []string{
			`spec.ingress[0].ports: 101 items, but at most 100 [too-many] (spread them over several rules)`,
		}},
		{anp, `{action: Deny, from: [namespaces: {}], ports: [{}, {portNumber: {port: 1}, namedPort: a}, portNumber: {}, portNumber: {port: 0}, portNumber: {port: 65536}]}`, []string{
			`spec.ingress[0].ports[0]: the port has neither portNumber, portRange nor namedPort [port-empty] (write portNumber: {port: 80}, for example)`,
			`spec.ingress[0].ports[1]: the port has portNumber and namedPort, but may have one of them only [port-mixed] (write them as items of their own)`,
			`spec.ingress[0].ports[2].portNumber.port: the number is missing [required] (ports are 1 to 65535)`,
			`spec.ingress[0].ports[3].portNumber.port: 0 is not a port [port-number] (ports are 1 to 65535)`,
			`spec.ingress[0].ports[4].portNumber.port: 65536 is not a port [port-number] (ports are 1 to 65535)`,
		}},
		{anp, `{action: Deny, from: [namespaces: {}], ports: [portNumber: {port: 1, protocol: tcp}, portRange: {start: 1, end: 2, protocol: ""}, namedPort: ""]}`, []string{
			`spec.ingress[0].ports[0].portNumber.protocol: "tcp" is not a protocol that a policy can name [protocol] (write TCP: case matters)`,
			`spec.ingress[0].ports[1].portRange.protocol: "" is not a protocol that a policy can name [protocol] (write TCP, UDP or SCTP)`,
			`spec.ingress[0].ports[2].namedPort: the name is missing [port-name] (up to 15 lower-case letters, digits and single '-', with at least one letter, as in the container's ports)`,
		}},
		{banp, `{action: Deny, from: [namespaces: {}], ports: [portRange: {start: 9}, portRange: {end: 9}, portRange: {start: 9, end: 8}, portRange: {start: 0, end: 0}]}`, []string{
			`spec.ingress[0].ports[0].portRange.end: the number is missing [required] (ports are 1 to 65535)`,
			`spec.ingress[0].ports[1].portRange.start: the number is missing [required] (ports are 1 to 65535)`,
			`spec.ingress[0].ports[2].portRange.end: 8 is below start 9 [port-range] (swap the two values)`,
			`spec.ingress[0].ports[3].portRange.start: 0 is not a port [port-number] (ports are 1 to 65535)`,
			`spec.ingress[0].ports[3].portRange.end: 0 is not a port [port-number] (ports are 1 to 65535)`,
		}},
		// CNP-20: the same in the shape of v1alpha2
		{cnp, `{action: Deny, from: [namespaces: {}], protocols: []}`, []string{
			`spec.ingress[0].protocols: at least one item is required [required] (leave it out for all ports of all protocols)`,
		}},
		{cnp, `{action: Deny, from: [namespaces: {}], protocols: ` + many(26, `destinationNamedPort: a`) + `}`, []string{
			`spec.ingress[0].protocols: 26 items, but at most 25 [too-many] (spread them over several rules)`,
		}},
		{cnp, `{action: Deny, from: [namespaces: {}], protocols: [{}, {tcp: {destinationPort: {number: 1}}, udp: {destinationPort: {number: 1}}}, tcp: {destinationPort: {}}, udp: {destinationPort: {number: 1, range: {start: 1, end: 2}}}]}`, []string{
			`spec.ingress[0].protocols[0]: the protocol has neither tcp, udp, sctp nor destinationNamedPort [protocol-empty] (write tcp: {destinationPort: {number: 80}}, for example)`,
			`spec.ingress[0].protocols[1]: the protocol has tcp and udp, but may have one of them only [protocol-mixed] (write them as items of their own)`,
			`spec.ingress[0].protocols[2].tcp.destinationPort: the port has neither number nor range [port-empty] (write number: 80, for example)`,
			`spec.ingress[0].protocols[3].udp.destinationPort: the port has number and range, but may have one of them only [port-mixed] (write them as items of their own)`,
		}},
		{cnp, `{action: Deny, from: [namespaces: {}], protocols: [tcp: {destinationPort: {number: 0}}, sctp: {destinationPort: {number: 65536}}, destinationNamedPort: ""]}`, []string{
			`spec.ingress[0].protocols[0].tcp.destinationPort.number: 0 is not a port [port-number] (ports are 1 to 65535)`,
			`spec.ingress[0].protocols[1].sctp.destinationPort.number: 65536 is not a port [port-number] (ports are 1 to 65535)`,
			`spec.ingress[0].protocols[2].destinationNamedPort: the name is missing [port-name] (up to 15 lower-case letters, digits and single '-', with at least one letter, as in the container's ports)`,
		}},
		{cnp, `{action: Deny, from: [namespaces: {}], protocols: [tcp: {destinationPort: {range: {}}}, tcp: {destinationPort: {range: {start: 2, end: 1}}}, tcp: {destinationPort: {range: {start: 2, end: 2}}}, tcp: {destinationPort: {range: {start: 0, end: 0}}}]}`, []string{
			`spec.ingress[0].protocols[0].tcp.destinationPort.range.start: the number is missing [required] (ports are 1 to 65535)`,
			`spec.ingress[0].protocols[0].tcp.destinationPort.range.end: the number is missing [required] (ports are 1 to 65535)`,
			`spec.ingress[0].protocols[1].tcp.destinationPort.range.end: 1 is below start 2 [port-range] (swap the two values)`,
			`spec.ingress[0].protocols[2].tcp.destinationPort.range.end: 2 is not above start 2 [port-range] (write number: 2 for a single port)`,
			`spec.ingress[0].protocols[3].tcp.destinationPort.range.start: 0 is not a port [port-number] (ports are 1 to 65535)`,
			`spec.ingress[0].protocols[3].tcp.destinationPort.range.end: 0 is not a port [port-number] (ports are 1 to 65535)`,
		}},
		// the lists have different names
		{anp, `{action: Deny, from: [namespaces: {}], protocols: [tcp: {}]}`, []string{
			`spec.ingress[0].protocols: unknown field "protocols" [unknown-field] (write ports, such as [{portNumber: {protocol: TCP, port: 80}}])`,
		}},
		{cnp, `{action: Deny, from: [namespaces: {}], ports: [portNumber: {port: 1}]}`, []string{
			`spec.ingress[0].ports: unknown field "ports" [unknown-field] (write protocols, such as [{tcp: {destinationPort: {number: 80}}}])`,
		}},
		// ANP-13, CNP-23: only pods name their ports
		{anp, `{action: Deny, to: [namespaces: {}, nodes: {}], ports: [portNumber: {port: 1}, namedPort: a]}`, []string{
			`spec.egress[0].ports: named ports stand beside to[1], which has none [port-name-peer] (give it a rule of its own, with port numbers)`,
		}},
		{banp, `{action: Deny, to: [networks: [10.0.0.0/8]], ports: [namedPort: a]}`, []string{
			`spec.egress[0].ports: named ports stand beside to[0], which has none [port-name-peer] (give it a rule of its own, with port numbers)`,
		}},
		{cnp, `{action: Accept, to: [domainNames: [a.b], networks: [10.0.0.0/8]], protocols: [destinationNamedPort: a]}`, []string{
			`spec.egress[0].protocols: named ports stand beside to[0], which has none [port-name-peer] (give it a rule of its own, with port numbers)`,
			`spec.egress[0].protocols: named ports stand beside to[1], which has none [port-name-peer] (give it a rule of its own, with port numbers)`,
		}},
		// VAL-2: what is misspelt is not missing as well
		{anp, `{Action: Deny, form: [namespaces: {}]}`, []string{
			`spec.egress[0].Action: unknown field "Action" [miscased-field] (did you mean "action"? field names are case-sensitive)`,
			`spec.egress[0].form: unknown field "form" [unknown-field] (the fields here are action, name, ports and to)`,
		}},
		// null is absent
		{anp, `null`, []string{
			`spec.egress[0].action: the action is missing [required] (write Allow, Deny or Pass)`,
			`spec.egress[0].to: at least one peer is required [required] (write namespaces: {} for all pods of all namespaces)`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.kind.name+tt.rule[:min(len(tt.rule), 80)], func(t *testing.T) {
			p, diagnostics := tt.kind.rule(t, tt.rule, false)
			if diff := cmp.Diff(tt.want, lines(diagnostics)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(model.Policy{}, p); diff != "" {
				t.Errorf("a policy with errors was lowered:\n%s", diff)
			}
		})
	}
}
