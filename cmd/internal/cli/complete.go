package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"netreach/cmd/internal/render"
	"netreach/engine/route"
	"netreach/model"
	"netreach/model/expect"
	"netreach/model/load"
	"netreach/model/near"
	"netreach/model/profile"
)

// noFiles keeps the shell from completing names of files.
const noFiles = cobra.ShellCompDirectiveNoFileComp

func (s *session) completion() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a completion script for bash, zsh, fish or powershell",
		Long: `completion prints the script that completes netreach's command line in a shell.
Peers complete from the files that -f names.`,
		Example: `  # bash
  source <(netreach completion bash)

  # zsh, once
  netreach completion zsh > "${fpath[1]}/_netreach"

  # fish, once
  netreach completion fish > ~/.config/fish/completions/netreach.fish`,
		Args:      wants(1, 1, "a shell: bash, zsh, fish or powershell"),
		ValidArgs: shells,
		PreRunE:   s.noFormat,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch root := cmd.Root(); args[0] {
			case "bash":
				return root.GenBashCompletionV2(s.out, true)
			case "zsh":
				return root.GenZshCompletion(s.out)
			case "fish":
				return root.GenFishCompletion(s.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(s.out)
			}
			return usage(cmd, near.Hint(args[0], shells, "it knows "+strings.Join(shells, ", ")), "no completion for %q", args[0])
		},
	}
}

// completer offers words for what is typed so far.
type completer = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective)

// words returns a completer of fixed words.
func words(list ...string) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) { return list, noFiles }
}

func (s *session) completeGlobals(root *cobra.Command) {
	var switches []string
	for _, k := range profile.Knobs() {
		for _, v := range k.Values {
			switches = append(switches, k.Name+"="+v+"\t"+k.Text)
		}
	}
	formats := func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return render.Formats(render.Verb(cmd.Name())), noFiles
	}
	for flag, complete := range map[string]completer{
		"set": words(switches...), "output": formats, "pod-cidr": words(), "cni": words(profileWords()...),
	} {
		// The flag exists, so that there is nothing to go wrong.
		_ = root.RegisterFlagCompletionFunc(flag, complete)
	}
}

// completeView registers the completions of the flags of a view.
func (s *session) completeView(cmd *cobra.Command) {
	peers := func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return s.peerNames(typed), noFiles
	}
	ports := func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return s.portNames(typed), noFiles
	}
	for flag, complete := range map[string]completer{
		"by": words(views()...), "port": ports, "from": peers, "to": peers, "external": words(),
	} {
		_ = cmd.RegisterFlagCompletionFunc(flag, complete) // as in completeGlobals
	}
}

// completeQuestion completes SRC DST [PORT].
func (s *session) completeQuestion(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return s.peerNames(typed), noFiles
	case 1:
		if cmd.Name() == "bisect" { // it follows peers only
			return s.peerNames(typed), noFiles
		}
		return s.destinationNames(typed), noFiles
	case 2:
		return s.portsOf(args[1], typed), noFiles
	}
	return nil, noFiles
}

// destinationNames offers what a destination can be: peers, Services, and URLs that
// lead through a route.
func (s *session) destinationNames(typed string) []string {
	in := s.sketched()
	names := in.peerWords()
	if in == nil {
		return names
	}
	for i := range in.cluster.Names.Services {
		svc := &in.cluster.Names.Services[i]
		names = append(names, svc.Namespace+"/svc/"+svc.Name)
	}
	return matching(append(names, in.urls()...), typed)
}

// urls returns the URLs of the hosts and paths of routes, but for those of many
// hosts.
func (in *input) urls() []string {
	atlas, err := route.New(in.matrix, route.Options{})
	if err != nil {
		return nil
	}
	var out []string
	entries := atlas.Entries()
	for i := range entries {
		for _, name := range entryNames(&route.Opening{Entry: &entries[i], Ports: atlas.Ports(&entries[i])}) {
			if strings.Contains(name, "://") && !strings.Contains(name, "://*") {
				out = append(out, name)
			}
		}
	}
	return out
}

// portsOf offers the ports of a destination: those of a Service, none for a URL, and
// for all others those that containers declare.
func (s *session) portsOf(dst, typed string) []string {
	p, err := expect.ParsePeer(dst, s.flags.namespace)
	switch {
	case err == nil && p.Kind == expect.URL:
		return nil
	case err != nil || p.Kind != expect.Service:
		return s.portNames(typed)
	}
	c := s.sketch()
	if c == nil {
		return nil
	}
	var names []string
	for i := range c.Names.Services {
		svc := &c.Names.Services[i]
		if svc.Namespace != p.Namespace || svc.Name != p.Name {
			continue
		}
		for _, port := range svc.Ports {
			names = append(names, model.PortString(port.Protocol, port.Port, port.Port))
			if port.Name != "" {
				names = append(names, model.PortMatch{Kind: model.PortNamed, Protocol: port.Protocol, Name: port.Name}.String())
			}
		}
	}
	return matching(names, typed)
}

// sketch reads the input for completion: leniently and without a word about
// what is wrong with it. Standard input belongs to the command to come.
func (s *session) sketch() *model.Cluster {
	if file, problems, err := s.configuration(); err == nil && len(problems) == 0 {
		s.fillIn(file)
	}
	files := slices.DeleteFunc(slices.Clone(s.flags.files), func(f string) bool { return f == "-" })
	if len(files) == 0 {
		return nil
	}
	cluster, _, err := load.Read(load.Options{FS: s.env.FS, Namespace: s.flags.namespace, Lenient: true}, files...)
	if err != nil {
		return nil
	}
	return cluster
}

// sketched returns the sketch, compiled, or nil.
func (s *session) sketched() *input {
	c := s.sketch()
	if c == nil {
		return nil
	}
	in, err := compile(c, nil, implementation{})
	if err != nil {
		return nil
	}
	return in
}

// peerNames offers what a peer can be.
func (s *session) peerNames(typed string) []string { return matching(s.sketched().peerWords(), typed) }

// peerWords returns the peers that there are; of no input the words that always are.
func (in *input) peerWords() []string {
	names := []string{"internet", "private"}
	if in == nil {
		return names
	}
	for _, e := range in.matrix.Namespaces() {
		names = append(names, e.Name)
	}
	for _, e := range in.matrix.Workloads() {
		names = append(names, e.Name)
	}
	for i := range in.cluster.Nodes {
		names = append(names, "node:"+in.cluster.Nodes[i].Name)
	}
	return names
}

// portNames offers the ports that containers declare, by name and by number.
func (s *session) portNames(typed string) []string {
	c := s.sketch()
	if c == nil {
		return nil
	}
	var names []string
	for i := range c.Pods {
		for _, p := range c.Pods[i].Ports {
			names = append(names, model.PortString(p.Protocol, p.Port, p.Port))
			if p.Name != "" {
				names = append(names, model.PortMatch{Kind: model.PortNamed, Protocol: p.Protocol, Name: p.Name}.String())
			}
		}
	}
	return matching(names, typed)
}

// matching returns the names that go on from what is typed, sorted, each once.
func matching(names []string, typed string) []string {
	names = slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, typed) })
	slices.Sort(names)
	return slices.Compact(names)
}
