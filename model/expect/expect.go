// Package expect is the line language of flows: it reads and writes peers,
// ports and lines such as
//
//	allow shop/api, shop/web -> shop/db 5432/tcp
//	deny  shop/web -> shop/db *
//
// which are the same in queries, in expectation files, in the output of a
// matrix and in diffs.
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
	Name   string
	Labels selector.Selector
	// First and Last bound Addresses, inclusive, both of one family.
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
