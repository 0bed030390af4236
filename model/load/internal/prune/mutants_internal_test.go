package prune

import "strings"

// seeds are objects in which much stands that a scan trips over. The first is
// a pod of which little counts, the second a policy of which all does.
var seeds = []string{`apiVersion: v1
kind: Pod
metadata:
  annotations:
    json: |
      {"items": [
      - kind: Pod
    folded: "one
      two: three\n\
      \ - four"
    single: 'it''s
      - not'
    plain: a
      - b
    empty: ""
  labels:
    app: web
    hash: 5b466qf2l
    "quoted": 'y'
  managedFields:
  - fieldsV1:
      f:metadata:
        .: {}
        k:{"uid":"d3"}: {}
    time: "2024-01-01T00:00:00Z"
  name: web # its name
  ownerReferences:
  - controller: true
    kind: ReplicaSet
    uid: 0a0b
spec:
  args:
  - -c
  - |-
    cat <<EOF
    apiVersion: v1

  - - nested
  - {a: [1, 'x'], "b": {}}
  hostNetwork: false
  ports:
  - containerPort: 8080
    name: http
  - {containerPort: 53, name: dns}
  list:
    - x: y
      z: 1
    -
      w: 2
status: {phase: Running}
`, `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: p
  annotations:
    text: |
      {"a": "b\c"}
       more

      end
    short: |-
      x # y
  labels: {app: a, tier: "b"} # note: 'twas
spec:
  podSelector:
    matchLabels:
      a: b
  ingress:
  - from:
    - podSelector: {}
      namespaceSelector: {matchLabels: {x: z}}
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
    ports:
    - port: 80
      protocol: TCP
    - port: http
  policyTypes: [Ingress, Egress]
`}

// fragments are put into the seeds.
var fragments = []string{
	"\n", " ", "  ", "    ", "-", "- ", "\n- ", "\n  - ", "\"", "'", "''", "\\", "\\\n", "#", " #", " # x", "#\n", ":", ": ", ":\n", "::", ",", ", ", "{", "}", "[", "]", "{}", "[]", "{a: b}", "[a, b]", "{a}", "{a: }", "[a,]",
	"{a: b: c}", "{\"a\":1}", "{a:1}", "[-]", "[- a]", "[a #b]", "{? a}", "|", ">", "|-", ">+", "|2", "|-2", "|----", "| #c", "|#c", "&a ", "*a", "<<: *a\n", "<<", "<<: {a: b}", "!!str ", "! ", "!x", "? ", "?", "?x", "% ", "%YAML 1.1\n", "@", "`", "=", "~", "null", "Null", "null: ", "~: ",
	"y", "on", "No", "TRUE", "1e3", "0x1f", "0b1", "0o7", "010", "1_0", ".5", "1.", "+1", "-1", ".inf", "-.INF", ".nan", "2001-01-01", "12:30", "1.2.3", "18446744073709551616", "9223372036854775808",
	"\t", "\r", "\r\n", "\u0085", "\u2028", "\ufeff", "\u00e9", "\u00a0", "\x7f", "\x01", "\xff", "\\u00e9", "\\ud800", "\\x4", "\\q", "\\/",
	"x: y\n", "\nx: y\n", "\n  x: y\n", "\n    x: y\n", "- x: y\n", "\n\n", "\n   \n", "\n          \n", "kind: Pod\n", "Kind: x\n", "kind: 5\n", "kind: Foo\n", "metadata: {}\n", "metadata:\n", "labels:\n", "name: x\n", "\n'a': b\n", "\"a\": b\n", "a: b: c\n", "a:b", "a :b", "a : b\n", "<b>&", "\u212a",
}

// mutants calls yield with texts made of a seed and the fragments.
func mutants(seed string, step int, yield func([]byte)) {
	for at := 0; at <= len(seed); at += step {
		eol := len(seed)
		if i := strings.IndexByte(seed[at:], '\n'); i >= 0 {
			eol = at + i
		}
		bol := strings.LastIndexByte(seed[:at], '\n') + 1
		yield([]byte(seed[:at]))
		yield([]byte(seed[:at] + seed[eol:]))
		yield([]byte(seed[:bol] + seed[min(eol+1, len(seed)):]))
		yield([]byte(seed[:eol] + "\n" + seed[bol:]))
		for _, f := range fragments {
			yield([]byte(seed[:at] + f + seed[at:]))
			yield([]byte(seed[:at] + f + seed[eol:]))
			if at < len(seed) {
				yield([]byte(seed[:at] + f + seed[at+1:]))
			}
			yield([]byte(seed[:bol] + f + seed[bol:]))
		}
	}
}
