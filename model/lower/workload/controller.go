package workload

import (
	"fmt"
	"math"

	"github.com/go-json-experiment/json/jsontext"

	"netreach/model"
	"netreach/model/lower/strict"
)

// Controller is an object that makes pods from a template.
type Controller struct {
	// Kind, Namespace and Name are those of Origin.
	Kind, Namespace, Name string
	Origin                model.Origin
	// Owner is the object that the controller belongs to, if Owned: a
	// Deployment owns its ReplicaSets.
	Owner Owner
	Owned bool
	// Replicas is the number of pods that it asks for. It does not count for a
	// DaemonSet, which has PerNode: it asks for one on each node.
	Replicas int
	PerNode  bool
	// These are as in model.Workload.
	Config, ControllerClass, IngressClass string
	// Template is a pod as the controller makes it, without name (NP-47).
	Template model.Pod
}

// object is the slim form of a controller.
type object interface {
	schema() *strict.Schema
	meta() *metadata
	// maker returns what makes pods, and where it stands.
	maker() maker
	// finished reports whether the object has run and makes no more pods.
	finished() bool
}

// maker is a number of pods and what they look like. Count is nil if it is not
// given, or of no account.
type maker struct {
	count         *int64
	countField    string
	template      *podTemplate
	templateField string
	onePerNode    bool
}

type podTemplate struct {
	Metadata templateMetadata `json:"metadata"`
	Spec     templateSpec     `json:"spec"`
}

// templateSpec is podSpec with the arguments of containers: there are too many
// pods to look at those of each.
type templateSpec struct {
	HostNetwork    bool                `json:"hostNetwork"`
	NodeName       string              `json:"nodeName"`
	Containers     []templateContainer `json:"containers"`
	InitContainers []container         `json:"initContainers"`
	DNSPolicy      string              `json:"dnsPolicy"`
	DNSConfig      dnsConfig           `json:"dnsConfig"`
	Hostname       string              `json:"hostname"`
	Subdomain      string              `json:"subdomain"`
}

type templateContainer struct {
	Ports         []containerPort  `json:"ports"`
	RestartPolicy string           `json:"restartPolicy"`
	Command       []jsontext.Value `json:"command"`
	Args          []jsontext.Value `json:"args"`
}

// pod returns the spec without arguments.
func (s *templateSpec) pod() podSpec {
	out := podSpec{
		HostNetwork: s.HostNetwork, NodeName: s.NodeName, InitContainers: s.InitContainers,
		DNSPolicy: s.DNSPolicy, DNSConfig: s.DNSConfig, Hostname: s.Hostname, Subdomain: s.Subdomain,
	}
	for _, c := range s.Containers {
		out.Containers = append(out.Containers, container{Ports: c.Ports, RestartPolicy: c.RestartPolicy})
	}
	return out
}

type templateMetadata struct {
	Labels map[string]string `json:"labels"`
}

// replicated is a Deployment, StatefulSet, ReplicaSet or
// ReplicationController.
type replicated struct {
	Metadata metadata `json:"metadata"`
	Spec     struct {
		Replicas *int64       `json:"replicas"`
		Template *podTemplate `json:"template"`
	} `json:"spec"`
}

type daemonSet struct {
	Metadata metadata `json:"metadata"`
	Spec     struct {
		Template *podTemplate `json:"template"`
	} `json:"spec"`
}

type job struct {
	Metadata metadata `json:"metadata"`
	Spec     jobSpec  `json:"spec"`
	Status   struct {
		CompletionTime jsontext.Value `json:"completionTime"`
		Conditions     []condition    `json:"conditions"`
	} `json:"status"`
}

type jobSpec struct {
	Parallelism *int64       `json:"parallelism"`
	Template    *podTemplate `json:"template"`
}

type condition struct {
	Type   string `json:"type"`
	Status string `json:"status"`
}

type cronJob struct {
	Metadata metadata `json:"metadata"`
	Spec     struct {
		JobTemplate struct {
			Spec jobSpec `json:"spec"`
		} `json:"jobTemplate"`
	} `json:"spec"`
}

var (
	replicatedSchema = strict.SchemaOf(replicated{})
	daemonSetSchema  = strict.SchemaOf(daemonSet{})
	jobSchema        = strict.SchemaOf(job{})
	cronJobSchema    = strict.SchemaOf(cronJob{})
)

func (r *replicated) schema() *strict.Schema { return replicatedSchema }
func (d *daemonSet) schema() *strict.Schema  { return daemonSetSchema }
func (j *job) schema() *strict.Schema        { return jobSchema }
func (c *cronJob) schema() *strict.Schema    { return cronJobSchema }

func (r *replicated) meta() *metadata { return &r.Metadata }
func (d *daemonSet) meta() *metadata  { return &d.Metadata }
func (j *job) meta() *metadata        { return &j.Metadata }
func (c *cronJob) meta() *metadata    { return &c.Metadata }

func (r *replicated) maker() maker {
	return maker{r.Spec.Replicas, "spec.replicas", r.Spec.Template, "spec.template", false}
}

func (d *daemonSet) maker() maker {
	return maker{nil, "", d.Spec.Template, "spec.template", true}
}

func (j *job) maker() maker { return j.Spec.maker("spec") }

func (c *cronJob) maker() maker { return c.Spec.JobTemplate.Spec.maker("spec.jobTemplate.spec") }

func (s jobSpec) maker(field string) maker {
	return maker{s.Parallelism, field + ".parallelism", s.Template, field + ".template", false}
}

func (r *replicated) finished() bool { return false }
func (d *daemonSet) finished() bool  { return false }
func (c *cronJob) finished() bool    { return false }

func (j *job) finished() bool {
	for _, c := range j.Status.Conditions {
		if (c.Type == "Complete" || c.Type == "Failed") && c.Status == "True" {
			return true
		}
	}
	return j.Status.CompletionTime.Kind() == '"'
}

// newObject returns the slim form of a kind, or nil if it is not a controller.
func newObject(kind string) object {
	switch kind {
	case "Deployment", "StatefulSet", "ReplicaSet", "ReplicationController":
		return new(replicated)
	case "DaemonSet":
		return new(daemonSet)
	case "Job":
		return new(job)
	case "CronJob":
		return new(cronJob)
	}
	return nil
}

// ReadController reads a controller of kind o.Kind, which must be one of
// Deployment, StatefulSet, ReplicaSet, ReplicationController, DaemonSet, Job
// and CronJob, in any version of its API: what counts is the same in all. A Job
// that is done asks for no pods. After an error the controller is not to be
// used.
func ReadController(text []byte, o model.Origin, opts ...Option) (Controller, []model.Diagnostic) {
	obj := newObject(o.Kind)
	if obj == nil {
		panic(fmt.Sprintf("bug: %s is not a controller", o.Kind))
	}
	ds := read(text, obj.schema(), obj, obj.meta(), o, opts)
	if failed(ds) {
		return Controller{}, ds
	}
	m := obj.maker()
	c := Controller{
		Kind: o.Kind, Namespace: o.Namespace, Name: o.Name, Origin: o,
		Replicas: 1, PerNode: m.onePerNode,
	}
	c.Owner, c.Owned = owner(obj.meta().OwnerReferences)
	switch n := m.count; {
	case n == nil:
	case *n < 0 || *n > math.MaxInt32:
		ds = append(ds, model.Diagnostic{
			Severity: model.Error, Code: "replicas", Origin: o.At(m.countField),
			Text: fmt.Sprintf("%d is not a number of pods", *n), Hint: "write 0 or more",
		})
	default:
		c.Replicas = int(*n)
	}
	if obj.finished() {
		c.Replicas = 0
	}
	template, problems := lowerTemplate(m.template, m.templateField, o)
	c.Template = template
	if m.template != nil {
		c.Config, c.ControllerClass, c.IngressClass = m.template.Spec.told(o.Namespace)
	}
	return c, append(ds, problems...)
}

// lowerTemplate returns the pod that stands for the pods of a template (NP-47).
func lowerTemplate(t *podTemplate, field string, o model.Origin) (model.Pod, []model.Diagnostic) {
	if t == nil {
		return model.Pod{}, []model.Diagnostic{{
			Severity: model.Error, Code: "template-missing", Origin: o.At(field),
			Text: "the pod template is missing",
			Hint: "add it: its labels and ports are those of the pods",
		}}
	}
	return lowerPod(t.Metadata.Labels, field+".metadata.labels", t.Spec.pod(), field+".spec", o)
}
