package profile

// Sources that several profiles rest on.
const (
	kubernetesDocs = "Kubernetes documentation, Network Policies"
	policyAPI      = "network-policy-api, v1alpha2 types"
)

// strict leaves every point open that implementations handle differently.
func strict() Profile {
	return Profile{
		Name: "strict",
		Doc:  "Every point that is up to the implementation is unknown.",
		Points: []Point{
			{
				"baseline-per-direction", Unknown, policyAPI,
				"The text says which pods the baseline tier is for, but not whether that is so for each direction by itself.",
			},
			{
				"egress-to-own-node-always-allowed", Unknown, kubernetesDocs,
				"The introduction exempts traffic to and from the own node, the rules about egress do not.",
			},
			{
				"end-port", Unknown, kubernetesDocs,
				"A plugin that does not support endPort applies only the first port.",
			},
			{
				"hairpin-via-service", Unknown, "Kubernetes issue 95879",
				"Plugins differ on whether policy applies where a Service leads a pod back to itself.",
			},
			{
				"host-network-pods", Unknown, kubernetesDocs,
				"The behaviour for hostNetwork pods is not defined; two are named as possible.",
			},
			{
				"ipblock-matches-nodes", Unknown, kubernetesDocs,
				"An ipBlock should name addresses outside the cluster; what it does with others differs.",
			},
			{
				"ipblock-matches-pods", Unknown, kubernetesDocs,
				"An ipBlock should name addresses outside the cluster; what it does with others differs.",
			},
			{
				"named-port-sidecars", Unknown, "endpointslice/util of Kubernetes, kube-network-policies pkg/networkpolicy",
				"Services resolve named ports on sidecars, some implementations of policy do not.",
			},
			{
				"priority-ties", Unknown, policyAPI,
				"Which of two policies of one priority comes first is not defined.",
			},
		},
	}
}

// none is a cluster whose plugin does not know policy.
func none() Profile {
	return Profile{
		Name: "none",
		Doc:  "Nothing enforces policies, as with a plugin that does not know them: every flow is allowed.",
		Points: []Point{{
			"enforced", "false", kubernetesDocs,
			"A policy has no effect without a plugin that implements it.",
		}},
	}
}
