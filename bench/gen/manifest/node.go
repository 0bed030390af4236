package manifest

import "netreach/model"

// node writes a node: about 4 KB, for the images that it holds.
func (d *dump) node(node *model.Node) {
	t, n := d.t, newNoise("Node", node.Name)
	begin(t, "v1", "Node")
	t.object("annotations")
	t.text("csi.volume.kubernetes.io/nodeid", `{"ebs.csi.aws.com":"i-0`+n.hex(16)+`"}`)
	t.quoted("node.alpha.kubernetes.io/ttl", "0")
	t.quoted("volumes.kubernetes.io/controller-managed-attach-detach", "true")
	t.endObject()
	t.quoted("creationTimestamp", n.time(d.dawn, 1e6))
	labels(t, node.Labels)
	t.text("name", node.Name)
	t.quoted("resourceVersion", n.number(9))
	t.text("uid", n.uid())
	t.endObject()
	t.object("spec")
	t.text("providerID", "aws:///eu-west-1a/i-0"+n.hex(16))
	t.endObject()
	t.object("status")
	t.list("addresses")
	for _, a := range node.Addresses {
		textObject(t, "", "address", a.String(), "type", "InternalIP")
	}
	textObject(t, "", "address", node.Name, "type", "Hostname")
	t.endList()
	amounts(t, "allocatable", "15890m", "60718196Ki")
	amounts(t, "capacity", "16", "63881332Ki")
	d.nodeConditions(&n)
	t.object("daemonEndpoints")
	t.object("kubeletEndpoint")
	t.token("Port", "10250")
	t.endObject()
	t.endObject()
	t.list("images")
	for range 6 {
		t.object("")
		texts(t, "names", "registry.example.com/base/image@sha256:"+n.hex(64), "registry.example.com/base/image:1."+n.number(2))
		t.token("sizeBytes", n.number(9))
		t.endObject()
	}
	t.endList()
	textObject(t, "nodeInfo",
		"architecture", "amd64",
		"bootID", n.uid(),
		"containerRuntimeVersion", "containerd://2.1.4",
		"kernelVersion", "6.12.40-63.114.amzn2023.x86_64",
		"kubeProxyVersion", "v1.35.2",
		"kubeletVersion", "v1.35.2",
		"machineID", n.hex(32),
		"operatingSystem", "linux",
		"osImage", "Amazon Linux 2023.9.20260817",
		"systemUUID", n.uid())
	t.endObject()
	t.endObject()
}

func amounts(t tree, key, cpu, memory string) {
	t.object(key)
	t.text("cpu", cpu)
	t.text("ephemeral-storage", "104845292Ki")
	t.quoted("hugepages-2Mi", "0")
	t.text("memory", memory)
	t.quoted("pods", "234")
	t.endObject()
}

func (d *dump) nodeConditions(n *noise) {
	t := d.t
	t.list("conditions")
	for _, c := range [][4]string{
		{"kubelet has sufficient memory available", "KubeletHasSufficientMemory", "False", "MemoryPressure"},
		{"kubelet has no disk pressure", "KubeletHasNoDiskPressure", "False", "DiskPressure"},
		{"kubelet has sufficient PID available", "KubeletHasSufficientPID", "False", "PIDPressure"},
		{"kubelet is posting ready status", "KubeletReady", "True", "Ready"},
	} {
		t.object("")
		t.quoted("lastHeartbeatTime", n.time(d.dawn.AddDate(0, 1, 0), 300))
		t.quoted("lastTransitionTime", n.time(d.dawn, 1e6))
		t.text("message", c[0])
		t.text("reason", c[1])
		t.quoted("status", c[2])
		t.text("type", c[3])
		t.endObject()
	}
	t.endList()
}
