package parts_test

import (
	"net"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"netreach/model"
	"netreach/model/lower/parts"
	"netreach/model/selector"
)

// TestReport: diagnostics keep their order and get the object's origin; only an
// error refuses the object.
func TestReport(t *testing.T) {
	o := model.Origin{Kind: "NetworkPolicy", Name: "db", File: "db.yaml", Line: 3}
	r := parts.Report{Origin: o}
	r.Warnf("spec.a", "x", "do", "%d things", 2)
	if r.Refused() {
		t.Error("a warning refuses the object")
	}
	r.Errorf("spec.b", "y", "", "wrong")
	if !r.Refused() {
		t.Error("an error does not refuse the object")
	}
	want := []model.Diagnostic{
		{Severity: model.Warning, Code: "x", Origin: o.At("spec.a"), Text: "2 things", Hint: "do"},
		{Severity: model.Error, Code: "y", Origin: o.At("spec.b"), Text: "wrong"},
	}
	if diff := cmp.Diff(want, r.Diagnostics); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

// TestReport_Selector: the selector is canonical, and the object's own values
// stay as they are (SEL-1). More of it is tested with each policy kind.
func TestReport_Selector(t *testing.T) {
	values := []string{"y", "x", "y"}
	var r parts.Report
	got := r.Selector("s", &metav1.LabelSelector{
		MatchLabels:      map[string]string{"b": "1"},
		MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "a", Operator: "NotIn", Values: values}},
	})
	want := selector.Selector{Requirements: []selector.Requirement{
		{Key: "a", Op: selector.NotIn, Values: []string{"x", "y"}},
		{Key: "b", Op: selector.In, Values: []string{"1"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" || r.Refused() {
		t.Errorf("selector (-want +got):\n%s\n%v", diff, r.Diagnostics)
	}
	if diff := cmp.Diff([]string{"y", "x", "y"}, values); diff != "" {
		t.Errorf("the values were changed (-before +after):\n%s", diff)
	}
}

func TestReport_Ports(t *testing.T) {
	var r parts.Report
	if got := r.Protocol("p", nil); got != model.TCP { // NP-29
		t.Errorf("no protocol is %v", got)
	}
	if got := r.Protocol("p", new(corev1.ProtocolSCTP)); got != model.SCTP {
		t.Errorf("SCTP is %v", got)
	}
	for _, n := range []int32{1, 65535} {
		if got := r.PortNumber("p", n); int32(got) != n {
			t.Errorf("port %d is %d", n, got)
		}
	}
	if r.Refused() {
		t.Fatalf("refused: %v", r.Diagnostics)
	}
	for _, n := range []int32{0, -1, 65536, 65536 + 80} {
		if got := r.PortNumber("p", n); got != 0 {
			t.Errorf("port %d is %d", n, got)
		}
	}
	r.Protocol("p", new(corev1.Protocol("tcp")))
	if n := len(r.Diagnostics); n != 5 {
		t.Errorf("%d diagnostics, want 5: %v", n, r.Diagnostics)
	}
}

func TestPortName(t *testing.T) {
	tests := []struct {
		name   string
		valid  bool
		number uint16
	}{
		{"http", true, 0},
		{"80", false, 80},
		{"0", false, 0},
		{"65536", false, 0},
		{"a--b", false, 0},
		{"", false, 0},
	}
	for _, tt := range tests {
		why, number := parts.PortName(tt.name)
		if valid := why == ""; valid != tt.valid || number != tt.number {
			t.Errorf("PortName(%q) = %q, %d", tt.name, why, number)
		}
	}
}

func TestChoice(t *testing.T) {
	tests := []struct{ word, want string }{
		{"tcp", "write TCP: case matters"},
		{" UDP ", "write UDP: case matters"},
		{"icmp", "write TCP, UDP or SCTP"},
		{"", "write TCP, UDP or SCTP"},
	}
	for _, tt := range tests {
		if got := parts.Choice(tt.word, "TCP", "UDP", "SCTP"); got != tt.want {
			t.Errorf("Choice(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
}

// TestPrefix: host bits go, and an IPv4-mapped network is one of IPv4 (NP-38).
func TestPrefix(t *testing.T) {
	tests := []struct{ cidr, want string }{
		{"10.1.2.3/8", "10.0.0.0/8"},
		{"2001:db8::1/32", "2001:db8::/32"},
		{"::ffff:10.0.0.0/104", "10.0.0.0/8"},
		{"::ffff:0.0.0.0/95", "::fffe:0:0/95"},
	}
	for _, tt := range tests {
		_, n, err := net.ParseCIDR(tt.cidr)
		if err != nil {
			t.Fatal(err)
		}
		if got := parts.Prefix(n); got != netip.MustParsePrefix(tt.want) {
			t.Errorf("Prefix(%s) = %v, want %s", tt.cidr, got, tt.want)
		}
	}
}
