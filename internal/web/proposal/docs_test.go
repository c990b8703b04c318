package proposal

import (
	"os"
	"strings"
	"testing"

	"medborgarnavet/internal/web/page"
)

// The handbook's words for the states are the pages'.
func TestHandbookHasTheStates(t *testing.T) {
	raw, err := os.ReadFile("../../../docs/petitions.md")
	if err != nil {
		t.Fatal(err)
	}
	c, _ := own().Catalogue(t)
	for _, s := range stages() {
		e, ok := c.Entry(page.Swedish, "proposal.state."+s+".title")
		if !ok || !strings.Contains(string(raw), "| `"+s+"` | "+e.Other+" |") {
			t.Errorf("docs/petitions.md does not say %s: %s", s, e.Other)
		}
	}
}
