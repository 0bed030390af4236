package main

import (
	"net/netip"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"netreach/model"
	"netreach/model/selector"
)

// readMemory reads memory that no cache holds, on all processors, a few times
// over. It returns how many bytes a second that were when it went best: the
// roofline. Nothing that must read n bytes is faster.
func readMemory() float64 {
	const size = 256 << 20
	words := make([]uint64, size/8)
	for i := range words {
		words[i] = uint64(i) // the pages are there, each its own
	}
	workers := runtime.GOMAXPROCS(0)
	share := len(words) / workers
	sums := make([]uint64, workers)
	best := 0.0
	for range 5 {
		start := time.Now() //nolint:forbidigo // a stopwatch
		var wait sync.WaitGroup
		for w := range workers {
			wait.Go(func() { sums[w] += sum(words[w*share : (w+1)*share]) })
		}
		wait.Wait()
		best = max(best, float64(workers*share*8)/time.Since(start).Seconds())
	}
	runtime.KeepAlive(sums)
	return best
}

// sum reads words, several at a time so that the additions do not wait for one
// another.
func sum(words []uint64) uint64 {
	var a, b, c, d uint64
	for ; len(words) >= 8; words = words[8:] {
		a += words[0] + words[4]
		b += words[1] + words[5]
		c += words[2] + words[6]
		d += words[3] + words[7]
	}
	return a + b + c + d
}

// clusterBytes returns the bytes of a cluster that decide about verdicts: the
// pods with their labels, ports and addresses, and the policies. Who answers
// for the whole cluster reads them once at least.
func clusterBytes(c *model.Cluster) uint64 {
	n := policyBytes(c)
	for i := range c.Pods {
		p := &c.Pods[i]
		n += size(*p) + labelBytes(p.Labels) + uint64(len(p.Addresses))*size(netip.Addr{}) + uint64(len(p.Namespace)+len(p.Node))
		for _, port := range p.Ports {
			n += size(port) + uint64(len(port.Name))
		}
	}
	for i := range c.Namespaces {
		n += size(c.Namespaces[i]) + labelBytes(c.Namespaces[i].Labels)
	}
	return n
}

// policyBytes returns the bytes of the policies without their origins.
func policyBytes(c *model.Cluster) uint64 {
	n := uint64(0)
	for i := range c.Policies {
		p := &c.Policies[i]
		n += size(*p) - size(p.Origin) + setBytes(&p.Subject)
		for k := range p.Rules {
			r := &p.Rules[k]
			n += size(*r) - size(r.Origin) + uint64(len(r.Ports))*size(model.PortMatch{})
			for j := range r.Peers {
				peer := &r.Peers[j]
				n += size(*peer) + setBytes(&peer.Pods) + uint64(len(peer.Block.Except))*size(peer.Block.CIDR)
			}
		}
	}
	return n
}

func setBytes(s *model.PodSet) uint64 {
	return uint64(len(s.Namespace)) + selectorBytes(s.Namespaces) + selectorBytes(s.Pods)
}

func selectorBytes(s selector.Selector) uint64 {
	n := uint64(0)
	for _, r := range s.Requirements {
		n += size(r) + uint64(len(r.Key))
		for _, v := range r.Values {
			n += size(v) + uint64(len(v))
		}
	}
	return n
}

func labelBytes(ls model.Labels) uint64 {
	n := uint64(0)
	for _, l := range ls {
		n += size(l) + uint64(len(l.Key)+len(l.Value))
	}
	return n
}

// size returns the bytes of a value without what it points to.
func size[T any](v T) uint64 { return uint64(unsafe.Sizeof(v)) }
