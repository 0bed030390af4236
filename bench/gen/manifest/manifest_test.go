package manifest_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"netreach/bench/gen/manifest"
	"netreach/bench/gen/shape"
	"netreach/model"
	"netreach/model/selector"
)

func TestFormatNamed(t *testing.T) {
	for name, want := range map[string]manifest.Format{
		"json": manifest.DumpJSON, "dump-json": manifest.DumpJSON,
		"yaml": manifest.DumpYAML, "dump-yaml": manifest.DumpYAML,
		"manifests": manifest.Documents, "gitops": manifest.Documents,
	} {
		if got, err := manifest.FormatNamed(name); err != nil || got != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := manifest.FormatNamed("xml"); err == nil || !strings.Contains(err.Error(), `"xml"`) {
		t.Errorf("xml: %v", err)
	}
}

// TestWrite_inexpressible: what no manifest of ours can say is an error, and not
// something else or less.
func TestWrite_inexpressible(t *testing.T) {
	rule := func(change func(*model.Rule)) func(*model.Cluster) {
		return func(c *model.Cluster) {
			for i := range c.Policies {
				if len(c.Policies[i].Rules) > 0 {
					change(&c.Policies[i].Rules[0])
					return
				}
			}
		}
	}
	tests := []struct {
		about  string
		change func(*model.Cluster)
	}{
		{"a pod that stands for others", func(c *model.Cluster) { c.Pods[0].StandIn = true }},
		{"a pod of some weight", func(c *model.Cluster) { c.Pods[0].Weight = 2 }},
		{"another kind of policy", func(c *model.Cluster) { c.Policies[0].Origin.Kind = "AdminNetworkPolicy" }},
		{"a policy without namespace", func(c *model.Cluster) { c.Policies[0].Subject.Namespace = "" }},
		{"a rule in a direction that is not isolated", func(c *model.Cluster) {
			rule(func(*model.Rule) {})(c)
			for i := range c.Policies {
				c.Policies[i].Isolates = [model.Directions]bool{}
			}
		}},
		{"a rule that denies", rule(func(r *model.Rule) { r.Action = model.Deny })},
		{"a rule without peers", rule(func(r *model.Rule) { r.Peers = nil })},
		{"a rule without ports", rule(func(r *model.Rule) { r.Ports = nil })},
		{"pods of another namespace", rule(func(r *model.Rule) {
			r.Peers = []model.Peer{{Kind: model.PeerPods, Pods: model.PodSet{Namespace: "elsewhere"}}}
		})},
		{"nodes", rule(func(r *model.Rule) { r.Peers = []model.Peer{{Kind: model.PeerNodes}} })},
		{"anyone beside others", rule(func(r *model.Rule) { r.Peers = append(r.Peers[:1:1], model.Peer{Kind: model.PeerAny}) })},
		{"any port beside others", rule(func(r *model.Rule) { r.Ports = append(r.Ports[:1:1], model.PortMatch{Kind: model.PortAny}) })},
		{"a name of any protocol", rule(func(r *model.Rule) {
			r.Ports = []model.PortMatch{{Kind: model.PortNamed, Name: "http", AnyProtocol: true}}
		})},
		{"a range that no endPort ends", rule(func(r *model.Rule) {
			r.Ports = []model.PortMatch{{Kind: model.PortRange, First: 1, Last: 2}}
		})},
	}
	for _, test := range tests {
		c, err := shape.Model("small", 1)
		if err != nil {
			t.Fatal(err)
		}
		test.change(c)
		var b bytes.Buffer
		if err := manifest.Write(&b, c, manifest.Options{}); err == nil || b.Len() > 0 {
			t.Errorf("%s: %d bytes, error %v", test.about, b.Len(), err)
		}
	}
}

// TestWrite_expressible: what shapes do not draw, but a policy can say.
func TestWrite_expressible(t *testing.T) {
	const ns = "shop"
	origin := model.Origin{Kind: "NetworkPolicy", Namespace: ns, Name: "all"}
	in := func(key string, values ...string) selector.Requirement {
		return selector.Requirement{Key: key, Op: selector.In, Values: values}
	}
	c := &model.Cluster{
		Namespaces: []model.Namespace{
			{Name: ns, Declared: true, Labels: model.Labels{{Key: model.NameLabel, Value: ns}, {Key: "on", Value: "off"}}, Origin: model.Origin{Kind: "Namespace", Name: ns}},
		},
		Workloads: []model.Workload{
			{Kind: "Pod", Namespace: ns, Name: "a", Replicas: 1, Origin: model.Origin{Kind: "Pod", Namespace: ns, Name: "a"}},
			{Kind: "ReplicaSet", Namespace: ns, Name: "b", Replicas: 1, Origin: model.Origin{Kind: "ReplicaSet", Namespace: ns, Name: "b"}},
			{Kind: "ReplicationController", Namespace: ns, Name: "c", Replicas: 1, Origin: model.Origin{Kind: "ReplicationController", Namespace: ns, Name: "c"}},
		},
		Pods: []model.Pod{
			// no labels, no node, no address
			{Namespace: ns, Name: "a", Weight: 1, Origin: model.Origin{Kind: "Pod", Namespace: ns, Name: "a"}},
			// NP-31: a port of a native sidecar, and one without a name
			{
				Namespace: ns, Name: "b-1", Weight: 1, Workload: 1, Labels: model.Labels{{Key: "1e3", Value: "0x1F"}, {Key: "n", Value: ""}},
				Ports:  []model.ContainerPort{{Protocol: model.SCTP, Port: 9}, {Name: "side", Port: 1, Sidecar: true}},
				Origin: model.Origin{Kind: "Pod", Namespace: ns, Name: "b-1"},
			},
			{Namespace: ns, Name: "c-1", Weight: 1, Workload: 2, Labels: model.Labels{{Key: "yes", Value: "1_000"}}, Origin: model.Origin{Kind: "Pod", Namespace: ns, Name: "c-1"}},
		},
		Tiers: []model.Tier{{Name: model.TierNetworkPolicy, Unmatched: model.Deny, OwnNodeEgress: true}},
		Policies: []model.Policy{{
			Origin: origin, Tier: model.TierNetworkPolicy, Isolates: [model.Directions]bool{true, true},
			Subject: model.PodSet{Namespace: ns, Pods: selector.Selector{Requirements: []selector.Requirement{
				// a contradiction, which matchLabels alone cannot hold
				in("app", "a"), in("app", "b"), in("app", "c"), in("tier", "", "x"),
			}}},
			Rules: []model.Rule{
				{
					Origin: origin.At("spec.ingress[0]"), Direction: model.Ingress,
					Peers: []model.Peer{{Kind: model.PeerAny, Field: "from"}},
					Ports: []model.PortMatch{model.AllPorts(model.TCP), model.AllPorts(model.UDP), {Kind: model.PortNamed, Protocol: model.SCTP, Name: "side"}},
				},
				{
					// both selectors, of which the second selects everything
					Origin: origin.At("spec.egress[0]"), Direction: model.Egress,
					Peers: []model.Peer{{Kind: model.PeerPods, Field: "to[0]"}, {Kind: model.PeerPods, Field: "to[1]", Pods: model.PodSet{Namespace: ns}}},
					Ports: []model.PortMatch{{Kind: model.PortRange, First: 1, Last: 65535, EndPort: true}, {Kind: model.PortAny}}[:1],
				},
			},
		}},
	}
	for _, format := range []manifest.Format{manifest.DumpJSON, manifest.DumpYAML, manifest.Documents} {
		sameCluster(t, c, text(t, c, manifest.Options{Format: format}))
	}
}

// TestWrite_documents: the stream is of single documents, in which people have
// left their traces.
func TestWrite_documents(t *testing.T) {
	p, err := shape.Named("gitops")
	if err != nil {
		t.Fatal(err)
	}
	p.Nodes, p.Namespaces, p.Workloads, p.Pods, p.Policies = 5, 20, 100, 800, 800
	c, err := p.Model(1)
	if err != nil {
		t.Fatal(err)
	}
	documents := strings.Split(string(text(t, c, manifest.Options{Format: manifest.Documents})), "\n---\n")
	if want := 5 + 20 + 800 + 800; len(documents) != want {
		t.Fatalf("%d documents, want %d", len(documents), want)
	}
	kinds, flow, comments := map[string]int{}, 0, 0
	for i, d := range documents {
		var head struct{ APIVersion, Kind string }
		if err := yaml.Unmarshal([]byte(d), &head); err != nil || head.APIVersion == "" {
			t.Fatalf("document %d: %v\n%s", i, err, d)
		}
		kinds[head.Kind]++
		lines := strings.Split(d, "\n")
		if slices.ContainsFunc(lines, func(l string) bool {
			return strings.HasSuffix(l, "}") && strings.Contains(l, ": {") && !strings.HasSuffix(l, "{}")
		}) {
			flow++
		}
		if strings.Contains(d, "# ") {
			comments++
		}
	}
	for kind, want := range map[string]int{"Pod": 800, "NetworkPolicy": 800, "Namespace": 20, "Node": 5} {
		if kinds[kind] != want {
			t.Errorf("%d documents of kind %s, want %d", kinds[kind], kind, want)
		}
	}
	if share := float64(flow) / float64(len(documents)); share < 0.03 || share > 0.07 {
		t.Errorf("%.3f of the documents have a line in flow style, want 0.05", share)
	}
	if share := float64(comments) / float64(len(documents)); share < 0.3 || share > 0.6 {
		t.Errorf("%.3f of the documents have a comment", share)
	}
}

// failing is a writer that is full.
type failing struct{}

var errFull = errors.New("full")

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestWrite_error(t *testing.T) {
	c, err := shape.Model("small", 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []manifest.Format{manifest.DumpJSON, manifest.DumpYAML, manifest.Documents} {
		if err := manifest.Write(failing{}, c, manifest.Options{Format: f}); !errors.Is(err, errFull) {
			t.Errorf("format %d: %v", f, err)
		}
	}
	if err := manifest.Write(&bytes.Buffer{}, c, manifest.Options{Format: 9}); err == nil {
		t.Error("format 9 was written")
	}
}

// TestWrite_same: the same cluster gives the same bytes.
func TestWrite_same(t *testing.T) {
	for _, f := range []manifest.Format{manifest.DumpJSON, manifest.DumpYAML, manifest.Documents} {
		var texts [2][]byte
		for i := range texts {
			c, err := shape.Model("small", 3)
			if err != nil {
				t.Fatal(err)
			}
			texts[i] = text(t, c, manifest.Options{Format: f, ManagedFields: true})
		}
		if !bytes.Equal(texts[0], texts[1]) {
			t.Errorf("format %d: two texts of one cluster", f)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	c, err := shape.Model("medium", 1)
	if err != nil {
		b.Fatal(err)
	}
	for name, f := range map[string]manifest.Format{"json": manifest.DumpJSON, "yaml": manifest.DumpYAML, "documents": manifest.Documents} {
		b.Run("profile=medium/format="+name, func(b *testing.B) {
			var n counter
			b.ReportAllocs()
			for b.Loop() {
				n = 0
				if err := manifest.Write(&n, c, manifest.Options{Format: f}); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(n))
		})
	}
}

// counter counts bytes.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
