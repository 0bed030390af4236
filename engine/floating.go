package engine

import (
	"net/netip"

	"go4.org/netipx"

	"netreach/model"
)

// A peer without a known address floats: it has some address of a space, which
// is the pod CIDRs or the private prefixes. See model.Options.

// family is the address family of a member.
type family uint8

const (
	famAny family = iota // a floating member of which not even that is known
	fam4
	fam6
)

func familyOf(a netip.Addr) family {
	if a.Unmap().Is4() {
		return fam4
	}
	return fam6
}

// meets reports whether members of families f and g can have a flow (NP-53).
func (f family) meets(g family) bool { return f == g || f == famAny || g == famAny }

// space is where a floating address may lie.
type space uint8

const (
	podSpace     space = iota // a pod's: the pod CIDRs, if given
	privateSpace              // a node's or hostNetwork pod's
	spaces
)

// floatCode is the address of a floating member as an attribute: negative,
// where an address class is not.
func floatCode(s space, f family) int32 { return -1 - int32(s)*3 - int32(f) }

// floating decides where floating members lie.
type floating struct {
	families []family // families of a floating peer; famAny alone if open
	prefixes [spaces][]netip.Prefix
}

// newFloating reads the families from the pod CIDRs if given, else from every
// known address of a pod or node; without any they are open.
func newFloating(opts model.Options, clusters []*model.Cluster) *floating {
	f := &floating{}
	f.prefixes[podSpace] = opts.PodCIDRs
	f.prefixes[privateSpace] = model.PrivatePrefixes()
	seen := [3]bool{}
	for _, p := range opts.PodCIDRs {
		seen[familyOf(p.Addr())] = true
	}
	if len(opts.PodCIDRs) == 0 {
		f.prefixes[podSpace] = f.prefixes[privateSpace]
		for _, c := range clusters {
			for i := range c.Pods {
				for _, a := range c.Pods[i].Addresses {
					seen[familyOf(a)] = true
				}
			}
			for i := range c.Nodes {
				for _, a := range c.Nodes[i].Addresses {
					seen[familyOf(a)] = true
				}
			}
		}
	}
	for _, fam := range []family{fam4, fam6} {
		if seen[fam] {
			f.families = append(f.families, fam)
		}
	}
	if len(f.families) == 0 {
		f.families = []family{famAny}
	}
	return f
}

// match reports whether a block contains a floating address: FullMatch if it
// covers the whole space of the block's family, NoMatch if it covers none of
// it, else MaybeMatch. Where the family itself is open, IPv4 is the convention,
// and an IPv6 block is MaybeMatch at best.
func (f *floating) match(b model.Block, s space, fam family) Match {
	blockFam := familyOf(b.CIDR.Addr())
	if !fam.meets(blockFam) {
		return NoMatch
	}
	var build netipx.IPSetBuilder
	build.AddPrefix(b.CIDR)
	for _, e := range b.Except {
		build.RemovePrefix(e)
	}
	set, err := build.IPSet()
	if err != nil {
		panic("bug: block " + b.String() + ": " + err.Error())
	}
	all, some := true, false
	for _, p := range f.prefixes[s] {
		if familyOf(p.Addr()) != blockFam {
			continue
		}
		all = all && set.ContainsPrefix(p)
		some = some || set.OverlapsPrefix(p)
	}
	switch {
	case !some:
		return NoMatch
	case !all || fam == famAny && blockFam == fam6:
		return MaybeMatch
	}
	return FullMatch
}
