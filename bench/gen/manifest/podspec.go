package manifest

import (
	"strconv"

	"netreach/model"
)

func number(n uint16) string { return strconv.Itoa(int(n)) }

// spec writes the spec. Selectors, labels and namespaces occur in it that are
// not those of the pod.
func (l *livePod) spec(n *noise) {
	t := l.t
	t.object("spec")
	if !n.one(2) {
		l.affinity()
	}
	t.list("containers")
	l.container(n)
	if l.sidecar {
		l.logAgent(n)
	}
	t.endList()
	t.text("dnsPolicy", "ClusterFirst")
	t.token("enableServiceLinks", "true")
	if l.HostNetwork {
		t.token("hostNetwork", "true")
	}
	t.list("imagePullSecrets")
	textObject(t, "", "name", "registry")
	t.endList()
	if l.init {
		l.initContainers()
	}
	if l.Node != "" {
		t.text("nodeName", l.Node)
	}
	t.text("preemptionPolicy", "PreemptLowerPriority")
	t.token("priority", "0")
	if l.owner.kind == "Job" {
		t.text("restartPolicy", "Never")
	} else {
		t.text("restartPolicy", "Always")
	}
	t.text("schedulerName", "default-scheduler")
	t.object("securityContext")
	t.token("fsGroup", "1000"+n.number(6))
	textObject(t, "seccompProfile", "type", "RuntimeDefault")
	t.endObject()
	t.text("serviceAccount", l.app)
	t.text("serviceAccountName", l.app)
	t.token("terminationGracePeriodSeconds", "30")
	t.list("tolerations")
	for _, key := range []string{"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"} {
		t.object("")
		t.text("effect", "NoExecute")
		t.text("key", key)
		t.text("operator", "Exists")
		t.token("tolerationSeconds", "300")
		t.endObject()
	}
	t.endList()
	l.volumes()
	t.endObject()
}

func (l *livePod) affinity() {
	t := l.t
	t.object("affinity")
	t.object("podAntiAffinity")
	t.list("preferredDuringSchedulingIgnoredDuringExecution")
	t.object("")
	t.object("podAffinityTerm")
	t.object("labelSelector")
	textObject(t, "matchLabels", "app.kubernetes.io/name", l.app)
	t.endObject()
	texts(t, "namespaces", l.Namespace)
	t.text("topologyKey", "kubernetes.io/hostname")
	t.endObject()
	t.token("weight", "100")
	t.endObject()
	t.endList()
	t.endObject()
	t.endObject()
}

// container writes the main container, which has the pod's ports.
func (l *livePod) container(n *noise) {
	t := l.t
	t.object("")
	texts(t, "args", "--config=/etc/app/config.yaml", "--log-format=json", "--shutdown-delay=5s", "--tenant="+l.Namespace)
	switch n.below(3) {
	case 0:
		texts(t, "command", "/bin/sh", "-c", "set -eu\nif [ -f /etc/app/env ]; then\n  . /etc/app/env\nfi\n\nexec /usr/bin/app \"$@\" # kind: Pod\n")
	case 1:
		texts(t, "command", "/bin/sh", "-c", "printf '%s\\t%s\\n' \"$HOSTNAME\" \"$POD_IP\" && exec /usr/bin/app \"$@\" 2>&1\t| tee /var/log/app/current.log")
	}
	l.env(n)
	t.list("envFrom")
	t.object("")
	textObject(t, "secretRef", "name", l.app+"-env")
	t.endObject()
	t.endList()
	t.text("image", l.image)
	t.text("imagePullPolicy", "IfNotPresent")
	if n.one(2) {
		t.object("lifecycle")
		t.object("preStop")
		t.object("exec")
		texts(t, "command", "sh", "-c", "sleep 5 && kill -TERM 1")
		t.endObject()
		t.endObject()
		t.endObject()
	}
	l.probe("livenessProbe", "/healthz", "30")
	t.text("name", l.app)
	containerPorts(t, l.Ports, false, l.HostNetwork)
	l.probe("readinessProbe", "/readyz", "3")
	t.object("resources")
	textObject(t, "limits", "cpu", number(uint16(1+n.below(4))), "memory", n.number(1)+"Gi")
	textObject(t, "requests", "cpu", n.number(3)+"m", "memory", n.number(3)+"Mi")
	t.endObject()
	securityContext(t)
	l.endOfContainer("config", "/etc/app", "logs", "/var/log/app", "tmp", "/tmp")
}

// securityContext is that of all containers.
func securityContext(t tree) {
	t.object("securityContext")
	t.token("allowPrivilegeEscalation", "false")
	t.object("capabilities")
	texts(t, "drop", "ALL")
	t.endObject()
	t.token("readOnlyRootFilesystem", "true")
	t.token("runAsNonRoot", "true")
	t.endObject()
}

// endOfContainer writes the last fields of a container, with its mounts as names
// and paths in turn, and closes it.
func (l *livePod) endOfContainer(mounts ...string) {
	t := l.t
	t.text("terminationMessagePath", "/dev/termination-log")
	t.text("terminationMessagePolicy", "File")
	l.mounts(false, mounts...)
	t.endObject()
}

// mounts writes volumeMounts; in a status with what the kubelet adds.
func (l *livePod) mounts(status bool, mounts ...string) {
	t := l.t
	t.list("volumeMounts")
	for i := 0; i < len(mounts); i += 2 {
		textObject(t, "", "mountPath", mounts[i+1], "name", mounts[i])
	}
	t.object("")
	t.text("mountPath", "/var/run/secrets/kubernetes.io/serviceaccount")
	t.text("name", l.token)
	t.token("readOnly", "true")
	if status {
		t.text("recursiveReadOnly", "Disabled")
	}
	t.endObject()
	t.endList()
}

// env writes variables whose values look like other things.
func (l *livePod) env(n *noise) {
	t := l.t
	t.list("env")
	from := func(name, path string) {
		t.object("")
		t.text("name", name)
		t.object("valueFrom")
		textObject(t, "fieldRef", "apiVersion", "v1", "fieldPath", path)
		t.endObject()
		t.endObject()
	}
	from("POD_NAME", "metadata.name")
	from("POD_IP", "status.podIP")
	for _, v := range [][2]string{
		{"LOG_LEVEL", "info"},
		{"LISTEN", "[::1]:8081"},
		{"PEER", "fd00:10:128::" + n.hex(3)},
		{"FEATURES", `{"labels": {"app": "none"}, "namespace": "default"}`},
		{"WORKERS", n.number(2)},
		{"TRACING", "true"},
		{"RETRY", "1e3"},
		{"WINDOW", "12:30"},
		{"GREETING", "it's: a \"test\""},
		{"DATABASE_URL", "postgresql://db." + l.Namespace + ".svc:5432/" + l.app + "?sslmode=verify-full&pool_max_conns=" + n.number(2)},
		{"REGION", "eu-west-1"},
		{"TOKEN_URL", "https://login.example.com/oauth2/" + n.hex(12) + "/token"},
		{"EMPTY", ""},
		{"OTEL_RESOURCE_ATTRIBUTES", "service.name=" + l.app + ",deployment.environment=prod,k8s.namespace.name=" + l.Namespace},
	}[:5+n.below(8)] {
		textObject(t, "", "name", v[0], "value", v[1])
	}
	t.object("")
	t.text("name", "DATABASE_PASSWORD")
	t.object("valueFrom")
	textObject(t, "secretKeyRef", "key", "password", "name", l.app+"-db")
	t.endObject()
	t.endObject()
	t.endList()
}

func (l *livePod) probe(key, path, period string) {
	t := l.t
	t.object(key)
	t.token("failureThreshold", "3")
	t.object("httpGet")
	t.text("path", path)
	t.token("port", "8086")
	t.text("scheme", "HTTP")
	t.endObject()
	t.token("initialDelaySeconds", "5")
	t.token("periodSeconds", period)
	t.token("successThreshold", "1")
	t.token("timeoutSeconds", "2")
	t.endObject()
}

// containerPorts writes the ports that are of a native sidecar, or those that
// are not (NP-31).
func containerPorts(t tree, ports []model.ContainerPort, ofSidecar, hostNetwork bool) {
	opened := false
	for _, p := range ports {
		if p.Sidecar != ofSidecar {
			continue
		}
		if !opened {
			t.list("ports")
			opened = true
		}
		t.object("")
		t.token("containerPort", number(p.Port))
		if hostNetwork {
			t.token("hostPort", number(p.Port))
		}
		if p.Name != "" {
			t.text("name", p.Name)
		}
		t.text("protocol", protocolName(p.Protocol))
		t.endObject()
	}
	if opened {
		t.endList()
	}
}
