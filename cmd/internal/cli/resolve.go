package cli

import (
	"errors"
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model/expect"
	"netreach/model/near"
)

// resolve returns the end that p names. The error has a hint.
func (in *input) resolve(p expect.Peer) (engine.End, error) {
	e, err := in.matrix.Resolve(p)
	return e, in.hinted(err)
}

// hinted adds to the error of a peer that does not exist of what other kind the
// object is, if any, or what is near.
func (in *input) hinted(err error) error {
	var none *engine.PeerError
	if !errors.As(err, &none) || !errors.Is(err, engine.ErrNoPeer) {
		return err
	}
	p := none.Peer
	if kinds := in.kindsOf(p); p.Kind == expect.Named && p.ObjectKind != "" && len(kinds) > 0 {
		name := p.Namespace + "/" + strings.ToLower(kinds[0]) + "/" + p.Name
		return troublef("name it "+name, "%q: %s/%s is a %s", p.Text, p.Namespace, p.Name, strings.Join(kinds, " and a "))
	}
	if none.Hint != "" || p.Kind == expect.NodeName {
		return err
	}
	var names []string
	for _, ends := range [][]engine.End{in.matrix.Workloads(), in.matrix.Namespaces(), in.matrix.Pods()} {
		for _, e := range ends {
			names = append(names, e.Name)
		}
	}
	return troublef(near.Hint(p.String(), names, "netreach matrix lists the peers that there are"), "%s", none.Text)
}

// kindsOf returns the kinds of the workloads and pods that have the name of p.
func (in *input) kindsOf(p expect.Peer) []string {
	var kinds []string
	add := func(kind string) {
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	for i := range in.cluster.Pods {
		pod := &in.cluster.Pods[i]
		w := &in.cluster.Workloads[pod.Workload]
		if w.Namespace == p.Namespace && w.Name == p.Name {
			add(w.Kind)
		}
		if !pod.StandIn && pod.Namespace == p.Namespace && pod.Name == p.Name {
			add("Pod")
		}
	}
	slices.Sort(kinds)
	return kinds
}
