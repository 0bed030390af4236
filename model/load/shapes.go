package load

import (
	"bytes"
	"cmp"
	"reflect"
	"strings"

	"netreach/model"
	"netreach/model/load/internal/prune"
	"netreach/model/lower/dns"
	"netreach/model/lower/gateway"
	"netreach/model/lower/ingress"
	"netreach/model/lower/service"
	"netreach/model/lower/workload"
)

// objectHead is what counts of every object, whatever its kind.
type objectHead struct {
	Metadata struct {
		Name         string `json:"name"`
		GenerateName string `json:"generateName"`
		Namespace    string `json:"namespace"`
		Continue     string `json:"continue"`
	} `json:"metadata"`
}

// shapes are what counts of the objects of bulky kinds.
var shapes = bulkyShapes()

var (
	headShape  = prune.ShapeOf(reflect.TypeFor[objectHead]())
	wholeShape = prune.Everything()
)

func bulkyShapes() map[groupKind]*prune.Shape {
	out := map[groupKind]*prune.Shape{}
	for _, group := range []string{"", "apps", "batch", "extensions"} {
		for _, kind := range []string{
			"Namespace", "Node", "Pod", "ReplicationController",
			"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob",
		} {
			out[groupKind{group, kind}] = prune.ShapeOf(workload.Slim(kind), reflect.TypeFor[objectHead]())
		}
	}
	for gk, k := range kinds {
		if k.leadsToPods {
			out[gk] = prune.ShapeOf(slimName(gk.kind), reflect.TypeFor[objectHead]())
		}
	}
	out[groupKind{"", "ConfigMap"}] = prune.ShapeOf(dns.Slim(), ingress.SlimDefaults(), reflect.TypeFor[objectHead]())
	return out
}

// slimName returns what counts of a kind that leads from a name to pods.
func slimName(kind string) reflect.Type {
	if kind == "ConfigMap" {
		return dns.Slim()
	}
	return cmp.Or(service.Slim(kind), ingress.Slim(kind), gateway.Slim(kind))
}

// shapeOf returns what counts of an object. It reports false for lists, and for
// what says too little of itself. Of the kinds that count and are not bulky all
// counts, since unknown fields are to be reported.
func shapeOf(apiVersion, kind string) (*prune.Shape, bool) {
	if apiVersion == "" || kind == "" || strings.HasSuffix(kind, "List") {
		return nil, false
	}
	gk, _ := groupKindOf(apiVersion, kind)
	if _, ok := kinds[gk]; !ok {
		if _, unread := unreadKind(gk); unread {
			return wholeShape, true
		}
		return headShape, true
	}
	if shape, ok := shapes[gk]; ok {
		return shape, true
	}
	return wholeShape, true
}

// pruned returns the JSON of what counts of a YAML document, until p is used
// again, or false if it has to be read in the ordinary way. It is for documents
// that toJSON would take.
func pruned(p *prune.Pruner, doc model.Document, assumed prune.Type) ([]byte, bool) {
	at := len(doc.Text) - len(bytes.TrimLeft(doc.Text, " "))
	if at == len(doc.Text) {
		return nil, false
	}
	out, end, ok := p.YAML(doc.Text, at, at, assumed)
	return out, ok && end == len(doc.Text)
}
