package service

import (
	"net/netip"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

// ports reads the ports, and checks what the API server does: a Service has
// some unless it is headless or an alias; several of them have names, and no
// two are alike. That names are missing is common in manifests, and leaves no
// doubt about what is meant.
func (l *lowering) ports() {
	if len(l.spec.Ports) == 0 && !l.out.Headless && l.out.Type != model.ExternalName {
		l.Errorf("spec.ports", "port-missing", "name the port on which the Service is reached", "the Service has no ports")
	}
	type number struct {
		protocol model.Protocol
		port     uint16
	}
	names, numbers := map[string]bool{}, map[number]bool{}
	for i := range l.spec.Ports {
		at := strict.Item("spec.ports", i)
		p := l.port(at, &l.spec.Ports[i])
		switch {
		case p.Name == "" && len(l.spec.Ports) > 1:
			l.Warnf(at+".name", "port-name", "name each of them", "a Service with several ports needs names for them, and the API server refuses it; it is read all the same")
		case p.Name != "" && names[p.Name]:
			l.Errorf(at+".name", "port-name", "name it otherwise", "a second port is named %q", p.Name)
		case p.Port != 0 && numbers[number{p.Protocol, p.Port}]:
			l.Errorf(at+".port", "port-number", "remove one of them", "a second port %s", model.PortString(p.Protocol, p.Port, p.Port))
		}
		names[p.Name], numbers[number{p.Protocol, p.Port}] = true, true
		l.out.Ports = append(l.out.Ports, p)
	}
}

// port reads one port. Its target is the same port unless it says otherwise
// (SVC-5), and its protocol TCP (SVC-6).
func (l *lowering) port(at string, in *servicePort) model.ServicePort {
	p := model.ServicePort{Name: in.Name, Origin: l.Origin.At(at)}
	p.Protocol = protocol(l.Report, at+".protocol", in.Protocol)
	if in.Port == nil {
		l.Errorf(at+".port", "port-missing", "write the port on which the Service is reached", "the number is missing")
	} else {
		p.Port = number(l.Report, at+".port", *in.Port)
	}
	if n := in.NodePort; n != nil && *n != 0 {
		p.NodePort = number(l.Report, at+".nodePort", *n)
		if l.out.Type == model.ClusterIP {
			l.Errorf(at+".nodePort", "service-type", "leave it out, or make the type NodePort", "a ClusterIP Service has no node ports")
		}
	}
	p.Target.Number = p.Port
	switch t := in.TargetPort; {
	case t == nil || t.Type == intstr.Int && t.IntVal == 0 || t.Type == intstr.String && t.StrVal == "":
	case t.Type == intstr.Int:
		p.Target.Number = l.PortNumber(at+".targetPort", t.IntVal)
	default:
		p.Target = model.Target{Name: t.StrVal}
		if why, n := parts.PortName(t.StrVal); why != "" {
			hint := parts.PortNameHint
			if n != 0 {
				hint = "write the number without quotes"
			}
			l.Errorf(at+".targetPort", "port-name", hint, "%q is not the name of a port: %s", t.StrVal, why)
		}
	}
	return p
}

// protocol reads the protocol of a port, which is TCP unless given.
func protocol(r *parts.Report, field, text string) model.Protocol {
	if text == "" {
		return model.TCP
	}
	p := corev1.Protocol(text)
	return r.Protocol(field, &p)
}

// number reads the number of a port, and returns 0 for what is none.
func number(r *parts.Report, field string, n int64) uint16 {
	if n < int64(model.MinPort) || n > int64(model.MaxPort) {
		r.Errorf(field, "port-number", "ports are 1 to 65535", "%d is not a port", n)
		return 0
	}
	return uint16(n)
}

// sourceRangesAnnotation is the older form of loadBalancerSourceRanges.
const sourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges"

// outside reads how the Service is reached from outside the cluster.
func (l *lowering) outside(annotations map[string]string, status []published) {
	for i, text := range l.spec.ExternalIPs {
		if a, ok := address(text); ok {
			l.out.ExternalIPs = append(l.out.ExternalIPs, a)
		} else {
			l.Errorf(strict.Item("spec.externalIPs", i), "address", "write an IPv4 or IPv6 address", "%q is not an IP address", text)
		}
	}
	ranges, at := l.spec.SourceRanges, func(i int) string { return strict.Item("spec.loadBalancerSourceRanges", i) }
	if text := strings.TrimSpace(annotations[sourceRangesAnnotation]); len(ranges) == 0 && text != "" {
		ranges, at = strings.Split(text, ","), func(int) string { return strict.Member("metadata.annotations", sourceRangesAnnotation) }
	}
	if len(l.spec.SourceRanges) > 0 && l.out.Type != model.LoadBalancer {
		l.Errorf("spec.loadBalancerSourceRanges", "service-type", "leave them out, or make the type LoadBalancer", "only a LoadBalancer has source ranges")
	}
	for i, text := range ranges {
		p, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			l.Errorf(at(i), "cidr", parts.CIDRHint(strings.TrimSpace(text)), "%q is not a CIDR", text)
			continue
		}
		l.out.SourceRanges = append(l.out.SourceRanges, p.Masked())
	}
	if l.out.Type != model.LoadBalancer {
		return
	}
	for i, p := range status {
		switch a, ok := address(p.IP); {
		case ok:
			l.out.Published = append(l.out.Published, a)
		case p.IP != "":
			l.Warnf(strict.Item("status.loadBalancer.ingress", i)+".ip", "address", "write an IPv4 or IPv6 address", "%q is not an IP address, and is ignored", p.IP)
		case p.Hostname != "":
			l.out.PublishedNames = append(l.out.PublishedNames, strings.ToLower(strings.TrimSuffix(p.Hostname, ".")))
		}
	}
}
