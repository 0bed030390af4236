package engine

import (
	"cmp"
	"encoding/binary"
	"iter"
	"slices"

	"netreach/engine/internal/bitset"
	"netreach/model"
)

// composer puts together the rules that apply to the subjects of a program, as
// evaluation walks them. Programs that need no evaluation are composed only
// when one of their flows is explained.
type composer struct {
	m      *Matrix
	digest *digest
	d      model.Direction
	// policies are indices into Cluster.Policies, in the order of evaluation.
	policies []int32
	rules    [][]rule // by index into Cluster.Policies: those of the direction
}

// key appends what identifies the program of a class to which the given
// policies apply.
func (c *composer) key(key []byte, class int, entries []int32) []byte {
	byName := false
	for _, e := range entries {
		key = binary.LittleEndian.AppendUint32(key, uint32(e))
		byName = byName || c.d == model.Ingress && hasNames(c.rules[e/2])
	}
	if byName {
		// The subject is the destination, so names resolve on it (NP-31). Its
		// selectability matters beside its ports.
		key = append(key, 'n', byte(c.m.ground.selectable(class)))
		key = binary.LittleEndian.AppendUint32(key, uint32(c.m.ground.attr(class).ports))
	}
	return key
}

// tied reports whether two policies that follow each other in one tier have no
// order between them, or need none: policies that only allow add up.
func (c *composer) tied(a, b int32) bool {
	x, y := &c.digest.policies[a], &c.digest.policies[b]
	return x.order == y.order && (c.m.nameOrder(a, b) == 0 || x.allows && y.allows)
}

// reachesBeyond reports whether a policy's isolation in the other direction
// matters in this one (CNP-11).
func (c *composer) reachesBeyond(p *policyDigest) bool {
	return p.isolates[opposite(c.d)] && c.m.switches.BaselinePerDirection != model.Yes
}

// onlyAddsUp reports whether the policies of a program are of one tier that
// certainly isolates the subjects and denies what no rule allows, and have no
// rules but such that allow. Then which of them is first is of no account.
func (c *composer) onlyAddsUp(p *program) bool {
	if len(p.entries) == 0 || c.m.switches.SCTP != model.Yes {
		return false
	}
	tier := c.digest.policies[p.entries[0]/2].tier
	isolates := false
	for _, e := range p.entries {
		policy := &c.digest.policies[e/2]
		if e%2 == 1 || policy.tier != tier || policy.unordered {
			return false
		}
		isolates = isolates || policy.isolates[c.d]
		for i := range c.rules[e/2] {
			if c.rules[e/2][i].action != model.Allow {
				return false
			}
		}
	}
	return isolates && c.m.cluster.Tiers[tier].Unmatched == model.Deny
}

// fragmentsOf returns the fragments of all rules of a program, as they are for
// its subjects.
func (c *composer) fragmentsOf(p *program) iter.Seq[*fragment] {
	return func(yield func(*fragment) bool) {
		for _, e := range p.entries {
			for i := range c.rules[e/2] {
				r := &c.rules[e/2][i]
				for k := range r.fragments {
					if !yield(&r.fragments[k]) {
						return
					}
				}
				if len(r.names) == 0 {
					continue
				}
				for _, f := range c.named(r, int(p.class), nil) {
					if !yield(&f) {
						return
					}
				}
			}
		}
	}
}

// tiers returns what a program has of each tier that concerns its subjects, in
// order.
func (c *composer) tiers(p *program) []progTier {
	var out []progTier
	for _, e := range p.entries {
		policy := &c.digest.policies[e/2]
		tier := int(policy.tier)
		if n := len(out); n == 0 || out[n-1].tier != tier {
			out = append(out, progTier{tier: tier})
		}
		t := &out[len(out)-1]
		pp := c.policy(p, e)
		if policy.isolates[c.d] {
			t.isolates = max(t.isolates, pp.subject)
		}
		if c.reachesBeyond(policy) {
			t.beyond = max(t.beyond, pp.subject)
		}
		if policy.unordered {
			t.unordered = append(t.unordered, pp)
			continue
		}
		if n := len(t.groups); n > 0 && c.tied(t.groups[n-1][0].policy, e/2) {
			t.groups[n-1] = append(t.groups[n-1], pp)
		} else {
			t.groups = append(t.groups, []progPolicy{pp})
		}
	}
	return out
}

// policy returns what a program has of one of its policies.
func (c *composer) policy(p *program, entry int32) progPolicy {
	pp := progPolicy{policy: entry / 2, subject: FullMatch}
	if entry%2 == 1 {
		pp.subject = MaybeMatch
	}
	for i := range c.rules[entry/2] {
		r := &c.rules[entry/2][i]
		pp.fragments = append(pp.fragments, r.fragments...)
		pp.fragments = c.named(r, int(p.class), pp.fragments)
	}
	for i := range pp.fragments {
		pp.fragments[i].open = pp.subject == MaybeMatch
	}
	return pp
}

// describe fills in what a program is to others than its evaluation.
func (c *composer) describe(p *program, tiers []progTier) {
	for _, e := range p.entries {
		p.concerned = p.concerned || c.digest.policies[e/2].isolates[c.d] || len(c.rules[e/2]) > 0
	}
	for i := range tiers {
		p.isolated = max(p.isolated, tiers[i].isolates)
	}
	p.addsUp = len(tiers) == 1 && tiers[0].isolates == FullMatch && c.m.cluster.Tiers[tiers[0].tier].OwnNodeEgress
	for f := range fragments(tiers) {
		p.addsUp = p.addsUp && f.action == model.Allow
	}
}

// named appends the fragments of a rule's named ports for subjects of one class.
func (c *composer) named(r *rule, class int, out []fragment) []fragment {
	for _, name := range r.names {
		numbers := c.m.ground.resolves(class, name)
		for _, n := range sortedNumbers(numbers) {
			f := fragment{rule: r.index, action: r.action, peers: r.peers, atoms: []atomRange{c.atoms(n.protocol, n.port, n.port)}}
			if numbers[n] == MaybeMatch {
				f.peers.certain = bitset.None
			}
			out = append(out, f)
		}
	}
	return out
}

func (c *composer) atoms(p model.Protocol, first, last uint16) atomRange {
	lo, hi := c.m.u.ports.Range(p, first, last)
	return atomRange{int32(lo), int32(hi)}
}

func sortedNumbers[V any](m map[portNumber]V) []portNumber {
	out := make([]portNumber, 0, len(m))
	for n := range m {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b portNumber) int {
		return cmp.Or(cmp.Compare(a.protocol, b.protocol), cmp.Compare(a.port, b.port))
	})
	return out
}
