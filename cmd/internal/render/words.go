package render

import "netreach/engine"

// matchWord returns a match as the JSON form spells it.
func matchWord(m engine.Match) string {
	switch m {
	case engine.FullMatch:
		return "yes"
	case engine.MaybeMatch:
		return "open"
	case engine.NoMatch:
	}
	return "no"
}

// overlayWord returns an overlay as the JSON form spells it, or "".
func overlayWord(o engine.Overlay) string {
	switch o {
	case engine.Itself:
		return "itself"
	case engine.OwnNode:
		return "own-node"
	case engine.PerhapsOwnNode:
		return "own-node-open"
	case engine.NoOverlay:
	}
	return ""
}

// outcomeWord returns an outcome as the JSON form spells it.
func outcomeWord(o engine.Outcome) string {
	switch o {
	case engine.NotConcerned:
		return "not-concerned"
	case engine.ByAllow:
		return "allow"
	case engine.ByDeny:
		return "deny"
	case engine.ByPass:
		return "pass"
	case engine.ByIsolation:
		return "isolated"
	case engine.ByOwnNode:
		return "own-node"
	case engine.ByNothing:
		return "no-match"
	case engine.ByOpenPoint:
		return "open"
	case engine.ByOtherDirection:
		return "other-direction"
	case engine.NotReached:
	}
	return "not-reached"
}
