package expect

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// The words and prefixes of peers.
const (
	internetWord  = "internet"
	privateWord   = "private"
	nodePrefix    = "node:"
	outsidePrefix = "outside:"
	ipv4Prefix    = "ipv4:"
	ipv6Prefix    = "ipv6:"
	allNodes      = "*"
	serviceKind   = "svc"
	anyNamespace  = "*"
	defaultSpace  = "default"
	allPodsOfAny  = "*/*"
	peerExamples  = "such as shop/db, shop/app=db, 10.0.0.0/8, node:worker-1 or internet"
	nameRule      = "names have lower-case letters, digits, dashes and dots, with a letter or digit at both ends"
	namespaceRule = "names of namespaces have at most 63 lower-case letters, digits and dashes"
)

// ParsePeer reads a peer. A bare name lies in the given namespace, or in
// "default" if that is empty. The words "internet" and "private" and whatever
// reads as an address are never names: a pod called so needs its namespace in
// front. The error is a *SyntaxError.
func ParsePeer(text, namespace string) (Peer, error) {
	switch {
	case text == "":
		return Peer{}, peerError(text, "is empty", peerExamples)
	case strings.ContainsFunc(text, unicode.IsSpace):
		return Peer{}, spaceError(text)
	case text == internetWord:
		return Peer{Kind: Internet, Text: text}, nil
	case text == privateWord:
		return Peer{Kind: Private, Text: text}, nil
	case strings.HasPrefix(text, nodePrefix):
		return parseNode(text)
	case strings.HasPrefix(text, "http://"), strings.HasPrefix(text, "https://"):
		return parseURL(text)
	case strings.HasPrefix(text, outsidePrefix):
		return parseOutside(text)
	case strings.HasPrefix(text, ipv4Prefix), strings.HasPrefix(text, ipv6Prefix):
		return parseFamily(text)
	case strings.HasPrefix(text, setPrefix):
		return Peer{}, peerError(text, "is the name of a set, which only a file of lines can define", peerExamples)
	}
	if p, ok, err := parseAddresses(text); ok {
		return p, err
	}
	if strings.Contains(text, ":") {
		return Peer{}, colonError(text)
	}
	ns, rest, ok := strings.Cut(text, "/")
	if !ok {
		return parseBare(text, namespace)
	}
	return parseObject(text, ns, rest)
}

// parseBare reads a name without namespace.
func parseBare(text, namespace string) (Peer, error) {
	if namespace == "" {
		namespace = defaultSpace
	}
	switch {
	case text == "*":
		return Peer{}, peerError(text, "the namespace is missing", "all pods of all namespaces are "+allPodsOfAny+", those of one "+namespace+"/*")
	case isSelector(text):
		return Peer{}, peerError(text, "the namespace is missing", "write "+namespace+"/"+text+", or */"+text+" for all namespaces")
	case !isLabelName(namespace):
		return Peer{}, peerError(text, "the default namespace "+strconv.Quote(namespace)+" is not the name of a namespace", namespaceRule)
	case !isObjectName(text):
		return Peer{}, peerError(text, "is not a name", nameHint(text))
	}
	return Peer{Kind: Named, Text: text, Namespace: namespace, Name: text}, nil
}

// parseObject reads what stands after "ns/".
func parseObject(text, ns, rest string) (Peer, error) {
	switch {
	case ns == "":
		return Peer{}, peerError(text, "the namespace is missing before the slash", "write it, or * for all namespaces")
	case rest == "":
		return Peer{}, peerError(text, "the name is missing after the slash", "all pods of the namespace are "+ns+"/*")
	case ns != anyNamespace && !isLabelName(ns):
		hint := namespaceRule
		if isSelector(rest) && isLabelKey(text[:strings.IndexAny(text, "=!")]) {
			hint = "a selector stands after its namespace: " + defaultSpace + "/" + text + ", or */" + text
		}
		return Peer{}, peerError(text, strconv.Quote(ns)+" is not the name of a namespace", hint)
	case isSelector(rest):
		labels, err := parseSelector(text, rest)
		return Peer{Kind: Selected, Text: text, Namespace: ns, Labels: labels}, err
	case rest == "*":
		return Peer{Kind: AllPods, Text: text, Namespace: ns}, nil
	case ns == anyNamespace:
		return Peer{}, peerError(text, "a name belongs to one namespace", "write the namespace, or choose by labels: */app=NAME")
	}
	kind, name, ok := strings.Cut(rest, "/")
	switch {
	case !ok && !isObjectName(rest):
		return Peer{}, peerError(text, strconv.Quote(rest)+" is not a name", nameHint(rest))
	case !ok:
		return Peer{Kind: Named, Text: text, Namespace: ns, Name: rest}, nil
	case strings.Contains(kind, ","):
		return Peer{}, peerError(text, strconv.Quote(kind)+" is not a name", nameHint(kind))
	case !isKind(kind):
		return Peer{}, peerError(text, strconv.Quote(kind)+" is not a kind", "such as "+ns+"/deployment/web or "+ns+"/svc/web")
	case !isObjectName(name):
		return Peer{}, peerError(text, strconv.Quote(name)+" is not a name", nameHint(name))
	case isServiceKind(kind):
		return Peer{Kind: Service, Text: text, Namespace: ns, Name: name}, nil
	}
	return Peer{Kind: Named, Text: text, Namespace: ns, ObjectKind: kind, Name: name}, nil
}

// isServiceKind reports whether kind is a Service, in the spellings that
// kubectl takes.
func isServiceKind(kind string) bool {
	return strings.EqualFold(kind, serviceKind) || strings.EqualFold(kind, "service") || strings.EqualFold(kind, "services")
}

func parseNode(text string) (Peer, error) {
	name := strings.TrimPrefix(text, nodePrefix)
	switch {
	case name == "":
		return Peer{}, peerError(text, "the node's name is missing", "such as node:worker-1")
	case name == allNodes:
	case !isObjectName(name):
		return Peer{}, peerError(text, strconv.Quote(name)+" is not the name of a node", nameHint(name))
	}
	return Peer{Kind: NodeName, Text: text, Name: name}, nil
}

// parseOutside reads "outside:" and addresses.
func parseOutside(text string) (Peer, error) {
	rest := strings.TrimPrefix(text, outsidePrefix)
	p, ok, err := parseAddresses(rest)
	switch {
	case err != nil:
		return Peer{}, err
	case !ok:
		return Peer{}, peerError(text, strconv.Quote(rest)+" is not an address", "outside: takes an address, a CIDR or a range, such as outside:10.0.0.0/8")
	}
	p.Text, p.Outside = text, true
	return p, nil
}

// parseFamily reads "ipv4:" or "ipv6:", and one of the words for addresses
// outside.
func parseFamily(text string) (Peer, error) {
	p := Peer{Kind: Internet, Text: text, Family: 4}
	if strings.HasPrefix(text, ipv6Prefix) {
		p.Family = 6
	}
	switch rest := text[len(ipv4Prefix):]; rest {
	case internetWord:
	case privateWord:
		p.Kind = Private
	default:
		return Peer{}, peerError(text, strconv.Quote(rest)+" has no families", "it is "+text[:len(ipv4Prefix)]+internetWord+" or "+text[:len(ipv4Prefix)]+privateWord)
	}
	return p, nil
}

func parseURL(text string) (Peer, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return Peer{}, peerError(text, "is not a URL", "such as https://shop.example.com/cart")
	case u.Hostname() == "":
		return Peer{}, peerError(text, "the host is missing", "such as https://shop.example.com/cart")
	case strings.HasSuffix(text, ","):
		return Peer{}, peerError(text, "ends in a comma", "separate peers with a comma and a space")
	}
	return Peer{Kind: URL, Text: text}, nil
}

func spaceError(text string) error {
	hint := peerExamples
	switch {
	case strings.Contains(text, " notin "):
		hint = "write key!=a,key!=b for key notin (a,b)"
	case strings.Contains(text, " in "):
		hint = "name a peer for each value: shop/key=a and shop/key=b"
	case strings.Contains(text, ", "):
		hint = "name each peer by itself"
	}
	return peerError(text, "holds a space", hint)
}

func colonError(text string) error {
	if strings.Contains(text, "://") {
		return peerError(text, "is not a URL that a route can have", "it begins with http:// or https://")
	}
	if head, tail, _ := strings.Cut(text, ":"); !strings.Contains(tail, ":") {
		hint := peerExamples
		if _, err := ParsePort(tail); err == nil {
			hint = "the port is a word of its own: " + head + " " + tail
		}
		return peerError(text, "holds a colon", hint)
	}
	return peerError(text, "is not an IPv6 address", "such as 2001:db8::7, without brackets and port")
}

func nameHint(name string) string {
	switch {
	case strings.Contains(name, "*"):
		return "* stands for all pods of a namespace, not for a part of a name: shop/*"
	case strings.Contains(name, ","):
		return "name each peer by itself; in a line, separate peers with a comma and a space"
	case strings.Contains(name, "/"):
		return "a peer has three parts at most: namespace/kind/name"
	case isObjectName(strings.ToLower(name)):
		return "names are in lower case: " + strings.ToLower(name)
	}
	return nameRule
}

// String returns the peer in its shortest form with namespace, whatever the
// user wrote. ParsePeer reads it back as the same peer.
func (p Peer) String() string {
	switch p.Kind {
	case Named:
		if p.ObjectKind != "" {
			return p.Namespace + "/" + p.ObjectKind + "/" + p.Name
		}
		return p.Namespace + "/" + p.Name
	case AllPods:
		return p.Namespace + "/*"
	case Selected:
		return p.Namespace + "/" + p.Labels.String()
	case Addresses:
		if p.Outside {
			return outsidePrefix + addressText(p.First, p.Last)
		}
		return addressText(p.First, p.Last)
	case NodeName:
		return nodePrefix + p.Name
	case Internet:
		return familyPrefix(p.Family) + internetWord
	case Private:
		return familyPrefix(p.Family) + privateWord
	case Service:
		return p.Namespace + "/" + serviceKind + "/" + p.Name
	case Defined:
		return setPrefix + p.Name
	case URL:
	}
	return p.Text
}

func familyPrefix(family uint8) string {
	switch family {
	case 4:
		return ipv4Prefix
	case 6:
		return ipv6Prefix
	}
	return ""
}
