package engine

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"netreach/model"
)

// policyKey identifies the content of a policy: all but its name and where it
// stands.
func policyKey(p *model.Policy) string {
	key := append([]byte(p.Origin.Kind), 0)
	key = append(append(key, p.Tier...), 0)
	key = binary.LittleEndian.AppendUint64(key, math.Float64bits(p.Order))
	for _, is := range append([]bool{p.Unordered}, p.Isolates[:]...) {
		if is {
			key = append(key, 1)
		} else {
			key = append(key, 0)
		}
	}
	key = append(key, podSetKey(&p.Subject)...)
	rules := ruleKeys(p)
	if onlyAllows(p) {
		slices.Sort(rules)
	}
	for _, r := range rules {
		key = append(append(key, 0xff), r...)
	}
	return string(key)
}

func podSetKey(s *model.PodSet) string {
	key := append([]byte(s.Namespace), 0)
	key = appendSelector(key, s.Namespaces.Canonical())
	return string(appendSelector(append(key, 0), s.Pods.Canonical()))
}

// ruleKeys identifies the content of each rule, in which the order of peers and
// of ports is of no account.
func ruleKeys(p *model.Policy) []string {
	out := make([]string, len(p.Rules))
	for i := range p.Rules {
		r := &p.Rules[i]
		var parts []string
		for k := range r.Peers {
			parts = append(parts, "p"+peerKey(&r.Peers[k]))
		}
		for _, m := range r.Ports {
			parts = append(parts, fmt.Sprintf("o%+v", m))
		}
		slices.Sort(parts)
		out[i] = fmt.Sprintf("%d %d ", r.Direction, r.Action) + strings.Join(slices.Compact(parts), "\x01")
	}
	return out
}

func peerKey(p *model.Peer) string {
	key := strconv.Itoa(int(p.Kind))
	switch p.Kind {
	case model.PeerPods:
		key += podSetKey(&p.Pods)
	case model.PeerBlock:
		excepts := make([]string, len(p.Block.Except))
		for i, x := range p.Block.Except {
			excepts[i] = x.String()
		}
		slices.Sort(excepts)
		key += p.Block.CIDR.String() + "-" + strings.Join(excepts, ",")
		if p.Everyone {
			key += "*"
		}
	case model.PeerNodes:
		key += string(appendSelector(nil, p.Nodes.Canonical()))
	case model.PeerNames:
		names := slices.Clone(p.Names)
		slices.Sort(names)
		key += strings.Join(names, ",")
	case model.PeerAny, model.PeerClosed:
	}
	return key
}
