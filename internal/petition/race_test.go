package petition_test

import (
	"context"
	"sync"
	"testing"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
)

// atOnce calls fn n times at the same time and gives how it went.
func atOnce(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = fn(i) })
	}
	all.Wait()
	return errs
}

// P-19, P-12: proposals that come at the same moment get numbers without gaps,
// one form is one proposal, one moderator has the lock, one decision holds.
func TestAtTheSameMoment(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		ctx, same := t.Context(), h.proposal(bikeText, "")
		other := []petition.Proposal{h.proposal(bikeText, ""), h.proposal(bikeText, ""), h.proposal(bikeText, "")}
		var mu sync.Mutex
		ids, numbers := map[string]bool{}, map[string]bool{}
		for i, err := range atOnce(6, func(i int) error {
			in := same
			if i < len(other) {
				in = other[i]
			}
			got, err := h.Receive(ctx, in)
			mu.Lock()
			defer mu.Unlock()
			ids[got.ID], numbers[got.Registry] = true, true
			return err
		}) {
			if err != nil {
				t.Errorf("proposal %d: %v", i, err)
			}
		}
		if len(ids) != 4 || !numbers["KS 2026-000001"] || !numbers["KS 2026-000004"] || h.rows("petition") != 4 {
			t.Errorf("%d proposals, numbers %v", len(ids), numbers)
		}
		var id string
		for one := range ids {
			id = one
		}
		one := func(name string, call func(ctx context.Context, who string) error) {
			t.Helper()
			done := 0
			for i, err := range atOnce(2, func(i int) error { return call(ctx, []string{maja, nils}[i]) }) {
				if err == nil {
					done++
				} else if !fault.Is(err, fault.Conflict) {
					t.Errorf("%s %d: %v", name, i, err)
				}
			}
			if done != 1 {
				t.Errorf("%s went well %d times", name, done)
			}
		}
		one("check out", func(ctx context.Context, who string) error { return h.CheckOut(ctx, who, id, false) })
		sheet, err := h.Read(ctx, maja, id)
		h.ok(err)
		one("decide", func(ctx context.Context, who string) error {
			if who == maja {
				return h.Accept(ctx, sheet.LockedBy, id, petition.Decision{Version: 1})
			}
			return h.Reject(ctx, sheet.LockedBy, id, petition.Decision{Version: 1, Code: "unclear", Words: "Nej."})
		})
	})
}
