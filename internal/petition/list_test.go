package petition_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
)

// P-12: what the database lists is what may be seen, wherever a petition
// stands: both orders, the search and the page itself agree.
func TestListsAgree(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		got := h.published(bikeText, "")
		bare := h.receive(bikeText, "") // never opened
		voting := []petition.State{petition.None, petition.Planned, petition.Open, petition.Paused, petition.Closing, petition.Counted, petition.Erased, petition.Stopped}
		outcome := []petition.State{petition.None, petition.BelowThreshold, petition.Reached, petition.HandedOver, petition.Prepared, petition.DecisionPlanned,
			petition.Decided, petition.CarryingOut, petition.CarriedOut, petition.NotCarriedOut}
		filters := []string{"", "open", "handled", "decided", "ended", "rejected", "no such"}
		for i, m := range petition.AllModeration() {
			for j := range 10 {
				s := petition.Standing{Moderation: m, Voting: voting[(i+j)%8], Outcome: outcome[j]}
				if j == 0 {
					s.Voting, s.Outcome = petition.None, petition.None
				}
				for _, id := range []string{got.ID, bare.ID} {
					h.ok(h.Force(t.Context(), id, s))
				}
				seen := 0
				for _, id := range []string{got.ID, bare.ID} {
					switch _, err := h.One(t.Context(), id); fault.KindOf(err) {
					case "":
						seen++
					case fault.NotFound, fault.Gone:
					default:
						t.Fatal(err)
					}
				}
				for _, f := range filters {
					first, err := h.List(t.Context(), petition.Filter{State: f})
					h.ok(err)
					second, err := h.List(t.Context(), petition.Filter{State: f, Sort: petition.SortVotes})
					h.ok(err)
					if first.Total != second.Total || len(first.Cards) != first.Total || f == "" && first.Total != seen {
						t.Errorf("%v, %q: %d listed, %d by votes, %d pages are shown", s, f, first.Total, second.Total, seen)
					}
				}
			}
		}
	})
}

// P-12: a decision that can be undone is not listed, nor are rejected ones
// where the municipality does not show them.
func TestListsHide(t *testing.T) {
	for _, hide := range []bool{false, true} {
		t.Run(fmt.Sprintf("hidden %v", hide), func(t *testing.T) {
			each(t, func(s *petition.Settings) { s.HideRejected = hide }, func(t *testing.T, h *hall) {
				got := h.receive(bikeText, "")
				h.checkOut(got.ID)
				h.ok(h.Reject(t.Context(), maja, got.ID, petition.Decision{Version: 1, Code: "unclear", Words: "Vad menar du?"}))
				for _, want := range []int{0, 1} {
					if hide {
						want = 0
					}
					for _, sort := range []petition.Sort{petition.SortNewest, petition.SortClosing, petition.SortVotes} {
						l, err := h.List(t.Context(), petition.Filter{Sort: sort})
						if h.ok(err); l.Total != want {
							t.Errorf("by %s: %d, want %d", sort, l.Total, want)
						}
					}
					h.clock.Advance(11 * time.Minute)
				}
			})
		})
	}
}

// P-13: the order by closing has the open ones first, soonest first.
func TestOrderByClosing(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		late := h.published(bikeText, "")
		h.clock.Advance(-48 * time.Hour)
		soon := h.published(bikeText, "")
		done := h.published(bikeText, "")
		h.clock.Advance(48 * time.Hour)
		h.closed(done.ID, 9)
		l, err := h.List(t.Context(), petition.Filter{Sort: petition.SortClosing})
		h.ok(err)
		ids := []string{}
		for _, c := range l.Cards {
			ids = append(ids, c.ID)
		}
		if !slices.Equal(ids, []string{soon.ID, late.ID, done.ID}) {
			t.Errorf("%v, want soon %s, late %s, done %s", ids, soon.ID, late.ID, done.ID)
		}
	})
}
