package workload

import (
	"fmt"
	"net/netip"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

// Pod is a pod of the input. Its Workload is not known yet.
type Pod struct {
	model.Pod
	// Owner is the object that the pod belongs to, if Owned.
	Owner Owner
	Owned bool
	// Finished pods have succeeded or failed: they have no network (NP-46).
	Finished bool
}

type podObject struct {
	Metadata metadata  `json:"metadata"`
	Spec     podSpec   `json:"spec"`
	Status   podStatus `json:"status"`
}

type podStatus struct {
	Phase      string      `json:"phase"`
	PodIP      string      `json:"podIP"`
	PodIPs     []podIP     `json:"podIPs"`
	Conditions []condition `json:"conditions"`
}

type podIP struct {
	IP string `json:"ip"`
}

var podSchema = strict.SchemaOf(podObject{})

// ReadPod reads a v1 Pod. A terminating pod is a pod like any other (NP-52),
// and so is a pending one, which may have no address (NP-45). After an error
// the pod is not to be used.
func ReadPod(text []byte, o model.Origin, opts ...Option) (Pod, []model.Diagnostic) {
	var obj podObject
	ds := read(text, podSchema, &obj, &obj.Metadata, o, opts)
	if failed(ds) {
		return Pod{}, ds
	}
	pod, problems := lowerPod(obj.Metadata.Labels, "metadata.labels", obj.Spec, "spec", o)
	ds = append(ds, problems...)
	p := Pod{Pod: pod}
	p.Name, p.Weight = o.Name, 1
	p.Owner, p.Owned = owner(obj.Metadata.OwnerReferences)
	p.Finished = obj.Status.Phase == "Succeeded" || obj.Status.Phase == "Failed"
	p.Terminating = obj.Metadata.DeletionTimestamp.Kind() == '"'
	p.Readiness = obj.Status.readiness()
	if !p.Finished {
		p.Addresses, problems = podAddresses(obj.Status, o)
		ds = append(ds, problems...)
	}
	return p, ds
}

// readiness returns whether the pod is ready, as far as its status says (SVC-7).
// One that has not begun to run is not.
func (s *podStatus) readiness() model.Readiness {
	for _, c := range s.Conditions {
		switch {
		case c.Type != "Ready":
		case c.Status == "True":
			return model.Ready
		default:
			return model.NotReady
		}
	}
	if s.Phase == "Pending" {
		return model.NotReady
	}
	return model.ReadyUnsaid
}

// lowerPod returns the pod with the labels and the spec that stand at the given
// fields, without its name.
func lowerPod(m map[string]string, labelsField string, s podSpec, specField string, o model.Origin) (model.Pod, []model.Diagnostic) {
	labels, ds := labels(m, labelsField, o)
	ports, problems := ports(s, specField, o)
	ds = append(ds, problems...)
	if s.HostNetwork {
		ports = withoutHostPorts(ports)
	}
	if s.NodeName != "" && !parts.UsualNames(s.NodeName) && len(validation.IsDNS1123Subdomain(s.NodeName)) > 0 {
		ds = append(ds, model.Diagnostic{
			Severity: model.Error, Code: "object-name", Origin: o.At(specField + ".nodeName"),
			Text: fmt.Sprintf("%q is not a name for a Node", s.NodeName),
			Hint: "lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit",
		})
	}
	pod := model.Pod{
		Namespace: o.Namespace, Origin: o,
		Labels: labels, Ports: ports,
		HostNetwork: s.HostNetwork,
		Node:        s.NodeName,
		Hostname:    s.Hostname,
		Subdomain:   s.Subdomain,
	}
	return pod, append(ds, resolver(&pod, s, specField, o)...)
}

// withoutHostPorts returns the ports of a pod in the host's network, where the
// API server repeats each port as a host port: it is the node's own.
func withoutHostPorts(ports []model.ContainerPort) []model.ContainerPort {
	if !slices.ContainsFunc(ports, func(p model.ContainerPort) bool { return p.HostPort != 0 }) {
		return ports
	}
	ports = slices.Clone(ports)
	for i := range ports {
		ports[i].HostPort = 0
	}
	return ports
}

// podAddresses returns the addresses of a pod, at most one of each family.
// podIPs holds them all where it is present; podIP repeats the first.
func podAddresses(s podStatus, o model.Origin) ([]netip.Addr, []model.Diagnostic) {
	var out []netip.Addr
	var ds []model.Diagnostic
	add := func(text, field string) {
		if text == "" {
			return
		}
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			ds = append(ds, model.Diagnostic{
				Severity: model.Error, Code: "address", Origin: o.At(field),
				Text: fmt.Sprintf("%q is not an IP address", text),
				Hint: "write an IPv4 or IPv6 address, or leave the status out",
			})
			return
		}
		a = a.Unmap() // NP-38
		same := slices.IndexFunc(out, func(b netip.Addr) bool { return a.Is4() == b.Is4() })
		switch {
		case same < 0:
			out = append(out, a)
		case out[same] != a:
			ds = append(ds, model.Diagnostic{
				Severity: model.Warning, Code: "address-family", Origin: o.At(field),
				Text: fmt.Sprintf("%s is a second address of its family, beside %s, and is ignored", a, out[same]),
				Hint: "a pod has at most one IPv4 and one IPv6 address",
			})
		}
	}
	for i, ip := range s.PodIPs {
		add(ip.IP, strict.Item("status.podIPs", i)+".ip")
	}
	add(s.PodIP, "status.podIP")
	return out, ds
}
