// Package manifest writes a model.Cluster as the text that a loader reads: as
// the dump that kubectl prints of a live cluster, or as the small documents of
// a repository. What is written says what the cluster says; read back, it is
// the same cluster.
//
//	err := manifest.Write(w, cluster, manifest.Options{Format: manifest.DumpYAML})
//
// A dump has the layout of kubectl's printers to the byte, with 6 to 10 KB of
// YAML for a pod: probes, volumes, conditions, hashes. All that bears on
// reachability comes from the cluster; the rest is a function of the objects'
// names. It is made to trip a scanner that takes short cuts: JSON in block
// scalars, messages that are folded within quotes, numbers in quotes, hashes
// that begin with a digit, IPv6 addresses, labels and namespaces that are not
// the pod's, and with managedFields keys such as k:{"uid":"5b..."}.
//
// Objects are written one by one, without building the text in memory and
// without reflection.
package manifest

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"netreach/model"
)

// Format is a way to write a cluster.
type Format uint8

// The formats.
const (
	// DumpJSON is kubectl get pods,namespaces,nodes,networkpolicies -A -o json.
	DumpJSON Format = iota
	// DumpYAML is the same with -o yaml.
	DumpYAML
	// Documents is one stream of small YAML documents as people keep them in a
	// repository, with comments and here and there a line in flow style.
	Documents
)

// formatNames holds the names of each format, the usual one first.
func formatNames() [][]string {
	return [][]string{
		DumpJSON:  {"json", "dump-json"},
		DumpYAML:  {"yaml", "dump-yaml"},
		Documents: {"manifests", "gitops"},
	}
}

// FormatNamed returns the format of that name.
func FormatNamed(name string) (Format, error) {
	var all []string
	for f, names := range formatNames() {
		if slices.Contains(names, name) {
			return Format(f), nil
		}
		all = append(all, strings.Join(names, " or "))
	}
	return 0, fmt.Errorf("no format %q: there are %s", name, strings.Join(all, ", "))
}

// Options say how a cluster is written.
type Options struct {
	Format Format
	// ManagedFields adds to the pods of a dump what kubectl shows with
	// --show-managed-fields.
	ManagedFields bool
}

// Write writes the cluster. The error is that of w, or says what of the cluster
// no manifest of ours can say.
func Write(w io.Writer, c *model.Cluster, o Options) error {
	if err := expressible(c); err != nil {
		return err
	}
	s := &sink{w: w}
	switch o.Format {
	case DumpJSON:
		newDump(s, &jsonTree{sink: s}, c, o).write()
		s.b = append(s.b, '\n')
	case DumpYAML:
		newDump(s, &yamlTree{sink: s}, c, o).write()
	case Documents:
		newStream(s, c).write()
	default:
		return fmt.Errorf("no format %d", o.Format)
	}
	s.flush(true)
	return s.err
}

// expressible reports what of the cluster has no place in Pods, Namespaces,
// Nodes and NetworkPolicies.
func expressible(c *model.Cluster) error {
	for i := range c.Pods {
		if p := &c.Pods[i]; p.StandIn || p.Weight != 1 {
			return fmt.Errorf("%s stands for a workload without pods", p.Origin.Object())
		}
	}
	for i := range c.Policies {
		if err := expressiblePolicy(&c.Policies[i]); err != nil {
			return fmt.Errorf("%s: %w", c.Policies[i].Origin.Object(), err)
		}
	}
	return nil
}

func expressiblePolicy(p *model.Policy) error {
	if p.Origin.Kind != "NetworkPolicy" || p.Subject.Namespace == "" {
		return errors.New("not a NetworkPolicy")
	}
	for _, r := range p.Rules {
		switch {
		case r.Action != model.Allow || len(r.Peers) == 0 || len(r.Ports) == 0:
			return errors.New("a rule that denies, or matches nothing")
		case !p.Isolates[r.Direction]:
			return errors.New("a rule in a direction that is not isolated")
		}
		for _, peer := range r.Peers {
			switch own := peer.Pods.Namespace; {
			case peer.Kind == model.PeerAny && len(r.Peers) == 1, peer.Kind == model.PeerBlock:
			case peer.Kind == model.PeerPods && (own == "" || own == p.Subject.Namespace):
			default:
				return fmt.Errorf("a peer that no rule can name: %s", peer)
			}
		}
		for _, port := range r.Ports {
			some := port.Kind == model.PortRange && !port.EndPort && port.First != port.Last && port != model.AllPorts(port.Protocol)
			if some || port.AnyProtocol || port.Kind == model.PortAny && len(r.Ports) > 1 {
				return fmt.Errorf("ports that no rule can name: %s", port)
			}
		}
	}
	return nil
}
