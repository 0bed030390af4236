package load

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"netreach/model"
)

// unreadKinds are kinds of other vendors that lead clients in (false), or decide
// who gets in where something else leads (true), and that are not modelled.
var unreadKinds = map[groupKind]bool{
	{"traefik.io", "IngressRoute"}:                           false,
	{"traefik.io", "IngressRouteTCP"}:                        false,
	{"traefik.io", "IngressRouteUDP"}:                        false,
	{"traefik.io", "Middleware"}:                             true,
	{"traefik.io", "MiddlewareTCP"}:                          true,
	{"traefik.containo.us", "IngressRoute"}:                  false,
	{"traefik.containo.us", "IngressRouteTCP"}:               false,
	{"traefik.containo.us", "IngressRouteUDP"}:               false,
	{"traefik.containo.us", "Middleware"}:                    true,
	{"traefik.containo.us", "MiddlewareTCP"}:                 true,
	{"projectcontour.io", "HTTPProxy"}:                       false,
	{"networking.istio.io", "Gateway"}:                       false,
	{"networking.istio.io", "VirtualService"}:                false,
	{"gateway.envoyproxy.io", "SecurityPolicy"}:              true,
	{"gateway.envoyproxy.io", "BackendTrafficPolicy"}:        true,
	{"gateway.envoyproxy.io", "ClientTrafficPolicy"}:         true,
	{"gateway.envoyproxy.io", "EnvoyPatchPolicy"}:            true,
	{"configuration.konghq.com", "KongPlugin"}:               true,
	{"configuration.konghq.com", "KongClusterPlugin"}:        true,
	{"configuration.konghq.com", "TCPIngress"}:               false,
	{"configuration.konghq.com", "UDPIngress"}:               false,
	{"getambassador.io", "Host"}:                             false,
	{"getambassador.io", "Mapping"}:                          false,
	{"getambassador.io", "TCPMapping"}:                       false,
	{"gateway.solo.io", "VirtualService"}:                    false,
	{"apisix.apache.org", "ApisixRoute"}:                     false,
	{"k8s.nginx.org", "VirtualServer"}:                       false,
	{"k8s.nginx.org", "VirtualServerRoute"}:                  false,
	{"k8s.nginx.org", "TransportServer"}:                     false,
	{"k8s.nginx.org", "Policy"}:                              true,
	{"gateway.networking.k8s.io", "ListenerSet"}:             false,
	{"gateway.networking.x-k8s.io", "XListenerSet"}:          false,
	{"gateway.networking.x-k8s.io", "XBackendTrafficPolicy"}: true,
}

// nobodyKeptOut are the policies of the Gateway API that decide only what becomes of
// requests between a Gateway and its backends.
var nobodyKeptOut = []string{"BackendTLSPolicy", "BackendLBPolicy"}

// unreadKind reports whether gk leads in or decides who gets in and is not modelled,
// and which of the two.
func unreadKind(gk groupKind) (decides, ok bool) {
	if gk.group == "gateway.networking.k8s.io" && strings.HasSuffix(gk.kind, "Policy") {
		return true, !slices.Contains(nobodyKeptOut, gk.kind)
	}
	decides, ok = unreadKinds[gk]
	return decides, ok
}

// unreadObject keeps where an object stands that is not modelled. That matters only
// to whoever asks about the ways in, and so it is said there.
func (r *reader) unreadObject(v value, h head, o model.Origin, gk groupKind, decides bool) {
	o.Name, _ = unquote(h.name)
	if gk.kind != "KongClusterPlugin" {
		namespace, _ := unquote(h.namespace)
		o.Namespace = cmp.Or(namespace, r.namespace) // VAL-6
	}
	r.unread = append(r.unread, model.Unread{Origin: bulky(o), Group: gk.group, Decides: decides, Digest: digest(v.json)})
}

// digest returns a short text that two objects have in common which say the same,
// whatever the cluster notes about them.
func digest(object jsontext.Value) string {
	var parts []string
	for m := range members(object) {
		switch name := string(m.name); name {
		case "apiVersion", "kind", "metadata", "status":
		default:
			text := jsontext.Value(bytes.Clone(m.value))
			_ = text.Canonicalize() // what cannot be put in order is taken as it is
			parts = append(parts, name+"\n"+string(text))
		}
	}
	slices.Sort(parts)
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	const enough = 8
	return hex.EncodeToString(sum[:enough])
}

// allUnread returns the objects that are not modelled, each once.
func (r *reader) allUnread() []model.Unread {
	compare := func(a, b model.Unread) int {
		return cmp.Or(strings.Compare(a.Group, b.Group), compareOrigins(a.Origin, b.Origin))
	}
	out := slices.Clone(r.unread)
	slices.SortStableFunc(out, compare)
	return slices.CompactFunc(out, func(a, b model.Unread) bool { return compare(a, b) == 0 })
}
