package load

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"netreach/model"
	"netreach/model/lower/strict"
)

// head is what tells objects and lists apart, and one object from the other.
// Values that are absent are nil.
type head struct {
	apiVersion, kind, metadata    jsontext.Value
	name, generateName, namespace jsontext.Value
	// items are those of a list, at itemsOffset, and page is the mark of one
	// that has further pages.
	items, page jsontext.Value
	itemsOffset int
}

// headOf reads the head of an object.
func headOf(object jsontext.Value) head {
	var h head
	for m := range members(object) {
		switch string(m.name) {
		case "apiVersion":
			h.apiVersion = m.value
		case "kind":
			h.kind = m.value
		case "items":
			h.items, h.itemsOffset = m.value, m.offset
		case "metadata":
			h.metadata = m.value
		}
		if h.apiVersion != nil && h.kind != nil && h.metadata != nil && !bytes.HasSuffix(h.kind, []byte(`List"`)) && bytes.IndexByte(h.kind, '\\') < 0 {
			break // all that there is to find, since only lists have items
		}
	}
	if h.metadata.Kind() != '{' {
		return h
	}
	for m := range members(h.metadata) {
		switch string(m.name) {
		case "name":
			h.name = m.value
		case "generateName":
			h.generateName = m.value
		case "namespace":
			h.namespace = m.value
		case "continue":
			h.page = m.value
		}
	}
	return h
}

// isList reports whether the object is a list of objects: one of kind List, or
// of a kind such as PodList (VAL-7).
func (h head) isList() bool {
	kind, _ := unquote(h.kind)
	of, ok := strings.CutSuffix(kind, "List")
	if !ok {
		return false
	}
	apiVersion, _ := unquote(h.apiVersion)
	return h.items != nil || concernsItems(apiVersion, of)
}

// listHead returns what the items of list v inherit. It reports false if they
// are not to be read, because they cannot be, or because the list is no list of
// objects after all.
func (r *reader) listHead(v value, h head) (apiVersion, kind string, ok bool) {
	listKind, _ := unquote(h.kind)
	kind = strings.TrimSuffix(listKind, "List")
	apiVersion, _ = unquote(h.apiVersion)
	known := concernsItems(apiVersion, kind)
	o := v.origin()
	o.Kind = listKind
	page, _ := unquote(h.page)
	if page != "" && known {
		r.judge(o, []model.Diagnostic{{
			Severity: model.Error, Code: "list-partial", Origin: o.At("metadata.continue"),
			Text: "the list is one page of several: what the others hold is missing",
			Hint: "fetch the whole list: kubectl get does, and with --raw leave out limit=",
		}})
	}
	if gk, _ := groupKindOf(apiVersion, kind); page != "" && kinds[gk].leadsToPods && !kinds[gk].manyUses {
		r.warn(o.At("metadata.continue"), "list-partial", "the list is one page of several: what the others hold is missing",
			"fetch the whole list: kubectl get does, and with --raw leave out limit=")
	}
	switch {
	case isNull(h.items):
		return apiVersion, kind, false
	case h.items.Kind() == '[':
		return apiVersion, kind, true
	case known:
		r.refuse(o.At("items"), strict.WrongType, "must be a list, found "+describe(h.items), `put "- " before each item`)
	}
	return "", "", false
}
