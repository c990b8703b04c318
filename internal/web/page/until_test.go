package page

import (
	"testing"
	"time"
)

// P-05, P-11: what closes at midnight is open to and including a day; what an
// outage or a steward has moved is open to a moment, and no day is promised.
func TestUntil(t *testing.T) {
	sweden, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	for ends, want := range map[time.Time]string{
		time.Date(2027, 1, 22, 0, 0, 0, 0, sweden):    "page.until.day",
		time.Date(2027, 1, 21, 23, 0, 0, 0, time.UTC): "page.until.day",
		time.Date(2027, 6, 21, 22, 0, 0, 0, time.UTC): "page.until.day",
		time.Date(2027, 1, 22, 0, 37, 0, 0, sweden):   "page.until.time",
		time.Date(2027, 1, 22, 0, 0, 0, 0, time.UTC):  "page.until.time",
		time.Date(2027, 1, 22, 0, 0, 30, 0, sweden):   "page.until.time", // half a minute is no day more
	} {
		if m, ok := Until(ends, sweden).(Msg); !ok || m.Key != want {
			t.Errorf("%v: %+v, want %s", ends, Until(ends, sweden), want)
		}
	}
}
