// Package model says what a cluster and its policies are: plain data, without
// YAML and without k8s.io types. Package load makes a Cluster, the lower
// packages make its policies, and package engine compiles it.
//
// Everything here is read-only once package load has returned it.
package model

import (
	"net/netip"

	"netreach/model/selector"
)

// Labels is a sorted set of labels.
type Labels = selector.Labels

// NameLabel is the label that every namespace carries with its own name,
// whatever its manifest says (NP-28).
const NameLabel = "kubernetes.io/metadata.name"

// Cluster is the closed world that is judged: nothing exists that is not in
// it, apart from addresses outside.
type Cluster struct {
	// Namespaces is sorted by name and holds every namespace that an object
	// lies in, also those that no object declares (NP-27).
	Namespaces []Namespace
	// Nodes is sorted by name and holds every node that an object declares or
	// that a pod names.
	Nodes []Node
	// Workloads is sorted by namespace, kind and name. Every pod belongs to
	// one; a pod that nothing owns is its own workload of kind Pod.
	Workloads []Workload
	// Pods is sorted by namespace, workload and name. Finished pods are not in
	// it (NP-46).
	Pods []Pod
	// Tiers lists the tiers in the order of evaluation.
	Tiers []Tier
	// Policies is sorted by kind, namespace and name.
	Policies []Policy
	// Names are what people dial instead of pods.
	Names Names
}

// Names is what leads from a name to a pod. Each list is sorted by namespace
// and name, and by kind first where it holds several. No policy depends on it.
type Names struct {
	Services  []Service
	Slices    []EndpointSlice
	Routes    []Route
	Classes   []Class
	Gateways  []Gateway
	Grants    []Grant
	Corefiles []Corefile
	// Defaults are what ConfigMaps that look like those of an ingress controller
	// say for all its Ingresses.
	Defaults []IngressDefaults
	// LeftOut says of each object that should be here and is not, because the API
	// server would refuse it or because we cannot read it, what is wrong with it.
	LeftOut []Diagnostic
	// Unread are the objects that bear on who gets in and that are not modelled,
	// sorted by group first.
	Unread []Unread
}

// Namespace is a namespace with the labels of its object.
type Namespace struct {
	Name string
	// Labels holds the object's labels, and always NameLabel.
	Labels Labels
	// Declared tells whether the input holds the Namespace object.
	Declared bool
	Origin   Origin
}

// Node is a machine. It is never the subject of a policy.
type Node struct {
	Name   string
	Labels Labels
	// Addresses is empty if the input does not tell.
	Addresses []netip.Addr
	// Declared tells whether the input holds the Node object; one that is only
	// named by a pod has no labels and no addresses that are known.
	Declared bool
	Origin   Origin
}

// Workload is what pods belong to: a Deployment, StatefulSet, DaemonSet,
// ReplicaSet, ReplicationController, Job, CronJob, any other owner, or a bare
// Pod.
type Workload struct {
	Kind, Namespace, Name string
	// Replicas is the number of pods that it stands for: the pods of the input
	// that belong to it, or else what its manifest asks for (a DaemonSet: one
	// for each node, at least 1). A workload scaled to 0 stays, with weight 0.
	Replicas int
	// Config is the ConfigMap, as "namespace/name", that the argument --configmap of
	// its containers names, or "" if the workload's own object does not tell.
	Config string
	// ControllerClass is what the containers of an ingress controller are told by the
	// argument --controller-class: the spec.controller of the IngressClasses that they
	// serve. It is that of ingress-nginx where this is run without the argument.
	// IngressClass is the name of a class, as --ingress-class gives it. Both are "" if
	// the workload's own object does not tell.
	ControllerClass, IngressClass string
	Origin                        Origin
}

// Pod is a running pod, or the one pod that stands for a workload without pods
// (NP-47).
type Pod struct {
	Namespace, Name string
	Labels          Labels
	// Addresses holds at most one address of each family. It is empty if the
	// input does not tell (NP-45).
	Addresses []netip.Addr
	Ports     []ContainerPort
	// HostNetwork pods use their node's addresses and are not subjects (NP-39).
	HostNetwork bool
	// Node is the name of the pod's node, or "" if unknown: it then shares a
	// node with nobody.
	Node string
	// Workload is an index into Cluster.Workloads.
	Workload int
	// Weight is the number of pods that this one stands for: 1 for a pod of the
	// input, the replicas for one that stands for a workload.
	Weight int
	// StandIn marks the pod that stands for a workload without pods.
	StandIn bool
	// LateLabels are the keys of labels that such pods get when they are made,
	// sorted: whether a selector that names one matches is open (NP-47).
	LateLabels []string
	// Readiness is what the input says of it. Terminating pods are about to end
	// (SVC-7).
	Readiness   Readiness
	Terminating bool
	DNSPolicy   DNSPolicy
	// Nameservers are those that the pod asks beside those of its policy, or
	// instead of them (DNS-1).
	Nameservers []netip.Addr
	// Hostname and Subdomain give the pod a name of its own below a headless
	// Service (DNS-4).
	Hostname, Subdomain string
	Origin              Origin
}

// Readiness is whether a pod is ready, as far as the input says.
type Readiness uint8

// The states.
const (
	ReadyUnsaid Readiness = iota
	Ready
	NotReady
)

// ContainerPort is a port that a container declares.
type ContainerPort struct {
	Name     string
	Protocol Protocol
	Port     uint16
	// HostPort is the port of the node that leads here, or 0 (NP-54).
	HostPort uint16
	// Sidecar marks a port of a native sidecar: an init container with
	// restartPolicy Always (NP-31).
	Sidecar bool
}
