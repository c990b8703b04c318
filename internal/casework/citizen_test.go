package casework_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/fault"
)

var pdf = []byte("%PDF-1.7\nhyresavi")

// I-13, M-18: another person's case is not found, exactly as one that does
// not exist; every call of the citizen's side is tried.
func TestOthersCasesAreNotFound(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		annas := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		if err := o.RequestSupplement(t.Context(), "eva.lind", annas, "k", []string{"Hyresavi"}, "", ""); err != nil {
			t.Fatal(err)
		}
		mine, err := o.OfParty(t.Context(), number(t, anna), annas)
		if err != nil {
			t.Fatal(err)
		}
		supplement := mine.Supplements[0].ID
		if err := o.Answer(t.Context(), number(t, anna), annas, supplement, "", []casework.Upload{{Name: "avi.pdf", Data: pdf}}); err != nil {
			t.Fatal(err)
		}
		if mine, err = o.OfParty(t.Context(), number(t, anna), annas); err != nil {
			t.Fatal(err)
		}
		file := mine.Supplements[0].Answers[0].Files[0].ID
		o.decide(annas, casework.Granted, "")
		for name, who := range map[string]pnr.Number{"Bo": number(t, bo), "nobody": {}} {
			for _, id := range []string{annas, "01ARZ3NDEKTSV4RRFFQ69G5FAV", ""} {
				calls := o.citizenCalls(t, who, id, supplement, file)
				for _, call := range slices.Sorted(maps.Keys(calls)) {
					wantKind(t, fmt.Sprintf("%s, %s of %q", name, call, id), calls[call](), fault.NotFound)
				}
			}
			if list, err := o.ForParty(t.Context(), who); err != nil || len(list) != 0 {
				t.Errorf("%s sees %d cases, %v", name, len(list), err)
			}
		}
		if n := o.count(`SELECT count(*) FROM casework_decision WHERE noticed_at IS NOT NULL`); n != 0 {
			t.Error("someone else's attempt counted as the party's reading")
		}
		for call, do := range o.citizenCalls(t, number(t, anna), annas, supplement, file) {
			if err := do(); err != nil && call != "Answer" { // decided: nothing more can be sent in
				t.Errorf("Anna's own %s: %v", call, err)
			}
		}
	})
}

func (o *office) citizenCalls(t *testing.T, who pnr.Number, id, supplement, file string) map[string]func() error {
	ctx := t.Context()
	return map[string]func() error{
		"OfParty":      func() error { _, err := o.OfParty(ctx, who, id); return err },
		"Events":       func() error { _, err := o.Events(ctx, who, id); return err },
		"Decision":     func() error { _, err := o.Decision(ctx, who, id); return err },
		"ReadMessages": func() error { return o.ReadMessages(ctx, who, id) },
		"Answer":       func() error { return o.Answer(ctx, who, id, supplement, "svar", nil) },
		"AnswerFile":   func() error { _, _, _, err := o.AnswerFile(ctx, who, id, file); return err },
	}
}

// A party reaches the case in the part's scope and time only.
func TestScopeAndTime(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		rec := application(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		rec.Case.Party.Scope, rec.Case.Party.To = "read", "2026-11-24"
		o.handIn(rec)
		id, err := o.CaseOfSubmission(t.Context(), number(t, anna), rec.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.RequestSupplement(t.Context(), "eva.lind", id, "k", []string{"Hyresavi"}, "", ""); err != nil {
			t.Fatal(err)
		}
		c, err := o.OfParty(t.Context(), number(t, anna), id)
		if err != nil || c.Supplements[0].Open {
			t.Errorf("who may read only is asked to answer: %+v, %v", c.Supplements, err)
		}
		wantKind(t, "an answer from one who may read only", o.Answer(t.Context(), number(t, anna), id, c.Supplements[0].ID, "x", nil), fault.Forbidden)
		o.clock.Advance(72 * time.Hour)
		_, err = o.OfParty(t.Context(), number(t, anna), id)
		wantKind(t, "after the part has ended", err, fault.NotFound)
		if list, err := o.ForParty(t.Context(), number(t, anna)); err != nil || len(list) != 0 {
			t.Errorf("the list still has %d cases, %v", len(list), err)
		}
	})
}

// A supplement is answered with text and documents, the turn goes back to the
// board, and the same answer twice is one.
func TestAnswer(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		me := number(t, anna)
		o.open("eva.lind", id)
		for range 2 { // a double click of the officer's
			if err := o.RequestSupplement(t.Context(), "eva.lind", id, "k", []string{"Hyresavi"}, "Gärna som pdf.", "2026-11-30"); err != nil {
				t.Fatal(err)
			}
		}
		c, err := o.OfParty(t.Context(), me, id)
		if err != nil || len(c.Supplements) != 1 || !c.YourTurn || c.DueDay != "2026-11-30" || c.Supplements[0].FilesLeft != casework.MaxFiles {
			t.Fatalf("%+v, %v", c, err)
		}
		s := c.Supplements[0].ID
		uploads := []casework.Upload{{Name: `C:\hem\hyres<avi>.pdf`, Data: pdf}}
		for range 2 {
			if err := o.Answer(t.Context(), me, id, s, "Här är avin.", uploads); err != nil {
				t.Fatal(err)
			}
		}
		if c, err = o.OfParty(t.Context(), me, id); err != nil {
			t.Fatal(err)
		}
		answers := c.Supplements[0].Answers
		if c.State != casework.StateOpened || c.YourTurn || len(answers) != 1 || answers[0].Text != "Här är avin." || c.Supplements[0].FilesLeft != 9 {
			t.Errorf("after the answer: %+v", c)
		}
		f := answers[0].Files[0]
		if f.Name != "hyresavi.pdf" || f.Type != "application/pdf" || f.Size != int64(len(pdf)) {
			t.Errorf("the document is %+v", f)
		}
		name, media, data, err := o.Document(t.Context(), "eva.lind", id, f.ID)
		if err != nil || name != f.Name || media != f.Type || !bytes.Equal(data, pdf) {
			t.Errorf("the officer gets %q %q %d bytes, %v", name, media, len(data), err)
		}
		if q, err := o.Queue(t.Context(), "eva.lind", casework.Filter{}); err != nil || len(q) != 1 || q[0].Answered {
			t.Errorf("read at the same moment: %+v, %v", q, err)
		}
		o.clock.Advance(time.Minute)
		if err := o.Answer(t.Context(), me, id, s, "Och en sak till.", nil); err != nil {
			t.Fatal(err)
		}
		if q, err := o.Queue(t.Context(), "eva.lind", casework.Filter{}); err != nil || !q[0].Answered {
			t.Errorf("after an answer nobody has read: %+v, %v", q, err)
		}
		o.clock.Advance(time.Minute)
		o.open("eva.lind", id)
		if q, err := o.Queue(t.Context(), "eva.lind", casework.Filter{}); err != nil || q[0].Answered {
			t.Errorf("after reading it: %+v, %v", q, err)
		}
	})
}

func TestAnswerRefuses(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		if err := o.RequestSupplement(t.Context(), "eva.lind", id, "k", []string{"Hyresavi"}, "", ""); err != nil {
			t.Fatal(err)
		}
		c, err := o.OfParty(t.Context(), number(t, anna), id)
		if err != nil {
			t.Fatal(err)
		}
		s := c.Supplements[0].ID
		many := func(n int) (out []casework.Upload) {
			for i := range n {
				out = append(out, casework.Upload{Name: "a.pdf", Data: fmt.Appendf(nil, "%%PDF-1.7 %d", i)})
			}
			return out
		}
		tests := []struct {
			name, supplement string
			files            []casework.Upload
			want             fault.Kind
		}{
			{"nothing", s, nil, fault.Invalid},
			{"a program", s, []casework.Upload{{Name: "a.pdf", Data: []byte("MZ\x90\x00")}}, fault.Invalid},
			{"an empty file", s, []casework.Upload{{Name: "a.pdf"}}, fault.Invalid},
			{"too large", s, []casework.Upload{{Name: "a.pdf", Data: append(pdf, make([]byte, casework.MaxFileSize)...)}}, fault.TooLarge},
			{"eleven at once", s, many(11), fault.TooMany},
			{"another request", "01ARZ3NDEKTSV4RRFFQ69G5FAV", many(1), fault.NotFound},
			{"eight", s, many(8), ""},
			{"then three", s, many(11)[8:], fault.TooMany},
			{"then two", s, many(10)[8:], ""},
		}
		for _, test := range tests {
			wantKind(t, test.name, o.Answer(t.Context(), number(t, anna), id, test.supplement, "", test.files), test.want)
		}
		if n := o.count(`SELECT count(*) FROM casework_file`); n != 10 {
			t.Errorf("%d documents stored, want 10", n)
		}
	})
}

// A message is told of in neutral words, and is unread until it is read.
func TestMessages(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		me := number(t, anna)
		for range 2 {
			if err := o.SendMessage(t.Context(), "eva.lind", id, "k", "Vi ses på tisdag."); err != nil {
				t.Fatal(err)
			}
		}
		c, err := o.OfParty(t.Context(), me, id)
		if err != nil || c.Unread != 1 || len(c.Messages) != 1 || !c.Messages[0].Unread || c.Messages[0].From != "Eva Lind, Socialnämnden" {
			t.Fatalf("%+v, %v", c.Messages, err)
		}
		if c.Events[0].Text != "Du har ett nytt meddelande från kommunen." {
			t.Errorf("the notice says %q", c.Events[0].Text)
		}
		if err := o.ReadMessages(t.Context(), me, id); err != nil {
			t.Fatal(err)
		}
		if list, err := o.ForParty(t.Context(), me); err != nil || list[0].Unread != 0 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// M-72: the decision with its calculation is the person's to read, and the
// first reading is on record once.
func TestDecisionNoticed(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		_, err := o.Decision(t.Context(), number(t, anna), id)
		wantKind(t, "before there is one", err, fault.NotFound)
		o.decide(id, casework.Granted, "")
		o.clock.Advance(time.Hour)
		first, err := o.Decision(t.Context(), number(t, anna), id)
		if err != nil {
			t.Fatal(err)
		}
		o.clock.Advance(time.Hour)
		again, err := o.Decision(t.Context(), number(t, anna), id)
		if err != nil || !first.NoticedAt.Equal(start.Add(time.Hour)) || !again.NoticedAt.Equal(first.NoticedAt) {
			t.Errorf("noticed %v, then %v, %v", first.NoticedAt, again.NoticedAt, err)
		}
		if n := o.actions(id)["presented"]; n != 1 {
			t.Errorf("%d times in the audit log", n)
		}
		if f := o.open("eva.lind", id); f.Decision == nil || f.Decision.NoticedAt.IsZero() || f.Worksheet == nil {
			t.Error("the officer does not see that it was read")
		}
	})
}
