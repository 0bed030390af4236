package profile

import "netreach/model"

// answers returns the values of a knob that is a yes-or-no question.
func answers() []string { return []string{"true", "false", Unknown} }

func answer(v string) model.Answer {
	switch v {
	case "false":
		return model.No
	case Unknown:
		return model.Open
	}
	return model.Yes
}

func word(a model.Answer) string {
	switch a {
	case model.No:
		return "false"
	case model.Open:
		return Unknown
	case model.Yes:
	}
	return "true"
}

// sctpWord is word for SCTP, which is either decided by policy or open.
func sctpWord(a model.Answer) string {
	if a == model.Yes {
		return "true"
	}
	return Unknown
}

func hostNetworkMode(v string) model.HostNetworkMode {
	switch v {
	case "pods":
		return model.HostNetworkAsPod
	case Unknown:
		return model.HostNetworkOpen
	}
	return model.HostNetworkAsNode
}

func hostNetworkWord(m model.HostNetworkMode) string {
	switch m {
	case model.HostNetworkAsPod:
		return "pods"
	case model.HostNetworkOpen:
		return Unknown
	case model.HostNetworkAsNode:
	}
	return "ignore"
}

func tieMode(v string) model.TieMode {
	if v == "by-name" {
		return model.TiesByName
	}
	return model.TiesOpen
}

func tieWord(m model.TieMode) string {
	if m == model.TiesByName {
		return "by-name"
	}
	return Unknown
}

func snatMode(v string) model.SNATMode {
	switch v {
	case "node":
		return model.SNATNode
	case "never":
		return model.SNATNever
	}
	return model.SNATEither
}

func snatWord(m model.SNATMode) string {
	switch m {
	case model.SNATNode:
		return "node"
	case model.SNATNever:
		return "never"
	case model.SNATEither:
	}
	return "either"
}
