package manifest

// logAgent writes the second container that many pods have.
func (l *livePod) logAgent(n *noise) {
	t := l.t
	t.object("")
	t.list("env")
	textObject(t, "", "name", "TARGET", "value", "loki.monitoring.svc.cluster.local.:3100")
	textObject(t, "", "name", "BATCH_WAIT", "value", "1s")
	t.endList()
	t.text("image", logAgentImage)
	t.text("imagePullPolicy", "IfNotPresent")
	t.text("name", "log-agent")
	t.object("resources")
	textObject(t, "limits", "memory", "128Mi")
	textObject(t, "requests", "cpu", n.number(2)+"m", "memory", "64Mi")
	t.endObject()
	securityContext(t)
	l.endOfContainer("logs", "/var/log/app")
}

const (
	logAgentImage = "registry.example.com/platform/log-agent:3.4.1"
	initImage     = "registry.example.com/platform/wait-for:0.9.2"
)

// initContainers writes the init container, which is a native sidecar if the pod
// has ports of one.
func (l *livePod) initContainers() {
	t := l.t
	t.list("initContainers")
	t.object("")
	texts(t, "args", "--for=tcp:5432", "--timeout=60s")
	t.text("image", initImage)
	t.text("imagePullPolicy", "IfNotPresent")
	t.text("name", "wait-for")
	containerPorts(t, l.Ports, true, false)
	t.object("resources")
	t.endObject()
	if sidecars(l.Ports) {
		t.text("restartPolicy", "Always")
	}
	securityContext(t)
	l.endOfContainer()
	t.endList()
}

func (l *livePod) volumes() {
	t := l.t
	t.list("volumes")
	t.object("")
	t.object("configMap")
	t.token("defaultMode", "420")
	t.text("name", l.app+"-config")
	t.endObject()
	t.text("name", "config")
	t.endObject()
	for _, name := range []string{"logs", "tmp"} {
		t.object("")
		t.object("emptyDir")
		t.endObject()
		t.text("name", name)
		t.endObject()
	}
	t.object("")
	t.text("name", l.token)
	t.object("projected")
	t.token("defaultMode", "420")
	t.list("sources")
	t.object("")
	t.object("serviceAccountToken")
	t.token("expirationSeconds", "3607")
	t.text("path", "token")
	t.endObject()
	t.endObject()
	t.object("")
	t.object("configMap")
	t.list("items")
	textObject(t, "", "key", "ca.crt", "path", "ca.crt")
	t.endList()
	t.text("name", "kube-root-ca.crt")
	t.endObject()
	t.endObject()
	t.object("")
	t.object("downwardAPI")
	t.list("items")
	t.object("")
	textObject(t, "fieldRef", "apiVersion", "v1", "fieldPath", "metadata.namespace")
	t.text("path", "namespace")
	t.endObject()
	t.endList()
	t.endObject()
	t.endObject()
	t.endList()
	t.endObject()
	t.endObject()
	t.endList()
}
