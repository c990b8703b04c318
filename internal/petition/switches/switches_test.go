package switches_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/petition/switches"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func each(t *testing.T, fn func(t *testing.T, d *db.DB, c *clock.Manual, node func() *switches.Switches)) {
	c := clock.NewManual(start)
	dbtest.EachAt(t, c, func(t *testing.T, open func() *db.DB) {
		c.Set(start)
		d := open()
		log := audit.New(d, keyringtest.New(t, c), c)
		fn(t, d, c, func() *switches.Switches { return switches.New(d, log, c) })
	})
}

func outcomes(t *testing.T, d *db.DB) (rows []string) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		found, err := tx.Query(t.Context(), `SELECT payload FROM audit_row ORDER BY id`)
		if err != nil {
			return err
		}
		defer found.Close()
		for found.Next() {
			var text string
			if err := found.Scan(&text); err != nil {
				return err
			}
			rows = append(rows, text)
		}
		return found.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// P-01: a part can be turned off by itself; every node knows, visitors are
// told why, and each change is in the audit log once.
func TestSet(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, c *clock.Manual, node func() *switches.Switches) {
		s, other := node(), node()
		for _, sw := range s.All() {
			if !sw.On || !s.On(sw.Name) {
				t.Errorf("%s is off before anything was read", sw.Name)
			}
		}
		const why = "Vi byter server i kväll."
		set := func(n switches.Name, on bool, words string) {
			t.Helper()
			if err := s.Set(t.Context(), "actor", n, on, words); err != nil {
				t.Fatal(err)
			}
		}
		set(switches.Vote, true, "") // is on already
		set(switches.Vote, false, why)
		c.Advance(time.Minute)
		set(switches.Vote, false, why) // is off already
		set(switches.Vote, false, why+" Klart kl. 22.")
		if s.On(switches.Vote) || !s.On(switches.Propose) || !other.On(switches.Vote) {
			t.Error("the switch does not stand as it was set")
		}
		if err := other.Refresh(t.Context()); err != nil || other.On(switches.Vote) {
			t.Errorf("another node does not know: %v", err)
		}
		off := other.Off()
		if len(off) != 1 || off[0].Name != switches.Vote || off[0].Words != why+" Klart kl. 22." || !off[0].Since.Equal(start) {
			t.Errorf("off: %+v", off)
		}
		set(switches.Vote, true, "is not kept")
		if all := s.All(); len(all) != 8 || len(s.Off()) != 0 || all[1].Words != "" || !all[1].Since.Equal(start.Add(time.Minute)) {
			t.Errorf("all: %+v", all)
		}
		rows := outcomes(t, d)
		if len(rows) != 3 || !strings.Contains(rows[0], `"off"`) || !strings.Contains(rows[2], `"on"`) || !strings.Contains(rows[0], `"switch":"vote"`) {
			t.Errorf("the audit log has %q", rows)
		}
		if strings.Contains(strings.Join(rows, ""), "server") {
			t.Error("I-9: free text in the audit log")
		}
	})
}

// What cannot be a switch or words for people is refused, and nothing changes.
func TestSetRefuses(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual, node func() *switches.Switches) {
		s := node()
		for _, row := range []struct {
			name  switches.Name
			words string
			want  fault.Kind
		}{
			{"voting", "Trasig", fault.NotFound},
			{switches.Vote, "  ", fault.Invalid},
			{switches.Vote, "två\nrader", fault.Invalid},
			{switches.Vote, "\xff", fault.Invalid},
			{switches.Vote, strings.Repeat("ö", 301), fault.Invalid},
		} {
			if err := s.Set(t.Context(), "actor", row.name, false, row.words); fault.KindOf(err) != row.want {
				t.Errorf("%q %q: %v", row.name, row.words, err)
			}
		}
		if s.On("voting") || len(outcomes(t, d)) != 0 || len(s.Off()) != 0 {
			t.Error("a refused change left something")
		}
	})
}

// P-01: a dead database keeps what was last known, and it can be asked from
// many requests at once.
func TestDeadDatabase(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual, node func() *switches.Switches) {
		s := node()
		if err := s.Set(t.Context(), "actor", switches.Mail, false, "Breven väntar."); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := s.Refresh(context.WithoutCancel(t.Context())); err == nil {
					t.Error("a closed database was read")
				}
				if s.On(switches.Mail) || !s.On(switches.Vote) {
					t.Error("what was known is lost")
				}
			})
		}
		all.Wait()
		if !s.Read().Equal(start) {
			t.Errorf("read %v", s.Read())
		}
	})
}
