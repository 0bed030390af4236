package conformance_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/network-policy-api/apis/v1alpha1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha2"

	"netreach/model/lower/adminpol"
	"netreach/model/lower/strict"
)

// kinds holds a value of our type and of the API's for each kind.
var kinds = []struct {
	name         string
	ours, theirs any
}{
	{"AdminNetworkPolicy", adminpol.AdminNetworkPolicy{}, v1alpha1.AdminNetworkPolicy{}},
	{"BaselineAdminNetworkPolicy", adminpol.BaselineAdminNetworkPolicy{}, v1alpha1.BaselineAdminNetworkPolicy{}},
	{"ClusterNetworkPolicy", adminpol.ClusterNetworkPolicy{}, v1alpha2.ClusterNetworkPolicy{}},
}

// TestFields compares the types field by field: the paths of all fields and what
// JSON they hold (CNP-30). Ours lack the status, and may hold by pointer what the
// API's hold by value.
func TestFields(t *testing.T) {
	for _, k := range kinds {
		ours, theirs := fields(reflect.TypeOf(k.ours)), fields(reflect.TypeOf(k.theirs))
		theirs = slices.DeleteFunc(theirs, func(f string) bool { return strings.HasPrefix(f, "status") })
		if diff := cmp.Diff(theirs, ours); diff != "" {
			t.Errorf("%s (-theirs +ours):\n%s", k.name, diff)
		}
		if len(ours) < 20 {
			t.Errorf("%s: only %d fields", k.name, len(ours))
		}
	}
}

// fields returns the paths of the fields below a struct, each with the kind of
// value that it holds, in order. What the metadata is made of is left out.
func fields(t reflect.Type) []string {
	var out []string
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		typ, list := f.Type, ""
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			if typ.Kind() == reflect.Slice {
				list += "[]"
			}
			typ = typ.Elem()
		}
		switch {
		case f.Anonymous && name == "":
			out = append(out, fields(typ)...)
		case typ.Kind() == reflect.Struct && typ != reflect.TypeFor[metav1.ObjectMeta]():
			out = append(out, name+list+" mapping")
			for _, below := range fields(typ) {
				out = append(out, name+list+"."+below)
			}
		default:
			out = append(out, name+list+" "+typ.Kind().String())
		}
	}
	slices.Sort(out)
	return out
}

// TestValues fills every field of the API's types, and reads the JSON of that
// into ours: nothing is unknown, and nothing is lost.
func TestValues(t *testing.T) {
	for _, k := range kinds {
		full := reflect.New(reflect.TypeOf(k.theirs)).Elem()
		fill(full.FieldByName("Spec"))
		full.FieldByName("Name").SetString("x")
		want, err := json.Marshal(full.Interface())
		if err != nil {
			t.Fatal(err)
		}
		ours := reflect.New(reflect.TypeOf(k.ours))
		if problems := strict.Decode(want, ours.Interface()); problems != nil {
			t.Errorf("%s: %v\n%s", k.name, problems, want)
		}
		got, err := json.Marshal(ours.Interface())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tree(t, want), tree(t, got)); diff != "" {
			t.Errorf("%s (-theirs +ours):\n%s", k.name, diff)
		}
	}
}

// fill sets everything below v to something that is not zero.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"a": "b"}))
	case reflect.String:
		v.SetString("x")
	case reflect.Int32:
		v.SetInt(7)
	default:
		panic("bug: the API's types hold a " + v.Type().String())
	}
}

// tree returns the value of JSON, without the status.
func tree(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	delete(out, "status")
	return out
}
