package workload

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// nginxProgram is the program of ingress-nginx, and nginxClass the controller that
// it is unless it is told another name.
const (
	nginxProgram = "nginx-ingress-controller"
	nginxClass   = "k8s.io/ingress-nginx"
)

// told returns what the containers of an ingress controller are told by their
// arguments (ING-2, ING-12): the ConfigMap to read, as "namespace/name", the controller
// that they are, and the name of their class. What they are not told is "".
func (s *templateSpec) told(namespace string) (config, controllerClass, ingressClass string) {
	for _, c := range s.Containers {
		words := c.words()
		if text, ok := argument(words, "configmap"); ok && config == "" {
			if ns, name, ok := strings.Cut(text, "/"); ok {
				if ns == "$(POD_NAMESPACE)" {
					ns = namespace
				}
				config = ns + "/" + name
			}
		}
		if ingressClass == "" {
			ingressClass, _ = argument(words, "ingress-class")
		}
		text, ok := argument(words, "controller-class")
		switch {
		case controllerClass != "":
		case ok:
			controllerClass = text
		case slices.ContainsFunc(words, func(w string) bool { return w[strings.LastIndex(w, "/")+1:] == nginxProgram }):
			controllerClass = nginxClass
		}
	}
	if ingressClass == "" && controllerClass == nginxClass {
		ingressClass = "nginx"
	}
	return config, controllerClass, ingressClass
}

// words returns the command of a container with its arguments.
func (c *templateContainer) words() []string {
	var out []string
	for _, word := range slices.Concat(c.Command, c.Args) {
		if text, err := jsontext.AppendUnquote(nil, word); err == nil {
			out = append(out, string(text))
		}
	}
	return out
}

// argument returns the last value of an argument, which may be given in one word
// or in two, with one dash or two.
func argument(words []string, name string) (value string, ok bool) {
	for i, word := range words {
		flag, text, given := strings.Cut(word, "=")
		switch {
		case flag != "--"+name && flag != "-"+name:
		case given:
			value, ok = text, true
		case i+1 < len(words):
			value, ok = words[i+1], true
		}
	}
	return value, ok
}
