package cli

import (
	"errors"

	"netreach/engine"
	"netreach/model/expect"
	"netreach/model/near"
)

// resolve returns the end that p names. Where nothing has the name and the
// engine has nothing to offer, the hint names what is near.
func (in *input) resolve(p expect.Peer) (engine.End, error) {
	e, err := in.matrix.Resolve(p)
	var none *engine.PeerError
	if !errors.As(err, &none) || none.Hint != "" || !errors.Is(err, engine.ErrNoPeer) {
		return e, err
	}
	var names []string
	for _, ends := range [][]engine.End{in.matrix.Workloads(), in.matrix.Namespaces(), in.matrix.Pods()} {
		for _, e := range ends {
			names = append(names, e.Name)
		}
	}
	return e, troublef(near.Hint(p.String(), names, "netreach matrix lists the peers that there are"), "%s", none.Text)
}
