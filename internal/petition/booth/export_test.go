package booth

import (
	"time"

	"medborgarnavet/block/pnr"
)

// TicketForBench is the ticket of an admission.
func TicketForBench(b *Booth, petition string, who pnr.Number, at time.Time) (string, error) {
	return b.seal(ticket{petition: petition, person: who, begun: at, made: at})
}
