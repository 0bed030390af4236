//go:build !linux

package main

import "runtime"

// processorTime is not told here.
func processorTime() float64 { return 0 }

// resetPeak does nothing here.
func resetPeak() {}

// peakMemory returns what the process has from the system, which is the most
// that it has ever had.
func peakMemory() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys
}
