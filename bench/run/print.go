package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"netreach/bench/gen/shape"
)

// median returns the stage of the given index over all runs, each figure the
// median of its own.
func median(runs [][]stage, i int) stage {
	st := runs[0][i]
	of := func(figure func(stage) float64) float64 {
		var all []float64
		for _, r := range runs {
			all = append(all, figure(r[i]))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	st.Wall = of(func(s stage) float64 { return s.Wall })
	st.CPU = of(func(s stage) float64 { return s.CPU })
	st.Bandwidth = of(func(s stage) float64 { return s.Bandwidth })
	st.Peak = uint64(of(func(s stage) float64 { return float64(s.Peak) }))
	return st
}

// printTable prints the stages of a profile, the median of its runs, with the
// floor of each: the time that reading takes which nobody can do without.
func printTable(w io.Writer, title string, p shape.Profile, runs [][]stage) error {
	var all []stage
	bandwidth := 0.0
	for i := range runs[0] {
		st := median(runs, i)
		if st.Name == "roofline" {
			bandwidth = st.Bandwidth
			continue
		}
		all = append(all, st)
	}
	fmt.Fprintf(w, "%s: %d pods, %d policies, %d namespaces, %d workloads; median of %d; memory is read at %s/s\n",
		title, p.Pods, p.Policies, p.Namespaces, p.Workloads, len(runs), metric(bandwidth, "B"))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  stage\tseconds\tcpu\trate\tpeak\tleast to touch\tfloor")
	var answer stage
	dense := 0.0
	for _, st := range all {
		fmt.Fprintf(t, "  %s\t%.4f\t%.4f\t%s\t%s\t%s\n", st.Name, st.Wall, st.CPU, rate(st), metric(float64(st.Peak), "B"), floor(st, bandwidth))
		if st.Name == "universe" || st.Name == "compile" || st.Name == "summary" {
			answer.Wall += st.Wall
			answer.CPU += st.CPU
			answer.Peak = max(answer.Peak, st.Peak)
			dense += st.Dense
			if st.Name == "universe" {
				answer.Least, answer.Note = st.Least, st.Note
			}
		}
	}
	fmt.Fprintf(t, "  %s\t%.4f\t%.4f\t\t%s\t%s\n", "= universe to summary", answer.Wall, answer.CPU, metric(float64(answer.Peak), "B"), floor(answer, bandwidth))
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "  a bit for each pair of pods and range of ports would be %s, and %.3g s to read them once\n\n",
		metric(dense, "B"), dense/bandwidth)
	return err
}

// rate returns how fast a stage was: what it got through in a second, or for
// single flows the time that each took.
func rate(st stage) string {
	if st.Unit == "flows" {
		return fmt.Sprintf("%.0f ns a flow", 1e9*st.Wall/st.Count)
	}
	return metric(st.Count/st.Wall, st.Unit) + "/s"
}

// floor returns the bytes that a stage must touch, the time that this takes at
// the measured bandwidth, and how many times that the stage took.
func floor(st stage, bandwidth float64) string {
	if st.Least == 0 || bandwidth == 0 {
		return "\t"
	}
	seconds := float64(st.Least) / bandwidth
	return fmt.Sprintf("%s (%s)\t%.4f s, %.1f times that", metric(float64(st.Least), "B"), st.Note, seconds, st.Wall/seconds)
}

// metric writes a number with a prefix of the SI.
func metric(x float64, unit string) string {
	prefixes := []string{"", "k", "M", "G", "T", "P", "E"}
	i := 0
	for ; x >= 1000 && i < len(prefixes)-1; i++ {
		x /= 1000
	}
	return strings.TrimSpace(fmt.Sprintf("%.3g %s%s", x, prefixes[i], unit))
}

// printBenchmarks prints every stage of every run in the format of Go
// benchmarks, which benchstat reads.
func printBenchmarks(w io.Writer, title string, runs [][]stage) error {
	for _, stages := range runs {
		for _, st := range stages {
			n := 1.0
			if st.Unit == "flows" {
				n = st.Count
			}
			line := fmt.Sprintf("BenchmarkRun/%s/stage=%s\t%.0f\t%.0f ns/op\t%.0f cpu-ns/op\t%d peak-B",
				title, st.Name, n, 1e9*st.Wall/n, 1e9*st.CPU/n, st.Peak)
			switch {
			case st.Bandwidth > 0:
				line += fmt.Sprintf("\t%.2f MB/s", st.Bandwidth/1e6)
			case st.Unit == "B":
				line += fmt.Sprintf("\t%.2f MB/s", st.Count/st.Wall/1e6)
			}
			if _, err := fmt.Fprintln(w, line); err != nil {
				return err
			}
		}
	}
	return nil
}
