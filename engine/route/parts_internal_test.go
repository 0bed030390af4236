package route

import (
	"math/rand/v2"
	"slices"
	"testing"

	"netreach/engine/internal/worlds"
	"netreach/model"
	"netreach/model/expect"
)

// Parts together are the answer that they are parts of, nobody is in two of them on
// one port, and what is asked about one of them alone has its verdict.
func TestParts(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 52))
	parted, alone := 0, 0
	for range 150 {
		c, o := worlds.Random(rng, 5)
		publish(rng, c)
		a := atlasOf(t, c, o)
		for _, asked := range []expect.Peer{{Kind: expect.Internet}, {Kind: expect.Private}, addressed("0.0.0.0/0"), {Kind: expect.AllPods, Namespace: "*"}} {
			src, err := a.m.Resolve(asked)
			if err != nil {
				continue
			}
			for i := range c.Names.Services {
				s := &c.Names.Services[i]
				q := Question{Src: src, Asked: asked, Dst: expect.Peer{Kind: expect.Service, Namespace: s.Namespace, Name: s.Name}}
				judge := func(q Question) Answer { return a.ToService(q, s) }
				whole := judge(q)
				parts := a.Parts(q, judge)
				if len(parts) == 0 {
					continue
				}
				parted++
				var mix model.Mix
				for _, p := range parts {
					mix = mix.With(p.Verdict)
				}
				// A part that mixes allow and unknown is unknown.
				unknown := slices.ContainsFunc(parts, func(p Part) bool { return p.Verdict == model.Unknown })
				if mix.Verdict() != whole.Verdict && (whole.Verdict != model.Some || !unknown) {
					t.Fatalf("%s -> %s: %s, and the parts are %v\n%s", src.Name, s.Name, whole.Verdict, parts, worlds.Describe(c, o))
				}
				for _, p := range parts {
					if len(p.Ports) > 0 || len(p.Peers) == 0 || len(p.Names) > 0 {
						continue
					}
					alone++
					one := q
					one.Src = a.m.EndOf("part", slices.Clone(p.Peers))
					if got := judge(one); got.Verdict != p.Verdict {
						t.Fatalf("%s -> %s: %s of %v, alone it is %s\n%s", src.Name, s.Name, p.Verdict, p.Peers, got.Verdict, worlds.Describe(c, o))
					}
				}
			}
		}
	}
	if parted < 20 || alone < 20 {
		t.Errorf("only %d answers have parts, and %d parts are pods alone", parted, alone)
	}
}
