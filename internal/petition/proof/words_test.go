package proof

import (
	"testing"

	"medborgarnavet/internal/petition/closing"
)

// P-01: a report names every reason why voting can be held, in words.
func TestReasonsHaveWords(t *testing.T) {
	for _, code := range closing.Reasons() {
		if reasons[code] == "" {
			t.Errorf("no words for %s", code)
		}
	}
}
