package peers_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	corev1 "k8s.io/api/core/v1"

	"netreach/engine"
	"netreach/model"
	"netreach/model/load"
)

// netreach is our side, made ready for one world.
type netreach struct {
	universe *engine.Universe
	matrix   *engine.Matrix
}

// newNetreach reads the world from its manifest, as a user would hand it in.
func newNetreach(t *testing.T, w *world) netreach {
	t.Helper()
	fsys := fstest.MapFS{"world.yaml": &fstest.MapFile{Data: []byte(manifest(t, w))}}
	cluster, problems, err := load.Read(load.Options{FS: fsys}, "world.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range problems {
		if d.Severity == model.Error {
			t.Fatal(d)
		}
	}
	u, err := engine.NewUniverse(model.Options{}, cluster)
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Compile(u, 0)
	if err != nil {
		t.Fatal(err)
	}
	return netreach{u, m}
}

// verdict returns our verdict about f.
func (n netreach) verdict(t *testing.T, f flow) model.Verdict {
	t.Helper()
	protocol := map[corev1.Protocol]model.Protocol{
		corev1.ProtocolTCP: model.TCP, corev1.ProtocolUDP: model.UDP, corev1.ProtocolSCTP: model.SCTP,
	}[f.protocol]
	return n.matrix.Verdict(n.peer(t, f.src), n.peer(t, f.dst), protocol, uint16(f.port))
}

func (n netreach) peer(t *testing.T, e end) engine.PeerID {
	t.Helper()
	if e.pod == nil {
		return n.universe.AddrID(netip.MustParseAddr(e.address))
	}
	id, ok := n.universe.PodID(e.pod.Namespace, e.pod.Name)
	if !ok {
		t.Fatalf("no pod %s", e)
	}
	return id
}

// manifest returns the objects of w as one multi-document file.
func manifest(t *testing.T, w *world) string {
	t.Helper()
	var b strings.Builder
	add := func(object any) {
		text, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "---\n%s\n", text)
	}
	for _, n := range w.namespaces {
		add(n)
	}
	for _, p := range w.pods {
		add(p)
	}
	for _, p := range w.policies {
		add(p)
	}
	return b.String()
}

// flows returns every flow that is compared: between all ends but two outside,
// on every port number of the vocabulary, and one that no rule names, in every
// protocol.
func (w *world) flows() iter.Seq[flow] {
	return func(yield func(flow) bool) {
		for _, src := range w.ends() {
			for _, dst := range w.ends() {
				if src.pod == nil && dst.pod == nil {
					continue
				}
				for _, protocol := range protocols {
					for _, port := range append(slices.Clip(portNumbers), 7) {
						if !yield(flow{src, dst, protocol, port}) {
							return
						}
					}
				}
			}
		}
	}
}

// String returns the flow as "shop/web -> shop/db 5432/tcp".
func (f flow) String() string {
	return fmt.Sprintf("%s -> %s %d/%s", f.src, f.dst, f.port, strings.ToLower(string(f.protocol)))
}
