package cli

import (
	"testing"
	"time"
)

func TestProgress_words(t *testing.T) {
	tests := []struct {
		stage       string
		read, total int64
		elapsed     time.Duration
		want        string
	}{
		{"reading", 321_000_000, 2_140_000_000, time.Second, "netreach: reading 321 MB of 2.1 GB (15%), 321 MB/s, 6 s left"},
		{"reading", 321_000_000, 2_140_000_000, time.Minute, "netreach: reading 321 MB of 2.1 GB (15%), 5.3 MB/s, 6 min left"},
		{"reading", 2_140_000_000, 2_140_000_000, 2 * time.Second, "netreach: reading 2.1 GB of 2.1 GB (100%), 1.1 GB/s, 0 s left"},
		// standard input does not say how long it is
		{"reading", 4_500_000, -1, 3 * time.Second, "netreach: reading 4.5 MB, 1.5 MB/s"},
		{"reading", 0, 812, time.Second, "netreach: reading 0 B of 812 B (0%), 0 B/s"},
		{"reading", 0, -1, time.Second, "netreach: reading 0 B, 0 B/s"},
		{"compiling", -1, 0, 7400 * time.Millisecond, "netreach: compiling, 7 s"},
		{"counting", -1, 0, 3 * time.Minute, "netreach: counting, 3 min"},
	}
	for _, test := range tests {
		p := progress{stage: test.stage, read: test.read, total: test.total}
		if got := p.words(test.elapsed); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
