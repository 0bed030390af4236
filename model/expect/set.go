package expect

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// setPrefix begins the name of a set.
const setPrefix = "@"

const setExample = "such as: set @frontends = shop/web, shop/admin"

// isDefinition reports whether a line defines a set.
func isDefinition(words []word) bool { return len(words) > 0 && words[0].text == setWord }

// define reads "set @NAME = PEERS", whose peers may be sets that are defined
// already, and adds the set to the scope.
func (s scope) define(words []word, text string) error {
	r := newReader(words, text)
	r.take(setWord)
	name, ok := strings.CutPrefix(r.next().text, setPrefix)
	switch {
	case !ok:
		return r.error("the name of the set is missing", "it begins with "+setPrefix+", "+setExample)
	case !isObjectName(name):
		return r.error(strconv.Quote(name)+" is not the name of a set", nameRule)
	case s.sets[name] != nil:
		return r.error(setPrefix+name+" is defined in line "+strconv.Itoa(s.sets[name].Number)+" already", "give this set another name")
	}
	r.words = r.words[1:]
	if !r.take("=") {
		return r.error("the = is missing after the name of the set", setExample)
	}
	list := r.list()
	if len(list) == 0 {
		return r.error("the peers are missing", setExample)
	}
	except, err := r.except()
	switch {
	case err != nil:
		return err
	case len(r.words) > 0:
		return r.error(strconv.Quote(r.next().text)+" stands after the peers", "separate peers with a comma and a space: shop/api, shop/web")
	}
	set := &Set{Name: name, Number: words[0].row}
	if set.Peers, set.Except, err = s.peers(list, except); err != nil {
		return err
	}
	s.sets[name] = set
	return nil
}

// setHint names the sets that there are.
func (s scope) setHint(text string) string {
	if len(s.sets) == 0 {
		return "define it: set " + text + " = shop/web, shop/admin"
	}
	names := slices.Sorted(maps.Keys(s.sets))
	for i, n := range names {
		names[i] = setPrefix + n
	}
	if len(names) > 10 {
		names = append(names[:10], "...")
	}
	return "the sets that can stand here are " + strings.Join(names, ", ")
}

// FormatSet returns the definition of a set, without newline.
func FormatSet(name string, peers, except []string) string {
	return setWord + " " + setPrefix + name + " = " + formatList(peers, except)
}

// String returns the definition of the set, as FormatSet does.
func (s *Set) String() string { return FormatSet(s.Name, texts(s.Peers), texts(s.Except)) }

// SetName returns the peer that stands for the set of a name.
func SetName(name string) string { return setPrefix + name }
