package route_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netreach/engine/route"
	"netreach/model"
	"netreach/model/load"
)

var controllerLine = regexp.MustCompile(`(?m)^\{ingress-controller\} => (\S+)\[(\w+)\] : TCP ([0-9,]+)$`)

// answersOtherwise are the workloads of a case to which our answer is another.
var answersOtherwise = map[string][]string{
	// The Ingress names 8080, which the Service aims at and does not have: it has
	// 5000. The port of a backend is that of the Service (ING-5).
	"tests/k8s_ingress_test_new": {"default/unicorn"},
}

// TestCorpus_npguard compares what is behind Ingresses and Routes with another
// tool, whose {ingress-controller} is an unknown pod: what such a pod certainly
// reaches.
func TestCorpus_npguard(t *testing.T) {
	root := filepath.Join("..", "..", "..", "shared", "corpus", "npguard")
	table, err := os.ReadFile(filepath.Join(root, "cases.tsv"))
	if err != nil {
		t.Skipf("no corpus beside the checkout: %v", err)
	}
	cases := 0
	for row := range strings.Lines(string(table)) {
		c := strings.Split(row, "\t")
		if c[0] != "ingress" {
			continue
		}
		cases++
		t.Run(c[1], func(t *testing.T) {
			expected, err := os.ReadFile(filepath.Join(root, c[2]))
			if err != nil {
				t.Fatal(err)
			}
			above, _, _ := strings.Cut(string(expected), "Exposure Analysis Result:")
			want := map[string][]int{}
			for _, m := range controllerLine.FindAllStringSubmatch(above, -1) {
				name := m[1]
				if m[2] == "ReplicaSet" {
					name = name[:strings.LastIndexByte(name, '-')]
				}
				for p := range strings.SplitSeq(m[3], ",") {
					n, err := strconv.Atoi(p)
					if err != nil {
						t.Fatal(err)
					}
					want[name] = append(want[name], n)
				}
			}
			for _, name := range answersOtherwise[c[1]] {
				delete(want, name)
			}
			cluster, ds, err := load.Read(load.Options{}, filepath.Join(root, c[1]))
			if err != nil || cluster == nil {
				t.Fatal(err, ds)
			}
			_, a := compile(t, cluster, model.Options{})
			if diff := cmp.Diff(want, reached(a)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if cases < 5 {
		t.Errorf("%d cases", cases)
	}
}

// reached returns the ports of the workloads that the entries certainly lead to.
func reached(a *route.Atlas) map[string][]int {
	out := map[string][]int{}
	entries := a.Entries()
	for i := range entries {
		h := a.Backends(&entries[i])
		for k := range h.Legs {
			l := &h.Legs[k]
			if l.Verdict() != model.Allowed {
				continue
			}
			for _, id := range l.Dst.Peers {
				p := l.Matrix.PodOf(id)
				w := &l.Matrix.Cluster().Workloads[p.Workload]
				name, n := w.Namespace+"/"+w.Name, int(l.Port.First)
				if !slices.Contains(out[name], n) {
					out[name] = append(out[name], n)
				}
			}
		}
	}
	for _, ports := range out {
		slices.Sort(ports)
	}
	return out
}
