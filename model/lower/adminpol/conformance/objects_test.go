package conformance_test

import (
	"strings"

	"pgregory.net/rapid"
)

// objects is what is particular about the objects of a kind.
type objects struct {
	// priority and names tell that the kind has priorities and domain names.
	priority, names bool
	// v1alpha2 tells that it is the kind of that version.
	v1alpha2 bool
}

type object = map[string]any

// drawing draws an object in which a few things go wrong, or nothing.
type drawing struct {
	*rapid.T
	objects
	slips int // how many may still
}

func (g objects) draw(t *rapid.T) object {
	d := &drawing{t, g, rapid.IntRange(0, 2).Draw(t, "slips")}
	spec := object{"subject": d.subject()}
	if g.priority {
		spec["priority"] = d.one([]any{10, 0, 1000}, -1, 1001)
	}
	allow := "Allow"
	if g.v1alpha2 {
		spec["tier"] = d.one([]any{"Admin", "Baseline"}, "admin", "")
		allow = "Accept"
	}
	for _, list := range []string{"ingress", "egress"} {
		spec[list] = d.list(d.most(), func() any { return d.rule(list, allow) })
	}
	return object{"metadata": object{"name": d.one([]any{"default"}, "other")}, "spec": d.spoil(spec)}
}

// slip reports, rarely, that something is to go wrong here.
func (d *drawing) slip() bool {
	if d.slips == 0 || rapid.IntRange(0, 14).Draw(d.T, "slip") > 0 {
		return false
	}
	d.slips--
	return true
}

// one returns one of the values that are right, or of those that are wrong.
func (d *drawing) one(right []any, wrong ...any) any {
	if len(wrong) > 0 && d.slip() {
		return rapid.SampledFrom(wrong).Draw(d.T, "wrong")
	}
	return rapid.SampledFrom(right).Draw(d.T, "right")
}

// spoil returns o, perhaps without one of its fields, or with one more.
func (d *drawing) spoil(o object) object {
	if !d.slip() {
		return o
	}
	known := rapid.SampledFrom([]string{
		"action", "priority", "tier", "subject", "from", "to", "port", "start", "end", "podSelector", "namespaceSelector", "destinationPort", "number", "namespaces", "pods",
	})
	switch rapid.IntRange(0, 2).Draw(d.T, "how") {
	case 0:
		o[known.Draw(d.T, "null")] = nil
	case 1:
		delete(o, known.Draw(d.T, "dropped"))
	default:
		o[rapid.SampledFrom([]string{"Namespaces", "foo", "ports", "protocols", "sameLabels", "namespaceSelector"}).Draw(d.T, "added")] = object{}
	}
	return o
}

// most is how many rules and items the kind takes.
func (d *drawing) most() int {
	if d.v1alpha2 {
		return 25
	}
	return 100
}

// list draws a list of a few items, or of none, or of about the most.
func (d *drawing) list(most int, item func() any) []any {
	n := rapid.IntRange(1, 3).Draw(d.T, "length")
	if d.slip() {
		n = rapid.SampledFrom([]int{0, most, most + 1}).Draw(d.T, "length")
	}
	out := []any{}
	for i := range n {
		if i > 3 {
			out = append(out, out[3])
		} else {
			out = append(out, item())
		}
	}
	return out
}

func (d *drawing) subject() any {
	o := object{"namespaces": d.selector()}
	if rapid.Bool().Draw(d.T, "pods") {
		o = object{"pods": d.pods()}
	}
	if d.slip() {
		o["namespaces"] = d.selector()
	}
	return d.spoil(o)
}

func (d *drawing) selector() object {
	return d.spoil(d.one(
		[]any{
			object{},
			object{"matchLabels": object{"a": "b"}},
			object{"matchExpressions": []any{object{"key": "a", "operator": "In", "values": []any{"b"}}, object{"key": "a", "operator": "Exists"}}},
		},
		object{"matchLabels": object{"a b": "c d"}},
		object{"matchExpressions": []any{object{"key": "a", "operator": "Is"}}},
	).(object))
}

func (d *drawing) pods() object {
	return d.spoil(object{"namespaceSelector": d.selector(), "podSelector": d.selector()})
}

func (d *drawing) rule(list, allow string) any {
	r := object{"action": d.one([]any{allow, "Deny"}, "Pass", "allow", "")}
	if rapid.Bool().Draw(d.T, "name") {
		r["name"] = d.one([]any{"a rule", strings.Repeat("é", 100)}, strings.Repeat("é", 101))
	}
	peers, ports := "from", "ports"
	if list == "egress" {
		peers = "to"
	}
	if d.v1alpha2 {
		ports = "protocols"
	}
	r[peers] = d.list(d.most(), func() any { return d.peer(peers) })
	if rapid.Bool().Draw(d.T, "ports") {
		r[ports] = d.list(d.most(), d.port)
	}
	return d.spoil(r)
}

func (d *drawing) peer(list string) any {
	kinds := []string{"namespaces", "pods"}
	if list == "to" || d.slip() {
		kinds = append(kinds, "nodes", "networks")
		if d.names || d.slip() {
			kinds = append(kinds, "domainNames")
		}
	}
	return d.fields(kinds, map[string]func() any{
		"namespaces": func() any { return d.selector() },
		"pods":       func() any { return d.pods() },
		"nodes":      func() any { return d.selector() },
		"networks": func() any {
			return d.list(25, func() any {
				return d.one([]any{"10.0.0.0/8", "::/0", "10.0.0.1/8", "2001:0db8:0000:0000:0000:0000:ffff:ffff/128", "10.1.0.0/16", "11.0.0.0/8", "::1/128"},
					"10.0.0.1", "010.0.0.0/8", "::ffff:10.0.0.0/104", "fe80::1%a/64", "", "10.0.0.0/08", "2001:0db8:0000:0000:0000:0000:255.255.255.255/128", "10.0.0.0/33")
			})
		},
		"domainNames": func() any {
			return d.list(25, func() any {
				return d.one([]any{"a.b", "*.a.b", "a.b.", "_a.b", "b.c", "c.d"}, "a", "*.b", "a..b", "", "a_.b", "a.b\n")
			})
		},
	})
}

// fields returns an object with one of the fields, or, by a slip, with more.
func (d *drawing) fields(names []string, values map[string]func() any) object {
	o := object{}
	for {
		name := rapid.SampledFrom(names).Draw(d.T, "field")
		o[name] = values[name]()
		if !d.slip() {
			return d.spoil(o)
		}
	}
}

func (d *drawing) number() any { return d.one([]any{80, 1, 65535, 443}, 0, 65536, -1) }

func (d *drawing) portRange() object {
	o := object{"start": d.one([]any{80, 1}, 0, 65536), "end": d.one([]any{90, 81}, 80, 79, 0)}
	return d.spoil(o)
}

func (d *drawing) port() any {
	name := func() any { return d.one([]any{"http"}, "80", "") }
	if !d.v1alpha2 {
		return d.fields([]string{"portNumber", "portRange", "namedPort"}, map[string]func() any{
			"portNumber": func() any { return d.spoil(object{"port": d.number(), "protocol": d.one([]any{"TCP", "UDP"}, "tcp")}) },
			"portRange":  func() any { return d.portRange() },
			"namedPort":  name,
		})
	}
	ports := func() any {
		return d.spoil(object{"destinationPort": d.fields([]string{"number", "range"}, map[string]func() any{
			"number": d.number, "range": func() any { return d.portRange() },
		})})
	}
	return d.fields([]string{"tcp", "udp", "sctp", "destinationNamedPort"}, map[string]func() any{
		"tcp": ports, "udp": ports, "sctp": ports, "destinationNamedPort": name,
	})
}
