// Package route answers by name: it leads a client from a name to a Service, an
// Ingress, a Gateway or a Route, and from there to pods, and judges every hop
// over a Matrix.
//
//	client --DNS--> name --> Service ----------------------> pods
//	client --DNS--> name --> door --> entry --> Service ---> pods
//
// A Walk is one such way, as hops in the order in which a connection takes them.
// It is open only if every hop is. Where a name stands for several ways, such as
// the ports of a Service or the backends of an entry, each is judged, and they
// are allowed together only if all of them are. Nothing here knows a policy: a
// hop is judged by the flows between pods, nodes and addresses that it consists
// of, after every translation of addresses and ports (SVC-20).
//
// What the input does not hold is not made up in silence. The DNS of a cluster
// whose pods are not in the input, and a controller that is not, are judged as
// pods that look as such pods do, in a small world of their own beside the
// matrix, and a note says so.
package route
