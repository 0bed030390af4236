package parts

import (
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"netreach/model/selector"
)

// Selector lowers a label selector that is given: the conjunction of its
// matchLabels and its matchExpressions (SEL-1, SEL-3), in canonical form.
func (r *Report) Selector(field string, s *metav1.LabelSelector) selector.Selector {
	var out selector.Selector
	for _, key := range slices.Sorted(maps.Keys(s.MatchLabels)) {
		value := s.MatchLabels[key]
		place := r.Member(r.Member(field, "matchLabels"), key)
		r.labelKey(place, key)
		r.labelValue(place, value)
		out.Requirements = append(out.Requirements, selector.Requirement{Key: key, Op: selector.In, Values: []string{value}})
	}
	for i := range s.MatchExpressions {
		e := &s.MatchExpressions[i]
		place := r.Item(r.Member(field, "matchExpressions"), i)
		q := selector.Requirement{Key: e.Key, Op: r.operator(place, e)}
		if len(e.Values) > 0 {
			q.Values = e.Values
		}
		out.Requirements = append(out.Requirements, q)
		r.labelKey(r.Member(place, "key"), e.Key)
		for j, v := range e.Values {
			r.labelValue(r.Item(r.Member(place, "values"), j), v)
		}
	}
	return out.Canonical()
}

// operator returns the operator of an expression and checks that its values
// are there if and only if it takes any (SEL-4, SEL-5, SEL-6, NPV-10).
func (r *Report) operator(field string, e *metav1.LabelSelectorRequirement) selector.Op {
	values := r.Member(field, "values")
	var op selector.Op
	switch e.Operator {
	case metav1.LabelSelectorOpIn:
		op = selector.In
	case metav1.LabelSelectorOpNotIn:
		op = selector.NotIn
	case metav1.LabelSelectorOpExists:
		op = selector.Exists
	case metav1.LabelSelectorOpDoesNotExist:
		op = selector.DoesNotExist
	default:
		r.Errorf(r.Member(field, "operator"), "selector-operator", Choice(string(e.Operator), "In", "NotIn", "Exists", "DoesNotExist"),
			"%q is not an operator of a label selector", e.Operator) // SEL-8
		return op
	}
	switch takesValues := op == selector.In || op == selector.NotIn; {
	case takesValues && len(e.Values) == 0:
		hint := "give at least one value, or use Exists"
		if op == selector.NotIn {
			hint = "give at least one value, or use DoesNotExist"
		}
		r.Errorf(values, "selector-values", hint, "%s needs values", op)
	case !takesValues && len(e.Values) > 0:
		hint := "leave the values out, or use In"
		if op == selector.DoesNotExist {
			hint = "leave the values out, or use NotIn"
		}
		r.Errorf(values, "selector-values", hint, "%s takes no values", op)
	}
	return op
}

func (r *Report) labelKey(field, key string) {
	if UsualKey(key) {
		return
	}
	if wrong := validation.IsQualifiedName(key); len(wrong) > 0 {
		r.Errorf(field, "label-key", "", "%q is not a label key: %s", key, reasons(wrong))
	}
}

func (r *Report) labelValue(field, value string) {
	if UsualValue(value) {
		return
	}
	if wrong := validation.IsValidLabelValue(value); len(wrong) > 0 {
		r.Errorf(field, "label-value", "", "%q is not a label value: %s", value, reasons(wrong))
	}
}
