package workload_test

import (
	"testing"

	"netreach/model"
	"netreach/model/lower/workload"
)

// TestReadController_arguments: what an ingress controller is told (ING-2, ING-12).
func TestReadController_arguments(t *testing.T) {
	tests := map[string]struct{ containers, config, controllerClass, ingressClass string }{
		"nothing": {`[{"args": ["--election-id=controller-class"]}, {"args": [5, "--controller-class"]}]`, "", "", ""},
		"ingress-nginx by itself": {
			`[{"name": "side"}, {"command": ["/usr/bin/dumb-init", "--"], "args": ["/nginx-ingress-controller", "--configmap=$(POD_NAMESPACE)/c"]}]`, "ing/c", "k8s.io/ingress-nginx", "nginx",
		},
		"with another name": {
			`[{"args": ["/nginx-ingress-controller", "--controller-class=k8s.io/x", "--ingress-class", "x", "-configmap", "a/b"]}]`, "a/b", "k8s.io/x", "x",
		},
		"twice: the last counts": {`[{"args": ["--controller-class=k8s.io/x", "--controller-class=k8s.io/y"]}]`, "", "k8s.io/y", ""},
		"another controller":     {`[{"args": ["-ingress-class=mine"]}]`, "", "", "mine"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			text := `{"metadata": {"name": "web", "namespace": "ing"}, "spec": {"template": {"spec": {"containers": ` + tt.containers + `}}}}`
			c, ds := workload.ReadController([]byte(text), model.Origin{Kind: "Deployment", Namespace: "ing", Name: "web"})
			if len(ds) > 0 {
				t.Fatal(ds)
			}
			if c.Config != tt.config || c.ControllerClass != tt.controllerClass || c.IngressClass != tt.ingressClass {
				t.Errorf("%q %q %q", c.Config, c.ControllerClass, c.IngressClass)
			}
		})
	}
}
