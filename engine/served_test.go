package engine_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/load"
)

// manifests reads a cluster from text.
func manifests(t *testing.T, docs ...string) *model.Cluster {
	t.Helper()
	text := strings.Join(docs, "\n---\n")
	c, problems, err := load.Read(load.Options{FS: fstest.MapFS{"a.yaml": {Data: []byte(text)}}}, "a.yaml")
	if err != nil || c == nil {
		t.Fatal(err, problems)
	}
	return c
}

const (
	servedPod = "apiVersion: v1\nkind: Pod\nmetadata: {namespace: a, name: web, labels: {app: web}}\nstatus: {podIP: 198.51.100.4}"
	// published has a cluster address, one of its load balancer and an external one.
	published = "apiVersion: v1\nkind: Service\nmetadata: {namespace: a, name: web}\n" +
		"spec: {type: LoadBalancer, clusterIP: 10.96.0.7, externalIPs: [203.0.113.6], selector: {app: web}, ports: [{port: 80}]}\n" +
		"status: {loadBalancer: {ingress: [{ip: 203.0.113.7}]}}"
)

// admitting is a policy that lets blocks in.
func admitting(blocks ...string) string {
	var from []string
	for _, b := range blocks {
		from = append(from, "{ipBlock: {cidr: "+b+"}}")
	}
	return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: a, name: p}\n" +
		"spec: {podSelector: {}, ingress: [{from: [" + strings.Join(from, ", ") + "]}]}"
}

func peerOf(t *testing.T, text string) expect.Peer {
	t.Helper()
	p, err := expect.ParsePeer(text, "")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestServed checks who is outside where blocks name addresses of pods and
// Services: nobody connects from these, so that a block of nothing else admits
// nobody (NP-35, SVC-20, SVC-21).
func TestServed(t *testing.T) {
	tests := []struct {
		block, from string
		want        model.Verdict
	}{
		// the load balancer and the external address together are one block
		{"203.0.113.6/31", "internet", model.Denied},
		{"203.0.113.7/32", "internet", model.Denied},
		{"203.0.113.7/32", "203.0.113.0/24", model.Denied},
		{"203.0.113.7/32", "203.0.113.7", model.None},
		{"203.0.113.6/31", "203.0.113.6/31", model.None},
		// an address beside them is somebody's
		{"203.0.113.4/30", "internet", model.Some},
		{"203.0.113.4/30", "203.0.113.5", model.Allowed},
		{"203.0.113.4/30", "203.0.113.7", model.None},
		// an external address is that of a Service on the ports of that only (SVC-23)
		{"203.0.113.4/30", "203.0.113.6", model.Allowed},
		// the cluster address is private, and nobody's either
		{"10.96.0.7/32", "private", model.Denied},
		{"10.96.0.6/31", "private", model.Some},
		// the pod has its address, and nobody else
		{"198.51.100.4/32", "internet", model.Denied},
		// no block names it: it is one of many, and still nobody's
		{"0.0.0.0/0", "203.0.113.7", model.None},
		{"0.0.0.0/0", "internet", model.Allowed},
	}
	for _, test := range tests {
		m := statesIn(t, model.Options{}, manifests(t, servedPod, published, admitting(test.block)))[0]
		src, err := m.Resolve(peerOf(t, test.from))
		if err != nil {
			t.Fatal(err)
		}
		dst, err := m.Resolve(peerOf(t, "a/web"))
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Judge(src, dst, model.PortMatch{}).Verdict; got != test.want {
			t.Errorf("block %s: %s from %s, want %s", test.block, got, test.from, test.want)
		}
	}
}

// TestServed_together: a range of which one half is a pod's and the other a
// Service's has nobody outside, nor does one of two pods.
func TestServed_together(t *testing.T) {
	other := strings.NewReplacer("web", "db", "198.51.100.4", "198.51.100.5").Replace(servedPod)
	service := strings.NewReplacer("203.0.113.7", "198.51.100.5").Replace(published)
	for _, docs := range [][]string{{servedPod, other}, {servedPod, service}} {
		m := statesIn(t, model.Options{}, manifests(t, append(docs, admitting("198.51.100.4/31"))...))[0]
		for _, e := range m.Outside() {
			if e.Name != "internet" && e.Name != "private" {
				t.Errorf("%s is a part of its own", e.Name)
			}
		}
		if s := m.Summary(1); len(s.Exposed) == 0 || s.Exposed[0].Internet {
			t.Errorf("exposed to the internet: %+v", s.Exposed)
		}
	}
}

// TestServed_peers: where a peer is wanted, an address of a Service is none, and the
// error names the Service.
func TestServed_peers(t *testing.T) {
	m := statesIn(t, model.Options{}, manifests(t, servedPod, published))[0]
	for _, text := range []string{"203.0.113.7", "outside:203.0.113.7", "10.96.0.7"} {
		_, sideErr := m.Side(peerOf(t, text))
		_, placeErr := m.External(peerOf(t, text))
		for _, err := range []error{sideErr, placeErr} {
			var none *engine.PeerError
			if !errors.As(err, &none) || !errors.Is(err, engine.ErrNoPeer) || !slices.Contains(none.Candidates, "a/svc/web") {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
	if s, err := m.Side(peerOf(t, "203.0.113.6")); err != nil || s.Empty() {
		t.Errorf("an external address by itself: %v", err)
	}
	if s, at := m.ServedAt(netip.MustParseAddr("203.0.113.0"), netip.MustParseAddr("203.0.113.255")); s == nil || at.String() != "203.0.113.6" {
		t.Errorf("ServedAt: %v at %v", s, at)
	}
	// What a node has is the node's.
	node := "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {addresses: [{type: ExternalIP, address: 203.0.113.6}]}"
	m = statesIn(t, model.Options{}, manifests(t, servedPod, published, node))[0]
	e, err := m.Resolve(peerOf(t, "203.0.113.6"))
	if err != nil || len(e.Peers) != 1 || e.Outside {
		t.Errorf("the node's address: %+v, %v", e, err)
	}
}

// TestServed_diff: an address that a Service has in one state only is an address
// outside in both, but nobody gains a flow from there while the Service has it, and
// nobody loses one (SVC-21).
func TestServed_diff(t *testing.T) {
	const vip = "203.0.113.6/31"
	bare, with := []string{servedPod}, []string{servedPod, published}
	tests := []struct {
		what          string
		before, after []string
		opens         []string
		block         [2]string // before and after
		closes        []string
	}{
		{what: "a Service in both states", before: with, after: with, block: [2]string{"8.8.8.8/32", vip}, closes: []string{"8.8.8.8"}},
		{what: "the Service is new: nobody is there any more", before: bare, after: with, block: [2]string{"8.8.8.8/32", vip}, closes: []string{"8.8.8.8"}},
		{what: "the Service goes: the rule lets in whoever comes", before: with, after: bare, block: [2]string{"8.8.8.8/32", vip}, opens: []string{"203.0.113.6/31"}, closes: []string{"8.8.8.8"}},
		{what: "the Service goes, and so does its rule: nobody used it", before: with, after: bare, block: [2]string{vip, "8.8.8.8/32"}, opens: []string{"8.8.8.8"}},
		{what: "the Service comes, and its rule goes: whoever was there is out", before: bare, after: with, block: [2]string{vip, "8.8.8.8/32"}, opens: []string{"8.8.8.8"}, closes: []string{"203.0.113.6/31"}},
		{what: "only the Service goes", before: with, after: bare, block: [2]string{vip, vip}},
		{what: "only the Service comes", before: bare, after: with, block: [2]string{vip, vip}},
	}
	for _, test := range tests {
		before := manifests(t, append(slices.Clone(test.before), admitting(test.block[0]))...)
		after := manifests(t, append(slices.Clone(test.after), admitting(test.block[1]))...)
		d := diffOf(t, model.Options{}, before, after)
		var opens, closes []string
		for _, f := range d.Flows {
			for _, i := range f.Src {
				if f.Change.Effect&engine.Opens != 0 {
					opens = append(opens, d.Comparison.Ends[i].Name)
				}
				if f.Change.Effect&engine.Closes != 0 {
					closes = append(closes, d.Comparison.Ends[i].Name)
				}
			}
			if len(d.Causes[f.Change.Cause].Edits) == 0 || d.Causes[f.Change.Cause].Open {
				t.Errorf("%s: no cause", test.what)
			}
		}
		if !slices.Equal(opens, test.opens) || !slices.Equal(closes, test.closes) {
			t.Errorf("%s: opens %v, closes %v; want %v, %v", test.what, opens, closes, test.opens, test.closes)
		}
	}
}
