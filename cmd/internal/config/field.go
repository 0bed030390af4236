package config

import (
	"cmp"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"netreach/model/near"
	"netreach/model/profile"
)

// field is one field of the file: how it is read, and what the schema says of
// it.
type field struct {
	name   string
	text   string
	read   func(d *decoder, field string, n *yaml.Node)
	schema func() schema
}

// fields lists the fields of the file, by name.
func fields() []field {
	return []field{
		{"cni", "The profile of the network plugin, as --cni names it.", (*decoder).cni, cniSchema},
		{"filename", "Files and directories to read when the command line names none, relative to this file.", (*decoder).filename, filenameSchema},
		{"lenient", "Go on without what cannot be read or judged, with a warning.", (*decoder).lenient, lenientSchema},
		{"namespace", "The namespace of objects and peers that name none.", (*decoder).namespace, namespaceSchema},
		{"podCIDR", "The blocks that pods without an address have theirs from.", (*decoder).podCIDR, podCIDRSchema},
		{"switches", "Points that are up to the implementation, by knob, as --set turns them; they refine the profile.", (*decoder).switches, switchesSchema},
	}
}

func (d *decoder) cni(field string, n *yaml.Node) {
	name, ok := d.text(n, field)
	if !ok {
		return
	}
	if _, ok := profile.Named(name); !ok {
		d.problem(n.Line, field, CodeValue, "no profile "+strconv.Quote(name), near.Hint(name, profile.Names(), "profiles: "+strings.Join(profile.Names(), ", ")))
		return
	}
	d.file.CNI = name
}

func (d *decoder) filename(field string, n *yaml.Node) {
	d.list(n, field, func(item *yaml.Node, field string) {
		name, ok := d.text(item, field)
		switch {
		case !ok:
			return
		case name == "-":
			d.problem(item.Line, field, CodeValue, "standard input cannot be named here", "name it on the command line: -f -")
			return
		case !path.IsAbs(name) && !windowsAbs.MatchString(name):
			name = path.Join(d.dir, name)
		}
		d.file.Filenames = append(d.file.Filenames, name)
	})
}

// windowsAbs matches absolute names with a drive.
var windowsAbs = regexp.MustCompile(`^[A-Za-z]:[/\\]`)

func (d *decoder) lenient(field string, n *yaml.Node) { d.file.Lenient = d.boolean(n, field) }

// namespaceName matches what can be the name of a namespace, and maxNamespace is
// its length at most.
const (
	namespaceName = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	maxNamespace  = 63
)

func (d *decoder) namespace(field string, n *yaml.Node) {
	name, ok := d.text(n, field)
	if !ok {
		return
	}
	if ok, err := regexp.MatchString(namespaceName, name); err != nil || !ok || len(name) > maxNamespace {
		d.problem(n.Line, field, CodeValue, strconv.Quote(name)+" is not the name of a namespace", "it has at most 63 lower-case letters, digits and dashes")
		return
	}
	d.file.Namespace = name
}

func (d *decoder) podCIDR(field string, n *yaml.Node) {
	d.list(n, field, func(item *yaml.Node, field string) {
		text, ok := d.text(item, field)
		if !ok {
			return
		}
		p, err := netip.ParsePrefix(text)
		switch {
		case err != nil:
			d.problem(item.Line, field, CodeValue, strconv.Quote(text)+" is not a CIDR", "a CIDR is an address and a prefix length, such as 10.244.0.0/16")
		case p.Masked() != p:
			d.problem(item.Line, field, CodeValue, text+" has bits beyond its prefix length", "the block is "+p.Masked().String())
		default:
			d.file.PodCIDRs = append(d.file.PodCIDRs, p)
		}
	})
}

func (d *decoder) switches(field string, n *yaml.Node) {
	d.mapping(n, field, func(key, value *yaml.Node) {
		at := field + "." + key.Value
		k, err := profile.KnobNamed(key.Value)
		if err != nil {
			var names []string
			for _, k := range profile.Knobs() {
				names = append(names, k.Name)
			}
			d.problem(key.Line, field, CodeValue, err.Error(), near.Hint(key.Value, names, "switches: "+strings.Join(names, ", ")))
			return
		}
		word, ok := d.knobValue(value, at)
		switch {
		case !ok:
		case !slices.Contains(k.Values, word):
			d.problem(value.Line, at, CodeValue, "has no value "+strconv.Quote(word), near.Hint(word, k.Values, "values: "+strings.Join(k.Values, ", ")))
		default:
			d.file.Switches = append(d.file.Switches, Switch{k.Name, word})
		}
	})
	slices.SortFunc(d.file.Switches, func(a, b Switch) int { return cmp.Compare(a.Knob, b.Knob) })
}

// knobValue returns a knob's value. One that is true or false may stand with or
// without quotes.
func (d *decoder) knobValue(n *yaml.Node, field string) (string, bool) {
	if v := resolve(n); v.Kind == yaml.ScalarNode && v.ShortTag() == "!!bool" {
		return strings.ToLower(v.Value), true
	}
	return d.text(n, field)
}
