package config_test

import (
	"bytes"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"netreach/cmd/internal/config"
)

// TestSchema: the schema and the reader agree on these texts.
func TestSchema(t *testing.T) {
	text, err := config.Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		text string
		good bool
	}{
		{everything, true},
		{"", true},
		{"{}", true},
		{"cni: none\n", true},
		{"switches: {sctp: unknown, priority-ties: by-name, end-port: 'false'}\n", true},
		{"podCIDR: [fd00::/8]\n", true},
		{"lenient: false\n", true},
		{"filename: []\n", true},
		{"namespace: a-1\n", true},
		{"cni: weave\n", false},
		{"cni: null\n", false},
		{"cni: [calico]\n", false},
		{"profile: calico\n", false},
		{"switches: [end-port]\n", false},
		{"switches: {endport: true}\n", false},
		{"switches: {end-port: 'no'}\n", false},
		{"switches: {sctp: false}\n", false},
		{"switches: {enforced: unknown}\n", false},
		{"podCIDR: 10.0.0.0/8\n", false},
		{"podCIDR: [10.0.0.0]\n", false},
		{"filename: [1]\n", false},
		{"filename: ['']\n", false},
		{"filename: ['-']\n", false},
		{"namespace: Shop\n", false},
		{"namespace: ''\n", false},
		{"lenient: 'true'\n", false},
		{"- cni\n", false},
		{"cni\n", false},
	}
	for _, test := range tests {
		var value any
		if err := yaml.Unmarshal([]byte(test.text), &value); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != test.good {
			t.Errorf("schema on %q: %v", test.text, err)
		}
		_, problems, err := config.Read(fstest.MapFS{"c": {Data: []byte(test.text)}}, "c")
		if err != nil || (len(problems) == 0) != test.good {
			t.Errorf("Read of %q: %v, %v", test.text, problems, err)
		}
	}
}
