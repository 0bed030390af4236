package cli

import (
	"slices"
	"strings"

	"netreach/engine"
	"netreach/model"
	"netreach/model/profile"
)

// settles says what would settle a flow whose verdict is unknown: what the input
// lacks, which policies are tied, and which switches are open.
func (in *input) settles(t *engine.Trace) ([]string, error) {
	if t.Verdict != model.Unknown {
		return nil, nil
	}
	var out []string
	say := func(lines ...string) {
		for _, l := range lines {
			if !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	for i := range t.Flows {
		f := &t.Flows[i]
		for _, d := range []*engine.DirectionTrace{&f.Egress, &f.Ingress} {
			if d.Verdict != model.Unknown {
				continue
			}
			subject, peer := t.Src, t.Dst
			if d.Direction == model.Ingress {
				subject, peer = peer, subject
			}
			say(in.lateLabels(d, subject, peer)...)
			if in.missingAddress(d, peer) != "" {
				say("the address of " + in.universe.Peer(peer).String() + ": " + in.addressHint(peer))
			}
			say(openNames(d)...)
			say(ties(d)...)
		}
	}
	switches, err := in.openSwitches(t)
	say(switches...)
	return out, err
}

// lateLabels names the labels that leave a direction open because pods get them
// only when they are made.
func (in *input) lateLabels(d *engine.DirectionTrace, subject, peer engine.PeerID) []string {
	var out []string
	say := func(id engine.PeerID, set model.PodSet) {
		pod := in.pod(id)
		if pod == nil {
			return
		}
		for _, r := range set.Pods.Requirements {
			if slices.Contains(pod.LateLabels, r.Key) {
				out = append(out, "the label "+r.Key+", which the pods of "+in.universe.Peer(id).String()+" get when they are made: use a dump of the running pods")
			}
		}
	}
	for i := range d.Tiers {
		for k := range d.Tiers[i].Policies {
			if p := &d.Tiers[i].Policies[k]; p.Subject == engine.MaybeMatch {
				say(subject, p.Policy.Subject)
			}
		}
	}
	for r := range rulesOf(d) {
		for _, p := range r.Peers {
			if p.Match == engine.MaybeMatch && p.Peer.Kind == model.PeerPods {
				say(peer, p.Peer.Pods)
			}
		}
	}
	return out
}

// openNames names the domain names that leave a direction open (ANP-16).
func openNames(d *engine.DirectionTrace) []string {
	var out []string
	for r := range rulesOf(d) {
		for _, p := range r.Peers {
			if p.Match == engine.MaybeMatch && p.Peer.Kind == model.PeerNames {
				out = append(out, "the addresses behind "+strings.Join(p.Peer.Names, ", ")+", which only a resolver knows")
			}
		}
	}
	return out
}

// ties names the policies whose order leaves a direction open (CNP-7, ANP-5).
func ties(d *engine.DirectionTrace) []string {
	var out []string
	for i := range d.Tiers {
		tt := &d.Tiers[i]
		if tt.Outcome != engine.ByOpenPoint {
			continue
		}
		var tied []*model.Policy
		actions := map[model.Action]bool{}
		for k := range tt.Policies {
			for _, r := range tt.Policies[k].Rules {
				if r.Decided && !slices.Contains(tied, tt.Policies[k].Policy) {
					tied = append(tied, tt.Policies[k].Policy)
					actions[r.Rule.Action] = true
				}
			}
		}
		if len(tied) < 2 || len(actions) < 2 {
			continue
		}
		names := make([]string, len(tied))
		unordered := false
		for k, p := range tied {
			names[k] = p.Origin.Object()
			unordered = unordered || p.Unordered
		}
		if unordered {
			out = append(out, "only one of "+strings.Join(names, ", ")+": which of them comes first is not defined")
		} else {
			out = append(out, "different priorities for "+strings.Join(names, ", "))
		}
	}
	return out
}

// openSwitches says what the switches that are open make of a flow when they are
// set: each by itself, or all that it takes together.
func (in *input) openSwitches(t *engine.Trace) ([]string, error) {
	var lines []string
	var open []setting
	for _, k := range profile.Knobs() {
		if k.Value(in.implementation.switches) != profile.Unknown {
			continue
		}
		var verdicts []string
		settles := false
		for _, value := range k.Values {
			if value == profile.Unknown {
				continue
			}
			if len(open) == 0 || open[len(open)-1].Name != k.Name {
				open = append(open, setting{k, value})
			}
			v, err := in.verdictWith(t, setting{k, value})
			if err != nil {
				return nil, err
			}
			settles = settles || v != model.Unknown
			verdicts = append(verdicts, "with "+value+" it is "+v.String())
		}
		if settles {
			lines = append(lines, "--set "+k.Name+"=VALUE: "+strings.Join(verdicts, ", "))
		}
	}
	if len(lines) > 0 || len(open) == 0 {
		return lines, nil
	}
	settled := func(some []setting) (bool, error) {
		v, err := in.verdictWith(t, some...)
		return v != model.Unknown, err
	}
	if all, err := settled(open); err != nil || !all {
		return nil, err
	}
	together, err := least(open, settled)
	if err != nil {
		return nil, err
	}
	v, err := in.verdictWith(t, together...)
	if err != nil {
		return nil, err
	}
	var words []string
	for _, s := range together {
		words = append(words, "--set "+s.String())
	}
	return []string{strings.Join(words, " ") + ": with these together it is " + v.String()}, nil
}

// verdictWith returns the verdict about a flow under other settings.
func (in *input) verdictWith(t *engine.Trace, settings ...setting) (model.Verdict, error) {
	switches, err := with(in.implementation.switches, settings...)
	if err != nil {
		return model.None, err
	}
	m, err := in.under(switches)
	if err != nil {
		return model.None, err
	}
	return m.Verdict(t.Src, t.Dst, t.Protocol, t.Port), nil
}
