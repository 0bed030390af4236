package manifest

import (
	"net/netip"
	"strings"
	"time"

	"netreach/model"
)

// livePod is a pod of a dump while it is written.
type livePod struct {
	*model.Pod
	t        tree
	workload *model.Workload
	// own is the noise of this pod alone; its parts that come from the template
	// are the same for all pods of the workload.
	own noise
	// app is the name of the main container.
	app     string
	owner   owner
	hostIPs []netip.Addr
	sidecar bool // a second container
	init    bool // an init container
	token   string
	image   string
	dawn    time.Time
	managed bool
}

// suffixLength is how much of a generated name was not asked for.
const suffixLength = 5

// owner is what the pod's ownerReferences name.
type owner struct{ apiVersion, kind, name string }

// ownerOf returns the controller of a pod. For a Deployment that is a
// ReplicaSet, whose name ends in the hash of the template.
func ownerOf(p *model.Pod, w *model.Workload) owner {
	switch w.Kind {
	case "Pod":
		return owner{}
	case "Job":
		return owner{"batch/v1", w.Kind, w.Name}
	case "ReplicationController":
		return owner{"v1", w.Kind, w.Name}
	case "Deployment":
		if hash, ok := p.Labels.Get("pod-template-hash"); ok {
			return owner{"apps/v1", "ReplicaSet", w.Name + "-" + hash}
		}
	}
	return owner{"apps/v1", w.Kind, w.Name}
}

func (d *dump) pod(p *model.Pod) {
	w := &d.c.Workloads[p.Workload]
	template := newNoise(w.Kind, w.Namespace, w.Name)
	l := &livePod{
		Pod: p, t: d.t, workload: w, own: newNoise("Pod", p.Namespace, p.Name),
		app: shorten(w.Name), owner: ownerOf(p, w), hostIPs: d.hostIPs[p.Node], dawn: d.dawn, managed: d.managed,
		sidecar: template.one(2), init: template.one(4) || sidecars(p.Ports),
	}
	l.token = "kube-api-access-" + l.own.suffix()
	l.image = "registry.example.com/" + w.Namespace + "/" + l.app + ":1." + template.number(2) + ".0"
	l.write(template)
}

// shorten returns the name of a container: of a workload's name, what a label
// may hold.
func shorten(name string) string { return strings.TrimRight(name[:min(len(name), 63)], "-.") }

func sidecars(ports []model.ContainerPort) bool {
	for _, p := range ports {
		if p.Sidecar {
			return true
		}
	}
	return false
}

func (l *livePod) write(template noise) {
	t := l.t
	begin(t, "v1", "Pod")
	l.annotations(&template)
	t.quoted("creationTimestamp", l.own.time(l.dawn, 1e6))
	if n := len(l.Name); l.owner.kind != "" && l.owner.kind != "StatefulSet" && n > suffixLength {
		t.text("generateName", l.Name[:n-suffixLength])
	}
	labels(t, l.Labels)
	if l.managed {
		l.managedFields()
	}
	t.text("name", l.Name)
	t.text("namespace", l.Namespace)
	if l.owner.kind != "" {
		of := newNoise(l.owner.kind, l.Namespace, l.owner.name)
		t.list("ownerReferences")
		t.object("")
		t.text("apiVersion", l.owner.apiVersion)
		t.token("blockOwnerDeletion", "true")
		t.token("controller", "true")
		t.text("kind", l.owner.kind)
		t.text("name", l.owner.name)
		t.text("uid", of.uid())
		t.endObject()
		t.endList()
	}
	t.quoted("resourceVersion", l.own.number(9))
	t.text("uid", l.own.uid())
	t.endObject()
	l.spec(&template)
	l.status()
	t.endObject()
}

// annotations writes what webhooks, the network and people leave on a pod.
func (l *livePod) annotations(template *noise) {
	t := l.t
	ips := make([]string, len(l.Addresses))
	for i, a := range l.Addresses {
		ips[i] = netip.PrefixFrom(a, a.BitLen()).String()
	}
	t.object("annotations")
	t.text("checksum/config", template.hex(64))
	t.text("cni.projectcalico.org/containerID", l.own.hex(64))
	if len(ips) > 0 {
		t.text("cni.projectcalico.org/podIP", ips[0])
		t.text("cni.projectcalico.org/podIPs", strings.Join(ips, ","))
	}
	if template.one(4) {
		t.text("example.com/change-reason", "CHG-"+template.number(6)+": the team moved "+l.workload.Name+" behind the new gateway; see the runbook at https://wiki.example.com/x/"+template.number(7)+" # and ask before you restart it")
	}
	if len(l.Addresses) > 0 && !l.HostNetwork {
		t.text("k8s.v1.cni.cncf.io/network-status", l.networkStatus())
	}
	if template.one(3) {
		t.quoted("kubectl.kubernetes.io/restartedAt", template.time(l.dawn, 1e6))
	}
	for _, p := range l.Ports {
		if p.Name == "metrics" {
			t.text("prometheus.io/path", "/metrics")
			t.text("prometheus.io/port", number(p.Port))
			t.quoted("prometheus.io/scrape", "true")
			break
		}
	}
	if l.sidecar {
		t.text("sidecar.example.com/status", `{"containers":["log-agent"],"initContainers":null,"volumes":["`+l.token+`"],"imagePullSecrets":["registry"],"revision":"1-`+template.number(2)+`"}`)
	}
	t.endObject()
}

// networkStatus returns JSON on several lines, as a multi-network plug-in writes
// it.
func (l *livePod) networkStatus() string {
	var b strings.Builder
	b.WriteString("[{\n    \"name\": \"ovn-kubernetes\",\n    \"interface\": \"eth0\",\n    \"ips\": [\n")
	for i, a := range l.Addresses {
		b.WriteString("        \"" + a.String() + "\"")
		if i < len(l.Addresses)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	mac := l.own.hex(8)
	b.WriteString("    ],\n    \"mac\": \"0a:58:" + mac[:2] + ":" + mac[2:4] + ":" + mac[4:6] + ":" + mac[6:] + "\",\n    \"default\": true,\n    \"dns\": {}\n}]")
	return b.String()
}
