package petition_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
)

// P-12: a form of staff that is sent again changes nothing; after a decision was
// taken back the same form counts anew.
func TestFormsOfStaffCountOnce(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		ctx := t.Context()
		got := h.receive(bikeText, "")
		h.checkOut(got.ID)
		no := petition.Decision{Key: "k1", Version: 1, Code: "unclear", Words: "Vi förstår inte."}
		last := func() int {
			t.Helper()
			s, err := h.Read(ctx, maja, got.ID)
			h.ok(err)
			return s.Last()
		}
		before := last()
		for range 2 {
			h.ok(h.Reject(ctx, maja, got.ID, no))
			h.ok(h.Note(ctx, maja, got.ID, "Ring tekniska.", "k2"))
		}
		if n := last() - before; n != 2 {
			t.Errorf("%d events of two forms sent twice", n)
		}
		h.want(fault.Conflict, h.Reject(ctx, maja, got.ID, petition.Decision{Key: "k3", Version: 1, Code: "unclear", Words: "Nej."}))
		h.ok(h.Undo(ctx, maja, got.ID))
		h.ok(h.Reject(ctx, maja, got.ID, no))
		if s := h.standing(got.ID); s.Moderation != petition.Rejected {
			t.Errorf("decided again: %v", s)
		}
		h.want(fault.Invalid, h.Note(ctx, maja, got.ID, "x", strings.Repeat("k", 65)))
		h.want(fault.Invalid, h.Note(ctx, maja, got.ID, " ", "k4"))
	})
}

// P-13: a step that was written about a petition on which something has happened
// since is held back.
func TestStaleStep(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.published(bikeText, "")
		h.closed(got.ID, 312)
		s, err := h.Read(t.Context(), hanna, got.ID)
		h.ok(err)
		hand := petition.Step{Move: petition.MoveHandOver, Registry: "KF 2027/1", Key: "k1", Seen: s.Last()}
		for range 2 {
			h.ok(h.Progress(t.Context(), hanna, got.ID, hand))
		}
		h.want(fault.Conflict, h.Progress(t.Context(), hanna, got.ID, petition.Step{Move: petition.MoveNews, Words: "x", Key: "k2", Seen: s.Last()}))
		h.want(fault.Invalid, h.Progress(t.Context(), hanna, got.ID, petition.Step{Move: petition.MoveHandOver, Registry: "KF 1", Body: "a\x00"}))
	})
}

// ux.md P17: the letter is shown before it is sent, without the proposer's
// secrets, and as it will be.
func TestPreview(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		ctx := t.Context()
		const address = "farid@test.example"
		got := h.receive(bikeText, address)
		_, secret := h.letter(address, petition.LinkConfirm)
		_, err := h.Confirm(ctx, secret)
		h.ok(err)
		d := petition.Decision{Version: 1, Code: petition.CodeFaultReport, Words: " Lampan lagas. ", Service: "felanmalan"}
		_, err = h.Preview(ctx, maja, got.ID, petition.MoveReject, d)
		h.want(fault.Conflict, err) // not held
		h.checkOut(got.ID)
		for _, who := range []string{hanna, sten, "moderator.of.havsnas"} {
			_, err = h.Preview(ctx, who, got.ID, petition.MoveReject, d)
			h.want(fault.Forbidden, err)
		}
		for _, m := range []petition.Move{petition.MoveWithdraw, petition.MovePublish, "x"} {
			_, err = h.Preview(ctx, maja, got.ID, m, d)
			h.want(fault.Invalid, err)
		}
		_, err = h.Preview(ctx, maja, got.ID, petition.MoveReject, petition.Decision{Version: 2, Code: "unclear", Words: "Nej."})
		h.want(fault.Conflict, err)
		wordless, err := h.Preview(ctx, maja, got.ID, petition.MoveAccept, petition.Decision{Version: 1})
		h.ok(err)
		if strings.Contains(wordless.Text, "Så här skriver") {
			t.Errorf("nothing is written, and the letter quotes it:\n%s", wordless.Text)
		}
		seen, err := h.Preview(ctx, maja, got.ID, petition.MoveReject, d)
		h.ok(err)
		if !seen.Mailed || h.standing(got.ID).Moderation != petition.Reviewing {
			t.Errorf("the preview: %+v", seen)
		}
		h.ok(h.Reject(ctx, maja, got.ID, d))
		h.clock.Advance(10 * time.Minute)
		_, err = h.Run(ctx)
		h.ok(err)
		sent, _ := h.letter(address, petition.LinkManage)
		for line := range strings.Lines(seen.Text) {
			line = strings.TrimSpace(line)
			switch {
			case strings.HasPrefix(line, "("): // in the place of a link
			case strings.Contains(line, "/manage/") || strings.Contains(line, "/unfollow/"):
				t.Errorf("the preview has a secret: %s", line)
			case !strings.Contains(sent.Text, line):
				t.Errorf("the letter does not say %q:\n%s", line, sent.Text)
			}
		}
	})
}

// The queue's numbers are those of its lists, and a petition is found by its
// number.
func TestCountsAndFind(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		ctx := t.Context()
		late := h.receive(bikeText, "")
		h.clock.Advance(11 * 24 * time.Hour)
		h.receive(bikeText, "")
		h.accepted(bikeText, "")
		h.closed(h.published(bikeText, "").ID, 312)
		counts, err := h.Counts(ctx, maja)
		h.ok(err)
		for _, show := range []petition.Show{petition.ShowToRead, petition.ShowWaiting, petition.ShowReady, petition.ShowAgain, petition.ShowOverdue, petition.ShowDecided, petition.ShowFollow} {
			q, err := h.Queue(ctx, maja, show)
			h.ok(err)
			if counts[show] != len(q) {
				t.Errorf("%s: %d, and %d in the list", show, counts[show], len(q))
			}
		}
		if counts[petition.ShowOverdue] != 1 || counts[petition.ShowFollow] != 1 {
			t.Errorf("counts %v", counts)
		}
		id, err := h.Find(ctx, hanna, late.Registry)
		if h.ok(err); id != late.ID {
			t.Errorf("found %s", id)
		}
		for _, number := range []string{"", "KS 1999-000001", "a\x00b"} {
			_, err = h.Find(ctx, maja, number)
			h.want(fault.NotFound, err)
		}
		titles, err := h.Titles(ctx, sten, []string{late.ID, "none"})
		if h.ok(err); len(titles) != 1 || titles[late.ID].Title != bikeText.Title {
			t.Errorf("titles %v", titles)
		}
		for _, who := range []string{"", "moderator.of.havsnas"} {
			_, err = h.Counts(ctx, who)
			h.want(fault.Forbidden, err)
			_, err = h.Find(ctx, who, late.Registry)
			h.want(fault.Forbidden, err)
			_, err = h.Titles(ctx, who, []string{late.ID})
			h.want(fault.Forbidden, err)
		}
	})
}

// What a steward does to the voting is logged, with who, before it is done.
func TestSteward(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		ctx := t.Context()
		got := h.published(bikeText, "")
		done := 0
		do := func(context.Context) error { done++; return nil }
		for _, who := range []string{maja, hanna, "moderator.of.havsnas"} {
			h.want(fault.Forbidden, h.Steward(ctx, who, got.ID, "pause", do))
		}
		h.want(fault.NotFound, h.Steward(ctx, sten, "none", "pause", do))
		if done != 0 {
			t.Error("it was done by one who may not")
		}
		h.ok(h.Steward(ctx, sten, got.ID, "pause", do))
		h.ok(h.Steward(ctx, sten, "", "outage", do))
		if n := h.audited(`"actor":"pseudonym of sten.steward"`); done != 2 || n < 2 {
			t.Errorf("done %d times, logged %d times", done, n)
		}
	})
}

// What belongs to another service reaches it, without the proposer's address.
func TestRoutedToService(t *testing.T) {
	each(t, func(s *petition.Settings) { s.UndoMinutes, s.Services[0].Mail = 0, faultDesk }, func(t *testing.T, h *hall) {
		h.route("felanmalan")
		letters := h.post.To(faultDesk)
		if len(letters) != 1 || !strings.Contains(letters[0].Text, bikeText.What) || !strings.Contains(letters[0].Text, "KS 2026-000001") || strings.Contains(letters[0].Text, "farid@") {
			t.Errorf("the service is told %+v", letters)
		}
	})
}

// A service that reads no letters gets none, and nothing waits for it.
func TestRoutedWithoutAddress(t *testing.T) {
	each(t, func(s *petition.Settings) { s.UndoMinutes = 0 }, func(t *testing.T, h *hall) {
		h.route("felanmalan")
		stats, err := h.box.Stats(t.Context())
		if h.ok(err); stats.Waiting+stats.Parked != 0 || len(h.post.To(faultDesk)) != 0 {
			t.Errorf("left in the outbox: %+v", stats)
		}
	})
	s := petition.Defaults()
	s.Board, s.Services = "ks", []petition.Service{{ID: "a", Name: "A", URL: "https://a.example", Mail: "A <a@a.example>"}}
	if s.Validate() == nil {
		t.Error("a mail address with a name is taken")
	}
}

// route sends a proposal on to another service.
func (h *hall) route(service string) {
	h.t.Helper()
	got := h.receive(bikeText, "farid@test.example")
	h.checkOut(got.ID)
	h.ok(h.Reject(h.t.Context(), maja, got.ID, petition.Decision{Version: 1, Code: petition.CodeFaultReport, Words: "Hör till felanmälan.", Service: service}))
	_, err := h.Run(h.t.Context())
	h.ok(err)
	h.deliver()
}
