package netpol_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
	"netreach/model/lower/netpol"
)

// lines returns the diagnostics as "field: text [code] (hint)", without what is
// the same for all of them.
func lines(diagnostics []model.Diagnostic) []string {
	var out []string
	for _, d := range diagnostics {
		line := d.Origin.Field + ": " + d.Text + " [" + d.Code + "]"
		if d.Hint != "" {
			line += " (" + d.Hint + ")"
		}
		out = append(out, line)
	}
	return out
}

// TestLower_Refused holds an object of each sort that the API server refuses,
// next to the nearest that it takes: those have no lines.
func TestLower_Refused(t *testing.T) {
	const cidrHint = " (write address/length, such as 10.0.0.0/8 or 2001:db8::/32)"
	tests := []struct {
		spec string
		want []string
	}{
		// NPV-2
		{`{egress: [{ports: [{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}]}]}`, nil},
		{`{egress: [{ports: [{protocol: tcp}, {protocol: ICMP}, {protocol: ""}, {protocol: "UDP "}]}]}`, []string{
			`spec.egress[0].ports[0].protocol: "tcp" is not a protocol that a policy can name [protocol] (write TCP: case matters)`,
			`spec.egress[0].ports[1].protocol: "ICMP" is not a protocol that a policy can name [protocol] (write TCP, UDP or SCTP)`,
			`spec.egress[0].ports[2].protocol: "" is not a protocol that a policy can name [protocol] (write TCP, UDP or SCTP)`,
			`spec.egress[0].ports[3].protocol: "UDP " is not a protocol that a policy can name [protocol] (write UDP: case matters)`,
		}},
		// NPV-3
		{`{egress: [{ports: [{port: 1}, {port: 65535}, {port: 1, endPort: 65535}]}]}`, nil},
		{`{egress: [{ports: [{port: 0}, {port: 65536}, {port: -1}, {port: 1, endPort: 65536}, {port: 0, endPort: 0}]}]}`, []string{
			`spec.egress[0].ports[0].port: 0 is not a port [port-number] (ports are 1 to 65535)`,
			`spec.egress[0].ports[1].port: 65536 is not a port [port-number] (ports are 1 to 65535)`,
			`spec.egress[0].ports[2].port: -1 is not a port [port-number] (ports are 1 to 65535)`,
			`spec.egress[0].ports[3].endPort: 65536 is not a port [port-number] (ports are 1 to 65535)`,
			`spec.egress[0].ports[4].port: 0 is not a port [port-number] (ports are 1 to 65535)`,
			`spec.egress[0].ports[4].endPort: 0 is not a port [port-number] (ports are 1 to 65535)`,
		}},
		// NPV-4
		{`{ingress: [{ports: [{port: a}, {port: a-1}, {port: 1a}, {port: fifteen-letters}]}]}`, nil},
		{`{ingress: [{ports: [{port: "80"}, {port: HTTP}, {port: sixteen-letters-}, {port: -a}, {port: a--b}, {port: "1-2"}, {port: ""}, {port: a_b}]}]}`, []string{
			`spec.ingress[0].ports[0].port: "80" is not a port name: must contain at least one letter (a-z) [port-name] (write 80 without quotes for the port of that number)`,
			`spec.ingress[0].ports[1].port: "HTTP" is not a port name: must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-); must contain at least one letter (a-z) [port-name]` + portNameHint,
			`spec.ingress[0].ports[2].port: "sixteen-letters-" is not a port name: must be no more than 15 characters; must not begin or end with a hyphen [port-name]` + portNameHint,
			`spec.ingress[0].ports[3].port: "-a" is not a port name: must not begin or end with a hyphen [port-name]` + portNameHint,
			`spec.ingress[0].ports[4].port: "a--b" is not a port name: must not contain consecutive hyphens [port-name]` + portNameHint,
			`spec.ingress[0].ports[5].port: "1-2" is not a port name: must contain at least one letter (a-z) [port-name]` + portNameHint,
			`spec.ingress[0].ports[6].port: "" is not a port name: must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-); must contain at least one letter (a-z) [port-name]` + portNameHint,
			`spec.ingress[0].ports[7].port: "a_b" is not a port name: must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-) [port-name]` + portNameHint,
		}},
		// NPV-5
		{`{ingress: [{ports: [{port: 80, endPort: 80}, {port: 80, endPort: 81}]}]}`, nil},
		{`{ingress: [{ports: [{port: 8080, endPort: 80}, {endPort: 80}, {port: http, endPort: 80}]}]}`, []string{
			`spec.ingress[0].ports[0].endPort: 80 is below port 8080 [port-range] (swap the two values, or leave out endPort for a single port)`,
			`spec.ingress[0].ports[1].endPort: 80 ends a range without port [port-range] (give the first port of the range as port)`,
			`spec.ingress[0].ports[2].endPort: 80 ends a range that begins with the port name "http" [port-range] (give port as a number, or leave out endPort)`,
		}},
		// NPV-6
		{`{ingress: [{from: [ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}, {namespaceSelector: {}, podSelector: {}}]}]}`, nil},
		{`{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}], egress: [{to: [{ipBlock: {cidr: x}, namespaceSelector: {}}]}]}`, []string{
			`spec.ingress[0].from[0]: ipBlock stands together with a selector [peer-mixed] (write them as two items of from, if either is to match)`,
			`spec.egress[0].to[0]: ipBlock stands together with a selector [peer-mixed] (write them as two items of to, if either is to match)`,
			`spec.egress[0].to[0].ipBlock.cidr: "x" is not a CIDR [cidr]` + cidrHint,
		}},
		// NPV-7: an empty peer is none, whereas an empty rule is fine
		{`{ingress: [{}], egress: [null]}`, nil},
		{`{ingress: [{from: [{}]}], egress: [{to: [null, {podSelector: null}]}]}`, []string{
			`spec.ingress[0].from[0]: the peer has neither podSelector, namespaceSelector nor ipBlock [peer-empty] (write namespaceSelector: {} for all pods of all namespaces, podSelector: {} for those of this one, or leave out from for anyone at all)`,
			`spec.egress[0].to[0]: the peer has neither podSelector, namespaceSelector nor ipBlock [peer-empty] (write namespaceSelector: {} for all pods of all namespaces, podSelector: {} for those of this one, or leave out to for anyone at all)`,
			`spec.egress[0].to[1]: the peer has neither podSelector, namespaceSelector nor ipBlock [peer-empty] (write namespaceSelector: {} for all pods of all namespaces, podSelector: {} for those of this one, or leave out to for anyone at all)`,
		}},
		// NPV-8
		{`{ingress: [{from: [ipBlock: {cidr: 10.0.0.1/32}, ipBlock: {cidr: "::1/128"}]}]}`, nil},
		{`{ingress: [{from: [ipBlock: {}, ipBlock: {cidr: 10.0.0.1}, ipBlock: {cidr: "::1"}, ipBlock: {cidr: 10.0.0.0/33}, ipBlock: {cidr: "::/129"}, ipBlock: {cidr: 10.0.0.0/255.0.0.0}]}]}`, []string{
			`spec.ingress[0].from[0].ipBlock.cidr: the CIDR is missing [cidr]` + cidrHint,
			`spec.ingress[0].from[1].ipBlock.cidr: "10.0.0.1" is not a CIDR [cidr] (write 10.0.0.1/32 for the one address)`,
			`spec.ingress[0].from[2].ipBlock.cidr: "::1" is not a CIDR [cidr] (write ::1/128 for the one address)`,
			`spec.ingress[0].from[3].ipBlock.cidr: "10.0.0.0/33" is not a CIDR [cidr] (the length is at most 32)`,
			`spec.ingress[0].from[4].ipBlock.cidr: "::/129" is not a CIDR [cidr] (the length is at most 128)`,
			`spec.ingress[0].from[5].ipBlock.cidr: "10.0.0.0/255.0.0.0" is not a CIDR [cidr] (write the length as a number of bits, such as /24)`,
		}},
		{`{ingress: [{from: [ipBlock: {cidr: 10.0.0.0/-1}, ipBlock: {cidr: " 10.0.0.0/8"}, ipBlock: {cidr: 10.0.0/8}, ipBlock: {cidr: fe80::1%eth0/64}, ipBlock: {cidr: "10.0.0.0/8 "}, ipBlock: {cidr: internet}]}]}`, []string{
			`spec.ingress[0].from[0].ipBlock.cidr: "10.0.0.0/-1" is not a CIDR [cidr] (write the length as a number of bits, such as /24)`,
			`spec.ingress[0].from[1].ipBlock.cidr: " 10.0.0.0/8" is not a CIDR [cidr]` + cidrHint,
			`spec.ingress[0].from[2].ipBlock.cidr: "10.0.0/8" is not a CIDR [cidr]` + cidrHint,
			`spec.ingress[0].from[3].ipBlock.cidr: "fe80::1%eth0/64" is not a CIDR [cidr]` + cidrHint,
			`spec.ingress[0].from[4].ipBlock.cidr: "10.0.0.0/8 " is not a CIDR [cidr] (write the length as a number of bits, such as /24)`,
			`spec.ingress[0].from[5].ipBlock.cidr: "internet" is not a CIDR [cidr]` + cidrHint,
		}},
		// NPV-9
		{`{ingress: [{from: [ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/9, 10.255.255.255/32]}]}]}`, nil},
		{`{ingress: [{from: [ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8, 11.0.0.0/16, 0.0.0.0/0, "::/16", 10.0.0.1, ""]}]}]}`, []string{
			`spec.ingress[0].from[0].ipBlock.except[0]: 10.0.0.0/8 is not a part of 10.0.0.0/8 [except-outside] (each except must be a part of cidr, and smaller than it)`,
			`spec.ingress[0].from[0].ipBlock.except[1]: 11.0.0.0/16 is not a part of 10.0.0.0/8 [except-outside] (each except must be a part of cidr, and smaller than it)`,
			`spec.ingress[0].from[0].ipBlock.except[2]: 0.0.0.0/0 is not a part of 10.0.0.0/8 [except-outside] (each except must be a part of cidr, and smaller than it)`,
			`spec.ingress[0].from[0].ipBlock.except[3]: ::/16 is not a part of 10.0.0.0/8 [except-outside] (each except must be a part of cidr, and smaller than it)`,
			`spec.ingress[0].from[0].ipBlock.except[4]: "10.0.0.1" is not a CIDR [cidr] (write 10.0.0.1/32 for the one address)`,
			`spec.ingress[0].from[0].ipBlock.except[5]: the CIDR is missing [cidr]` + cidrHint,
		}},
		// an IPv4-mapped block has a length of 96 and more, which no plain except exceeds
		{`{ingress: [{from: [ipBlock: {cidr: "::ffff:10.0.0.0/104", except: [10.1.0.0/16]}]}]}`, []string{
			`spec.ingress[0].from[0].ipBlock.cidr: ::ffff:10.0.0.0/104 is an IPv4 address written as IPv6, and is read as 10.0.0.0/8 [cidr-mapped] (write 10.0.0.0/8; Kubernetes 1.36 and later refuse it in new objects)`,
			`spec.ingress[0].from[0].ipBlock.except[0]: 10.1.0.0/16 is not a part of ::ffff:10.0.0.0/104 [except-outside] (each except must be a part of cidr, and smaller than it)`,
		}},
		// the excepts of a block that cannot be read are still read
		{`{ingress: [{from: [ipBlock: {except: [10.0.0.0/8, x]}]}]}`, []string{
			`spec.ingress[0].from[0].ipBlock.cidr: the CIDR is missing [cidr]` + cidrHint,
			`spec.ingress[0].from[0].ipBlock.except[1]: "x" is not a CIDR [cidr]` + cidrHint,
		}},
		// NPV-10: operators and values
		{`{podSelector: {matchExpressions: [{key: a, operator: In, values: [b]}, {key: a, operator: Exists, values: []}]}}`, nil},
		{`{podSelector: {matchExpressions: [{key: a, operator: in, values: [b]}, {key: a, operator: Gt, values: ["1"]}, {key: a}]}}`, []string{
			`spec.podSelector.matchExpressions[0].operator: "in" is not an operator of a label selector [selector-operator] (write In: case matters)`,
			`spec.podSelector.matchExpressions[1].operator: "Gt" is not an operator of a label selector [selector-operator] (write In, NotIn, Exists or DoesNotExist)`,
			`spec.podSelector.matchExpressions[2].operator: "" is not an operator of a label selector [selector-operator] (write In, NotIn, Exists or DoesNotExist)`,
		}},
		{`{ingress: [{from: [podSelector: {matchExpressions: [{key: a, operator: In}, {key: a, operator: NotIn, values: []}]}, namespaceSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}, {key: a, operator: DoesNotExist, values: [b]}]}]}]}`, []string{
			`spec.ingress[0].from[0].podSelector.matchExpressions[0].values: In needs values [selector-values] (give at least one value, or use Exists)`,
			`spec.ingress[0].from[0].podSelector.matchExpressions[1].values: NotIn needs values [selector-values] (give at least one value, or use DoesNotExist)`,
			`spec.ingress[0].from[1].namespaceSelector.matchExpressions[0].values: Exists takes no values [selector-values] (leave the values out, or use In)`,
			`spec.ingress[0].from[1].namespaceSelector.matchExpressions[1].values: DoesNotExist takes no values [selector-values] (leave the values out, or use NotIn)`,
		}},
		// NPV-10: keys and values
		{`{podSelector: {matchLabels: {app.kubernetes.io/Part_of.x-1: A.b_c-1, A: "1"}}}`, nil},
		{`{podSelector: {matchLabels: {"": x, "-a": "-", "a/b/c": x, "/a": x, "B.c/a": x, "b/": "x y"}}}`, []string{
			`spec.podSelector.matchLabels[""]: "" is not a label key: name part must be non-empty; name part ` + labelSyntax + ` [label-key]`,
			`spec.podSelector.matchLabels.-a: "-a" is not a label key: name part ` + labelSyntax + ` [label-key]`,
			`spec.podSelector.matchLabels.-a: "-" is not a label value: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character [label-value]`,
			`spec.podSelector.matchLabels["/a"]: "/a" is not a label key: prefix part must be non-empty [label-key]`,
			`spec.podSelector.matchLabels["B.c/a"]: "B.c/a" is not a label key: prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character [label-key]`,
			`spec.podSelector.matchLabels["a/b/c"]: "a/b/c" is not a label key: a valid label key ` + labelSyntax + ` [label-key]`,
			`spec.podSelector.matchLabels["b/"]: "b/" is not a label key: name part must be non-empty; name part ` + labelSyntax + ` [label-key]`,
			`spec.podSelector.matchLabels["b/"]: "x y" is not a label value: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character [label-value]`,
		}},
		{`{podSelector: {matchLabels: {` + strings.Repeat("k", 63) + `: ` + strings.Repeat("v", 63) + `, ` + strings.Repeat("p", 253) + `/k: ""}}}`, nil},
		{`{podSelector: {matchExpressions: [{key: ` + strings.Repeat("k", 64) + `, operator: In, values: [ok, ` + strings.Repeat("v", 64) + `]}]}}`, []string{
			`spec.podSelector.matchExpressions[0].key: "` + strings.Repeat("k", 64) + `" is not a label key: name part must be no more than 63 bytes [label-key]`,
			`spec.podSelector.matchExpressions[0].values[1]: "` + strings.Repeat("v", 64) + `" is not a label value: must be no more than 63 bytes [label-value]`,
		}},
		// values of an operator that takes none are checked as well
		{`{podSelector: {matchExpressions: [{key: "", operator: Exists, values: [a b]}]}}`, []string{
			`spec.podSelector.matchExpressions[0].values: Exists takes no values [selector-values] (leave the values out, or use In)`,
			`spec.podSelector.matchExpressions[0].key: "" is not a label key: name part must be non-empty; name part ` + labelSyntax + ` [label-key]`,
			`spec.podSelector.matchExpressions[0].values[0]: "a b" is not a label value: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character [label-value]`,
		}},
		// NPV-11
		{`{policyTypes: [Ingress, Ingress]}`, nil},
		{`{policyTypes: [ingress, Both, ""], ingress: [{}]}`, []string{
			`spec.policyTypes: 3 entries, but there are only two directions [policy-types] (write each direction once)`,
			`spec.policyTypes[0]: "ingress" is not a direction [policy-types] (write Ingress: case matters)`,
			`spec.policyTypes[1]: "Both" is not a direction [policy-types] (write Ingress or Egress)`,
			`spec.policyTypes[2]: "" is not a direction [policy-types] (write Ingress or Egress)`,
		}},
		{`{policyTypes: [Ingress, Egress, Ingress]}`, []string{
			`spec.policyTypes: 3 entries, but there are only two directions [policy-types] (write each direction once)`,
		}},
		// NPV-12: nothing limits how many there are
		{`{ingress: [` + strings.Repeat(`{from: [podSelector: {}], ports: [{port: 1}]},`, 2000) + `]}`, nil},
		// rules that are ignored must be valid all the same (NP-17)
		{`{policyTypes: [Egress], ingress: [{ports: [{port: 0}]}]}`, []string{
			`spec.ingress[0].ports[0].port: 0 is not a port [port-number] (ports are 1 to 65535)`,
			`spec.ingress: the list has no effect, since spec.policyTypes does not hold Ingress [rule-ignored] (add Ingress to spec.policyTypes, or remove the list)`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.spec[:min(len(tt.spec), 60)], func(t *testing.T) {
			p, diagnostics := netpol.Lower(policy(t, tt.spec), origin)
			if diff := cmp.Diff(tt.want, lines(diagnostics)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
			if refused := p.Tier == ""; refused != (len(tt.want) > 0) {
				t.Errorf("policy = %+v", p)
			}
		})
	}
}

const (
	portNameHint = " (up to 15 lower-case letters, digits and single '-', with at least one letter, as in the container's ports)"
	labelSyntax  = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
)

// TestLower_Names checks the object's own names (NPV-1).
func TestLower_Names(t *testing.T) {
	long := strings.Repeat("a", 253)
	tests := []struct {
		name, generateName, namespace string
		want                          []string
	}{
		{"db", "", "shop", nil},
		{"0.db-1.x", "", "", nil},
		{long, "", "shop", nil},
		{"", "db-", "shop", nil}, // the server appends to it
		{"db", "x", "shop", nil},
		{"db", "-", "shop", []string{`metadata.generateName: "-" does not begin a name for a NetworkPolicy [object-name]` + nameHint}},
		{long + "a", "", "shop", []string{`metadata.name: "` + long + `a" is not a name for a NetworkPolicy [object-name]` + nameHint}},
		{"DB", "", "shop", []string{`metadata.name: "DB" is not a name for a NetworkPolicy [object-name]` + nameHint}},
		{"a_b", "", "shop", []string{`metadata.name: "a_b" is not a name for a NetworkPolicy [object-name]` + nameHint}},
		{"a/b", "", "shop", []string{`metadata.name: "a/b" is not a name for a NetworkPolicy [object-name]` + nameHint}},
		{"-a", "", "shop", []string{`metadata.name: "-a" is not a name for a NetworkPolicy [object-name]` + nameHint}},
		{"a..b", "", "shop", []string{`metadata.name: "a..b" is not a name for a NetworkPolicy [object-name]` + nameHint}},
		{"", "", "shop", []string{`metadata.name: the name is missing [object-name] (give the policy a name)`}},
		{"", "A-", "shop", []string{`metadata.generateName: "A-" does not begin a name for a NetworkPolicy [object-name]` + nameHint}},
		{"db", "", "shop.x", []string{`metadata.namespace: "shop.x" is not a name for a namespace [object-name]` + namespaceHint}},
		{"DB", "", long, []string{
			`metadata.name: "DB" is not a name for a NetworkPolicy [object-name]` + nameHint,
			`metadata.namespace: "` + long + `" is not a name for a namespace [object-name]` + namespaceHint,
		}},
	}
	for _, tt := range tests {
		np := policy(t, `{}`)
		np.Name, np.GenerateName, np.Namespace = tt.name, tt.generateName, tt.namespace
		_, diagnostics := netpol.Lower(np, origin)
		if diff := cmp.Diff(tt.want, lines(diagnostics)); diff != "" {
			t.Errorf("%q, %q, %q (-want +got):\n%s", tt.name, tt.generateName, tt.namespace, diff)
		}
	}
}

const (
	nameHint      = " (lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit, at most 253 in all)"
	namespaceHint = " (lower-case letters, digits and '-', beginning and ending with a letter or digit, at most 63 in all)"
)

// TestLower_Together reports everything that is wrong with one object at once,
// each as a diagnostic that leads to its place.
func TestLower_Together(t *testing.T) {
	np := policy(t, `{
		podSelector: {matchLabels: {a b: c d}, matchExpressions: [{key: x, operator: Is}]},
		policyTypes: [Ingres, Egress],
		ingress: [{from: [{}, {ipBlock: {cidr: 10.0.0.1}, podSelector: {}}], ports: [{port: 8080, endPort: 80}, {protocol: http}]}],
		egress: [{}, {to: [ipBlock: {cidr: 10.0.0.5/24, except: [10.0.1.0/25]}], ports: [{port: "80"}]}],
	}`)
	np.Name = "DB"
	p, diagnostics := netpol.Lower(np, origin)
	want := []string{
		"metadata.name", "spec.policyTypes[0]",
		`spec.podSelector.matchLabels["a b"]`, `spec.podSelector.matchLabels["a b"]`, "spec.podSelector.matchExpressions[0].operator",
		"spec.ingress[0].from[0]", "spec.ingress[0].from[1]", "spec.ingress[0].from[1].ipBlock.cidr",
		"spec.ingress[0].ports[0].endPort", "spec.ingress[0].ports[1].protocol",
		"spec.egress[1].to[0].ipBlock.cidr", "spec.egress[1].to[0].ipBlock.except[0]", "spec.egress[1].ports[0].port",
	}
	var got []string
	for _, d := range diagnostics {
		got = append(got, d.Origin.Field)
		if o := d.Origin.At(""); o != origin {
			t.Errorf("%s: origin %+v", d.Origin.Field, o)
		}
		if warning := d.Code == "cidr-host-bits"; (d.Severity == model.Warning) != warning {
			t.Errorf("severity %v: %v", d.Severity, d)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(model.Policy{}, p); diff != "" {
		t.Errorf("a policy with errors was lowered:\n%s", diff)
	}
	const shown = `db.yaml:4: NetworkPolicy shop/db: spec.ingress[0].ports[0].endPort: 80 is below port 8080   [port-range]
         hint: swap the two values, or leave out endPort for a single port`
	if got := diagnostics[8].String(); got != shown {
		t.Errorf("got  %s\nwant %s", got, shown)
	}
}
