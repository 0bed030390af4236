package cli

import (
	"fmt"
	"io"
)

// helpExpectations writes the topic "expectations": the language of the files that
// test reads.
func helpExpectations(w io.Writer) {
	fmt.Fprint(w, `A file of expectations has one line for each:

  VERDICT SRC[, SRC]... -> DST[, DST]... [PORT[, PORT]...]

  allow shop/web -> shop/api http
  deny  internet, private -> shop/* *
  deny  */* except payments/* -> payments/db * except 9090/tcp
  only  shop/api, shop/admin -> shop/db 5432/tcp     # nobody else

A comment goes from # to the end of the line; one behind a line is what reports call
it by. A line that ends in a comma, or in ->, goes on in the next. Without ports a
line is about every port of every protocol.

`+questionHelp+`

Beside these a line may say

  node:*               all nodes
  outside:10.0.0.0/8   these addresses, without the pods and nodes that have one;
                       10.0.0.0/8 alone is both
  ipv4:internet        internet or private of one address family
  @frontends           a set that the file defines: set @frontends = shop/web, cms/web

Verdicts

  allow     every member of SRC reaches every member of DST on every port
  deny      none does, on any port
  only      as allow; and nobody else reaches DST on these ports: no other pod, no
            other node, and no address outside, as far as they are not in SRC
  unknown   it is open, on every port. Unknown meets neither allow nor deny
  some      members, ports or address families differ, as netreach can says of each
            SRC with each DST. "each" before the ports means every single port:
            some a/x -> a/y each *
  none      there is nothing to judge, such as a named port that no member has

A pod with itself is no pair of a set, as a pod always reaches itself, unless it is
all that there is. A pod's own node always reaches it: deny fails for such a pair,
and only leaves it out.

"except" and a list leave out what the list holds, of everything before it on that
side, or of the ports.

A line whose DST are names is judged over every hop, as netreach can does, each SRC
with each DST and each port. It takes except behind its sources only, no "each", no
"only", and no other destinations beside the names; deny everything else is not
about names. A URL has its port in it.

A file may end with

  deny everything else

which demands that whatever no other line of the file is about is denied: between
pods, and between pods and internet or private. Nodes are no part of it. With it a
file is complete, and a new flow or a new workload fails it. netreach lock writes
such files.

A line is an error, and no line that holds, if one of its names does not exist, if
except leaves nobody, or if no destination has a port of the name.
`)
}
