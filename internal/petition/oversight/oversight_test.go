package oversight_test

import (
	"context"
	"testing"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/oversight"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// watched is a machine that closes petitions, with keys of its own.
type watched struct {
	db      *db.DB
	clock   *clock.Manual
	machine *closing.Machine
	keys    *seal.Owner
}

func watch(t *testing.T, d *db.DB, c *clock.Manual) *watched {
	t.Helper()
	ring, dir := keyringtest.New(t, c), t.TempDir()+"/keys"
	if err := seal.InitStore(dir); err != nil {
		t.Fatal(err)
	}
	store, err := seal.OpenStore(seal.StoreOptions{Dir: dir, Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w := &watched{db: d, clock: c, keys: store.For(seal.Own)}
	w.machine = closing.New(closing.Options{DB: d, Sealer: seal.NewMAC(w.keys), Heads: &tally.Heads{DB: d, Ring: ring, Municipality: "2120009911"},
		Audit: audit.New(d, ring, c), Clock: c, About: closing.About{Responsible: "förvaltare", Software: "test"}})
	return w
}

func (w *watched) open(t *testing.T) string {
	t.Helper()
	id := db.NewID()
	_, err := w.machine.Open(t.Context(), closing.Opening{Petition: id, Registry: "KS 2026-000001", Disposal: "KS 2026/114", ClosesAt: w.clock.Now().Add(48 * time.Hour),
		Limit: seal.Limit{Total: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (w *watched) see(t *testing.T, keys func(context.Context, string) ([]oversight.Usage, error)) oversight.Picture {
	t.Helper()
	p, err := oversight.Read(t.Context(), oversight.Options{DB: w.db, Alarms: w.machine.Alarms, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// petitions.md §2.2 rule 9, §3: what is held and why, what is late, what does
// not add up, on both engines.
func TestPicture(t *testing.T) {
	c := clock.NewManual(start)
	dbtest.EachAt(t, c, func(t *testing.T, open func() *db.DB) {
		c.Set(start)
		d := open()
		w := watch(t, d, c)
		one, two := w.open(t), w.open(t)
		p := w.see(t, nil)
		if len(p.Voting) != 2 || len(p.Late)+len(p.KeyLost)+len(p.Drifting) != 0 || len(p.Pauses) != 0 {
			t.Errorf("at first: %+v", p)
		}
		for id, reason := range map[string]string{one: closing.ReasonSteward, two: closing.ReasonKeyLost} {
			if err := w.machine.Pause(t.Context(), id, reason); err != nil {
				t.Fatal(err)
			}
		}
		c.Advance(time.Hour)
		if err := w.machine.Resume(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		if err := d.Tx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE petition_ballot SET drift = -1 WHERE id = $1`, one)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		p = w.see(t, nil)
		if len(p.KeyLost) != 1 || p.KeyLost[0] != two || len(p.Drifting) != 1 || p.Drifting[0] != one || len(p.Late) != 0 {
			t.Errorf("alarms: %+v", p)
		}
		if len(p.Voting) != 2 || p.Voting[0].Petition != two || !p.Voting[0].Paused || p.Voting[0].Reason != closing.ReasonKeyLost || p.Voting[1].Paused {
			t.Errorf("votings, the one that closes first at the top: %+v", p.Voting)
		}
		if len(p.Pauses) != 2 || p.Pauses[0].Until.IsZero() == p.Pauses[1].Until.IsZero() {
			t.Errorf("pauses: %+v", p.Pauses)
		}
		c.Advance(91 * 24 * time.Hour) // and nobody runs the machine
		p = w.see(t, nil)
		if len(p.Late) != 2 || len(p.Pauses) != 1 || p.Pauses[0].Petition != two {
			t.Errorf("much later: %+v", p)
		}
	})
}

// The use of a key is told in tenths, and a holder that is away hides nothing
// else.
func TestUsage(t *testing.T) {
	for _, test := range []struct {
		asked, limit int64
		want         int
	}{{0, 1000, 0}, {99, 1000, 0}, {100, 1000, 1}, {999, 1000, 9}, {1000, 1000, 10}, {5000, 1000, 10}, {-1, 1000, 0}, {7, 0, -1}} {
		if got := (oversight.Usage{Asked: test.asked, Limit: test.limit}).Tenths(); got != test.want {
			t.Errorf("%d of %d: %d", test.asked, test.limit, got)
		}
	}
	c := clock.NewManual(start)
	opt := dbtest.SQLite(t)
	opt.Clock = c
	d, err := db.Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	w := watch(t, d, c)
	one, two := w.open(t), w.open(t)
	p := w.see(t, func(_ context.Context, id string) ([]oversight.Usage, error) {
		u, err := w.keys.Usage(id)
		own := []oversight.Usage{{Petition: id, Holder: seal.Own, Asked: u.Used, Limit: u.Limit.Total, Refused: u.Refused}}
		if id == two {
			err = fault.New(fault.Unavailable, "the other holder is away")
		}
		return own, err
	})
	if len(p.Keys) != 2 || p.Keys[0].Limit != 1000 || len(p.Unanswered) != 1 || p.Unanswered[0] != two || len(p.Voting) != 2 {
		t.Errorf("%s: %+v", one, p)
	}
	_, err = oversight.Read(t.Context(), oversight.Options{DB: d, Alarms: func(context.Context) ([]closing.Late, error) {
		return nil, fault.New(fault.Unavailable, "down")
	}})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("alarms that cannot be read: %v", err)
	}
}
