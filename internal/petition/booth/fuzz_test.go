package booth

import (
	"testing"
	"time"

	"medborgarnavet/internal/petition/seal"
)

// Whatever lies in a ticket, it is one of a person and a petition, or none.
func FuzzTicket(f *testing.F) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	good := append([]byte{ticketVersion, 0}, "01JDA0000000000000000000AB198507099805"...)
	good = append(good, make([]byte, 16)...)
	f.Add(good)
	f.Add(append(good, "9911-01"...))
	f.Add(good[:50])
	f.Fuzz(func(t *testing.T, plain []byte) {
		got, ok := parse(plain, now)
		if ok && (got.person.IsZero() || seal.CheckPetition(got.petition) != nil) {
			t.Errorf("a ticket of nobody, or for nothing")
		}
	})
}
