package load

import (
	"fmt"
	"path"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"netreach/model"
	"netreach/model/lower/strict"
	"netreach/model/lower/workload"
)

// object is an object of a kind that counts.
type object struct {
	groupKind
	version         string
	namespace, name string
	json            jsontext.Value
	// pruned is that of the value.
	pruned bool
	origin model.Origin
}

// options returns how to read an object of a bulky kind.
func (o object) options() []workload.Option {
	if o.pruned {
		return []workload.Option{workload.Searched()}
	}
	return nil
}

// object reads an object that is not a list.
func (r *reader) object(v value, h head) {
	o := v.origin()
	kind, kindOK := r.word(o, "kind", h.kind, v.kind)
	apiVersion, versionOK := r.word(o, "apiVersion", h.apiVersion, v.apiVersion)
	if !kindOK || !versionOK {
		return
	}
	gk, version := groupKindOf(apiVersion, kind)
	o.Kind = kind
	switch {
	case kind == "" || apiVersion == "" && !concerns(gk) && !mistakenKind(gk):
		r.notKubernetes(v, o, kind)
		return
	case apiVersion == "":
		r.wrong(o, "apiVersion", "no-kind", "missing: which "+kind+" this is cannot be told", "add apiVersion: "+usualVersion(correctKind(kind)))
		return
	}
	entry, ok := kinds[gk]
	if !ok {
		if decides, unread := unreadKind(gk); unread {
			r.unreadObject(v, h, o, gk, decides)
		} else {
			r.otherKind(h, o, apiVersion)
		}
		return
	}
	obj := object{groupKind: gk.canonical(), version: version, json: v.json, pruned: v.pruned, origin: o}
	if !r.identify(&obj, h, entry) {
		return
	}
	switch {
	case entry.versions == version || strings.Contains(" "+entry.versions+" ", " "+version+" "):
		entry.read(r, obj)
	case entry.leadsToPods:
		r.leaveOut(obj.origin, []model.Diagnostic{{
			Severity: model.Error, Code: "api-version", Origin: obj.origin.At("apiVersion"),
			Text: fmt.Sprintf("there is no %s in %s", kind, apiVersion), Hint: "write apiVersion: " + strings.TrimPrefix(gk.group+"/"+strings.Fields(entry.versions)[0], "/"),
		}})
	case isPolicy(gk):
		r.policyKind(obj.origin, apiVersion)
	default:
		r.wrong(obj.origin, "apiVersion", "api-version", fmt.Sprintf("there is no %s in %s", kind, apiVersion), "write apiVersion: "+usualVersion(kind))
	}
}

// word returns the string that value holds, or inherited if it holds none. It
// reports false, and says so, if value is something else.
func (r *reader) word(o model.Origin, field string, value jsontext.Value, inherited string) (string, bool) {
	if isNull(value) {
		return inherited, true
	}
	s, ok := r.unquote(value)
	if !ok {
		r.refuse(o.At(field), strict.WrongType, "must be a string, found "+describe(value), "write the name in quotes, or without any if it is a plain word")
	}
	return s, ok
}

// wrong reports an error that makes the object at o unusable.
func (r *reader) wrong(o model.Origin, field, code, text, hint string) {
	r.judge(o, []model.Diagnostic{{Severity: model.Error, Code: code, Origin: o.At(field), Text: text, Hint: hint}})
}

// notObject reports a value that is neither an object nor a list of objects.
func (r *reader) notObject(v value) {
	o := v.origin()
	switch {
	case v.listed && v.kind != "" && !concernsItems(v.apiVersion, v.kind):
	case v.listed:
		r.refuse(o.At(""), "not-an-object", "an item of a list must be an object, found "+describe(v.json), "remove the item, or the dash before it")
	case v.json.Kind() == '[' && holdsObject(v.json):
		r.refuse(o, "not-an-object", "a bare list of objects", `put it into a list: {"apiVersion": "v1", "kind": "List", "items": [...]}`)
	default:
		r.notKubernetes(v, o, "")
	}
}

// holdsObject reports whether the first element of list looks like an object of
// the cluster.
func holdsObject(list jsontext.Value) bool {
	for m := range members(list) {
		return m.value.Kind() == '{' && headOf(m.value).kind != nil
	}
	return false
}

// notKubernetes reports a document that is no object of a cluster. Directories
// hold all sorts of files, but one that the user names is meant.
func (r *reader) notKubernetes(v value, o model.Origin, kind string) {
	text := "no Kubernetes object: it has no kind"
	if kind != "" {
		text = "no Kubernetes object: it has no apiVersion"
	}
	switch base := strings.TrimSuffix(path.Base(v.source.name), path.Ext(v.source.name)); {
	case v.listed || v.source.named:
		r.refuse(o, "no-kind", text, "every object needs apiVersion and kind")
	case base == "kustomization" || base == "Kustomization":
		r.warn(o, "no-kind", text+"; skipped", "kubectl kustomize DIR | netreach ... -f -")
	case base == "Chart" || base == "values":
		r.warn(o, "no-kind", text+"; skipped", helmHint)
	default:
		r.warn(o, "no-kind", text+"; skipped", "move files that are no manifests elsewhere, or name the manifests one by one")
	}
}

// describe says what a JSON value is, as the user may have written it in YAML.
func describe(value jsontext.Value) string {
	const longest = 40
	text := []rune(string(value))
	if len(text) > longest {
		text = append(text[:longest], '.', '.', '.')
	}
	switch value.Kind() {
	case '"':
		return "the string " + string(text)
	case 't', 'f':
		return "the boolean " + string(text)
	case '0':
		return "the number " + string(text)
	case '[':
		return "a list"
	case '{':
		return "a mapping"
	default:
		return "null"
	}
}
