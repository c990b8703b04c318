package uptime_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
	"medborgarnavet/internal/petition/uptime"
)

// machine closes petitions in the house's database.
func (h *house) machine() *closing.Machine {
	h.t.Helper()
	dir := h.t.TempDir() + "/keys"
	if err := seal.InitStore(dir); err != nil {
		h.t.Fatal(err)
	}
	keys, err := seal.OpenStore(seal.StoreOptions{Dir: dir, Clock: h.clock})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = keys.Close() })
	ring := keyringtest.New(h.t, h.clock)
	return closing.New(closing.Options{DB: h.db, Clock: h.clock, Sealer: seal.NewMAC(keys.For(seal.Own)),
		Heads: &tally.Heads{DB: h.db, Ring: ring, Municipality: "2120009911"}, Audit: audit.New(h.db, ring, h.clock)})
}

func (h *house) closesAt(petition string) time.Time {
	h.t.Helper()
	var at time.Time
	err := h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		p, err := closing.Load(h.t.Context(), tx, petition)
		at = p.Ballot.ClosesAt
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return at
}

// P-01, petitions.md §3 rule 4: an outage moves the closing time exactly once,
// also when the program dies between the moving and the remembering.
func TestOutageMovesTheClosingOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.machine()
		petition := db.NewID()
		closes := start.Add(27 * time.Minute)
		if _, err := m.Open(t.Context(), closing.Opening{Petition: petition, Registry: "KS 2026-1", Disposal: "KS 2026/7", ClosesAt: closes, Limit: seal.Limit{Total: 100}}); err != nil {
			t.Fatal(err)
		}
		h.beat(10)
		h.clock.Advance(15 * time.Minute) // 10-25
		h.restart()
		h.beat(1)
		killed := errors.New("killed")
		moved := 0
		outage := func(then error) func(context.Context, time.Time, time.Time) error {
			return func(ctx context.Context, from, until time.Time) error {
				n, err := m.Outage(ctx, from, until, closing.ReasonOutage)
				if err != nil {
					t.Fatal(err)
				}
				moved += n
				return then
			}
		}
		if err := h.log.HandOn(t.Context(), outage(killed)); !errors.Is(err, killed) {
			t.Fatal(err)
		}
		for range 2 {
			h.restart()
			if err := h.log.HandOn(t.Context(), outage(nil)); err != nil {
				t.Fatal(err)
			}
		}
		if want := closes.Add(15 * time.Minute); moved != 1 || !h.closesAt(petition).Equal(want) {
			t.Errorf("moved %d times, to %v, want %v", moved, h.closesAt(petition), want)
		}
		h.clock.Advance(2 * time.Minute)
		if done, err := m.Run(t.Context()); err != nil || done.Steps != 0 {
			t.Errorf("closed in the middle: %+v %v", done, err)
		}
		h.clock.Advance(-2 * time.Minute)
		lasting := func() string {
			since, err := h.log.Lasting(t.Context())
			if err != nil || since.IsZero() {
				return fmt.Sprint(err)
			}
			return fmt.Sprint(since.Sub(start))
		}
		h.expect("nothing lasts", lasting(), "<nil>")
		h.away[uptime.EID] = true
		h.beat(2)
		h.expect("the e-ID is away", lasting(), "26m0s")
		h.away[uptime.EID] = false
		h.beat(1)
		h.expect("it is back", lasting(), "<nil>")
		if err := h.log.HandOn(t.Context(), outage(nil)); err != nil {
			t.Fatal(err)
		}
		if want := closes.Add(17 * time.Minute); !h.closesAt(petition).Equal(want) {
			t.Errorf("an e-ID outage of two minutes: closes %v, want %v", h.closesAt(petition), want)
		}
	})
}

// An outage longer than closing takes is handed on as far as it goes, and is
// then done with.
func TestLongOutage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.machine()
		h.beat(1)
		h.clock.Advance(90 * 24 * time.Hour)
		h.beat(1)
		err := h.log.HandOn(t.Context(), func(ctx context.Context, from, until time.Time) error {
			if until.Sub(from) != closing.MaxPause {
				t.Errorf("%v to %v", from, until)
			}
			_, err := m.Outage(ctx, from, until, closing.ReasonOutage)
			return err
		})
		if err != nil || h.fresh() != "" {
			t.Errorf("%v, left %q", err, h.fresh())
		}
	})
}
