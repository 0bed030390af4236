package shape_test

import (
	"maps"
	"math"
	"slices"
	"testing"

	"netreach/bench/gen/shape"
	"netreach/model"
	"netreach/model/selector"
)

// census counts what the published statistics count: pods that policies select
// and that their peers select, and what the rules are made of.
type census struct {
	c      *model.Cluster
	spaces map[string]*space
	names  []string
}

// space is the pods of a namespace that a policy can select (NP-39).
type space struct {
	labels model.Labels
	pods   []model.Labels
}

func newCensus(c *model.Cluster) *census {
	n := &census{c: c, spaces: map[string]*space{}}
	for _, ns := range c.Namespaces {
		n.spaces[ns.Name] = &space{labels: ns.Labels}
		n.names = append(n.names, ns.Name)
	}
	for i := range c.Pods {
		if p := &c.Pods[i]; !p.HostNetwork {
			n.spaces[p.Namespace].pods = append(n.spaces[p.Namespace].pods, p.Labels)
		}
	}
	return n
}

func (s *space) count(pods selector.Selector) int {
	if pods.Everything() {
		return len(s.pods)
	}
	n := 0
	for _, l := range s.pods {
		if pods.Matches(l) {
			n++
		}
	}
	return n
}

func (n *census) selected(set model.PodSet) int {
	if set.Namespace != "" {
		return n.spaces[set.Namespace].count(set.Pods)
	}
	sum := 0
	for _, name := range n.names {
		if s := n.spaces[name]; set.Namespaces.Matches(s.labels) {
			sum += s.count(set.Pods)
		}
	}
	return sum
}

// tally is the figures of a cluster.
type tally struct {
	noEffect, denyOnly, expressions int
	// local and peers are the pods that each policy and each selector rule
	// selects, ascending.
	local, peers                          []int
	rules, blockRules, namespaces, blocks int
	cidrs                                 map[string]bool
	ports                                 [3]int // rules with none, one, more
	numbers                               map[model.PortMatch]bool
	byName, byRange, clusterWide          int
}

// count goes through the policies. Rules of policies without effect are not in
// the published figures, nor here.
func (n *census) count() tally {
	t := tally{cidrs: map[string]bool{}, numbers: map[model.PortMatch]bool{}}
	memo := map[string]int{}
	for i := range n.c.Policies {
		p := &n.c.Policies[i]
		selected := n.selected(p.Subject)
		switch {
		case selected == 0:
			t.noEffect++
			continue
		case len(p.Rules) == 0:
			t.denyOnly++
			continue
		}
		t.local = append(t.local, selected)
		for _, q := range p.Subject.Pods.Requirements {
			if q.Op != selector.In || len(q.Values) > 1 {
				t.expressions++
				break
			}
		}
		for _, r := range p.Rules {
			t.rule(&r)
			sum := 0
			for _, peer := range r.Peers {
				if peer.Kind == model.PeerPods {
					key := peer.Pods.String()
					if _, ok := memo[key]; !ok {
						memo[key] = n.selected(peer.Pods)
					}
					sum += memo[key]
				}
			}
			if r.Peers[0].Kind == model.PeerPods {
				t.peers = append(t.peers, sum)
				if sum > len(n.c.Pods)/2 {
					t.clusterWide++
				}
			}
		}
	}
	slices.Sort(t.local)
	slices.Sort(t.peers)
	return t
}

func (t *tally) rule(r *model.Rule) {
	t.rules++
	if r.Peers[0].Kind == model.PeerBlock {
		t.blockRules++
		t.blocks += len(r.Peers)
		for _, p := range r.Peers {
			t.cidrs[p.Block.CIDR.String()] = true
		}
	}
	if r.Peers[0].Kind == model.PeerPods && r.Peers[0].Pods.Namespace == "" {
		t.namespaces++
	}
	n, byName, byRange := min(len(r.Ports), 2), false, false
	for _, p := range r.Ports {
		switch p.Kind {
		case model.PortAny:
			n = 0
		case model.PortNamed:
			byName = true
		case model.PortRange:
			t.numbers[p] = true
			byRange = byRange || p.EndPort
		}
	}
	t.ports[n]++
	if byName {
		t.byName++
	}
	if byRange {
		t.byRange++
	}
}

func mean(of []int) float64 {
	sum := 0
	for _, n := range of {
		sum += n
	}
	return float64(sum) / float64(len(of))
}

func median(sorted []int) int { return sorted[len(sorted)/2] }

// TestMix_histograms: the clusters have the figures that their profiles are
// anchored in.
func TestMix_histograms(t *testing.T) {
	type near struct{ want, tolerance float64 }
	tests := []struct {
		profile string
		figures map[string]near
	}{
		// the dump of npinaeva/k8s-netpol-scale; its peers are rules
		{"medium", map[string]near{
			"policies without effect":    {0.26, 0.001},
			"policies that only deny":    {0.036, 0.001},
			"rules of the others":        {1.6, 0.05},
			"pods of a policy, median":   {6, 2},
			"pods of a policy, mean":     {13.1, 4},
			"pods of a policy, most":     {154, 60},
			"pods of a rule, median":     {2, 0},
			"pods of a rule, mean":       {35, 12},
			"rules of most pods":         {0.0076, 0.002},
			"most pods, share":           {0.66, 0.10},
			"rules with blocks":          {0.40, 0.02},
			"blocks":                     {8_400, 400},
			"distinct CIDRs":             {400, 5},
			"rules without ports":        {0.49, 0.02},
			"rules with one port":        {0.46, 0.02},
			"rules with more ports":      {0.05, 0.01},
			"distinct ports":             {120, 3},
			"rules with endPort":         {0.0015, 0.0005},
			"rules with a port by name":  {0.10, 0.01},
			"distinct label sets":        {2_400, 150},
			"pods of StatefulSets":       {0.15, 0.02},
			"policies with expressions":  {0.04, 0.02},
			"rules with a namespace":     {0.40, 0.10},
			"namespaces with a team":     {1, 0},
			"namespaces with name label": {0.70, 0.02},
		}},
		{"small", map[string]near{
			"policies without effect":   {0.05, 0.01},
			"policies that only deny":   {0.40, 0.01},
			"rules of the others":       {1.3, 0.25},
			"rules with blocks":         {0.20, 0.12},
			"distinct CIDRs":            {15, 5},
			"distinct ports":            {15, 5},
			"rules with endPort":        {0, 0},
			"rules with a port by name": {0.10, 0.03},
			"distinct label sets":       {220, 25},
		}},
		{"large", map[string]near{
			"policies without effect":   {0.15, 0.001},
			"policies that only deny":   {0.10, 0.001},
			"rules of the others":       {1.6, 0.02},
			"pods of a rule, median":    {2, 0},
			"rules with blocks":         {0.40, 0.02},
			"blocks":                    {30_000, 1_000},
			"distinct CIDRs":            {2_000, 10},
			"rules without ports":       {0.49, 0.02},
			"rules with one port":       {0.46, 0.02},
			"rules with more ports":     {0.05, 0.01},
			"distinct ports":            {400, 5},
			"rules with endPort":        {0.01, 0.002},
			"rules with a port by name": {0.10, 0.01},
			"distinct label sets":       {40_000, 2_000},
			"pods of StatefulSets":      {0.15, 0.02},
			"most pods, share":          {0.66, 0.10},
		}},
	}
	for _, test := range tests {
		c, err := shape.Model(test.profile, 1)
		if err != nil {
			t.Fatal(err)
		}
		got := newCensus(c).figures()
		for _, name := range slices.Sorted(maps.Keys(test.figures)) {
			want := test.figures[name]
			value, ok := got[name]
			if !ok {
				t.Fatalf("nobody counts %q", name)
			}
			if math.Abs(value-want.want) > want.tolerance+1e-9 {
				t.Errorf("%s: %s: %.4g, want %.4g within %.4g", test.profile, name, value, want.want, want.tolerance)
			}
		}
	}
}

// figures returns the figures of the cluster by name.
func (n *census) figures() map[string]float64 {
	x := n.count()
	share := func(part, of int) float64 { return float64(part) / float64(of) }
	policies := len(n.c.Policies)
	labelSets, stateful := map[string]bool{}, 0
	for i := range n.c.Pods {
		labelSets[n.c.Pods[i].Labels.String()] = true
		if n.c.Workloads[n.c.Pods[i].Workload].Kind == "StatefulSet" {
			stateful++
		}
	}
	team, named := 0, 0
	for _, ns := range n.c.Namespaces {
		if _, ok := ns.Labels.Get("team"); ok {
			team++
		}
		if _, ok := ns.Labels.Get("name"); ok {
			named++
		}
	}
	return map[string]float64{
		"policies without effect":    share(x.noEffect, policies),
		"policies that only deny":    share(x.denyOnly, policies),
		"policies with expressions":  share(x.expressions, len(x.local)),
		"rules of the others":        share(x.rules, len(x.local)),
		"pods of a policy, median":   float64(median(x.local)),
		"pods of a policy, mean":     mean(x.local),
		"pods of a policy, most":     float64(x.local[len(x.local)-1]),
		"pods of a rule, median":     float64(median(x.peers)),
		"pods of a rule, mean":       mean(x.peers),
		"most pods, share":           share(x.peers[len(x.peers)-1], len(n.c.Pods)),
		"rules of most pods":         share(x.clusterWide, len(x.peers)),
		"rules with a namespace":     share(x.namespaces, x.rules),
		"rules with blocks":          share(x.blockRules, x.rules),
		"blocks":                     float64(x.blocks),
		"distinct CIDRs":             float64(len(x.cidrs)),
		"rules without ports":        share(x.ports[0], x.rules),
		"rules with one port":        share(x.ports[1], x.rules),
		"rules with more ports":      share(x.ports[2], x.rules),
		"distinct ports":             float64(len(x.numbers)),
		"rules with endPort":         share(x.byRange, x.rules),
		"rules with a port by name":  share(x.byName, x.rules),
		"distinct label sets":        float64(len(labelSets)),
		"pods of StatefulSets":       share(stateful, len(n.c.Pods)),
		"namespaces with a team":     share(team, len(n.c.Namespaces)),
		"namespaces with name label": share(named, len(n.c.Namespaces)),
	}
}
