package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"netreach/cmd/internal/config"
	"netreach/cmd/internal/render"
	"netreach/engine"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/load"
)

const (
	peersHelp = `A peer is NAMESPACE/NAME for a workload or a pod, NAMESPACE/KIND/NAME where that
is not unique, NAMESPACE/* or */* for all pods, NAMESPACE/KEY=VALUE for pods with
a label, an address, a CIDR or a range A-B, node:NAME, or one of the words
internet (all public addresses) and private (all other addresses outside). Both
leave out what pods, nodes and Services of the cluster have.`

	namesHelp = `DST may also be a name: NAMESPACE/svc/NAME for a Service, or a URL, which leads
through an Ingress, a Gateway or a Route. The answer then covers every hop: that
the client can ask DNS for the name, that it may connect to what takes the
connection, and that this may connect to the pods behind it.`

	portsHelp = `A port is 5432, 5432/tcp, 8000-8100/udp, http (a name that the destination gives
it) or *. Without protocol it is TCP; no port at all means every port of every
protocol. Quote a *, which is a pattern to the shell.`

	questionHelp = peersHelp + "\n\n" + namesHelp + "\n\n" + portsHelp
)

func (s *session) can() *cobra.Command {
	var why bool
	var controllers []string
	cmd := &cobra.Command{
		Use:   "can SRC DST [PORT] -f FILE",
		Short: "Say whether one peer may open connections to another",
		Long: `can says whether SRC may open connections to DST. The first word of the answer
is allow, deny, some (members of a set, or ports, differ; the parts follow),
unknown, or none (there is nothing to judge).

` + questionHelp + `

Exit code: 0 for allow, 1 for every other word, 2 if there is no answer.`,
		Example: `  netreach can shop/web shop/db 5432 -f manifests/
  netreach can shop/web 8.8.8.8 443 -f manifests/ --explain
  netreach can internet 'shop/*' 80 -f manifests/
  netreach can shop/web shop/svc/db 5432 -f manifests/
  netreach can internet https://shop.example.com/cart -f manifests/ --explain
  kubectl get pods,ns,netpol -A -o yaml | netreach can shop/app=web shop/db -f -`,
		Args:              wants(2, 3, "a source, a destination and perhaps a port"),
		ValidArgsFunction: s.completeQuestion,
		RunE: func(_ *cobra.Command, args []string) error {
			verb := render.Can
			if why {
				verb = render.Explain
			}
			return s.ask(verb, args, controllers)
		},
	}
	controllerFlag(cmd, &controllers)
	cmd.Flags().BoolVar(&why, "explain", false, "say why, with the policies, rules and lines that decide")
	return cmd
}

// controllerFlag registers --controller.
func controllerFlag(cmd *cobra.Command, values *[]string) {
	cmd.Flags().StringArrayVar(values, "controller", nil, "the pods that serve a class of Ingresses or Gateways, `CLASS=PEER` (ingress: no class, openshift: Routes); repeatable")
}

func (s *session) explain() *cobra.Command {
	var controllers []string
	cmd := &cobra.Command{
		Use:   "explain SRC DST [PORT] -f FILE",
		Short: "Say whether one peer may open connections to another, and why",
		Long: `explain is can --explain: below the verdict it names, for egress and for ingress,
the policies that isolate the subject, the rule that decided, or for a deny each
rule that might have allowed it and why it did not, all with file and line. The
rule that came nearest stands last. In a cluster with admin policies it walks the
tiers: which passed the flow on, which decided, and what was skipped.

Of an unknown verdict it names what would settle it. A caveat says that a verdict
rests on a point that is up to the implementation, and what it is otherwise; a
profile (--cni) or a switch (--set) decides such a point.

` + questionHelp + `

Exit code: 0 for allow, 1 for every other word, 2 if there is no answer.`,
		Example: `  netreach explain shop/web shop/db 5432 -f manifests/
  netreach explain shop/web shop/db 5432 -f manifests/ --cni cilium
  netreach explain shop/web shop/db -f manifests/ -o json`,
		Args:              wants(2, 3, "a source, a destination and perhaps a port"),
		ValidArgsFunction: s.completeQuestion,
		RunE:              func(_ *cobra.Command, args []string) error { return s.ask(render.Explain, args, controllers) },
	}
	controllerFlag(cmd, &controllers)
	return cmd
}

// ask answers one question.
func (s *session) ask(verb render.Verb, args, controllers []string) error {
	out, err := s.renderer(verb)
	if err != nil {
		return err
	}
	q, err := s.question(args)
	if err != nil {
		return err
	}
	if q.controllers, err = s.controllers(controllers); err != nil {
		return err
	}
	in, err := s.read()
	if err != nil {
		return err
	}
	if err := checkControllers(q.controllers, in.cluster); err != nil {
		return err
	}
	s.unreadAbout(in.cluster, q.dst)
	answer, err := in.answer(q, verb == render.Explain)
	if err != nil {
		return err
	}
	if answer.Answer.Verdict != model.Allowed {
		s.code = exitNo
	}
	s.hint(in.addressesFor(answer.Answer))
	return out.Query(answer)
}

// renderer returns the renderer that -o chooses for a verb.
func (s *session) renderer(verb render.Verb) (render.Renderer, error) {
	return render.New(s.flags.output, verb, s.out, render.Options{
		Color: s.env.colors(), Table: s.env.IsTerminal, Width: s.env.Width, Locate: load.Locate, Pairs: s.pairs,
		LeftOut: func() []model.Diagnostic { return s.forgiven },
		Dir:     s.env.Dir, Root: config.Repository(s.env.FS, s.env.Dir),
	})
}

// question is what a user asks about, as parsed.
type question struct {
	src, dst expect.Peer
	port     model.PortMatch
	// controllers are the pods that serve a class, as the user names them.
	controllers map[string]expect.Peer
}

// question parses SRC DST [PORT].
func (s *session) question(args []string) (question, error) {
	var q question
	var err error
	if q.src, err = expect.ParsePeer(args[0], s.flags.namespace); err != nil {
		return q, err
	}
	if q.dst, err = expect.ParsePeer(args[1], s.flags.namespace); err != nil {
		return q, err
	}
	if len(args) == 3 {
		q.port, err = expect.ParsePort(args[2])
	}
	return q, err
}

// answer judges a question and, if asked to, explains a flow for each verdict
// that occurs.
func (in *input) answer(q question, why bool) (*render.Query, error) {
	src, err := in.resolve(q.src)
	if err != nil {
		return nil, err
	}
	if out, err := in.byName(q, src, why); out != nil || err != nil {
		if out != nil {
			out.Answer.Notes = append(out.Answer.Notes, in.served(q.src)...)
		}
		return out, err
	}
	dst, err := in.resolve(q.dst)
	if err != nil {
		return nil, err
	}
	dst = in.itself(q.dst, dst)
	a := in.matrix.Judge(src, dst, q.port)
	a.Notes = append(a.Notes, in.served(q.src)...)
	if q.dst.First != q.dst.Last {
		a.Notes = append(a.Notes, in.served(q.dst)...)
	}
	out := &render.Query{
		Src: src, Dst: dst, Port: q.port, Answer: a, Flows: in.parts(q, src, dst, a),
		NotEnforced: in.implementation.switches.NotEnforced, Tiered: in.tiered(),
	}
	for _, w := range a.Witnesses {
		if note := in.families(w); note != "" {
			out.Answer.Notes = append(out.Answer.Notes, note)
		}
	}
	if out.NotEnforced {
		out.Answer.Notes = append(out.Answer.Notes, "nothing enforces policies (enforced=false)")
	}
	if !why {
		return out, nil
	}
	for _, w := range a.Witnesses {
		t := in.matrix.Explain(w.Src, w.Dst, w.Port.Protocol, in.example(w))
		flow := render.Why{Trace: t, Src: in.subject(w.Src, q.src, src), Dst: in.subject(w.Dst, q.dst, dst)}
		if flow.Settle, err = in.settles(&t); err != nil {
			return nil, err
		}
		out.Why = append(out.Why, flow)
	}
	out.Caveats, err = in.caveats(out)
	return out, err
}

// itself returns the end of a destination. An external address of a Service is the
// address outside that it is, on ports that no Service takes there (SVC-23).
func (in *input) itself(p expect.Peer, e engine.End) engine.End {
	if p.Kind == expect.Addresses && p.First == p.Last && len(e.Peers) == 0 {
		return in.matrix.EndOf(p.Text, []engine.PeerID{in.universe.AddrID(p.First)})
	}
	return e
}

// served says of an address or a range that is asked about that it is one of a
// Service, or holds one: nobody has that address, and it is not part of the answer.
func (in *input) served(p expect.Peer) []string {
	if p.Kind != expect.Addresses {
		return nil
	}
	s, at := in.matrix.ServedAt(p.First, p.Last)
	switch {
	case s == nil:
		return nil
	case p.First == p.Last && !in.matrix.Nobody(at):
		return []string{fmt.Sprintf("%s is an external address of Service %s/%s, and as a client whoever has it (SVC-23)", at, s.Namespace, s.Name)}
	case p.First == p.Last:
		return []string{fmt.Sprintf("%s is an address of Service %s/%s: nobody has it, and no connection comes from there (SVC-20, SVC-21)", at, s.Namespace, s.Name)}
	}
	return []string{fmt.Sprintf("in %s, %s is an address of Service %s/%s and not part of it: policy sees the pods behind it (SVC-21)", p.Text, at, s.Namespace, s.Name)}
}

// families says how the address families differ in a flow that is neither
// allowed nor denied as a whole, or nothing.
func (in *input) families(w engine.Witness) string {
	if w.Verdict != model.Some {
		return ""
	}
	var four, six model.Mix
	trace := in.matrix.Explain(w.Src, w.Dst, w.Port.Protocol, w.Port.First)
	for i := range trace.Flows {
		f := &trace.Flows[i]
		if f.SrcAddr.Is6() || f.DstAddr.Is6() {
			six = six.With(f.Verdict)
		} else {
			four = four.With(f.Verdict)
		}
	}
	u := in.universe
	return fmt.Sprintf("%s -> %s %s: %s over IPv4, %s over IPv6 (NP-53)", u.Peer(w.Src), u.Peer(w.Dst), w.Port, four.Verdict(), six.Verdict())
}

// subject describes a member of an end. The name of one outside is that of the
// addresses that the user asked about, as far as they are alike.
func (in *input) subject(id engine.PeerID, asked expect.Peer, e engine.End) render.Subject {
	p := in.universe.Peer(id)
	name := in.matrix.PeerName(id)
	s := render.Subject{Name: name, EngineName: name, Unfiltered: unfiltered(p.Kind)}
	if p.Kind == engine.OutsidePeer {
		if ranges := in.ranges(asked, engine.End{Peers: []engine.PeerID{id}}); len(ranges) > 0 {
			s.Name = ranges[0].Name
		}
	}
	if len(e.Peers) == 1 {
		s.Name = e.Name
	}
	return s
}

// example chooses the port of a witness that says most to a person: one that
// the destination declares, or else a well-known one.
func (in *input) example(w engine.Witness) uint16 {
	within := func(p uint16) bool { return w.Port.First <= p && p <= w.Port.Last }
	if pod := in.pod(w.Dst); pod != nil {
		for _, p := range pod.Ports {
			if p.Protocol == w.Port.Protocol && within(p.Port) {
				return p.Port
			}
		}
	}
	for _, p := range []uint16{80, 443} {
		if within(p) {
			return p
		}
	}
	return w.Port.First
}
