package netpol

import (
	"maps"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"netreach/model"
	"netreach/model/lower/strict"
	"netreach/model/selector"
)

// peer lowers the peer at place within the rule.
func (l *lowering) peer(rule, place string, p *networkingv1.NetworkPolicyPeer) model.Peer {
	field := rule + "." + place
	list, _, _ := strings.Cut(place, "[")
	switch {
	case p.PodSelector == nil && p.NamespaceSelector == nil && p.IPBlock == nil: // NPV-7
		l.errorf(field, "peer-empty",
			"write namespaceSelector: {} for all pods of all namespaces, podSelector: {} for those of this one, or leave out "+list+" for anyone at all",
			"the peer has neither podSelector, namespaceSelector nor ipBlock")
	case p.IPBlock != nil && (p.PodSelector != nil || p.NamespaceSelector != nil): // NPV-6
		l.errorf(field, "peer-mixed", "write them as two items of "+list+", if either is to match", "ipBlock stands together with a selector")
	}

	// A selector that is not given differs from an empty one (SEL-2, VAL-4).
	pods := model.PodSet{}
	if p.PodSelector != nil {
		pods.Pods = l.selector(strict.Member(field, "podSelector"), p.PodSelector)
	}
	if p.NamespaceSelector != nil {
		// NP-23, and NP-24 if both are given.
		pods.Namespaces = l.selector(strict.Member(field, "namespaceSelector"), p.NamespaceSelector)
	} else {
		pods.Namespace = l.namespace // NP-22
	}
	if p.IPBlock != nil {
		return model.Peer{Kind: model.PeerBlock, Field: place, Block: l.block(strict.Member(field, "ipBlock"), p.IPBlock)}
	}
	return model.Peer{Kind: model.PeerPods, Field: place, Pods: pods}
}

// selector lowers a label selector that is given: the conjunction of its
// matchLabels and its matchExpressions (SEL-1, SEL-3).
func (l *lowering) selector(field string, s *metav1.LabelSelector) selector.Selector {
	var out selector.Selector
	for _, key := range slices.Sorted(maps.Keys(s.MatchLabels)) {
		value := s.MatchLabels[key]
		place := strict.Member(strict.Member(field, "matchLabels"), key)
		l.labelKey(place, key)
		l.labelValue(place, value)
		out.Requirements = append(out.Requirements, selector.Requirement{Key: key, Op: selector.In, Values: []string{value}})
	}
	for i := range s.MatchExpressions {
		e := &s.MatchExpressions[i]
		place := strict.Item(strict.Member(field, "matchExpressions"), i)
		r := selector.Requirement{Key: e.Key, Op: l.operator(place, e)}
		if len(e.Values) > 0 {
			r.Values = e.Values
		}
		out.Requirements = append(out.Requirements, r)
		l.labelKey(strict.Member(place, "key"), e.Key)
		for j, v := range e.Values {
			l.labelValue(strict.Item(strict.Member(place, "values"), j), v)
		}
	}
	return out.Canonical()
}

// operator returns the operator of an expression and checks that its values
// are there if and only if it takes any (SEL-4, SEL-5, SEL-6, NPV-10).
func (l *lowering) operator(field string, e *metav1.LabelSelectorRequirement) selector.Op {
	values := strict.Member(field, "values")
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
		l.errorf(strict.Member(field, "operator"), "selector-operator", choice(string(e.Operator), "In", "NotIn", "Exists", "DoesNotExist"),
			"%q is not an operator of a label selector", e.Operator) // SEL-8
		return op
	}
	switch takesValues := op == selector.In || op == selector.NotIn; {
	case takesValues && len(e.Values) == 0:
		hint := "give at least one value, or use Exists"
		if op == selector.NotIn {
			hint = "give at least one value, or use DoesNotExist"
		}
		l.errorf(values, "selector-values", hint, "%s needs values", op)
	case !takesValues && len(e.Values) > 0:
		hint := "leave the values out, or use In"
		if op == selector.DoesNotExist {
			hint = "leave the values out, or use NotIn"
		}
		l.errorf(values, "selector-values", hint, "%s takes no values", op)
	}
	return op
}

func (l *lowering) labelKey(field, key string) {
	if wrong := validation.IsQualifiedName(key); len(wrong) > 0 {
		l.errorf(field, "label-key", "", "%q is not a label key: %s", key, reasons(wrong))
	}
}

func (l *lowering) labelValue(field, value string) {
	if wrong := validation.IsValidLabelValue(value); len(wrong) > 0 {
		l.errorf(field, "label-value", "", "%q is not a label value: %s", value, reasons(wrong))
	}
}

// reasons joins what the validation functions say, without their examples and
// regular expressions.
func reasons(wrong []string) string {
	for i, w := range wrong {
		w, _, _ = strings.Cut(w, " (e.g.")
		wrong[i], _, _ = strings.Cut(w, " (regex")
	}
	return strings.Join(wrong, "; ")
}

// choice is the hint for a word that is none of those allowed.
func choice(word string, allowed ...string) string {
	for _, a := range allowed {
		if strings.EqualFold(a, strings.TrimSpace(word)) {
			return "write " + a + ": case matters"
		}
	}
	last := len(allowed) - 1
	return "write " + strings.Join(allowed[:last], ", ") + " or " + allowed[last]
}
