// Command run runs whole profiles, each in a process of its own, and prints a
// line a stage: seconds, rate, peak memory, and how near that is to what the
// memory of the machine allows.
//
//	go run ./bench/run --profile large
//	go run ./bench/run --profile large --format json --runs 5
//	go run ./bench/run --profile all --timeout 2m
//	go run ./bench/run --profile all --runs 5 --benchfmt > results.txt
//	go run ./bench/run --against-sigs --runs 3
//
// Without --format the cluster is drawn in memory, as package load would return
// it; with it, the cluster is first written to a file, and the process that is
// measured reads that. Of several runs it prints the median. With --against-sigs
// it is the loader alone that is measured, and sigs.k8s.io/yaml beside it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"netreach/bench/gen/manifest"
	"netreach/bench/gen/shape"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) //nolint:forbidigo // the process boundary of this command
}

// run returns the exit code: 0, or 1 if a profile could not be measured, or 2
// for arguments that make no sense.
func run(args []string, stdout, stderr io.Writer) int {
	r, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "run: error: %v\n", err)
		return 2
	}
	switch {
	case r.measured && r.reader != "":
		err = measureReader(r, stdout)
	case r.measured:
		if os.Getenv("GOGC") == "" {
			debug.SetGCPercent(400) // as the program does
		}
		err = measure(r, stdout)
	default:
		err = each(r, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintf(stderr, "run: error: %v\n", err)
		return 1
	}
	return 0
}

// request is what the arguments ask for.
type request struct {
	profiles []shape.Profile
	seed     uint64
	// format is the form of the file, if hasFormat, and file its name.
	format    manifest.Format
	hasFormat bool
	formatArg string
	file      string
	runs      int
	timeout   time.Duration
	benchfmt  bool
	// measured tells that this is the process that is measured, which prints its
	// stages for the one that started it.
	measured bool
	// reader is the one of readers that is measured.
	reader string
	// againstSigs compares them on sigsPods pods.
	againstSigs bool
	sigsPods    int
	// scale multiplies pods, and everything.
	pods, everything float64
}

func parse(args []string, stderr io.Writer) (request, error) {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var r request
	profile := flags.String("profile", "small", "the cluster's `name`, several with commas, or all")
	flags.StringVar(&r.formatArg, "format", "", "read a file: json or yaml (a dump of kubectl), or manifests")
	flags.StringVar(&r.file, "file", "", "the `file` to write with --format, and to keep; default is a temporary one")
	flags.Uint64Var(&r.seed, "seed", 1, "the seed of the cluster")
	flags.IntVar(&r.runs, "runs", 1, "how often to run each profile")
	flags.DurationVar(&r.timeout, "timeout", 5*time.Minute, "how long one run may take")
	flags.BoolVar(&r.benchfmt, "benchfmt", false, "print every run in the format of Go benchmarks")
	flags.Float64Var(&r.pods, "scale-pods", 1, "multiply the pods, at equal workloads")
	flags.Float64Var(&r.everything, "scale", 1, "multiply everything but the nodes")
	flags.BoolVar(&r.measured, "measured", false, "measure in this process, and print the stages as JSON; for run itself")
	flags.BoolVar(&r.againstSigs, "against-sigs", false, "compare the loader with sigs.k8s.io/yaml on a dump of pods, instead of running profiles")
	flags.IntVar(&r.sigsPods, "sigs-pods", 20_000, "how many pods --against-sigs reads")
	flags.StringVar(&r.reader, "reader", "", "the reader to measure; for run itself")
	if err := flags.Parse(args); err != nil {
		return r, err
	}
	if flags.NArg() > 0 {
		return r, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if r.runs < 1 || r.pods <= 0 || r.everything <= 0 {
		return r, errors.New("--runs, --scale-pods and --scale are positive")
	}
	if r.sigsPods < 100 {
		return r, errors.New("--sigs-pods is at least 100")
	}
	if r.formatArg != "" {
		var err error
		if r.format, err = manifest.FormatNamed(r.formatArg); err != nil {
			return r, err
		}
		r.hasFormat = true
	}
	names := strings.Split(*profile, ",")
	if *profile == "all" {
		// A10 is large, before and after a day.
		names = slices.DeleteFunc(shape.Names(), func(n string) bool { return n == "A10" })
	}
	for _, name := range names {
		p, err := shape.Named(name)
		if err != nil {
			return r, err
		}
		r.scale(&p)
		r.profiles = append(r.profiles, p)
	}
	if r.measured && len(r.profiles) != 1 {
		return r, errors.New("--measured takes one profile")
	}
	return r, nil
}

func (r *request) scale(p *shape.Profile) {
	for _, n := range []*int{&p.Namespaces, &p.Workloads, &p.Pods, &p.Policies} {
		*n = int(float64(*n) * r.everything)
	}
	p.Pods = int(float64(p.Pods) * r.pods)
}

// title names what was asked of a profile, as key=value pairs of a benchmark.
func (r *request) title(p shape.Profile) string {
	s := "profile=" + p.Name
	if r.hasFormat {
		s += "/format=" + r.formatArg
	}
	if r.everything != 1 {
		s += fmt.Sprintf("/scale=%g", r.everything)
	}
	if r.pods != 1 {
		s += fmt.Sprintf("/scale-pods=%g", r.pods)
	}
	return s
}
