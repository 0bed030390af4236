package workload

import (
	"fmt"

	"netreach/model"
	"netreach/model/lower/strict"
)

// podSpec is what counts of a pod's spec.
type podSpec struct {
	HostNetwork    bool        `json:"hostNetwork"`
	NodeName       string      `json:"nodeName"`
	Containers     []container `json:"containers"`
	InitContainers []container `json:"initContainers"`
	DNSPolicy      string      `json:"dnsPolicy"`
	DNSConfig      dnsConfig   `json:"dnsConfig"`
	Hostname       string      `json:"hostname"`
	Subdomain      string      `json:"subdomain"`
}

type container struct {
	Ports         []containerPort `json:"ports"`
	RestartPolicy string          `json:"restartPolicy"`
}

type containerPort struct {
	Name          string `json:"name"`
	ContainerPort *int64 `json:"containerPort"`
	Protocol      string `json:"protocol"`
	HostPort      *int64 `json:"hostPort"`
}

// ports returns the ports that the containers of the spec at field declare, and
// those of its native sidecars: init containers with restartPolicy Always
// (NP-31). Ports of other init containers are closed once the pod runs.
func ports(s podSpec, field string, o model.Origin) ([]model.ContainerPort, []model.Diagnostic) {
	var out []model.ContainerPort
	var ds []model.Diagnostic
	add := func(list string, i int, c container, sidecar bool) {
		at := strict.Member(strict.Item(strict.Member(field, list), i), "ports")
		for j, p := range c.Ports {
			port, problems := lowerPort(p, o.At(strict.Item(at, j)))
			ds = append(ds, problems...)
			if p.ContainerPort != nil {
				port.Sidecar = sidecar
				out = append(out, port)
			}
		}
	}
	for i, c := range s.Containers {
		add("containers", i, c, false)
	}
	for i, c := range s.InitContainers {
		if c.RestartPolicy == "Always" {
			add("initContainers", i, c, true)
		}
	}
	return out, ds
}

// lowerPort lowers the port at o. One without a number cannot be reached by its
// name, and is as good as not declared.
func lowerPort(p containerPort, o model.Origin) (model.ContainerPort, []model.Diagnostic) {
	var ds []model.Diagnostic
	report := func(s model.Severity, field, code, text, hint string) {
		ds = append(ds, model.Diagnostic{
			Severity: s, Code: code, Origin: o.At(strict.Member(o.Field, field)), Text: text, Hint: hint,
		})
	}
	out := model.ContainerPort{Name: p.Name}
	switch n := p.ContainerPort; {
	case n == nil:
		report(model.Warning, "containerPort", "port-missing", "the number is missing, so the port is ignored", "add containerPort with the number that the container listens on")
	case *n < int64(model.MinPort) || *n > int64(model.MaxPort):
		report(model.Error, "containerPort", "port-number", fmt.Sprintf("%d is not a port", *n), "ports are 1 to 65535")
	default:
		out.Port = uint16(*n)
	}
	if n := p.HostPort; n != nil && *n >= 0 && *n <= int64(model.MaxPort) {
		out.HostPort = uint16(*n) // NP-54; 0 is none
	} else if n != nil {
		report(model.Warning, "hostPort", "port-number", fmt.Sprintf("%d is not a port, and is ignored", *n), "ports are 1 to 65535")
	}
	// An absent protocol is TCP (VAL-3); the names are case-sensitive.
	switch p.Protocol {
	case "", "TCP":
		out.Protocol = model.TCP
	case "UDP":
		out.Protocol = model.UDP
	case "SCTP":
		out.Protocol = model.SCTP
	default:
		report(model.Error, "protocol", "protocol", fmt.Sprintf("%q is not a protocol of ports", p.Protocol), "write TCP, UDP or SCTP, in capitals")
	}
	return out, ds
}
