package route_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"netreach/model"
	"netreach/model/expect"
	"netreach/model/load"
)

// check reads manifests and holds the answers to lines such as
// "allow a/cli -> a/svc/web 80". Where a line ends in "; TEXT", some note of the
// answer or of its hops holds TEXT.
func check(t *testing.T, opts model.Options, manifests string, lines ...string) {
	t.Helper()
	m, a := compile(t, clusterOf(t, manifests), opts)
	for _, text := range lines {
		text, note, _ := strings.Cut(text, "; ")
		line, err := expect.ParseLine(text, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, src := range line.Src {
			for _, dst := range line.Dst {
				for _, port := range line.Ports {
					got := ask(t, m, a, src, dst, port)
					if got.Verdict != line.Verdict {
						t.Errorf("%s %s -> %s %s, want %s\n%s", got.Verdict, src.Text, dst.Text, port, line.Verdict, describe(&got))
					} else if !strings.Contains(describe(&got), note) {
						t.Errorf("%s -> %s %s: no word of %q\n%s", src.Text, dst.Text, port, note, describe(&got))
					}
				}
			}
		}
	}
}

// clusterOf reads manifests.
func clusterOf(t *testing.T, manifests string) *model.Cluster {
	t.Helper()
	cluster, ds, err := load.Read(load.Options{FS: fstest.MapFS{"a.yaml": {Data: []byte(manifests)}}}, "a.yaml")
	if err != nil || cluster == nil {
		t.Fatal(err, ds)
	}
	return cluster
}

func join(docs ...string) string { return strings.Join(docs, "---\n") }

func pod(ns, name, rest string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata: {namespace: " + ns + ", name: " + name + ", labels: {app: " + name + "}}\n" + rest + "\n"
}

func service(ns, name, spec string) string {
	return "apiVersion: v1\nkind: Service\nmetadata: {namespace: " + ns + ", name: " + name + "}\nspec: {" + spec + "}\n"
}

func policy(ns, name, spec string) string {
	return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: " + ns + ", name: " + name + "}\nspec: {" + spec + "}\n"
}

// resolving lets every pod ask for names.
var resolving = join(
	pod("kube-system", "dns", "spec: {containers: [{name: c, ports: [{name: dns, containerPort: 53, protocol: UDP}]}]}\nstatus: {podIP: 10.1.0.53}"),
	service("kube-system", "kube-dns", "clusterIP: 10.96.0.10, selector: {app: dns}, ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53}]"),
)

func TestServiceRules(t *testing.T) {
	web := pod("a", "web", "spec: {nodeName: n1, containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}\nstatus: {podIP: 10.1.0.1}")
	cli := pod("a", "cli", "spec: {nodeName: n2}\nstatus: {podIP: 10.1.0.9}")
	tests := []struct {
		name, manifests string
		lines           []string
	}{
		{
			"no policy selects a Service: its labels are of no account (SVC-1)",
			join(resolving, web, cli, "apiVersion: v1\nkind: Service\nmetadata: {namespace: a, name: web, labels: {app: shut}}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}\n",
				policy("a", "shut", "podSelector: {matchLabels: {app: shut}}, policyTypes: [Ingress]"), policy("a", "web", "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: cli}}}]}]")),
			[]string{"allow a/cli -> a/svc/web 80"},
		},
		{
			"an alias of another Service leads there, and one of itself nowhere (SVC-12)",
			join(resolving, web, cli, service("a", "web", "selector: {app: web}, ports: [{port: 80, targetPort: http}]"),
				service("b", "alias", "type: ExternalName, externalName: web.a.svc.cluster.local"),
				service("b", "loop", "type: ExternalName, externalName: loop.b.svc.cluster.local"),
				service("b", "lost", "type: ExternalName, externalName: nobody.a.svc.cluster.local"),
				policy("a", "web", "podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 8080}]}]")),
			[]string{"allow a/cli -> b/svc/alias 80", "none a/cli -> b/svc/alias 81", "none a/cli -> b/svc/loop, b/svc/lost 80", "none internet -> b/svc/alias 80; within the cluster only"},
		},
		{
			"a name outside is open where its addresses differ (SVC-12)",
			join(resolving, cli, service("a", "bank", "type: ExternalName, externalName: bank.example.com"),
				policy("a", "out", "podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}, {to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 443}]}]")),
			[]string{"unknown a/cli -> a/svc/bank 443; depends on the address", "deny a/cli -> a/svc/bank 80"},
		},
		{
			"slices go before the selector, with a word where they differ (SVC-13)",
			join(resolving, web, cli, pod("a", "old", "status: {podIP: 10.1.0.2}"), service("a", "web", "selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]"),
				"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {namespace: a, name: web-1, labels: {kubernetes.io/service-name: web}}\naddressType: IPv4\nports: [{name: http, port: 8080}]\nendpoints: [{addresses: [10.1.0.2]}]\n",
				policy("a", "old", "podSelector: {matchLabels: {app: old}}, policyTypes: [Ingress]")),
			[]string{"deny a/cli -> a/svc/web 80; list other endpoints"},
		},
		{
			"the endpoints of a Service without selector may not be in the input (SVC-13)",
			join(resolving, cli, service("a", "db", "ports: [{port: 5432}]")),
			[]string{"unknown a/cli -> a/svc/db 5432; not in the input"},
		},
		{
			"an Endpoints object is as good as a slice, and an address of a pod is the pod (SVC-13)",
			join(resolving, web, cli, service("b", "db", "ports: [{port: 80}]"), "apiVersion: v1\nkind: Endpoints\nmetadata: {namespace: b, name: db}\nsubsets: [{addresses: [{ip: 10.1.0.1}], ports: [{port: 8080}]}]\n",
				policy("a", "web", "podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]")),
			[]string{"deny a/cli -> b/svc/db 80"},
		},
		{
			"traffic Local with pods whose node is not known, and with a DaemonSet (SVC-14)",
			join(resolving, cli, pod("a", "adrift", ""), service("a", "adrift", "selector: {app: adrift}, internalTrafficPolicy: Local, ports: [{port: 80}]"),
				"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {namespace: a, name: agent}\nspec: {selector: {matchLabels: {app: agent}}, template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: c}]}}}\n",
				service("a", "agent", "selector: {app: agent}, internalTrafficPolicy: Local, ports: [{port: 80}]")),
			[]string{"unknown a/cli -> a/svc/adrift 80; not in the input (SVC-14)", "allow a/cli -> a/svc/agent 80"},
		},
		{
			"topology hints and affinity are of no account: any endpoint may be chosen (SVC-16, SVC-22)",
			join(resolving, web, cli, pod("a", "two", "status: {podIP: 10.1.0.3}"), "apiVersion: v1\nkind: Service\nmetadata: {namespace: a, name: web, annotations: {service.kubernetes.io/topology-mode: Auto}}\nspec: {trafficDistribution: PreferClose, sessionAffinity: ClientIP, ports: [{port: 80}]}\n",
				"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {namespace: a, name: web-1, labels: {kubernetes.io/service-name: web}}\naddressType: IPv4\nports: [{name: '', port: 8080}]\nendpoints: [{addresses: [10.1.0.1], hints: {forZones: [{name: z1}]}}, {addresses: [10.1.0.3], hints: {forZones: [{name: z2}]}}]\n",
				policy("a", "two", "podSelector: {matchLabels: {app: two}}, policyTypes: [Ingress]")),
			[]string{"some a/cli -> a/svc/web 80"},
		},
		{
			"a node port that the input does not tell is that of the Service, and a balancer may have none (SVC-18, SVC-19)",
			join(web, service("a", "node", "type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]"),
				service("a", "lb", "type: LoadBalancer, allocateLoadBalancerNodePorts: false, selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]")),
			[]string{"allow 8.8.8.8 -> a/svc/node 80; on a port that is not in the input", "none 8.8.8.8 -> a/svc/node 30080", "allow 8.8.8.8 -> a/svc/lb 80; no status yet", "none 8.8.8.8 -> a/svc/lb 30080"},
		},
		{
			"an alias is followed as it stands: the search list completes no alias (SVC-12)",
			join(resolving, web, cli, service("a", "web", "selector: {app: web}, ports: [{port: 80, targetPort: http}]"), service("b", "short", "type: ExternalName, externalName: web.a"),
				policy("a", "cli", "podSelector: {matchLabels: {app: cli}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}]")),
			[]string{"deny a/cli -> b/svc/short 80"},
		},
		{
			"without nodes in the input it is open which address a client gets instead of its own (SVC-17)",
			join(web, service("a", "web", "type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]"),
				policy("a", "web", "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: 172.16.0.0/12}}, {ipBlock: {cidr: 8.8.8.8/32}}]}]")),
			[]string{"unknown 8.8.8.8 -> a/svc/web 80", "some 9.9.9.9 -> a/svc/web 80"},
		},
		{
			"one family of Service, one family of addresses (SVC-24)",
			join(resolving, pod("a", "dual", "status: {podIPs: [{ip: 10.1.0.1}, {ip: 'fd00::1'}]}"), pod("a", "six", "status: {podIPs: [{ip: 'fd00::2'}]}"), pod("a", "both", "status: {podIPs: [{ip: 10.1.0.9}, {ip: 'fd00::9'}]}"),
				service("a", "four", "ipFamilies: [IPv4], selector: {app: dual}, ports: [{port: 80}]"), service("a", "six", "ipFamilies: [IPv6], selector: {app: dual}, ports: [{port: 80}]"),
				service("a", "two", "ipFamilies: [IPv4, IPv6], selector: {app: dual}, ports: [{port: 80}]"), service("a", "none", "ipFamilies: [IPv4], selector: {app: six}, ports: [{port: 80}]"),
				policy("a", "dual", "podSelector: {matchLabels: {app: dual}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]")),
			[]string{"allow a/both -> a/svc/four 80", "deny a/both -> a/svc/six 80", "some a/both -> a/svc/two 80", "none a/both -> a/svc/none 80"},
		},
		{
			"whether source ranges hold for pods that dial the load balancer is up to the proxy, and its Service has none (SVC-19)",
			join(web, cli, service("a", "web", "type: LoadBalancer, clusterIP: 10.96.0.7, loadBalancerSourceRanges: [203.0.113.0/24, 10.1.0.1/32], externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80, targetPort: http}]}\nstatus: {loadBalancer: {ingress: [{ip: 198.51.100.1}]}")),
			[]string{"allow 203.0.113.7 -> 198.51.100.1 80", "deny 8.8.8.8 -> 198.51.100.1 80", "unknown a/cli -> 198.51.100.1 80; up to the proxy", "allow a/web -> 198.51.100.1 80", "unknown a/* -> 198.51.100.1 80", "allow a/cli -> 10.96.0.7, a/svc/web 80"},
		},
		{
			"Services may share an address, and an external one is itself on other ports (SVC-19, SVC-23)",
			join(web, cli, pod("a", "shut", ""), "apiVersion: v1\nkind: Node\nmetadata: {name: n9}\nstatus: {addresses: [{type: InternalIP, address: 172.18.0.9}]}\n",
				service("a", "shut", "type: LoadBalancer, selector: {app: shut}, ports: [{port: 443}]}\nstatus: {loadBalancer: {ingress: [{ip: 198.51.100.1}]}"), service("a", "web", "type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: http}]}\nstatus: {loadBalancer: {ingress: [{ip: 198.51.100.1}]}"),
				service("b", "one", "externalIPs: [172.18.0.9]"+", selector: {app: none}, ports: [{port: 80}]"), service("b", "two", "type: NodePort, selector: {app: none}, ports: [{port: 81, nodePort: 30081}]"),
				policy("a", "shut", "podSelector: {matchLabels: {app: shut}}, policyTypes: [Ingress]")),
			[]string{"allow a/cli -> 198.51.100.1 80", "deny a/cli -> 198.51.100.1 443", "some a/cli -> 198.51.100.1 *", "none a/cli -> 198.51.100.1 81", "none a/cli -> 172.18.0.9 80", "none a/cli -> 172.18.0.9 30081; Service b/two", "none a/cli -> 172.18.0.9 *; is itself"},
		},
		{
			"who dials an address has chosen a family (SVC-24)",
			join(resolving, pod("a", "dual", "status: {podIPs: [{ip: 10.1.0.1}, {ip: 'fd00::1'}]}"), pod("a", "both", "status: {podIPs: [{ip: 10.1.0.9}, {ip: 'fd00::9'}]}"),
				"apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {addresses: [{type: InternalIP, address: 172.18.0.2}, {type: InternalIP, address: 'fd00:18::2'}]}\n",
				service("a", "two", "type: NodePort, ipFamilies: [IPv4, IPv6], clusterIPs: [10.96.0.7, 'fd00:96::7'], externalIPs: [198.51.100.1], selector: {app: dual}, ports: [{port: 80, nodePort: 30080}]"),
				policy("a", "dual", "podSelector: {matchLabels: {app: dual}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}, {ipBlock: {cidr: 172.18.0.0/16}}]}]")),
			[]string{"some a/both -> a/svc/two 80", "allow a/both -> 10.96.0.7, 198.51.100.1, http://10.96.0.7 80", "deny a/both -> fd00:96::7, http://[fd00:96::7] 80", "some a/both -> a/svc/two 80", "allow a/both -> 172.18.0.2 30080", "deny a/both -> fd00:18::2 30080"},
		},
		{
			"a client that is led to itself is judged by policy (SVC-25, NP-44, CNP-24)",
			join(resolving, web, service("a", "web", "selector: {app: web}, ports: [{port: 80, targetPort: 8080}]"), policy("a", "web", "podSelector: {}, policyTypes: [Ingress]")),
			[]string{"deny a/web -> a/svc/web 80; led back to itself"},
		},
		{
			"the API server is addresses of its hosts, on another port (SVC-26)",
			join(resolving, cli, pod("a", "other", ""), service("default", "kubernetes", "ports: [{name: https, port: 443, targetPort: 6443}]"),
				policy("a", "cli", "podSelector: {matchLabels: {app: cli}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}, {ports: [{port: 443}]}]"),
				policy("a", "other", "podSelector: {matchLabels: {app: other}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}, {ports: [{port: 6443}]}]")),
			[]string{"deny a/cli -> default/svc/kubernetes 443", "allow a/other -> default/svc/kubernetes 443; SVC-26"},
		},
		{
			"every cluster has its Service, also if the input does not hold it (SVC-26)",
			join(resolving, cli, pod("a", "other", ""),
				policy("a", "cli", "podSelector: {matchLabels: {app: cli}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}, {ports: [{port: 443}]}]"),
				policy("a", "other", "podSelector: {matchLabels: {app: other}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}, {ports: [{port: 6443}]}]")),
			[]string{"deny a/cli -> default/svc/kubernetes 443", "allow a/other -> default/svc/kubernetes 443; SVC-26", "allow a/other -> https://kubernetes.default.svc/", "none internet -> https://kubernetes.default.svc/"},
		},
		{
			"a backend on the network of a node is reached by the node's address only, and lets everybody in (SVC-27)",
			join(resolving, cli, pod("a", "block", ""), "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {addresses: [{type: InternalIP, address: 172.18.0.2}]}\n",
				pod("a", "agent", "spec: {hostNetwork: true, nodeName: n1, containers: [{name: c}]}\nstatus: {podIP: 172.18.0.2}"), service("a", "agent", "selector: {app: agent}, ports: [{port: 80}]"),
				policy("a", "in", "podSelector: {}, policyTypes: [Ingress]"),
				policy("a", "cli", "podSelector: {matchLabels: {app: cli}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}]"),
				policy("a", "block", "podSelector: {matchLabels: {app: block}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}, {to: [{ipBlock: {cidr: 172.18.0.0/16}}]}]")),
			[]string{"deny a/cli -> a/svc/agent 80", "allow a/block -> a/svc/agent 80"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, model.Options{}, tt.manifests, tt.lines...) })
	}
}

func TestSwitches(t *testing.T) {
	hairpin := join(resolving, pod("a", "web", "status: {podIP: 10.1.0.1}"), service("a", "web", "selector: {app: web}, ports: [{port: 80}]"), policy("a", "web", "podSelector: {}, policyTypes: [Ingress]"))
	check(t, model.Options{Switches: model.Switches{HairpinViaService: model.No}}, hairpin, "allow a/web -> a/svc/web 80")
	check(t, model.Options{Switches: model.Switches{HairpinViaService: model.Open}}, hairpin, "unknown a/web -> a/svc/web 80")
	check(t, model.Options{Switches: model.Switches{RequireReady: true}}, hairpin, "none a/web -> a/svc/web 80")
	// What admin policies say of such a pod counts with any answer (CNP-24), and what
	// they do not say leaves it to the switch.
	const admin = "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: admin}\nspec: {tier: Admin, priority: 1, subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: one}}}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}\n"
	tiered := join(hairpin, admin, pod("a", "one", ""), service("a", "one", "selector: {app: one}, ports: [{port: 80}]"))
	for answer, want := range map[model.Answer]string{model.Yes: "deny", model.No: "allow", model.Open: "unknown"} {
		check(t, model.Options{Switches: model.Switches{HairpinViaService: answer}}, tiered, want+" a/web -> a/svc/web 80", "deny a/one -> a/svc/one 80")
	}
	front := join(pod("a", "web", "status: {podIP: 10.1.0.1}"), "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {addresses: [{type: InternalIP, address: 172.18.0.2}]}\n",
		service("a", "web", "type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]"), policy("a", "web", "podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 8.0.0.0/8}}]}]"))
	check(t, model.Options{}, front, "some 8.8.8.8 -> a/svc/web 80")
	check(t, model.Options{Switches: model.Switches{ExternalSNAT: model.SNATNever}}, front, "allow 8.8.8.8 -> a/svc/web 80")
	check(t, model.Options{Switches: model.Switches{ExternalSNAT: model.SNATNode}}, front, "deny 8.8.8.8 -> a/svc/web 80")
}

func corefile(text string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: kube-system, name: coredns}\ndata:\n  Corefile: |\n    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ") + "\n"
}

func TestDNSRules(t *testing.T) {
	web := pod("a", "web", "spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}\nstatus: {podIP: 10.1.0.1}")
	cli := pod("a", "cli", "status: {podIP: 10.1.0.9}")
	svc := service("a", "web", "selector: {app: web}, ports: [{port: 80, targetPort: http}]")
	const custom = "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: kube-system, name: coredns-custom}\ndata: {more.server: \"corp.example { forward . 10.0.0.53 }\"}\n"
	tests := []struct {
		name, manifests string
		lines           []string
	}{
		{
			"whom a pod asks (DNS-1)",
			join(resolving, web, svc, pod("a", "host", "spec: {hostNetwork: true}"), pod("a", "net", "spec: {hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet}"),
				pod("a", "own", "spec: {dnsPolicy: None, dnsConfig: {nameservers: [9.9.9.9]}}"), pod("a", "mine", "spec: {dnsPolicy: None, dnsConfig: {nameservers: [10.96.0.10]}}"), pod("a", "mute", "spec: {dnsPolicy: None}")),
			[]string{"none a/host -> a/svc/web 80; knows no names of the cluster", "allow a/net -> a/svc/web 80", "unknown a/own -> a/svc/web 80", "allow a/mine -> a/svc/web 80", "none a/mute -> a/svc/web 80"},
		},
		{
			"the DNS pods' own policy counts, and they are judged where the input lacks them (DNS-2)",
			join(web, cli, svc, policy("kube-system", "dns", "podSelector: {matchLabels: {k8s-app: kube-dns}}, policyTypes: [Ingress]")),
			[]string{"deny a/cli -> a/svc/web 80; DNS pods are not in the input"},
		},
		{
			"forms of a name (DNS-3)",
			join(resolving, web, cli, svc, pod("b", "cli", "")),
			[]string{
				"allow a/cli -> http://web, http://web.a, http://web.a.svc, http://web.a.svc.cluster.local, http://WEB.a.svc.cluster.local.:80/x", "allow b/cli -> http://web.a", "none b/cli -> http://web",
				"none a/cli -> http://web.a:81, http://nobody.a.svc.cluster.local", "none internet -> http://web.a",
			},
		},
		{
			"pods below a headless Service have names, and those of a StatefulSet too (DNS-4)",
			join(resolving, cli, "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {namespace: a, name: db}\nspec: {serviceName: db, replicas: 2, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c}]}}}\n",
				pod("a", "named", "spec: {hostname: one, subdomain: heads}"), service("a", "db", "clusterIP: None, selector: {app: db}"), service("a", "heads", "clusterIP: None, selector: {app: named}"),
				policy("a", "db", "podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 80}]}]")),
			[]string{"allow a/cli -> http://db-0.db.a.svc.cluster.local, http://db-1.db.a.svc", "deny a/cli -> http://db-1.db.a.svc:81", "none a/cli -> http://db-2.db.a.svc", "allow a/cli -> http://one.heads.a.svc", "none a/cli -> http://two.heads.a.svc"},
		},
		{
			"an SRV record leads to a port of a Service, and behind a headless one to that of its pods (DNS-4)",
			join(resolving, cli, web, service("a", "web", "selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]"), service("a", "heads", "clusterIP: None, selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}, {name: udp, port: 81, protocol: UDP}]"),
				policy("a", "web", "podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 8080}]}]")),
			[]string{
				"allow a/cli -> http://_http._tcp.web.a.svc.cluster.local, http://_http._tcp.web.a.svc:81; an SRV record names the port", "allow a/cli -> http://_http._tcp.heads.a.svc.cluster.local",
				"deny a/cli -> http://heads.a.svc.cluster.local, http://_udp._udp.heads.a.svc.cluster.local", "none a/cli -> http://_https._tcp.web.a.svc.cluster.local; no tcp port of the name", "none a/cli -> http://_http._udp.web.a.svc.cluster.local, http://_http._tcp.nobody.a.svc.cluster.local", "none internet -> http://_http._tcp.web.a.svc.cluster.local",
			},
		},
		{
			"names of addresses, of which the Corefile says nothing here (DNS-4)",
			join(resolving, cli, web),
			[]string{"unknown a/cli -> http://10-1-0-1.a.pod.cluster.local; up to its option pods", "none a/cli -> http://10-1-0-1.b.pod.cluster.local; no namespace b", "none a/cli -> http://web.a.pod.cluster.local, http://10-1-0.a.pod.cluster.local"},
		},
		{
			"what the Corefile takes in from elsewhere is told of where a name is asked for (DNS-8)",
			join(resolving, cli, web, svc, corefile(".:53 {\n  kubernetes cluster.local\n}\nimport /etc/coredns/custom/*.server")),
			[]string{"allow a/cli -> a/svc/web 80; ConfigMap kube-system/coredns-custom, which is not in the input"},
		},
		{
			"which may be there (DNS-8)",
			join(resolving, cli, web, svc, corefile(".:53 {\n  kubernetes cluster.local\n}\nimport /etc/coredns/custom/*.server"), custom),
			[]string{"allow a/cli -> a/svc/web 80; custom/*.server\" is not followed, and may hold a server block for web.a.svc.cluster.local"},
		},
		{
			"or another file (DNS-8)",
			join(resolving, cli, web, svc, corefile(".:53 {\n  kubernetes cluster.local\n}\nimport /etc/coredns/zones.conf")),
			[]string{"allow a/cli -> a/svc/web 80; zones.conf\" is not followed, and may hold a server block for web.a.svc.cluster.local"},
		},
		{
			"and so is what a server block takes in, which may answer anything (DNS-8)",
			join(resolving, cli, web, svc, corefile(".:53 {\n  import /etc/coredns/custom/*.override\n  kubernetes cluster.local\n}")),
			[]string{"allow a/cli -> a/svc/web 80; ConfigMap kube-system/coredns-custom, which is not in the input"},
		},
		{
			"which may be there (DNS-8)",
			join(resolving, cli, web, svc, corefile(".:53 {\n  import /etc/coredns/custom/*.override\n  kubernetes cluster.local\n}"), custom),
			[]string{"unknown a/cli -> a/svc/web 80; custom/*.override\" answers for web.a.svc.cluster.local is not known"},
		},
		{
			"names of any address (DNS-4)",
			join(resolving, cli, web, service("a", "web", "clusterIP: 10.96.0.7, selector: {app: web}, ports: [{port: 80, targetPort: http}]"), corefile(".:53 {\n  kubernetes corp.local {\n    pods insecure\n  }\n}"),
				policy("a", "web", "podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 8080}]}]"), policy("a", "cli", "podSelector: {matchLabels: {app: cli}}, egress: [{to: [{namespaceSelector: {}}]}], policyTypes: [Egress]")),
			[]string{
				"allow a/cli -> http://10-1-0-1.a.pod.corp.local:8080, http://10-1-0-1.kube-system.pod:8080", "deny a/cli -> http://10-1-0-1.a.pod.corp.local", "allow a/cli -> http://10-96-0-7.a.pod.corp.local; Service a/web 80/tcp",
				"deny a/cli -> http://8-8-8-8.a.pod.corp.local, http://2001-db8--1.a.pod.corp.local", "none internet -> http://10-1-0-1.a.pod.corp.local",
			},
		},
		{
			"names of addresses that the DNS verifies (DNS-4)",
			join(resolving, cli, web, corefile(".:53 {\n  kubernetes cluster.local {\n    pods verified\n  }\n}")),
			[]string{"allow a/cli -> http://10-1-0-1.a.pod.cluster.local", "none a/cli -> http://10-1-0-1.kube-system.pod.cluster.local, http://10-1-0-2.a.pod.cluster.local; the DNS verifies that"},
		},
		{
			"names of addresses that it does not know (DNS-4)",
			join(resolving, cli, web, corefile(".:53 {\n  kubernetes cluster.local\n}")),
			[]string{"none a/cli -> http://10-1-0-1.a.pod.cluster.local; is not insecure or verified"},
		},
		{
			"DNS pods that may not reach the API server know what they have learnt (DNS-10, SVC-26)",
			join(resolving, cli, web, svc, policy("kube-system", "dns", "podSelector: {}, policyTypes: [Egress]")),
			[]string{"allow a/cli -> a/svc/web 80; kube-system/dns may not reach the API server"},
		},
		{
			"a rule for the address of its Service does not help them, and one for some hosts may (DNS-10, SVC-26, SVC-21)",
			join(resolving, cli, web, svc, service("default", "kubernetes", "clusterIP: 10.96.0.1, ports: [{name: https, port: 443, targetPort: 6443}]"),
				"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {namespace: default, name: kubernetes, labels: {kubernetes.io/service-name: kubernetes}}\naddressType: IPv4\nports: [{name: https, port: 6443}]\nendpoints: [{addresses: [172.18.0.2]}]\n",
				policy("kube-system", "dns", "podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.96.0.1/32}}]}]")),
			[]string{"allow a/cli -> a/svc/web 80; may not reach the API server"},
		},
		{
			"where the API server is, is not in the input (DNS-10, SVC-26)",
			join(resolving, cli, web, svc, policy("kube-system", "dns", "podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 172.18.0.0/16}}]}]")),
			[]string{"allow a/cli -> a/svc/web 80; it is not certain that kube-system/dns reaches the API server"},
		},
		{
			"the port of the DNS pods may be another than that of their Service (DNS-5)",
			join(pod("openshift-dns", "dns", "spec: {containers: [{name: c, ports: [{name: dns, containerPort: 5353, protocol: UDP}, {name: dns-tcp, containerPort: 5353}]}]}"),
				service("openshift-dns", "dns-default", "selector: {app: dns}, ports: [{name: dns, port: 53, targetPort: dns, protocol: UDP}, {name: dns-tcp, port: 53, targetPort: dns-tcp}]"),
				web, cli, pod("a", "right", ""), svc,
				policy("a", "cli", "podSelector: {matchLabels: {app: cli}}, policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}, {port: 53}, {port: 8080}]}]"),
				policy("a", "right", "podSelector: {matchLabels: {app: right}}, policyTypes: [Egress], egress: [{ports: [{port: 5353, protocol: UDP}, {port: 8080}]}]")),
			[]string{"deny a/cli -> a/svc/web 80", "allow a/right -> a/svc/web 80; DNS-6"},
		},
		{
			"the Corefile: zones, what it hides, and what may answer before it (DNS-8)",
			join(resolving, web, cli, svc, service("b", "web", "selector: {app: web}, ports: [{port: 80}]"), service("a", "one", "type: ExternalName, externalName: one.corp.example"), service("a", "two", "type: ExternalName, externalName: two.dead.example"), service("a", "old", "type: ExternalName, externalName: old.example"),
				corefile(".:53 {\n  kubernetes corp.local {\n    namespaces a\n  }\n  rewrite name exact old.example new.example\n  forward . /etc/resolv.conf\n}\ncorp.example {\n  forward . 10.0.0.53 10.0.0.54\n}\ndead.example {\n  errors\n}"),
				policy("kube-system", "dns", "podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.54/32}}], ports: [{port: 53, protocol: UDP}]}]")),
			[]string{
				"allow a/cli -> a/svc/web 80; web.a.svc.corp.local", "none a/cli -> b/svc/web 80; other namespaces only", "allow a/cli -> a/svc/one 443; one of these servers is enough",
				"none a/cli -> a/svc/two 443; forwards it to nobody", "unknown a/cli -> a/svc/old 443; answers for old.example is not known", "allow a/cli -> http://web.a.svc.corp.local",
			},
		},
		{
			"a stub zone whose server the DNS pods cannot reach (DNS-9)",
			join(resolving, cli, service("a", "one", "type: ExternalName, externalName: one.corp.example"), corefile(".:53 {\n  kubernetes cluster.local\n  forward . /etc/resolv.conf\n}\ncorp.example:53 {\n  forward . 10.0.0.53\n}"),
				policy("kube-system", "dns", "podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 8.8.8.8/32}}]}]")),
			[]string{"deny a/cli -> a/svc/one 443; in zone corp.example"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, model.Options{}, tt.manifests, tt.lines...) })
	}
}

// DNS-7: with rules about DNS pods only, the cache is reached if the own node
// always is; else its address has to be named.
func TestNodeLocalCache(t *testing.T) {
	manifests := join(resolving, pod("a", "web", "status: {podIP: 10.1.0.1}"), pod("a", "cli", ""), pod("a", "right", ""), pod("a", "vip", ""), service("a", "web", "selector: {app: web}, ports: [{port: 80}]"),
		"apiVersion: v1\nkind: Pod\nmetadata: {namespace: kube-system, name: cache, labels: {k8s-app: node-local-dns}}\nspec: {hostNetwork: true, nodeName: n1, containers: [{name: c}]}\n",
		policy("a", "cli", "podSelector: {matchLabels: {app: cli}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}]"),
		policy("a", "right", "podSelector: {matchLabels: {app: right}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}, {to: [{ipBlock: {cidr: 169.254.20.10/32}}, {ipBlock: {cidr: 10.96.0.10/32}}]}]"),
		policy("a", "vip", "podSelector: {matchLabels: {app: vip}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}, {to: [{ipBlock: {cidr: 10.96.0.10/32}}]}]"))
	check(t, model.Options{}, manifests, "allow a/cli, a/right, a/vip -> a/svc/web 80")
	check(t, model.Options{Switches: model.Switches{OwnNodeEgress: model.No}}, manifests,
		"deny a/cli -> a/svc/web 80; do not match it (DNS-7)", "allow a/right -> a/svc/web 80", "unknown a/vip -> a/svc/web 80; up to the kubelet")
	// The cache asks the DNS pods from its node's network, over TCP.
	check(t, model.Options{}, join(manifests, policy("kube-system", "dns", "podSelector: {matchLabels: {app: dns}}, ingress: [{from: [{namespaceSelector: {}}]}]")), "deny a/cli -> a/svc/web 80")
}
