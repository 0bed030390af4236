package manifest

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"netreach/model"
)

// dump writes a cluster as kubectl prints it: one List, sort after sort.
type dump struct {
	*sink
	t       tree
	c       *model.Cluster
	managed bool
	hostIPs map[string][]netip.Addr
	dawn    time.Time
	scratch *sink // of annotations that hold JSON
}

func newDump(s *sink, t tree, c *model.Cluster, o Options) *dump {
	d := &dump{sink: s, t: t, c: c, managed: o.ManagedFields, dawn: dawn(), scratch: &sink{}}
	d.hostIPs = make(map[string][]netip.Addr, len(c.Nodes))
	for i := range c.Nodes {
		d.hostIPs[c.Nodes[i].Name] = c.Nodes[i].Addresses
	}
	return d
}

func (d *dump) write() {
	t := d.t
	t.object("")
	t.text("apiVersion", "v1")
	t.list("items")
	for _, i := range d.podOrder() {
		d.pod(&d.c.Pods[i])
		d.flush(false)
	}
	for i := range d.c.Namespaces {
		if d.c.Namespaces[i].Declared {
			d.namespace(&d.c.Namespaces[i])
			d.flush(false)
		}
	}
	for i := range d.c.Nodes {
		if d.c.Nodes[i].Declared {
			d.node(&d.c.Nodes[i])
			d.flush(false)
		}
	}
	for i := range d.c.Policies {
		d.policy(&d.c.Policies[i])
		d.flush(false)
	}
	for i := range d.c.Names.Services {
		d.service(&d.c.Names.Services[i])
		d.flush(false)
	}
	for i := range d.c.Names.Routes {
		d.route(&d.c.Names.Routes[i])
		d.flush(false)
	}
	t.endList()
	t.text("kind", "List")
	t.object("metadata")
	t.text("resourceVersion", "")
	t.endObject()
	t.endObject()
}

// podOrder returns the pods in the order of the API server: by name within each
// namespace, whatever workload they belong to.
func (d *dump) podOrder() []int32 {
	order := make([]int32, len(d.c.Pods))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		x, y := &d.c.Pods[a], &d.c.Pods[b]
		return cmp.Or(strings.Compare(x.Namespace, y.Namespace), strings.Compare(x.Name, y.Name))
	})
	return order
}

// labels writes labels, if there are any.
func labels(t tree, l model.Labels) {
	if len(l) == 0 {
		return
	}
	t.object("labels")
	for _, e := range l {
		t.text(e.Key, e.Value)
	}
	t.endObject()
}

// begin opens an item, and its metadata up to the annotations.
func begin(t tree, apiVersion, kind string) {
	t.object("")
	t.text("apiVersion", apiVersion)
	t.text("kind", kind)
	t.object("metadata")
}

func (d *dump) namespace(ns *model.Namespace) {
	t, n := d.t, newNoise("Namespace", ns.Name)
	begin(t, "v1", "Namespace")
	t.object("annotations")
	t.text("openshift.io/sa.scc.mcs", "s0:c"+n.number(2)+",c"+n.number(2))
	t.text("openshift.io/sa.scc.uid-range", "1000"+n.number(6)+"/10000")
	t.endObject()
	t.quoted("creationTimestamp", n.time(d.dawn, 1e6))
	labels(t, ns.Labels)
	t.text("name", ns.Name)
	t.quoted("resourceVersion", n.number(7))
	t.text("uid", n.uid())
	t.endObject()
	t.object("spec")
	texts(t, "finalizers", "kubernetes")
	t.endObject()
	t.object("status")
	t.text("phase", "Active")
	t.endObject()
	t.endObject()
}

func (d *dump) policy(p *model.Policy) {
	t, n := d.t, newNoise("NetworkPolicy", p.Origin.Namespace, p.Origin.Name)
	begin(t, "networking.k8s.io/v1", "NetworkPolicy")
	if n.one(3) {
		t.object("annotations")
		t.text("kubectl.kubernetes.io/last-applied-configuration", d.applied(p))
		t.endObject()
	}
	t.quoted("creationTimestamp", n.time(d.dawn, 1e6))
	t.token("generation", "1")
	textObject(t, "labels", "app.kubernetes.io/managed-by", "Helm")
	t.text("name", p.Origin.Name)
	t.text("namespace", p.Origin.Namespace)
	t.quoted("resourceVersion", n.number(8))
	t.text("uid", n.uid())
	t.endObject()
	policySpec(t, p, true)
	t.endObject()
}

// applied returns the policy as kubectl apply remembers it: compact JSON with a
// line break at the end.
func (d *dump) applied(p *model.Policy) string {
	d.scratch.b = d.scratch.b[:0]
	t := &jsonTree{sink: d.scratch, compact: true}
	t.object("")
	t.text("apiVersion", "networking.k8s.io/v1")
	t.text("kind", "NetworkPolicy")
	t.object("metadata")
	t.object("annotations")
	t.endObject()
	t.text("name", p.Origin.Name)
	t.text("namespace", p.Origin.Namespace)
	t.endObject()
	policySpec(t, p, false)
	t.endObject()
	return string(d.scratch.b) + "\n"
}
