package ingress

import (
	"net/netip"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

// defaultsObject is what counts of the ConfigMap of ingress-nginx.
type defaultsObject struct {
	Data struct {
		Whitelist   jsontext.Value `json:"whitelist-source-range"`
		Deny        jsontext.Value `json:"denylist-source-range"`
		Block       jsontext.Value `json:"block-cidrs"`
		Auth        jsontext.Value `json:"global-auth-url"`
		Force       jsontext.Value `json:"force-ssl-redirect"`
		Snippets    jsontext.Value `json:"allow-snippet-annotations"`
		Forwarded   jsontext.Value `json:"use-forwarded-headers"`
		Proxy       jsontext.Value `json:"use-proxy-protocol"`
		HTTPSnippet jsontext.Value `json:"http-snippet"`
		Server      jsontext.Value `json:"server-snippet"`
		Location    jsontext.Value `json:"location-snippet"`
	} `json:"data"`
}

// SlimDefaults returns the type that ReadDefaults decodes a ConfigMap into. Its
// values are scalars of any type, as in dns.Slim.
func SlimDefaults() reflect.Type { return reflect.TypeFor[defaultsObject]() }

// ReadDefaults reads a ConfigMap that may be that of ingress-nginx: who gets in
// unless an Ingress says otherwise, and what else a client meets (ING-12). It gives
// ok false, and says nothing, for one that holds none of that. Whose it is, the
// arguments of a controller tell.
func ReadDefaults(text []byte, o model.Origin) (out model.IngressDefaults, ok bool, ds []model.Diagnostic) {
	var obj defaultsObject
	if json.Unmarshal(text, &obj, jsontext.AllowDuplicateNames(true)) != nil {
		return model.IngressDefaults{}, false, nil
	}
	r := parts.Report{Origin: o}
	out = model.IngressDefaults{Namespace: o.Namespace, Name: o.Name, Origin: o}
	list := func(key string, v jsontext.Value, unread *bool) ([]netip.Prefix, bool) {
		text := worded(v)
		if text == "" {
			return nil, false
		}
		ok = true
		list, fine := prefixes(&r, strict.Member("data", key), text, "whom the controller lets in is not known")
		*unread = !fine
		return list, fine
	}
	d := &obj.Data
	out.Admits, out.Restricted = list("whitelist-source-range", d.Whitelist, &out.UnreadAdmits)
	out.Refuses, _ = list("denylist-source-range", d.Deny, &out.UnreadRefuses)
	out.Blocks, _ = list("block-cidrs", d.Block, &out.UnreadBlocks)
	out.RealClient = worded(d.Proxy) == "true"
	if text := worded(d.Auth); text != "" {
		out.Auth = model.AuthRequest{URL: text, Origin: o.At(strict.Member("data", "global-auth-url"))}
	}
	note := func(key string, v jsontext.Value, said string, n model.RouteNote) {
		got := worded(v)
		if got == "" || said != "" && got != said {
			return
		}
		ok = true
		n.Text, n.Origin = strings.ReplaceAll(n.Text, "VALUE", got), o.At(strict.Member("data", key))
		out.Notes = append(out.Notes, n)
	}
	note("global-auth-url", d.Auth, "", model.RouteNote{Text: "asks VALUE whether a request may pass, and must reach it (global-auth-url)", Conditional: true})
	note("force-ssl-redirect", d.Force, "true", model.RouteNote{Text: "answers plain HTTP with a redirect to HTTPS, which must be reachable too (force-ssl-redirect)"})
	note("allow-snippet-annotations", d.Snippets, "true", model.RouteNote{Text: "takes configuration from annotations, which is not judged (allow-snippet-annotations)"})
	note("use-forwarded-headers", d.Forwarded, "true", model.RouteNote{Text: "believes what a request says of its client's address (use-forwarded-headers)"})
	note("http-snippet", d.HTTPSnippet, "", model.RouteNote{Text: "has configuration of its own (http-snippet), which is not judged"})
	note("server-snippet", d.Server, "", model.RouteNote{Text: "has configuration of its own (server-snippet), which is not judged"})
	note("location-snippet", d.Location, "", model.RouteNote{Text: "has configuration of its own (location-snippet), which is not judged"})
	return out, ok || out.RealClient, r.Diagnostics
}

// worded returns a scalar as text.
func worded(v jsontext.Value) string {
	if s := v.String(); s == "true" || s == "false" {
		return s
	}
	out, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
