package workload

import (
	"fmt"
	"net/netip"
	"slices"

	"netreach/model"
	"netreach/model/lower/strict"
)

type namespaceObject struct {
	Metadata metadata `json:"metadata"`
}

var namespaceSchema = strict.SchemaOf(namespaceObject{})

// ReadNamespace reads a v1 Namespace. It has the label model.NameLabel whatever
// the object says (NP-28). After an error the namespace is not to be used.
func ReadNamespace(text []byte, o model.Origin, opts ...Option) (model.Namespace, []model.Diagnostic) {
	var obj namespaceObject
	ds := read(text, namespaceSchema, &obj, &obj.Metadata, o, opts)
	if failed(ds) {
		return model.Namespace{}, ds
	}
	labels, problems := labels(obj.Metadata.Labels, "metadata.labels", o)
	ds = append(ds, problems...)
	if v, ok := labels.Get(model.NameLabel); ok && v != o.Name {
		ds = append(ds, model.Diagnostic{
			Severity: model.Warning, Code: "name-label",
			Origin: o.At(strict.Member("metadata.labels", model.NameLabel)),
			Text:   fmt.Sprintf("%q is overwritten: the label always holds the namespace's name, %q", v, o.Name),
			Hint:   "drop the label",
		})
	}
	return model.Namespace{
		Name: o.Name, Labels: labels.With(model.NameLabel, o.Name), Declared: true, Origin: o,
	}, ds
}

type nodeObject struct {
	Metadata metadata `json:"metadata"`
	Status   struct {
		Addresses []nodeAddress `json:"addresses"`
	} `json:"status"`
}

type nodeAddress struct {
	Type    string `json:"type"`
	Address string `json:"address"`
}

var nodeSchema = strict.SchemaOf(nodeObject{})

// ReadNode reads a v1 Node. Its addresses are the internal and the external
// ones, in their order; host names are not looked up. After an error the node
// is not to be used.
func ReadNode(text []byte, o model.Origin, opts ...Option) (model.Node, []model.Diagnostic) {
	var obj nodeObject
	ds := read(text, nodeSchema, &obj, &obj.Metadata, o, opts)
	if failed(ds) {
		return model.Node{}, ds
	}
	labels, problems := labels(obj.Metadata.Labels, "metadata.labels", o)
	ds = append(ds, problems...)
	n := model.Node{Name: o.Name, Labels: labels, Declared: true, Origin: o}
	for i, a := range obj.Status.Addresses {
		if a.Type != "InternalIP" && a.Type != "ExternalIP" {
			continue
		}
		addr, err := netip.ParseAddr(a.Address)
		switch {
		case err != nil || addr.Zone() != "":
			ds = append(ds, model.Diagnostic{
				Severity: model.Warning, Code: "address",
				Origin: o.At(strict.Item("status.addresses", i) + ".address"),
				Text:   fmt.Sprintf("%q is not an IP address and is ignored", a.Address),
				Hint:   "write an IPv4 or IPv6 address",
			})
		case !slices.Contains(n.Addresses, addr.Unmap()):
			n.Addresses = append(n.Addresses, addr.Unmap())
		}
	}
	return n, ds
}
