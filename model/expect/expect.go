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
//	outside:10.0.0.0/8          the same, without the pods and nodes in it
//	node:worker-1   node:*      a node, all nodes
//	internet                    every address outside that is public
//	private                     every other address outside
//	ipv4:internet               the part of one family, also with ipv6: and private
//	shop/svc/db                 a Service
//	https://shop.example.com/   a route from outside
//	@frontends                  a set that the file defines
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
//	only SRC[, SRC]... -> DST[, DST]... [PORT[, PORT]...]
//	deny everything else
//	set @NAME = PEER[, PEER]...
//
// Lists are separated by a comma and a space, and a line without ports means
// "*". Behind a list, "except" and a second list leave out what that holds:
//
//	deny */* except payments/* -> payments/db * except 9090/tcp
//
// The word "each" before the ports demands the verdict of every single one: "some
// a/x -> a/y *" may be that ports differ, "some a/x -> a/y each *" is that the pods of
// a/x and a/y differ on every port.
//
// The last two forms stand in files only. There, "#" at the beginning of a line
// or after a space begins a comment, and a line that ends in a comma, or in "="
// or "->", goes on in the next.
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
	// Defined is "@name": what Set defines.
	Defined
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
	// Name is set for Named, NodeName, Service and Defined. A NodeName "*" is all
	// nodes.
	Name string
	// Labels is set for Selected, in its canonical form.
	Labels selector.Selector
	// First and Last bound Addresses, inclusive, both of one family. An
	// IPv4-mapped IPv6 address is IPv4 (NP-38).
	First, Last netip.Addr
	// Outside tells of Addresses that the pods and nodes that have one of them are
	// left out.
	Outside bool
	// Family is 4 or 6 for the part of Internet or Private that is of this family,
	// else 0.
	Family uint8
	// Set is what a Defined peer stands for.
	Set *Set
}

// Set is a set of peers that a file gives a name: Peers but those of Except. It
// is built of peers and of sets that the file defines further up.
type Set struct {
	Name          string // without "@"
	Peers, Except []Peer
	// Number is as in Line.
	Number int
}

// Form says what a line demands.
type Form uint8

// The forms of a Line.
const (
	// Flow demands a verdict about flows: "allow a/x -> a/y".
	Flow Form = iota
	// Only demands that these flows are allowed, and that nobody else may open
	// such connections to the same destinations: "only a/x -> a/y".
	Only
	// Rest demands that whatever no other line of the file is about is denied:
	// "deny everything else".
	Rest
)

// Line is one line of a file.
type Line struct {
	Form Form
	// Verdict is Allowed for Only and Denied for Rest.
	Verdict  model.Verdict
	Src, Dst []Peer
	Ports    []model.PortMatch
	// What is left out of the sources, of the destinations and of the ports.
	// PortsExcept holds ranges only.
	SrcExcept, DstExcept []Peer
	PortsExcept          []model.PortMatch
	// Each demands the verdict of every single port, where it is otherwise about all
	// of them together: it tells "some on every port" from "some ports".
	Each bool
	// Number is the line's number in its file, from 1: the first one of a line that
	// goes on over several.
	Number int
	// Comment is the comment behind the line, without "#", or "": what the line is
	// called in reports.
	Comment string
}
