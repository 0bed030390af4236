// Package shape draws clusters that look like large real ones, and clusters
// that are built to be hard, for benchmarks and tests.
//
//	p, err := shape.Named("large")
//	p.Pods *= 2                    // any of the counts may be changed
//	c, err := p.Model(1)           // a *model.Cluster as package load would return it
//	after := shape.Churn(c, 1)     // the same cluster after a day's changes
//
// A cluster is a function of its profile and the seed: same input, same
// cluster. Each part is drawn from a stream of its own, so that a profile with
// more policies has the same pods, and one with more pods has the same
// workloads and policies.
//
// Labels, ports and addresses of a pod are slices of its own, as after a loader;
// only the bytes of equal strings are shared. Origins name the object but no
// file. Package manifest writes a cluster as YAML or JSON.
package shape

import (
	"errors"
	"fmt"
	"strings"

	"netreach/model"
)

// Profile is the shape of a cluster. The counts are met exactly.
type Profile struct {
	Name string
	// About says in one line what the profile is there for.
	About string

	Nodes, Namespaces, Workloads, Pods, Policies int
	// Services and Routes are what leads from names to pods. No profile has any by
	// itself, so that its figures stay comparable.
	Services, Routes int

	// DualStack is the share of nodes whose pods have an address of each family.
	DualStack float64
	// Mix is the make-up of a cluster of the statistical profiles. The
	// adversarial shapes do not look at it.
	Mix Mix

	build func(*builder)
}

// Mix says what a statistical cluster is made of. Shares are from 0 to 1.
//
// The published statistics count "peers": what they mean is a rule, that is,
// one list of blocks or of selectors together with its ports.
type Mix struct {
	// NoEffect is the share of policies that select no pod, and DenyOnly that of
	// policies that select some but have no rules.
	NoEffect, DenyOnly float64
	// Rules is the mean number of rules of the other policies.
	Rules float64
	// BlockRules is the share of rules whose peers are ipBlocks.
	BlockRules float64
	// LongLists is the share of them that have more than one.
	LongLists float64
	// CIDRs is the number of distinct CIDRs.
	CIDRs int
	// BlockPorts and SelectorPorts are the distribution of ports over the rules
	// of either sort: the shares with none, one, and two or more.
	BlockPorts, SelectorPorts [3]float64
	// Ports is the number of distinct pairs of protocol and number or range that
	// rules name.
	Ports int
	// EndPort and NamedPort are the shares of rules with a range, and with a
	// port by name.
	EndPort, NamedPort float64
	// ClusterWide is the share of selector rules whose peers are two thirds of
	// the cluster.
	ClusterWide float64
	// Stateful is the share of pods that belong to a StatefulSet, and so have
	// labels like no other.
	Stateful float64
	// Rollouts is the share of Deployments with two pods or more whose pods are
	// of two templates.
	Rollouts float64
}

// Names returns the names of all profiles, in the order of their size.
func Names() []string {
	var out []string
	for _, p := range profiles() {
		out = append(out, p.Name)
	}
	return out
}

// Named returns the profile of that name. Case does not matter.
func Named(name string) (Profile, error) {
	for _, p := range profiles() {
		if strings.EqualFold(p.Name, name) {
			return p, nil
		}
	}
	return Profile{}, fmt.Errorf("no profile %q: there are %s", name, strings.Join(Names(), ", "))
}

// Model returns the cluster of a profile as it stands, without changes to its
// counts.
func Model(name string, seed uint64) (*model.Cluster, error) {
	p, err := Named(name)
	if err != nil {
		return nil, err
	}
	return p.Model(seed)
}

// Model returns the cluster of p. It is the caller's own. The error says which
// counts do not go together.
func (p Profile) Model(seed uint64) (*model.Cluster, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	b := newBuilder(p, seed)
	p.build(b)
	b.name()
	return b.cluster, nil
}

// maxPods is how many pods the addresses of podNetwork suffice for, with 256
// addresses for each of maxNodes nodes at least.
const (
	maxPods  = 2_000_000
	maxNodes = 10_000
)

func (p Profile) check() error {
	switch {
	case p.build == nil:
		return errors.New("a profile that does not come from Named")
	case min(p.Nodes, p.Namespaces, p.Workloads) < 1 || p.Policies < 0:
		return errors.New("a cluster needs a node, a namespace and a workload")
	case p.Services < 0 || p.Routes < 0 || p.Routes > 0 && p.Services == 0:
		return errors.New("routes need a Service to lead to")
	case p.Nodes > maxNodes:
		return fmt.Errorf("%d nodes: there are addresses for %d", p.Nodes, maxNodes)
	case p.Pods > maxPods:
		return fmt.Errorf("%d pods: there are addresses for %d", p.Pods, maxPods)
	case p.Pods < p.Workloads:
		return fmt.Errorf("%d pods for %d workloads: each workload has one at least", p.Pods, p.Workloads)
	}
	return nil
}
