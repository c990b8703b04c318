package petition_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
)

func stockholm(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// P-16: voting ends when a day ends in Sweden, over both changes of the clock,
// at the end of months, and in leap years.
func TestClosesWhenADayEnds(t *testing.T) {
	zone := stockholm(t)
	tests := []struct {
		opens, closes string // local, UTC
		d             petition.Duration
	}{
		{"2026-11-22 10:30", "2027-02-20T23:00:00Z", petition.Duration{Days: 90}},
		{"2026-03-28 10:00", "2026-03-28T23:00:00Z", petition.Duration{Days: 0, Months: 0}}, // the same day
		{"2026-03-28 10:00", "2026-03-29T22:00:00Z", petition.Duration{Days: 1}},            // 23 hours: summer time begins
		{"2026-03-29 00:00", "2026-03-30T22:00:00Z", petition.Duration{Days: 1}},
		{"2026-10-24 23:59", "2026-10-25T23:00:00Z", petition.Duration{Days: 1}}, // 25 hours: it ends
		{"2026-10-25 02:30", "2026-10-26T23:00:00Z", petition.Duration{Days: 1}},
		{"2026-01-31 12:00", "2026-02-28T23:00:00Z", petition.Duration{Months: 1}},
		{"2027-11-30 12:00", "2028-02-29T23:00:00Z", petition.Duration{Months: 3}},
		{"2026-11-30 12:00", "2027-05-30T22:00:00Z", petition.Duration{Months: 6}},
		{"2026-12-31 23:59", "2027-01-31T23:00:00Z", petition.Duration{Months: 1}},
		{"2026-08-31 12:00", "2027-08-31T22:00:00Z", petition.Duration{Months: 12}},
		{"2026-01-31 12:00", "2026-03-10T23:00:00Z", petition.Duration{Months: 1, Days: 10}},
	}
	for _, tc := range tests {
		opens, err := time.ParseInLocation("2006-01-02 15:04", tc.opens, zone)
		if err != nil {
			t.Fatal(err)
		}
		closes := tc.d.ClosesAt(opens, zone)
		if got := closes.Format(time.RFC3339); got != tc.closes {
			t.Errorf("%s and %+v: closes %s, want %s", tc.opens, tc.d, got, tc.closes)
		}
		if local := closes.In(zone); local.Hour() != 0 || local.Minute() != 0 {
			t.Errorf("%s: closes at %s", tc.opens, local)
		}
	}
}

// P-19, P-12: nothing opens without a disposal decision, a named sealer and a
// moderator's yes; voting begins at its time, whatever is away at first.
func TestPublish(t *testing.T) {
	each(t, func(s *petition.Settings) {
		s.Durations = []petition.Duration{{Days: 60}, {Months: 6}}
		s.Threshold = petition.Threshold{PerMille: 1, Population: 77_001}
	}, func(t *testing.T, h *hall) {
		in := h.proposal(bikeText, "")
		in.Duration = petition.Duration{Days: 61}
		_, err := h.Receive(t.Context(), in)
		h.want(fault.Invalid, err)
		in.Duration = petition.Duration{Months: 6}
		got, err := h.Receive(t.Context(), in)
		h.ok(err)
		good := petition.Publication{Disposal: disposal, Sealer: "Sambruk", OpensAt: start.Add(48 * time.Hour)}
		h.want(fault.Conflict, h.Publish(t.Context(), maja, got.ID, good))
		h.checkOut(got.ID)
		h.ok(h.Accept(t.Context(), maja, got.ID, petition.Decision{Version: 1}))
		_, err = h.One(t.Context(), got.ID)
		h.want(fault.NotFound, err)
		for _, bad := range []petition.Publication{{Sealer: "Sambruk"}, {Disposal: disposal}, {Disposal: " ", Sealer: "\u202e"},
			{Disposal: disposal, Sealer: "Sambruk", OpensAt: start.AddDate(3, 0, 0)}} {
			h.want(fault.Invalid, h.Publish(t.Context(), maja, got.ID, bad))
		}
		h.ok(h.Publish(t.Context(), maja, got.ID, good))
		h.want(fault.Conflict, h.Publish(t.Context(), maja, got.ID, good))
		h.want(fault.Conflict, h.Undo(t.Context(), maja, got.ID)) // it is public now
		page, err := h.One(t.Context(), got.ID)
		h.ok(err)
		if page.Standing.Voting != petition.Planned || page.Threshold != 78 || page.NextDay != "2026-11-24" || page.Sealer != "Sambruk" || page.Disposal != disposal {
			t.Errorf("planned: %+v", page)
		}
		h.booth.away = true
		h.clock.Advance(48 * time.Hour)
		if done, err := h.Run(t.Context()); !fault.Is(err, fault.Unavailable) || done.Opened != 0 {
			t.Errorf("%+v, %v", done, err)
		}
		h.booth.away = false
		done, err := h.Run(t.Context())
		h.ok(err)
		if done.Opened != 1 || len(h.booth.opened) != 1 {
			t.Fatalf("opened: %+v", done)
		}
		want := petition.Opening{Petition: got.ID, Registry: got.Registry, Disposal: disposal, Sealer: "Sambruk", ClosesAt: time.Date(2027, 5, 24, 22, 0, 0, 0, time.UTC)}
		if h.booth.opened[0] != want {
			t.Errorf("asked for %+v", h.booth.opened[0])
		}
		page, err = h.One(t.Context(), got.ID)
		h.ok(err)
		if page.Standing.Voting != petition.Open || page.NextDay != "2027-05-24" || page.DaysLeft != 181 {
			t.Errorf("open: %v, %s, %d days", page.Standing, page.NextDay, page.DaysLeft)
		}
	})
}

// Voting that was begun before a crash is not begun twice.
func TestOpenedAlready(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.accepted(bikeText, "")
		h.booth.opened = []petition.Opening{{Petition: got.ID}}
		h.ok(h.Publish(t.Context(), maja, got.ID, petition.Publication{Disposal: disposal, Sealer: "Sambruk"}))
		if s := h.standing(got.ID); s.Voting != petition.Open {
			t.Errorf("it stands at %v", s)
		}
	})
}

// P-16: what voting tells of is told once, in order; the count is public when
// the identities are erased, and not before.
func TestVotingIsFollowed(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.published(bikeText, "")
		h.booth.counts = map[string]int64{got.ID: 3}
		page, err := h.One(t.Context(), got.ID)
		h.ok(err)
		if page.Count != (petition.Count{Known: true, Fewer: true, Votes: 5}) {
			t.Errorf("three votes are shown as %+v", page.Count)
		}
		tell := func(m petition.Move, key string, closes time.Time, count int64) error {
			return h.FollowVoting(t.Context(), petition.VotingEvent{Petition: got.ID, Key: key, Move: m, ClosesAt: closes, Count: count})
		}
		h.ok(tell(petition.MovePause, "p1", time.Time{}, 0))
		h.ok(tell(petition.MovePause, "p1", time.Time{}, 0)) // again: nothing
		h.want(fault.Conflict, tell(petition.MovePause, "p2", time.Time{}, 0))
		moved := time.Date(2027, 2, 22, 23, 0, 0, 0, time.UTC)
		h.ok(tell(petition.MoveResume, "r1", moved, 0))
		h.want(fault.Conflict, tell(petition.MoveErase, "e1", time.Time{}, 200))
		h.want(fault.Invalid, tell(petition.MoveDecide, "d1", time.Time{}, 0))
		h.want(fault.Invalid, tell(petition.MoveOpen, "o1", time.Time{}, 0))
		early := moved.AddDate(0, -1, 0) // by the steward
		h.ok(tell(petition.MoveClose, "c1", early, 0))
		h.ok(tell(petition.MoveCount, "n1", time.Time{}, 0))
		page, err = h.One(t.Context(), got.ID)
		h.ok(err)
		if page.Count.Known || !page.ClosesAt.Equal(early) {
			t.Errorf("before the erasure: %+v", page.Count)
		}
		h.ok(tell(petition.MoveErase, "e1", time.Time{}, 100))
		h.ok(tell(petition.MoveErase, "e1", time.Time{}, 999))
		page, err = h.One(t.Context(), got.ID)
		h.ok(err)
		if page.Count != (petition.Count{Known: true, Votes: 100}) || page.Standing.Outcome != petition.Reached {
			t.Errorf("after the erasure: %+v %v", page.Count, page.Standing)
		}
		below := h.published(bikeText, "")
		h.closed(below.ID, 99)
		if s := h.standing(below.ID); s.Outcome != petition.BelowThreshold {
			t.Errorf("99 of 100: %v", s)
		}
	})
}

// P-13, P-19: everyone can read what has come of a petition, step by step, with
// what is next and the source; staff and the case system tell it alike.
func TestOutcome(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.published(bikeText, "")
		h.closed(got.ID, 312)
		ctx := t.Context()
		h.want(fault.Invalid, h.Progress(ctx, hanna, got.ID, petition.Step{Move: petition.MoveHandOver}))
		h.want(fault.Invalid, h.Progress(ctx, hanna, got.ID, petition.Step{Move: petition.MovePublish}))
		h.want(fault.Conflict, h.Progress(ctx, hanna, got.ID, petition.Step{Move: petition.MovePrepare}))
		h.ok(h.Progress(ctx, hanna, got.ID, petition.Step{Move: petition.MoveHandOver, Body: "Tekniska nämnden", Registry: "TN 2027/31", NextStep: petition.MovePrepare, NextDay: "2027-03-15"}))
		told := petition.CaseEvent{Key: "ev-1", Registry: got.Registry, Step: petition.Step{Move: petition.MovePlan, NextDay: "2027-04-20", Link: "https://ekbacka.example/kallelse"}}
		h.ok(h.FromCaseSystem(ctx, told))
		h.ok(h.FromCaseSystem(ctx, told)) // at least once
		h.want(fault.NotFound, h.FromCaseSystem(ctx, petition.CaseEvent{Key: "ev-2", Registry: "KS 2026-999999", Step: told.Step}))
		h.want(fault.Invalid, h.FromCaseSystem(ctx, petition.CaseEvent{Registry: got.Registry, Step: told.Step}))
		for _, bad := range []petition.Step{{Move: petition.MoveDecide, Decision: "maybe", Paragraph: "§ 12"}, {Move: petition.MoveDecide, Decision: petition.Granted},
			{Move: petition.MoveDecide, Decision: petition.Granted, Paragraph: "§ 12", Link: "javascript:alert(1)"},
			{Move: petition.MoveDecide, Decision: petition.Granted, Paragraph: "§ 12", Day: "2030-01-01"}, {Move: petition.MoveNews}} {
			h.want(fault.Invalid, h.Progress(ctx, hanna, got.ID, bad))
		}
		h.ok(h.Progress(ctx, hanna, got.ID, petition.Step{Move: petition.MoveDecide, Decision: petition.Granted, Paragraph: "§ 12", Link: "https://ekbacka.example/protokoll", Words: "Nämnden säger ja."}))
		h.ok(h.Progress(ctx, hanna, got.ID, petition.Step{Move: petition.MoveStart, NextStep: petition.MoveComplete, NextDay: "2027-10-01"}))
		h.ok(h.Progress(ctx, hanna, got.ID, petition.Step{Move: petition.MoveComplete}))
		page, err := h.One(ctx, got.ID)
		h.ok(err)
		var moves []petition.Move
		for _, e := range page.Timeline {
			moves = append(moves, e.Move)
			if e.Words == "" || e.Staff != "" || e.At.IsZero() {
				t.Errorf("an event without words, or with a name: %+v", e)
			}
		}
		want := []petition.Move{petition.MoveReceive, petition.MoveCheckOut, petition.MoveAccept, petition.MovePublish, petition.MoveOpen, petition.MoveClose, petition.MoveCount,
			petition.MoveErase, petition.MoveReach, petition.MoveHandOver, petition.MovePlan, petition.MoveDecide, petition.MoveStart, petition.MoveComplete}
		if !slices.Equal(moves, want) {
			t.Errorf("the timeline is %v", moves)
		}
		if page.Body != "Tekniska nämnden" || page.BodyRegistry != "TN 2027/31" || page.Decision != petition.Granted || page.Paragraph != "§ 12" || page.NextStep+page.NextDay != "" {
			t.Errorf("the page is %+v", page)
		}
	})
}

// P-13: a petition of an exempt category goes on without votes; one that was
// declined has nothing to carry out.
func TestExemptAndDeclined(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.accepted(bikeText, "")
		h.want(fault.Invalid, h.Exempt(t.Context(), maja, got.ID, "my-friends"))
		h.ok(h.Exempt(t.Context(), maja, got.ID, "minority-language"))
		h.ok(h.Progress(t.Context(), hanna, got.ID, petition.Step{Move: petition.MoveHandOver, Registry: "KF 2026/9"}))
		h.ok(h.Progress(t.Context(), hanna, got.ID, petition.Step{Move: petition.MoveDecide, Decision: petition.Declined, Paragraph: "§ 3"}))
		h.want(fault.Conflict, h.Progress(t.Context(), hanna, got.ID, petition.Step{Move: petition.MoveStart}))
		page, err := h.One(t.Context(), got.ID)
		h.ok(err)
		if page.Body != "kommunfullmäktige" || page.Standing.Voting != petition.None || len(h.booth.opened) != 0 {
			t.Errorf("exempt: %+v", page)
		}
	})
}

// P-13: ninety days without news are shown and told to the owner once, news
// ends them, and follow-ups are due after half a year and a year.
func TestSilenceAndFollowUps(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.published(bikeText, "")
		h.closed(got.ID, 312)
		runs := func(want int) {
			t.Helper()
			done, err := h.Run(t.Context())
			h.ok(err)
			if done.Alarmed != want {
				t.Errorf("alarmed %d, want %d", done.Alarmed, want)
			}
		}
		h.clock.Advance(89 * 24 * time.Hour)
		runs(0)
		h.clock.Advance(24 * time.Hour)
		runs(1)
		runs(0)
		if mailed, _ := h.letter("agare@ekbacka.example", ""); !strings.Contains(mailed.Text, got.Registry) || !strings.Contains(mailed.Text, "90 dagar") {
			t.Errorf("the owner is told %q", mailed.Text)
		}
		page, err := h.One(t.Context(), got.ID)
		h.ok(err)
		if waiting, err := h.Silent(t.Context()); !page.Silent || err != nil || len(waiting) != 1 || waiting[0].Days != 90 {
			t.Errorf("silent: %+v (%v)", waiting, err)
		}
		h.ok(h.Progress(t.Context(), hanna, got.ID, petition.Step{Move: petition.MoveNews, Words: "Vi väntar på en utredning.", NextDay: "2027-06-01"}))
		if waiting, err := h.Silent(t.Context()); err != nil || len(waiting) != 0 {
			t.Errorf("after news: %+v (%v)", waiting, err)
		}
		h.ok(h.Progress(t.Context(), hanna, got.ID, petition.Step{Move: petition.MoveHandOver, Registry: "KF 1"}))
		h.ok(h.Progress(t.Context(), hanna, got.ID, petition.Step{Move: petition.MoveDecide, Decision: petition.PartlyGranted, Paragraph: "§ 3"}))
		for i, months := range []int{6, 12} {
			h.clock.Set(h.clock.Now().AddDate(0, 6, 0))
			due, err := h.DueFollowUps(t.Context())
			h.ok(err)
			if len(due) != 1 {
				t.Errorf("after %d months %d are due", months, len(due))
			}
			h.ok(h.Progress(t.Context(), hanna, got.ID, petition.Step{Move: petition.MoveFollowUp, Words: fmt.Sprintf("Uppföljning %d.", i+1)}))
			if due, err := h.DueFollowUps(t.Context()); err != nil || len(due) != 0 {
				t.Errorf("after the follow-up: %+v (%v)", due, err)
			}
		}
	})
}
