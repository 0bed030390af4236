package profile_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
	"netreach/model/profile"
)

// TestKnobs_default: without a choice every knob stands at its first value,
// which is what the specification suggests (SEMANTICS G.4).
func TestKnobs_default(t *testing.T) {
	for _, k := range profile.Knobs() {
		if got := k.Value(model.Switches{}); got != k.Default() {
			t.Errorf("%s: is %q, want the default %q", k.Name, got, k.Default())
		}
	}
}

// TestKnobs_field: every value of a knob reads back, and a value other than the
// default changes one field of the switches, a field that no other knob changes.
func TestKnobs_field(t *testing.T) {
	knobOf := map[string]string{}
	for _, k := range profile.Knobs() {
		for _, value := range k.Values {
			var s model.Switches
			if err := k.Set(&s, value); err != nil {
				t.Errorf("%s=%s: %v", k.Name, value, err)
				continue
			}
			if got := k.Value(s); got != value {
				t.Errorf("%s=%s: reads back as %q", k.Name, value, got)
			}
			fields := changed(s)
			if value == k.Default() {
				if len(fields) > 0 {
					t.Errorf("%s=%s: is the default and changes %v", k.Name, value, fields)
				}
				continue
			}
			if len(fields) != 1 {
				t.Errorf("%s=%s: changes the fields %v, want one", k.Name, value, fields)
				continue
			}
			if other, ok := knobOf[fields[0]]; ok && other != k.Name {
				t.Errorf("%s and %s both change %s", other, k.Name, fields[0])
			}
			knobOf[fields[0]] = k.Name
		}
	}
	// A switch without a knob could not be chosen by anybody.
	for f := range reflect.TypeFor[model.Switches]().Fields() {
		if knobOf[f.Name] == "" {
			t.Errorf("no knob for model.Switches.%s", f.Name)
		}
	}
}

// changed returns the fields that are not at their zero value.
func changed(s model.Switches) []string {
	var fields []string
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			fields = append(fields, v.Type().Field(i).Name)
		}
	}
	return fields
}

func TestSet(t *testing.T) {
	tests := []struct {
		assignment string
		want       model.Switches
	}{
		// NP-36
		{"ipblock-matches-pods=false", model.Switches{BlocksMatchPods: model.No}},
		{"ipblock-matches-pods=unknown", model.Switches{BlocksMatchPods: model.Open}},
		// NP-41
		{"ipblock-matches-nodes=false", model.Switches{BlocksMatchNodes: model.No}},
		// NP-39, NP-40
		{"host-network-pods=pods", model.Switches{HostNetworkPods: model.HostNetworkAsPod}},
		{"host-network-pods=ignore", model.Switches{}},
		// NP-42
		{"own-node-ingress=false", model.Switches{OwnNodeIngress: model.No}},
		{"egress-to-own-node-always-allowed=unknown", model.Switches{OwnNodeEgress: model.Open}},
		// NP-31, NP-32, NP-33
		{"named-port-sidecars=false", model.Switches{NamedPortSidecars: model.No}},
		{"end-port=false", model.Switches{EndPort: model.No}},
		{"sctp=unknown", model.Switches{SCTP: model.Open}},
		// CNP-11, CNP-7
		{"baseline-per-direction=false", model.Switches{BaselinePerDirection: model.No}},
		{"priority-ties=by-name", model.Switches{PriorityTies: model.TiesByName}},
		{"enforced=false", model.Switches{NotEnforced: true}},
	}
	for _, test := range tests {
		var got model.Switches
		if err := profile.Set(&got, test.assignment); err != nil {
			t.Errorf("%s: %v", test.assignment, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.assignment, diff)
		}
	}
}

// TestSet_last: of two assignments to one knob the last one holds.
func TestSet_last(t *testing.T) {
	var s model.Switches
	for _, a := range []string{"end-port=false", "enforced=false", "enforced=true", "end-port=true"} {
		if err := profile.Set(&s, a); err != nil {
			t.Fatal(err)
		}
	}
	if s != (model.Switches{}) {
		t.Errorf("switches are %+v, want all at their defaults", s)
	}
}

func TestSet_wrong(t *testing.T) {
	tests := []struct {
		assignment, text, knob string
		known                  string // one of the things that could stand there
	}{
		{"", `no switch ""`, "", "sctp"},
		{"=true", `no switch ""`, "", "sctp"},
		{"endport=false", `no switch "endport"`, "", "end-port"},
		// names are not matched without case
		{"End-Port=false", `no switch "End-Port"`, "", "end-port"},
		{"end-port", "switch end-port needs a value", "end-port", "false"},
		{"end-port=", "switch end-port needs a value", "end-port", "false"},
		{"end-port=no", `switch end-port has no value "no"`, "end-port", "false"},
		{"end-port=false=true", `switch end-port has no value "false=true"`, "end-port", "false"},
		// what becomes of SCTP without support is not defined, so that it cannot be false
		{"sctp=false", `switch sctp has no value "false"`, "sctp", "unknown"},
		// whether policies are enforced cannot be open
		{"enforced=unknown", `switch enforced has no value "unknown"`, "enforced", "false"},
	}
	for _, test := range tests {
		before := model.Switches{EndPort: model.Open}
		s := before
		err := profile.Set(&s, test.assignment)
		wrong, ok := errors.AsType[*profile.ValueError](err)
		switch {
		case !ok:
			t.Errorf("%q: error %v, want a ValueError", test.assignment, err)
			continue
		case err.Error() != test.text:
			t.Errorf("%q: %q, want %q", test.assignment, err, test.text)
		case wrong.Knob != test.knob || !slices.Contains(wrong.Known, test.known):
			t.Errorf("%q: knob %q of %v, want %q with %q", test.assignment, wrong.Knob, wrong.Known, test.knob, test.known)
		case wrong.Hint() == "":
			t.Errorf("%q: no hint", test.assignment)
		}
		if s != before {
			t.Errorf("%q: changes the switches to %+v", test.assignment, s)
		}
	}
}
