package load

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/go-json-experiment/json/jsontext"

	"netreach/bench/gen/manifest"
	"netreach/bench/gen/shape"
	"netreach/model"
	"netreach/model/load/internal/prune"
	"netreach/model/lower/netpol"
)

// readAs reads one text as a file, with or without fast paths.
func readAs(text []byte, opts Options) (*model.Cluster, []string, error) {
	opts.FS = fstest.MapFS{"a.yaml": {Data: text}}
	c, ds, err := Read(opts, "a.yaml")
	return c, written(ds), err
}

func written(ds []model.Diagnostic) []string {
	var out []string
	for _, d := range ds {
		out = append(out, fmt.Sprintf("%s %s", d.Severity, d))
	}
	return out
}

// onlyDuplicates reports whether the only errors are keys that come twice.
func onlyDuplicates(ds []string) bool {
	for _, d := range ds {
		if strings.HasPrefix(d, model.Error.String()) && !strings.Contains(d, "given more than once") {
			return false
		}
	}
	return true
}

// checkFast holds the fast paths to the slow one: the same cluster and the same
// diagnostics, except for keys that come twice in what does not count. It
// returns whether the text holds a cluster.
func checkFast(t *testing.T, text []byte, window int) bool {
	t.Helper()
	want, wantDs, wantErr := readAs(text, Options{reference: true})
	got, gotDs, gotErr := readAs(text, Options{window: window})
	if want == nil && got != nil && len(wantDs) > 0 && onlyDuplicates(wantDs) {
		return false
	}
	if fmt.Sprint(wantErr) != fmt.Sprint(gotErr) || !reflect.DeepEqual(gotDs, wantDs) || !reflect.DeepEqual(got, want) {
		if want == nil && onlyDuplicates(wantDs) && len(wantDs) > len(gotDs) {
			return false
		}
		t.Fatalf("window %d: fast %t %v %q\nslow %t %v %q\nequal clusters %t\n%s", window, got != nil, gotErr, gotDs, want != nil, wantErr, wantDs, reflect.DeepEqual(got, want), text)
	}
	return want != nil
}

const (
	fastPod = `- apiVersion: v1
  kind: Pod
  metadata:
    annotations:
      a: "x: \"y\"
        z"
    labels: {app: a}
    name: NAME
    namespace: shop
    ownerReferences:
    - controller: true
      kind: ReplicaSet
      name: a-5b466qf2l
    uid: 0b1c-NAME
  spec:
    containers:
    - args:
      - |-
        - apiVersion: v1
      ports:
      - containerPort: 8080
        name: http
    hostNetwork: true
    initContainers:
    - ports:
      - containerPort: 15001
        protocol: UDP
      restartPolicy: Always
    nodeName: n1.example.com
  status:
    conditions:
    - "l\u0061st": null
      message: 'a: b'
      time: 12:30
    phase: Running
    podIP: 10.0.0.1
    podIPs:
    - ip: 10.0.0.1
    - ip: fd00::1
`
	fastPolicy = `- apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata:
    annotations:
      a: '{"b": 1}'
    creationTimestamp: "2026-09-04T14:27:33Z"
    generation: 1
    name: NAME
    namespace: shop
  spec:
    egress:
    - ports:
      - endPort: 90
        port: 80
      - port: dns
        protocol: UDP
      to:
      - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
    ingress:
    - from:
      - podSelector: {}
      - namespaceSelector:
          matchExpressions:
          - {key: env, operator: In, values: [prod, "1"]}
      ports:
      - port: 80
    podSelector:
      matchLabels:
        app: a
`
	fastService = `- apiVersion: v1
  kind: Service
  metadata:
    annotations: {a: "b"}
    name: NAME
    namespace: shop
    uid: 0b1c-NAME
  spec:
    clusterIP: 10.96.0.1
    ports:
    - name: http
      port: 80
      targetPort: http
    selector: {app: a}
  status:
    loadBalancer: {}
`
	fastRoute = `- apiVersion: networking.k8s.io/v1
  kind: Ingress
  metadata:
    name: NAME
    namespace: shop
  spec:
    rules:
    - http:
        paths:
        - backend: {service: {name: a, port: {number: 80}}}
          path: /
          pathType: Prefix
`
	fastCorefile = `- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: NAME
    namespace: kube-system
  data:
    Corefile: |
      . {
        forward . 10.0.0.53
      }
    other: x
`
	fastSecret = `- apiVersion: v1
  kind: Secret
  metadata:
    name: NAME
  data: {a: b}
`
	fastUnread = `- apiVersion: traefik.io/v1alpha1
  kind: IngressRoute
  metadata: {name: NAME, namespace: shop}
  spec: {routes: [{match: "Host(` + "`a.example`" + `)", priority: 10, ratio: 1.50}], entryPoints: [web]}
  status: {x: y}
`
)

// fastLists are lists and streams of all layouts.
func fastLists() map[string]string {
	item := func(text, name string) string { return strings.ReplaceAll(text, "NAME", name) }
	items := item(fastPod, "a") + item(fastPolicy, "p") + item(fastSecret, "s") + item(fastService, "a") + item(fastRoute, "i") + item(fastUnread, "u") + item(fastCorefile, "coredns") + "# a comment\n" + item(fastPod, "b") + item(fastPolicy, "q") + item(fastPod, "c")
	docs := ""
	for _, doc := range strings.SplitAfter(items, "\n- ") {
		doc = strings.TrimPrefix(strings.TrimSuffix(doc, "- "), "- ")
		docs += "---\n" + strings.ReplaceAll(doc, "\n  ", "\n")
	}
	list := "apiVersion: v1\nitems:\n" + items + "kind: List\nmetadata:\n  resourceVersion: \"\"\n"
	whole, errs := documentToJSON([]byte(list))
	if errs != nil {
		panic("bug: the list is not YAML")
	}
	var pretty bytes.Buffer
	indentJSON(&pretty, whole)
	podItems := strings.ReplaceAll(strings.ReplaceAll(item(fastPod, "a")+item(fastPod, "b"), "  kind: Pod\n", ""), "- apiVersion: v1\n  metadata:", "- metadata:")
	return map[string]string{
		"list":     list,
		"header":   "# x\nkind: List\napiVersion: v1\nitems: # y\n\n" + items,
		"podlist":  "kind: PodList\napiVersion: v1\nitems:\n" + podItems,
		"latelist": "apiVersion: v1\nitems:\n" + podItems + "kind: PodList\n",
		"indented": "apiVersion: v1\nkind: List\nitems:\n  " + strings.ReplaceAll(strings.TrimSuffix(items, "\n"), "\n", "\n  ") + "\n",
		"docs":     docs,
		"json":     string(whole),
		"pretty":   pretty.String(),
	}
}

// indentJSON writes a JSON text as kubectl does.
func indentJSON(out *bytes.Buffer, text []byte) {
	v := jsontext.Value(bytes.Clone(text))
	if err := v.Indent(); err != nil {
		panic(err)
	}
	out.Write(v)
}

// The fast paths are taken: otherwise the tests below would test nothing.
func TestFast_taken(t *testing.T) {
	for name, text := range fastLists() {
		for _, window := range []int{300, 700, 1500} {
			r := &reader{namespace: "default", memo: newMemo(), world: newWorld(), window: window}
			ok := r.stream(source{name: "a.yaml", named: true}, strings.NewReader(text), int64(len(text)))
			// A list whose kind is not known before its items is read as a
			// whole, and so is a stream of which a window shows no end of a
			// document.
			if want := name != "latelist" && (name != "docs" || window > 300); ok != want {
				t.Errorf("%s: in windows of %d: %t", name, window, ok)
			}
			if !ok && (r.seen > 0 || len(r.ds) > 0 || len(r.world.pods.all) > 0) {
				t.Errorf("%s: not read, yet something was", name)
			}
			if !checkFast(t, []byte(text), window) {
				t.Errorf("%s: no cluster", name)
			}
		}
	}
}

// The pods and policies of the lists are plain: otherwise the tests below would
// not test how those are read.
func TestFast_plain(t *testing.T) {
	m := newMemo()
	for _, text := range []string{fastPod, fastPolicy} {
		doc := model.Document{Text: undash([]byte(text))}
		out, ok := pruned(m.pruner, doc, prune.Type{})
		if !ok {
			t.Fatalf("not pruned:\n%s", text)
		}
		if text == fastPod {
			_, ok = m.pods.Read(out, model.Origin{Kind: "Pod", Namespace: "shop", Name: "a"})
		} else {
			_, ok = netpol.Plain(out, m.words)
		}
		if !ok {
			t.Errorf("not plain: %s", out)
		}
	}
}

// fastFragments are put into the lists.
var fastFragments = []string{
	"\n", " ", "  ", "- ", "\n- ", "\n-", "\n  - ", "\"", "'", "\\", "#", " #", ": ", "{", "}", "[", "]", ",", "{}", "[]", "|\n", "&a ", "*a", "<<: *a\n", "!!str ", "\n---\n", "\n...\n", "\n--- x\n", "\n%YAML 1.1\n", "? ",
	"items:\n", "items: []\n", "kind: List\n", "kind: Pod\n", "kind: PodList\n", "\n- apiVersion: v1\n", "\n- apiVersion: x\n  kind: Y\n", "},\n", "},{", "\x00", "\t", "\r", "\r\n", "\u0085", "\u2028", "\ufeff", "\u00e9", "\xff",
	"on", "0x1f", "010", "1.10", "2001-01-01", "12:30", "-.inf", "--", "-x", "a: b", "Ports: []\n", "\"l\\u0061bels\": {}\n", "\"\\u0061\"", "{a: b}", "[a, b]", "\"\"", "''", "80", "65536", "\"80\"", "10.0.0.2", "10.0.0.0/33", "Always", "Succeeded", "\"endPort\": 1,", "\"port\": null,", "{\"a\": 1, \"a\": 2}",
	"x: y\n", "  x: y\n", "\n    Labels: {}\n", "\n  metadata: {}\n", "y", "1", "null", "~", "5e3", "continue: x\n", "\"continue\": \"x\",", "\"kind\": \"Pod\",", "\"a\": 1,",
}

// Every fragment in many places of the lists, put in, in place of a character
// and in place of a line's rest: the fast paths return what the slow one does.
func TestFast_mutants(t *testing.T) {
	step := 397
	if testing.Short() {
		step = 1013
	}
	for name, text := range fastLists() {
		tried, clusters := 0, 0
		try := func(text string) {
			tried++
			if checkFast(t, []byte(text), 300+200*(tried%5)) {
				clusters++
			}
		}
		for i, f := range fastFragments {
			for at := i % step; at < len(text); at += step {
				try(text[:at] + f + text[at:])
				if i%3 == 0 {
					try(text[:at] + f + text[at+1:])
				}
				if end := strings.IndexByte(text[at:], '\n'); end >= 0 && i%3 == 1 {
					try(text[:at] + f + text[at+end:])
				}
			}
		}
		t.Logf("%s: %d mutants, of which %d hold a cluster", name, tried, clusters)
	}
}

// FuzzFastEqualsReference looks for other inputs that the fast paths read in
// another way than the slow one.
func FuzzFastEqualsReference(f *testing.F) {
	for _, text := range fastLists() {
		f.Add([]byte(text), uint16(300))
		f.Add([]byte(text), uint16(900))
	}
	f.Fuzz(func(t *testing.T, text []byte, window uint16) { checkFast(t, text, 64+int(window)) })
}

// Everything that lies in the scenarios, and in the corpus directory next to
// the checkout if it is there, is read alike.
func TestFast_corpus(t *testing.T) {
	root := filepath.Join("..", "..")
	n := 0
	for _, dir := range []string{filepath.Join(root, "scenarios"), filepath.Join(root, "..", "shared", "corpus")} {
		if _, err := os.Stat(dir); err != nil {
			t.Logf("%s is absent", filepath.Base(dir))
			continue
		}
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !IsManifest(name) {
				return err
			}
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			n++
			checkFast(t, text, 0)
			checkFast(t, text, 512)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d files", n)
}

// So is what the generator of the benchmarks writes, in each of its forms.
func TestFast_generated(t *testing.T) {
	c, err := shape.Model("small", 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []manifest.Format{manifest.DumpJSON, manifest.DumpYAML, manifest.Documents} {
		var out bytes.Buffer
		if err := manifest.Write(&out, c, manifest.Options{Format: format, ManagedFields: format == manifest.DumpYAML}); err != nil {
			t.Fatal(err)
		}
		const window = 64 << 10
		r := &reader{namespace: "default", memo: newMemo(), world: newWorld(), window: window}
		if !r.stream(source{name: "a.yaml", named: true}, bytes.NewReader(out.Bytes()), int64(out.Len())) {
			t.Errorf("format %v: not read in windows", format)
		}
		if !checkFast(t, out.Bytes(), window) {
			t.Errorf("format %v: no cluster", format)
		}
	}
}
