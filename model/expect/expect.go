// Package expect is the line language of flows: it reads and writes peers,
// ports and lines such as
//
//	allow shop/api, shop/web -> shop/db 5432/tcp
//	deny  shop/web -> shop/db *
//
// which are the same in queries, in expectation files, in the output of a
// matrix and in diffs.
//
// # Peers
//
//	shop/db                     a workload or a pod
//	shop/statefulset/db         one of that kind
//	db                          one in the default namespace
//	shop/*   */*                all pods of a namespace, of all namespaces
//	shop/app=db,tier!=cache     the pods of a namespace with these labels
//	*/app.kubernetes.io/name=db the pods of all namespaces with these labels
//	10.0.0.7   10.0.0.0/8       an address, a CIDR; also in IPv6
//	10.0.0.7-10.0.0.9           a range of addresses, both ends included
//	node:worker-1               a node
//	internet                    every address outside that is public
//	private                     every other address outside
//	shop/svc/db                 a Service
//	https://shop.example.com/   a route from outside
//
// What stands after the first "/" is a selector if it holds "=" or "!". Its
// requirements are key=value, key==value, key!=value, key and !key, joined with
// commas and without spaces. "key in (a,b)" is written as two peers, and
// "key notin (a,b)" as key!=a,key!=b.
//
// # Ports
//
//	5432  5432/tcp  8000-8100/udp  *  */sctp  http  dns/udp
//
// Without protocol a port is TCP; a name is looked up on the destination; "*"
// is every port of every protocol.
//
// # Lines
//
//	VERDICT SRC[, SRC]... -> DST[, DST]... [PORT[, PORT]...]
//
// Lists are separated by a comma and a space, and a line without ports means
// "*". In a file, "#" at the beginning of a line or after a space begins a
// comment.
package expect

import (
	"net/netip"

	"netreach/model"
	"netreach/model/selector"
)

// PeerKind says how a Peer names its peers.
type PeerKind uint8

// The kinds of Peer.
const (
	// Named is "ns/name" or "ns/kind/name": a workload or a pod.
	Named PeerKind = iota
	// AllPods is "ns/*", or "*/*" with Namespace "*".
	AllPods
	// Selected is "ns/key=value,...", or "*/key=value,...".
	Selected
	// Addresses is an address, a CIDR or a range "A-B": First to Last.
	Addresses
	// NodeName is "node:NAME".
	NodeName
	// Internet is "internet": every address outside that is neither private
	// nor special.
	Internet
	// Private is "private": the addresses outside that Internet leaves out.
	Private
	// Service is "ns/svc/name".
	Service
	// URL is "http://..." or "https://...".
	URL
)

// Peer is a peer, or a set of peers, as a user names it.
type Peer struct {
	Kind PeerKind
	// Text is what the user wrote.
	Text string
	// Namespace is set for Named, AllPods, Selected and Service; "*" means any.
	Namespace string
	// ObjectKind is the kind in "ns/kind/name", as the user wrote it, or "".
	ObjectKind string
	// Name is set for Named, NodeName and Service.
	Name string
	// Labels is set for Selected, in its canonical form.
	Labels selector.Selector
	// First and Last bound Addresses, inclusive, both of one family. An
	// IPv4-mapped IPv6 address is IPv4 (NP-38).
	First, Last netip.Addr
}

// Line is one flow line.
type Line struct {
	Verdict  model.Verdict
	Src, Dst []Peer
	Ports    []model.PortMatch
	// Number is the line's number in its file, from 1.
	Number int
}
