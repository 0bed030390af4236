package git

import (
	"io/fs"
	"slices"
	"strings"
)

// Tree is the files of a revision, of the index or of the work tree, as a file
// system. Of the content it reads what is opened, when it is opened. It
// implements fs.FS, fs.ReadFileFS, fs.ReadDirFS and fs.StatFS, for the names that
// users type. It may be used by several goroutines.
type Tree struct {
	r *Repository
	// Name says what the files are of: a revision as the user wrote it, "the
	// index" or "the work tree".
	Name string
	// SkipSubmodules shows directories that are repositories of their own, whose
	// files are not here, as empty. Otherwise listing one is an error.
	SkipSubmodules bool

	root *node
	// blobs are the nodes with a hash in the order in which a walk meets them.
	blobs []*node
	// disk is the directory that the work tree begins in, or "".
	disk string
}

// kind is what a node is.
type kind uint8

const (
	directory kind = iota
	regular
	link
	submodule
)

// node is a file, a link, a directory or a submodule.
type node struct {
	name string
	kind kind
	// executable is the one thing that git knows of the mode of a file.
	executable bool
	// hash names the content, unless it is on disk or the node is a directory.
	hash string
	// index is the place in Tree.blobs.
	index    int
	children []*node // sorted by name
}

func (n *node) mode() fs.FileMode {
	switch {
	case n.kind == directory || n.kind == submodule:
		return fs.ModeDir | 0o755
	case n.kind == link:
		return fs.ModeSymlink | 0o777
	case n.executable:
		return 0o755
	}
	return 0o644
}

// child returns the child of that name, or nil.
func (n *node) child(name string) *node {
	if i, ok := slices.BinarySearchFunc(n.children, name, func(c *node, name string) int { return strings.Compare(c.name, name) }); ok {
		return n.children[i]
	}
	return nil
}

// planter makes a tree of paths.
type planter struct {
	root *node
	dirs map[string]*node
}

func newPlanter() *planter {
	root := &node{kind: directory}
	return &planter{root: root, dirs: map[string]*node{"": root}}
}

// dir returns the directory of a path, made if it is new, or nil if something
// else has its name.
func (p *planter) dir(name string) *node {
	if d, ok := p.dirs[name]; ok {
		return d
	}
	above, base := "", name
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		above, base = name[:i], name[i+1:]
	}
	parent := p.dir(above)
	if parent == nil {
		return nil
	}
	d := &node{name: base, kind: directory}
	parent.children = append(parent.children, d)
	p.dirs[name] = d
	return d
}

// plant adds what stands at a path.
func (p *planter) plant(name string, n node) {
	above := ""
	n.name = name
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		above, n.name = name[:i], name[i+1:]
	}
	if _, taken := p.dirs[name]; taken {
		return
	}
	if parent := p.dir(above); parent != nil {
		parent.children = append(parent.children, &n)
		p.dirs[name] = nil
	}
}

// grown returns the root, with children in order, and the blobs in the order of a
// walk.
func (p *planter) grown() (root *node, blobs []*node) {
	var walk func(*node)
	walk = func(n *node) {
		slices.SortFunc(n.children, func(a, b *node) int { return strings.Compare(a.name, b.name) })
		for _, c := range n.children {
			if c.hash != "" && c.kind == regular {
				c.index = len(blobs)
				blobs = append(blobs, c)
			}
			walk(c)
		}
	}
	walk(p.root)
	return p.root, blobs
}

// nodeOf returns the node of a mode and a hash as git prints them.
func nodeOf(mode, hash string) node {
	switch mode {
	case "120000":
		return node{kind: link, hash: hash}
	case "160000":
		return node{kind: submodule, hash: hash}
	}
	return node{kind: regular, hash: hash, executable: mode == "100755"}
}

// Tree returns the files of a revision.
func (r *Repository) Tree(rev Revision) (*Tree, error) {
	p := newPlanter()
	if rev.Hash != "" {
		// MODE SP TYPE SP HASH TAB PATH NUL
		out, err := r.run("ls-tree", "-r", "-z", "--full-tree", rev.Hash)
		if err != nil {
			return nil, err
		}
		for line := range strings.SplitSeq(out, "\x00") {
			head, name, ok := strings.Cut(line, "\t")
			words := strings.Fields(head)
			if ok && len(words) == 3 {
				p.plant(name, nodeOf(words[0], words[2]))
			}
		}
	}
	t := &Tree{r: r, Name: rev.Name}
	t.root, t.blobs = p.grown()
	return t, nil
}

// Index returns the files that the next commit would hold.
func (r *Repository) Index() (*Tree, error) {
	entries, err := r.entries()
	if err != nil {
		return nil, err
	}
	p := newPlanter()
	for _, e := range entries {
		if e.stage != "0" {
			return nil, &Error{Text: "the index holds a conflict in " + e.path, Hint: "resolve it and git add the file, then ask again"}
		}
		p.plant(e.path, nodeOf(e.mode, e.hash))
	}
	t := &Tree{r: r, Name: "the index"}
	t.root, t.blobs = p.grown()
	return t, nil
}

// entry is one entry of the index.
type entry struct {
	mode, hash, stage, path string
}

// entries returns the index.
func (r *Repository) entries() ([]entry, error) {
	if r.top == "" {
		return nil, &Error{Text: "there is no work tree here, and so neither an index nor changed files", Hint: "compare two revisions: --git A..B"}
	}
	// MODE SP HASH SP STAGE TAB PATH NUL
	out, err := r.inTop("ls-files", "--stage", "-z")
	if err != nil {
		return nil, err
	}
	var entries []entry
	for line := range strings.SplitSeq(out, "\x00") {
		head, name, ok := strings.Cut(line, "\t")
		words := strings.Fields(head)
		if ok && len(words) == 3 {
			entries = append(entries, entry{mode: words[0], hash: words[1], stage: words[2], path: name})
		}
	}
	return entries, nil
}

// inTop is run for what lists only what lies below the working directory.
func (r *Repository) inTop(args ...string) (string, error) {
	top := *r.at(r.top)
	return top.run(args...)
}

// at returns the repository as seen from another directory of it, for run.
func (r *Repository) at(dir string) *Repository {
	return &Repository{ctx: r.ctx, dir: dir}
}
