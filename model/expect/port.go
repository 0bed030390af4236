package expect

import (
	"strconv"
	"strings"

	"netreach/model"
)

// ParsePort reads a port, such as "5432", "5432/tcp", "8000-8100/udp", "*",
// "*/sctp", "http" or "dns/udp". Protocols may be written in upper case too.
// The error is a *SyntaxError.
func ParsePort(text string) (model.PortMatch, error) {
	port, protocol, given := strings.Cut(text, "/")
	proto := model.TCP
	if given {
		var ok bool
		if proto, ok = parseProtocol(protocol); !ok {
			return model.PortMatch{}, protocolError(text, port, protocol)
		}
	}
	switch {
	case port == "":
		hint := "such as 5432, 5432/tcp, 8000-8100/udp, http or *"
		if given {
			hint = "all ports of the protocol are */" + proto.String()
		}
		return model.PortMatch{}, portError(text, "the port is missing", hint)
	case port == "*" && given:
		return model.AllPorts(proto), nil
	case port == "*":
		return model.PortMatch{Kind: model.PortAny}, nil
	case onlyOf(port, "0123456789-"):
		return parseNumbers(text, port, proto)
	}
	if p, ok := parseProtocol(port); ok && !given {
		return model.PortMatch{}, portError(text, "is a protocol",
			"all its ports are */"+p.String()+"; a port of that name is "+strings.ToLower(port)+"/tcp")
	}
	if !isPortName(port) {
		return model.PortMatch{}, portError(text, "is neither a number, a range nor the name of a port", portHint(port))
	}
	return model.PortMatch{Kind: model.PortNamed, Protocol: proto, Name: port}, nil
}

// parseNumbers reads "5432" or "8000-8100".
func parseNumbers(text, port string, proto model.Protocol) (model.PortMatch, error) {
	from, to, isRange := strings.Cut(port, "-")
	if !isRange {
		to = from
	}
	if from == "" || to == "" || strings.Contains(to, "-") {
		return model.PortMatch{}, portError(text, "is not a range of ports", "write both ends, such as 8000-8100")
	}
	first, err := parseNumber(text, from)
	if err != nil {
		return model.PortMatch{}, err
	}
	last, err := parseNumber(text, to)
	if err != nil {
		return model.PortMatch{}, err
	}
	if last < first {
		return model.PortMatch{}, portError(text, from+" is above "+to, "swap the two ends: "+model.PortString(proto, last, first))
	}
	return model.PortMatch{Kind: model.PortRange, Protocol: proto, First: first, Last: last}, nil
}

func parseNumber(text, digits string) (uint16, error) {
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || n < uint64(model.MinPort) {
		return 0, portError(text, digits+" is not a port", "ports run from 1 to 65535")
	}
	if digits[0] == '0' {
		return 0, portError(text, digits+" begins with a zero", "write "+strconv.FormatUint(n, 10))
	}
	return uint16(n), nil
}

func parseProtocol(s string) (model.Protocol, bool) {
	for p := range model.Protocols {
		if strings.EqualFold(s, p.String()) {
			return p, true
		}
	}
	return 0, false
}

func protocolError(text, port, protocol string) error {
	problem := strconv.Quote(protocol) + " is not a protocol"
	if p, ok := parseProtocol(port); ok && protocol != "" {
		return portError(text, problem, "the protocol stands last: "+protocol+"/"+p.String())
	}
	if protocol == "" {
		problem = "the protocol is missing"
	}
	return portError(text, problem, "protocols are tcp, udp and sctp")
}

func portHint(port string) string {
	switch {
	case strings.Contains(port, ","):
		return "name each port by itself; in a line, separate ports with a comma and a space"
	case strings.Contains(port, ":"):
		return "a range is written with a dash: 8000-8100"
	case isPortName(strings.ToLower(port)):
		return "names of ports are in lower case: " + strings.ToLower(port)
	case len(port) > maxPortName:
		return "the name of a port has 15 characters at most"
	}
	return "such as 5432, 5432/tcp, 8000-8100/udp, http or *"
}
