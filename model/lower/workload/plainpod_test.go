package workload_test

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"netreach/model/lower/plain"
	"netreach/model/lower/workload"
)

// plainPods are pods that PlainPod reads, and others that it must not.
var plainPods = []struct {
	json  string
	plain bool
}{
	{`{}`, true},
	{`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","generateName":"x-","namespace":"shop","uid":"u","labels":{"b":"2","a":"","app.kubernetes.io/name":"x"}}}`, true},
	{`{"metadata":{"ownerReferences":[{"kind":"Foo","name":"f"},{"controller":true,"kind":"ReplicaSet","name":"r"}]}}`, true},
	{`{"metadata":{"ownerReferences":[{"kind":"Node","name":"n1","controller":true},{"name":"x"},{"kind":"F o","name":"f"},{"kind":"Foo","name":"a/b"}]}}`, true},
	{`{"spec":{"nodeName":"ip-10-0-0-1.ec2.internal","hostNetwork":true},"status":{"phase":"Running","podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"},{"ip":"fd00::1"}]}}`, true},
	{`{"status":{"podIP":"::ffff:10.0.0.1","podIPs":[{"ip":"10.0.0.1"}]}}`, true},
	{`{"status":{"podIP":"fd00::1","podIPs":[{},{"ip":""},{"ip":"10.0.0.1"}]}}`, true},
	{`{"status":{"podIP":"10.0.0.1","podIPs":[],"phase":"Succeeded"}}`, true},
	{`{"status":{"podIP":"","phase":"Failed"}}`, true},
	{`{"spec":{"containers":[{"ports":[{"name":"http","containerPort":80},{"containerPort":53,"protocol":"UDP"}]},{},{"ports":[]}],
		"initContainers":[{"ports":[{"containerPort":1}]},{"restartPolicy":"Always","ports":[{"containerPort":15001,"protocol":"SCTP","name":"proxy"}]}]}}`, true},
	{`{"spec":{"initContainers":[{"ports":[{"containerPort":2}],"restartPolicy":"Always"}],"containers":[{"ports":[{"containerPort":1,"protocol":""}]}]}}`, true},
	{"{ \"metadata\" : {\n\t\"labels\" : { \"a\" : \"b\" } } , \"spec\" : { \"containers\" : [ { \"ports\" : [ { \"containerPort\" : 80 } ] } ] } }", true},
	{`{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{"dnsPolicy":"ClusterFirst","hostname":"web-0","subdomain":"web"}}`, true},
	{`{"spec":{"dnsPolicy":"ClusterFirstWithHostNet"}}`, true},
	{`{"spec":{"dnsPolicy":"Default"}}`, true},
	{`{"spec":{"dnsPolicy":"None"}}`, true},
	{`{"spec":{"containers":[{"ports":[{"containerPort":80,"hostPort":8080},{"containerPort":81,"hostPort":0}]}]}}`, true},
	{`{"spec":{"containers":[{"ports":[{"containerPort":80,"hostPort":80}]}],"hostNetwork":true}}`, true},
	{`{"status":{"phase":"Running","conditions":[{"type":"PodScheduled","status":"True"},{"type":"Ready","status":"False"},{"type":"Ready","status":"True"}]}}`, true},
	{`{"status":{"conditions":[{"type":"Ready","status":"True"}],"phase":"Pending"}}`, true},
	{`{"status":{"conditions":[{"status":"True","type":"Ready"},{"type":"Ready"}]}}`, true},
	{`{"status":{"conditions":[{"type":"Ready"}]}}`, true},
	{`{"status":{"conditions":[]}}`, true},
	{`{"status":{"phase":"Pending"}}`, true},
	{`{"spec":{"dnsConfig":{}}}`, true},
	// of these there is something to say, or it is not certain that there is not
	{`{"metadata":{"labels":{"a":null}}}`, false},
	{`{"metadata":{"labels":{"a":1}}}`, false},
	{`{"metadata":{"labels":{"a b":"c"}}}`, false},
	{`{"metadata":{"labels":{"a":"{{x}}"}}}`, false},
	{`{"metadata":{"labels":{"a":"\u0062"}}}`, false},
	{`{"metadata":{"labels":{"\u0062":"b"}}}`, false},
	{`{"metadata":{"labels":[]}}`, false},
	{`{"metadata":null}`, false},
	{`{"metadata":{"x":1}}`, false},
	{`{"spec":{"hostNetwork":"true"}}`, false},
	{`{"spec":{"nodeName":"A"}}`, false},
	{`{"spec":{"containers":{}}}`, false},
	{`{"spec":{"containers":[null]}}`, false},
	{`{"spec":{"containers":[{"ports":[{"containerPort":0}]}]}}`, false},
	{`{"spec":{"containers":[{"ports":[{"containerPort":65536}]}]}}`, false},
	{`{"spec":{"containers":[{"ports":[{"containerPort":80.0}]}]}}`, false},
	{`{"spec":{"containers":[{"ports":[{"containerPort":8e1}]}]}}`, false},
	{`{"spec":{"containers":[{"ports":[{"containerPort":"80"}]}]}}`, false},
	{`{"spec":{"containers":[{"ports":[{"containerPort":12345678901}]}]}}`, false},
	{`{"spec":{"containers":[{"ports":[{"name":"x"}]}]}}`, false},
	{`{"spec":{"containers":[{"ports":[{"containerPort":80,"protocol":"tcp"}]}]}}`, false},
	{`{"status":{"podIP":"10.0.0"}}`, false},
	{`{"status":{"podIP":"fe80::1%eth0"}}`, false},
	{`{"status":{"podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.2"}]}}`, false},
	{`{"status":{"podIPs":[{"ip":"10.0.0.1","x":1}]}}`, false},
	{`{"status":[]}`, false},
	{`{"status":{"conditions":[{"type":"Ready","status":true}]}}`, false},
	{`{"metadata":{"deletionTimestamp":null}}`, false},
	{`{"spec":{"dnsPolicy":"default"}}`, false},
	{`{"spec":{"dnsConfig":{"nameservers":["10.0.0.1"]}}}`, false},
	{`{"spec":{"containers":[{"ports":[{"containerPort":80,"hostPort":65536}]}]}}`, false},
	{`{"spec":{"containers":[{"ports":[{"containerPort":80,"hostPort":-1}]}]}}`, false},
	{`[]`, false},
	{`null`, false},
	{`""`, false},
	{`1`, false},
}

func TestPlainPod(t *testing.T) {
	pods := workload.NewPlainPods(plain.NewWords())
	for _, tt := range plainPods {
		for range 2 {
			if got := checkPlainPod(t, pods, []byte(tt.json)); got != tt.plain {
				t.Errorf("plain %t: %s", got, tt.json)
			}
		}
	}
}

// checkPlainPod holds PlainPods to ReadPod, and reports whether it reads the
// text.
func checkPlainPod(t *testing.T, pods *workload.PlainPods, text []byte) bool {
	t.Helper()
	got, ok := pods.Read(text, origin("Pod"))
	if !ok || !jsontext.Value(text).IsValid() {
		return false
	}
	want, ds := workload.ReadPod(text, origin("Pod"), workload.Searched())
	if ds != nil {
		t.Fatalf("read, although %q:\n%s", say(ds), text)
	}
	if diff := cmp.Diff(want, got, exact...); diff != "" {
		t.Fatalf("%s\n%s", diff, text)
	}
	return true
}

// FuzzPlainPod looks for a text that PlainPods reads in another way than
// ReadPod, behind others and with another behind it.
func FuzzPlainPod(f *testing.F) {
	for _, tt := range plainPods {
		f.Add([]byte(tt.json))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		pods := workload.NewPlainPods(plain.NewWords())
		checkPlainPod(t, pods, []byte(benchPod))
		checkPlainPod(t, pods, text)
		checkPlainPod(t, pods, text)
		if !checkPlainPod(t, pods, []byte(benchPod)) {
			t.Error("a plain pod is not read")
		}
	})
}

// A pod of a dump costs its strings and slices.
func TestPlainPod_allocations(t *testing.T) {
	o, pods := origin("Pod"), workload.NewPlainPods(plain.NewWords())
	alike, other := []byte(benchPod), []byte(strings.ReplaceAll(benchPod, "shop", "other"))
	for _, tt := range []struct {
		texts [][]byte
		most  float64
	}{
		{[][]byte{alike}, 3},        // its addresses
		{[][]byte{alike, other}, 8}, // and those and labels of both
	} {
		n := testing.AllocsPerRun(100, func() {
			for _, text := range tt.texts {
				if _, ok := pods.Read(text, o); !ok {
					t.Fatal("not plain")
				}
			}
		})
		if n > tt.most {
			t.Errorf("%v allocations for %d pods", n, len(tt.texts))
		}
	}
}

const benchPod = `{"apiVersion":"v1","kind":"Pod","metadata":{"generateName":"web-5b466qf2l-","labels":{"app.kubernetes.io/component":"web","app.kubernetes.io/instance":"shop","app.kubernetes.io/name":"web","helm.sh/chart":"web-1.2.3","pod-template-hash":"5b466qf2l","team":"shop"},"name":"web-5b466qf2l-x2z4c","namespace":"shop","ownerReferences":[{"controller":true,"kind":"ReplicaSet","name":"web-5b466qf2l"}],"uid":"1d90f53e-6ca9-461f-948e-1520b688c34c"},"spec":{"containers":[{"ports":[{"containerPort":8080,"name":"http","protocol":"TCP"},{"containerPort":8081,"name":"metrics","protocol":"TCP"}]},{}],"dnsPolicy":"ClusterFirst","nodeName":"ip-10-0-0-1.ec2.internal"},"status":{"conditions":[{"status":"True","type":"Initialized"},{"status":"True","type":"Ready"}],"phase":"Running","podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"}]}}`

func BenchmarkPlainPod(b *testing.B) {
	text, o, pods := []byte(benchPod), origin("Pod"), workload.NewPlainPods(plain.NewWords())
	for _, way := range []string{"plain", "ordinary"} {
		b.Run("way="+way, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if way == "plain" {
					pods.Read(text, o)
				} else {
					workload.ReadPod(text, o, workload.Searched())
				}
			}
		})
	}
}
