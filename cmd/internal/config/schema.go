package config

import (
	"encoding/json"

	"netreach/model/profile"
)

// schema is a part of a JSON Schema.
type schema map[string]any

// Schema returns the JSON Schema of the file, for editors.
func Schema() ([]byte, error) {
	properties := schema{}
	for _, f := range fields() {
		s := f.schema()
		s["description"] = f.text
		properties[f.name] = s
	}
	text, err := json.MarshalIndent(schema{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"title":                FileName,
		"type":                 []string{"object", "null"},
		"additionalProperties": false,
		"properties":           properties,
	}, "", "  ")
	return append(text, '\n'), err
}

func cniSchema() schema { return schema{"type": "string", "enum": profile.Names()} }

func filenameSchema() schema {
	return schema{"type": "array", "items": schema{"type": "string", "minLength": 1, "not": schema{"const": "-"}}}
}

func lenientSchema() schema { return schema{"type": "boolean"} }

func namespaceSchema() schema {
	return schema{"type": "string", "maxLength": maxNamespace, "pattern": namespaceName}
}

func podCIDRSchema() schema {
	return schema{"type": "array", "items": schema{"type": "string", "pattern": `^[0-9a-fA-F:.]+/[0-9]{1,3}$`}}
}

func switchesSchema() schema {
	knobs := schema{}
	for _, k := range profile.Knobs() {
		values := []any{}
		for _, v := range k.Values {
			switch v {
			case "true":
				values = append(values, true, v)
			case "false":
				values = append(values, false, v)
			default:
				values = append(values, v)
			}
		}
		knobs[k.Name] = schema{"description": k.Text, "enum": values, "default": values[0]}
	}
	return schema{"type": "object", "additionalProperties": false, "properties": knobs}
}
