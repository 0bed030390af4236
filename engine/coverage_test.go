package engine_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"netreach/engine"
	"netreach/engine/internal/worlds"
	"netreach/model"
	"netreach/model/expect"
	"netreach/scenarios"
)

// leaveOut returns a cluster without a policy, or without one of its rules.
func leaveOut(c *model.Cluster, policy, rule int) *model.Cluster {
	out := *c
	out.Policies = slices.Clone(c.Policies)
	if rule < 0 {
		out.Policies = slices.Delete(out.Policies, policy, policy+1)
		return &out
	}
	p := &out.Policies[policy]
	p.Rules = slices.Delete(slices.Clone(p.Rules), rule, rule+1)
	return &out
}

// holds returns which lines hold in one cluster of a universe.
func holds(t *testing.T, u *engine.Universe, cluster int, lines []expect.Line) []bool {
	t.Helper()
	m, err := engine.Compile(u, cluster)
	if err != nil {
		t.Fatal(err)
	}
	c := engine.NewChecker(m, demandsOf(t, m, lines))
	out := make([]bool, len(lines))
	for i := range lines {
		out[i] = c.Check(i).Holds
	}
	return out
}

func demandsOf(t *testing.T, m *engine.Matrix, lines []expect.Line) []engine.Demand {
	t.Helper()
	demands := make([]engine.Demand, len(lines))
	f := engine.NewFinder(m)
	for i := range lines {
		var errs []engine.NotFound
		if demands[i], errs = f.Demand(&lines[i]); len(errs) > 0 {
			t.Fatal(errs)
		}
	}
	return demands
}

// checkCover holds Cover against the honest way: a cluster without the rule,
// compiled in one universe with the whole one. It returns how many pairs of a part
// and a line depend.
func checkCover(t *testing.T, c *model.Cluster, o model.Options, lines []expect.Line, flips int) (depend int) {
	t.Helper()
	u, err := engine.NewUniverse(o, c)
	if err != nil {
		t.Fatal(err)
	}
	u.SetFlips(flips)
	m, err := engine.Compile(u, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := engine.Cover(m, []*engine.Checker{engine.NewChecker(m, demandsOf(t, m, lines))})
	n := 0
	for i := range c.Policies {
		for rule := -1; rule < len(c.Policies[i].Rules); rule++ {
			part := got[n]
			n++
			if part.Policy != &c.Policies[i] || rule < 0 && part.Rule != nil || rule >= 0 && part.Rule != &c.Policies[i].Rules[rule] {
				t.Fatalf("part %d is %+v", n-1, part)
			}
			joint, err := engine.NewUniverse(o, c, leaveOut(c, i, rule))
			if err != nil {
				t.Fatal(err)
			}
			before, after := holds(t, joint, 0, lines), holds(t, joint, 1, lines)
			for k := range lines {
				want := before[k] != after[k]
				if want {
					depend++
				}
				if slices.Contains(part.Lines, engine.LineRef{Line: k}) != want {
					t.Fatalf("%s, rule %d: %s depends: %v, want %v\n%s", c.Policies[i].Origin.Object(), rule, &lines[k], !want, want, worlds.Describe(c, o))
				}
			}
		}
	}
	if n != len(got) {
		t.Fatalf("%d parts, want %d", len(got), n)
	}
	return depend
}

// TestCover_Random does so in random worlds, with a closing line among the others.
func TestCover_Random(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	depend, parts := 0, 0
	for n := range 120 {
		c, o := worlds.Random(rng, 2+n%8)
		w := newLineWorld(t, c, o)
		var lines []expect.Line
		for range 12 {
			if l, d, ok := w.parsed(t, w.line(rng)); ok {
				lines = append(lines, w.tight(rng, l, d))
			}
		}
		if rng.IntN(2) == 0 {
			lines = append(lines, expect.Line{Form: expect.Rest, Verdict: model.Denied})
		}
		depend += checkCover(t, c, o, lines, n%3)
		parts += len(c.Policies)
	}
	t.Logf("%d policies, %d dependencies", parts, depend)
	if depend < 150 {
		t.Errorf("%d dependencies: too few to mean something", depend)
	}
}

// tight returns a line as it is, or between single peers of it and with a verdict
// that holds, so that something depends on it.
func (w *lineWorld) tight(rng *rand.Rand, l expect.Line, d engine.Demand) expect.Line {
	if rng.IntN(4) == 0 {
		return l
	}
	if rng.IntN(2) == 0 {
		l.Src, d.Src, l.Dst, d.Dst = l.Src[:1], d.Src[:1], l.Dst[:1], d.Dst[:1]
		l.SrcExcept, l.DstExcept, d.SrcExcept, d.DstExcept = nil, nil, engine.Side{}, engine.Side{}
	}
	for _, form := range []expect.Form{expect.Only, expect.Flow} {
		for _, v := range []model.Verdict{model.Denied, model.Allowed, model.Unknown, model.Some} {
			l.Form, l.Verdict, d.Form, d.Verdict = form, v, form, v
			if form == expect.Only {
				l.Verdict, d.Verdict = model.Allowed, model.Allowed
			}
			if engine.NewChecker(w.m, []engine.Demand{d}).Check(0).Holds {
				return l
			}
		}
	}
	return l
}

// TestCover_Scenarios does so in every scenario, with its own expectations.
func TestCover_Scenarios(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			c, _, _ := readScenario(t, name)
			if depend := checkCover(t, c, model.Options{}, readExpectations(t, name), 0); depend == 0 && len(c.Policies) > 0 {
				t.Error("no expectation depends on any policy")
			}
		})
	}
}
