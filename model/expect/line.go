package expect

import (
	"strconv"
	"strings"

	"netreach/model"
)

const (
	arrow       = "->"
	verdictList = "allow, deny, unknown, some and none"
	lineExample = "such as: allow shop/api -> shop/db 5432/tcp"
	// verdictWidth aligns the sources of lines with the short verdicts.
	verdictWidth = 6
)

// ParseLine reads one flow line without comment. Peers without namespace lie in
// the given one, as in ParsePeer. The error is a *SyntaxError about the line,
// or about the peer or port that is wrong in it.
func ParseLine(text, namespace string) (Line, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return Line{}, lineError(text, "is empty", lineExample)
	}
	verdict, ok := parseVerdict(words[0])
	if !ok {
		return Line{}, lineError(text, strconv.Quote(words[0])+" is not a verdict", "the verdicts are "+verdictList)
	}
	src, words := cutList(words[1:])
	if len(words) == 0 || words[0] != arrow {
		return Line{}, arrowError(text, src, words)
	}
	dst, words := cutList(words[1:])
	ports, words := cutList(words)
	switch {
	case len(src) == 0:
		return Line{}, lineError(text, "the source is missing", lineExample)
	case len(dst) == 0:
		return Line{}, lineError(text, "the destination is missing", lineExample)
	case len(words) > 0:
		return Line{}, lineError(text, strconv.Quote(words[0])+" stands after the ports",
			"separate ports, and peers, with a comma and a space: 80/tcp, 443/tcp")
	}
	line := Line{Verdict: verdict}
	var err error
	if line.Src, err = parsePeers(src, namespace); err != nil {
		return Line{}, err
	}
	if line.Dst, err = parsePeers(dst, namespace); err != nil {
		return Line{}, err
	}
	if line.Ports, err = parsePorts(ports); err != nil {
		return Line{}, err
	}
	return line, nil
}

// cutList takes the first list off words: all words up to the first that has no
// comma at its end. A comma that nothing follows leaves an empty item behind,
// which is no peer and no port.
func cutList(words []string) (list, rest []string) {
	more := true
	for more && len(words) > 0 && words[0] != arrow {
		var item string
		item, more = strings.CutSuffix(words[0], ",")
		list, words = append(list, item), words[1:]
	}
	if more && len(list) > 0 {
		list = append(list, "")
	}
	return list, words
}

func parseVerdict(word string) (model.Verdict, bool) {
	for _, v := range []model.Verdict{model.Allowed, model.Denied, model.Unknown, model.Some, model.None} {
		if word == v.String() {
			return v, true
		}
	}
	return model.None, false
}

func parsePeers(texts []string, namespace string) ([]Peer, error) {
	peers := make([]Peer, len(texts))
	for i, text := range texts {
		p, err := ParsePeer(text, namespace)
		if err != nil {
			return nil, err
		}
		peers[i] = p
	}
	return peers, nil
}

func parsePorts(texts []string) ([]model.PortMatch, error) {
	if len(texts) == 0 {
		return []model.PortMatch{{Kind: model.PortAny}}, nil
	}
	ports := make([]model.PortMatch, len(texts))
	for i, text := range texts {
		p, err := ParsePort(text)
		if err != nil {
			return nil, err
		}
		ports[i] = p
	}
	return ports, nil
}

func arrowError(text string, src, rest []string) error {
	problem := "the arrow is missing after the source"
	hint := lineExample
	for _, word := range append(src, rest...) {
		switch {
		case word == "=>" || word == "→":
			return lineError(text, problem, "the arrow is "+arrow)
		case word != arrow && strings.Contains(word, arrow):
			hint = "put a space on either side of the arrow"
		case word == "," || strings.HasPrefix(word, ","):
			hint = "separate peers with a comma and a space: shop/api, shop/web"
		}
	}
	return lineError(text, problem, hint)
}

// FormatLine returns a flow line, without newline. The verdict takes six
// columns, or eight for "unknown"; without ports the line is about "*".
func FormatLine(verdict model.Verdict, src, dst, ports []string) string {
	var b strings.Builder
	word := verdict.String()
	b.WriteString(word)
	b.WriteString(strings.Repeat(" ", max(1, verdictWidth-len(word))))
	b.WriteString(strings.Join(src, ", "))
	b.WriteString(" " + arrow + " ")
	b.WriteString(strings.Join(dst, ", "))
	b.WriteByte(' ')
	if len(ports) == 0 {
		b.WriteByte('*')
	}
	b.WriteString(strings.Join(ports, ", "))
	return b.String()
}

// String returns the line with every peer and port in its own form, as
// FormatLine does.
func (l Line) String() string {
	src, dst, ports := make([]string, len(l.Src)), make([]string, len(l.Dst)), make([]string, len(l.Ports))
	for i, p := range l.Src {
		src[i] = p.String()
	}
	for i, p := range l.Dst {
		dst[i] = p.String()
	}
	for i, p := range l.Ports {
		ports[i] = p.String()
	}
	return FormatLine(l.Verdict, src, dst, ports)
}
