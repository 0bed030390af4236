package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// progressEvery is how often progress is shown, and progressAfter how long work
// takes before it is: a second.
const (
	progressEvery = 250 * time.Millisecond
	progressAfter = time.Second
)

// progress tells a person who waits what is being done, on one line of standard
// error that is cleared when it is done. It says nothing of what takes less than
// a second, nothing under --quiet, and nothing where nobody looks.
type progress struct {
	w    io.Writer
	stop func()
	done sync.WaitGroup

	mutex sync.Mutex
	stage string
	// begun is when the stage began, as far as the ticks tell; zero before the
	// first of them.
	begun       time.Time
	read, total int64  // of the stage; read is -1 where there is nothing to count
	shown       string // the line
}

// progress begins a stage of work, and returns what ends it. While it lasts
// nothing else may write to standard error.
func (s *session) progress(stage string) *progress {
	if !s.env.WatchesErrors || s.flags.quiet || s.env.Tick == nil {
		return nil
	}
	p := &progress{w: s.env.Stderr, stage: stage, read: -1}
	ticks, stop := s.env.Tick(progressEvery)
	over := make(chan struct{})
	p.stop = func() {
		stop()
		close(over)
	}
	p.done.Go(func() {
		for {
			select {
			case <-over:
				return
			case now := <-ticks:
				p.show(now)
			}
		}
	})
	return p
}

// count tells how much of the stage is done, in bytes; total is -1 where that is
// not known. It is what load.Options.Progress calls.
func (p *progress) count(read, total int64) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.read, p.total = read, total
}

// counter returns count, or nil where nobody looks.
func (p *progress) counter() func(read, total int64) {
	if p == nil {
		return nil
	}
	return p.count
}

// end ends the stage and clears the line.
func (p *progress) end() {
	if p == nil {
		return
	}
	p.stop()
	p.done.Wait()
	p.line("")
}

// show writes the line as it is at a time.
func (p *progress) show(now time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.begun.IsZero() {
		p.begun = now.Add(-progressEvery)
	}
	if elapsed := now.Sub(p.begun); elapsed >= progressAfter {
		p.line(p.words(elapsed))
	}
}

// line replaces the line by another one.
func (p *progress) line(words string) {
	if words == p.shown {
		return
	}
	if pad := len(p.shown) - len(words); pad > 0 {
		fmt.Fprint(p.w, "\r", words, strings.Repeat(" ", pad))
	}
	fmt.Fprint(p.w, "\r", words)
	p.shown = words
}

// words says how far the stage has come.
func (p *progress) words(elapsed time.Duration) string {
	if p.read < 0 {
		return fmt.Sprintf("netreach: %s, %s", p.stage, roughly(elapsed))
	}
	rate := float64(p.read) / elapsed.Seconds()
	words := fmt.Sprintf("netreach: %s %s", p.stage, size(float64(p.read)))
	if p.total > 0 {
		words += fmt.Sprintf(" of %s (%d%%)", size(float64(p.total)), 100*p.read/p.total)
	}
	words += fmt.Sprintf(", %s/s", size(rate))
	if p.total > 0 && p.read > 0 {
		left := time.Duration(float64(p.total-p.read) / rate * float64(time.Second))
		words += fmt.Sprintf(", %s left", roughly(left))
	}
	return words
}

// size says a number of bytes with two digits or more.
func size(bytes float64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	k := 0
	for bytes >= 1000 && k < len(units)-1 {
		bytes /= 1000
		k++
	}
	if bytes < 10 && k > 0 {
		return fmt.Sprintf("%.1f %s", bytes, units[k])
	}
	return fmt.Sprintf("%.0f %s", bytes, units[k])
}

// roughly says a time in seconds, or in minutes if it is long.
func roughly(d time.Duration) string {
	if d >= 2*time.Minute {
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}
