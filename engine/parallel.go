package engine

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// inParallel calls do for each i below n, on all processors, and returns when
// all calls have.
func inParallel(n int, do func(i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wait.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
			}
		})
	}
	wait.Wait()
}
