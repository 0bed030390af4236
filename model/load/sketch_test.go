package load_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"netreach/model"
	"netreach/model/load"
)

// files is a file system of texts.
func files(texts map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range texts {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

// readText reads one text as the file a.yaml.
func readText(t *testing.T, opts load.Options, text string) (*model.Cluster, []model.Diagnostic) {
	t.Helper()
	opts.FS = files(map[string]string{"a.yaml": text})
	c, ds, err := load.Read(opts, "a.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c, ds
}

// mustRead reads one text without any diagnostic.
func mustRead(t *testing.T, text string) *model.Cluster {
	t.Helper()
	c, ds := readText(t, load.Options{}, text)
	if len(ds) > 0 {
		t.Fatalf("diagnostics: %q", ds)
	}
	return c
}

// lines returns the diagnostics with the place, severity and code of each.
func lines(ds []model.Diagnostic) []string {
	var out []string
	for _, d := range ds {
		out = append(out, fmt.Sprintf("%s:%d: %s %s %s [%s]", d.Origin.File, d.Origin.Line, d.Severity, d.Origin.Object(), d.Origin.Field, d.Code))
	}
	return out
}

// sketch writes a cluster down, one object a line, without origins.
func sketch(c *model.Cluster) []string {
	var out []string
	for _, n := range c.Namespaces {
		out = append(out, fmt.Sprintf("namespace %s declared=%t %s", n.Name, n.Declared, n.Labels))
	}
	for _, n := range c.Nodes {
		out = append(out, fmt.Sprintf("node %s declared=%t %v %s", n.Name, n.Declared, n.Addresses, n.Labels))
	}
	return append(append(out, pods(c)...), policies(c)...)
}

// pods writes the pods of a cluster down, each behind its workload.
func pods(c *model.Cluster) []string {
	var out []string
	for _, p := range c.Pods {
		wl := c.Workloads[p.Workload]
		line := fmt.Sprintf("%s/%s/%s x%d: %s/%s x%d %s", wl.Namespace, wl.Kind, wl.Name, wl.Replicas, p.Namespace, p.Name, p.Weight, p.Labels)
		for _, port := range p.Ports {
			line += fmt.Sprintf(" %s=%s", port.Name, model.PortString(port.Protocol, port.Port, port.Port))
		}
		for _, a := range p.Addresses {
			line += " " + a.String()
		}
		if p.Node != "" {
			line += " on " + p.Node
		}
		if p.StandIn {
			line += " stand-in"
		}
		out = append(out, line)
	}
	return out
}

// policies writes the policies of a cluster down.
func policies(c *model.Cluster) []string {
	var out []string
	for _, p := range c.Policies {
		out = append(out, fmt.Sprintf("%s selects %s, isolates %v, %d rules", p.Origin.Object(), p.Subject, p.Isolates, len(p.Rules)))
	}
	return out
}

func zip(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

const (
	podA    = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
	podB    = "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\n"
	podC    = "apiVersion: v1\nkind: Pod\nmetadata: {name: c}\n"
	jsonPod = `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "j"}}`
)

// names returns the names of the pods.
func names(c *model.Cluster) string {
	var out []string
	for _, p := range c.Pods {
		out = append(out, p.Name)
	}
	return strings.Join(out, " ")
}
