package extract

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/fault"
)

// M-118, I-1, I-3, I-7, I-13: a draft with what is typed, shown or not, and
// what was fetched; nothing of it for another person; gone when its time is
// out; and that it was asked for is in the log.
func TestExtractOfADraft(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft(anna)
		x := w.of(anna)
		if len(x.Drafts) != 1 || len(x.Submissions)+len(x.Cases) != 0 || x.Drafts[0].ID != d.ID {
			t.Fatalf("%d drafts", len(x.Drafts))
		}
		got := x.Drafts[0]
		if len(got.Hidden) != 1 || got.Hidden[0].Value != "gammalt svar" || !strings.Contains(got.Hidden[0].Label, "Vart?") {
			t.Errorf("what is hidden: %+v", got.Hidden)
		}
		if len(got.Summary) != 2 || len(got.Summary[0].Lines) != 1 {
			t.Errorf("what is shown: %+v", got.Summary)
		}
		if p := got.Fetch.Parts; len(p) != 1 || len(p[0].Part.Payments) != 1 || p[0].Part.Payments[0].Benefit != "Barnbidrag" {
			t.Errorf("what was fetched: %v", p)
		}
		if !w.did(x, audit.Collected, You) || !w.did(x, audit.Presented, You) {
			t.Errorf("the trail: %+v", x.Trail)
		}
		if other := w.of(bo); len(other.Drafts)+len(other.Submissions)+len(other.Cases) != 0 || w.did(other, audit.Collected, Staff) || w.did(other, audit.Collected, You) {
			t.Errorf("another person's extract holds something")
		}
		if _, err := w.Of(t.Context(), broker.Login{}); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("nobody: %v", err)
		}
		w.clock.Advance(7*24*time.Hour + time.Hour)
		if x := w.of(anna); len(x.Drafts) != 0 {
			t.Error("the extract holds a draft past its time")
		}
	})
}

// M-69, M-70, M-72: an application, its case, its decision and who read it; a
// secret note and a working note are not in it, nor told in the trail.
func TestExtractOfACase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft(anna)
		p, err := w.opt.Submissions.Preview(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.opt.Submissions.HandIn(t.Context(), w.login(anna), "Anna Berglund", d.ID, p.SHA256); err != nil {
			t.Fatal(err)
		}
		if err := w.box.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		x := w.of(anna)
		if len(x.Drafts) != 0 || len(x.Submissions) != 1 || len(x.Cases) != 1 || x.Cases[0].Decision != nil || w.did(x, audit.Accessed, Staff) {
			t.Fatalf("after handing in: %d, %d, %d", len(x.Drafts), len(x.Submissions), len(x.Cases))
		}
		id := x.Cases[0].ID
		w.handle(id)
		x = w.of(anna)
		c := x.Cases[0]
		if c.Decision == nil || c.Decision.AmountOre != 100 || len(c.Record) != 1 || c.Record[0].Text != "Ringt." || len(c.Messages) != 1 {
			t.Errorf("the case: %+v", c)
		}
		for _, secret := range []string{"hemligt", "minne", "Eva Lind"} {
			if all := fmt.Sprintf("%+v %+v", c.PartyCase.Record, x.Trail); strings.Contains(all, secret) {
				t.Errorf("the extract tells %q", secret)
			}
		}
		if !w.did(x, audit.Accessed, Staff) || !w.did(x, audit.Decided, Staff) || !w.did(x, audit.Submitted, You) {
			t.Errorf("the trail: %+v", x.Trail)
		}
		if !slices.IsSortedFunc(x.Trail, func(a, b Entry) int { return b.At.Compare(a.At) }) {
			t.Error("the trail is not newest first")
		}
		if s := fmt.Sprintf("%v %+v %#v", x, x, x); strings.Contains(s, "Ringt") {
			t.Error("an extract shows itself in a log")
		}
	})
}

// handle is an officer's work on a case, to the decision.
func (w *world) handle(id string) {
	w.t.Helper()
	ctx, c := w.t.Context(), w.opt.Casework
	_, err := c.Open(ctx, "eva.lind", id)
	for _, n := range []struct {
		kind   casework.NoteKind
		secret bool
		text   string
	}{{casework.NoteJournal, false, "Ringt."}, {casework.NoteJournal, true, "hemligt"}, {casework.NoteWorking, false, "minne"}} {
		if err == nil {
			err = c.WriteNote(ctx, "eva.lind", id, casework.NewKey(), n.kind, n.secret, n.text)
		}
	}
	if err == nil {
		err = c.SendMessage(ctx, "eva.lind", id, casework.NewKey(), "Hej.")
	}
	in := casework.DecisionInput{Outcome: casework.Granted}
	var p casework.Proposal
	if err == nil {
		p, err = c.Propose(ctx, "eva.lind", id, in)
	}
	if err == nil {
		_, err = c.Decide(ctx, "eva.lind", id, in, p.SHA256)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// did tells whether a trail has an action by someone.
func (w *world) did(x Extract, action string, by By) bool {
	return slices.ContainsFunc(x.Trail, func(e Entry) bool { return e.Action == action && e.By == by })
}
