package manifest

// yamlTree writes YAML as kubectl does: block style, an indentation of two
// blanks, the items of a list as far left as its key, and lines of text broken
// at the first blank after column 80.
type yamlTree struct {
	*sink
	levels []level
	// indented moves the items of lists to the right of their key, as many
	// people write them.
	indented bool
	// lineStart is where the line that is being written begins in b.
	lineStart int
}

// level is an object or a list that is open.
type level struct {
	indent int
	list   bool
	// started tells that something stands in it, and inline that its first
	// element goes on the line of its opening.
	started, inline bool
}

const lineWidth = 80

// indent begins a line.
func (y *yamlTree) indent(n int) {
	y.lineStart = len(y.b)
	for ; n > len(deepIndent); n -= len(deepIndent) {
		y.b = append(y.b, deepIndent...)
	}
	y.b = append(y.b, deepIndent[:n]...)
}

func (y *yamlTree) newline() { y.b = append(y.b, '\n') }

// lead writes what stands before a value, but for the blank after the colon.
func (y *yamlTree) lead(key string) {
	top := &y.levels[len(y.levels)-1]
	switch {
	case top.started:
		y.indent(top.indent)
	case !top.inline:
		y.newline()
		y.indent(top.indent)
	}
	top.started = true
	if top.list {
		y.b = append(y.b, "- "...)
		return
	}
	y.b = appendScalar(y.b, key)
	y.b = append(y.b, ':')
}

func (y *yamlTree) open(key string, list bool) {
	if len(y.levels) == 0 {
		y.lineStart = len(y.b)
		y.levels = append(y.levels, level{list: list, inline: true})
		return
	}
	y.lead(key)
	parent := y.levels[len(y.levels)-1]
	inner := level{indent: parent.indent + 2, list: list, inline: parent.list}
	if list && !parent.list && !y.indented {
		inner.indent = parent.indent
	}
	y.levels = append(y.levels, inner)
}

func (y *yamlTree) end(empty string) {
	last := y.levels[len(y.levels)-1]
	y.levels = y.levels[:len(y.levels)-1]
	if last.started {
		return
	}
	if !last.inline {
		y.b = append(y.b, ' ')
	}
	y.b = append(y.b, empty...)
	y.newline()
}

func (y *yamlTree) object(key string) { y.open(key, false) }
func (y *yamlTree) endObject()        { y.end("{}") }
func (y *yamlTree) list(key string)   { y.open(key, true) }
func (y *yamlTree) endList()          { y.end("[]") }

func (y *yamlTree) value(key string) {
	y.lead(key)
	if !y.levels[len(y.levels)-1].list {
		y.b = append(y.b, ' ')
	}
}

func (y *yamlTree) quoted(key, value string) {
	y.value(key)
	y.b = append(append(append(y.b, '"'), value...), '"')
	y.newline()
}

func (y *yamlTree) token(key, value string) {
	y.value(key)
	y.b = append(y.b, value...)
	y.newline()
}

func (y *yamlTree) text(key, value string) {
	y.value(key)
	indent := y.levels[len(y.levels)-1].indent + 2
	switch style := styleOf(value); {
	case style == literal:
		y.literal(value, indent)
		return
	case style == plain && len(y.b)-y.lineStart+len(value) <= lineWidth:
		y.b = appendStyled(y.b, value, style)
	default:
		y.folded(value, indent, style)
	}
	y.newline()
}

// literal writes a block scalar, to the end of its last line.
func (y *yamlTree) literal(value string, indent int) {
	y.b = append(y.b, '|')
	if value[0] == ' ' || value[0] == '\n' {
		y.b = append(y.b, '2')
	}
	n := len(value)
	switch {
	case value[n-1] != '\n':
		y.b = append(y.b, '-')
	case n == 1 || value[n-2] == '\n':
		y.b = append(y.b, '+')
	}
	y.newline()
	fresh := true
	for i := range len(value) {
		if value[i] == '\n' {
			y.newline()
			fresh = true
			continue
		}
		if fresh {
			y.indent(indent)
			fresh = false
		}
		y.b = append(y.b, value[i])
	}
	if !fresh {
		y.newline()
	}
}

// folded writes a long string in one of the flow styles, with line breaks.
func (y *yamlTree) folded(value string, indent int, style style) {
	quote := style.quote()
	y.b = append(y.b, quote...)
	for i := range len(value) {
		c := value[i]
		if c != ' ' || i > 0 && value[i-1] == ' ' || len(y.b)-y.lineStart <= lineWidth {
			y.b = appendStyledByte(y.b, c, style)
			continue
		}
		last := i == len(value)-1
		switch {
		case style != double && (last || value[i+1] == ' '), style != plain && (i == 0 || last):
			y.b = append(y.b, ' ')
			continue
		}
		y.newline()
		y.indent(indent)
		if value[i+1] == ' ' {
			y.b = append(y.b, '\\')
		}
	}
	y.b = append(y.b, quote...)
}
