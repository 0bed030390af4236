package load

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"k8s.io/apimachinery/pkg/util/validation"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/lower/strict"
)

// identify finds the object's name and namespace. It reports false, and says
// why, if they are not those of an object that the API server would take.
func (r *reader) identify(obj *object, h head, entry kindReader) bool {
	var ds []model.Diagnostic
	o := &obj.origin
	refuse := func(field, code, text, hint string) {
		ds = append(ds, model.Diagnostic{Severity: model.Error, Code: code, Origin: o.At(field), Text: text, Hint: hint})
	}
	text := func(field string, value jsontext.Value, unquote func(jsontext.Value) (string, bool)) string {
		s, ok := unquote(value)
		if !ok && !isNull(value) {
			refuse(field, strict.WrongType, "must be a string, found "+describe(value), "put it in quotes")
		}
		return s
	}
	o.Name = text("metadata.name", h.name, unquote)
	if !entry.clusterScoped {
		o.Namespace = text("metadata.namespace", h.namespace, r.unquote)
		if isNull(h.namespace) || o.Namespace == "" {
			o.Namespace = r.namespace // VAL-6
		}
	}
	generated := text("metadata.generateName", h.generateName, unquote)
	if !isNull(h.metadata) && h.metadata.Kind() != '{' {
		refuse("metadata", strict.WrongType, "must be a mapping, found "+describe(h.metadata), "write `name: ...` below it, indented")
	}
	if len(ds) > 0 {
		return r.judgeOf(entry, *o, ds)
	}
	name := o.Name
	if name == "" && generated != "" {
		// The server completes the name, and so any that begins like this is as
		// good as another.
		o.Name, name = strings.TrimRight(generated, "-."), generated+"x"
	}
	obj.namespace, obj.name = o.Namespace, o.Name
	if entry.namedByOwnRules {
		return true
	}
	switch {
	case o.Name == "":
		refuse("metadata.name", "object-name", "the name is missing", "give the object a name")
	case o.Kind == "Namespace" && !isLabelName(name):
		refuse("metadata.name", "object-name", fmt.Sprintf("%q is not a name for a namespace", name), nameHint(name, labelNameHint))
	case !parts.UsualNames(name) && len(validation.IsDNS1123Subdomain(name)) > 0:
		refuse("metadata.name", "object-name", fmt.Sprintf("%q is not a name for a %s", o.Name, o.Kind), nameHint(name, objectNameHint))
	}
	if o.Namespace != "" && !isLabelName(o.Namespace) {
		refuse("metadata.namespace", "object-name", fmt.Sprintf("%q is not a name for a namespace", o.Namespace), nameHint(o.Namespace, labelNameHint))
	}
	return r.judgeOf(entry, *o, ds)
}

// judgeOf is judge for an object of a kind.
func (r *reader) judgeOf(k kindReader, o model.Origin, ds []model.Diagnostic) bool {
	switch {
	case len(ds) == 0:
		return true
	case k.manyUses:
		return false
	case k.leadsToPods:
		return r.leaveOut(o, ds)
	}
	return r.judge(o, ds)
}

func isLabelName(name string) bool {
	return parts.UsualName(name) || len(validation.IsDNS1123Label(name)) == 0
}

const (
	labelNameHint  = "lower-case letters, digits and '-', beginning and ending with a letter or digit, at most 63 in all"
	objectNameHint = "lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit, at most 253 in all"
)

func nameHint(name, hint string) string {
	if strings.Contains(name, "{{") {
		return helmHint
	}
	return hint
}
