package manifest

// jsonTree writes JSON as kubectl does: with an indentation of four blanks, or
// else, if compact, without any blank, as annotations hold it.
type jsonTree struct {
	*sink
	compact bool
	// counts holds how many values stand in each of the open objects and lists.
	counts []int
	closer []byte
}

const deepIndent = "                                                                                "

func (j *jsonTree) newline() {
	if j.compact {
		return
	}
	j.b = append(j.b, '\n')
	for n := 4 * len(j.counts); n > 0; n -= len(deepIndent) {
		j.b = append(j.b, deepIndent[:min(n, len(deepIndent))]...)
	}
}

// lead writes what stands before a value.
func (j *jsonTree) lead(key string) {
	if n := len(j.counts); n > 0 {
		if j.counts[n-1]++; j.counts[n-1] > 1 {
			j.b = append(j.b, ',')
		}
		j.newline()
	}
	if key == "" {
		return
	}
	j.b = appendJSON(j.b, key)
	if j.b = append(j.b, ':'); !j.compact {
		j.b = append(j.b, ' ')
	}
}

func (j *jsonTree) open(key string, opener, closer byte) {
	j.lead(key)
	j.b = append(j.b, opener)
	j.counts = append(j.counts, 0)
	j.closer = append(j.closer, closer)
}

func (j *jsonTree) end() {
	last := len(j.counts) - 1
	filled := j.counts[last] > 0
	j.counts = j.counts[:last]
	if filled {
		j.newline()
	}
	j.b = append(j.b, j.closer[last])
	j.closer = j.closer[:last]
}

func (j *jsonTree) object(key string) { j.open(key, '{', '}') }
func (j *jsonTree) endObject()        { j.end() }
func (j *jsonTree) list(key string)   { j.open(key, '[', ']') }
func (j *jsonTree) endList()          { j.end() }

func (j *jsonTree) text(key, value string) {
	j.lead(key)
	j.b = appendJSON(j.b, value)
}

func (j *jsonTree) quoted(key, value string) {
	j.lead(key)
	j.b = append(append(append(j.b, '"'), value...), '"')
}

func (j *jsonTree) token(key, value string) {
	j.lead(key)
	j.b = append(j.b, value...)
}

// appendJSON appends s as a JSON string, with the escapes that kubectl writes:
// also those that make it safe within HTML.
func appendJSON(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == 0xe2 && i+2 < len(s) && s[i+1] == 0x80 && s[i+2]&^1 == 0xa8:
			// The line separators of Unicode end lines in JavaScript.
			b = append(append(b, s[from:i]...), `\u202`...)
			b = append(b, hex[s[i+2]&0xf])
			i += 2
			from = i + 1
			continue
		case c >= ' ' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&':
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\t':
			b = append(b, `\t`...)
		case '\r':
			b = append(b, `\r`...)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
	}
	return append(append(b, s[from:]...), '"')
}
