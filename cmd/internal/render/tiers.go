package render

import (
	"netreach/engine"
)

// tiers writes the walk through the tiers, one after another: which passed the
// flow on, which decided, and which were not reached.
func (t *terminal) tiers(w *Why, d *engine.DirectionTrace, subject Subject) {
	decided := false
	for i := range d.Tiers {
		tt := &d.Tiers[i]
		decided = decided || final(tt.Outcome)
		head := "    " + t.paint.bold("tier "+tt.Tier.Name) + ": " + ended(tt.Outcome)
		if tt.Outcome == engine.NotConcerned {
			head = "    " + t.paint.bold("tier "+tt.Tier.Name) + ": no policy selects " + subject.Name
		}
		t.line(head)
		if tt.Outcome == engine.NotReached {
			for k := range tt.Policies {
				t.line("      ", t.paint.dim("skipped: "), t.policy(tt.Policies[k].Policy))
			}
			continue
		}
		t.tier(w, "      ", d, tt)
	}
	if !decided && !open(d) {
		t.line("    no tier decides, so it is allowed")
	}
}

// final reports whether nothing behind a tier is asked.
func final(o engine.Outcome) bool {
	switch o {
	case engine.ByAllow, engine.ByDeny, engine.ByIsolation, engine.ByOwnNode, engine.ByOtherDirection:
		return true
	case engine.NotConcerned, engine.ByPass, engine.ByNothing, engine.ByOpenPoint, engine.NotReached:
	}
	return false
}

// ended says how a tier ended.
func ended(o engine.Outcome) string {
	switch o {
	case engine.ByAllow, engine.ByOwnNode, engine.ByOtherDirection:
		return "allowed"
	case engine.ByDeny, engine.ByIsolation:
		return "denied"
	case engine.ByPass:
		return "passed on by a rule"
	case engine.ByNothing:
		return "passed on, as no rule matches"
	case engine.ByOpenPoint:
		return "open"
	case engine.NotReached:
		return "not reached"
	case engine.NotConcerned:
	}
	return "not concerned"
}
