package load_test

import (
	"fmt"
	"testing/fstest"

	"netreach/model/load"
)

// A directory of manifests becomes a cluster, or says what is wrong with it.
func ExampleRead() {
	fsys := fstest.MapFS{
		"manifests/web.yaml": {Data: []byte(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  template:
    metadata:
      labels: {app: web}
`)},
		"manifests/policy.yaml": {Data: []byte(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
  - ports:
    - port: http-alt
      endPort: 8090
`)},
	}
	cluster, diagnostics, err := load.Read(load.Options{FS: fsys}, "manifests")
	fmt.Println(cluster, err)
	for _, d := range diagnostics {
		fmt.Println(d)
	}
	// Output:
	// <nil> <nil>
	// manifests/policy.yaml:10: NetworkPolicy shop/web: spec.ingress[0].ports[0].endPort: 8090 ends a range that begins with the port name "http-alt"   [port-range]
	//          hint: give port as a number, or leave out endPort
}
