package cli_test

import (
	"path"
	"strings"
	"testing"

	"netreach/cmd/internal/cli"
	"netreach/scenarios"
)

// TestExplain_Settles asks of every scenario, with all points open that are up
// to the implementation, why what is unknown is unknown: the explanation must
// name what would settle it, and where that is a switch, the switch must.
func TestExplain_Settles(t *testing.T) {
	const title, most = "what would settle it:", 12 // flows of a scenario
	embedded := func(e *cli.Env) { e.FS = scenarios.FS }
	asked, set := 0, 0
	for _, name := range scenarios.Names() {
		input := path.Join(name, scenarios.Manifests)
		matrix := netreach(t, []string{"matrix", "-q", "-f", input, "--cni", "strict", "--by", "pod", "-o", "tsv"}, embedded)
		if matrix.code != 0 {
			t.Fatalf("%s: exit code %d: %s", input, matrix.code, matrix.stderr)
		}
		flows := 0
		for row := range strings.Lines(matrix.stdout) {
			cells := strings.Split(strings.TrimSpace(row), "\t")
			if cells[3] != "unknown" || flows == most {
				continue
			}
			flows++
			port, _, _ := strings.Cut(cells[2], ",")
			question := []string{cells[0], cells[1], port, "-q", "-f", input, "--cni", "strict"}
			why := netreach(t, append([]string{"explain"}, question...), embedded)
			_, settle, found := strings.Cut(why.stdout, title)
			if !found {
				t.Errorf("%s: %s -> %s %s is unknown, and nothing would settle it:\n%s", input, cells[0], cells[1], port, why.stdout)
				continue
			}
			asked++
			for line := range strings.Lines(settle) {
				knob, values, ok := strings.Cut(strings.TrimSpace(line), "=VALUE: ")
				knob, isSwitch := strings.CutPrefix(knob, "- --set ")
				if !ok || !isSwitch {
					continue
				}
				for choice := range strings.SplitSeq(values, ", ") {
					value, verdict, _ := strings.Cut(strings.TrimPrefix(choice, "with "), " it is ")
					can := netreach(t, append([]string{"can", "--set", knob + "=" + value}, question...), embedded)
					// the flow that was explained is one on all ports
					if port != "*" && !strings.HasPrefix(can.stdout, strings.TrimSpace(verdict)) {
						t.Errorf("%s: %s -> %s %s with %s=%s is to be %s:\n%s", input, cells[0], cells[1], port, knob, value, verdict, can.stdout)
					}
					set++
				}
			}
		}
	}
	if asked < 30 || set < 30 {
		t.Errorf("only %d flows explained, %d switches turned", asked, set)
	}
}
