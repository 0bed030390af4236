package manifest

import (
	"cmp"
	"slices"
	"strings"

	"netreach/model"
)

// managedFields writes who owns which field: the controller what is in the spec,
// the network plug-in its annotation, the kubelet the status.
func (l *livePod) managedFields() {
	t := l.t
	t.list("managedFields")
	l.manager("kube-controller-manager", "", l.managedByController)
	l.manager("multus", "status", func() {
		t.object("f:metadata")
		t.object("f:annotations")
		fields(t, "f:k8s.v1.cni.cncf.io/network-status")
		t.endObject()
		t.endObject()
	})
	l.manager("kubelet", "status", l.managedStatus)
	t.endList()
}

func (l *livePod) managedByController() {
	t := l.t
	t.object("f:metadata")
	owned(t, "f:annotations", "f:checksum/config")
	fields(t, "f:generateName")
	keys := make([]string, len(l.Labels))
	for i, e := range l.Labels {
		keys[i] = "f:" + e.Key
	}
	owned(t, "f:labels", keys...)
	t.object("f:ownerReferences")
	of := newNoise(l.owner.kind, l.Namespace, l.owner.name)
	fields(t, ".", `k:{"uid":"`+of.uid()+`"}`)
	t.endObject()
	t.endObject()
	t.object("f:spec")
	t.object("f:affinity")
	owned(t, "f:podAntiAffinity", "f:preferredDuringSchedulingIgnoredDuringExecution")
	t.endObject()
	l.managedContainers()
	fields(t, "f:dnsPolicy", "f:enableServiceLinks", "f:imagePullSecrets", "f:restartPolicy", "f:schedulerName",
		"f:securityContext", "f:serviceAccount", "f:serviceAccountName", "f:terminationGracePeriodSeconds")
	t.object("f:volumes")
	fields(t, ".")
	for _, v := range []string{"config", "logs", "tmp"} {
		owned(t, `k:{"name":"`+v+`"}`, "f:emptyDir", "f:name")
	}
	t.endObject()
	t.endObject()
}

// manager writes an entry around the fields that write writes.
func (l *livePod) manager(name, subresource string, write func()) {
	t := l.t
	t.object("")
	t.text("apiVersion", "v1")
	t.text("fieldsType", "FieldsV1")
	t.object("fieldsV1")
	write()
	t.endObject()
	t.text("manager", name)
	t.text("operation", "Update")
	if subresource != "" {
		t.text("subresource", subresource)
	}
	t.quoted("time", l.own.time(l.dawn, 1e6))
	t.endObject()
}

// fields writes fields that are owned whole, or of which nothing is known.
func fields(t tree, names ...string) {
	for _, f := range names {
		t.object(f)
		t.endObject()
	}
}

// owned writes an object that is owned, with fields of it that are too.
func owned(t tree, key string, names ...string) {
	t.object(key)
	fields(t, ".")
	fields(t, names...)
	t.endObject()
}

func (l *livePod) managedContainers() {
	names := []string{l.app}
	if l.sidecar {
		names = append(names, "log-agent")
		slices.Sort(names)
	}
	l.t.object("f:containers")
	for _, name := range names {
		l.managedContainer(name)
	}
	l.t.endObject()
}

func (l *livePod) managedContainer(name string) {
	t := l.t
	t.object(`k:{"name":"` + name + `"}`)
	fields(t, ".")
	owned(t, "f:args")
	t.object("f:env")
	fields(t, ".")
	for _, v := range []string{"FEATURES", "LISTEN", "LOG_LEVEL", "PEER", "POD_IP", "POD_NAME", "RETRY", "TRACING", "WINDOW", "WORKERS"} {
		owned(t, `k:{"name":"`+v+`"}`, "f:name", "f:value")
	}
	t.endObject()
	fields(t, "f:image", "f:imagePullPolicy")
	t.object("f:livenessProbe")
	fields(t, ".", "f:failureThreshold")
	owned(t, "f:httpGet", "f:path", "f:port", "f:scheme")
	fields(t, "f:initialDelaySeconds", "f:periodSeconds", "f:successThreshold", "f:timeoutSeconds")
	t.endObject()
	fields(t, "f:name")
	if name == l.app {
		l.managedPorts()
	}
	owned(t, "f:resources", "f:limits", "f:requests")
	owned(t, "f:securityContext", "f:allowPrivilegeEscalation", "f:capabilities", "f:readOnlyRootFilesystem", "f:runAsNonRoot")
	fields(t, "f:terminationMessagePath", "f:terminationMessagePolicy")
	t.object("f:volumeMounts")
	fields(t, ".")
	for _, path := range []string{"/etc/app", "/tmp", "/var/log/app"} {
		owned(t, `k:{"mountPath":"`+path+`"}`, "f:mountPath", "f:name")
	}
	t.endObject()
	t.endObject()
}

func (l *livePod) managedPorts() {
	if len(l.Ports) == 0 {
		return
	}
	t := l.t
	ports := slices.Clone(l.Ports)
	slices.SortFunc(ports, func(a, b model.ContainerPort) int {
		return cmp.Or(cmp.Compare(a.Port, b.Port), strings.Compare(protocolName(a.Protocol), protocolName(b.Protocol)))
	})
	var keys []string
	for _, p := range ports {
		keys = append(keys, `k:{"containerPort":`+number(p.Port)+`,"protocol":"`+protocolName(p.Protocol)+`"}`)
	}
	if _, ok := t.(*jsonTree); ok {
		slices.Sort(keys) // in YAML kubectl sorts by the numbers in them
	}
	t.object("f:ports")
	fields(t, ".")
	for _, k := range slices.Compact(keys) {
		owned(t, k, "f:containerPort", "f:name", "f:protocol")
	}
	t.endObject()
}

func (l *livePod) managedStatus() {
	t := l.t
	t.object("f:status")
	t.object("f:conditions")
	for _, kind := range []string{"ContainersReady", "Initialized", "PodReadyToStartContainers", "Ready"} {
		owned(t, `k:{"type":"`+kind+`"}`, "f:lastProbeTime", "f:lastTransitionTime", "f:status", "f:type")
	}
	t.endObject()
	fields(t, "f:containerStatuses", "f:hostIP", "f:hostIPs", "f:initContainerStatuses", "f:phase", "f:podIP")
	t.object("f:podIPs")
	fields(t, ".")
	if len(l.Addresses) > 0 {
		owned(t, `k:{"ip":"`+l.Addresses[0].String()+`"}`, "f:ip")
	}
	t.endObject()
	fields(t, "f:startTime")
	t.endObject()
}
