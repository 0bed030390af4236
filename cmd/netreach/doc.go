// Netreach says who can reach whom in a Kubernetes cluster, on which port and
// why, from manifests or from a dump of the cluster. It is exact over all ports
// and all addresses, and needs neither a cluster nor a network.
//
//	$ netreach demo
//	$ netreach can shop/web shop/db 5432 -f manifests/
//	$ netreach explain shop/web shop/db 5432 -f manifests/
//	$ netreach matrix -f manifests/
//	$ netreach matrix -f manifests/ --cni calico --versus cilium
//	$ netreach diff before/ after/
//	$ netreach diff --git main...HEAD -- manifests/
//	$ netreach bisect shop/web shop/db 5432 --git v1.4..HEAD -- manifests/
//	$ netreach graph -f manifests/ | dot -Tsvg > reach.svg
//
// # Input
//
// The flag -f names files, directories and, as -, standard input; it can be
// repeated. YAML and JSON, several documents in a file, lists as kubectl get
// prints them, and gzip of any of these are read. Workloads without pods stand
// for their pods.
//
// A file .netreach.yaml in the working directory, or above it in the repository,
// can say what the command line leaves out: see netreach help config.
//
// # Network plugins
//
// Points that are up to the network plugin follow the specification's
// suggestion unless a profile (--cni) or a switch (--set) says otherwise: see
// netreach profiles and netreach help switches.
//
// # Exit codes
//
//	0  done; for can and explain: allow; for diff: nothing changes;
//	   for bisect: a change was found
//	1  can and explain: any other verdict; diff: something changes; bisect: none
//	   was found
//	2  no answer: the command line or the input is wrong, a peer does not exist
//
// No exit code depends on the output format. With 2 nothing is written to
// standard output.
//
// # Limitations
//
// Policy decides about TCP, UDP and SCTP; other protocols are not modelled. A
// verdict is about new connections between addresses of pods, nodes and hosts
// outside, and for can and explain also to the names of Services, Ingresses,
// Gateways and Routes. Policy kinds other than NetworkPolicy,
// AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy are
// refused, not ignored.
package main
