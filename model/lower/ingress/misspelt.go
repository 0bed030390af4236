package ingress

import (
	"maps"
	"slices"
	"strings"

	"netreach/model/lower/strict"
	"netreach/model/near"
)

// nginxDeciding are the annotations of ingress-nginx that decide who gets in, or
// where to (ING-12).
var nginxDeciding = []string{
	"whitelist-source-range", "allowlist-source-range", "denylist-source-range", "satisfy", "enable-global-auth",
	"auth-url", "auth-signin", "auth-signin-redirect-param", "auth-method", "auth-type", "auth-secret", "auth-secret-type", "auth-realm", "auth-snippet",
	"auth-response-headers", "auth-request-redirect", "auth-proxy-set-headers", "auth-cache-key", "auth-cache-duration", "auth-always-set-cookie",
	"auth-keepalive", "auth-keepalive-share-vars", "auth-keepalive-requests", "auth-keepalive-timeout",
	"auth-tls-secret", "auth-tls-verify-client", "auth-tls-verify-depth", "auth-tls-error-page", "auth-tls-pass-certificate-to-upstream", "auth-tls-match-cn",
	"canary", "canary-by-header", "canary-by-header-value", "canary-by-header-pattern", "canary-by-cookie", "canary-weight", "canary-weight-total",
}

// nginxOther are its other annotations, which are not to be taken for misspelt ones.
var nginxOther = []string{
	"affinity", "affinity-mode", "affinity-canary-behavior", "app-root", "backend-protocol", "client-body-buffer-size", "configuration-snippet",
	"connection-proxy-header", "cors-allow-credentials", "cors-allow-headers", "cors-allow-methods", "cors-allow-origin", "cors-expose-headers", "cors-max-age",
	"custom-headers", "custom-http-errors", "default-backend", "disable-proxy-intercept-errors", "enable-access-log", "enable-cors", "enable-modsecurity",
	"enable-opentelemetry", "enable-opentracing", "enable-owasp-core-rules", "enable-owasp-modsecurity-crs", "enable-rewrite-log", "force-ssl-redirect", "from-to-www-redirect",
	"global-rate-limit", "global-rate-limit-ignored-cidrs", "global-rate-limit-key", "global-rate-limit-window", "http2-push-preload",
	"limit-allowlist", "limit-burst-multiplier", "limit-connections", "limit-rate", "limit-rate-after", "limit-rpm", "limit-rps", "limit-whitelist", "load-balance",
	"mirror-host", "mirror-request-body", "mirror-target", "modsecurity-snippet", "modsecurity-transaction-id", "opentelemetry-operation-name", "opentelemetry-trust-incoming-span",
	"opentracing-trust-incoming-span", "permanent-redirect", "permanent-redirect-code", "preserve-trailing-slash", "proxy-body-size", "proxy-buffer-size", "proxy-buffering",
	"proxy-buffers-number", "proxy-busy-buffers-size", "proxy-connect-timeout", "proxy-cookie-domain", "proxy-cookie-path", "proxy-http-version", "proxy-max-temp-file-size",
	"proxy-next-upstream", "proxy-next-upstream-timeout", "proxy-next-upstream-tries", "proxy-read-timeout", "proxy-redirect-from", "proxy-redirect-to",
	"proxy-request-buffering", "proxy-send-timeout", "proxy-ssl-ciphers", "proxy-ssl-name", "proxy-ssl-protocols", "proxy-ssl-secret", "proxy-ssl-server-name",
	"proxy-ssl-verify", "proxy-ssl-verify-depth", "relative-redirects", "rewrite-target", "secure-backends", "secure-verify-ca-secret", "server-alias", "server-snippet",
	"service-upstream", "session-cookie-change-on-failure", "session-cookie-conditional-samesite-none", "session-cookie-domain", "session-cookie-expires",
	"session-cookie-hash", "session-cookie-max-age", "session-cookie-name", "session-cookie-path", "session-cookie-samesite", "session-cookie-secure",
	"ssl-ciphers", "ssl-passthrough", "ssl-prefer-server-ciphers", "ssl-redirect", "stream-snippet", "temporal-redirect", "temporal-redirect-code", "upstream-hash-by",
	"upstream-hash-by-subset", "upstream-hash-by-subset-size", "upstream-vhost", "use-regex", "x-forwarded-prefix",
}

var nginxAll = slices.Concat(nginxDeciding, nginxOther)

// misspelt warns of annotations that ingress-nginx does not have and that are near
// one that decides who gets in: it ignores them without a word.
func (l *lowering) misspelt(annotations map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		name, ours := strings.CutPrefix(key, nginxPrefix)
		if !ours || slices.Contains(nginxAll, name) {
			continue
		}
		likely := strings.Replace(name, "blacklist", "denylist", 1) // not the list that letters are nearest to
		if meant := near.Name(likely, nginxAll); slices.Contains(nginxDeciding, meant) {
			l.Warnf(strict.Member("metadata.annotations", key), "annotation", "did you mean "+nginxPrefix+meant+"?",
				"ingress-nginx has no such annotation, and ignores it: nobody is kept out by it, or let in")
		}
	}
}
