package cli

import (
	"fmt"

	"netreach/model/load/git"
)

// turn is a change from one commit to the next.
type turn struct {
	before, after string
	// merge brought the change into the line that was searched, if it is not after.
	merge string
	// among are the commits of which each may have changed the flow, if more than
	// one may.
	among []string
	note  string
}

// search finds a change on a line of which the first commit is not new and the
// last one is.
func (h *history) search(line git.Line, isNew func(*state) bool) (turn, error) {
	low, high := 0, len(line.Hashes)-1
	for {
		mid, st, err := h.middle(line.Hashes, low, high)
		switch {
		case err != nil:
			return turn{}, err
		case st == nil:
			return h.found(line, low, high, isNew)
		case isNew(st):
			high = mid
		default:
			low = mid
		}
	}
}

// searches counts the commits of a line to the history.
func (h *history) searches(line git.Line) {
	for _, hash := range line.Hashes {
		h.searched[hash] = true
	}
}

// middle returns a commit that can be judged near the middle between two others,
// or no state if there is none.
func (h *history) middle(hashes []string, low, high int) (int, *state, error) {
	mid := (low + high) / 2
	for off := 0; mid-off > low || mid+off < high; off++ {
		for _, i := range []int{mid - off, mid + off} {
			if i <= low || i >= high {
				continue
			}
			st, err := h.at(hashes[i])
			if err != nil || st.err == nil {
				return i, st, err
			}
		}
	}
	return 0, nil, nil
}

// found returns the change between two commits of a line between which none can
// be judged. Where the later one is a merge, the change may come from another
// line than this.
func (h *history) found(line git.Line, low, high int, isNew func(*state) bool) (turn, error) {
	t := turn{before: line.Hashes[low], after: line.Hashes[high]}
	if high-low > 1 {
		t.among = line.Hashes[low+1 : high+1]
		return t, nil
	}
	for _, other := range line.Parents[t.after] {
		if other == t.before {
			continue
		}
		st, err := h.at(other)
		if err != nil {
			return t, err
		}
		if st.err != nil {
			t.note = fmt.Sprintf("its parent %.10s cannot be read, so that the change may have been made there", other)
			continue
		}
		if !isNew(st) {
			continue
		}
		return h.merged(t, other, isNew)
	}
	return t, nil
}

// merged returns the change that a merge brought from another line, which ends in
// the commit other.
func (h *history) merged(t turn, other string, isNew func(*state) bool) (turn, error) {
	base, err := h.repo.Parted(t.before, other)
	if err != nil {
		return t, err
	}
	if base == "" {
		t.note = fmt.Sprintf("it was so already at its parent %.10s, whose history is another one", other)
		return t, nil
	}
	st, err := h.at(base)
	switch {
	case err != nil:
		return t, err
	case st.err != nil:
		t.note = fmt.Sprintf("it was so already at its parent %.10s; that this left the line at %.10s cannot be read", other, base)
		return t, nil
	case isNew(st):
		t.note = fmt.Sprintf("it was so already at its parent %.10s, and at %.10s, where that left the line", other, base)
		return t, nil
	}
	side, ok, err := h.repo.Line(base, other)
	if err != nil || !ok {
		return t, err
	}
	h.searches(side)
	from, err := h.search(side, isNew)
	from.merge = t.after
	return from, err
}

// every finds each change on a line.
func (h *history) every(line git.Line) ([]turn, error) {
	var turns []turn
	last := 0
	for i, hash := range line.Hashes {
		st, err := h.at(hash)
		if err != nil {
			return nil, err
		}
		if i == 0 || st.err != nil {
			continue
		}
		before := h.states[line.Hashes[last]]
		if !before.moment.Same(&st.moment) {
			t, err := h.found(line, last, i, func(other *state) bool { return other.moment.Same(&st.moment) })
			if err != nil {
				return nil, err
			}
			turns = append(turns, t)
		}
		last = i
	}
	return turns, nil
}
