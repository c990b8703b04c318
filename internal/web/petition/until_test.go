package petition

import (
	"testing"
	"time"

	"medborgarnavet/internal/web/page"
)

// P-05, P-11: a vote that closes at midnight is open to and including a day; one that
// an outage or a steward has moved is open to a moment, and no day is promised.
func TestLastDayOrMoment(t *testing.T) {
	sweden, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	p := &Pages{zone: sweden}
	for closes, want := range map[time.Time]string{
		time.Date(2027, 1, 22, 0, 0, 0, 0, sweden):    "petition.last.through",
		time.Date(2027, 1, 21, 23, 0, 0, 0, time.UTC): "petition.last.through",
		time.Date(2027, 6, 21, 22, 0, 0, 0, time.UTC): "petition.last.through",
		time.Date(2027, 1, 22, 0, 37, 0, 0, sweden):   "petition.last.till",
		time.Date(2027, 1, 22, 0, 0, 0, 0, time.UTC):  "petition.last.till",
	} {
		if m, ok := p.through(closes).(page.Msg); !ok || m.Key != want {
			t.Errorf("%v: %+v, want %s", closes, p.through(closes), want)
		}
	}
}
