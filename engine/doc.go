// Package engine answers who can reach whom. It takes a model.Cluster, knows
// neither YAML nor Kubernetes types, and gives back a Matrix: the exact verdict
// for every pair of peers on every port of every protocol.
//
//	u, err := engine.NewUniverse(options, cluster)   // peers, classes, port and address atoms
//	m, err := engine.Compile(u, 0)                   // one of the universe's clusters
//	src, err := m.Resolve(peer)                      // an End: a set of peers with a name
//	a := m.Judge(src, dst, model.PortMatch{})        // verdict, with its parts by port
//	n, err := engine.CompileUnder(u, 0, switches)    // the same cluster under other switches
//	c, err := engine.Compare(m, n, ends)             // what that changes
//	d, err := engine.NewDiff(before, after)          // two clusters of one universe, and why
//
// Nothing runs on pairs of pods. Pods that no selector, block or named port can
// tell apart are one class; ports that no rule can tell apart are one atom; the
// peers that one list of rules lets through are one row, stored once. Every row
// exists as two bounds, what is certainly and what is possibly allowed, which
// are one and the same set unless something is open.
package engine
