package strict_test

import (
	"regexp"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	networkingv1 "k8s.io/api/networking/v1"

	"netreach/model/lower/strict"
)

// FuzzDecode holds Decode to the strict mode of the JSON library, which stops
// at the first problem: both must agree on whether there is one, but for null
// as a whole and for what stands below metadata and status.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"a","labels":{"a":"b"},"x":1},"spec":{"podSelector":{}}}`,
		`{"spec":{"podSelector":{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"k","operator":"In","values":["v"]}]},"policyTypes":["Egress"]}}`,
		`{"spec":{"ingress":[{"from":[{"ipBlock":{"cidr":"::/0","except":["::1/128"]}}],"ports":[{"port":80,"endPort":90,"protocol":"UDP"},{"port":"x"}]}]}}`,
		`{"spec":{"ingress":[null,{}],"egress":[{"to":null}],"Egress":[]}}`,
		`{"spec":{"egress":[{"ports":[{"port":1e2},{"port":-0},{"port":null},{"endPort":"1"}]}],"egress":[]}}`,
		`{"status":{"a":1,"a":2}}`, `{"spec":{"a\u0000b":"\ud800"}}`, `[]`, `null`, ``, `{}}`, `{"spec":[`, "{\"spec\":\"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	schema := strict.SchemaOf(networkingv1.NetworkPolicy{})
	lax := regexp.MustCompile(`metadata|status|\\`)
	f.Fuzz(func(t *testing.T, text []byte) {
		var got, want networkingv1.NetworkPolicy
		problems := schema.Decode(text, &got)
		err := json.Unmarshal(text, &want, json.RejectUnknownMembers(true))
		null := jsontext.Value(text).Kind() == 'n'
		if err == nil && !null && len(problems) > 0 {
			t.Errorf("the library finds nothing wrong, but: %v", lines(problems))
		}
		if err != nil && len(problems) == 0 && !lax.Match(text) {
			t.Errorf("passed, but the library says: %v", err)
		}
		for _, p := range problems {
			if p.Text == "" || p.Code == "" {
				t.Errorf("problem without text or code: %+v", p)
			}
		}
	})
}

func BenchmarkSchema_Decode(b *testing.B) {
	text := []byte(`{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"db","namespace":"shop",
		"labels":{"app":"db"},"creationTimestamp":"2024-05-06T07:08:09Z","uid":"0c1d"},"spec":{"podSelector":{"matchLabels":{"app":"db"}},
		"policyTypes":["Ingress","Egress"],"ingress":[{"from":[{"podSelector":{"matchLabels":{"app":"api"}}},{"namespaceSelector":{},
		"podSelector":{"matchExpressions":[{"key":"app","operator":"In","values":["a","b"]}]}}],"ports":[{"port":5432,"protocol":"TCP"}]}],
		"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}],"ports":[{"port":53,"protocol":"UDP"}]}]}}`)
	schema := strict.SchemaOf(networkingv1.NetworkPolicy{})
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var np networkingv1.NetworkPolicy
		if problems := schema.Decode(text, &np); problems != nil {
			b.Fatal(lines(problems))
		}
	}
}
