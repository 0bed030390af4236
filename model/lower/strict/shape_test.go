package strict_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"netreach/model/lower/strict"
)

// sample has a field of every sort that an API type may hold.
type sample struct {
	metav1.TypeMeta `json:",inline"`
	lent
	*Pointed
	Flag    *bool                     `json:"flag"`
	Small   uint8                     `json:"small"`
	Big     int64                     `json:"big"`
	Ratio   float64                   `json:"ratio"`
	Bytes   []byte                    `json:"bytes"`
	Any     any                       `json:"any"`
	Target  intstr.IntOrString        `json:"target"`
	Amount  resource.Quantity         `json:"amount"`
	Time    *metav1.Time              `json:"time"`
	Numbers map[string][]int32        `json:"numbers"`
	ByTime  map[metav1.Time]string    `json:"byTime"`
	Nested  []sample                  `json:"nested"`
	Both    string                    `json:"both"`
	Dropped map[string]map[string]int `json:"-"`
	NoTag   string
	hidden  string
}

// lent is embedded, but what an unexported struct holds is not decoded.
type lent struct {
	Lent string `json:"lent"`
}

// Pointed is embedded by pointer.
type Pointed struct {
	Inner string `json:"inner"`
	Both  bool   `json:"both"` // hidden by its embedder's
}

func TestDecode_Types(t *testing.T) {
	tests := []struct {
		json string
		want []string
	}{
		{`{"kind":"K","apiVersion":"v1","flag":true,"small":255,"big":-9223372036854775808,"ratio":1e300}`, nil},
		{`{"inner":"x","both":"y","NoTag":"z","any":{"a":[1,"b",null,{"a":1}]}}`, nil},
		{`{"bytes":"aGk=","target":8080,"amount":"100Mi","numbers":{"a":[1],"b":null},"nested":[{"nested":[{"small":1}]}]}`, nil},
		{`{"time":"2024-05-06T07:08:09Z","target":"http","amount":5,"byTime":{"2024-05-06T07:08:09Z":"x"}}`, nil},
		{`{"big":-0,"target":-0,"ratio":-0}`, nil},
		{`{"flag":null,"small":null,"ratio":null,"bytes":null,"any":null,"target":null,"time":null,"numbers":null,"nested":[null],"both":null}`, nil},
		// no field: unexported, renamed, left out
		{`{"hidden":"x"}`, []string{`hidden: unknown field "hidden" [unknown-field] (the fields here are ` + sampleFields + `)`}},
		{`{"lent":"x"}`, []string{`lent: unknown field "lent" [unknown-field] (the fields here are ` + sampleFields + `)`}},
		{`{"Dropped":{}}`, []string{`Dropped: unknown field "Dropped" [unknown-field] (the fields here are ` + sampleFields + `)`}},
		{`{"TypeMeta":{}}`, []string{`TypeMeta: unknown field "TypeMeta" [unknown-field] (the fields here are ` + sampleFields + `)`}},
		// bounds of the field's type
		{`{"small":256}`, []string{`small: 256 is out of range [bad-value]`}},
		{`{"small":-0}`, []string{`small: -0 is not written as a whole number [bad-value] (write 0)`}},
		{`{"small":-1}`, []string{`small: -1 is out of range [bad-value]`}},
		{`{"big":9223372036854775808}`, []string{`big: 9223372036854775808 is out of range [bad-value]`}},
		{`{"big":-1e19}`, []string{`big: -1e19 is out of range [bad-value]`}},
		{`{"ratio":1e400}`, []string{`ratio: 1e400 is out of range [bad-value]`}},
		{`{"target":2147483648}`, []string{`target: 2147483648 is out of range [bad-value]`}},
		{`{"numbers":{"a":[1,2.5]}}`, []string{`numbers.a[1]: 2.5 is not a whole number [bad-value]`}},
		{`{"big":11111111111111111111111111111111111111111111111111}`, []string{
			`big: 1111111111111111111111111111111111111111... is out of range [bad-value]`,
		}},
		// other types
		{`{"flag":"true"}`, []string{`flag: must be true or false, found the string "true" [wrong-type] (write true without quotes)`}},
		{`{"flag":"maybe"}`, []string{`flag: must be true or false, found the string "maybe" [wrong-type]`}},
		{`{"flag":1}`, []string{`flag: must be true or false, found the number 1 [wrong-type]`}},
		{`{"ratio":"1"}`, []string{`ratio: must be a number, found the string "1" [wrong-type]`}},
		{`{"small":"256"}`, []string{`small: must be a whole number, found the string "256" [wrong-type]`}},
		{`{"small":"25"}`, []string{`small: must be a whole number, found the string "25" [wrong-type] (write 25 without quotes)`}},
		{`{"numbers":{"a b":"x"}}`, []string{
			`numbers["a b"]: must be a list, found the string "x" [wrong-type] (put "- " before it to make it an item of a list)`,
		}},
		{`{"nested":[{"nested":[{"smal":1}]}]}`, []string{`nested[0].nested[0].smal: unknown field "smal" [unknown-field] (did you mean "small"?)`}},
		{`{"target":{}}`, []string{`target: must be a whole number or a string, found a mapping [wrong-type]`}},
		{`{"both":"ääääääääääääääääääääääääääääääääääääääääää","flag":"ääääääääääääääääääääääääääääääääääääääääää"}`, []string{
			`flag: must be true or false, found the string "ääääääääääääääääääääääääääääääääääääääää..." [wrong-type]`,
		}},
	}
	schema := strict.SchemaOf(sample{})
	for _, tt := range tests {
		t.Run(tt.json, func(t *testing.T) {
			var v sample
			if diff := cmp.Diff(tt.want, lines(schema.Decode([]byte(tt.json), &v))); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			_ = v.hidden
		})
	}
	// types that decode themselves are tried one by one
	for _, field := range []string{"bytes", "amount", "time", "byTime"} {
		var v sample
		got := schema.Decode([]byte(`{"`+field+`":{"!":"?"},"big":"?"}`), &v)
		if len(got) != 2 || got[0].Field != field || got[0].Code != strict.BadValue || got[1].Field != "big" {
			t.Errorf("%s: got %v", field, lines(got))
		}
	}
}

const sampleFields = "NoTag, amount, any, apiVersion, big, both, byTime, bytes, flag, inner, kind, nested, numbers, ratio, small, target and time"

func TestSchema_Decode(t *testing.T) {
	schema := strict.SchemaOf(&sample{})
	var v sample
	if problems := schema.Decode([]byte(`{"kind":"K","inner":"i","both":"b","nested":[{"big":7}],"time":"2024-05-06T07:08:09Z","target":"http"}`), &v); problems != nil {
		t.Fatal(lines(problems))
	}
	want := sample{
		TypeMeta: metav1.TypeMeta{Kind: "K"}, Pointed: &Pointed{Inner: "i"}, Both: "b",
		Nested: []sample{{Big: 7}}, Target: intstr.FromString("http"),
		Time: &metav1.Time{Time: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)},
	}
	unexported := cmp.AllowUnexported(sample{}, lent{})
	if diff := cmp.Diff(want, v, unexported); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
	// what was in the struct before does not shine through
	if problems := schema.Decode([]byte(`{"kind":"L"}`), &v); problems != nil {
		t.Fatal(lines(problems))
	}
	if diff := cmp.Diff(sample{TypeMeta: metav1.TypeMeta{Kind: "L"}}, v, unexported); diff != "" {
		t.Errorf("decoded over another (-want +got):\n%s", diff)
	}
}

// TestSchema_DecodeOther: a schema is for one type.
func TestSchema_DecodeOther(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("decoding into another type does not panic")
		}
	}()
	strict.SchemaOf(sample{}).Decode([]byte(`{}`), new(networkingv1.NetworkPolicy))
}
