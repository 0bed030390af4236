package route

import (
	"testing"

	"netreach/engine"
	"netreach/model"
)

// TestPodsName: a workload is named where all of its pods are meant, or all
// that a Service would lead to (SVC-7), and its pods where it is not clear that
// it is.
func TestPodsName(t *testing.T) {
	c := &model.Cluster{
		Namespaces: []model.Namespace{{Name: "a", Labels: model.Labels{{Key: model.NameLabel, Value: "a"}}}},
		Workloads: []model.Workload{
			{Kind: "Deployment", Namespace: "a", Name: "api", Replicas: 5},
			{Kind: "Deployment", Namespace: "a", Name: "web", Replicas: 2},
		},
	}
	for _, p := range []model.Pod{
		{Name: "api-1"},
		{Name: "api-2", Readiness: model.Ready},
		{Name: "api-3"},
		{Name: "api-4", Readiness: model.NotReady},
		{Name: "api-5", Terminating: true},
		{Name: "web-1", Workload: 1},
		{Name: "web-2", Workload: 1},
	} {
		p.Namespace, p.Weight = "a", 1
		c.Pods = append(c.Pods, p)
	}
	a := atlasOf(t, c, model.Options{})
	for _, tt := range []struct {
		want string
		pods []int
	}{
		{"a/api", []int{0, 1, 2, 3, 4}},
		{"a/api", []int{0, 1, 2}},
		{"a/api, a/web", []int{0, 1, 2, 5, 6}},
		{"a/api, a/web-1", []int{0, 1, 2, 5}},
		{"a/api-1, a/api-2", []int{0, 1}},
		{"a/api-1, a/api-2, a/api-4", []int{0, 1, 3}}, // as many as are usable, but not those
		{"a/api-1, a/api-2, a/api-3, a/api-4", []int{0, 1, 2, 3}},
		{"a/api-1, a/api-2, a/api-4 and 2 more", []int{0, 1, 3, 4, 5}},
		{"a/web-1", []int{5}},
	} {
		var ids []engine.PeerID
		for _, i := range tt.pods {
			ids = append(ids, a.peers[i])
		}
		if got := a.podsName(ids); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.pods, got, tt.want)
		}
	}
}
