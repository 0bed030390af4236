package load

import (
	"fmt"
	"strings"

	"netreach/model"
	"netreach/model/lower/adminpol"
)

// groupKind names a kind of object. The same kind means different things in
// different groups.
type groupKind struct{ group, kind string }

// groupOf returns the group of an apiVersion, and its version: "apps" and "v1"
// of "apps/v1", "" and "v1" of "v1".
func groupOf(apiVersion string) (group, version string) {
	group, version, ok := strings.Cut(apiVersion, "/")
	if !ok {
		return "", apiVersion
	}
	return group, version
}

// groupKindOf returns the group and kind of an object, and its version.
func groupKindOf(apiVersion, kind string) (gk groupKind, version string) {
	group, version := groupOf(apiVersion)
	return groupKind{group, kind}, version
}

// canonical returns the group that an object is in whatever group it was read
// from: extensions was another name for apps.
func (gk groupKind) canonical() groupKind {
	if gk.group == "extensions" {
		gk.group = "apps"
	}
	return gk
}

// kindReader reads the objects of a kind that counts.
type kindReader struct {
	// versions of the API that hold it, the usual one first.
	versions string
	read     func(*reader, object)
	// clusterScoped objects lie in no namespace.
	clusterScoped bool
	// namedByOwnRules tells that read checks the names.
	namedByOwnRules bool
	// leadsToPods tells that the objects lead from a name to pods. No policy
	// depends on them, so whatever is wrong with one is a warning, and nobody is
	// kept from asking about pods.
	leadsToPods bool
	// manyUses tells that most objects of the kind have nothing to do with
	// reachability: only read knows which.
	manyUses bool
}

// kinds holds the kinds that count. What is not here is either a policy kind
// that is not modelled, or has nothing to do with reachability.
var kinds = map[groupKind]kindReader{
	{"", "Namespace"}:             {versions: "v1", read: (*reader).namespaceObject, clusterScoped: true},
	{"", "Node"}:                  {versions: "v1", read: (*reader).node, clusterScoped: true},
	{"", "Pod"}:                   {versions: "v1", read: (*reader).pod},
	{"", "ReplicationController"}: {versions: "v1", read: (*reader).controller},
	{"apps", "Deployment"}:        {versions: "v1 v1beta2 v1beta1", read: (*reader).controller},
	{"apps", "StatefulSet"}:       {versions: "v1 v1beta2 v1beta1", read: (*reader).controller},
	{"apps", "DaemonSet"}:         {versions: "v1 v1beta2", read: (*reader).controller},
	{"apps", "ReplicaSet"}:        {versions: "v1 v1beta2", read: (*reader).controller},
	{"batch", "Job"}:              {versions: "v1", read: (*reader).controller},
	{"batch", "CronJob"}:          {versions: "v1 v1beta1 v2alpha1", read: (*reader).controller},
	{"extensions", "Deployment"}:  {versions: "v1beta1", read: (*reader).controller},
	{"extensions", "DaemonSet"}:   {versions: "v1beta1", read: (*reader).controller},
	{"extensions", "ReplicaSet"}:  {versions: "v1beta1", read: (*reader).controller},

	{"networking.k8s.io", "NetworkPolicy"}: {versions: "v1", read: (*reader).networkPolicy, namedByOwnRules: true},

	{"policy.networking.k8s.io", "AdminNetworkPolicy"}:         {versions: "v1alpha1", read: adminPolicy(adminpol.ReadAdmin), clusterScoped: true, namedByOwnRules: true},
	{"policy.networking.k8s.io", "BaselineAdminNetworkPolicy"}: {versions: "v1alpha1", read: adminPolicy(adminpol.ReadBaseline), clusterScoped: true, namedByOwnRules: true},
	{"policy.networking.k8s.io", "ClusterNetworkPolicy"}:       {versions: "v1alpha2", read: adminPolicy(adminpol.ReadCluster), clusterScoped: true, namedByOwnRules: true},

	{"", "Service"}:                                 {versions: "v1", read: (*reader).service, leadsToPods: true},
	{"", "Endpoints"}:                               {versions: "v1", read: (*reader).endpoints, leadsToPods: true},
	{"discovery.k8s.io", "EndpointSlice"}:           {versions: "v1 v1beta1", read: (*reader).endpointSlice, leadsToPods: true},
	{"", "ConfigMap"}:                               {versions: "v1", read: (*reader).configMap, leadsToPods: true, manyUses: true},
	{"networking.k8s.io", "Ingress"}:                {versions: "v1 v1beta1", read: (*reader).ingress, leadsToPods: true},
	{"extensions", "Ingress"}:                       {versions: "v1beta1", read: (*reader).ingress, leadsToPods: true},
	{"networking.k8s.io", "IngressClass"}:           {versions: "v1 v1beta1", read: (*reader).ingressClass, clusterScoped: true, leadsToPods: true},
	{"gateway.networking.k8s.io", "GatewayClass"}:   {versions: "v1 v1beta1 v1alpha2", read: (*reader).gatewayClass, clusterScoped: true, leadsToPods: true},
	{"gateway.networking.k8s.io", "Gateway"}:        {versions: "v1 v1beta1 v1alpha2", read: (*reader).gateway, leadsToPods: true},
	{"gateway.networking.k8s.io", "HTTPRoute"}:      {versions: "v1 v1beta1 v1alpha2", read: (*reader).gatewayRoute, leadsToPods: true},
	{"gateway.networking.k8s.io", "GRPCRoute"}:      {versions: "v1 v1alpha2", read: (*reader).gatewayRoute, leadsToPods: true},
	{"gateway.networking.k8s.io", "TLSRoute"}:       {versions: "v1 v1alpha3 v1alpha2", read: (*reader).gatewayRoute, leadsToPods: true},
	{"gateway.networking.k8s.io", "TCPRoute"}:       {versions: "v1 v1alpha2", read: (*reader).gatewayRoute, leadsToPods: true},
	{"gateway.networking.k8s.io", "UDPRoute"}:       {versions: "v1 v1alpha2", read: (*reader).gatewayRoute, leadsToPods: true},
	{"gateway.networking.k8s.io", "ReferenceGrant"}: {versions: "v1 v1beta1 v1alpha2", read: (*reader).grant, leadsToPods: true},
	{"route.openshift.io", "Route"}:                 {versions: "v1", read: (*reader).openShiftRoute, leadsToPods: true},
}

// usualGroups are those of kinds, the one to write today first.
var usualGroups = []string{"", "apps", "batch", "networking.k8s.io", "policy.networking.k8s.io"}

// usualVersion returns the apiVersion to write for a kind.
func usualVersion(kind string) string {
	for _, group := range usualGroups {
		if k, ok := kinds[groupKind{group, kind}]; ok {
			version, _, _ := strings.Cut(k.versions, " ")
			return strings.TrimPrefix(group+"/"+version, "/")
		}
	}
	return "GROUP/VERSION"
}

// otherPolicies lists the kinds that decide about traffic without being named
// NetworkPolicy, by group.
var otherPolicies = map[groupKind]bool{
	{"k8s.ovn.org", "EgressFirewall"}:             true,
	{"crd.antrea.io", "Tier"}:                     true,
	{"projectcalico.org", "Tier"}:                 true,
	{"projectcalico.org", "NetworkSet"}:           true,
	{"projectcalico.org", "GlobalNetworkSet"}:     true,
	{"projectcalico.org", "HostEndpoint"}:         true,
	{"crd.projectcalico.org", "Tier"}:             true,
	{"crd.projectcalico.org", "NetworkSet"}:       true,
	{"crd.projectcalico.org", "GlobalNetworkSet"}: true,
	{"crd.projectcalico.org", "HostEndpoint"}:     true,
	{"security.istio.io", "AuthorizationPolicy"}:  true,
	{"security.istio.io", "PeerAuthentication"}:   true,
}

// podMakers lists kinds of other vendors that make pods of a template, as a
// Deployment does: without their pods in the input, there is nothing to judge.
var podMakers = map[groupKind]bool{
	{"argoproj.io", "Rollout"}:                true,
	{"apps.openshift.io", "DeploymentConfig"}: true,
	{"apps.kruise.io", "CloneSet"}:            true,
	{"apps.kruise.io", "StatefulSet"}:         true,
	{"apps.kruise.io", "DaemonSet"}:           true,
	{"serving.knative.dev", "Service"}:        true,
	{"serving.knative.dev", "Configuration"}:  true,
}

// isPolicy reports whether gk decides about traffic. A name that ends in
// NetworkPolicy says so in any group, and with any capitals.
func isPolicy(gk groupKind) bool {
	return strings.HasSuffix(strings.ToLower(gk.kind), "networkpolicy") || otherPolicies[gk]
}

// concerns reports whether objects of gk matter to who reaches whom.
func concerns(gk groupKind) bool {
	k, ok := kinds[gk]
	return ok && !k.leadsToPods || isPolicy(gk) || podMakers[gk]
}

// concernsItems reports whether the items of a list matter that inherit kind, or
// have kinds of their own if it is "".
func concernsItems(apiVersion, kind string) bool {
	gk, _ := groupKindOf(apiVersion, kind)
	return kind == "" || concerns(gk)
}

// mistakenKind reports whether gk is meant to be one of kinds, but names it in a
// way that no cluster takes: in another group of Kubernetes itself, or with
// other capitals.
func mistakenKind(gk groupKind) bool {
	return ours(gk.group) && correctKind(gk.kind) != ""
}

// ours reports whether Kubernetes itself owns the group: others may name their
// kinds as they like.
func ours(group string) bool {
	return !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io")
}

// correctKind returns the one of kinds that name is meant to be, or the kind of a
// list, or "".
func correctKind(name string) string {
	const list = "List"
	if n := len(name) - len(list); n >= 0 && strings.EqualFold(name[n:], list) {
		if of := correctKind(name[:n]); n == 0 || of != "" {
			return of + list
		}
	}
	for gk, k := range kinds {
		if !k.leadsToPods && strings.EqualFold(gk.kind, name) {
			return gk.kind
		}
	}
	return ""
}

// otherKind reads an object that is not of one of kinds.
func (r *reader) otherKind(h head, o model.Origin, apiVersion string) {
	gk, _ := groupKindOf(apiVersion, o.Kind)
	if name, ok := unquote(h.name); ok {
		o.Name = name
	}
	if namespace, ok := unquote(h.namespace); ok {
		o.Namespace = namespace
	}
	meant := correctKind(gk.kind)
	switch {
	case mistakenKind(gk) && meant != gk.kind:
		r.wrong(o, "kind", "api-version", fmt.Sprintf("there is no kind %q", gk.kind), "write kind: "+meant)
	case isPolicy(gk):
		r.policyKind(o, apiVersion)
	case mistakenKind(gk):
		r.wrong(o, "apiVersion", "api-version", fmt.Sprintf("there is no %s in %s", gk.kind, apiVersion), "write apiVersion: "+usualVersion(meant))
	case gk == groupKind{"kustomize.config.k8s.io", "Kustomization"}:
		r.warn(o, "not-rendered", "skipped: what it would make of the manifests is not known", "kubectl kustomize DIR | netreach ... -f -")
	case podMakers[gk]:
		r.warn(o, "pod-maker", "skipped: the pods that a "+gk.kind+" makes are not in the answer unless they are in the input themselves",
			"read a dump of the pods as well: kubectl get pods -A -o yaml")
	case gk == groupKind{"template.openshift.io", "Template"}:
		r.wrong(o, "", "not-rendered", "a template: the objects in it are not read", "oc process -f FILE -o yaml | netreach ... -f -")
	}
}

// policyKind reports a policy of a kind that is not modelled.
func (r *reader) policyKind(o model.Origin, apiVersion string) {
	d := model.Diagnostic{
		Severity: model.Error, Code: "policy-kind", Origin: o.At("kind"),
		Text: fmt.Sprintf("%s of %s cannot be evaluated", o.Kind, apiVersion),
		Hint: "it would change the verdicts; --lenient goes on without it",
	}
	if group, _ := groupOf(apiVersion); o.Kind == "NetworkPolicy" && ours(group) {
		d.Hint = "write apiVersion: networking.k8s.io/v1; the policy would change the verdicts, and --lenient goes on without it"
	}
	if r.lenient {
		d.Severity, d.Forgiven = model.Warning, true
		d.Text += " and is left out: verdicts may be wrong"
		d.Hint = "it would change the verdicts"
	}
	r.ds = append(r.ds, r.placed(d))
}
