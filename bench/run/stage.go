package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"netreach/bench"
	"netreach/engine"
	"netreach/model"
	"netreach/model/load"
)

// stage is what one step of a run took.
type stage struct {
	Name string
	// Wall is how long it took, and CPU how much of the processors, in seconds.
	Wall, CPU float64
	// Count is how much of Unit it got through.
	Count float64
	Unit  string
	// Peak is the largest resident size in bytes during the stage, with what the
	// stages before had left behind.
	Peak uint64
	// Least is how many bytes any implementation must touch, and Note says which.
	Least uint64
	Note  string
	// Dense is how many bytes a bit would take for each of the answers.
	Dense float64
	// Bandwidth is how many bytes a second can be read.
	Bandwidth float64
}

// stages measures one stage after another and prints each as a line of JSON.
type stages struct {
	out *json.Encoder
	err error
}

// do measures a step, which returns what it got through.
func (s *stages) do(name string, step func(*stage) error) {
	if s.err != nil {
		return
	}
	st := stage{Name: name}
	resetPeak()
	cpu := processorTime()
	start := time.Now() //nolint:forbidigo // a stopwatch
	err := step(&st)
	st.Wall = time.Since(start).Seconds()
	st.CPU = processorTime() - cpu
	st.Peak = peakMemory()
	if err != nil {
		s.err = fmt.Errorf("%s: %w", name, err)
		return
	}
	s.err = s.out.Encode(st)
}

// measure runs one profile in this process.
func measure(r request, stdout io.Writer) error {
	s := &stages{out: json.NewEncoder(stdout)}
	p := r.profiles[0]
	s.do("roofline", func(st *stage) error {
		st.Bandwidth = readMemory()
		return nil
	})
	debug.FreeOSMemory()
	var c *model.Cluster
	if r.hasFormat {
		s.do("load", func(st *stage) (err error) {
			info, err := os.Stat(r.file) //nolint:gosec // the file that the user names
			if err != nil {
				return err
			}
			st.Count, st.Unit = float64(info.Size()), "B"
			st.Least, st.Note = uint64(info.Size()), "the file, once"
			c, err = readCluster(r.file)
			return err
		})
	} else {
		s.do("generate", func(st *stage) (err error) {
			st.Count, st.Unit = float64(p.Pods), "pods"
			c, err = p.Model(r.seed)
			return err
		})
		// What the generator has thrown away is not the engine's.
		debug.FreeOSMemory()
	}
	var u *engine.Universe
	var m *engine.Matrix
	s.do("universe", func(st *stage) (err error) {
		st.Count, st.Unit = float64(len(c.Pods)), "pods"
		st.Least, st.Note = clusterBytes(c), "the cluster, once"
		u, err = engine.NewUniverse(model.Options{}, c)
		return err
	})
	s.do("compile", func(st *stage) (err error) {
		st.Count, st.Unit = float64(len(c.Policies)), "policies"
		st.Least, st.Note = policyBytes(c), "the policies, once"
		m, err = engine.Compile(u, 0)
		return err
	})
	s.do("summary", func(st *stage) error {
		y := m.Summary(10)
		st.Count, st.Unit = float64(y.Pairs)*float64(len(y.Ports)), "pairs"
		st.Dense = st.Count / 8
		return nil
	})
	if s.err != nil {
		return s.err
	}
	asked := bench.Flows(c, 1<<20, r.seed)
	m.Verdict(asked[0].Src, asked[0].Dst, model.TCP, asked[0].Port)
	m.Explain(asked[0].Src, asked[0].Dst, model.TCP, asked[0].Port) // makes the indices
	s.do("query", func(st *stage) error {
		st.Count, st.Unit = float64(len(asked)), "flows"
		for _, f := range asked {
			m.Verdict(f.Src, f.Dst, model.TCP, f.Port)
		}
		return nil
	})
	s.do("explain", func(st *stage) error {
		// A trace of a pod that ten thousand policies select is long.
		st.Unit = "flows"
		start := time.Now() //nolint:forbidigo // a stopwatch
		for _, f := range asked[:1<<14] {
			m.Explain(f.Src, f.Dst, model.TCP, f.Port)
			if st.Count++; time.Since(start) > 2*time.Second {
				break
			}
		}
		return nil
	})
	return s.err
}

func readCluster(file string) (*model.Cluster, error) {
	c, problems, err := load.Read(load.Options{}, file)
	for _, d := range problems {
		if d.Severity == model.Error {
			return nil, fmt.Errorf("reading %s: %s", file, d)
		}
	}
	return c, err
}
