package extract

import (
	"testing"
	"time"

	"medborgarnavet/internal/audit"
)

// M-118: a log longer than one reading is read to its end, each event once,
// also where several share the moment at which a reading ended.
func TestAllReadsOn(t *testing.T) {
	var log []audit.Record
	for i := range 25 {
		log = append(log, audit.Record{ID: string(rune('a' + i)), At: time.UnixMilli(int64(i / 3))})
	}
	reads := 0
	got, err := all(func(from time.Time) (page []audit.Record, err error) {
		reads++
		for _, r := range log {
			if !r.At.Before(from) && len(page) < 7 {
				page = append(page, r)
			}
		}
		return page, nil
	})
	if err != nil || len(got) != len(log) || reads > 10 {
		t.Fatalf("%d of %d events in %d readings: %v", len(got), len(log), reads, err)
	}
	for i, r := range got {
		if r.ID != log[i].ID {
			t.Errorf("event %d is %q", i, r.ID)
		}
	}
}

// M-69, I-4: what the party may not know of, and what tells how agencies
// answered, is not in the trail.
func TestUntold(t *testing.T) {
	for _, c := range []struct {
		action, category string
		want             bool
	}{
		{audit.Recorded, "note", true}, {audit.Presented, "fetched", true}, {audit.Recorded, "case", false},
		{audit.Accessed, "case", false}, {audit.Presented, "decision", false}, {audit.Accessed, "note", false},
	} {
		if got := untold(audit.Record{Event: audit.Event{Action: c.action, Category: c.category}}); got != c.want {
			t.Errorf("%s %s: %v", c.action, c.category, got)
		}
	}
}
