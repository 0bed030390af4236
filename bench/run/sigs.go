package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"netreach/bench/gen/manifest"
	"netreach/bench/gen/shape"
	"netreach/model"
)

// The loader against the library that everybody else uses: both read the dump of
// many pods that kubectl get pods -A -o yaml writes, in turns, each in a process
// of its own.

// readers are those of --against-sigs, ours first.
var readers = []struct {
	name string
	// pods reads a file, and returns how many pods it holds.
	pods func(file string) (int, error)
}{
	{"netreach", func(file string) (int, error) {
		c, err := readCluster(file)
		if err != nil {
			return 0, err
		}
		return len(c.Pods), nil
	}},
	{"sigs.k8s.io/yaml", func(file string) (int, error) {
		text, err := os.ReadFile(file) //nolint:gosec // the file that was just written
		if err != nil {
			return 0, err
		}
		var list corev1.PodList
		err = yaml.Unmarshal(text, &list)
		return len(list.Items), err
	}},
}

// podsOnly returns the profile of n pods of a large cluster.
func podsOnly(n int) (shape.Profile, error) {
	p, err := shape.Named("large")
	p.Workloads, p.Namespaces, p.Nodes = p.Workloads*n/p.Pods, p.Namespaces*n/p.Pods, p.Nodes*n/p.Pods
	p.Pods, p.Policies = n, 0
	return p, err
}

// writePods writes the dump of the pods of a profile.
func writePods(file string, p shape.Profile, seed uint64) error {
	c, err := p.Model(seed)
	if err != nil {
		return err
	}
	c = &model.Cluster{Workloads: c.Workloads, Pods: c.Pods}
	f, err := os.Create(file) //nolint:gosec // the file that the user names
	if err != nil {
		return err
	}
	return errors.Join(manifest.Write(f, c, manifest.Options{Format: manifest.DumpYAML}), f.Close())
}

// measureReader measures one of readers in this process.
func measureReader(r request, stdout io.Writer) error {
	for _, reader := range readers {
		if reader.name != r.reader {
			continue
		}
		s := &stages{out: json.NewEncoder(stdout)}
		s.do("load", func(st *stage) error {
			info, err := os.Stat(r.file) //nolint:gosec // the file that the user names
			if err != nil {
				return err
			}
			st.Count, st.Unit = float64(info.Size()), "B"
			n, err := reader.pods(r.file)
			if err == nil && n != r.sigsPods {
				err = fmt.Errorf("%d pods were read, of %d", n, r.sigsPods)
			}
			return err
		})
		return s.err
	}
	return fmt.Errorf("no reader %q", r.reader)
}

// printReaders prints a line for each of readers, the median of its runs, and
// how many times the first is better.
func printReaders(w io.Writer, pods int, runs [][]stage) error {
	if _, err := fmt.Fprintf(w, "%d pods as kubectl get pods -A -o yaml, %s; median of %d\n", pods, metric(runs[0][0].Count, "B"), len(runs)); err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  reader\tseconds\tcpu\trate\tpeak")
	for i, reader := range readers {
		st := median(runs, i)
		fmt.Fprintf(t, "  %s\t%.3f\t%.3f\t%s\t%s\n", reader.name, st.Wall, st.CPU, rate(st), metric(float64(st.Peak), "B"))
	}
	ours, theirs := median(runs, 0), median(runs, 1)
	fmt.Fprintf(t, "  times\t%.0f\t%.0f\t%.0f\t%.1f\n", theirs.Wall/ours.Wall, theirs.CPU/ours.CPU, theirs.Wall/ours.Wall, float64(theirs.Peak)/float64(ours.Peak))
	return t.Flush()
}
