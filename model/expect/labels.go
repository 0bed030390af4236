package expect

import (
	"strconv"
	"strings"

	"netreach/model/selector"
)

// isSelector reports whether what stands after "ns/" is a selector: no name
// holds "=" or "!".
func isSelector(s string) bool { return strings.ContainsAny(s, "=!") }

// parseSelector reads requirements that are joined with commas, into their
// canonical form.
func parseSelector(text, s string) (selector.Selector, error) {
	var out selector.Selector
	for item := range strings.SplitSeq(s, ",") {
		r, err := parseRequirement(text, item)
		if err != nil {
			return selector.Selector{}, err
		}
		out.Requirements = append(out.Requirements, r)
	}
	return out.Canonical(), nil
}

// parseRequirement reads key=value, key==value, key!=value, key or !key. An
// empty value is a value (SEL-3), and an absent key meets != (SEL-5).
func parseRequirement(text, item string) (selector.Requirement, error) {
	var r selector.Requirement
	value := ""
	switch key, v, hasValue := strings.Cut(item, "="); {
	case item == "":
		return r, peerError(text, "the selector has an empty part", "join requirements with one comma: app=db,tier=data")
	case hasValue && strings.HasSuffix(key, "!"):
		r, value = selector.Requirement{Key: strings.TrimSuffix(key, "!"), Op: selector.NotIn, Values: []string{v}}, v
	case hasValue:
		v = strings.TrimPrefix(v, "=")
		r, value = selector.Requirement{Key: key, Op: selector.In, Values: []string{v}}, v
	case strings.HasPrefix(item, "!"):
		r = selector.Requirement{Key: item[1:], Op: selector.DoesNotExist}
	default:
		r = selector.Requirement{Key: item, Op: selector.Exists}
	}
	switch {
	case !isLabelKey(r.Key):
		return r, peerError(text, strconv.Quote(r.Key)+" is not the key of a label",
			"a key is a name of at most 63 letters, digits, dashes, dots and underscores, which may have a DNS name and a slash in front")
	case !isLabelText(value):
		return r, peerError(text, strconv.Quote(value)+" is not the value of a label",
			"a value has at most 63 letters, digits, dashes, dots and underscores, with a letter or digit at both ends")
	}
	return r, nil
}
