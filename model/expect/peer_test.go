package expect_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"netreach/model/expect"
	"netreach/model/selector"
)

func selectorOf(rs ...selector.Requirement) selector.Selector {
	return selector.Selector{Requirements: rs}
}

func in(key, value string) selector.Requirement {
	return selector.Requirement{Key: key, Op: selector.In, Values: []string{value}}
}

func block(first, last string) expect.Peer {
	return expect.Peer{Kind: expect.Addresses, First: netip.MustParseAddr(first), Last: netip.MustParseAddr(last)}
}

func named(ns, kind, name string) expect.Peer {
	return expect.Peer{Kind: expect.Named, Namespace: ns, ObjectKind: kind, Name: name}
}

func selected(ns string, rs ...selector.Requirement) expect.Peer {
	return expect.Peer{Kind: expect.Selected, Namespace: ns, Labels: selectorOf(rs...)}
}

// ignoreText compares what a peer means, not how it was written.
var ignoreText = cmp.Options{cmpopts.IgnoreFields(expect.Peer{}, "Text"), cmpopts.EquateComparable(netip.Addr{})}

func TestParsePeer(t *testing.T) {
	tests := []struct {
		text, namespace string
		want            expect.Peer
		canonical       string // what String returns; "" means text itself
	}{
		// workloads and pods
		{"shop/db", "", named("shop", "", "db"), ""},
		{"shop/statefulset/db", "", named("shop", "statefulset", "db"), ""},
		{"shop/Rollout/web", "", named("shop", "Rollout", "web"), ""},
		{"shop/web-5d4f8.blue", "", named("shop", "", "web-5d4f8.blue"), ""},
		{"10/8", "", named("10", "", "8"), ""}, // a namespace may be a number; an address has dots
		// a bare name takes the default namespace
		{"db", "", named("default", "", "db"), "default/db"},
		{"db", "shop", named("shop", "", "db"), "shop/db"},
		{"shop/db", "other", named("shop", "", "db"), ""},
		// all pods
		{"shop/*", "", expect.Peer{Kind: expect.AllPods, Namespace: "shop"}, ""},
		{"*/*", "", expect.Peer{Kind: expect.AllPods, Namespace: "*"}, ""},
		// addresses without the pods in them, families, all nodes
		{"outside:10.0.0.0/8", "", expect.Peer{Kind: expect.Addresses, Outside: true, First: netip.MustParseAddr("10.0.0.0"), Last: netip.MustParseAddr("10.255.255.255")}, ""},
		{"outside:::/0", "", expect.Peer{Kind: expect.Addresses, Outside: true, First: netip.MustParseAddr("::"), Last: netip.MustParseAddr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")}, ""},
		{"ipv4:internet", "", expect.Peer{Kind: expect.Internet, Family: 4}, ""},
		{"ipv6:private", "", expect.Peer{Kind: expect.Private, Family: 6}, ""},
		{"node:*", "", expect.Peer{Kind: expect.NodeName, Name: "*"}, ""},
		// selectors: what stands after the first slash holds = or !
		{"shop/app=db", "", selected("shop", in("app", "db")), ""},
		{"shop/app==db", "", selected("shop", in("app", "db")), "shop/app=db"},
		{"*/app=db", "", selected("*", in("app", "db")), ""},
		{"shop/app.kubernetes.io/name=db", "", selected("shop", in("app.kubernetes.io/name", "db")), ""},
		{"shop/tier=data,app=db,tier=data", "", selected("shop", in("app", "db"), in("tier", "data")), "shop/app=db,tier=data"},
		{"shop/role=", "", selected("shop", in("role", "")), ""}, // an empty value is a value (SEL-3)
		{
			"shop/tier!=cache", "",
			selected("shop", selector.Requirement{Key: "tier", Op: selector.NotIn, Values: []string{"cache"}}), "",
		},
		{
			"shop/app=db,tier,!canary", "",
			selected("shop", in("app", "db"), selector.Requirement{Key: "canary", Op: selector.DoesNotExist}, selector.Requirement{Key: "tier", Op: selector.Exists}),
			"shop/app=db,!canary,tier",
		},
		{"shop/!canary", "", selected("shop", selector.Requirement{Key: "canary", Op: selector.DoesNotExist}), ""},
		// without = or ! it is a name, also where a label of that key exists
		{"shop/tier", "", named("shop", "", "tier"), ""},
		// addresses, blocks and ranges
		{"10.0.0.7", "", block("10.0.0.7", "10.0.0.7"), ""},
		{"10.0.0.0/8", "", block("10.0.0.0", "10.255.255.255"), ""},
		{"10.0.0.7/32", "", block("10.0.0.7", "10.0.0.7"), "10.0.0.7"},
		{"0.0.0.0/0", "", block("0.0.0.0", "255.255.255.255"), ""},
		{"10.0.0.7-10.0.0.9", "", block("10.0.0.7", "10.0.0.9"), ""},
		{"10.0.0.0-10.0.0.255", "", block("10.0.0.0", "10.0.0.255"), "10.0.0.0/24"},
		{"2001:db8::7", "", block("2001:db8::7", "2001:db8::7"), ""},
		{"2001:DB8:0::/48", "", block("2001:db8::", "2001:db8:0:ffff:ffff:ffff:ffff:ffff"), "2001:db8::/48"},
		{"::/0", "", block("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ""},
		{"::/80", "", block("::", "::ffff:ffff:ffff"), ""},
		{"fd00::1-fd00::3", "", block("fd00::1", "fd00::3"), ""},
		// an IPv4-mapped address is IPv4 (NP-38)
		{"::ffff:10.0.0.7", "", block("10.0.0.7", "10.0.0.7"), "10.0.0.7"},
		{"::ffff:10.0.0.0/104", "", block("10.0.0.0", "10.255.255.255"), "10.0.0.0/8"},
		{"::ffff:10.0.0.7-10.0.0.9", "", block("10.0.0.7", "10.0.0.9"), "10.0.0.7-10.0.0.9"},
		// nodes, words, Services, routes
		{"node:worker-1.example.com", "", expect.Peer{Kind: expect.NodeName, Name: "worker-1.example.com"}, ""},
		{"internet", "shop", expect.Peer{Kind: expect.Internet}, ""},
		{"private", "shop", expect.Peer{Kind: expect.Private}, ""},
		{"shop/internet", "", named("shop", "", "internet"), ""},
		{"shop/svc/db", "", expect.Peer{Kind: expect.Service, Namespace: "shop", Name: "db"}, ""},
		{"shop/Service/db", "", expect.Peer{Kind: expect.Service, Namespace: "shop", Name: "db"}, "shop/svc/db"},
		{"https://shop.example.com/cart?a=b", "", expect.Peer{Kind: expect.URL}, ""},
		{"http://10.0.0.7:8080", "", expect.Peer{Kind: expect.URL}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := expect.ParsePeer(tt.text, tt.namespace)
			if err != nil {
				t.Fatal(err)
			}
			if got.Text != tt.text {
				t.Errorf("Text is %q", got.Text)
			}
			if diff := cmp.Diff(tt.want, got, ignoreText); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			want := tt.canonical
			if want == "" {
				want = tt.text
			}
			if got.String() != want {
				t.Errorf("String() = %q, want %q", got.String(), want)
			}
			again, err := expect.ParsePeer(got.String(), "elsewhere")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, again, ignoreText); diff != "" {
				t.Errorf("reading %q back, -first +second:\n%s", got.String(), diff)
			}
		})
	}
}

func TestParsePeer_errors(t *testing.T) {
	long := strings.Repeat("a", 64)
	tests := []struct{ text, problem, hint string }{
		{"", `is empty`, `shop/db`},
		{"*", `namespace is missing`, `*/*`},
		{"app=db", `namespace is missing`, `default/app=db`},
		{"!canary", `namespace is missing`, `*/!canary`},
		{"app.kubernetes.io/name=db", `"app.kubernetes.io" is not the name of a namespace`, `default/app.kubernetes.io/name=db`},
		{"/db", `namespace is missing`, ``},
		{"shop/", `name is missing`, `shop/*`},
		{"Shop/db", `"Shop" is not the name of a namespace`, `lower-case`},
		{long + "/db", `is not the name of a namespace`, `63`},
		{"shop/DB", `"DB" is not a name`, `lower case: db`},
		{"shop/web*", `"web*" is not a name`, `shop/*`},
		{"shop/-web", `"-web" is not a name`, `at both ends`},
		{"shop/" + strings.Repeat("a.", 127), `is not a name`, ``},
		{"shop/a,shop/b", `is not a name`, `comma and a space`},
		{"*/db", `a name belongs to one namespace`, `*/app=NAME`},
		{"shop/deployment/web/x", `"web/x" is not a name`, `three parts`},
		{"shop/deploy-ment/web", `"deploy-ment" is not a kind`, `shop/deployment/web`},
		{"shop/deployment/", `"" is not a name`, ``},
		{"shop//web", `"" is not a kind`, ``},
		{"db\t", `holds a space`, ``},
		{"shop/app in (a,b)", `holds a space`, `shop/key=a and shop/key=b`},
		{"shop/app notin (a,b)", `holds a space`, `key!=a,key!=b`},
		{"shop/a, shop/b", `holds a space`, `each peer by itself`},
		{"shop/app=db,", `empty part`, `app=db,tier=data`},
		{"shop/=db", `"" is not the key of a label`, ``},
		{"shop/app===db", `"=db" is not the value of a label`, ``},
		{"shop/a!b", `"a!b" is not the key of a label`, ``},
		{"shop/app=" + long, `is not the value of a label`, `63`},
		{"shop/-app=db", `"-app" is not the key`, ``},
		{"shop/Ex.io/app=db", `"Ex.io/app" is not the key`, ``},
		{"shop/ex.io/=db", `"ex.io/" is not the key`, ``},
		// addresses with a slip are not taken for names
		{"300.0.0.1", `is not an address`, `0 to 255`},
		{"010.0.0.1", `is not an address`, `leading zeros`},
		{"10.0.1", `is not an address`, ``},
		{"10.0/16", `is not an address`, ``},
		{"10.0.0.0/33", `"33" is not a prefix length`, `0 to 32`},
		{"10.0.0.0/08", `"08" is not a prefix length`, ``},
		{"10.0.0.0/-1", `"-1" is not a prefix length`, ``},
		{"fd00::/129", `"129" is not a prefix length`, `0 to 128`},
		{"10.0.0.5/24", `bits beyond the prefix length`, `10.0.0.0/24`},
		{"fd00::5/64", `bits beyond the prefix length`, `fd00::/64`},
		{"::ffff:0.0.0.0/95", `bits beyond the prefix length`, ``},
		{"10.0.0.9-10.0.0.7", `10.0.0.9 is above 10.0.0.7`, `10.0.0.7-10.0.0.9`},
		{"10.0.0.9-fd00::1", `mixes IPv4 and IPv6`, `two ranges`},
		{"::1-::ffff:10.0.0.1", `mixes IPv4 and IPv6`, ``},
		{"10.0.0.1-9", `"9" is not an address`, `10.0.0.1-10.0.0.9`},
		{"fe80::1%eth0", `zone`, `drop`},
		{"fe80::1%eth0/64", `zone`, `drop`},
		{"fe80::1-fe80::2%eth0", `zone`, `drop`},
		{"2001:db8:::7", `is not an IPv6 address`, ``},
		{"[::1]:80", `is not an IPv6 address`, `without brackets`},
		{"shop/web:8080", `holds a colon`, `shop/web 8080`},
		{"web:80", `holds a colon`, `web 80`},
		{"pod:web", `holds a colon`, ``}, // a port named web may be meant, and the hint would say so
		{"node:", `node's name is missing`, `node:worker-1`},
		{"node:Worker", `"Worker" is not the name of a node`, `lower case: worker`},
		{"https://", `host is missing`, ``},
		{"https://a.example.com/%zz", `is not a URL`, ``},
		{"https://a.example.com/,", `ends in a comma`, ``},
		{"ftp://a.example.com", `not a URL`, `http://`},
		{"ipv4:10.0.0.0/8", `has no families`, `ipv4:internet`},
		{"outside:internet", `is not an address`, `outside:10.0.0.0/8`},
		{"outside:", `is not an address`, ``},
		{"@a", `name of a set`, ``},
		{"Internet", `is not a name`, `lower case: internet`},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			_, err := expect.ParsePeer(tt.text, "")
			checkSyntax(t, err, "peer", tt.text, tt.problem, tt.hint)
		})
	}
}

// A default namespace that cannot be one is reported where it is needed.
func TestParsePeer_badDefault(t *testing.T) {
	_, err := expect.ParsePeer("db", "Shop")
	checkSyntax(t, err, "peer", "db", `default namespace "Shop"`, "63")
	if _, err := expect.ParsePeer("shop/db", "Shop"); err != nil {
		t.Error(err)
	}
}

func checkSyntax(t *testing.T, err error, part, text, problem, hint string) {
	t.Helper()
	var syntax *expect.SyntaxError
	if !errors.As(err, &syntax) {
		t.Fatalf("error is %v, want a *SyntaxError", err)
	}
	if syntax.Part != part || syntax.Text != text {
		t.Errorf("error is about %s %q, want %s %q", syntax.Part, syntax.Text, part, text)
	}
	if !strings.Contains(syntax.Problem, problem) {
		t.Errorf("problem is %q, want it to say %q", syntax.Problem, problem)
	}
	if syntax.Hint == "" || !strings.Contains(syntax.Hint, hint) {
		t.Errorf("hint is %q, want it to say %q", syntax.Hint, hint)
	}
	if strings.Contains(syntax.Error(), syntax.Hint) {
		t.Errorf("the error %q repeats its hint", syntax.Error())
	}
}
