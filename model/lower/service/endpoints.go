package service

import (
	"github.com/go-json-experiment/json/jsontext"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

// serviceLabel is the label by which a slice belongs to a Service.
const serviceLabel = "kubernetes.io/service-name"

type sliceObject struct {
	Metadata struct {
		Labels map[string]string `json:"labels"`
		UID    jsontext.Value    `json:"uid"`
	} `json:"metadata"`
	AddressType string          `json:"addressType"`
	Ports       []endpointPort  `json:"ports"`
	Endpoints   []sliceEndpoint `json:"endpoints"`
}

type endpointPort struct {
	Name     string `json:"name"`
	Protocol string `json:"protocol"`
	Port     *int64 `json:"port"`
}

type sliceEndpoint struct {
	Addresses  []string `json:"addresses"`
	Conditions struct {
		Ready       *bool `json:"ready"`
		Serving     *bool `json:"serving"`
		Terminating *bool `json:"terminating"`
	} `json:"conditions"`
	NodeName  string    `json:"nodeName"`
	TargetRef targetRef `json:"targetRef"`
}

type targetRef struct {
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

var sliceSchema = strict.SchemaOf(sliceObject{})

// ReadSlice reads a discovery.k8s.io EndpointSlice (SVC-13). One of names, or
// without the label of a Service, gives ok false: it stands for no addresses. Of
// an endpoint only the first address counts.
func ReadSlice(text []byte, o model.Origin, searched bool) (slice model.EndpointSlice, ok bool, ds []model.Diagnostic) {
	var obj sliceObject
	r := parts.Report{Origin: o}
	r.Diagnostics = sliceSchema.Slim(text, &obj, o, func() bool { return searched || obj.Metadata.UID != nil })
	if r.Refused() {
		return model.EndpointSlice{}, false, r.Diagnostics
	}
	slice = model.EndpointSlice{Namespace: o.Namespace, Service: obj.Metadata.Labels[serviceLabel], Origin: o}
	switch obj.AddressType {
	case "IPv4", "IPv6":
	case "FQDN":
		r.Warnf("addressType", "endpoint-names", "give the addresses, or use an ExternalName Service", "names are ignored, here as by kube-proxy (SVC-13)")
		return slice, false, r.Diagnostics
	default:
		r.Errorf("addressType", "address-type", parts.Choice(obj.AddressType, "IPv4", "IPv6", "FQDN"), "%q is not a type of address", obj.AddressType)
	}
	for i := range obj.Ports {
		slice.Ports = append(slice.Ports, lowerPort(&r, strict.Item("ports", i), &obj.Ports[i]))
	}
	for i := range obj.Endpoints {
		e := &obj.Endpoints[i]
		if len(e.Addresses) == 0 {
			continue
		}
		at := strict.Item(strict.Item("endpoints", i)+".addresses", 0)
		a, valid := address(e.Addresses[0])
		if !valid || model.FamilyOf(a).String() != obj.AddressType {
			r.Errorf(at, "address", "every address of a slice is of its addressType", "%q is not an address of type %s", e.Addresses[0], obj.AddressType)
			continue
		}
		c := e.Conditions
		ready := c.Ready == nil || *c.Ready
		end := model.Endpoint{
			Address: a, Ready: ready, Serving: ready, Node: e.NodeName,
			Terminating: c.Terminating != nil && *c.Terminating,
		}
		if c.Serving != nil {
			end.Serving = *c.Serving
		}
		end.PodNamespace, end.Pod = e.TargetRef.pod(o.Namespace)
		slice.Endpoints = append(slice.Endpoints, end)
	}
	return slice, slice.Service != "", r.Diagnostics
}

// pod returns the pod that a reference from an object in namespace names, or
// nothing.
func (t targetRef) pod(namespace string) (ns, name string) {
	switch {
	case t.Kind != "Pod" || t.Name == "":
		return "", ""
	case t.Namespace == "":
		return namespace, t.Name
	}
	return t.Namespace, t.Name
}

// lowerPort reads a port of endpoints. One without number stands for all.
func lowerPort(r *parts.Report, at string, in *endpointPort) model.EndpointPort {
	p := model.EndpointPort{Name: in.Name, Protocol: protocol(r, at+".protocol", in.Protocol)}
	if in.Port != nil {
		p.Port = number(r, at+".port", *in.Port)
	}
	return p
}

type endpointsObject struct {
	Metadata struct {
		UID jsontext.Value `json:"uid"`
	} `json:"metadata"`
	Subsets []struct {
		Addresses []endpointAddress `json:"addresses"`
		NotReady  []endpointAddress `json:"notReadyAddresses"`
		Ports     []endpointPort    `json:"ports"`
	} `json:"subsets"`
}

type endpointAddress struct {
	IP        string    `json:"ip"`
	NodeName  string    `json:"nodeName"`
	TargetRef targetRef `json:"targetRef"`
}

var endpointsSchema = strict.SchemaOf(endpointsObject{})

// ReadEndpoints reads a v1 Endpoints object, which belongs to the Service of its
// name: one slice for each subset (SVC-13).
func ReadEndpoints(text []byte, o model.Origin, searched bool) ([]model.EndpointSlice, []model.Diagnostic) {
	var obj endpointsObject
	r := parts.Report{Origin: o}
	r.Diagnostics = endpointsSchema.Slim(text, &obj, o, func() bool { return searched || obj.Metadata.UID != nil })
	if r.Refused() {
		return nil, r.Diagnostics
	}
	var out []model.EndpointSlice
	for i := range obj.Subsets {
		in, at := &obj.Subsets[i], strict.Item("subsets", i)
		s := model.EndpointSlice{Namespace: o.Namespace, Service: o.Name, Legacy: true, Origin: o.At(at)}
		for j := range in.Ports {
			s.Ports = append(s.Ports, lowerPort(&r, strict.Item(at+".ports", j), &in.Ports[j]))
		}
		add := func(field string, list []endpointAddress, ready bool) {
			for j, e := range list {
				a, ok := address(e.IP)
				if !ok {
					r.Errorf(strict.Item(at+"."+field, j)+".ip", "address", "write an IPv4 or IPv6 address", "%q is not an IP address", e.IP)
					continue
				}
				end := model.Endpoint{Address: a, Ready: ready, Serving: ready, Node: e.NodeName}
				end.PodNamespace, end.Pod = e.TargetRef.pod(o.Namespace)
				s.Endpoints = append(s.Endpoints, end)
			}
		}
		add("addresses", in.Addresses, true)
		add("notReadyAddresses", in.NotReady, false)
		out = append(out, s)
	}
	return out, r.Diagnostics
}
