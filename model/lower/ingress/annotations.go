package ingress

import (
	"net/netip"
	"slices"
	"strings"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

// Nginx is the controller that the annotations below are for.
const Nginx = "k8s.io/ingress-nginx"

// nginxPrefix is that of its annotations.
const nginxPrefix = "nginx.ingress.kubernetes.io/"

// nginx reads the annotations that change who gets in, or that a client meets
// on the way (ING-12).
func (l *lowering) nginx(annotations map[string]string) {
	l.out.For = Nginx
	l.misspelt(annotations)
	get := func(name string) (text, field string, ok bool) {
		text, ok = annotations[nginxPrefix+name]
		return strings.TrimSpace(text), strict.Member("metadata.annotations", nginxPrefix+name), ok
	}
	on := func(name string) bool {
		text, _, _ := get(name)
		return text == "true"
	}
	for _, name := range []string{"allowlist-source-range", "whitelist-source-range"} {
		if text, field, ok := get(name); ok && text != "" && !l.out.Restricted {
			l.out.Restricted = true
			l.out.Admits = l.prefixes(field, text, "nobody is let in, as by the controller")
		}
	}
	if text, field, ok := get("denylist-source-range"); ok {
		l.out.Refuses = l.prefixes(field, text, "the list is ignored, as by the controller")
	}
	if text, field, ok := get("auth-url"); ok && text != "" {
		l.out.Auth = model.AuthRequest{URL: text, Origin: l.Origin.At(field)}
	}
	word := func(name string) string { text, _, _ := get(name); return text }
	l.out.NoDefaultAuth = word("enable-global-auth") == "false"
	l.out.Password = word("auth-type") == "basic" || word("auth-type") == "digest"
	l.out.AnyWillDo = word("satisfy") == "any"
	l.out.Canary = on("canary")
	if text, _, ok := get("canary-weight"); ok && l.out.Canary && text == "0" && !has(annotations, "canary-by-header") && !has(annotations, "canary-by-cookie") {
		l.weigh(0)
	}
	if on("ssl-passthrough") { // ING-11
		for i := range l.out.Entries {
			l.out.Entries[i].TLS = model.Passthrough
		}
	}
	if on("use-regex") {
		for i := range l.out.Entries {
			for j := range l.out.Entries[i].Paths {
				if p := &l.out.Entries[i].Paths[j]; p.Form == model.PathLoose {
					p.Form = model.PathRegexp
				}
			}
		}
	}
	for _, n := range nginxNotes {
		text, field, ok := get(n.name)
		if !ok || text == "" || text == "false" {
			continue
		}
		l.out.Notes = append(l.out.Notes, model.RouteNote{
			Text: strings.ReplaceAll(n.text, "VALUE", text), Origin: l.Origin.At(field), Conditional: n.conditional, Answers: n.answers,
		})
	}
}

func has(annotations map[string]string, name string) bool { return annotations[nginxPrefix+name] != "" }

// weigh sets the weight of every backend.
func (l *lowering) weigh(n int) {
	for i := range l.out.Entries {
		for j := range l.out.Entries[i].Backends {
			l.out.Entries[i].Backends[j].Weight = n
		}
	}
}

// prefixes reads a list of addresses and CIDRs with commas between them. One
// that cannot be read spoils the list, and what it says then happens.
func (l *lowering) prefixes(field, text, spoilt string) []netip.Prefix {
	out, _ := prefixes(l.Report, field, text, spoilt)
	return out
}

// prefixes is the same, and reports whether the list can be read.
func prefixes(r *parts.Report, field, text, spoilt string) ([]netip.Prefix, bool) {
	var out []netip.Prefix
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		p, ok := prefix(part)
		if !ok {
			r.Warnf(field, "cidr", "write addresses and CIDRs with commas between them", "%q is neither an address nor a CIDR: "+spoilt, part)
			return nil, false
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b netip.Prefix) int { return a.Addr().Compare(b.Addr()) })
	return out, true
}

// prefix reads an address or a CIDR.
func prefix(text string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), true
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), true
}

// nginxNotes are the annotations that change no verdict about connections but
// that a client meets. VALUE stands for what the annotation says.
var nginxNotes = []struct {
	name, text           string
	conditional, answers bool
}{
	{"auth-type", "asks for a password (auth-type VALUE)", true, false},
	{"auth-url", "asks VALUE whether a request may pass, and must reach it", true, false},
	{"auth-tls-secret", "asks for a client certificate (auth-tls-secret VALUE)", true, false},
	{"ssl-redirect", "answers plain HTTP with a redirect to HTTPS, which must be reachable too", false, false},
	{"force-ssl-redirect", "answers plain HTTP with a redirect to HTTPS, which must be reachable too", false, false},
	{"limit-rps", "limits the rate to VALUE requests a second", false, false},
	{"limit-rpm", "limits the rate to VALUE requests a minute", false, false},
	{"limit-connections", "limits connections to VALUE at a time", false, false},
	{"canary-by-header", "sends requests with the header VALUE to the canary", false, false},
	{"canary-by-cookie", "sends requests with the cookie VALUE to the canary", false, false},
	{"canary-weight", "sends VALUE% of the requests to the canary", false, false},
	{"default-backend", "sends errors to Service VALUE, which it must reach", false, false},
	{"mirror-target", "sends copies of requests to VALUE, which it must reach", false, false},
	{"configuration-snippet", "has configuration of its own for it (configuration-snippet), which is not judged", false, false},
	{"server-snippet", "has configuration of its own for it (server-snippet), which is not judged", false, false},
	{"permanent-redirect", "answers with a redirect to VALUE: no backend is asked", false, true},
	{"temporal-redirect", "answers with a redirect to VALUE: no backend is asked", false, true},
}
