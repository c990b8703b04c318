package booth_test

import (
	"context"
	"testing"

	"medborgarnavet/internal/petition/booth"
)

// BenchmarkTicket is the opening of a ticket, as part of a refused vote would
// be: a file operation in it would show.
func BenchmarkTicket(b *testing.B) {
	w := sqliteWorld(b, nil)
	ticket := w.admit(w.petition(true), voter(b, 1)).Ticket
	w.clock.Advance(booth.TicketFor) // so that it ends after the opening
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := w.booth.Cast(context.Background(), ticket, false); booth.Reason(err) != booth.ReasonExpired {
			b.Fatal(err)
		}
	}
}
