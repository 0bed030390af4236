package shape

// profiles returns the table of all profiles.
//
// Counts and histograms of the statistical ones are anchored in public figures:
//
//   - medium: the dump that npinaeva/k8s-netpol-scale prints the statistics of:
//     5,413 pods, 604 namespaces, 13,678 policies, of which 3,559 (26%) affect
//     nothing and 495 (3.6%) only deny; 15,423 "peers", 1.6 for each of the rest,
//     40% of them blocks; nodes as in aws/amazon-network-policy-controller-k8s
//     issue 201 (6,000 pods, about 450 nodes)
//   - small: cloudnativelabs/kube-router issue 1039 (10 nodes, 300 pods, 60
//     policies)
//   - large: the thresholds of SIG Scalability (5,000 nodes) and the end-to-end
//     scale of antrea-io/antrea issue 475 (100,000 pods, 50,000 policies)
//   - extreme, stretch: the 10,000 nodes and 700,000 pods of cilium/cilium issue
//     47894
//
// A workload has about 4 pods: 2.3 in kyverno/policy-reporter issue 147, 9 in
// the dump. The share of unique labels and the noise of hashes follow
// cilium/cilium issues 28003 and 40617. Between these anchors the numbers are design choices.
func profiles() []Profile {
	return []Profile{
		{
			Name: "small", About: "a development cluster",
			Nodes: 10, Namespaces: 40, Workloads: 150, Pods: 500, Policies: 80,
			DualStack: 0.1, build: (*builder).statistical,
			Mix: Mix{
				NoEffect: 0.05, DenyOnly: 0.40, Rules: 1.3,
				BlockRules: 0.20, LongLists: 0.80, CIDRs: 15,
				BlockPorts:    [3]float64{0.30, 0.60, 0.10},
				SelectorPorts: [3]float64{0.30, 0.60, 0.10},
				Ports:         15, NamedPort: 0.10,
				ClusterWide: 0.01, Stateful: 0.15, Rollouts: 0.25,
			},
		},
		{
			Name: "medium", About: "a dump of a real cluster, by its statistics",
			Nodes: 450, Namespaces: 600, Workloads: 1_500, Pods: 6_000, Policies: 13_700,
			DualStack: dualStack, build: (*builder).statistical,
			Mix: largeMix(0.26, 0.036, 1.6, 0.11, 400, 120, 0.0015),
		},
		{
			Name: "gitops", About: "10,000 pods and 10,000 policies, to be written as small documents",
			Nodes: 50, Namespaces: 500, Workloads: 2_500, Pods: 10_000, Policies: 10_000,
			DualStack: dualStack, build: (*builder).statistical,
			Mix: largeMix(0.15, 0.05, 1.6, 0.08, 400, 120, 0.01),
		},
		{
			Name: "large", About: "the limits of SIG Scalability",
			Nodes: 5_000, Namespaces: 5_000, Workloads: 25_000, Pods: 100_000, Policies: 50_000,
			DualStack: dualStack, build: (*builder).statistical,
			Mix: largeMix(0.15, 0.10, 1.6, 0.08, 2_000, 400, 0.01),
		},
		{
			Name: "extreme", About: "beyond the limits",
			Nodes: 10_000, Namespaces: 10_000, Workloads: 60_000, Pods: 250_000, Policies: 100_000,
			DualStack: dualStack, build: (*builder).statistical,
			Mix: largeMix(0.15, 0.10, 2, 0, 5_000, 800, 0.01),
		},
		{
			Name: "stretch", About: "the largest cluster that anyone has announced",
			Nodes: 10_000, Namespaces: 10_000, Workloads: 60_000, Pods: 700_000, Policies: 100_000,
			DualStack: dualStack, build: (*builder).statistical,
			Mix: largeMix(0.15, 0.10, 2, 0, 5_000, 800, 0.01),
		},
		// A1 to A3 are the shapes of the benchmarks of Antrea's controller, to
		// compare figures with: antrea-io/antrea pull requests 566 and 2891.
		{
			Name: "A1", About: "small namespaces: 4 pods and 3 policies in each of 25,000 (Antrea SmallNamespaces)",
			Nodes: 1_000, Namespaces: 25_000, Workloads: 50_000, Pods: 100_000, Policies: 75_000,
			build: (*builder).smallNamespaces,
		},
		{
			Name: "A2", About: "10,000 pods, none alike, with a policy each (Antrea NetpolPerPod)",
			Nodes: 1_000, Namespaces: 1, Workloads: 10_000, Pods: 10_000, Policies: 10_000,
			build: (*builder).policyPerPod,
		},
		{
			Name: "A3", About: "10,000 policies that all select the same 10,000 pods (Antrea OneNamespace)",
			Nodes: 1_000, Namespaces: 1, Workloads: 1, Pods: 10_000, Policies: 10_000,
			build: (*builder).oneForAll,
		},
		{
			// projectcalico/calico pull request 11866
			Name: "A4", About: "100,000 namespaces, all the same (Calico IsolatedCustomers)",
			Nodes: 1_000, Namespaces: 100_000, Workloads: 100_000, Pods: 100_000, Policies: 100_000,
			build: (*builder).customers,
		},
		{
			// NVIDIA/NVSentinel issue 1789
			Name: "A5", About: "158,000 pods in one namespace, one policy for all of them",
			Nodes: 2_000, Namespaces: 1, Workloads: 1_580, Pods: 158_000, Policies: 1,
			build: (*builder).megaNamespace,
		},
		{
			// cilium/cilium issue 40617
			Name: "A6", About: "labels that no two pods share and no policy selects",
			Nodes: 1_000, Namespaces: 100, Workloads: 26_000, Pods: 100_000, Policies: 1_000,
			build: (*builder).uniqueLabels,
		},
		{
			Name: "A7", About: "NotIn and DoesNotExist over 150,000 pods",
			Nodes: 5_000, Namespaces: 500, Workloads: 15_000, Pods: 150_000, Policies: 3_000,
			build: (*builder).negativeSelectors,
		},
		{
			// projectcalico/calico pull request 13286: 294 policies, 3,700 sets,
			// 256,000 members
			Name: "A8", About: "256,000 blocks of both families, nested, and around pods",
			Nodes: 500, Namespaces: 100, Workloads: 1_000, Pods: 10_000, Policies: 294,
			DualStack: 1, build: (*builder).blockStorm,
		},
		{
			Name: "A9", About: "port ranges of three protocols that all overlap",
			Nodes: 500, Namespaces: 100, Workloads: 1_000, Pods: 10_000, Policies: 1_000,
			build: (*builder).portStorm,
		},
		{
			Name: "A10", About: "large, before and after a label and 1% of the policies have changed",
			Nodes: 5_000, Namespaces: 5_000, Workloads: 25_000, Pods: 100_000, Policies: 50_000,
			DualStack: dualStack, build: (*builder).statistical,
			Mix: largeMix(0.15, 0.10, 1.6, 0.08, 2_000, 400, 0.01),
		},
	}
}

// dualStack is the share of nodes with both families, as in a cluster that is
// being moved.
const dualStack = 0.05

// largeMix returns a mix with what the larger profiles have in common. From
// the dump of npinaeva/k8s-netpol-scale: 6,215 of 15,423 rules have blocks, of
// these 1,147, 4,710 and 358 none, one, and more ports; of the 9,208 with
// selectors 6,370, 2,417 and 421, and 70 select two thirds of the cluster.
func largeMix(noEffect, denyOnly, rules, longLists float64, cidrs, ports int, endPort float64) Mix {
	return Mix{
		NoEffect: noEffect, DenyOnly: denyOnly, Rules: rules,
		BlockRules: 0.40, LongLists: longLists, CIDRs: cidrs,
		BlockPorts:    [3]float64{0.185, 0.758, 0.057},
		SelectorPorts: [3]float64{0.692, 0.262, 0.046},
		Ports:         ports, EndPort: endPort, NamedPort: 0.10,
		ClusterWide: 0.0076, Stateful: 0.15, Rollouts: 0.25,
	}
}
