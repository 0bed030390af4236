package render

// formless has no form for anything. A format that is made for few results
// embeds it, and has a method of its own for each of those.
type formless struct{ name string }

func (f formless) no(v Verb) error { return &FormatError{Name: f.name, Verb: v, Known: true} }

// Query has no form.
func (f formless) Query(*Query) error { return f.no(Can) }

// Matrix has no form.
func (f formless) Matrix(*Matrix) error { return f.no(MatrixOf) }

// Versus has no form.
func (f formless) Versus(*Versus) error { return f.no(VersusOf) }

// Diff has no form.
func (f formless) Diff(*Diff) error { return f.no(DiffOf) }

// Overview has no form.
func (f formless) Overview(*Overview) error { return f.no(OverviewOf) }

// Graph has no form.
func (f formless) Graph(*Graph) error { return f.no(GraphOf) }

// Bisect has no form.
func (f formless) Bisect(*Bisection) error { return f.no(BisectOf) }

// Exposed has no form.
func (f formless) Exposed(*Exposed) error { return f.no(ExposedOf) }
