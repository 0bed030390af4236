package expect_test

import (
	"testing"

	"netreach/model"
	"netreach/model/expect"
)

func ports(proto model.Protocol, first, last uint16) model.PortMatch {
	return model.PortMatch{Kind: model.PortRange, Protocol: proto, First: first, Last: last}
}

func namedPort(proto model.Protocol, name string) model.PortMatch {
	return model.PortMatch{Kind: model.PortNamed, Protocol: proto, Name: name}
}

func TestParsePort(t *testing.T) {
	tests := []struct {
		text      string
		want      model.PortMatch
		canonical string // what String returns; "" means text itself
	}{
		{"5432", ports(model.TCP, 5432, 5432), "5432/tcp"},
		{"5432/tcp", ports(model.TCP, 5432, 5432), ""},
		{"53/UDP", ports(model.UDP, 53, 53), "53/udp"},
		{"8000-8100/udp", ports(model.UDP, 8000, 8100), ""},
		{"8000-8100", ports(model.TCP, 8000, 8100), "8000-8100/tcp"},
		{"80-80/sctp", ports(model.SCTP, 80, 80), "80/sctp"},
		{"1-65535/tcp", model.AllPorts(model.TCP), "*/tcp"},
		{"1", ports(model.TCP, 1, 1), "1/tcp"},
		{"65535/sctp", ports(model.SCTP, 65535, 65535), ""},
		{"*", model.PortMatch{Kind: model.PortAny}, ""},
		{"*/udp", model.AllPorts(model.UDP), ""},
		// the name of a port has a letter (NPV-4)
		{"http", namedPort(model.TCP, "http"), "http/tcp"},
		{"dns/udp", namedPort(model.UDP, "dns"), ""},
		{"8080-web", namedPort(model.TCP, "8080-web"), "8080-web/tcp"},
		{"tcp/tcp", namedPort(model.TCP, "tcp"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := expect.ParsePort(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			want := tt.canonical
			if want == "" {
				want = tt.text
			}
			if got.String() != want {
				t.Errorf("String() = %q, want %q", got.String(), want)
			}
			if again, err := expect.ParsePort(got.String()); err != nil || again != got {
				t.Errorf("reading %q back: %+v, %v", got.String(), again, err)
			}
		})
	}
}

func TestParsePort_errors(t *testing.T) {
	tests := []struct{ text, problem, hint string }{
		{"", "the port is missing", "5432"},
		{"/tcp", "the port is missing", "*/tcp"},
		{"0", "0 is not a port", "1 to 65535"},
		{"65536/udp", "65536 is not a port", "1 to 65535"},
		{"99999999999999999999", "is not a port", ""},
		{"080", "begins with a zero", "80"},
		{"0-80", "0 is not a port", ""},
		{"8100-8000", "8100 is above 8000", "8000-8100/tcp"},
		{"80-", "is not a range", "both ends"},
		{"-80", "is not a range", "both ends"},
		{"80-90-100", "is not a range", ""},
		{"-", "is not a range", ""},
		{"+80", "is neither", ""},
		{"80 ", "is neither", ""},
		{"8000:8100", "is neither", "8000-8100"},
		{"80,443", "is neither", "each port by itself"},
		{"80/", "the protocol is missing", "tcp, udp and sctp"},
		{"80/http", `"http" is not a protocol`, "tcp, udp and sctp"},
		{"tcp/80", `"80" is not a protocol`, "80/tcp"},
		{"80/tcp/udp", `"tcp/udp" is not a protocol`, ""},
		{"80/*", `"*" is not a protocol`, ""},
		// a protocol alone would be taken for the name of a port
		{"udp", "is a protocol", "*/udp"},
		{"TCP", "is a protocol", "tcp/tcp"},
		{"HTTP", "is neither", "lower case: http"},
		{"a--b", "is neither", ""},
		{"-http", "is neither", ""},
		{"a-very-long-port-name", "is neither", "15"},
		{"**", "is neither", ""},
		{"ä", "is neither", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			_, err := expect.ParsePort(tt.text)
			checkSyntax(t, err, "port", tt.text, tt.problem, tt.hint)
		})
	}
}
