package shape

import (
	"math/rand/v2"
	"strconv"

	"netreach/model"
)

// The namespaces that serve the whole cluster, and what of theirs peers name.
const (
	systemNamespace     = "kube-system"
	ingressNamespace    = "ingress-nginx"
	monitoringNamespace = "monitoring"
)

// namespacesPerTeam is how many namespaces carry the same team label.
const namespacesPerTeam = 12

// statistical draws a cluster by its profile's mix.
func (b *builder) statistical() {
	b.landscape()
	b.place()
	b.drawPolicies()
	b.sortPolicies()
}

// landscape draws the namespaces and workloads of a statistical cluster.
func (b *builder) landscape() {
	r := generator(b.seed, forLandscape)
	b.namespaces = b.platform()
	left := b.Workloads
	for _, ns := range b.namespaces {
		left -= len(ns.workloads)
	}
	// About a twelfth of the pods belong to DaemonSets, and are not asked.
	stateful := quota{share: b.Mix.Stateful / 0.92}
	tenants := b.Namespaces - len(b.namespaces)
	for i, n := range deal(left, 1, skewed(r, tenants, 1.2)) {
		ns := newTenant(r, i)
		for j := range n {
			ns.workloads = append(ns.workloads, b.tenantWorkload(r, ns, j, &stateful))
		}
		b.namespaces = append(b.namespaces, ns.namespace)
	}
}

// platform returns the namespaces that serve the whole cluster, or none where
// the profile is too small to have them. What peers name there has two pods
// each: half of all selector rules of the dump have two pods as their peers.
func (b *builder) platform() []namespace {
	onNodes := min(b.Nodes, b.Pods/25)
	fixed := 3*2 + 2*onNodes
	if b.Namespaces < 8 || b.Workloads < 20 || onNodes < 1 || b.Pods-fixed < b.Workloads-5 {
		return nil
	}
	labels := func(name string) model.Labels {
		return labelled("app.kubernetes.io/name", name, "app.kubernetes.io/part-of", "platform", "team", "platform")
	}
	space := func(name, group string, workloads ...workload) namespace {
		return namespace{
			name: name, platform: true, workloads: workloads,
			labels: labelled("env", "platform", "name", name, "policy-group", group, "team", "platform"),
		}
	}
	return []namespace{
		space(
			systemNamespace, "dns",
			workload{
				kind: "Deployment", name: "coredns", fixed: 2, labels: labels("coredns").With("k8s-app", "kube-dns"),
				ports: []model.ContainerPort{port("dns", model.UDP, 53), port("dns-tcp", model.TCP, 53), port("metrics", model.TCP, 9090)},
			},
			workload{
				kind: "DaemonSet", name: "node-agent", fixed: onNodes, labels: labels("node-agent"), hostNetwork: true,
				ports: []model.ContainerPort{port("health", model.TCP, 9099)},
			},
		),
		space(
			ingressNamespace, "ingress",
			workload{
				kind: "Deployment", name: "ingress-controller", fixed: 2, labels: labels("ingress-controller"),
				ports: []model.ContainerPort{port("http", model.TCP, 80), port("https", model.TCP, 443), port("metrics", model.TCP, 9090)},
			},
		),
		space(
			monitoringNamespace, "monitoring",
			workload{
				kind: "StatefulSet", name: "prometheus", fixed: 2, labels: labels("prometheus"),
				ports: []model.ContainerPort{port("web", model.TCP, 9090)},
			},
			workload{
				kind: "DaemonSet", name: "log-shipper", fixed: onNodes, labels: labels("log-shipper"),
				ports: []model.ContainerPort{port("metrics", model.TCP, 2112)},
			},
		),
	}
}

// tenant is a namespace that a team runs one or more products in.
type tenant struct {
	namespace
	team, env string
	first     int // index of its first product
	// classic uses the labels app, tier, release and version rather than the
	// recommended ones.
	classic bool
	taken   map[string]int // names of workloads
}

func newTenant(r *rand.Rand, i int) *tenant {
	t := &tenant{
		team:  nth(teamNames, i/namespacesPerTeam),
		env:   environments[i%len(environments)],
		first: r.IntN(len(productNames)),
		taken: map[string]int{},
	}
	// The product's number within the team makes the name unique.
	product := nth(productNames, i%namespacesPerTeam)
	t.classic = i/namespacesPerTeam%10 < 3
	t.name = t.team + "-" + product + "-" + t.env
	t.labels = labelled("cost-center", strconv.Itoa(4000+i%977), "env", t.env, "pod-security.kubernetes.io/enforce", "baseline", "team", t.team)
	if i%10 < 7 {
		t.labels = t.labels.With("name", t.name)
	}
	return t
}

// tenantWorkload draws the j-th workload of a tenant. Kinds and names do not
// depend on the number of pods.
func (b *builder) tenantWorkload(r *rand.Rand, t *tenant, j int, stateful *quota) workload {
	w := workload{kind: "Deployment", weight: skewed(r, 1, 0.8)[0]}
	component := pick(r, statelessComponents)
	rollout := r.Float64() < b.Mix.Rollouts
	switch draw := r.Float64(); {
	case stateful.take(draw < 0.5):
		w.kind, component = "StatefulSet", pick(r, statefulComponents)
	case draw > 0.97:
		w.kind, component = "Job", "job"
	case draw > 0.96 && j > 0:
		// One pod, whatever the number of pods: others must be able to grow.
		w.kind, component, w.weight = "Pod", "shell", 0
	default:
		w.rollout = rollout
	}
	product := nth(productNames, t.first+j/6)
	w.name = product + "-" + component
	t.taken[w.name]++
	if n := t.taken[w.name]; n > 1 {
		w.name += strconv.Itoa(n)
	}
	w.labels = t.workloadLabels(r, product, component, w.name)
	w.ports = containerPorts(r, component)
	return w
}

func (t *tenant) workloadLabels(r *rand.Rand, product, component, name string) model.Labels {
	release := product + "-" + t.env
	minor := strconv.Itoa(r.IntN(20))
	if t.classic {
		tier := "backend"
		switch component {
		case "web", "gateway":
			tier = "frontend"
		case "db", "cache", "queue":
			tier = "data"
		}
		return labelled("app", name, "env", t.env, "release", release, "team", t.team, "tier", tier, "version", "v"+minor)
	}
	return labelled(
		"app.kubernetes.io/component", component,
		"app.kubernetes.io/instance", release,
		"app.kubernetes.io/managed-by", "Helm",
		"app.kubernetes.io/name", name,
		"app.kubernetes.io/part-of", product,
		"app.kubernetes.io/version", "1."+minor+".3",
		"helm.sh/chart", component+"-2."+minor+".0",
		"team", t.team)
}

func port(name string, protocol model.Protocol, number uint16) model.ContainerPort {
	return model.ContainerPort{Name: name, Protocol: protocol, Port: number}
}

// containerPorts returns what a component listens on. The same name stands for
// different numbers in different workloads. All numbers are
// among commonPorts.
func containerPorts(r *rand.Rand, component string) []model.ContainerPort {
	metrics := port("metrics", model.TCP, pick(r, []uint16{9090, 9090, 8081, 2112}))
	http := port("http", model.TCP, pick(r, []uint16{8080, 8080, 8080, 80, 3000, 8000, 5000}))
	switch component {
	case "web":
		return []model.ContainerPort{http}
	case "api", "adapter":
		return []model.ContainerPort{http, metrics}
	case "gateway":
		return []model.ContainerPort{http, port("https", model.TCP, 443), metrics}
	case "consumer", "scheduler":
		return []model.ContainerPort{port("grpc", model.TCP, 9000), metrics}
	case "db":
		return []model.ContainerPort{port("postgresql", model.TCP, 5432)}
	case "cache":
		return []model.ContainerPort{port("redis", model.TCP, 6379), metrics}
	case "queue":
		return []model.ContainerPort{port("kafka", model.TCP, 9092), metrics}
	case "job", "shell":
		return nil
	}
	return []model.ContainerPort{metrics}
}
