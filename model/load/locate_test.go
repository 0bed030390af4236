package load_test

import (
	"testing"

	"netreach/model"
	"netreach/model/load"
)

const yamlText = `# a comment
kind: NetworkPolicy
metadata:
  name: p
  labels: {a: b,
    c: d}
spec: &spec
  podSelector:
    matchLabels:
      app.kubernetes.io/name: x
      on: y
      "a]b": z
  ingress:
  - from:
    - podSelector: {}

    - ipBlock:
        cidr: 10.0.0.0/8
  -
    ports:
    - port: 80
copy: *spec
merged:
  <<: [*spec]
  own: x
`

const jsonText = `{
  "spec": {
    "ingress": [ {"from": []},
      {"from": [
        {"a/b":
           1}]}
    ], "x": {}
  },
  "1": 2
}`

func TestLocate(t *testing.T) {
	tests := []struct {
		text, root, field string
		want              int
	}{
		// YAML: a member is where its key is, an item where it begins.
		{yamlText, "", "kind", 2},
		{yamlText, "", "metadata.name", 4},
		{yamlText, "", "metadata.labels.a", 5},
		{yamlText, "", "metadata.labels[c]", 6},
		{yamlText, "", `spec.podSelector.matchLabels["app.kubernetes.io/name"]`, 10},
		{yamlText, "", `spec.podSelector.matchLabels[app.kubernetes.io/name]`, 10},
		{yamlText, "", `spec.podSelector.matchLabels["a]b"]`, 12},
		// the key "on" is the boolean true to kubectl
		{yamlText, "", "spec.podSelector.matchLabels.true", 11},
		{yamlText, "", "spec.podSelector.matchLabels.on", 11},
		{yamlText, "", "spec.ingress[0]", 14},
		{yamlText, "", "spec.ingress[0].from[1]", 17},
		{yamlText, "", "spec.ingress[0].from[1].ipBlock.cidr", 18},
		{yamlText, "", "spec.ingress[1]", 20},
		{yamlText, "", "spec.ingress[1].ports[0].port", 21},
		// aliases and merges lead to what is written once
		{yamlText, "", "copy", 22},
		{yamlText, "", "copy.ingress[0]", 14},
		{yamlText, "", "merged.ingress[1].ports", 20},
		{yamlText, "", "merged.own", 25},
		// a root comes before the field
		{yamlText, "spec", "ingress[0]", 14},
		{yamlText, "spec.ingress[0]", "from[1].ipBlock", 17},
		// what is not there is where its nearest part is
		{yamlText, "", "spec.ingress[0].from[1].ipBlock.except[0]", 17},
		{yamlText, "", "spec.ingress[7].from", 13},
		{yamlText, "", "spec.ingress.from", 13},
		{yamlText, "", "kind.x", 2},
		// nothing of it is there: the object
		{yamlText, "", "status.x", 1},
		{yamlText, "spec.egress[0]", "to", 1},
		{yamlText, "", "", 1},
		{yamlText, "", "]]", 1},
		{yamlText, "", `["x`, 1},
		{yamlText, "", `["kind"`, 1},
		{yamlText, "", "[", 1},

		{jsonText, "", "spec", 2},
		{jsonText, "", "spec.ingress[0].from", 3},
		{jsonText, "", "spec.ingress[1]", 4},
		{jsonText, "", `spec.ingress[1].from[0]["a/b"]`, 5},
		{jsonText, "", "spec.ingress[1].from[0].c", 5},
		{jsonText, "", "spec.x", 7},
		{jsonText, "", "spec.x[0]", 7},
		{jsonText, "", "1", 9},
		{jsonText, "spec", "x.y", 7},
		{jsonText, "", "status", 1},

		// text that cannot be read has no lines
		{"a: [", "", "a", 1},
		{"{\"a\": ", "", "a", 1},
		{"&a {<<: *a}", "", "b", 1},
		{"", "", "a", 1},
	}
	for _, tt := range tests {
		const first = 100 // the text begins on this line of its file
		o := model.Origin{
			File: "a.yaml", Line: first, Field: tt.field, Root: tt.root,
			Doc: &model.Document{File: "a.yaml", Line: first, Text: []byte(tt.text)},
		}
		if got := load.Locate(o); got != first+tt.want-1 {
			t.Errorf("%s %s: got %d, want %d", tt.root, tt.field, got-first+1, tt.want)
		}
		if got := load.Located(o); got.Line != first+tt.want-1 || got.Field != o.Field {
			t.Errorf("%s %s: located %+v", tt.root, tt.field, got)
		}
	}
}

// Without the text of an object its own line is all that is known.
func TestLocate_withoutDocument(t *testing.T) {
	if got := load.Locate(model.Origin{Line: 7, Field: "spec.x"}); got != 7 {
		t.Errorf("got %d", got)
	}
}
