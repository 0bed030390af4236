package cli

import (
	"slices"

	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/model"
	"netreach/model/profile"
)

// under returns the matrix of the cluster under other switches.
func (in *input) under(switches model.Switches) (*engine.Matrix, error) {
	if m, ok := in.others[switches]; ok {
		return m, nil
	}
	m, err := engine.CompileUnder(in.universe, 0, switches)
	if err != nil {
		return nil, err
	}
	if in.others == nil {
		in.others = map[model.Switches]*engine.Matrix{}
	}
	in.others[switches] = m
	return m, nil
}

// setting is one knob set to a value.
type setting struct {
	profile.Knob
	to string
}

func (s setting) String() string { return s.Name + "=" + s.to }

// with returns the switches with some settings.
func with(switches model.Switches, settings ...setting) (model.Switches, error) {
	for _, s := range settings {
		if err := s.Set(&switches, s.to); err != nil {
			return switches, err
		}
	}
	return switches, nil
}

// caveats returns the caveats of an answer: the points that are up to the
// implementation, that the user leaves to the specification's suggestion, and
// that the answer would be another without. Each point is tried out by itself;
// where none matters alone but several do together, they are one caveat.
func (in *input) caveats(q *render.Query) ([]render.Caveat, error) {
	var open []setting
	for _, k := range profile.Knobs() {
		if k.Caveat != "" && !in.implementation.decided[k.Name] && k.Value(in.implementation.switches) != profile.Unknown {
			open = append(open, setting{k, profile.Unknown})
		}
	}
	depends, err := in.differs(q, open)
	// What is unknown already stays so when more is left open, and may yet rest on
	// a point.
	unknown := q.Answer.Verdict == model.Unknown || slices.ContainsFunc(q.Answer.Witnesses, func(w engine.Witness) bool { return w.Verdict == model.Unknown })
	if err != nil || !depends && !unknown {
		return nil, err
	}
	var out []render.Caveat
	for _, s := range open {
		c := render.Caveat{Settings: []string{setting{s.Knob, s.Value(in.implementation.switches)}.String()}, Points: []string{s.Caveat}}
		for _, value := range s.Values {
			other := setting{s.Knob, value}
			if value == profile.Unknown || value == s.Value(in.implementation.switches) {
				continue
			}
			depends, err := in.differs(q, []setting{other})
			if err != nil {
				return nil, err
			}
			if depends {
				verdict, err := in.judged(q, other)
				if err != nil {
					return nil, err
				}
				c.Otherwise = append(c.Otherwise, render.Instead{Value: value, Verdict: verdict})
			}
		}
		if len(c.Otherwise) > 0 {
			out = append(out, c)
		}
	}
	if len(out) > 0 || !depends {
		return out, nil
	}
	together, err := least(open, func(some []setting) (bool, error) { return in.differs(q, some) })
	if err != nil {
		return nil, err
	}
	var c render.Caveat
	for _, s := range together {
		c.Settings = append(c.Settings, setting{s.Knob, s.Value(in.implementation.switches)}.String())
		c.Points = append(c.Points, s.Caveat)
	}
	return []render.Caveat{c}, nil
}

// least returns a part of a list that does what the whole does, and of which
// nothing can be left out.
func least(list []setting, does func([]setting) (bool, error)) ([]setting, error) {
	for i := 0; i < len(list); {
		fewer := slices.Delete(slices.Clone(list), i, i+1)
		enough, err := does(fewer)
		if err != nil {
			return nil, err
		}
		if enough {
			list = fewer
		} else {
			i++
		}
	}
	return list, nil
}

// differs reports whether any flow that was asked about is judged otherwise
// under other settings.
func (in *input) differs(q *render.Query, settings []setting) (bool, error) {
	switches, err := with(in.implementation.switches, settings...)
	if err != nil || switches == in.implementation.switches {
		return false, err
	}
	m, err := in.under(switches)
	if err != nil {
		return false, err
	}
	if in.named != nil {
		same, err := in.sameWalks(m, q.Src)
		return !same, err
	}
	if q.Port.Kind == model.PortNamed {
		return !sameAnswer(q.Answer, m.Judge(q.Src, q.Dst, q.Port)), nil
	}
	c, err := engine.Compare(in.matrix, m, []engine.End{q.Src, q.Dst})
	if err != nil {
		return false, err
	}
	for _, change := range c.Changes(c.Cell(0, 1)) {
		if len(render.Clip([]engine.Segment{{Ports: change.Ports}}, q.Port)) > 0 {
			return true, nil
		}
	}
	return false, nil
}

func sameAnswer(a, b engine.Answer) bool {
	return a.Verdict == b.Verdict && slices.EqualFunc(a.Segments, b.Segments, func(a, b engine.Segment) bool {
		return a.Verdict == b.Verdict && slices.Equal(a.Ports, b.Ports)
	})
}

// judged returns the verdict about the question under another setting.
func (in *input) judged(q *render.Query, s setting) (model.Verdict, error) {
	switches, err := with(in.implementation.switches, s)
	if err != nil {
		return model.None, err
	}
	m, err := in.under(switches)
	if err != nil {
		return model.None, err
	}
	if in.named != nil {
		a, _, err := in.walk(m, in.named.question, q.Src)
		return a.Verdict, err
	}
	return m.Judge(q.Src, q.Dst, q.Port).Verdict, nil
}
