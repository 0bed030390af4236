package scenarios_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"netreach/model"
	"netreach/model/expect"
	"netreach/model/profile"
	"netreach/scenarios"
)

func TestNames(t *testing.T) {
	names := scenarios.Names()
	if len(names) < 40 {
		t.Fatalf("%d scenarios, want at least 40", len(names))
	}
	if !slices.IsSorted(names) {
		t.Errorf("not sorted: %v", names)
	}
	for _, name := range []string{"admin/guardrails", "admin/tenancy", "basics/default-deny", "clusters/shop", "clusters/tenants", "clusters/production"} {
		if !slices.Contains(names, name) {
			t.Errorf("no scenario %s", name)
		}
	}
	// No directory is overlooked because a part of it is missing.
	topics, err := fs.ReadDir(scenarios.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range topics {
		dirs, err := fs.ReadDir(scenarios.FS, topic.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, dir := range dirs {
			name := path.Join(topic.Name(), dir.Name())
			if topic.Name() == "diff" {
				checkPair(t, name)
			} else if !slices.Contains(names, name) {
				t.Errorf("%s has no %s", name, scenarios.Manifests)
			}
		}
	}
}

// checkPair demands the parts of a pair of inputs, and that its expectations cite
// rules.
func checkPair(t *testing.T, name string) {
	t.Helper()
	for _, side := range []string{scenarios.Before, scenarios.After} {
		if _, err := fs.ReadDir(scenarios.FS, path.Join(name, side)); err != nil {
			t.Error(err)
		}
	}
	text, err := scenarios.FS.ReadFile(path.Join(name, scenarios.Expect))
	if err != nil {
		t.Fatal(err)
	}
	if !citation.Match(text) && !nameCitation.Match(text) {
		t.Errorf("%s: no comment cites a rule", name)
	}
	readme, err := scenarios.FS.ReadFile(path.Join(name, scenarios.Readme))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(readme), "# "+path.Base(name)+"\n") {
		t.Errorf("%s: the README does not open with its name", name)
	}
	dir := path.Join("scenarios", name)
	if command := "\n    netreach diff " + path.Join(dir, scenarios.Before) + " " + path.Join(dir, scenarios.After) + "\n"; !strings.Contains(string(readme), command) {
		t.Errorf("%s: the README lacks the command%s", name, command)
	}
}

func TestDiffs(t *testing.T) {
	names := scenarios.Diffs()
	if len(names) < 14 || !slices.IsSorted(names) {
		t.Errorf("%d pairs, want at least 14, sorted: %v", len(names), names)
	}
}

// citation is a rule's number in a comment.
var citation = regexp.MustCompile(`\((SEL|NP|ANP|CNP)-\d`)

// nameCitation is the number of a rule about names.
var nameCitation = regexp.MustCompile(`\((SVC|ING|GW|RT|DNS)-\d`)

// Every scenario has its parts; it expects both an allow and a deny; and the
// comments of its expectations cite rules.
func TestScenarios(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			manifests, err := fs.Glob(scenarios.FS, path.Join(name, scenarios.Manifests, "*.yaml"))
			if err != nil || len(manifests) == 0 {
				t.Errorf("no manifests: %v", err)
			}
			text, err := scenarios.FS.ReadFile(path.Join(name, scenarios.Expect))
			if err != nil {
				t.Fatal(err)
			}
			lines, problems, err := expect.ParseFile(strings.NewReader(string(text)), path.Join(name, scenarios.Expect), "")
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range problems {
				t.Error(p)
			}
			words := map[model.Verdict]int{}
			for _, line := range lines {
				words[line.Verdict]++
			}
			if words[model.Allowed] == 0 || words[model.Denied] == 0 {
				t.Errorf("expects allow %d times and deny %d times", words[model.Allowed], words[model.Denied])
			}
			if !citation.Match(text) {
				t.Error("no comment cites a rule")
			}
			names, err := scenarios.FS.ReadFile(path.Join(name, scenarios.ByName))
			if err == nil && !nameCitation.Match(names) {
				t.Errorf("no comment of %s cites a rule", scenarios.ByName)
			}
		})
	}
}

// The index has a row for each scenario.
func TestIndex(t *testing.T) {
	index, err := os.ReadFile(scenarios.Readme)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Concat(scenarios.Names(), scenarios.Diffs()) {
		if link := "| [" + path.Base(name) + "](" + path.Join(name, scenarios.Readme) + ") |"; !strings.Contains(string(index), link) {
			t.Errorf("no row with %s", link)
		}
	}
}

// A README opens with the scenario's name and gives commands that run on its
// own manifests, with peers and ports that can be read.
func TestReadmes(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			text, err := scenarios.FS.ReadFile(path.Join(name, scenarios.Readme))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(text), "# "+path.Base(name)) {
				t.Errorf("does not open with %q", "# "+path.Base(name))
			}
			commands := 0
			for row := range strings.SplitSeq(string(text), "\n") {
				if words := strings.Fields(row); len(words) > 1 && words[0] == "netreach" {
					commands++
					checkCommand(t, name, words[1:])
				}
			}
			if commands == 0 {
				t.Error("gives no command")
			}
		})
	}
}

// checkCommand reads the words after "netreach".
func checkCommand(t *testing.T, name string, words []string) {
	t.Helper()
	reads, ends := false, 0
	for i := 1; i < len(words); i++ {
		var err error
		switch word := words[i]; {
		case word == "--explain":
		case strings.HasPrefix(word, "-") && i+1 == len(words):
			t.Errorf("%v: nothing follows %s", words, word)
		case word == "-f":
			i++
			reads = words[i] == path.Join("scenarios", name, scenarios.Manifests)
		case word == "--cni", word == "--versus":
			i++
			if _, ok := profile.Named(words[i]); !ok {
				t.Errorf("%v: there is no profile %s", words, words[i])
			}
		case word == "--set":
			i++
			err = profile.Set(&model.Switches{}, words[i])
		case word == "--from", word == "--to", word == "--external":
			i++
			_, err = expect.ParsePeer(words[i], "")
		case word == "--port":
			i++
			_, err = expect.ParsePort(words[i])
		case word == "--by":
			i++
		case words[0] == "can" && ends < 2:
			ends++
			_, err = expect.ParsePeer(word, "")
		case words[0] == "can" && ends == 2:
			ends++
			_, err = expect.ParsePort(word)
		default:
			t.Errorf("%v: what is %s?", words, word)
		}
		if err != nil {
			t.Errorf("%v: %v", words, err)
		}
	}
	if !reads {
		t.Errorf("%v does not read the scenario's manifests", words)
	}
	if words[0] == "can" && ends < 2 {
		t.Errorf("%v lacks a peer", words)
	}
}
