package expect

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"netreach/model"
)

const (
	arrow       = "->"
	exceptWord  = "except"
	onlyWord    = "only"
	eachWord    = "each"
	setWord     = "set"
	restLine    = "deny everything else"
	firstWords  = "a line begins with allow, deny, unknown, some, none, only or set"
	lineExample = "such as: allow shop/api -> shop/db 5432/tcp"
	listRule    = "separate ports, and peers, with a comma and a space: 80/tcp, 443/tcp"
	// verdictWidth aligns the sources of lines with the short verdicts.
	verdictWidth = 6
)

// scope is what the words of a line are read in: the namespace of bare names,
// and the sets that the file defines.
type scope struct {
	namespace string
	sets      map[string]*Set
}

// ParseLine reads one line without comment. Peers without namespace lie in the
// given one, as in ParsePeer. The error is a *SyntaxError about the line, or
// about the peer or port that is wrong in it.
func ParseLine(text, namespace string) (Line, error) {
	return scope{namespace: namespace}.line(words(text, 1), text)
}

// line reads a line of any form.
func (s scope) line(words []word, text string) (Line, error) {
	r := newReader(words, text)
	if len(words) == 0 {
		return Line{}, r.error("is empty", lineExample)
	}
	first := words[0]
	var line Line
	switch verdict, ok := parseVerdict(first.text); {
	case first.text == onlyWord:
		line.Form, line.Verdict = Only, model.Allowed
	case first.text == setWord:
		return Line{}, r.error("defines a set, which a file of lines does", "begin with a verdict, "+lineExample)
	case !ok:
		return Line{}, r.error(strconv.Quote(first.text)+" is not a verdict", firstWords)
	default:
		line.Verdict = verdict
	}
	if isRest(words) {
		line.Form = Rest
		return line, nil
	}
	r.words = words[1:]
	return line, s.flow(r, &line)
}

// isRest reports whether words are "deny everything else".
func isRest(words []word) bool {
	rest := strings.Fields(restLine)
	if len(words) != len(rest) {
		return false
	}
	for i, w := range words {
		if w.text != rest[i] {
			return false
		}
	}
	return true
}

// flow reads what stands behind the verdict: SRC -> DST [PORTS].
func (s scope) flow(r *reader, line *Line) error {
	src := r.list()
	srcExcept, err := r.except()
	switch {
	case err != nil:
		return err
	case r.next().text != arrow:
		return arrowError(r, src)
	case len(src) == 0:
		return r.error("the source is missing", lineExample)
	}
	r.take(arrow)
	dst := r.list()
	if len(dst) == 0 {
		return r.error("the destination is missing", lineExample)
	}
	dstExcept, err := r.except()
	if err != nil {
		return err
	}
	if len(r.words) > 1 { // alone it is the name of a port
		line.Each = r.take(eachWord)
	}
	ports := r.list()
	portsExcept, err := r.except()
	switch {
	case err != nil:
		return err
	case len(r.words) > 0:
		return r.error(strconv.Quote(r.next().text)+" stands after the ports", listRule)
	}
	if line.Src, line.SrcExcept, err = s.peers(src, srcExcept); err != nil {
		return err
	}
	if line.Dst, line.DstExcept, err = s.peers(dst, dstExcept); err != nil {
		return err
	}
	line.Ports, line.PortsExcept, err = parsePorts(ports, portsExcept)
	return err
}

// except takes off "except" and the list behind it, if that stands there.
func (r *reader) except() ([]word, error) {
	if !r.take(exceptWord) {
		return nil, nil
	}
	list := r.list()
	if len(list) == 0 {
		return nil, r.error("what to leave out is missing after except", "such as: deny */* except shop/* -> shop/db; a port of that name is except/tcp")
	}
	return list, nil
}

func parseVerdict(word string) (model.Verdict, bool) {
	for _, v := range []model.Verdict{model.Allowed, model.Denied, model.Unknown, model.Some, model.None} {
		if word == v.String() {
			return v, true
		}
	}
	return model.None, false
}

// peers reads a list of peers, and one of peers to leave out.
func (s scope) peers(list, except []word) (peers, left []Peer, err error) {
	read := func(list []word) []Peer {
		var out []Peer
		for _, w := range list {
			p, wrong := s.peer(w.text)
			if wrong != nil && err == nil {
				err = at(wrong, w)
			}
			out = append(out, p)
		}
		return out
	}
	for _, w := range except {
		if onlyOf(w.text, "0123456789") && w.text != "" {
			return nil, nil, at(peerError(w.text, "is a port, where a peer is to be left out",
				"all ports but one are: * except "+w.text+"; a pod of that name is "+defaultSpace+"/"+w.text), w)
		}
	}
	return read(list), read(except), err
}

// peer reads a peer, which may be a set of the file.
func (s scope) peer(text string) (Peer, error) {
	name, ok := strings.CutPrefix(text, setPrefix)
	if !ok || s.sets == nil {
		return ParsePeer(text, s.namespace)
	}
	set, ok := s.sets[name]
	if !ok {
		return Peer{}, peerError(text, "no set of that name is defined", s.setHint(text))
	}
	return Peer{Kind: Defined, Text: text, Name: name, Set: set}, nil
}

func parsePorts(list, except []word) (ports, left []model.PortMatch, err error) {
	if len(list) == 0 {
		return []model.PortMatch{{Kind: model.PortAny}}, nil, nil
	}
	for _, w := range list {
		p, err := ParsePort(w.text)
		if err != nil {
			return nil, nil, at(err, w)
		}
		ports = append(ports, p)
	}
	for _, w := range except {
		p, err := ParsePort(w.text)
		switch {
		case err != nil:
			return nil, nil, at(err, w)
		case p.Kind == model.PortAny:
			return nil, nil, at(portError(w.text, "leaves no port", "drop the line, or name the ports to leave out"), w)
		case p.Kind == model.PortNamed:
			return nil, nil, at(portError(w.text, "is a name, where ports are to be left out", "give the number: each pod may give a name another one"), w)
		}
		left = append(left, p)
	}
	return ports, left, nil
}

func arrowError(r *reader, src []word) error {
	problem := "the arrow is missing after the source"
	hint := lineExample
	for _, w := range append(src, r.words...) {
		switch {
		case w.text == "=>" || w.text == "→":
			return at(lineError(r.text, problem, "the arrow is "+arrow), w)
		case w.text != arrow && strings.Contains(w.text, arrow):
			hint = "put a space on either side of the arrow"
		case w.text == "," || strings.HasPrefix(w.text, ","):
			hint = "separate peers with a comma and a space: shop/api, shop/web"
		}
	}
	return r.error(problem, hint)
}

// FormatLine returns a flow line, without newline. The verdict takes six
// columns, or eight for "unknown"; without ports the line is about "*", which
// is left out behind URLs.
func FormatLine(verdict model.Verdict, src, dst, ports []string) string {
	if len(ports) == 0 {
		ports = []string{anyPort}
	}
	if slices.Equal(ports, []string{anyPort}) && !slices.ContainsFunc(dst, notURL) {
		ports = nil
	}
	return formatLine(verdict.String(), [3][2][]string{{src}, {dst}, {ports}})
}

// anyPort stands for every port of every protocol.
const anyPort = "*"

// notURL reports whether a destination is other than a URL, which names its port
// itself.
func notURL(dst string) bool { return !strings.Contains(dst, "://") }

// formatLine returns a line of sources, destinations and ports, each with what
// is left out of them.
func formatLine(first string, lists [3][2][]string) string {
	var b strings.Builder
	b.WriteString(first)
	b.WriteString(strings.Repeat(" ", max(1, verdictWidth-utf8.RuneCountInString(first))))
	for i, list := range lists {
		switch i {
		case 1:
			b.WriteString(" " + arrow + " ")
		case 2:
			if len(list[0]) == 0 {
				continue // URLs name their ports
			}
			b.WriteByte(' ')
		}
		b.WriteString(formatList(list[0], list[1]))
	}
	return b.String()
}

// formatList returns a list with what is left out of it.
func formatList(list, except []string) string {
	text := strings.Join(list, ", ")
	if len(except) > 0 {
		text += " " + exceptWord + " " + strings.Join(except, ", ")
	}
	return text
}

// String returns the line with every peer and port in its own form, as
// FormatLine does.
func (l Line) String() string {
	first := l.Verdict.String()
	switch l.Form {
	case Rest:
		return restLine
	case Only:
		first = onlyWord
	case Flow:
	}
	ports := texts(l.Ports)
	if !l.Each && len(l.PortsExcept) == 0 && slices.Equal(ports, []string{anyPort}) && !slices.ContainsFunc(texts(l.Dst), notURL) {
		ports = nil
	}
	if l.Each {
		ports[0] = EachOf(ports[0])
	}
	return formatLine(first, [3][2][]string{
		{texts(l.Src), texts(l.SrcExcept)}, {texts(l.Dst), texts(l.DstExcept)}, {ports, texts(l.PortsExcept)},
	})
}

// EachOf puts "each" before the first port of a line.
func EachOf(port string) string { return eachWord + " " + port }

func texts[T interface{ String() string }](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = v.String()
	}
	return out
}
