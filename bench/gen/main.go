// Command gen writes a cluster as manifests or as a dump of kubectl, for
// benchmarks of whole processes.
//
//	go run ./bench/gen --profile large --format json -o large.json
//	go run ./bench/gen --profile large --pods 200000 --format yaml --managed-fields -o larger.yaml
//	go run ./bench/gen --profile gitops --format manifests -o stream.yaml
//	go run ./bench/gen --profile large --services 10000 --routes 2000 -o names.json
//	go run ./bench/gen --profile A10 --side after -o after.json
//
// The same arguments give the same bytes. Benchmarks that need no text take the
// cluster from package shape.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"netreach/bench/gen/manifest"
	"netreach/bench/gen/shape"
	"netreach/model"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) //nolint:forbidigo // the process boundary of this command
}

// run returns the exit code: 0, or 2 if there is no cluster or it cannot be
// written.
func run(args []string, stdout, stderr io.Writer) int {
	err := generate(args, stdout, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "gen: error: %v\n", err)
		return 2
	}
	return 0
}

// request is what the arguments ask for.
type request struct {
	profile shape.Profile
	seed    uint64
	after   bool
	output  string
	options manifest.Options
}

func generate(args []string, stdout, stderr io.Writer) error {
	r, err := parse(args, stderr)
	if err != nil {
		return err
	}
	c, err := r.profile.Model(r.seed)
	if err != nil {
		return err
	}
	if r.after {
		c = shape.Churn(c, r.seed)
	}
	if r.output == "" || r.output == "-" {
		return manifest.Write(stdout, c, r.options)
	}
	return writeFile(r.output, c, r.options)
}

func writeFile(name string, c *model.Cluster, o manifest.Options) error {
	f, err := os.Create(name) //nolint:gosec // the user names the file
	if err != nil {
		return err
	}
	if err := manifest.Write(f, c, o); err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", name, err), f.Close())
	}
	return f.Close()
}

func parse(args []string, stderr io.Writer) (request, error) {
	flags := flag.NewFlagSet("gen", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { usage(stderr, flags) }
	profile := flags.String("profile", "small", "the cluster's `name`, of those below")
	format := flags.String("format", "json", "json or yaml (a dump of kubectl), or manifests (small documents)")
	side := flags.String("side", "before", "before, or after a day's changes")
	var r request
	flags.StringVar(&r.output, "o", "-", "the `file` to write, - is standard output")
	flags.Uint64Var(&r.seed, "seed", 1, "the seed: another one gives another cluster of the same shape")
	flags.BoolVar(&r.options.ManagedFields, "managed-fields", false, "dumps with the managedFields of pods")
	counts := map[string]*int{}
	for _, name := range []string{"nodes", "namespaces", "workloads", "pods", "policies", "services", "routes"} {
		counts[name] = flags.Int(name, 0, "how many, instead of as many as the profile has")
	}
	if err := flags.Parse(args); err != nil {
		return r, err
	}
	if flags.NArg() > 0 {
		return r, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	var err, formatErr error
	r.profile, err = shape.Named(*profile)
	r.options.Format, formatErr = manifest.FormatNamed(*format)
	if err := errors.Join(err, formatErr); err != nil {
		return r, err
	}
	switch *side {
	case "before":
	case "after":
		r.after = true
	default:
		return r, fmt.Errorf("no side %q: there are before and after", *side)
	}
	own := map[string]*int{
		"nodes": &r.profile.Nodes, "namespaces": &r.profile.Namespaces, "workloads": &r.profile.Workloads,
		"pods": &r.profile.Pods, "policies": &r.profile.Policies,
		"services": &r.profile.Services, "routes": &r.profile.Routes,
	}
	flags.Visit(func(f *flag.Flag) {
		if count := own[f.Name]; count != nil {
			*count = *counts[f.Name]
		}
	})
	return r, nil
}

func usage(w io.Writer, flags *flag.FlagSet) {
	fmt.Fprintln(w, "usage: go run ./bench/gen [flags]")
	flags.PrintDefaults()
	fmt.Fprintln(w, "\nprofiles:")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tnodes\tnamespaces\tworkloads\tpods\tpolicies\t")
	for _, name := range shape.Names() {
		if p, err := shape.Named(name); err == nil {
			fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t  %s\n", name, p.Nodes, p.Namespaces, p.Workloads, p.Pods, p.Policies, strings.TrimSpace(p.About))
		}
	}
	_ = t.Flush() // to where an error could not be reported either
}
