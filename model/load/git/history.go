package git

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Commit is a commit of a history.
type Commit struct {
	Hash string
	// Parents are the commits that it was made from, the main line first.
	Parents []string
	// Author and Email say who wrote it, Date when, and Subject is the first line of
	// its message.
	Author, Email string
	Date          time.Time
	Subject       string
}

// Describe returns a commit with everything that is known of it.
func (r *Repository) Describe(hash string) (Commit, error) {
	out, err := r.run("log", "-1", "--no-walk", "--no-show-signature", "--encoding=UTF-8", "--format=%H%x00%P%x00%an%x00%ae%x00%aI%x00%s", hash)
	if err != nil {
		return Commit{}, err
	}
	words := strings.SplitN(strings.TrimSuffix(out, "\n"), "\x00", 6)
	if len(words) != 6 {
		return Commit{}, &Error{Text: "git log answered " + fmt.Sprintf("%q", out)}
	}
	c := Commit{Hash: words[0], Parents: strings.Fields(words[1]), Author: words[2], Email: words[3], Subject: words[5]}
	// A commit with a date that is none has none.
	c.Date, _ = time.Parse(time.RFC3339, words[4])
	return c, nil
}

// Line is a way through a history from one commit to a later one: each commit is a
// parent of the next.
type Line struct {
	Hashes []string
	// Parents are the parents of each commit that lies after the first.
	Parents map[string][]string
}

// Line returns the way from a to b that keeps to the main line: of the parents of
// a commit, the first one that descends from a. It reports false if b does not
// descend from a. A commit is a way to itself.
func (r *Repository) Line(a, b string) (Line, bool, error) {
	if a == b {
		return Line{Hashes: []string{a}}, true, nil
	}
	// HASH SP PARENT..., children before parents
	out, err := r.run("rev-list", "--topo-order", "--parents", b, "^"+a)
	if err != nil {
		return Line{}, false, err
	}
	var order []string
	parents := map[string][]string{}
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		if len(words) > 0 {
			order = append(order, words[0])
			parents[words[0]] = words[1:]
		}
	}
	descends := map[string]bool{a: true}
	for _, c := range slices.Backward(order) {
		descends[c] = slices.ContainsFunc(parents[c], func(p string) bool { return descends[p] })
	}
	if !descends[b] {
		return Line{}, false, nil
	}
	l := Line{Hashes: []string{b}, Parents: parents}
	for at := b; at != a; {
		i := slices.IndexFunc(parents[at], func(p string) bool { return descends[p] })
		at = parents[at][i]
		l.Hashes = append(l.Hashes, at)
	}
	slices.Reverse(l.Hashes)
	return l, true, nil
}

// Parted returns the last commit that two commits have in common, or "".
func (r *Repository) Parted(a, b string) (string, error) {
	bases, err := r.mergeBases(a, b)
	if err != nil || len(bases) == 0 {
		return "", err
	}
	return bases[0], nil
}
