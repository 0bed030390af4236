package manifest

import "net/netip"

// status writes what the kubelet reports.
func (l *livePod) status() {
	t := l.t
	started := l.own.time(l.dawn.AddDate(0, 0, 12), 1e6)
	t.object("status")
	t.list("conditions")
	for _, kind := range []string{"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"} {
		t.object("")
		t.token("lastProbeTime", "null")
		t.quoted("lastTransitionTime", started)
		if kind == "Ready" && l.own.one(20) {
			t.text("message", "containers with unready status: ["+l.app+"] back-off 5m0s restarting failed container="+l.app+" pod="+l.Name+"_"+l.Namespace)
			t.text("reason", "ContainersNotReady")
			t.quoted("status", "False")
		} else {
			t.quoted("status", "True")
		}
		t.text("type", kind)
		t.endObject()
	}
	t.endList()
	t.list("containerStatuses")
	if l.sidecar && l.app > "log-agent" {
		l.containerStatus("log-agent", logAgentImage, started, "logs", "/var/log/app")
	}
	l.containerStatus(l.app, l.image, started, "config", "/etc/app", "logs", "/var/log/app", "tmp", "/tmp")
	if l.sidecar && l.app <= "log-agent" {
		l.containerStatus("log-agent", logAgentImage, started, "logs", "/var/log/app")
	}
	t.endList()
	if len(l.hostIPs) > 0 {
		t.text("hostIP", l.hostIPs[0].String())
		t.list("hostIPs")
		for _, a := range l.hostIPs {
			textObject(t, "", "ip", a.String())
		}
		t.endList()
	}
	if l.init {
		t.list("initContainerStatuses")
		l.containerStatus("wait-for", initImage, started)
		t.endList()
	}
	t.text("phase", "Running")
	podIPs(t, l.Addresses)
	t.text("qosClass", "Burstable")
	t.quoted("startTime", started)
	t.endObject()
}

func (l *livePod) containerStatus(name, image, started string, mounts ...string) {
	t := l.t
	t.object("")
	t.text("containerID", "containerd://"+l.own.hex(64))
	t.text("image", image)
	t.text("imageID", "registry.example.com/platform/image@sha256:"+l.own.hex(64))
	restarts := "0"
	t.object("lastState")
	if l.own.one(12) {
		restarts = l.own.number(1)
		t.object("terminated")
		t.text("containerID", "containerd://"+l.own.hex(64))
		t.token("exitCode", "137")
		t.quoted("finishedAt", started)
		t.text("message", "panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation]\n\ngoroutine 1 [running]:\nmain.main()\n")
		t.text("reason", "OOMKilled")
		t.quoted("startedAt", started)
		t.endObject()
	}
	t.endObject()
	t.text("name", name)
	t.token("ready", "true")
	t.token("restartCount", restarts)
	t.token("started", "true")
	t.object("state")
	t.object("running")
	t.quoted("startedAt", started)
	t.endObject()
	t.endObject()
	l.mounts(true, mounts...)
	t.endObject()
}

// podIPs writes the addresses, if there are any: the first alone, then all.
func podIPs(t tree, addresses []netip.Addr) {
	if len(addresses) == 0 {
		return
	}
	t.text("podIP", addresses[0].String())
	t.list("podIPs")
	for _, a := range addresses {
		textObject(t, "", "ip", a.String())
	}
	t.endList()
}
