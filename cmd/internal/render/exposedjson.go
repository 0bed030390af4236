package render

// ExposedDocument is the JSON form of exposed.
type ExposedDocument struct {
	Head
	// LeftOut is what --lenient left out of the input.
	LeftOut []LeftOutDocument `json:"leftOut,omitempty"`
	// Clients holds an item for each sort of client that was asked about.
	Clients []ClientsDocument `json:"clients"`
	// Unserved says of each route that nothing serves why that is so.
	Unserved []string `json:"unserved"`
	// HostPorts are the workloads whose pods take ports of their nodes, with these
	// ports, which are not judged.
	HostPorts []string `json:"hostPorts,omitempty"`
}

// ClientsDocument is what one sort of client reaches.
type ClientsDocument struct {
	From string `json:"from"`
	// To are the peers in focus; empty means all.
	To []string `json:"to"`
	// Ways are the ways in, those that are closed too.
	Ways []WayInDocument `json:"ways"`
	// NotIsolated are the workloads that may be dialled directly on every port
	// because no policy isolates them, and the number of their pods.
	NotIsolated     []string `json:"notIsolated"`
	NotIsolatedPods int      `json:"notIsolatedPods"`
	// Direct are the flows to other workloads that are not denied.
	Direct []FlowsDocument `json:"direct"`
	// Notes say what is not among the ways.
	Notes []string `json:"notes,omitempty"`
}

// WayInDocument is a way in.
type WayInDocument struct {
	// Door names what takes the connections for an entry, and DoorPods its pods.
	Door     string `json:"door,omitempty"`
	DoorPods string `json:"doorPods,omitempty"`
	// By says how a Service is published: "load balancer", "external address" or
	// "node port".
	By   []string `json:"by,omitempty"`
	Name string   `json:"name"`
	// Hosts, Path and PathType are those of an entry.
	Hosts    []string `json:"hosts,omitempty"`
	Path     string   `json:"path,omitempty"`
	PathType string   `json:"pathType,omitempty"`
	// Ports are those that are dialled.
	Ports   []string `json:"ports"`
	Verdict string   `json:"verdict"`
	// Object is the object that opens the way.
	Object *PlaceDocument `json:"object,omitempty"`
	// Targets are the pods that the way leads to, on their own ports.
	Targets []TargetDocument `json:"targets"`
	// OnTheWay is what stands in the way, or happens on it.
	OnTheWay []ObstacleDocument `json:"onTheWay"`
	// Ways are the hops, for each group of clients that fare alike.
	Ways []WayDocument `json:"ways"`
}

// TargetDocument is pods that a way leads to. Verdict is that of the last step
// alone.
type TargetDocument struct {
	Name    string `json:"name"`
	Port    string `json:"port,omitempty"`
	Pods    int    `json:"pods"`
	Verdict string `json:"verdict"`
}

// ObstacleDocument is something that a client meets on its way.
type ObstacleDocument struct {
	Text   string         `json:"text"`
	Object *PlaceDocument `json:"object,omitempty"`
}

// Exposed writes an ExposedDocument.
func (o object) Exposed(e *Exposed) error {
	d := ExposedDocument{Head: Head{Schema, "exposed"}, LeftOut: o.leftOut(o.opts.forgiven()), Clients: []ClientsDocument{}, Unserved: []string{}}
	for i := range e.Clients {
		d.Clients = append(d.Clients, o.exposure(&e.Clients[i]))
	}
	for _, n := range e.Unserved {
		d.Unserved = append(d.Unserved, n.Text)
	}
	d.HostPorts = e.HostPorts
	return o.indented(d)
}

func (o object) exposure(x *Exposure) ClientsDocument {
	d := ClientsDocument{From: x.From, To: notNil(x.To), Ways: []WayInDocument{}, NotIsolated: []string{}, NotIsolatedPods: x.BarePods, Direct: []FlowsDocument{}}
	if x.Inside {
		d.Notes = append(d.Notes, x.services())
	}
	for _, door := range x.doorways() {
		for _, w := range door.ways {
			d.Ways = append(d.Ways, o.wayIn(w))
		}
	}
	for _, j := range x.Bare {
		d.NotIsolated = append(d.NotIsolated, x.Direct.Table.Ends[j].Name)
	}
	for _, f := range x.flows {
		d.Direct = append(d.Direct, FlowsDocument{f.Verdict.String(), f.Src, f.Dst, f.Ports})
	}
	return d
}

func (o object) wayIn(w *WayIn) WayInDocument {
	d := WayInDocument{
		Door: w.Door, DoorPods: w.DoorPods, By: w.By, Name: w.Name, Hosts: w.Hosts, Path: w.Path, PathType: w.PathType, Ports: w.Ports,
		Verdict: w.Verdict.String(), Object: o.object(w.Object), Targets: []TargetDocument{}, OnTheWay: []ObstacleDocument{}, Ways: []WayDocument{},
	}
	for _, t := range w.Targets {
		d.Targets = append(d.Targets, TargetDocument{t.Name, t.Port, t.Pods, t.Verdict.String()})
	}
	for _, b := range w.Obstacles {
		d.OnTheWay = append(d.OnTheWay, ObstacleDocument{b.Text(), o.object(b.Origin)})
	}
	for i := range w.Ways {
		d.Ways = append(d.Ways, o.way(&w.Ways[i]))
	}
	return d
}
