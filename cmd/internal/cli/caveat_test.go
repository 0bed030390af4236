package cli_test

import (
	"path"
	"regexp"
	"strings"
	"testing"

	"netreach/cmd/internal/cli"
	"netreach/model/profile"
	"netreach/scenarios"
)

var caveatLine = regexp.MustCompile(`(?m)^  caveat: it rests on (\S+)=(\S+), (.*); implementations differ`)

// TestExplain_Caveats turns every knob on flows of the scenarios in which one
// matters: where that changes the answer there is a caveat with the right
// verdict, and where there is a caveat it does.
func TestExplain_Caveats(t *testing.T) {
	const most = 20 // flows of a scenario, about
	embedded := func(e *cli.Env) { e.FS = scenarios.FS }
	caveats, turned := 0, 0
	for _, name := range []string{"traps/block-on-pods", "pods/host-network", "pods/own-node", "basics/end-port", "admin/plugins"} {
		input := path.Join(name, scenarios.Manifests)
		matrix := netreach(t, []string{"matrix", "-q", "-f", input, "-o", "tsv", "--by", "pod", "--port", "80", "--port", "443"}, embedded)
		rows := strings.Split(strings.TrimSpace(matrix.stdout), "\n")[1:]
		for i := 0; i < len(rows); i += max(1, len(rows)/most) {
			cells := strings.Split(rows[i], "\t")
			question := []string{cells[0], cells[1], cells[2], "-q", "-f", input}
			why := netreach(t, append([]string{"explain"}, question...), embedded)
			said := map[string]string{} // KNOB=VALUE -> verdict
			for _, m := range caveatLine.FindAllStringSubmatch(why.stdout, -1) {
				caveats++
				for choice := range strings.SplitSeq(m[3], ", ") {
					value, verdict, _ := strings.Cut(strings.TrimPrefix(choice, "with "), " it is ")
					said[m[1]+"="+value] = verdict
				}
			}
			for _, k := range profile.Knobs() {
				for _, value := range k.Values[1:] {
					if k.Caveat == "" || value == profile.Unknown {
						continue
					}
					assignment := k.Name + "=" + value
					can := netreach(t, append([]string{"can", "--set", assignment}, question...), embedded)
					turned++
					before, _, _ := strings.Cut(why.stdout, "\n")
					after, _, _ := strings.Cut(can.stdout, "\n")
					verdict, ok := said[assignment]
					switch {
					case before != after && !ok:
						t.Errorf("%s: %q becomes %q with %s, and no caveat says so:\n%s", name, before, after, assignment, why.stdout)
					case ok && !strings.HasPrefix(after, verdict):
						t.Errorf("%s: with %s it is to be %s: %q", name, assignment, verdict, after)
					}
				}
			}
		}
	}
	if caveats < 5 || turned < 300 {
		t.Errorf("only %d caveats, %d switches turned", caveats, turned)
	}
}
