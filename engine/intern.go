package engine

import (
	"cmp"
	"encoding/binary"
	"slices"

	"netreach/model"
)

// labelInterner gives equal projections of labels one number.
type labelInterner struct {
	keys map[string]bool
	ids  map[string]int32
}

// labelSet interns the labels of l whose keys some selector names.
func (c *classifier) labelSet(in *labelInterner, l model.Labels) int32 {
	if len(in.keys) == 0 {
		return 0
	}
	key := c.key[:0]
	kept := 0
	for i := range l {
		if e := &l[i]; in.keys[e.Key] {
			key = append(key, e.Key...)
			key = append(key, 0)
			key = append(key, e.Value...)
			key = append(key, 0)
			kept++
		}
	}
	c.key = key
	if kept == 0 {
		return 0
	}
	id, ok := in.ids[string(key)]
	if !ok {
		id = int32(len(c.labelSets))
		in.ids[string(key)] = id
		c.labelSets = append(c.labelSets, project(l, in.keys))
	}
	return id
}

// lateSet interns the late labels whose keys some selector names.
func (c *classifier) lateSet(keys []string) int32 {
	var kept []string
	for _, k := range keys {
		if c.used.podKeys[k] {
			kept = append(kept, k)
		}
	}
	if len(kept) == 0 {
		return 0
	}
	for id, set := range c.lateSets {
		if slices.Equal(set, kept) {
			return int32(id)
		}
	}
	c.lateSets = append(c.lateSets, kept)
	return int32(len(c.lateSets) - 1)
}

// portSet interns the ports whose names some rule uses.
func (c *classifier) portSet(ports []model.ContainerPort) int32 {
	if len(c.used.names) == 0 && len(c.portSets) > 0 {
		return 0
	}
	var kept []model.ContainerPort
	for _, p := range ports {
		if p.Name != "" && p.Port != 0 && c.used.names[p.Name] {
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 && len(c.portSets) > 0 {
		return 0
	}
	slices.SortFunc(kept, func(a, b model.ContainerPort) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port), compareBool(a.Sidecar, b.Sidecar))
	})
	kept = slices.Compact(kept)
	var key []byte
	for _, p := range kept {
		key = append(key, p.Name...)
		key = append(key, 0, byte(p.Protocol), byte(p.Port>>8), byte(p.Port), byte(compareBool(p.Sidecar, false)))
	}
	id, ok := c.portIDs[string(key)]
	if !ok {
		id = int32(len(c.portSets))
		c.portIDs[string(key)] = id
		c.portSets = append(c.portSets, kept)
	}
	return id
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// int32Key returns the numbers as a map key.
func int32Key(ns []int32) string { return string(appendInt32s(nil, ns)) }

func appendInt32s(b []byte, ns []int32) []byte {
	for _, n := range ns {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	return b
}
