package netpol_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
)

func TestLower_Ports(t *testing.T) {
	number := func(p model.Protocol, first, last uint16) model.PortMatch {
		return model.PortMatch{Kind: model.PortRange, Protocol: p, First: first, Last: last}
	}
	ranged := func(p model.Protocol, first, last uint16) model.PortMatch {
		return model.PortMatch{Kind: model.PortRange, Protocol: p, First: first, Last: last, EndPort: true}
	}
	named := func(p model.Protocol, name string) model.PortMatch {
		return model.PortMatch{Kind: model.PortNamed, Protocol: p, Name: name}
	}
	tests := []struct {
		ports string
		want  []model.PortMatch
	}{
		// NP-20: no ports is every port of every protocol
		{`null`, []model.PortMatch{{Kind: model.PortAny}}},
		{`[]`, []model.PortMatch{{Kind: model.PortAny}}},
		// NP-29: TCP unless given
		{`[port: 80]`, []model.PortMatch{number(model.TCP, 80, 80)}},
		{`[{port: 80, protocol: null}]`, []model.PortMatch{number(model.TCP, 80, 80)}},
		{`[{port: 80, protocol: TCP}]`, []model.PortMatch{number(model.TCP, 80, 80)}},
		{`[{port: 53, protocol: UDP}]`, []model.PortMatch{number(model.UDP, 53, 53)}},
		// NP-33
		{`[{port: 9, protocol: SCTP}]`, []model.PortMatch{number(model.SCTP, 9, 9)}},
		// NP-30: no port is all ports of the one protocol; a null item is an empty one
		{`[{}]`, []model.PortMatch{model.AllPorts(model.TCP)}},
		{`[null]`, []model.PortMatch{model.AllPorts(model.TCP)}},
		{`[protocol: UDP]`, []model.PortMatch{model.AllPorts(model.UDP)}},
		{`[{port: null, protocol: SCTP}]`, []model.PortMatch{model.AllPorts(model.SCTP)}},
		// NP-31
		{`[port: http]`, []model.PortMatch{named(model.TCP, "http")}},
		{`[{port: dns-1, protocol: UDP}]`, []model.PortMatch{named(model.UDP, "dns-1")}},
		// NP-32: a range, and a range of one
		{`[{port: 8000, endPort: 8100}]`, []model.PortMatch{ranged(model.TCP, 8000, 8100)}},
		{`[{port: 8000, endPort: 8000, protocol: UDP}]`, []model.PortMatch{ranged(model.UDP, 8000, 8000)}},
		{`[{port: 1, endPort: 65535}]`, []model.PortMatch{ranged(model.TCP, 1, 65535)}},
		{`[{port: 80, endPort: null}]`, []model.PortMatch{number(model.TCP, 80, 80)}},
		// alternatives stay in their order, repetitions too
		{`[{port: 2}, {port: 1}, {port: 2}, {port: x}]`, []model.PortMatch{
			number(model.TCP, 2, 2), number(model.TCP, 1, 1), number(model.TCP, 2, 2), named(model.TCP, "x"),
		}},
	}
	for _, tt := range tests {
		t.Run(tt.ports, func(t *testing.T) {
			p := lowered(t, `{ingress: [{ports: `+tt.ports+`}], egress: [{ports: `+tt.ports+`}]}`)
			for _, r := range p.Rules {
				if diff := cmp.Diff(tt.want, r.Ports); diff != "" {
					t.Errorf("%v ports (-want +got):\n%s", r.Direction, diff)
				}
			}
		})
	}
}
