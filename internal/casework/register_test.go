package casework_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

// M-74, I-8: a submission becomes one case at the officer's, with receipt
// time and reference, however often the event comes.
func TestRegisterOnce(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		rec := o.handIn(application(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001"))
		for range 3 {
			if err := o.Register(t.Context(), rec.ID); err != nil {
				t.Fatal(err)
			}
		}
		list, err := o.ForParty(t.Context(), number(t, anna))
		if err != nil || len(list) != 1 {
			t.Fatalf("%d cases, %v", len(list), err)
		}
		c := list[0]
		if c.Reference != "EB 2026-000001" || c.State != casework.StateReceived || !c.ReceivedAt.Equal(rec.ReceivedAt) || c.YourTurn {
			t.Errorf("the case is %+v", c)
		}
		events, err := o.Events(t.Context(), number(t, anna), c.ID)
		if err != nil || len(events) != 1 || events[0].Text != "Din ansökan har kommit in." {
			t.Errorf("events %+v, %v", events, err)
		}
		wantKind(t, "an unknown submission", o.Register(t.Context(), "none"), fault.NotFound)
	})
}

// M-95, I-8: an incomplete application is received, and the supplement request
// raises itself with its list and last day.
func TestRegisterAsksForWhatIsMissing(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		rec := application(bo, "Bo Ek", "EB 2026-000002", "EB-2026-0002")
		rec.Missing = []plugin.Remark{{Section: "bostad", Text: "Hyresavi"}, {Section: "inkomster", Text: "Lönebesked"}}
		o.handIn(rec)
		if err := o.Register(t.Context(), rec.ID); err != nil {
			t.Fatal(err)
		}
		id, err := o.CaseOfSubmission(t.Context(), number(t, bo), rec.ID)
		if err != nil {
			t.Fatal(err)
		}
		c, err := o.OfParty(t.Context(), number(t, bo), id)
		if err != nil {
			t.Fatal(err)
		}
		if c.State != casework.StateSupplement || !c.YourTurn || c.DueDay != "2026-12-01" {
			t.Errorf("state %s, your turn %v, due %s", c.State, c.YourTurn, c.DueDay)
		}
		if len(c.Supplements) != 1 || !slices.Equal(c.Supplements[0].Items, []string{"Hyresavi", "Lönebesked"}) || !c.Supplements[0].Open {
			t.Errorf("supplements %+v", c.Supplements)
		}
		if got := kinds(c.Events); !slices.Equal(got, []casework.EventKind{casework.EventSupplement, casework.EventReceived}) {
			t.Errorf("events %v", got)
		}
		if !strings.Contains(c.Events[0].Text, "1 december 2026") {
			t.Errorf("the event says %q", c.Events[0].Text)
		}
		// Nobody has opened it, and the queue can tell.
		q, err := o.Queue(t.Context(), "eva.lind", casework.Filter{Show: casework.ShowWaiting})
		if err != nil || len(q) != 1 || q[0].Opened || q[0].Overdue {
			t.Errorf("queue %+v, %v", q, err)
		}
		o.clock.Advance(10 * 24 * time.Hour)
		if q, err = o.Queue(t.Context(), "eva.lind", casework.Filter{}); err != nil || len(q) != 1 || !q[0].Overdue || q[0].Days != 10 {
			t.Errorf("after the last day: %+v, %v", q, err)
		}
	})
}

// I-9, M-70, M-75: nothing that tells something about a person lies in the
// clear, in any file of the database.
func TestNothingInTheClear(t *testing.T) {
	opt := dbtest.SQLite(t)
	c := clock.NewManual(start)
	opt.Clock = c
	d, err := db.Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	o := newOffice(t, d, clock.NewManual(start), c)
	id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
	o.open("eva.lind", id)
	key := casework.NewKey()
	for what, err := range map[string]error{
		"note":       o.WriteNote(t.Context(), "eva.lind", id, key, casework.NoteJournal, true, "hemlig-anteckning"),
		"message":    o.SendMessage(t.Context(), "eva.lind", id, key, "hemligt-meddelande"),
		"supplement": o.RequestSupplement(t.Context(), "eva.lind", id, key, []string{"hemligt-krav"}, "", ""),
		"entries": o.SaveEntries(t.Context(), "eva.lind", id, 0,
			map[string]plugin.Entry{"hyra": {AmountOre: ore(4321098), Reason: "hemligt-skäl"}}),
		"exception": o.RecordCommunication(t.Context(), "eva.lind", id, key,
			casework.Communication{Kind: casework.Excepted, Text: "hemligt-undantag"}),
	} {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	mine, err := o.OfParty(t.Context(), number(t, anna), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Answer(t.Context(), number(t, anna), id, mine.Supplements[0].ID, "hemligt-svar",
		[]casework.Upload{{Name: "hemlig-fil.pdf", Data: []byte("%PDF-1.7 hemligt-innehåll")}}); err != nil {
		t.Fatal(err)
	}
	o.decide(id, casework.Granted, "hemlig-motivering")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(opt.DSN), "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{anna, anna[2:], "Anna", "Berglund", "heml", "4321098", "77700", eva} {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s holds %q in the clear", filepath.Base(name), secret)
			}
		}
	}
}
