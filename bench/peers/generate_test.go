package peers_test

import (
	"fmt"
	"math/rand/v2"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// world is a random cluster, as API objects. All of its addresses are of one
// family, since the other implementation knows one address for each pod.
type world struct {
	namespaces []*corev1.Namespace
	pods       []*corev1.Pod
	policies   []*networkingv1.NetworkPolicy
	outside    []string // addresses outside the cluster
}

// The vocabulary is small, so that selectors hit and miss about equally often.
var (
	labelKeys   = []string{"app", "tier", "env"}
	labelValues = []string{"a", "b", "c", "d", ""}
	portNumbers = []int32{80, 81, 443, 8080, 9999}
	portNames   = []string{"web", "alt", "dns"}
	protocols   = []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP}

	outsideV4 = []string{"8.8.8.8", "192.168.1.7", "10.244.9.9"}
	outsideV6 = []string{"2001:db8::8", "2001:db8:0:1::7", "fd00:9::9"}
	blocksV4  = []networkingv1.IPBlock{
		{CIDR: "0.0.0.0/0"},
		{CIDR: "0.0.0.0/0", Except: []string{"10.0.0.0/8", "192.168.1.0/24"}},
		{CIDR: "8.8.8.8/32"},
		{CIDR: "10.244.0.0/16", Except: []string{"10.244.1.0/24"}},
		{CIDR: "10.244.1.0/30"},
		// host bits are masked off (NPV-8)
		{CIDR: "192.168.1.7/16"},
	}
	blocksV6 = []networkingv1.IPBlock{
		{CIDR: "::/0"},
		{CIDR: "2001:db8::/32", Except: []string{"2001:db8:0:1::/64"}},
		{CIDR: "fd00:1::/32", Except: []string{"fd00:1:1::/48"}},
		{CIDR: "fd00:1:1::1/128"},
	}
)

// generator draws the parts of a world.
type generator struct{ *rand.Rand }

// newWorld returns the world of a seed.
func newWorld(seed uint64) *world {
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	v6 := g.chance(0.25)
	w := &world{outside: outsideV4}
	if v6 {
		w.outside = outsideV6
	}
	for i := range 3 {
		w.addNamespace(fmt.Sprintf("ns-%d", i), g.labels())
		for j := range 1 + g.IntN(3) {
			address := fmt.Sprintf("10.244.%d.%d", i, j+1)
			if v6 {
				address = fmt.Sprintf("fd00:1:%d::%d", i, j+1)
			}
			w.addPod(fmt.Sprintf("ns-%d", i), fmt.Sprintf("pod-%d", j), address, g.labels(), g.containers()...)
		}
	}
	for i := range 1 + g.IntN(6) {
		w.addPolicy(fmt.Sprintf("ns-%d", g.IntN(3)), fmt.Sprintf("policy-%d", i), g.policy())
	}
	return w
}

func (w *world) addNamespace(name string, labels map[string]string) {
	labels[corev1.LabelMetadataName] = name
	w.namespaces = append(w.namespaces, &corev1.Namespace{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
	})
}

func (w *world) addPod(namespace, name, address string, labels map[string]string, containers ...corev1.Container) {
	w.pods = append(w.pods, &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: labels},
		Spec:       corev1.PodSpec{Containers: containers},
		Status: corev1.PodStatus{
			Phase:  corev1.PodRunning,
			PodIP:  address,
			PodIPs: []corev1.PodIP{{IP: address}},
		},
	})
}

func (w *world) addPolicy(namespace, name string, spec networkingv1.NetworkPolicySpec) {
	w.policies = append(w.policies, &networkingv1.NetworkPolicy{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec:       spec,
	})
}

func (g generator) chance(p float64) bool { return g.Float64() < p }

// value draws a label value; the empty one is rare.
func (g generator) value() string {
	if g.chance(0.04) {
		return ""
	}
	return pick(g, labelValues[:4])
}

func (g generator) labels() map[string]string {
	m := map[string]string{}
	for _, k := range labelKeys {
		if g.chance(0.7) {
			m[k] = g.value()
		}
	}
	return m
}

// containers draws one or two containers. A name may stand for several numbers
// and a number may have several names.
func (g generator) containers() []corev1.Container {
	out := make([]corev1.Container, 1+g.IntN(2))
	for i := range out {
		out[i].Name = fmt.Sprintf("c%d", i)
		for _, name := range portNames {
			if g.chance(0.5) {
				out[i].Ports = append(out[i].Ports, corev1.ContainerPort{
					Name: name, ContainerPort: pick(g, portNumbers), Protocol: pick(g, protocols),
				})
			}
		}
	}
	return out
}

func (g generator) policy() networkingv1.NetworkPolicySpec {
	spec := networkingv1.NetworkPolicySpec{PodSelector: g.selector()}
	// absent policyTypes are filled in by the API server (NP-15)
	if g.chance(0.8) {
		spec.PolicyTypes = pick(g, [][]networkingv1.PolicyType{
			{networkingv1.PolicyTypeIngress},
			{networkingv1.PolicyTypeEgress},
			{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
		})
	}
	for range g.IntN(3) {
		spec.Ingress = append(spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: g.peers(), Ports: g.ports()})
	}
	for range g.IntN(3) {
		spec.Egress = append(spec.Egress, networkingv1.NetworkPolicyEgressRule{To: g.peers(), Ports: g.ports()})
	}
	return spec
}

func (g generator) peers() []networkingv1.NetworkPolicyPeer {
	var out []networkingv1.NetworkPolicyPeer
	for range g.IntN(4) {
		var p networkingv1.NetworkPolicyPeer
		switch g.IntN(5) {
		case 0:
			block := pick(g, append(blocksV4, blocksV6...))
			p.IPBlock = &block
		case 1:
			p.PodSelector = new(g.selector())
		case 2:
			p.NamespaceSelector = new(g.namespaceSelector())
		default:
			p.PodSelector, p.NamespaceSelector = new(g.selector()), new(g.namespaceSelector())
		}
		out = append(out, p)
	}
	return out
}

func (g generator) ports() []networkingv1.NetworkPolicyPort {
	var out []networkingv1.NetworkPolicyPort
	for range g.IntN(4) {
		var p networkingv1.NetworkPolicyPort
		if g.chance(0.7) {
			p.Protocol = new(pick(g, protocols))
		}
		switch g.IntN(4) {
		case 0:
			p.Port = new(intstr.FromInt32(pick(g, portNumbers)))
		case 1:
			p.Port = new(intstr.FromString(pick(g, portNames)))
		case 2:
			first := pick(g, portNumbers)
			p.Port = new(intstr.FromInt32(first))
			p.EndPort = new(max(first, pick(g, portNumbers)))
		}
		out = append(out, p)
	}
	return out
}

func (g generator) namespaceSelector() metav1.LabelSelector {
	if g.chance(0.2) {
		name := fmt.Sprintf("ns-%d", g.IntN(3))
		return metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: name}}
	}
	return g.selector()
}

func (g generator) selector() metav1.LabelSelector {
	var s metav1.LabelSelector
	if g.chance(0.25) {
		return s
	}
	if g.chance(0.6) {
		s.MatchLabels = map[string]string{pick(g, labelKeys): g.value()}
	}
	for range g.IntN(3) {
		r := metav1.LabelSelectorRequirement{Key: pick(g, labelKeys)}
		switch g.IntN(5) {
		case 0, 1:
			r.Operator = metav1.LabelSelectorOpIn
		case 2:
			r.Operator = metav1.LabelSelectorOpNotIn
		case 3:
			r.Operator = metav1.LabelSelectorOpExists
		default:
			r.Operator = metav1.LabelSelectorOpDoesNotExist
		}
		if r.Operator == metav1.LabelSelectorOpIn || r.Operator == metav1.LabelSelectorOpNotIn {
			for range 1 + g.IntN(3) {
				r.Values = append(r.Values, g.value())
			}
		}
		s.MatchExpressions = append(s.MatchExpressions, r)
	}
	return s
}

func pick[T any](g generator, from []T) T { return from[g.IntN(len(from))] }
