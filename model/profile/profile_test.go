package profile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
	"netreach/model/profile"
)

// TestAll_switches says what each profile sets. A change here changes verdicts.
func TestAll_switches(t *testing.T) {
	tests := []struct {
		name string
		want model.Switches
	}{
		// the specification's suggestions, SEMANTICS G.4
		{"spec", model.Switches{}},
		// whatever is up to the implementation is open; NP-42 ingress and NP-33 are defined
		{"strict", model.Switches{
			BlocksMatchPods: model.Open, BlocksMatchNodes: model.Open, HostNetworkPods: model.HostNetworkOpen, HairpinViaService: model.Open,
			OwnNodeEgress: model.Open, NamedPortSidecars: model.Open, EndPort: model.Open, BaselinePerDirection: model.Open,
		}},
		{"antrea", model.Switches{}},
		{"aws-vpc-cni", model.Switches{}},
		{"azure-npm", model.Switches{}},
		{"calico", model.Switches{}},
		// blocks match neither pods nor nodes (NP-36, CIL-9)
		{"cilium", model.Switches{BlocksMatchPods: model.No, BlocksMatchNodes: model.No, HairpinViaService: model.No}},
		// kube-network-policies counts no sidecars (NP-31) and ends both directions (CNP-11)
		{"kindnet", model.Switches{NamedPortSidecars: model.No, BaselinePerDirection: model.No}},
		{"ovn-kubernetes", model.Switches{}},
		{"none", model.Switches{NotEnforced: true}},
	}
	var names []string
	for _, test := range tests {
		names = append(names, test.name)
		p, ok := profile.Named(test.name)
		if !ok {
			t.Errorf("no profile %s", test.name)
			continue
		}
		if diff := cmp.Diff(test.want, p.Switches); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	if diff := cmp.Diff(names, profile.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if _, ok := profile.Named("weave"); ok {
		t.Error("there is a profile weave, and nobody knows what it does")
	}
}

// TestAll_points holds every point to its form: the knob and the value exist,
// each knob stands once and in order, and a knob without a source stays at the
// specification's value.
func TestAll_points(t *testing.T) {
	knobs := profile.Knobs()
	for _, p := range profile.All() {
		if p.Doc == "" || !strings.HasSuffix(p.Doc, ".") {
			t.Errorf("%s: doc %q is not a sentence", p.Name, p.Doc)
		}
		last := -1
		for _, pt := range p.Points {
			at := slices.IndexFunc(knobs, func(k profile.Knob) bool { return k.Name == pt.Knob })
			if at < 0 {
				t.Errorf("%s: no knob %s", p.Name, pt.Knob)
				continue
			}
			k := knobs[at]
			switch {
			case at <= last:
				t.Errorf("%s: %s is out of order or there twice", p.Name, pt.Knob)
			case !slices.Contains(k.Values, pt.Value):
				t.Errorf("%s: %s has no value %q", p.Name, pt.Knob, pt.Value)
			case pt.Source == "" && pt.Value != k.Default():
				t.Errorf("%s: %s=%s without a source", p.Name, pt.Knob, pt.Value)
			case k.Value(p.Switches) != pt.Value:
				t.Errorf("%s: says %s=%s and sets %s", p.Name, pt.Knob, pt.Value, k.Value(p.Switches))
			case !strings.HasSuffix(pt.Text, ".") && !strings.HasSuffix(pt.Text, "=true.") && !strings.HasSuffix(pt.Text, "=false."):
				t.Errorf("%s: %s: %q is not a sentence", p.Name, pt.Knob, pt.Text)
			case p.Decides(pt.Knob) != (pt.Source != ""):
				t.Errorf("%s: %s: Decides is %v with source %q", p.Name, pt.Knob, p.Decides(pt.Knob), pt.Source)
			}
			last = at
		}
		for _, k := range knobs {
			if !p.Decides(k.Name) && k.Value(p.Switches) != k.Default() {
				t.Errorf("%s: sets %s without saying so", p.Name, k.Name)
			}
		}
	}
}

// TestStrict_caveats: what strict leaves open and what needs a caveat under spec
// are the same points, but for ties, which spec leaves open too (CNP-7).
func TestStrict_caveats(t *testing.T) {
	strict, _ := profile.Named("strict")
	for _, k := range profile.Knobs() {
		open := k.Value(strict.Switches) == profile.Unknown && k.Default() != profile.Unknown
		if open != (k.Caveat != "") {
			t.Errorf("%s: open under strict: %v, caveat %q", k.Name, open, k.Caveat)
		}
		if k.Caveat != "" && !k.CanOpen() {
			t.Errorf("%s: has a caveat and cannot be left open", k.Name)
		}
	}
}

// TestAll_fresh: what a caller does to a profile does not reach the next one.
func TestAll_fresh(t *testing.T) {
	a := profile.All()
	a[1].Points[0].Value = "changed"
	a[1].Switches.NotEnforced = true
	b := profile.All()
	if b[1].Points[0].Value == "changed" || b[1].Switches.NotEnforced {
		t.Error("profiles share memory")
	}
}
