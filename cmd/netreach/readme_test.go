package main_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReadme runs the examples of README.md that show an output: a command on a
// scenario and, below it, what it prints. With -update it writes the outputs.
func TestReadme(t *testing.T) {
	t.Chdir("../..") // the examples name files as a reader would, from the root
	before, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var after strings.Builder
	ran, inConsole, inOutput := 0, false, false
	for line := range strings.Lines(string(before)) {
		command, isCommand := strings.CutPrefix(strings.TrimSpace(line), "$ netreach ")
		switch {
		case strings.HasPrefix(line, "```"):
			inConsole, inOutput = strings.HasPrefix(line, "```console"), false
		case inConsole && isCommand && strings.Contains(command, "scenarios/") && !strings.ContainsAny(command, "|>"):
			stdout, stderr, code := netreach(t, strings.Fields(command)...)
			if code == 2 {
				t.Errorf("netreach %s: exit 2\n%s", command, stderr)
			}
			line += stdout
			ran, inOutput = ran+1, true
		case inConsole && isCommand:
			inOutput = false
		case inOutput:
			line = "" // the old output
		}
		after.WriteString(line)
	}
	if ran == 0 {
		t.Fatal("README.md has no example")
	}
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		if err := os.WriteFile("README.md", []byte(after.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(before), after.String()); diff != "" {
		t.Errorf("README.md (-is +prints), make golden writes it anew:\n%s", diff)
	}
}
