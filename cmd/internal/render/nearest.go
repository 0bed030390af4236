package render

import (
	"strings"

	"netreach/engine"
	"netreach/model"
)

// nearMiss is a rule that would have allowed a denied flow, had one half of it
// been different.
type nearMiss struct {
	rule *model.Rule
	// peers tells that the rule names the other end, so that the ports are what
	// is wrong; else it is the other way round.
	peers bool
}

// nearestMisses returns for each direction that denied the flow the rule that
// came closest to allowing it: one that names the other end but not the port,
// or else one that names the port but not the other end. A rule that misses
// both is no near miss.
func nearestMisses(tr *engine.Trace) []nearMiss {
	var out []nearMiss
	if tr.Verdict != model.Denied || len(tr.Flows) == 0 {
		return nil
	}
	f := &tr.Flows[0]
	for _, d := range []*engine.DirectionTrace{&f.Egress, &f.Ingress} {
		if d.Verdict != model.Denied {
			continue
		}
		if miss, ok := nearestMiss(d); ok {
			out = append(out, miss)
		}
	}
	return out
}

func nearestMiss(d *engine.DirectionTrace) (nearMiss, bool) {
	var best nearMiss
	for i := range d.Tiers {
		tt := &d.Tiers[i]
		if tt.Outcome != engine.ByIsolation {
			continue // a rule denied it: nothing was missing
		}
		for j := range tt.Policies {
			for k := range tt.Policies[j].Rules {
				r := &tt.Policies[j].Rules[k]
				if r.Rule.Action != model.Allow {
					continue
				}
				peers, ports := r.PeersMatch() == engine.FullMatch, r.PortsMatch() == engine.FullMatch
				switch {
				case peers && !ports:
					return nearMiss{r.Rule, true}, true
				case ports && !peers && best.rule == nil:
					best = nearMiss{r.Rule, false}
				}
			}
		}
	}
	return best, best.rule != nil
}

// miss says what the rule would have admitted.
func (t *terminal) miss(m nearMiss, port string) string {
	if m.peers {
		ports := make([]string, len(m.rule.Ports))
		for i, p := range m.rule.Ports {
			ports[i] = p.String()
		}
		return t.rule(m.rule) + " admits this peer, but only on " + list(ports)
	}
	peers := make([]string, len(m.rule.Peers))
	for i, p := range m.rule.Peers {
		peers[i] = p.String()
	}
	if m.rule.Direction == model.Egress {
		return t.rule(m.rule) + " admits " + port + ", but only to " + list(peers)
	}
	return t.rule(m.rule) + " admits " + port + ", but only from " + list(peers)
}

// list joins alternatives for a sentence.
func list(items []string) string {
	if n := len(items); n > 1 {
		return strings.Join(items[:n-1], ", ") + " or " + items[n-1]
	}
	return strings.Join(items, "")
}
