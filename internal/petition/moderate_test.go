package petition_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
)

// faultDesk is the address of the service that takes fault reports.
const faultDesk = "felanmalan@ekbacka.example"

// P-12: nobody but this municipality's moderators decides, and each call says
// so the same way.
func TestOnlyModerators(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.receive(bikeText, "")
		for _, who := range []string{"", "moderator.of.havsnas", hanna, sten} {
			d := petition.Decision{Version: 1, Code: "unclear", Words: "Nej.", Into: got.ID}
			for name, err := range map[string]error{
				"check out": h.CheckOut(t.Context(), who, got.ID, true), "release": h.Release(t.Context(), who, got.ID),
				"ask": h.AskMore(t.Context(), who, got.ID, d), "accept": h.Accept(t.Context(), who, got.ID, d),
				"reject": h.Reject(t.Context(), who, got.ID, d), "hide": h.Hide(t.Context(), who, got.ID, d),
				"merge": h.Merge(t.Context(), who, got.ID, d), "undo": h.Undo(t.Context(), who, got.ID),
				"reopen": h.Reopen(t.Context(), who, got.ID, "", ""), "flag": h.Flag(t.Context(), who, got.ID, true),
				"publish": h.Publish(t.Context(), who, got.ID, petition.Publication{Disposal: disposal, Sealer: "Sambruk"}),
				"exempt":  h.Exempt(t.Context(), who, got.ID, "minority-language"),
			} {
				if fault.KindOf(err) != fault.Forbidden {
					t.Errorf("%s by %q: %v", name, who, err)
				}
			}
		}
		_, err := h.Queue(t.Context(), "moderator.of.havsnas", "")
		h.want(fault.Forbidden, err)
		_, err = h.Read(t.Context(), "moderator.of.havsnas", got.ID)
		h.want(fault.Forbidden, err)
		h.want(fault.Forbidden, h.Remove(t.Context(), maja, got.ID, "", ""))
		h.want(fault.Forbidden, h.Progress(t.Context(), maja, got.ID, petition.Step{Move: petition.MoveNews, Words: "x"}))
	})
}

// P-12: the queue is oldest first, with clocks against what was promised.
func TestQueueAndClocks(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		var ids []string
		for range 4 {
			ids = append(ids, h.receive(bikeText, "").ID)
			h.clock.Advance(4 * 24 * time.Hour)
		}
		h.clock.Advance(-24 * time.Hour) // 15, 11, 7 and 3 days
		q, err := h.Queue(t.Context(), maja, "")
		h.ok(err)
		var order []string
		var clocks []petition.Clock
		for _, item := range q {
			order, clocks = append(order, item.ID), append(clocks, item.Clock)
		}
		if !slices.Equal(order, ids) || !slices.Equal(clocks, []petition.Clock{petition.Overdue, petition.NearOverdue, petition.InTime, petition.InTime}) {
			t.Errorf("queue %v, clocks %v", order, clocks)
		}
		late, err := h.Queue(t.Context(), maja, petition.ShowOverdue)
		h.ok(err)
		if len(late) != 2 || late[0].Days != 15 {
			t.Errorf("overdue: %+v", late)
		}
		_, err = h.Queue(t.Context(), maja, "everything")
		h.want(fault.Invalid, err)
	})
}

// P-12: one reads at a time; taking over is seen and logged.
func TestLocks(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.receive(bikeText, "")
		h.want(fault.Conflict, h.Accept(t.Context(), maja, got.ID, petition.Decision{Version: 1})) // not checked out
		h.checkOut(got.ID)
		h.checkOut(got.ID) // again is no fault
		h.want(fault.Conflict, h.CheckOut(t.Context(), nils, got.ID, false))
		h.want(fault.Conflict, h.Accept(t.Context(), nils, got.ID, petition.Decision{Version: 1}))
		h.want(fault.Conflict, h.Release(t.Context(), nils, got.ID))
		h.ok(h.CheckOut(t.Context(), nils, got.ID, true))
		h.want(fault.Conflict, h.Accept(t.Context(), maja, got.ID, petition.Decision{Version: 1}))
		sheet, err := h.Read(t.Context(), maja, got.ID)
		h.ok(err)
		if last := sheet.Events[len(sheet.Events)-1]; last.Move != petition.MoveTakeOver || last.Staff != nils || last.Public || sheet.LockedBy != nils {
			t.Errorf("the last event is %+v", last)
		}
		if n := h.audited(`"outcome":"taken-over"`); n != 1 {
			t.Errorf("taking over is logged %d times", n)
		}
		h.clock.Advance(30 * time.Minute) // the lock is over
		h.ok(h.CheckOut(t.Context(), maja, got.ID, false))
		h.ok(h.Release(t.Context(), maja, got.ID))
		h.ok(h.CheckOut(t.Context(), nils, got.ID, false))
		h.want(fault.NotFound, h.CheckOut(t.Context(), maja, "no such id", false))
	})
}

// audited counts the audit records that hold a piece of text.
func (h *hall) audited(piece string) (n int) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(h.t.Context(), `SELECT count(*) FROM audit_row WHERE payload LIKE $1`, "%"+piece+"%").Scan(&n)
	}))
	return n
}

// P-12: a decision can be taken back for ten minutes; until then nobody
// outside knows of it, and after that everyone does.
func TestUndo(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		const address = "farid@test.example"
		got := h.receive(bikeText, address)
		_, secret := h.letter(address, petition.LinkConfirm)
		_, err := h.Confirm(t.Context(), secret)
		h.ok(err)
		h.checkOut(got.ID)
		no := petition.Decision{Version: 1, Code: "unclear", Words: "Vi förstår inte var vägen ska gå."}
		h.ok(h.Reject(t.Context(), maja, got.ID, no))
		h.clock.Advance(10*time.Minute - time.Millisecond)
		_, err = h.Run(t.Context())
		h.ok(err)
		_, err = h.One(t.Context(), got.ID)
		h.want(fault.NotFound, err)
		own, err := h.Manage(t.Context(), got.Manage)
		h.ok(err)
		if own.Standing.Moderation != petition.Reviewing || own.Code != "" || own.Events[len(own.Events)-1].Move == petition.MoveReject {
			t.Errorf("the proposer sees %+v", own)
		}
		h.ok(h.Undo(t.Context(), maja, got.ID))
		h.want(fault.Conflict, h.Undo(t.Context(), maja, got.ID))
		sheet, err := h.Read(t.Context(), maja, got.ID)
		h.ok(err)
		if sheet.Standing.Moderation != petition.Reviewing || !sheet.Mine || sheet.Code != "" {
			t.Errorf("after undoing: %+v", sheet.QueueItem)
		}
		if i := slices.IndexFunc(sheet.Events, func(e petition.Event) bool { return e.Move == petition.MoveReject }); i < 0 || !sheet.Events[i].Undone || sheet.Events[i].Staff != maja {
			t.Error("the history has lost what was undone")
		}
		h.ok(h.Reject(t.Context(), maja, got.ID, no))
		h.deliver()
		if n := len(h.post.To(address)); n != 1 {
			t.Errorf("%d letters before the time to undo is over", n)
		}
		h.clock.Advance(10 * time.Minute)
		h.want(fault.Conflict, h.Undo(t.Context(), maja, got.ID))
		done, err := h.Run(t.Context())
		h.ok(err)
		mailed, link := h.letter(address, petition.LinkManage)
		if strings.Contains(mailed.Text, "kan ändra") || !strings.Contains(mailed.Text, "Visa den inte för andra.") {
			t.Errorf("what is rejected can be neither changed nor taken back, and the letter says:\n%s", mailed.Text)
		}
		if done.Settled != 1 || !strings.Contains(mailed.Text, no.Words) || !strings.Contains(mailed.Text, got.Registry) || !mailed.TLS {
			t.Errorf("%+v; the letter is %q", done, mailed.Text)
		}
		_, err = h.Manage(t.Context(), link)
		h.ok(err)
		page, err := h.One(t.Context(), got.ID)
		h.ok(err)
		if page.NextStep+page.NextDay != "" {
			t.Errorf("the rejected petition still promises %s on %s", page.NextStep, page.NextDay)
		}
		if last := page.Timeline[len(page.Timeline)-1]; last.Words != no.Words || last.Code != "unclear" || last.Staff != "" || page.Text != bikeText {
			t.Errorf("the page says %+v", page)
		}
		h.ok(h.Reopen(t.Context(), maja, got.ID, "Vi läser igen.", ""))
		if s := h.standing(got.ID); s.Moderation != petition.Reviewing {
			t.Errorf("reopened: %v", s)
		}
	})
}

// P-12: each code says in public why; some hide the text, some the words too.
func TestRejections(t *testing.T) {
	each(t, func(s *petition.Settings) { s.UndoMinutes, s.Services[0].Mail = 0, faultDesk }, func(t *testing.T, h *hall) {
		for _, code := range petition.Codes() {
			if code.ID == petition.CodeWithdrawn {
				continue
			}
			got := h.receive(bikeText, "")
			h.checkOut(got.ID)
			d := petition.Decision{Version: 1, Code: code.ID, Words: "Hemligt skäl.", Service: "felanmalan"}
			if code.Routes {
				h.want(fault.Invalid, h.Reject(t.Context(), maja, got.ID, petition.Decision{Version: 1, Code: code.ID, Words: "x", Service: "no such"}))
			}
			h.ok(h.Reject(t.Context(), maja, got.ID, d))
			page, err := h.One(t.Context(), got.ID)
			h.ok(err)
			last := page.Timeline[len(page.Timeline)-1]
			if page.HiddenText != code.HidesText || (page.Text == petition.Text{}) != code.HidesText || (page.Title == "") != code.HidesText {
				t.Errorf("%s: %+v", code.ID, page)
			}
			if last.Code != code.ID || (last.Words == d.Words) == code.HidesText {
				t.Errorf("%s: the event is %+v", code.ID, last)
			}
			if code.Routes != (last.Link == "https://ekbacka.example/felanmalan") {
				t.Errorf("%s: routed to %q", code.ID, last.Link)
			}
		}
		done, err := h.Run(t.Context())
		h.ok(err)
		h.deliver()
		if routed := h.post.To(faultDesk); len(routed) != 2 || done.Settled == 0 {
			t.Errorf("%d handed on to services, %+v", len(routed), done)
		}
		got := h.receive(bikeText, "")
		h.checkOut(got.ID)
		for _, d := range []petition.Decision{{Version: 1, Code: "no such", Words: "x"}, {Version: 1, Code: petition.CodeWithdrawn, Words: "x"},
			{Version: 1, Code: "unclear"}, {Version: 1, Code: "unclear", Words: "a\x00b"}} {
			h.want(fault.Invalid, h.Reject(t.Context(), maja, got.ID, d))
		}
	})
}

// P-12: hiding what is public works at once, ends the voting, and keeps the
// record; removing answers 410; merging leads to the other.
func TestHideMergeRemove(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		open := h.published(bikeText, "")
		h.ok(h.Flag(t.Context(), maja, open.ID, true))
		if q, err := h.Queue(t.Context(), maja, petition.ShowAgain); err != nil || len(q) != 1 {
			t.Errorf("flagged: %d (%v)", len(q), err)
		}
		same := h.receive(bikeText, "")
		h.checkOut(same.ID)
		h.want(fault.Conflict, h.Merge(t.Context(), maja, same.ID, petition.Decision{Version: 1, Into: same.ID}))
		h.want(fault.NotFound, h.Merge(t.Context(), maja, same.ID, petition.Decision{Version: 1, Into: "none"}))
		h.ok(h.Merge(t.Context(), maja, same.ID, petition.Decision{Version: 1, Into: open.ID}))
		h.clock.Advance(11 * time.Minute)
		page, err := h.One(t.Context(), same.ID)
		h.ok(err)
		if page.MergedInto != open.ID || page.Code != petition.CodeDuplicate || page.Title != "" {
			t.Errorf("merged: %+v", page)
		}
		h.ok(h.Hide(t.Context(), maja, open.ID, petition.Decision{Version: 1, Code: "personal-data", Words: "Namnet på en granne."}))
		h.deliver()
		page, err = h.One(t.Context(), open.ID)
		h.ok(err)
		if !page.HiddenText || page.Text != (petition.Text{}) || page.Standing.Voting != petition.Stopped || !slices.Contains(h.booth.stopped, open.ID) {
			t.Errorf("hidden: %+v", page)
		}
		for _, e := range page.Timeline {
			if strings.Contains(e.Words, "granne") {
				t.Error("the hidden words are public")
			}
		}
		h.want(fault.Conflict, h.Undo(t.Context(), maja, open.ID))
		if similar, err := h.FindSimilar(t.Context(), bikeText); err != nil || len(similar) != 0 {
			t.Errorf("a hidden text is found: %+v (%v)", similar, err)
		}
		if sheet, err := h.Read(t.Context(), maja, open.ID); err != nil || sheet.Text != bikeText {
			t.Errorf("the record is gone: %+v (%v)", sheet.Text, err)
		}
		h.ok(h.Remove(t.Context(), sten, open.ID, "Efter dom.", ""))
		_, err = h.One(t.Context(), open.ID)
		h.want(fault.Gone, err)
	})
}

// A moderator is shown what looks like personal data.
func TestFindings(t *testing.T) {
	text := petition.Text{Title: "Ring 070-123 45 67", What: "Bo, 19710116-9295, bo@test.example. Inte 20261122-1234, inte väg 73.", Why: "Årsbudget 2026"}
	var kinds []string
	for _, f := range text.Findings(start) {
		kinds = append(kinds, f.Field+" "+f.Kind)
	}
	if want := []string{"title phone", "what number", "what mail"}; !slices.Equal(kinds, want) {
		t.Errorf("found %v, want %v", kinds, want)
	}
}

// A question to the proposer stops the clock and comes back with an answer.
func TestAskMore(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.receive(bikeText, "")
		h.checkOut(got.ID)
		h.want(fault.Invalid, h.AskMore(t.Context(), maja, got.ID, petition.Decision{Version: 1}))
		h.ok(h.AskMore(t.Context(), maja, got.ID, petition.Decision{Version: 1, Words: "Var ska den gå?"}))
		h.clock.Advance(20 * 24 * time.Hour)
		own, err := h.Manage(t.Context(), got.Manage)
		h.ok(err)
		if !own.MaySupplement || own.Events[len(own.Events)-1].Words != "Var ska den gå?" {
			t.Errorf("the proposer sees %+v", own)
		}
		h.ok(h.Supplement(t.Context(), got.Manage, 1, bikeText))
		q, err := h.Queue(t.Context(), maja, "")
		h.ok(err)
		if len(q) != 1 || q[0].Clock != petition.InTime || q[0].Days != 0 {
			t.Errorf("the queue is %+v", q)
		}
	})
}
