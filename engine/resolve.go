package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"netreach/model"
	"netreach/model/expect"
	"netreach/model/near"
)

// ErrNoPeer is the cause when Resolve finds nothing, ErrAmbiguous when it finds
// several, ErrUnsupported when it cannot say.
var (
	ErrNoPeer      = errors.New("no such peer")
	ErrAmbiguous   = errors.New("ambiguous peer")
	ErrUnsupported = errors.New("unsupported peer")
)

// PeerError is why Resolve found no end.
type PeerError struct {
	Peer expect.Peer
	// Text says what is wrong; Hint what to do, or is empty.
	Text, Hint string
	// Candidates are peers that the user may have meant.
	Candidates []string
	// Err is ErrNoPeer, ErrAmbiguous or ErrUnsupported.
	Err error
}

// Error returns the text.
func (e *PeerError) Error() string { return e.Text }

// Unwrap returns the cause.
func (e *PeerError) Unwrap() error { return e.Err }

// Resolve returns the end that p names, or a *PeerError.
func (m *Matrix) Resolve(p expect.Peer) (End, error) {
	switch p.Kind {
	case expect.Named:
		return m.resolveNamed(p)
	case expect.AllPods:
		return m.resolvePods(p, func(pod *model.Pod) bool { return p.Namespace == "*" || pod.Namespace == p.Namespace })
	case expect.Selected:
		return m.resolvePods(p, func(pod *model.Pod) bool {
			return (p.Namespace == "*" || pod.Namespace == p.Namespace) && p.Labels.Matches(pod.Labels)
		})
	case expect.Addresses:
		if p.Outside {
			return m.resolveSide(p)
		}
		return m.addrEnd(p.Text, p.First, p.Last), nil
	case expect.NodeName:
		if p.Name == "*" {
			return m.resolveNodes(p)
		}
		if id, ok := m.u.NodeID(p.Name); ok && m.node(id) != nil {
			return m.end(p.Text, []PeerID{id}), nil
		}
		return End{}, m.noNode(p)
	case expect.Internet, expect.Private:
		if p.Family != 0 {
			return m.resolveSide(p)
		}
		return m.outsideEnd(p.Kind == expect.Private), nil
	case expect.Defined:
		return m.resolveSide(p)
	case expect.Service, expect.URL:
	}
	return End{}, &PeerError{
		Peer: p, Err: ErrUnsupported, Text: fmt.Sprintf("%q is a name, and leads to peers without being one", p.Text),
		Hint: "can and explain take it as a destination; elsewhere name the workload or pod behind it",
	}
}

// resolveNamed finds the one workload or pod that ns/name or ns/kind/name
// means.
func (m *Matrix) resolveNamed(p expect.Peer) (End, error) {
	var found []End
	var names []string
	for _, w := range m.workloadsNamed(p.Namespace, p.Name) {
		kind := m.cluster.Workloads[w].Kind
		if p.ObjectKind != "" && !sameKind(p.ObjectKind, kind) {
			continue
		}
		members := m.podsWhere(func(pod *model.Pod) bool { return pod.Workload == w })
		if len(members) > 0 {
			found = append(found, m.end(m.workloadName(w), members))
			names = append(names, p.Namespace+"/"+strings.ToLower(kind)+"/"+p.Name)
		}
	}
	if id, ok := m.u.names().pods[podKey{namespace: p.Namespace, name: p.Name}]; ok && m.pod(id) != nil && (p.ObjectKind == "" || sameKind(p.ObjectKind, "Pod")) {
		// A bare pod is a workload of its own, and already found.
		if m.cluster.Workloads[m.pod(id).Workload].Kind != "Pod" {
			found = append(found, m.end(p.Namespace+"/"+p.Name, []PeerID{id}))
			names = append(names, p.Namespace+"/pod/"+p.Name)
		}
	}
	switch len(found) {
	case 0:
		return End{}, m.noPeer(p)
	case 1:
		return found[0], nil
	}
	return End{}, &PeerError{
		Peer: p, Err: ErrAmbiguous, Candidates: names,
		Text: fmt.Sprintf("%q is ambiguous: %s", p.Text, strings.Join(names, ", ")),
		Hint: "name the kind as well: " + names[0],
	}
}

// sameKind reports whether what the user wrote means a kind: "deployment",
// "deployments" and "deploy" all mean Deployment.
func sameKind(wrote, kind string) bool {
	wrote, kind = strings.ToLower(wrote), strings.ToLower(kind)
	short := map[string]string{"deploy": "deployment", "sts": "statefulset", "ds": "daemonset", "rs": "replicaset", "rc": "replicationcontroller", "po": "pod", "cj": "cronjob"}
	if long, ok := short[wrote]; ok {
		wrote = long
	}
	return wrote == kind || wrote == kind+"s"
}

func (m *Matrix) resolvePods(p expect.Peer, keep func(*model.Pod) bool) (End, error) {
	peers := m.podsWhere(keep)
	if len(peers) == 0 {
		return End{}, m.noPeer(p)
	}
	return m.end(p.Text, peers), nil
}

// resolveSide finds what a peer means that is made of others, or of addresses
// outside.
func (m *Matrix) resolveSide(p expect.Peer) (End, error) {
	s, err := m.Side(p)
	if err != nil {
		return End{}, err
	}
	return m.SideEnd(p.Text, s), nil
}

// resolveNodes finds all nodes of the cluster.
func (m *Matrix) resolveNodes(p expect.Peer) (End, error) {
	nodes := m.nodePeers()
	if len(nodes) == 0 {
		return End{}, &PeerError{Peer: p, Err: ErrNoPeer, Text: fmt.Sprintf("%q: there are no nodes in the input", p.Text), Hint: "add them: kubectl get nodes -o yaml"}
	}
	return m.end(p.Text, nodes), nil
}

// noPeer says that nothing has the name, with the nearest that exists.
func (m *Matrix) noPeer(p expect.Peer) error {
	e := &PeerError{Peer: p, Err: ErrNoPeer}
	inNamespace, elsewhere := []string{}, []string{}
	for i := range m.cluster.Workloads {
		w := &m.cluster.Workloads[i]
		switch {
		case w.Namespace == p.Namespace:
			inNamespace = append(inNamespace, m.workloadName(i))
		case w.Name == p.Name:
			elsewhere = append(elsewhere, m.workloadName(i))
		}
	}
	switch {
	case p.Kind == expect.Selected && (p.Namespace == "*" || len(inNamespace) > 0):
		e.Text = fmt.Sprintf("no pod matches %q", p.Text)
		e.Hint = "labels are those of the pods, not of their workload"
		return e
	case p.Namespace == "*":
		e.Text = "there are no pods"
		return e
	case len(inNamespace) == 0:
		e.Text = fmt.Sprintf("%q: no pods in namespace %q", p.Text, p.Namespace)
		e.Candidates = elsewhere
	default:
		e.Text = fmt.Sprintf("%q: no workload or pod of that name in namespace %q", p.Text, p.Namespace)
		e.Candidates = append(closest(p.Name, inNamespace), elsewhere...)
	}
	if len(e.Candidates) > 0 {
		e.Hint = "did you mean " + strings.Join(e.Candidates[:min(3, len(e.Candidates))], ", ") + "?"
	}
	return e
}

func (m *Matrix) noNode(p expect.Peer) error {
	e := &PeerError{Peer: p, Err: ErrNoPeer, Text: fmt.Sprintf("no node is named %q", p.Name)}
	for i := range m.cluster.Nodes {
		e.Candidates = append(e.Candidates, "node:"+m.cluster.Nodes[i].Name)
	}
	if e.Candidates = closest("node:"+p.Name, e.Candidates); len(e.Candidates) > 0 {
		e.Hint = "did you mean " + e.Candidates[0] + "?"
	}
	return e
}

// closest returns the names that share the most with name, the best first, at
// most three.
func closest(name string, names []string) []string {
	type scored struct {
		name  string
		score int
	}
	var out []scored
	for _, n := range names {
		last := n[strings.LastIndexByte(n, '/')+1:]
		if d := near.Distance(name, last); d <= max(len(name), len(last))/2 {
			out = append(out, scored{n, d})
		}
	}
	slices.SortStableFunc(out, func(a, b scored) int { return a.score - b.score })
	var best []string
	for _, s := range out[:min(3, len(out))] {
		best = append(best, s.name)
	}
	return best
}
