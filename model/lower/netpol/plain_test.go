package netpol_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"netreach/model"
	"netreach/model/lower/netpol"
	"netreach/model/lower/plain"
	"netreach/model/lower/strict"
)

// plainPolicies are policies that Plain reads, and others that it must not.
var plainPolicies = []struct {
	json  string
	plain bool
}{
	{`{}`, true},
	{`{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"annotations":{"a":"\"\\\n","b":""},"creationTimestamp":"2026-02-28T23:59:59Z","generation":3,
		"generateName":"x-","labels":{"a":"b"},"name":"p","namespace":"shop","resourceVersion":"1","uid":"u"},"spec":{"podSelector":{}}}`, true},
	{`{"metadata":{"name":"p"},"spec":{"podSelector":{"matchLabels":{"b":"1","a":""},"matchExpressions":[{"key":"a","operator":"NotIn","values":["x","y"]},{"key":"b","operator":"Exists"}]}}}`, true},
	{`{"metadata":{"name":"p"},"spec":{"policyTypes":["Ingress","Egress"],"ingress":[{}],"egress":[]}}`, true},
	{`{"metadata":{"name":"p"},"spec":{"ingress":[{"from":[{"podSelector":{}},{"namespaceSelector":{"matchLabels":{}}},{"podSelector":{},"namespaceSelector":{}}],
		"ports":[{"port":80,"protocol":"TCP"},{"port":"http"},{"protocol":"UDP"},{"port":8000,"endPort":9000},{}]}]}}`, true},
	{`{"metadata":{"name":"p"},"spec":{"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16","10.2.0.0/16"]}},{"ipBlock":{"cidr":"::/0"}}]}],"policyTypes":["Egress"]}}`, true},
	{"{ \"metadata\" : { \"name\" : \"p\" } ,\n \"spec\" : { \"ingress\" : [ { \"ports\" : [ { \"port\" : 80 } , { \"port\" : 81 } ] } ] } }", true},
	// plain, and wrong: Lower says so
	{`{"metadata":{"name":"P"},"spec":{"policyTypes":["Both"],"ingress":[{"from":[{}],"ports":[{"port":0},{"endPort":1}]}]}}`, true},
	{`{"metadata":{"name":"p"},"spec":{"podSelector":{"matchLabels":{"a b":"-"}},"egress":[{"to":[{"ipBlock":{"cidr":"x"}},{"ipBlock":{},"podSelector":{}}],"ports":[{"port":"80"},{"port":5,"endPort":4,"protocol":"tcp"}]}]}}`, true},
	{`{"metadata":{"name":"p"},"spec":{"podSelector":{"matchExpressions":[{"key":"a","operator":"Exists","values":["b"]},{"operator":"in"},{"key":"a","operator":"In"}]}}}`, true},
	// of these there is something to say, or it is not certain that there is not
	{`{"spec":{"podselector":{}}}`, false},
	{`{"spec":{"x":1}}`, false},
	{`{"x":1}`, false},
	{`{"status":{}}`, false},
	{`{"spec":null}`, false},
	{`{"spec":{"ingress":null}}`, false},
	{`{"spec":{"ingress":[null]}}`, false},
	{`{"spec":{"ingress":{}}}`, false},
	{`{"spec":{"ingress":[{"to":[]}]}}`, false},
	{`{"spec":{"egress":[{"from":[]}]}}`, false},
	{`{"spec":{"ingress":[{"ports":[{"port":80.5}]}]}}`, false},
	{`{"spec":{"ingress":[{"ports":[{"port":-1}]}]}}`, false},
	{`{"spec":{"ingress":[{"ports":[{"port":true}]}]}}`, false},
	{`{"spec":{"ingress":[{"ports":[{"port":2147483648}]}]}}`, false},
	{`{"spec":{"ingress":[{"ports":[{"endPort":"1"}]}]}}`, false},
	{`{"spec":{"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8","excepts":[]}}]}]}}`, false},
	{`{"spec":{"podSelector":{"matchLabels":{"a":1}}}}`, false},
	{`{"spec":{"podSelector":{"matchLabels":{"a":"\u0062"}}}}`, false},
	{`{"spec":{"podSelector":{"matchExpressions":[{"key":"a","operator":"In","value":["b"]}]}}}`, false},
	{`{"metadata":{"labels":{"a":1}}}`, false},
	{`{"metadata":{"annotations":[]}}`, false},
	{`{"metadata":{"creationTimestamp":null}}`, false},
	{`{"metadata":{"creationTimestamp":"2026-02-30T00:00:00Z"}}`, false},
	{`{"metadata":{"generation":"1"}}`, false},
	{`{"metadata":{"uid":5}}`, false},
	{`{"metadata":{"deletionTimestamp":"2026-02-28T23:59:59Z"}}`, false},
	{`{"metadata":{"managedFields":[]}}`, false},
	{`[]`, false},
	{`null`, false},
	{`"a"`, false},
}

func TestPlain(t *testing.T) {
	words := plain.NewWords()
	for _, tt := range plainPolicies {
		for range 2 {
			if got := checkPlain(t, []byte(tt.json), words); got != tt.plain {
				t.Errorf("plain %t: %s", got, tt.json)
			}
		}
	}
}

var policySchema = strict.SchemaOf(networkingv1.NetworkPolicy{})

// checkPlain holds Plain to the strict decoder, and reports whether it reads the
// text.
func checkPlain(t *testing.T, text []byte, words *plain.Words) bool {
	t.Helper()
	got, ok := netpol.Plain(text, words)
	if !ok || !jsontext.Value(text).IsValid() {
		return false
	}
	var want networkingv1.NetworkPolicy
	if problems := policySchema.Decode(text, &want); problems != nil {
		t.Fatalf("read, although %v:\n%s", problems, text)
	}
	o := model.Origin{Kind: "NetworkPolicy", Namespace: "shop", Name: "p"}
	gotPolicy, gotDs := netpol.Lower(&got, o)
	wantPolicy, wantDs := netpol.Lower(&want, o)
	if diff := cmp.Diff(wantPolicy, gotPolicy, cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Fatalf("%s\n%s", diff, text)
	}
	if fmt.Sprint(gotDs) != fmt.Sprint(wantDs) {
		t.Fatalf("diagnostics %v, want %v\n%s", gotDs, wantDs, text)
	}
	m := want.ObjectMeta
	want.ObjectMeta = metav1.ObjectMeta{Name: m.Name, GenerateName: m.GenerateName, Namespace: m.Namespace}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s\n%s", diff, text)
	}
	return true
}

// FuzzPlain looks for a text that Plain reads in another way than the strict
// decoder.
func FuzzPlain(f *testing.F) {
	for _, tt := range plainPolicies {
		f.Add([]byte(tt.json))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkPlain(t, text, plain.NewWords()) })
}

const benchPolicy = `{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"db","namespace":"shop","labels":{"app":"db"},"creationTimestamp":"2024-05-06T07:08:09Z","uid":"0c1d"},"spec":{"podSelector":{"matchLabels":{"app.kubernetes.io/name":"db"}},"policyTypes":["Ingress","Egress"],"ingress":[{"from":[{"podSelector":{"matchLabels":{"app":"api"}}},{"namespaceSelector":{},"podSelector":{"matchExpressions":[{"key":"app","operator":"In","values":["a","b"]}]}}],"ports":[{"port":5432,"protocol":"TCP"}]}],"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}],"ports":[{"port":53,"protocol":"UDP"}]}]}}`

func BenchmarkPlain(b *testing.B) {
	text, words := []byte(benchPolicy), plain.NewWords()
	b.Run("step=decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, ok := netpol.Plain(text, words); !ok {
				b.Fatal("not plain")
			}
		}
	})
	b.Run("step=lower", func(b *testing.B) {
		np, _ := netpol.Plain(text, words)
		b.ReportAllocs()
		for b.Loop() {
			netpol.Lower(&np, model.Origin{})
		}
	})
}
