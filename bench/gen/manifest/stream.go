package manifest

import (
	"strings"

	"netreach/model"
)

// stream writes a cluster as small documents, pods and policies in turn. Pods
// have what bears on reachability and no more.
type stream struct {
	*sink
	c     *model.Cluster
	begun bool
}

func newStream(s *sink, c *model.Cluster) *stream { return &stream{sink: s, c: c} }

func (s *stream) write() {
	for i := range s.c.Namespaces {
		if s.c.Namespaces[i].Declared {
			s.namespace(&s.c.Namespaces[i])
		}
	}
	for i := range s.c.Nodes {
		if s.c.Nodes[i].Declared {
			s.node(&s.c.Nodes[i])
		}
	}
	policies, pods := s.c.Policies, len(s.c.Pods)
	for i := range s.c.Pods {
		s.pod(&s.c.Pods[i])
		for due := (i + 1) * len(s.c.Policies) / pods; len(s.c.Policies)-len(policies) < due; policies = policies[1:] {
			s.policy(&policies[0])
		}
	}
	for i := range policies {
		s.policy(&policies[i])
	}
	for i := range s.c.Names.Services {
		s.service(&s.c.Names.Services[i])
	}
	for i := range s.c.Names.Routes {
		s.route(&s.c.Names.Routes[i])
	}
}

// habits are how the author of a document writes.
type habits struct {
	comment, aside, flow bool
}

// document begins a document.
func (s *stream) document(apiVersion, kind, namespace, name string) (*yamlTree, habits) {
	s.flush(false)
	if s.begun {
		s.b = append(s.b, "---\n"...)
	}
	s.begun = true
	n := newNoise("document", kind, namespace, name)
	h := habits{comment: n.one(3), aside: n.one(8), flow: n.one(20)}
	if h.comment {
		s.b = append(s.b, "# "...)
		s.b = append(s.b, name...)
		s.b = append(s.b, ": ask #"...)
		s.b = append(s.b, namespace...)
		s.b = append(s.b, " before you change this\n"...)
	}
	t := &yamlTree{sink: s.sink, indented: n.one(2)}
	t.object("")
	t.text("apiVersion", apiVersion)
	t.text("kind", kind)
	t.object("metadata")
	s.aside(t, h.aside, "name", name)
	if namespace != "" {
		t.text("namespace", namespace)
	}
	return t, h
}

// aside writes a name with a remark behind it.
func (s *stream) aside(t *yamlTree, remark bool, key, name string) {
	if !remark {
		t.text(key, name)
		return
	}
	t.token(key, string(appendScalar(nil, name))+"  # not its real name: 'twas renamed")
}

// comment writes a line of its own between the fields of a document.
func (s *stream) comment(text string) { s.b = append(append(s.b, text...), '\n') }

func (s *stream) namespace(ns *model.Namespace) {
	t, h := s.document("v1", "Namespace", "", ns.Name)
	l := make(model.Labels, 0, len(ns.Labels))
	for _, e := range ns.Labels {
		if e.Key != model.NameLabel {
			l = append(l, e) // the name label comes by itself (NP-28)
		}
	}
	s.labels(t, l, h.flow)
	t.endObject()
	t.endObject()
}

func (s *stream) node(n *model.Node) {
	t, h := s.document("v1", "Node", "", n.Name)
	s.labels(t, n.Labels, h.flow)
	t.endObject()
	t.object("status")
	t.list("addresses")
	for _, a := range n.Addresses {
		textObject(t, "", "type", "InternalIP", "address", a.String())
	}
	t.endList()
	t.endObject()
	t.endObject()
}

func (s *stream) labels(t *yamlTree, l model.Labels, flow bool) {
	if !flow || len(l) == 0 {
		labels(t, l)
		return
	}
	var b []byte
	for i, e := range l {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(appendInFlow(b, e.Key), ": "...)
		b = appendInFlow(b, e.Value)
	}
	t.token("labels", "{"+string(b)+"}")
}

// appendInFlow appends a string as it may stand within braces.
func appendInFlow(b []byte, s string) []byte {
	if styleOf(s) == plain && !strings.ContainsAny(s, ",[]{}:?#") {
		return append(b, s...)
	}
	return appendStyled(b, s, double)
}

func (s *stream) pod(p *model.Pod) {
	t, h := s.document("v1", "Pod", p.Namespace, p.Name)
	s.labels(t, p.Labels, h.flow)
	w := &s.c.Workloads[p.Workload]
	if o := ownerOf(p, w); o.kind != "" {
		t.list("ownerReferences")
		t.object("")
		t.text("apiVersion", o.apiVersion)
		t.text("kind", o.kind)
		t.text("name", o.name)
		t.token("controller", "true")
		t.endObject()
		t.endList()
	}
	t.endObject()
	if h.comment {
		s.comment("# what it needs:")
	}
	t.object("spec")
	if p.HostNetwork {
		t.token("hostNetwork", "true")
	}
	if p.Node != "" {
		t.text("nodeName", p.Node)
	}
	app := shorten(w.Name)
	t.list("containers")
	t.object("")
	t.text("name", app)
	t.text("image", "registry.example.com/"+app+":1.4")
	containerPorts(t, p.Ports, false, false)
	t.endObject()
	t.endList()
	if sidecars(p.Ports) {
		t.list("initContainers")
		t.object("")
		t.text("name", "sidecar")
		t.text("image", initImage)
		t.text("restartPolicy", "Always")
		containerPorts(t, p.Ports, true, false)
		t.endObject()
		t.endList()
	}
	t.endObject()
	if len(p.Addresses) > 0 {
		t.object("status")
		podIPs(t, p.Addresses)
		t.endObject()
	}
	t.endObject()
}

func (s *stream) policy(p *model.Policy) {
	t, h := s.document("networking.k8s.io/v1", "NetworkPolicy", p.Origin.Namespace, p.Origin.Name)
	if h.flow {
		t.token("labels", "{managed-by: argocd, reviewed: \"true\"}")
	}
	t.endObject()
	if h.comment {
		s.comment("  # who may talk to whom")
	}
	policySpec(t, p, false)
	t.endObject()
}
