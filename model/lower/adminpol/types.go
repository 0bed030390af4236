package adminpol

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The types of this file are what is read of the API's own, field by field
// (CNP-30); the module in the folder conformance compares the two. Importing
// sigs.k8s.io/network-policy-api v0.2.0 instead would cost little in the binary
// (9,826,569 bytes against 9,756,937 for a program that decodes a NetworkPolicy,
// and no measurable time at its start) but a lot in go.mod: a module graph of 97
// modules and 243 edges instead of 67 and 168, controller-runtime among them.
// And its types hold much by value that must be given: they cannot tell an
// absent priority from 0, nor an absent podSelector from an empty one. Here, nil
// is absent, and an empty list is not.

// AdminNetworkPolicy is the kind of that name in version v1alpha1 (ANP-1).
type AdminNetworkPolicy struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              AdminNetworkPolicySpec `json:"spec"`
}

// AdminNetworkPolicySpec says what the policy is.
type AdminNetworkPolicySpec struct {
	Priority *int32        `json:"priority"`
	Subject  Subject       `json:"subject"`
	Ingress  []IngressRule `json:"ingress,omitempty"`
	Egress   []EgressRule  `json:"egress,omitempty"`
}

// BaselineAdminNetworkPolicy is the kind of that name in version v1alpha1
// (ANP-17).
type BaselineAdminNetworkPolicy struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              BaselineAdminNetworkPolicySpec `json:"spec"`
}

// BaselineAdminNetworkPolicySpec says what the policy is.
type BaselineAdminNetworkPolicySpec struct {
	Subject Subject              `json:"subject"`
	Ingress []IngressRule        `json:"ingress,omitempty"`
	Egress  []BaselineEgressRule `json:"egress,omitempty"`
}

// ClusterNetworkPolicy is the kind of that name in version v1alpha2 (CNP-1).
type ClusterNetworkPolicy struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              ClusterNetworkPolicySpec `json:"spec"`
}

// ClusterNetworkPolicySpec says what the policy is.
type ClusterNetworkPolicySpec struct {
	Tier     string               `json:"tier"`
	Priority *int32               `json:"priority"`
	Subject  Subject              `json:"subject"`
	Ingress  []ClusterIngressRule `json:"ingress,omitempty"`
	Egress   []ClusterEgressRule  `json:"egress,omitempty"`
}

// Subject selects the pods that a policy applies to: exactly one field is given
// (ANP-2, CNP-4).
type Subject struct {
	Namespaces *metav1.LabelSelector `json:"namespaces,omitempty"`
	Pods       *NamespacedPods       `json:"pods,omitempty"`
}

// NamespacedPods selects pods within namespaces.
type NamespacedPods struct {
	NamespaceSelector *metav1.LabelSelector `json:"namespaceSelector"`
	PodSelector       *metav1.LabelSelector `json:"podSelector"`
}

// IngressRule is a rule of version v1alpha1 about connections to the subject.
type IngressRule struct {
	Name   string        `json:"name,omitempty"`
	Action string        `json:"action"`
	From   []IngressPeer `json:"from"`
	Ports  []Port        `json:"ports,omitempty"`
}

// EgressRule is a rule of an AdminNetworkPolicy about connections of the subject.
type EgressRule struct {
	Name   string       `json:"name,omitempty"`
	Action string       `json:"action"`
	To     []EgressPeer `json:"to"`
	Ports  []Port       `json:"ports,omitempty"`
}

// BaselineEgressRule is the same of a BaselineAdminNetworkPolicy.
type BaselineEgressRule struct {
	Name   string               `json:"name,omitempty"`
	Action string               `json:"action"`
	To     []BaselineEgressPeer `json:"to"`
	Ports  []Port               `json:"ports,omitempty"`
}

// ClusterIngressRule is a rule of version v1alpha2 about connections to the
// subject.
type ClusterIngressRule struct {
	Name      string        `json:"name,omitempty"`
	Action    string        `json:"action"`
	From      []IngressPeer `json:"from"`
	Protocols []Protocol    `json:"protocols,omitempty"`
}

// ClusterEgressRule is a rule of version v1alpha2 about connections of the
// subject.
type ClusterEgressRule struct {
	Name      string       `json:"name,omitempty"`
	Action    string       `json:"action"`
	To        []EgressPeer `json:"to"`
	Protocols []Protocol   `json:"protocols,omitempty"`
}

// IngressPeer is who connects: exactly one field is given (ANP-10, CNP-14).
type IngressPeer struct {
	Namespaces *metav1.LabelSelector `json:"namespaces,omitempty"`
	Pods       *NamespacedPods       `json:"pods,omitempty"`
}

// EgressPeer is what is connected to: exactly one field is given (ANP-11,
// CNP-16).
type EgressPeer struct {
	Namespaces  *metav1.LabelSelector `json:"namespaces,omitempty"`
	Pods        *NamespacedPods       `json:"pods,omitempty"`
	Nodes       *metav1.LabelSelector `json:"nodes,omitempty"`
	Networks    []string              `json:"networks,omitempty"`
	DomainNames []string              `json:"domainNames,omitempty"`
}

// BaselineEgressPeer is an EgressPeer of a BaselineAdminNetworkPolicy, which has
// no domain names (ANP-17).
type BaselineEgressPeer struct {
	Namespaces *metav1.LabelSelector `json:"namespaces,omitempty"`
	Pods       *NamespacedPods       `json:"pods,omitempty"`
	Nodes      *metav1.LabelSelector `json:"nodes,omitempty"`
	Networks   []string              `json:"networks,omitempty"`
}

// Port is what version v1alpha1 says of destination ports: exactly one field is
// given (ANP-12).
type Port struct {
	PortNumber *PortNumber `json:"portNumber,omitempty"`
	NamedPort  *string     `json:"namedPort,omitempty"`
	PortRange  *PortRange  `json:"portRange,omitempty"`
}

// PortNumber is one port.
type PortNumber struct {
	Protocol *corev1.Protocol `json:"protocol"`
	Port     *int32           `json:"port"`
}

// PortRange is the ports from Start to End.
type PortRange struct {
	Protocol *corev1.Protocol `json:"protocol,omitempty"`
	Start    *int32           `json:"start"`
	End      *int32           `json:"end"`
}

// Protocol is what version v1alpha2 says of protocols and their destination
// ports: exactly one field is given (CNP-20).
type Protocol struct {
	TCP                  *ProtocolPorts `json:"tcp,omitempty"`
	UDP                  *ProtocolPorts `json:"udp,omitempty"`
	SCTP                 *ProtocolPorts `json:"sctp,omitempty"`
	DestinationNamedPort *string        `json:"destinationNamedPort,omitempty"`
}

// ProtocolPorts is what is said of one protocol.
type ProtocolPorts struct {
	DestinationPort *DestinationPort `json:"destinationPort,omitempty"`
}

// DestinationPort is one port or a range of ports: exactly one field is given.
type DestinationPort struct {
	Number *int32       `json:"number,omitempty"`
	Range  *NumberRange `json:"range,omitempty"`
}

// NumberRange is the ports from Start to End.
type NumberRange struct {
	Start *int32 `json:"start"`
	End   *int32 `json:"end"`
}
