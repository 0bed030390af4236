package near_test

import (
	"testing"

	"netreach/model/near"
)

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"ingress", "ingress", 0},
		{"ingres", "ingress", 1},
		{"ingrses", "ingress", 1}, // swapped
		{"podselector", "podSelector", 1},
		{"egress", "ingress", 2},
		{"a", "abcdefgh", 8}, // too far apart to compare
	}
	for _, tt := range tests {
		if got := near.Distance(tt.a, tt.b); got != tt.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := near.Distance(tt.b, tt.a); got != tt.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}

func TestHint(t *testing.T) {
	known := []string{"matrix", "explain", "end-port", "cilium"}
	tests := []struct{ typed, want string }{
		{"matrx", "did you mean matrix?"},
		// two letters in the wrong order are one slip
		{"amtrix", "did you mean matrix?"},
		{"Cilium", "did you mean cilium?"},
		// a beginning is near, however much is missing
		{"e", "did you mean explain?"},
		{"endport", "did you mean end-port?"},
		{"topology", "see the list"},
		{"", "see the list"},
	}
	for _, test := range tests {
		if got := near.Hint(test.typed, known, "see the list"); got != test.want {
			t.Errorf("Hint(%q) = %q, want %q", test.typed, got, test.want)
		}
	}
}
