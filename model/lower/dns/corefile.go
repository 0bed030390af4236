package dns

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"netreach/model"
	"netreach/model/lower/parts"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// directive is a line of a Corefile with the block that it may open.
type directive struct {
	words []string
	block []directive
}

// parser reads a Corefile.
type parser struct {
	*parts.Report
	file *model.Corefile
	text []string // lines
	next int
}

// servers reads the server blocks.
func (p *parser) servers(text string) {
	p.text = strings.Split(text, "\n")
	all, closed := p.block()
	if !closed || p.next < len(p.text) {
		p.Warnf(p.at(), "corefile", "check its braces", "the Corefile's braces do not match, and so it is not used")
		return
	}
	snippets := map[string][]directive{}
	for _, d := range all {
		name := d.words[0]
		if len(d.words) == 1 && strings.HasPrefix(name, "(") && strings.HasSuffix(name, ")") {
			snippets[name[1:len(name)-1]] = d.block
			continue
		}
		if name == "import" {
			p.file.Imports = append(p.file.Imports, strings.Join(d.words, " "))
			continue
		}
		p.server(d, snippets)
	}
}

// block reads lines up to the brace that closes the block, or to the end. It
// reports whether it ended as it should.
func (p *parser) block() ([]directive, bool) {
	var out []directive
	top := p.next == 0
	for p.next < len(p.text) {
		words := words(p.text[p.next])
		p.next++
		switch {
		case len(words) == 0:
			continue
		case words[0] == "}":
			return out, !top && len(words) == 1
		}
		d := directive{words: words}
		if words[len(words)-1] == "{" {
			d.words = words[:len(words)-1]
			var closed bool
			if d.block, closed = p.block(); !closed || len(d.words) == 0 {
				return out, false
			}
		}
		if slices.Contains(d.words, "{") || slices.Contains(d.words, "}") {
			return out, false
		}
		out = append(out, d)
	}
	return out, top
}

// words cuts a line into words, up to a comment. Quotes keep blanks in a word.
func words(line string) []string {
	var out []string
	word, inWord, quoted := "", false, false
	flush := func() {
		if inWord {
			out = append(out, word)
		}
		word, inWord = "", false
	}
	for _, c := range line {
		switch {
		case c == '"':
			quoted, inWord = !quoted, true
		case quoted:
			word += string(c)
		case c == ' ' || c == '\t' || c == '\r':
			flush()
		case c == '#' && !inWord:
			return out
		default:
			word, inWord = word+string(c), true
		}
	}
	flush()
	return out
}

// server reads a server block: its zones, and the plugins that count.
func (p *parser) server(d directive, snippets map[string][]directive) {
	s := model.DNSServer{Port: dnsPort, Origin: p.Origin.At(p.at())}
	for _, word := range d.words {
		for zone := range strings.SplitSeq(word, ",") {
			if zone = strings.TrimSpace(zone); zone == "" {
				continue
			}
			s.Zones = append(s.Zones, p.zone(zone, &s.Port)...)
		}
	}
	p.plugins(&s, d.block, snippets, 0)
	p.file.Servers = append(p.file.Servers, s)
}

// zone reads "zone", "zone:port" or "dns://zone:port". A reverse zone may be
// written as a CIDR, which no name that is asked about here lies in.
func (p *parser) zone(text string, port *uint16) []string {
	if scheme, rest, ok := strings.Cut(text, "://"); ok {
		if text = rest; scheme != "dns" {
			return nil // over TLS, HTTPS or gRPC: no pod asks there
		}
	}
	if i := strings.LastIndexByte(text, ':'); i >= 0 {
		if n, err := strconv.ParseUint(text[i+1:], 10, 16); err == nil {
			text, *port = text[:i], uint16(n)
		}
	}
	if _, err := netip.ParsePrefix(text); err == nil {
		return []string{"in-addr.arpa."}
	}
	return []string{fqdn(text)}
}

// deepestImport is how far snippets may import each other.
const deepestImport = 10

// plugins reads the plugins of a server block.
func (p *parser) plugins(s *model.DNSServer, block []directive, snippets map[string][]directive, depth int) {
	for _, d := range block {
		args := d.words[1:]
		switch name := d.words[0]; name {
		case "bind":
			for _, a := range args {
				if addr, err := netip.ParseAddr(a); err == nil {
					s.Binds = append(s.Binds, addr.Unmap())
				}
			}
		case "kubernetes":
			s.Cluster = p.cluster(s, args, d.block)
		case "forward", "proxy":
			if len(args) > 1 {
				s.Forwards = append(s.Forwards, p.forward(s, args, d.block))
			}
		case "import":
			body, ok := snippets[strings.Join(args, " ")]
			switch {
			case ok && depth < deepestImport:
				p.plugins(s, body, snippets, depth+1)
			default:
				s.Overrides = append(s.Overrides, model.DNSOverride{Plugin: name, Text: strings.Join(d.words, " "), Zones: s.Zones})
			}
		case "hosts", "rewrite", "template", "file", "auto", "secondary", "route53", "azure", "clouddns", "etcd", "autopath", "alternate", "acl", "erratic", "records":
			if o, ok := override(s, d); ok {
				s.Overrides = append(s.Overrides, o)
			}
		}
	}
}

// cluster reads the kubernetes plugin, which answers for its zones or else for
// those of the block (DNS-8).
func (p *parser) cluster(s *model.DNSServer, args []string, block []directive) *model.DNSCluster {
	c := &model.DNSCluster{Origin: s.Origin, Zones: s.Zones, Pods: model.PodNamesNone}
	if len(args) > 0 {
		c.Zones = nil
		for _, a := range args {
			c.Zones = append(c.Zones, fqdn(a))
		}
	}
	for _, d := range block {
		switch args := d.words[1:]; d.words[0] {
		case "fallthrough":
			c.Fallthrough = []string{"."}
			if len(args) > 0 {
				c.Fallthrough = nil
			}
			for _, a := range args {
				c.Fallthrough = append(c.Fallthrough, fqdn(a))
			}
		case "pods":
			switch strings.Join(args, " ") {
			case "insecure":
				c.Pods = model.PodNamesAny
			case "verified":
				c.Pods = model.PodNamesVerified
			}
		case "namespaces":
			c.Namespaces = args
		case "labels", "namespace_labels":
			c.Selective = true
		}
	}
	return c
}

// forward reads a forward plugin: names under its zone go to addresses, or to
// those that a file names (DNS-8).
func (p *parser) forward(s *model.DNSServer, args []string, block []directive) model.DNSForward {
	f := model.DNSForward{Zone: fqdn(args[0]), Origin: s.Origin}
	for _, to := range args[1:] {
		if a, ok := server(to); ok {
			f.To = append(f.To, a)
		} else {
			f.Files = append(f.Files, to)
		}
	}
	for _, d := range block {
		f.TCP = f.TCP || d.words[0] == "force_tcp"
	}
	return f
}

// override reads a plugin that answers by rules of its own: for which names, as
// far as that can be told.
func override(s *model.DNSServer, d directive) (model.DNSOverride, bool) {
	o := model.DNSOverride{Plugin: d.words[0], Text: strings.Join(d.words, " "), Zones: s.Zones}
	args := d.words[1:]
	switch o.Plugin {
	case "autopath", "acl", "erratic":
		return o, o.Plugin == "acl" // the others answer nothing by themselves
	case "hosts":
		o.Zones, o.Exact = nil, true
		falls := false
		for _, line := range d.block {
			if _, err := netip.ParseAddr(line.words[0]); err == nil {
				for _, name := range line.words[1:] {
					o.Zones = append(o.Zones, fqdn(name))
				}
			}
			falls = falls || line.words[0] == "fallthrough"
		}
		if !falls {
			o.Zones, o.Exact = s.Zones, false
		}
		if len(args) > 0 && falls {
			o.Text += " (names in that file)"
		}
	case "rewrite":
		if len(args) > 0 && (args[0] == "stop" || args[0] == "continue") {
			args = args[1:]
		}
		if len(args) < 2 || args[0] == "edns0" || args[0] == "ttl" || args[0] == "class" || args[0] == "type" {
			return o, false
		}
		if args[0] == "name" {
			args = args[1:]
		}
		switch {
		case args[0] == "exact" && len(args) > 1:
			o.Zones, o.Exact = []string{fqdn(args[1])}, true
		case args[0] == "suffix" && len(args) > 1:
			o.Zones = []string{fqdn(strings.TrimPrefix(args[1], "."))}
		case args[0] == "prefix" || args[0] == "substring" || args[0] == "regex":
		default:
			o.Zones, o.Exact = []string{fqdn(args[0])}, true
		}
	case "template":
		if len(args) > 2 {
			o.Zones = nil
			for _, a := range args[2:] {
				o.Zones = append(o.Zones, fqdn(a))
			}
		}
	case "file":
		if len(args) > 1 {
			o.Zones = nil
			for _, a := range args[1:] {
				o.Zones = append(o.Zones, fqdn(a))
			}
		}
	}
	return o, true
}
