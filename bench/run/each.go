package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec" //nolint:depguard // each profile is measured in a process of its own
	"path/filepath"
	"runtime"
	"strconv"

	"netreach/bench/gen/manifest"
	"netreach/bench/gen/shape"
)

// each measures one profile after another, and goes on to the next where one
// cannot be measured or takes too long.
func each(r request, stdout, stderr io.Writer) error {
	dir, err := os.MkdirTemp("", "netreach-bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // nothing to be done about what stays behind
	if r.benchfmt {
		fmt.Fprintf(stdout, "goos: %s\ngoarch: %s\npkg: netreach/bench/run\ncpus: %d\ngo: %s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	}
	if r.againstSigs {
		return againstSigs(r, dir, stdout, stderr)
	}
	var errs []error
	for _, p := range r.profiles {
		if err := one(r, p, dir, stdout, stderr); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.title(p), err))
		}
	}
	return errors.Join(errs...)
}

// one measures one profile, as often as was asked for, and prints it.
func one(r request, p shape.Profile, dir string, stdout, stderr io.Writer) error {
	if r.hasFormat {
		if r.file == "" {
			r.file = filepath.Join(dir, "cluster")
		}
		if err := write(r, p); err != nil {
			return err
		}
	}
	var runs [][]stage
	for range r.runs {
		stages, err := child(r, stderr, profileArgs(r, p)...)
		if err != nil {
			return err
		}
		runs = append(runs, stages)
	}
	if r.benchfmt {
		return printBenchmarks(stdout, r.title(p), runs)
	}
	return printTable(stdout, r.title(p), p, runs)
}

// write writes the cluster of a profile to the file.
func write(r request, p shape.Profile) error {
	c, err := p.Model(r.seed)
	if err != nil {
		return err
	}
	f, err := os.Create(r.file)
	if err != nil {
		return err
	}
	if err := manifest.Write(f, c, manifest.Options{Format: r.format}); err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", r.file, err), f.Close())
	}
	return f.Close()
}

// againstSigs measures the readers, as often as was asked for, and prints them.
func againstSigs(r request, dir string, stdout, stderr io.Writer) error {
	p, err := podsOnly(r.sigsPods)
	if err != nil {
		return err
	}
	file := cmp.Or(r.file, filepath.Join(dir, "pods.yaml"))
	if err := writePods(file, p, r.seed); err != nil {
		return err
	}
	runs := make([][]stage, r.runs)
	for i := range runs {
		for _, reader := range readers {
			stages, err := child(r, stderr, "--reader", reader.name, "--file", file, "--sigs-pods", strconv.Itoa(r.sigsPods))
			if err != nil {
				return fmt.Errorf("%s: %w", reader.name, err)
			}
			stages[0].Name = "reader=" + reader.name
			runs[i] = append(runs[i], stages...)
		}
	}
	if r.benchfmt {
		return printBenchmarks(stdout, fmt.Sprintf("pods=%d", r.sigsPods), runs)
	}
	return printReaders(stdout, r.sigsPods, runs)
}

// profileArgs are the arguments for the process that runs a profile.
func profileArgs(r request, p shape.Profile) []string {
	return []string{
		"--profile", p.Name, "--seed", strconv.FormatUint(r.seed, 10), "--format", r.formatArg, "--file", r.file,
		"--scale", strconv.FormatFloat(r.everything, 'g', -1, 64), "--scale-pods", strconv.FormatFloat(r.pods, 'g', -1, 64),
	}
}

// child measures what args say in a process of its own.
func child(r request, stderr io.Writer, args ...string) ([]stage, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), r.timeout)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, self, append([]string{"--measured"}, args...)...) //nolint:gosec // this program, with the arguments that it was given
	cmd.Stdout, cmd.Stderr = &out, stderr
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("not done after %s", r.timeout)
	}
	if err != nil {
		return nil, err
	}
	var stages []stage
	for d := json.NewDecoder(&out); d.More(); {
		var st stage
		if err := d.Decode(&st); err != nil {
			return nil, err
		}
		stages = append(stages, st)
	}
	return stages, nil
}
