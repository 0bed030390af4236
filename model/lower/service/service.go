package service

import (
	"net/netip"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
	"netreach/model/selector"
)

// serviceObject is what counts of a Service.
type serviceObject struct {
	Metadata struct {
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
		UID         jsontext.Value    `json:"uid"`
	} `json:"metadata"`
	Spec   serviceSpec `json:"spec"`
	Status struct {
		LoadBalancer struct {
			Ingress []published `json:"ingress"`
		} `json:"loadBalancer"`
	} `json:"status"`
}

type serviceSpec struct {
	Type                  string            `json:"type"`
	ClusterIP             string            `json:"clusterIP"`
	ClusterIPs            []string          `json:"clusterIPs"`
	IPFamilies            []string          `json:"ipFamilies"`
	Selector              map[string]string `json:"selector"`
	Ports                 []servicePort     `json:"ports"`
	ExternalName          string            `json:"externalName"`
	ExternalIPs           []string          `json:"externalIPs"`
	SourceRanges          []string          `json:"loadBalancerSourceRanges"`
	PublishNotReady       bool              `json:"publishNotReadyAddresses"`
	InternalTrafficPolicy string            `json:"internalTrafficPolicy"`
	ExternalTrafficPolicy string            `json:"externalTrafficPolicy"`
	AllocateNodePorts     *bool             `json:"allocateLoadBalancerNodePorts"`
}

type servicePort struct {
	Name       string              `json:"name"`
	Protocol   string              `json:"protocol"`
	Port       *int64              `json:"port"`
	TargetPort *intstr.IntOrString `json:"targetPort"`
	NodePort   *int64              `json:"nodePort"`
}

type published struct {
	IP       string `json:"ip"`
	Hostname string `json:"hostname"`
}

var serviceSchema = strict.SchemaOf(serviceObject{})

// Read reads a v1 Service, with the defaults that the API server fills in
// (VAL-3). Searched tells that text holds no field that is named in another
// case. After an Error the Service is not to be used.
func Read(text []byte, o model.Origin, searched bool) (model.Service, []model.Diagnostic) {
	var obj serviceObject
	r := parts.Report{Origin: o}
	r.Diagnostics = serviceSchema.Slim(text, &obj, o, func() bool { return searched || obj.Metadata.UID != nil })
	if r.Refused() {
		return model.Service{}, r.Diagnostics
	}
	l := lowering{&r, &obj.Spec, model.Service{
		Namespace: o.Namespace, Name: o.Name, Origin: o,
		Labels:          selector.FromMap(obj.Metadata.Labels),
		PublishNotReady: obj.Spec.PublishNotReady,
		NoNodePorts:     obj.Spec.AllocateNodePorts != nil && !*obj.Spec.AllocateNodePorts,
		Inward:          inward(obj.Metadata.Annotations),
	}}
	if wrong := validation.IsDNS1123Label(o.Name); len(wrong) > 0 {
		r.Errorf("metadata.name", "object-name", "lower-case letters, digits and '-', at most 63 in all", "%q is not a name for a Service", o.Name)
	}
	l.kind()
	l.addresses()
	l.ports()
	l.selector()
	l.outside(obj.Metadata.Annotations, obj.Status.LoadBalancer.Ingress)
	return l.out, r.Diagnostics
}

// lowering is the state of reading one Service.
type lowering struct {
	*parts.Report
	spec *serviceSpec
	out  model.Service
}

// kind reads the type, and what depends on it alone.
func (l *lowering) kind() {
	switch l.spec.Type {
	case "", "ClusterIP":
		l.out.Type = model.ClusterIP
	case "NodePort":
		l.out.Type = model.NodePort
	case "LoadBalancer":
		l.out.Type = model.LoadBalancer
	case "ExternalName":
		l.out.Type = model.ExternalName
	default:
		l.Errorf("spec.type", "service-type", parts.Choice(l.spec.Type, "ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
			"%q is not a type of Service", l.spec.Type)
	}
	name := strings.TrimSuffix(l.spec.ExternalName, ".")
	switch {
	case l.out.Type != model.ExternalName:
	case name == "":
		l.Errorf("spec.externalName", "external-name", "write the name that this Service is an alias of", "an ExternalName Service needs a name")
	case len(validation.IsDNS1123Subdomain(name)) > 0:
		l.Errorf("spec.externalName", "external-name", "write a name such as db.example.com", "%q is not a name in DNS", l.spec.ExternalName)
	default:
		l.out.ExternalName = strings.ToLower(name)
		if _, err := netip.ParseAddr(name); err == nil {
			l.Warnf("spec.externalName", "external-name", "use a Service without selector and an EndpointSlice for an address",
				"%q is an address, and a resolver takes it for a name", name)
		}
	}
	l.out.InternalLocal = l.policy("spec.internalTrafficPolicy", l.spec.InternalTrafficPolicy)
	l.out.ExternalLocal = l.policy("spec.externalTrafficPolicy", l.spec.ExternalTrafficPolicy)
	if l.spec.ExternalTrafficPolicy != "" && l.out.Type != model.NodePort && l.out.Type != model.LoadBalancer && len(l.spec.ExternalIPs) == 0 {
		l.Errorf("spec.externalTrafficPolicy", "traffic-policy", "leave it out, or make the Service a NodePort or LoadBalancer",
			"only a Service that is reached from outside has one")
	}
}

// policy reads a traffic policy, and reports whether it is Local.
func (l *lowering) policy(field, text string) bool {
	switch text {
	case "", "Cluster":
	case "Local":
		return true
	default:
		l.Errorf(field, "traffic-policy", parts.Choice(text, "Cluster", "Local"), "%q is not a traffic policy", text)
	}
	return false
}

// addresses reads the Service's own addresses and families.
func (l *lowering) addresses() {
	texts, at := l.spec.ClusterIPs, func(i int) string { return strict.Item("spec.clusterIPs", i) }
	if len(texts) == 0 && l.spec.ClusterIP != "" {
		texts, at = []string{l.spec.ClusterIP}, func(int) string { return "spec.clusterIP" }
	}
	for i, text := range texts {
		switch a, ok := address(text); {
		case text == "":
		case text == "None":
			l.out.Headless = true
		case !ok:
			l.Errorf(at(i), "address", "write an address of the cluster's Services, or None", "%q is not an IP address", text)
		case l.out.Type != model.ExternalName:
			l.out.ClusterIPs = append(l.out.ClusterIPs, a)
		}
	}
	if l.out.Headless && (l.out.Type == model.NodePort || l.out.Type == model.LoadBalancer) {
		l.Errorf("spec.clusterIP", "service-type", "leave clusterIP out, or make the type ClusterIP", "a %s Service cannot be without an address of its own", l.out.Type)
	}
	for i, text := range l.spec.IPFamilies {
		switch text {
		case "IPv4":
			l.out.Families = append(l.out.Families, model.IPv4)
		case "IPv6":
			l.out.Families = append(l.out.Families, model.IPv6)
		default:
			l.Errorf(strict.Item("spec.ipFamilies", i), "ip-family", parts.Choice(text, "IPv4", "IPv6"), "%q is not an address family", text)
		}
	}
	if len(l.out.Families) == 0 { // SVC-24
		for _, a := range l.out.ClusterIPs {
			l.out.Families = append(l.out.Families, model.FamilyOf(a))
		}
	}
}

func (l *lowering) selector() {
	if len(l.spec.Selector) == 0 || l.out.Type == model.ExternalName { // SVC-3
		return
	}
	l.out.Selects = true
	for _, e := range selector.FromMap(l.spec.Selector) {
		l.out.Pods.Requirements = append(l.out.Pods.Requirements, selector.Requirement{Key: e.Key, Op: selector.In, Values: []string{e.Value}})
	}
	l.out.Pods = l.out.Pods.Canonical()
}

// address reads an IP address, without zone.
func address(text string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(text)
	return a.Unmap(), err == nil && a.Zone() == ""
}

// inwards are the annotations by which load balancers of the large platforms
// stay within a private network, with their values.
var inwards = map[string]string{
	"service.beta.kubernetes.io/aws-load-balancer-internal":       "true",
	"service.beta.kubernetes.io/aws-load-balancer-scheme":         "internal",
	"service.beta.kubernetes.io/azure-load-balancer-internal":     "true",
	"service.beta.kubernetes.io/openstack-internal-load-balancer": "true",
	"networking.gke.io/load-balancer-type":                        "Internal",
	"cloud.google.com/load-balancer-type":                         "Internal",
}

// inward returns the annotation that keeps a load balancer within, or "".
func inward(annotations map[string]string) string {
	found := ""
	for key, value := range annotations {
		if want, ok := inwards[key]; ok && strings.EqualFold(value, want) && (found == "" || key < found) {
			found = key
		}
	}
	return found
}
