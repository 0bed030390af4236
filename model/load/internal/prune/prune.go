// Package prune turns the text of one object into JSON that holds only what
// counts of it, at the speed of a scan.
//
//	YAML --lines, by their indentation--> \
//	                                       --only what a Shape names--> JSON
//	JSON --tokens, blanks left out------> /
//
// It reads a part of both languages: what kubectl writes, and most of what
// people do. It reports false for everything else, and also where it is in
// doubt, and the caller must then read the text in the ordinary way. What it
// accepts is valid, and what it returns says the same as the ordinary way says
// about the parts that the Shape names. There is one liberty: a key that comes
// twice in a mapping of which nothing counts is not found.
//
// The values that are returned still have to be decoded: a number where text
// should stand is somebody else's to report.
package prune

// Kinds returns what counts of the objects of a kind, or false if they have to
// be read in the ordinary way. The strings may be "" if the text does not hold
// them.
type Kinds func(apiVersion, kind string) (*Shape, bool)

// Type is the apiVersion and kind of an object.
type Type struct{ APIVersion, Kind string }

// Pruner prunes one object after the other. It is not for several goroutines.
type Pruner struct {
	kinds Kinds
	// out and names are buffers that are used again.
	out   []byte
	names [][]byte
	// last is what the object before said of itself.
	last Type
}

// New returns a pruner of the objects that kinds knows.
func New(kinds Kinds) *Pruner { return &Pruner{kinds: kinds} }

func (p *Pruner) root(assumed Type) root { return root{kinds: p.kinds, assumed: assumed, last: p.last} }

// root follows the members of an object up to the point where its shape is
// known.
type root struct {
	kinds Kinds
	// assumed is what the object is taken for before its kind was read, and
	// found what it says.
	assumed, found Type
	// last is what the object before said of itself.
	last  Type
	shape *Shape
}

// want returns the shape of the member key of the object itself.
func (r *root) want(key []byte) (*Shape, bool) {
	switch string(key) {
	case "apiVersion", "kind":
		return typeShape, true
	}
	if r.shape == nil {
		t := r.found.or(r.assumed)
		shape, ok := r.kinds(t.APIVersion, t.Kind)
		if !ok {
			return nil, false
		}
		r.shape, r.assumed = shape, t
	}
	return r.shape.member(key)
}

// settled reports whether the object is known to be what it was taken for.
func (r *root) settled() bool {
	return r.shape != nil && r.found.or(r.assumed) == r.assumed
}

// or returns t with the parts of u that t lacks.
func (t Type) or(u Type) Type {
	if t.APIVersion == "" {
		t.APIVersion = u.APIVersion
	}
	if t.Kind == "" {
		t.Kind = u.Kind
	}
	return t
}

// note takes in the value of the member key, which was written to out.
func (r *root) note(key, out []byte) bool {
	of, last := &r.found.Kind, r.last.Kind
	switch string(key) {
	case "apiVersion":
		of, last = &r.found.APIVersion, r.last.APIVersion
	case "kind":
	default:
		return true
	}
	if len(out) < 3 || out[0] != '"' {
		return false
	}
	for _, c := range out[1 : len(out)-1] {
		if c == '\\' || c == '"' || c >= 0x80 {
			return false
		}
	}
	if *of = last; string(out[1:len(out)-1]) != last {
		*of = string(out[1 : len(out)-1])
	}
	return true
}

// deepest is how many collections may stand in each other.
const deepest = 200
