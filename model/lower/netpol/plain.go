package netpol

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"netreach/model/lower/plain"
)

// Plain decodes a policy as package strict does, in a tenth of the time, if it
// is written plainly and strict has nothing to say of it. It reports false for
// every other. Of the metadata it decodes the names alone, which is all that
// Lower looks at. Text must be valid JSON in which no object holds a name twice.
func Plain(text []byte, words *plain.Words) (networkingv1.NetworkPolicy, bool) {
	var np networkingv1.NetworkPolicy
	r := plain.NewReader(text, words)
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "apiVersion":
			np.APIVersion = r.Text()
		case "kind":
			np.Kind = r.Text()
		case "metadata":
			plainMetadata(&r, &np.ObjectMeta)
		case "spec":
			plainSpec(&r, &np.Spec)
		default:
			r.Odd()
		}
	}
	return np, r.OK()
}

// plainMetadata checks the types of all fields that an API server writes.
func plainMetadata(r *plain.Reader, m *metav1.ObjectMeta) {
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "name":
			m.Name = string(r.Bytes())
		case "generateName":
			m.GenerateName = string(r.Bytes())
		case "namespace":
			m.Namespace = r.Text()
		case "uid", "resourceVersion":
			r.Bytes()
		case "generation":
			r.Whole()
		case "creationTimestamp":
			if _, err := time.Parse(time.RFC3339, string(r.Bytes())); err != nil {
				r.Odd()
			}
		case "labels", "annotations":
			for r.Object(); r.More(); {
				r.Name()
				if !r.IsText() {
					r.Odd()
				}
				r.Skip()
			}
		default:
			r.Odd()
		}
	}
}

func plainSpec(r *plain.Reader, spec *networkingv1.NetworkPolicySpec) {
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "podSelector":
			plainSelector(r, &spec.PodSelector)
		case "policyTypes":
			for r.List(); r.More(); {
				spec.PolicyTypes = append(spec.PolicyTypes, networkingv1.PolicyType(r.Text()))
			}
		case "ingress":
			for r.List(); r.More(); {
				var rule networkingv1.NetworkPolicyIngressRule
				rule.From, rule.Ports = plainRule(r, "from")
				spec.Ingress = append(spec.Ingress, rule)
			}
		case "egress":
			for r.List(); r.More(); {
				var rule networkingv1.NetworkPolicyEgressRule
				rule.To, rule.Ports = plainRule(r, "to")
				spec.Egress = append(spec.Egress, rule)
			}
		default:
			r.Odd()
		}
	}
}

// plainRule reads a rule whose peers stand in the field of that name.
func plainRule(r *plain.Reader, field string) (peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) {
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case field:
			for r.List(); r.More(); {
				peers = append(peers, plainPeer(r))
			}
		case "ports":
			for r.List(); r.More(); {
				ports = append(ports, plainPort(r))
			}
		default:
			r.Odd()
		}
	}
	return peers, ports
}

func plainPeer(r *plain.Reader) networkingv1.NetworkPolicyPeer {
	var peer networkingv1.NetworkPolicyPeer
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "podSelector":
			peer.PodSelector = new(metav1.LabelSelector)
			plainSelector(r, peer.PodSelector)
		case "namespaceSelector":
			peer.NamespaceSelector = new(metav1.LabelSelector)
			plainSelector(r, peer.NamespaceSelector)
		case "ipBlock":
			peer.IPBlock = new(networkingv1.IPBlock)
			plainBlock(r, peer.IPBlock)
		default:
			r.Odd()
		}
	}
	return peer
}

func plainBlock(r *plain.Reader, block *networkingv1.IPBlock) {
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "cidr":
			block.CIDR = r.Text()
		case "except":
			for r.List(); r.More(); {
				block.Except = append(block.Except, r.Text())
			}
		default:
			r.Odd()
		}
	}
}

func plainSelector(r *plain.Reader, s *metav1.LabelSelector) {
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "matchLabels":
			s.MatchLabels = map[string]string{}
			for r.Object(); r.More(); {
				key := r.TextName()
				s.MatchLabels[key] = r.Text()
			}
		case "matchExpressions":
			for r.List(); r.More(); {
				s.MatchExpressions = append(s.MatchExpressions, plainExpression(r))
			}
		default:
			r.Odd()
		}
	}
}

func plainExpression(r *plain.Reader) metav1.LabelSelectorRequirement {
	var e metav1.LabelSelectorRequirement
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "key":
			e.Key = r.Text()
		case "operator":
			e.Operator = metav1.LabelSelectorOperator(r.Text())
		case "values":
			for r.List(); r.More(); {
				e.Values = append(e.Values, r.Text())
			}
		default:
			r.Odd()
		}
	}
	return e
}

func plainPort(r *plain.Reader) networkingv1.NetworkPolicyPort {
	var port networkingv1.NetworkPolicyPort
	for r.Object(); r.More(); {
		switch string(r.Name()) {
		case "protocol":
			port.Protocol = new(corev1.Protocol(r.Text()))
		case "port":
			if r.IsText() {
				port.Port = new(intstr.FromString(r.Text()))
			} else {
				port.Port = new(intstr.FromInt32(int32(r.Whole())))
			}
		case "endPort":
			port.EndPort = new(int32(r.Whole()))
		default:
			r.Odd()
		}
	}
	return port
}
