package route

import (
	"net/netip"

	"netreach/model"
)

// nginx is the controller of which defaults are read.
const nginx = "k8s.io/ingress-nginx"

// findDefaults finds the ConfigMap that the controller of a door reads: the one that
// its arguments name, or else one that has the name of its workload or a usual one
// (ING-12).
func (a *Atlas) findDefaults(d *door) {
	if d.nginx != surely {
		return
	}
	names := []string{"ingress-nginx/ingress-nginx-controller"}
	if len(d.pods.Peers) > 0 {
		if p := a.pod(d.pods.Peers[0]); p != nil {
			w := &a.cluster.Workloads[p.Workload]
			names = []string{p.Namespace + "/" + w.Name, p.Namespace + "/ingress-nginx-controller", p.Namespace + "/nginx-configuration"}
			if w.Config != "" {
				names = []string{w.Config}
			}
		}
	}
	for _, name := range names {
		for i := range a.cluster.Names.Defaults {
			if c := &a.cluster.Names.Defaults[i]; c.Namespace+"/"+c.Name == name {
				d.defaults = c
				return
			}
		}
	}
}

// admitByList judges what a door lets in by lists of addresses: those of the route,
// which go before what its controller is told for all of them, and those that hold
// for every route (ING-12, RT-2).
func (a *Atlas) admitByList(h *Hop, c client, d *door, r *model.Route) {
	const unless = " unless an Ingress says otherwise"
	all := d.defaults
	if all == nil {
		all = &model.IngressDefaults{}
	}
	switch {
	case r.Restricted:
		a.letIn(h, c, d, r.Admits, r.Origin, "")
	case all.UnreadAdmits:
		h.unread(all)
	case all.Restricted:
		a.letIn(h, c, d, all.Admits, all.Origin, unless)
	}
	switch {
	case len(r.Refuses) > 0:
		a.turnAway(h, c, d, r.Refuses, r.Origin, "")
	case all.UnreadRefuses:
		h.unread(all)
	default:
		a.turnAway(h, c, d, all.Refuses, all.Origin, unless)
	}
	if all.UnreadBlocks {
		h.unread(all)
	}
	a.turnAway(h, c, d, all.Blocks, all.Origin, "")
}

// unread says that a list of a controller cannot be read.
func (h *Hop) unread(all *model.IngressDefaults) {
	h.Mix = h.Mix.And(open)
	h.note(all.Origin, "the controller is given a list of clients that cannot be read: whom it lets in is open (ING-12)")
}

// letIn judges a list of the only clients of a door.
func (a *Atlas) letIn(h *Hop, c client, d *door, only []netip.Prefix, o model.Origin, unless string) {
	h.Mix = h.Mix.And(a.seen(h, c, d, only))
	text := "nobody"
	if len(only) > 0 {
		text = "clients in " + join(only)
	}
	h.note(o, "the controller lets in "+text+" only"+unless+" (ING-12)")
}

// turnAway judges a list of clients that a door does not serve.
func (a *Atlas) turnAway(h *Hop, c client, d *door, list []netip.Prefix, o model.Origin, unless string) {
	if len(list) > 0 {
		h.Mix = h.Mix.And(not(a.seen(h, c, d, list)))
		h.note(o, "the controller turns clients in "+join(list)+" away"+unless+" (ING-12)")
	}
}
