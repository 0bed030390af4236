package workload_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/model"
	"netreach/model/lower/workload"
	"netreach/model/selector"
)

func origin(kind string) model.Origin {
	return model.Origin{Kind: kind, Namespace: "shop", Name: "web", File: "a.yaml", Line: 1}
}

// exact compares values with the origins left out.
var exact = cmp.Options{
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(_, _ model.Origin) bool { return true }),
}

// say returns diagnostics as "severity field: text [code]".
func say(ds []model.Diagnostic) []string {
	var out []string
	for _, d := range ds {
		out = append(out, d.Severity.String()+" "+d.Origin.Field+": "+d.Text+" ["+d.Code+"]")
	}
	return out
}

func TestReadPod(t *testing.T) {
	tests := []struct {
		name, json string
		want       workload.Pod
	}{
		{
			"a pod needs nothing but its name: no address is known (NP-45)",
			`{}`,
			workload.Pod{Pod: model.Pod{Namespace: "shop", Name: "web", Weight: 1}},
		},
		{
			"labels are sorted, the node is kept, and unknown fields are not looked at",
			`{"metadata": {"labels": {"b": "2", "a": ""}, "managedFields": [5], "uid": "u"}, "spec": {"nodeName": "n1", "hostNetwork": true, "volumes": {"x": 1}}}`,
			workload.Pod{Pod: model.Pod{
				Namespace: "shop", Name: "web", Weight: 1, Node: "n1", HostNetwork: true,
				Labels: model.Labels{{Key: "a", Value: ""}, {Key: "b", Value: "2"}},
			}},
		},
		{
			"podIPs hold both families, and podIP repeats the first (NP-53)",
			`{"status": {"phase": "Running", "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}]}}`,
			workload.Pod{Pod: model.Pod{
				Namespace: "shop", Name: "web", Weight: 1,
				Addresses: []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd00::1")},
			}},
		},
		{
			"podIP alone counts, and an IPv4-mapped address is IPv4 (NP-38)",
			`{"status": {"podIP": "::ffff:10.0.0.1"}}`,
			workload.Pod{Pod: model.Pod{
				Namespace: "shop", Name: "web", Weight: 1, Addresses: []netip.Addr{netip.MustParseAddr("10.0.0.1")},
			}},
		},
		{
			"a pending pod has an empty address, which is none (NP-45)",
			`{"status": {"phase": "Pending", "podIP": "", "podIPs": null}}`,
			workload.Pod{Pod: model.Pod{Namespace: "shop", Name: "web", Weight: 1, Readiness: model.NotReady}},
		},
		{
			"a finished pod has no network, whatever its status says (NP-46)",
			`{"status": {"phase": "Succeeded", "podIP": "10.0.0.1"}}`,
			workload.Pod{Pod: model.Pod{Namespace: "shop", Name: "web", Weight: 1}, Finished: true},
		},
		{
			"a failed pod too (NP-46)",
			`{"status": {"phase": "Failed"}}`,
			workload.Pod{Pod: model.Pod{Namespace: "shop", Name: "web", Weight: 1}, Finished: true},
		},
		{
			"a terminating pod still runs (NP-52)",
			`{"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "status": {"phase": "Running"}}`,
			workload.Pod{Pod: model.Pod{Namespace: "shop", Name: "web", Weight: 1, Terminating: true}},
		},
		{
			"the owner that controls a pod goes before the first",
			`{"metadata": {"ownerReferences": [{"kind": "Foo", "name": "f"}, {"kind": "ReplicaSet", "name": "r", "controller": true}]}}`,
			workload.Pod{
				Pod:   model.Pod{Namespace: "shop", Name: "web", Weight: 1},
				Owner: workload.Owner{Kind: "ReplicaSet", Name: "r"}, Owned: true,
			},
		},
		{
			"without a controller the first owner counts, but not a node, nor a reference without kind",
			`{"metadata": {"ownerReferences": [{"kind": "Node", "name": "n1", "controller": true}, {"name": "x"}, {"kind": "Foo", "name": "f"}, {"kind": "Bar", "name": "b"}]}}`,
			workload.Pod{
				Pod:   model.Pod{Namespace: "shop", Name: "web", Weight: 1},
				Owner: workload.Owner{Kind: "Foo", Name: "f"}, Owned: true,
			},
		},
		{
			"an owner whose name no peer can have is none",
			`{"metadata": {"ownerReferences": [{"kind": "Foo", "name": "a/b"}, {"kind": "F o", "name": "f"}]}}`,
			workload.Pod{Pod: model.Pod{Namespace: "shop", Name: "web", Weight: 1}},
		},
		{
			"ports of containers, TCP by default (VAL-3), and of native sidecars only among init containers (NP-31)",
			`{"spec": {
				"containers": [{"ports": [{"name": "http", "containerPort": 80}, {"containerPort": 53, "protocol": "UDP"}]}, {"ports": null}],
				"initContainers": [
					{"ports": [{"name": "setup", "containerPort": 1}]},
					{"restartPolicy": "OnFailure", "ports": [{"name": "setup", "containerPort": 2}]},
					{"restartPolicy": "Always", "ports": [{"name": "proxy", "containerPort": 15001, "protocol": "SCTP"}]}
				]}}`,
			workload.Pod{Pod: model.Pod{
				Namespace: "shop", Name: "web", Weight: 1,
				Ports: []model.ContainerPort{
					{Name: "http", Protocol: model.TCP, Port: 80},
					{Protocol: model.UDP, Port: 53},
					{Name: "proxy", Protocol: model.SCTP, Port: 15001, Sidecar: true},
				},
			}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ds := workload.ReadPod([]byte(tt.json), origin("Pod"))
			if ds != nil {
				t.Errorf("diagnostics: %q", say(ds))
			}
			if diff := cmp.Diff(tt.want, got, exact...); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadPod_diagnostics(t *testing.T) {
	tests := []struct {
		name, json string
		want       []string
	}{
		{
			"label values are strings, and every mistake is told (VAL-1)",
			`{"metadata": {"labels": {"on": true, "version": 1.1, "ok": "x"}}, "spec": {"hostNetwork": "yes", "containers": [{"ports": [{"containerPort": []}]}]}}`,
			[]string{
				"error metadata.labels.on: must be a string, found the boolean true [wrong-type]",
				"error metadata.labels.version: must be a string, found the number 1.1 [wrong-type]",
				"error spec.hostNetwork: must be true or false, found the string \"yes\" [wrong-type]",
				"error spec.containers[0].ports[0].containerPort: must be a whole number, found a list [wrong-type]",
			},
		},
		{
			"a mis-cased field is not read by the API server either; one that is unknown altogether is of no account",
			`{"spec": {"hostnetwork": true, "containers": [{"Image": "x", "Ports": [], "ports": [{"containerport": 80}]}]}}`,
			[]string{
				"warning spec.hostnetwork: unknown field \"hostnetwork\" is ignored, here as in a cluster [miscased-field]",
				"warning spec.containers[0].Ports: unknown field \"Ports\" is ignored, here as in a cluster [miscased-field]",
				"warning spec.containers[0].ports[0].containerport: unknown field \"containerport\" is ignored, here as in a cluster [miscased-field]",
				"warning spec.containers[0].ports[0].containerPort: the number is missing, so the port is ignored [port-missing]",
			},
		},
		{
			"ports are 1 to 65535, and protocols are written in capitals",
			`{"spec": {"containers": [{"ports": [{"containerPort": 0}, {"containerPort": 70000}, {"containerPort": 80, "protocol": "tcp"}]}]}}`,
			[]string{
				"error spec.containers[0].ports[0].containerPort: 0 is not a port [port-number]",
				"error spec.containers[0].ports[1].containerPort: 70000 is not a port [port-number]",
				"error spec.containers[0].ports[2].protocol: \"tcp\" is not a protocol of ports [protocol]",
			},
		},
		{
			"addresses must be addresses, at most one of each family",
			`{"status": {"podIP": "10.0.0", "podIPs": [{"ip": "fe80::1%eth0"}, {"ip": "10.0.0.1"}, {"ip": "10.0.0.2"}]}}`,
			[]string{
				"error status.podIPs[0].ip: \"fe80::1%eth0\" is not an IP address [address]",
				"warning status.podIPs[2].ip: 10.0.0.2 is a second address of its family, beside 10.0.0.1, and is ignored [address-family]",
				"error status.podIP: \"10.0.0\" is not an IP address [address]",
			},
		},
		{
			"labels that the API server refuses are warnings; templates that nobody rendered are errors",
			`{"metadata": {"labels": {"a b": "x", "c": "-", "d": "{{ .x }}"}}}`,
			[]string{
				"warning metadata.labels[\"a b\"]: \"a b=x\" is not a label that the API server accepts [label-syntax]",
				"warning metadata.labels.c: \"c=-\" is not a label that the API server accepts [label-syntax]",
				"error metadata.labels.d: \"d: {{ .x }}\" is a template that was not rendered [template]",
			},
		},
		{
			"a node has a name that a node can have",
			`{"spec": {"nodeName": "node one"}}`,
			[]string{"error spec.nodeName: \"node one\" is not a name for a Node [object-name]"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, ds := workload.ReadPod([]byte(tt.json), origin("Pod"))
			if diff := cmp.Diff(tt.want, say(ds)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What the API server has written is not searched for misspelt fields.
func TestReadPod_fromServer(t *testing.T) {
	text := `{"metadata": {"uid": "1"}, "spec": {"hostnetwork": true}}`
	if _, ds := workload.ReadPod([]byte(text), origin("Pod")); ds != nil {
		t.Errorf("got %q", say(ds))
	}
}

// NP-47: a controller is read for its template.
func TestReadController(t *testing.T) {
	const template = `{"metadata": {"labels": {"app": "web"}}, "spec": {"hostNetwork": true, "nodeName": "n1", "containers": [{"ports": [{"name": "http", "containerPort": 80}]}]}}`
	pod := model.Pod{
		Namespace: "shop", Labels: model.Labels{{Key: "app", Value: "web"}}, HostNetwork: true, Node: "n1",
		Ports: []model.ContainerPort{{Name: "http", Port: 80}},
	}
	tests := []struct {
		name, kind, json string
		replicas         int
		perNode          bool
	}{
		{"the number of replicas is 1 by default", "Deployment", `{"spec": {"template": T}}`, 1, false},
		{"null is the same as absent", "StatefulSet", `{"spec": {"replicas": null, "template": T}}`, 1, false},
		{"as many as it says", "ReplicaSet", `{"spec": {"replicas": 3, "template": T}}`, 3, false},
		{"none, if it says so", "ReplicationController", `{"spec": {"replicas": 0, "template": T}}`, 0, false},
		{"a DaemonSet has one on each node, and no field for it", "DaemonSet", `{"spec": {"replicas": 7, "template": T}}`, 1, true},
		{"a Job runs one pod at a time by default", "Job", `{"spec": {"completions": 9, "template": T}}`, 1, false},
		{"or as many as it says", "Job", `{"spec": {"parallelism": 4, "template": T}}`, 4, false},
		{"a Job that is done runs none", "Job", `{"spec": {"template": T}, "status": {"conditions": [{"type": "Complete", "status": "True"}]}}`, 0, false},
		{"also if it failed", "Job", `{"spec": {"template": T}, "status": {"conditions": [{"type": "Failed", "status": "True"}]}}`, 0, false},
		{"but not while it is not done", "Job", `{"spec": {"template": T}, "status": {"conditions": [{"type": "Complete", "status": "False"}, {"type": "Suspended", "status": "True"}]}}`, 1, false},
		{"old servers tell the time alone", "Job", `{"spec": {"template": T}, "status": {"completionTime": "2026-01-01T00:00:00Z"}}`, 0, false},
		{"a CronJob's template lies deeper", "CronJob", `{"spec": {"jobTemplate": {"spec": {"parallelism": 2, "template": T}}}}`, 2, false},
	}
	for _, tt := range tests {
		t.Run(tt.kind+": "+tt.name, func(t *testing.T) {
			got, ds := workload.ReadController([]byte(strings.ReplaceAll(tt.json, "T}", template+"}")), origin(tt.kind))
			if ds != nil {
				t.Fatalf("diagnostics: %q", say(ds))
			}
			want := workload.Controller{
				Kind: tt.kind, Namespace: "shop", Name: "web",
				Replicas: tt.replicas, PerNode: tt.perNode, Template: pod,
			}
			if diff := cmp.Diff(want, got, exact...); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadController_diagnostics(t *testing.T) {
	tests := []struct {
		name, kind, json string
		want             []string
	}{
		{"a template lacks labels and ports, and that is all right", "Deployment", `{"spec": {"template": {}}}`, nil},
		{
			"without a template there are no pods", "Deployment", `{"spec": {"selector": {}}}`,
			[]string{"error spec.template: the pod template is missing [template-missing]"},
		},
		{
			"also where it lies deeper", "CronJob", `{}`,
			[]string{"error spec.jobTemplate.spec.template: the pod template is missing [template-missing]"},
		},
		{
			"the paths lead into the template", "CronJob", `{"spec": {"jobTemplate": {"spec": {"template": {"metadata": {"labels": {"a": 1}}, "spec": {"containers": {}}}}}}}`,
			[]string{
				"error spec.jobTemplate.spec.template.metadata.labels.a: must be a string, found the number 1 [wrong-type]",
				"error spec.jobTemplate.spec.template.spec.containers: must be a list, found a mapping [wrong-type]",
			},
		},
		{
			"a number of pods is not negative", "Deployment", `{"spec": {"replicas": -1, "template": {}}}`,
			[]string{"error spec.replicas: -1 is not a number of pods [replicas]"},
		},
		{
			"nor that of a Job", "Job", `{"spec": {"parallelism": -1, "template": {}}}`,
			[]string{"error spec.parallelism: -1 is not a number of pods [replicas]"},
		},
		{
			"it is whole", "Deployment", `{"spec": {"replicas": "3", "template": {}}}`,
			[]string{"error spec.replicas: must be a whole number, found the string \"3\" [wrong-type]"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, ds := workload.ReadController([]byte(tt.json), origin(tt.kind))
			if diff := cmp.Diff(tt.want, say(ds)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadNamespace(t *testing.T) {
	tests := []struct {
		name, json string
		labels     model.Labels
		want       []string
	}{
		{"the name label is always there (NP-28)", `{}`, selector.Labels{{Key: model.NameLabel, Value: "web"}}, nil},
		{
			"beside the labels of the object",
			`{"metadata": {"labels": {"team": "a", "kubernetes.io/metadata.name": "web"}}}`,
			selector.Labels{{Key: model.NameLabel, Value: "web"}, {Key: "team", Value: "a"}},
			nil,
		},
		{
			"and overwrites what the object says (NP-28)",
			`{"metadata": {"labels": {"kubernetes.io/metadata.name": "other"}}}`,
			selector.Labels{{Key: model.NameLabel, Value: "web"}},
			[]string{`warning metadata.labels["kubernetes.io/metadata.name"]: "other" is overwritten: the label always holds the namespace's name, "web" [name-label]`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, ds := workload.ReadNamespace([]byte(tt.json), model.Origin{Kind: "Namespace", Name: "web"})
			if diff := cmp.Diff(tt.want, say(ds)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(model.Namespace{Name: "web", Labels: tt.labels, Declared: true}, n, exact...); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadNode(t *testing.T) {
	text := `{"metadata": {"labels": {"zone": "a"}}, "status": {"addresses": [
		{"type": "Hostname", "address": "n1"}, {"type": "InternalIP", "address": "172.18.0.2"},
		{"type": "InternalDNS", "address": "n1.local"}, {"type": "ExternalIP", "address": "2001:db8::1"},
		{"type": "ExternalIP", "address": "172.18.0.2"}, {"type": "InternalIP", "address": "172.18"}]}}`
	n, ds := workload.ReadNode([]byte(text), model.Origin{Kind: "Node", Name: "n1"})
	want := model.Node{
		Name: "n1", Labels: model.Labels{{Key: "zone", Value: "a"}}, Declared: true,
		Addresses: []netip.Addr{netip.MustParseAddr("172.18.0.2"), netip.MustParseAddr("2001:db8::1")},
	}
	if diff := cmp.Diff(want, n, exact...); diff != "" {
		t.Error(diff)
	}
	wantSaid := []string{`warning status.addresses[5].address: "172.18" is not an IP address and is ignored [address]`}
	if diff := cmp.Diff(wantSaid, say(ds)); diff != "" {
		t.Error(diff)
	}
}
