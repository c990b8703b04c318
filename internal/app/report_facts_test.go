package app_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/petition/tally"
)

// P-07, P-17, petitions.md §2.5: the report says when the last backup and the
// last log of the voting are gone, by the municipality's own settings.
func TestReportSaysWhenTheRestIsGone(t *testing.T) {
	p, id, _ := eve(t, noon, 2)
	for range 20 {
		p.minute()
	}
	var r tally.Report
	for _, f := range p.poll("ekbacka", id).Files {
		var signed tally.Signed
		if err := json.Unmarshal(f.Data, &signed); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Name, "-report.json") {
			if err := json.Unmarshal([]byte(signed.Document), &r); err != nil {
				t.Fatal(err)
			}
		}
	}
	votes := p.cfg.Municipalities[0].Petitions.Votes
	day := 24 * time.Hour
	if want := r.RowsDropped.Add(time.Duration(votes.BackupDays) * day); r.RowsDropped.IsZero() || votes.BackupDays == 0 || !r.Backups.OldestExpires.Equal(want) {
		t.Errorf("the oldest backup expires %s, want %s", r.Backups.OldestExpires, want)
	}
	if want := r.RowsDropped.Add(time.Duration(votes.LogDays) * day); votes.LogDays == 0 || !r.Backups.LogsUntil.Equal(want) {
		t.Errorf("logs until %s, want %s", r.Backups.LogsUntil, want)
	}
	if r.Responsible != votes.Responsible || r.Disposal == "" || r.Registry == "" || r.Software == "" || len(r.Evidence) == 0 {
		t.Errorf("something is missing: %+v", r)
	}
}

// I-17: of logins to vote a day's number is told, and no more.
func TestLoginsAreCountedByTheDay(t *testing.T) {
	m := clock.NewManual(noon)
	p := newPolls(t, m, nil)
	id := p.open("ekbacka", "Bygg en bro")
	p.serve()
	p.work()
	w := p.walker("anna")
	w.do("get /forslag/" + id)
	w.do("vote 198507099805")
	m.Advance(24 * time.Hour)
	p.work()
	if text := p.logs.String(); strings.Count(text, "logins to vote") == 0 || !strings.Contains(text, "day=2026-11-22 count=1") {
		t.Error("the log does not tell the number of a day")
	}
}
