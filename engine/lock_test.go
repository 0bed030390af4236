package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"netreach/engine"
	"netreach/engine/internal/worlds"
	"netreach/model"
	"netreach/model/expect"
)

// lockText writes a lock as a file of lines.
func lockText(l *engine.Lock) string {
	var b strings.Builder
	for _, s := range l.Sets {
		b.WriteString(expect.FormatSet(s.Name, s.Members, nil) + "\n")
	}
	side := func(s engine.LockSide) []string {
		var out []string
		for _, name := range s.Sets {
			out = append(out, expect.SetName(name))
		}
		out = append(out, s.Names...)
		if len(s.Except) > 0 {
			out[len(out)-1] += " except " + strings.Join(s.Except, ", ")
		}
		return out
	}
	for _, line := range l.Lines {
		var ports []string
		for _, p := range line.Ports {
			ports = append(ports, p.String())
		}
		if len(ports) == 0 {
			ports = []string{"*"}
		}
		if line.Verdict != model.Allowed {
			ports[0] = expect.EachOf(ports[0])
		}
		b.WriteString(expect.FormatLine(line.Verdict, side(line.Src), side(line.Dst), ports) + "\n")
	}
	return b.String() + "deny everything else\n"
}

// broken returns the first line of a lock that a matrix does not meet, or "".
func broken(t *testing.T, m *engine.Matrix, text string) string {
	t.Helper()
	lines, problems, err := expect.ParseFile(strings.NewReader(text), "lock", "")
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems, "\n", text)
	}
	f := engine.NewFinder(m)
	demands := make([]engine.Demand, len(lines))
	for i := range lines {
		var missing []engine.NotFound
		if demands[i], missing = f.Demand(&lines[i]); len(missing) > 0 {
			return missing[0].Err.Error()
		}
	}
	c := engine.NewChecker(m, demands)
	for i := range lines {
		if f := c.Check(i); !f.Holds {
			return fmt.Sprintf("%s: %+v", &lines[i], f)
		}
	}
	return ""
}

// mutate changes something of a cluster that may change who reaches whom.
func mutate(rng *rand.Rand, c *model.Cluster) *model.Cluster {
	out := *c
	switch n := rng.IntN(5); {
	case n == 0 && len(c.Policies) > 0:
		return leaveOut(c, rng.IntN(len(c.Policies)), -1)
	case n == 1 && len(c.Policies) > 0:
		p := rng.IntN(len(c.Policies))
		if len(c.Policies[p].Rules) > 0 {
			return leaveOut(c, p, rng.IntN(len(c.Policies[p].Rules)))
		}
	case n == 2 && len(c.Policies) > 0: // another subject
		out.Policies = slices.Clone(c.Policies)
		out.Policies[rng.IntN(len(out.Policies))].Subject = c.Policies[rng.IntN(len(c.Policies))].Subject
	case n == 3: // other labels of a pod
		out.Pods = slices.Clone(c.Pods)
		p := &out.Pods[rng.IntN(len(out.Pods))]
		p.Labels = p.Labels.With([]string{"app", "role"}[rng.IntN(2)], []string{"x", "y", "z"}[rng.IntN(3)])
	default: // other labels of a namespace
		out.Namespaces = slices.Clone(c.Namespaces)
		n := &out.Namespaces[rng.IntN(len(out.Namespaces))]
		n.Labels = n.Labels.With([]string{"env", "team"}[rng.IntN(2)], []string{"x", "y", "a", "b"}[rng.IntN(4)])
	}
	return &out
}

// contents returns what every cell of the matrix between workloads, internet and
// private says, cut into parts of one behaviour on both sides.
func contents(m *engine.Matrix, outside []engine.End) string {
	ends := slices.Concat(m.Workloads(), outside)
	table := m.Table(ends)
	var b strings.Builder
	for i, src := range ends {
		for j, dst := range ends {
			if (!src.Outside || !dst.Outside) && !table.Itself(i, j) {
				fmt.Fprintf(&b, "%s -> %s %v\n", src.Name, dst.Name, table.Segments(table.Cell(i, j)))
			}
		}
	}
	return b.String()
}

// TestLock: a lock holds for the cluster that it is of, and for a changed one it
// holds if and only if no cell of the matrix between workloads has changed.
func TestLock(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 19))
	changed, same, lines := 0, 0, 0
	for n := range 400 {
		c, o := worlds.Random(rng, 2+n%12)
		other := mutate(rng, c)
		u, err := engine.NewUniverse(o, c, other)
		if err != nil {
			t.Fatal(err)
		}
		u.SetFlips(n % 3)
		var m [2]*engine.Matrix
		for i := range m {
			if m[i], err = engine.Compile(u, i); err != nil {
				t.Fatal(err)
			}
		}
		lock := m[0].Lock(m[0].Workloads())
		lines += len(lock.Lines)
		text := lockText(lock)
		if why := broken(t, m[0], text); why != "" {
			t.Fatalf("the lock does not hold for its own cluster: %s\n%s\n%s", why, text, worlds.Describe(c, o))
		}
		outside := m[0].Outside(m[1])
		differs := contents(m[0], outside) != contents(m[1], outside)
		if differs {
			changed++
		} else {
			same++
		}
		if why := broken(t, m[1], text); (why != "") != differs {
			t.Fatalf("the matrix changes: %v; the lock fails: %q\n%s\n%s\nthen\n%s", differs, why, text, worlds.Describe(c, o), worlds.Describe(other, o))
		}
	}
	t.Logf("%d changed, %d did not, %d lines", changed, same, lines)
	if changed < 50 || same < 50 {
		t.Errorf("%d changed and %d did not: too few to mean something", changed, same)
	}
}

// TestLock_Order: the order of the policies is of no account, nor is a run.
func TestLock_Order(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 29))
	for n := range 60 {
		c, o := worlds.Random(rng, 2+n%12)
		text := func(c *model.Cluster) string {
			w := newLineWorldOf(t, c, o, n%3)
			return lockText(w.m.Lock(w.m.Workloads()))
		}
		want := text(c)
		if got := text(c); got != want {
			t.Fatalf("a second run differs:\n%s\n%s", want, got)
		}
		reversed := *c
		reversed.Policies = slices.Clone(c.Policies)
		slices.Reverse(reversed.Policies)
		if got := text(&reversed); got != want {
			t.Fatalf("another order of policies:\n%s\n%s\n%s", want, got, worlds.Describe(c, o))
		}
	}
}

// TestLock_NewPod: a pod that is added fails a lock if something reaches it, or it
// reaches something.
func TestLock_NewPod(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 37))
	opened := 0
	for n := range 100 {
		c, o := worlds.Random(rng, 2+n%8)
		w := newLineWorldOf(t, c, o, n%3)
		text := lockText(w.m.Lock(w.m.Workloads()))
		after := newLineWorld(t, worlds.AddUnrelatedPod(c, rng).Cluster, o)
		reaches := false
		for _, pod := range after.m.Pods() {
			if !strings.HasSuffix(pod.Name, "unrelated") {
				continue
			}
			for _, end := range slices.Concat(after.m.Workloads(), after.m.Outside()) {
				if slices.Equal(end.Peers, pod.Peers) {
					continue
				}
				for _, a := range []engine.Answer{after.m.Judge(pod, end, model.PortMatch{}), after.m.Judge(end, pod, model.PortMatch{})} {
					reaches = reaches || a.Verdict != model.Denied && a.Verdict != model.None
				}
			}
		}
		if why := broken(t, after.m, text); reaches {
			opened++
			if why == "" {
				t.Fatalf("a new pod has flows, and the lock holds\n%s\n%s", text, worlds.Describe(after.c, o))
			}
		}
	}
	if opened < 20 {
		t.Errorf("a new pod had flows %d times", opened)
	}
}
