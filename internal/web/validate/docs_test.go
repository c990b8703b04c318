package validate

import (
	"os"
	"strings"
	"testing"
)

// S-06: docs/signatures.md names every fault that a program can be answered.
func TestFaultsAreDocumented(t *testing.T) {
	raw, err := os.ReadFile("../../../docs/signatures.md")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"no-signature", "no-tokens"}
	for trouble := range apiTroubles {
		names = append(names, strings.ReplaceAll(string(trouble), "_", "-"))
	}
	for _, name := range names {
		if !strings.Contains(string(raw), "`"+name+"`") {
			t.Errorf("the fault %s is not in docs/signatures.md", name)
		}
	}
}
