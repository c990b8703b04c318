package petition_test

import (
	"strings"
	"testing"

	"medborgarnavet/internal/audit"
)

// P-12, P-19: that a member of staff has read a proposal is in the audit log.
func TestReadingIsLogged(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.receive(bikeText, "")
		read := func() (n int) {
			for _, payload := range h.column(`SELECT payload FROM audit_row`) {
				if strings.Contains(payload, `"`+audit.Accessed+`"`) && strings.Contains(payload, got.ID) {
					n++
				}
			}
			return n
		}
		before := read()
		_, err := h.Read(t.Context(), maja, got.ID)
		h.ok(err)
		if n := read(); n != before+1 {
			t.Errorf("%d records of one reading", n-before)
		}
	})
}
