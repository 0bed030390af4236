package workload

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/plain"
	"netreach/model/selector"
)

// PlainPods reads pods one after the other. They share what they have in
// common: strings, and labels and ports with the pod before.
type PlainPods struct {
	words  *plain.Words
	labels plain.Last[model.Labels]
	ports  plain.Last[[]model.ContainerPort]
}

// NewPlainPods returns a reader of pods that takes strings from words.
func NewPlainPods(words *plain.Words) *PlainPods { return &PlainPods{words: words} }

// Read reads the Pod at o as ReadPod does, in a tenth of the time, if it is
// written plainly and ReadPod has nothing to say of it. It reports false for
// every other. Text must be one that ReadPod may be told is Searched. Nothing
// of the text is kept.
func (s *PlainPods) Read(text []byte, o model.Origin) (Pod, bool) {
	r := plain.NewReader(text, s.words)
	p := Pod{Pod: model.Pod{Namespace: o.Namespace, Name: o.Name, Weight: 1, Origin: o}}
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "apiVersion", "kind":
			r.Skip()
		case "metadata":
			s.metadata(&r, &p)
		case "spec":
			s.spec(&r, &p)
		case "status":
			p.plainStatus(&r)
		default:
			r.Odd()
		}
	}
	return p, r.OK()
}

func (s *PlainPods) metadata(r *plain.Reader, p *Pod) {
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "labels":
			p.Labels = s.labels.Read(r, plainLabels)
		case "ownerReferences":
			p.Owner, p.Owned = plainOwner(r)
		case "name", "generateName", "namespace", "continue", "uid":
			r.Skip()
		case "deletionTimestamp":
			p.Terminating = true
			r.Bytes()
		default:
			r.Odd()
		}
	}
}

// plainLabels reads labels that the API server accepts.
func plainLabels(r *plain.Reader) model.Labels {
	const usual = 8
	var out model.Labels
	sorted := true
	for r.Object(); r.More(); {
		var l selector.Label
		l.Key = r.TextName()
		l.Value = r.Text()
		if !parts.UsualLabel(l.Key, l.Value) {
			r.Odd()
		}
		if out == nil {
			out = make(model.Labels, 0, usual)
		}
		sorted = sorted && (len(out) == 0 || out[len(out)-1].Key < l.Key)
		out = append(out, l)
	}
	if !sorted {
		slices.SortFunc(out, func(a, b selector.Label) int { return strings.Compare(a.Key, b.Key) })
	}
	return out
}

func plainOwner(r *plain.Reader) (Owner, bool) {
	var buf [1]ownerReference
	refs := buf[:0]
	for r.List(); r.More(); {
		var ref ownerReference
		for r.Object(); r.More(); {
			switch string(r.Name()) {
			case "kind":
				ref.Kind = r.Text()
			case "name":
				ref.Name = r.Text()
			case "controller":
				ref.Controller = r.Bool()
			default:
				r.Odd()
			}
		}
		refs = append(refs, ref)
	}
	return owner(refs)
}

func (s *PlainPods) spec(r *plain.Reader, p *Pod) {
	var sidecars []model.ContainerPort
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "hostNetwork":
			p.HostNetwork = r.Bool()
		case "nodeName":
			if p.Node = r.Text(); p.Node != "" && !parts.UsualNames(p.Node) {
				r.Odd()
			}
		case "hostname":
			p.Hostname = r.Text()
		case "subdomain":
			p.Subdomain = r.Text()
		case "dnsPolicy":
			p.plainDNSPolicy(r)
		case "dnsConfig":
			for r.Object(); r.More(); {
				r.Odd() // few pods name their own servers
			}
		case "containers":
			p.Ports = s.ports.Read(r, plainContainers)
		case "initContainers":
			sidecars = plainSidecars(r)
		default:
			r.Odd()
		}
	}
	if len(sidecars) > 0 {
		p.Ports = slices.Concat(p.Ports, sidecars)
	}
	if p.HostNetwork {
		p.Ports = withoutHostPorts(p.Ports)
	}
}

func (p *Pod) plainDNSPolicy(r *plain.Reader) {
	switch string(r.Bytes()) {
	case "", "ClusterFirst":
	case "ClusterFirstWithHostNet":
		p.DNSPolicy = model.DNSClusterFirstWithHostNet
	case "Default":
		p.DNSPolicy = model.DNSDefault
	case "None":
		p.DNSPolicy = model.DNSNone
	default:
		r.Odd()
	}
}

// plainContainers reads the ports of containers.
func plainContainers(r *plain.Reader) []model.ContainerPort {
	var out []model.ContainerPort
	for r.List(); r.More(); {
		out, _ = plainContainer(r, out)
	}
	return slices.Clip(out)
}

// plainSidecars reads the ports of those init containers that are sidecars.
func plainSidecars(r *plain.Reader) []model.ContainerPort {
	var out []model.ContainerPort
	for r.List(); r.More(); {
		from := len(out)
		var always bool
		if out, always = plainContainer(r, out); !always {
			out = out[:from]
		}
		for i := range out[from:] {
			out[from+i].Sidecar = true
		}
	}
	return out
}

// plainContainer appends the ports of a container to out, and reports whether
// it is restarted always.
func plainContainer(r *plain.Reader, out []model.ContainerPort) (ports []model.ContainerPort, always bool) {
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "ports":
			for r.List(); r.More(); {
				out = append(out, plainPort(r))
			}
		case "restartPolicy":
			always = string(r.Bytes()) == "Always"
		default:
			r.Odd()
		}
	}
	return out, always
}

func plainPort(r *plain.Reader) model.ContainerPort {
	var port model.ContainerPort
	n, host := 0, 0
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "name":
			port.Name = r.Text()
		case "containerPort":
			n = r.Whole()
		case "hostPort":
			host = r.Whole()
		case "protocol":
			switch string(r.Bytes()) {
			case "", "TCP":
			case "UDP":
				port.Protocol = model.UDP
			case "SCTP":
				port.Protocol = model.SCTP
			default:
				r.Odd()
			}
		default:
			r.Odd()
		}
	}
	if n < int(model.MinPort) || n > int(model.MaxPort) || host < 0 || host > int(model.MaxPort) {
		r.Odd()
	}
	port.Port, port.HostPort = uint16(n), uint16(host)
	return port
}

func (p *Pod) plainStatus(r *plain.Reader) {
	var first, single []byte
	said := model.ReadyUnsaid
	pending := false
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "phase":
			phase := string(r.Bytes())
			p.Finished = phase == "Succeeded" || phase == "Failed"
			pending = phase == "Pending"
		case "conditions":
			said = plainReadiness(r)
		case "podIP":
			single = r.Bytes()
		case "podIPs":
			for r.List(); r.More(); {
				for r.Object(); r.More(); {
					if string(r.Name()) != "ip" {
						r.Odd()
					}
					ip := r.Bytes()
					if first == nil {
						first = ip
					}
					p.plainAddress(r, ip)
				}
			}
		default:
			r.Odd()
		}
	}
	if p.Readiness = said; said == model.ReadyUnsaid && pending {
		p.Readiness = model.NotReady
	}
	if !bytes.Equal(single, first) {
		p.plainAddress(r, single)
	}
	if p.Finished {
		p.Addresses = nil // NP-46
	}
}

// plainReadiness returns what the conditions say first of readiness (SVC-7).
func plainReadiness(r *plain.Reader) model.Readiness {
	said := model.ReadyUnsaid
	for r.List(); r.More(); {
		var kind, status []byte
		for r.Object(); r.More(); {
			switch string(r.Name()) {
			case "type":
				kind = r.Bytes()
			case "status":
				status = r.Bytes()
			default:
				r.Odd()
			}
		}
		switch {
		case said != model.ReadyUnsaid || string(kind) != "Ready":
		case string(status) == "True":
			said = model.Ready
		default:
			said = model.NotReady
		}
	}
	return said
}

// plainAddress adds an address, which must be the first of its family, or that
// one again.
func (p *Pod) plainAddress(r *plain.Reader, text []byte) {
	if len(text) == 0 {
		return
	}
	a, err := netip.ParseAddr(string(text))
	if err != nil || a.Zone() != "" {
		r.Odd()
		return
	}
	a = a.Unmap() // NP-38
	for _, b := range p.Addresses {
		if a == b {
			return
		}
		if a.Is4() == b.Is4() {
			r.Odd()
		}
	}
	p.Addresses = append(p.Addresses, a)
}
