package gateway

import (
	"github.com/go-json-experiment/json"
)

// methodMatch is the method of an HTTPRoute, one word, or that of a GRPCRoute.
type methodMatch struct {
	HTTP string
	GRPC grpcMethod
}

type grpcMethod struct {
	Type    string `json:"type"`
	Service string `json:"service"`
	Method  string `json:"method"`
}

// UnmarshalJSON reads either form.
func (m *methodMatch) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		return json.Unmarshal(text, &m.HTTP)
	}
	return json.Unmarshal(text, &m.GRPC)
}
