package route_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCitations demands that every rule about names is cited by a test, or by the
// expectations of a scenario, or stands in the table of what is not modelled.
func TestCitations(t *testing.T) {
	root := filepath.Join("..", "..")
	var text strings.Builder
	add := func(name string) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(b)
	}
	for _, dir := range []string{"engine", "model", "scenarios"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && (strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".txt")) {
				add(name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	tested := text.String()
	add(filepath.Join(root, "ARCHITECTURE.md"))
	said := strings.TrimPrefix(text.String(), tested)
	for family, n := range map[string]int{"SVC": 27, "ING": 14, "GW": 8, "RT": 2, "DNS": 11} {
		for i := 1; i <= n; i++ {
			rule := fmt.Sprintf("%s-%d", family, i)
			cited := func(text string) bool {
				for _, end := range []string{")", ",", ":", " ", ".", ";", "\""} {
					if strings.Contains(text, rule+end) {
						return true
					}
				}
				return false
			}
			if !cited(tested) && !cited(said) {
				t.Errorf("%s is neither tested nor listed", rule)
			}
		}
	}
}
