package engine_test

import (
	"math/rand/v2"
	"testing"

	"netreach/engine"
	"netreach/engine/internal/worlds"
	"netreach/model"
)

// outcomeVerdict returns what an outcome decides, if it does.
func outcomeVerdict(tt *engine.TierTrace) (model.Verdict, bool) {
	switch tt.Outcome {
	case engine.ByAllow, engine.ByOwnNode, engine.ByOtherDirection:
		return model.Allowed, true
	case engine.ByDeny:
		return model.Denied, true
	case engine.ByIsolation:
		switch tt.Tier.Unmatched {
		case model.Allow:
			return model.Allowed, true
		case model.Deny:
			return model.Denied, true
		case model.Pass:
		}
	case engine.NotConcerned, engine.ByPass, engine.ByNothing, engine.ByOpenPoint, engine.NotReached:
	}
	return model.None, false
}

// TestExplain_outcomes holds the outcomes of the tiers against the verdict: the
// first that decides gives it, none behind it is reached, and what is unknown
// has a place where it is open.
func TestExplain_outcomes(t *testing.T) {
	seen := map[engine.Outcome]int{}
	for seed := range uint64(150) {
		c, opts := worlds.Random(rand.New(rand.NewPCG(seed, 11)), 1+int(seed%6))
		u, err := engine.NewUniverse(opts, c)
		if err != nil {
			t.Fatal(err)
		}
		m, err := engine.Compile(u, 0)
		if err != nil {
			t.Fatal(err)
		}
		for src := range engine.PeerID(u.Len()) {
			for dst := range engine.PeerID(u.Len()) {
				for _, p := range somePorts {
					trace := m.Explain(src, dst, p.Protocol, p.First)
					for i := range trace.Flows {
						f := &trace.Flows[i]
						if f.Overlay == engine.Itself {
							continue
						}
						for _, d := range []*engine.DirectionTrace{&f.Egress, &f.Ingress} {
							overlay := f.Overlay
							if d.Direction == model.Egress {
								overlay = engine.NoOverlay
							}
							if fault := outcomes(d, overlay, p.Protocol == model.SCTP && opts.Switches.SCTP != model.Yes, seen); fault != "" {
								t.Fatalf("seed %d: %d -> %d %s, %s: %s\n%s", seed, src, dst, p, d.Direction, fault, worlds.Describe(c, opts))
							}
						}
					}
				}
			}
		}
	}
	for o := engine.NotConcerned; o <= engine.ByOtherDirection; o++ {
		if seen[o] == 0 {
			t.Errorf("no flow ends with outcome %d", o)
		}
	}
}

// outcomes returns what is wrong with the outcomes of one direction.
func outcomes(d *engine.DirectionTrace, overlay engine.Overlay, openSCTP bool, seen map[engine.Outcome]int) string {
	verdict, decided, open := model.Allowed, false, false
	for i := range d.Tiers {
		tt := &d.Tiers[i]
		seen[tt.Outcome]++
		if decided && tt.Outcome != engine.NotReached && tt.Outcome != engine.NotConcerned {
			return "a tier behind the one that decided was asked"
		}
		if tt.Outcome == engine.NotReached {
			for _, p := range tt.Policies {
				for _, r := range p.Rules {
					if r.Decided {
						return "a rule of a tier that is not reached decided"
					}
				}
			}
			if !decided && !open {
				return "a tier is not reached, and none before it decided"
			}
			continue
		}
		open = open || tt.Outcome == engine.ByOpenPoint
		if v, ok := outcomeVerdict(tt); ok {
			verdict, decided = v, true
		}
	}
	switch {
	case overlay == engine.OwnNode || openSCTP:
		return "" // stands before the tiers
	case d.Verdict == model.Unknown && !open && overlay != engine.PerhapsOwnNode:
		return "it is unknown, and nothing is open"
	case !open && overlay == engine.NoOverlay && d.Verdict != verdict:
		return "the tiers end as " + verdict.String() + ", the verdict is " + d.Verdict.String()
	}
	return ""
}
