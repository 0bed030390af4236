package render

import (
	"encoding/binary"
	"slices"
)

// join returns the flows of blocks of one verdict as the fewest blocks in which
// a source stands once: sources that reach the same destinations share a block.
// Where itself is true, whether a pod reaches itself is no difference, as it
// does anyhow (NP-43).
func (m *Matrix) join(blocks []block, itself bool) []block {
	rows := rowsOf(blocks)
	votes := map[string]int{}
	for i := range rows {
		r := &rows[i]
		r.keys = append(r.keys, listKey(r.dst))
		if itself && len(r.src) == 1 {
			r.other = m.withOrWithout(r.src[0], r.dst)
		}
		if len(r.other) > 0 {
			r.keys = append(r.keys, listKey(r.other))
		}
		for _, k := range r.keys {
			votes[k] += len(r.src)
		}
	}
	at := map[string]int{}
	var out []block
	for _, r := range rows {
		key, dst := r.keys[0], r.dst
		if len(r.keys) > 1 && votes[r.keys[1]] > votes[key] {
			key, dst = r.keys[1], r.other
		}
		n, ok := at[key]
		if !ok {
			n = len(out)
			at[key] = n
			out = append(out, block{verdict: r.verdict, dst: dst})
		}
		out[n].src = append(out[n].src, r.src...)
	}
	out = slices.DeleteFunc(out, m.onlyItself)
	for i := range out {
		slices.Sort(out[i].src)
	}
	slices.SortFunc(out, compareBlocks)
	return out
}

// row is sources that lie in the same blocks, with all that they reach there.
type row struct {
	block
	other []int // dst with or without the source itself
	keys  []string
}

// rowsOf cuts blocks into rows, in the order of their first source. It costs
// one step for each source of a block, and one for each destination of a row.
func rowsOf(blocks []block) []row {
	in := map[int][]int{} // source -> blocks
	var sources []int
	for n, b := range blocks {
		for _, i := range b.src {
			if in[i] == nil {
				sources = append(sources, i)
			}
			in[i] = append(in[i], n)
		}
	}
	slices.Sort(sources)
	at := map[string]int{}
	var rows []row
	for _, i := range sources {
		key := listKey(in[i])
		n, ok := at[key]
		if !ok {
			n = len(rows)
			at[key] = n
			r := row{block: block{verdict: blocks[in[i][0]].verdict}}
			for _, k := range in[i] {
				r.dst = append(r.dst, blocks[k].dst...)
			}
			slices.Sort(r.dst)
			r.dst = slices.Compact(r.dst)
			rows = append(rows, r)
		}
		rows[n].src = append(rows[n].src, i)
	}
	return rows
}

// withOrWithout returns dst without the end i if it is there, and else with it,
// where it is a single pod and the matrix has it as a destination; else nil.
func (m *Matrix) withOrWithout(i int, dst []int) []int {
	if !m.Table.Itself(i, i) || !m.Shows(i, i) {
		return nil
	}
	at, ok := slices.BinarySearch(dst, i)
	if ok {
		return slices.Delete(slices.Clone(dst), at, at+1)
	}
	return slices.Insert(slices.Clone(dst), at, i)
}

func listKey(list []int) string {
	key := make([]byte, 0, 4*len(list))
	for _, i := range list {
		key = binary.LittleEndian.AppendUint32(key, uint32(i))
	}
	return string(key)
}
