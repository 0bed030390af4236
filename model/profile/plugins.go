package profile

// What a profile says of a knob when no source settles it.
const (
	unconfirmed = "Believed to be so, but no source at hand states it."
	unstated    = "No source at hand states it."
)

func antrea() Profile {
	return Profile{
		Name: "antrea",
		Doc:  "Antrea 1.5 or later.",
		Points: []Point{
			{"end-port", "true", "", unconfirmed},
			{
				"host-network-pods", "ignore", "Antrea pull requests 2093, 3080",
				"hostNetwork pods are in no group, neither of subjects nor of peers.",
			},
			{"ipblock-matches-nodes", "true", "", unstated},
			{"ipblock-matches-pods", "true", "", unconfirmed},
			{"sctp", "true", "", unconfirmed},
		},
	}
}

func awsVPC() Profile {
	return Profile{
		Name: "aws-vpc-cni",
		Doc:  "Amazon VPC CNI with its network policy agent.",
		Points: []Point{
			{
				"egress-to-own-node-always-allowed", "true", "aws-network-policy-agent pull request 65",
				"Policies always let traffic to the node's address pass.",
			},
			{
				"end-port", "true", "Amazon EKS documentation, network policies",
				"Ranges are supported; see the limit on their number.",
			},
			{"host-network-pods", "ignore", "", "They are no subjects; as peers they are matched by the address of their node, which no switch expresses."},
			{"ipblock-matches-nodes", "true", "", unstated},
			{"ipblock-matches-pods", "true", "", unconfirmed},
			{
				"own-node-ingress", "true", "aws-network-policy-agent pull requests 65, 636",
				"Policies always let traffic from the node's address pass.",
			},
			{"sctp", "true", "", unstated},
		},
		Limits: []string{
			"At most 24 combinations of ports and protocols count for one range of addresses (Amazon EKS documentation).",
			"A Service's port must equal the port of its pods (Amazon EKS documentation).",
			"Policies apply to one address family, that of the cluster, and not to pods without an owner (Amazon EKS documentation).",
			"A named port in an egress rule is looked up on the source (aws-network-policy-agent issue 149).",
		},
	}
}

func azureNPM() Profile {
	return Profile{
		Name: "azure-npm",
		Doc:  "Azure Network Policy Manager on Linux nodes.",
		Points: []Point{
			{"end-port", "true", "", unconfirmed},
			{"host-network-pods", "ignore", "", unstated},
			{"ipblock-matches-nodes", "true", "", unstated},
			{
				"ipblock-matches-pods", "true", "Azure documentation, use network policies in AKS",
				"It works on pairs of addresses, whoever has them.",
			},
			{"sctp", "true", "", "Windows nodes do not support it; no source at hand states it for Linux nodes."},
		},
		Limits: []string{
			"IPv6 is not supported (Azure documentation).",
			"On Windows nodes except, named ports, NotIn and SCTP are not supported (Azure documentation).",
		},
	}
}

func calico() Profile {
	return Profile{
		Name: "calico",
		Doc:  "Calico with its default settings.",
		Points: []Point{
			{
				"baseline-per-direction", "true", "Calico app-policy/checker",
				"Each direction is judged by itself.",
			},
			{"egress-to-own-node-always-allowed", "true", "", "What becomes of it is a setting of Felix, the action for traffic from endpoints to their host."},
			{"end-port", "true", "", unconfirmed},
			{
				"host-network-pods", "ignore", "Calico libcalico-go/lib/backend/k8s/conversion; issue 4667",
				"hostNetwork pods are no workload endpoints, so no selector finds them.",
			},
			{"ipblock-matches-nodes", "true", "", unconfirmed},
			{
				"ipblock-matches-pods", "true", "Calico issue 6634",
				"0.0.0.0/0 opens the pods of the cluster too.",
			},
			{
				"named-port-sidecars", "true", "Calico libcalico-go/lib/backend/k8s/conversion",
				"The ports of init containers count as those of other containers do.",
			},
			{
				"own-node-ingress", "true", "Calico issue 4469; Kubernetes issue 100247",
				"Policy does not stop processes of the node from reaching its pods.",
			},
			{"sctp", "true", "", unconfirmed},
		},
		Limits: []string{
			"Named ports resolve on all init containers, not on native sidecars only (libcalico-go/lib/backend/k8s/conversion).",
		},
	}
}

func cilium() Profile {
	return Profile{
		Name: "cilium",
		Doc:  "Cilium 1.16 or later with its default settings.",
		Points: []Point{
			{"baseline-per-direction", "true", "", unstated},
			{"egress-to-own-node-always-allowed", "true", "", "The own node is an entity that egress policy is believed to apply to."},
			{
				"end-port", "true", "Cilium issues 16622, 28684",
				"Since 1.16; older versions ignored endPort: --set end-port=false.",
			},
			{
				"hairpin-via-service", "false", "Cilium pull request 15321",
				"A pod that a Service leads back to itself is let through without a look at policy.",
			},
			{
				"host-network-pods", "ignore", "Cilium documentation, network policy chapter, entities",
				"hostNetwork pods are the entities host and remote-node, which labels of pods do not select.",
			},
			{
				"ipblock-matches-nodes", "false", "Cilium documentation, network policy chapter; issue 12277",
				"Nodes are not matched unless policy-cidr-match-mode is nodes: --set ipblock-matches-nodes=true.",
			},
			{
				"ipblock-matches-pods", "false", "Cilium documentation, network policy chapter; issues 9209, 35212",
				"An address that belongs to a pod has the pod's identity, which no block matches, not even 0.0.0.0/0.",
			},
			{"named-port-sidecars", "true", "", unstated},
			{
				"own-node-ingress", "true", "Cilium documentation, allow-localhost; issue 12277",
				"A node reaches its own pods whatever the policy.",
			},
			{"sctp", "true", "", "Listed as a missing feature (issue 5719); later versions are believed to have a setting for it."},
		},
		Limits: []string{
			"A rule has at most 40 ports (Cilium pull request 17315).",
		},
	}
}

func kindnet() Profile {
	const engine = "kube-network-policies pkg/networkpolicy"
	return Profile{
		Name: "kindnet",
		Doc:  "kindnet, and whatever else enforces policies with kube-network-policies.",
		Points: []Point{
			{
				"baseline-per-direction", "false", engine,
				"A NetworkPolicy that selects a pod ends the evaluation of both directions.",
			},
			{"egress-to-own-node-always-allowed", "true", "", "Reported as always allowed in kube-network-policies issue 283, which is closed without saying how."},
			{"end-port", "true", engine, "Ranges are compared with the port of the packet."},
			{
				"host-network-pods", "ignore", "kube-network-policies pkg/podinfo; pull request 389",
				"Addresses of hostNetwork pods are not resolved to a pod, and policies do not apply to them.",
			},
			{"ipblock-matches-nodes", "true", engine, "A block is compared with the address of the packet, whoever has it."},
			{"ipblock-matches-pods", "true", engine, "A block is compared with the address of the packet, whoever has it."},
			{"named-port-sidecars", "false", engine, "Only the ports of ordinary containers are looked up."},
			{"own-node-ingress", "true", "kube-network-policies issue 283", "Traffic from the own node is always let in."},
			{"sctp", "true", "", unconfirmed},
		},
	}
}

func ovnKubernetes() Profile {
	return Profile{
		Name: "ovn-kubernetes",
		Doc:  "OVN-Kubernetes, the default of OpenShift.",
		Points: []Point{
			{"end-port", "true", "OVN-Kubernetes issue 3582", "Ranges become matches on the port."},
			{"host-network-pods", "ignore", "", "Selectors of pods leave them out (issue 1635), but namespaceSelector with an empty podSelector is documented to match them (openshift-docs 92799)."},
			{"ipblock-matches-nodes", "true", "", unstated},
			{"ipblock-matches-pods", "true", "", unconfirmed},
			{"sctp", "true", "", unconfirmed},
		},
		Limits: []string{
			"The namespace label policy-group.k8s.ovn.org/host-network, which stands for hostNetwork traffic, has no meaning here (OVN-Kubernetes issue 2093).",
		},
	}
}
