package workspace

import (
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

// M-36, M-40, M-43, M-87, M-88: what was fetched stands on its row with its
// sum, beside what the person wrote, with how and when each origin answered.
func TestBoundBesideOwn(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		w.save(anna, d.ID, "ink", map[string]string{"ink.r.barn.own": "900", "ink.r.barn.comment": "Delat"}, false)
		d = w.fetched(anna, d.ID)
		r := rowOf(d, "ink.r.barn")
		if *r.FetchedOre != 100_000 || *r.OwnOre != 90_000 || r.Comment != "Delat" || r.State != plugin.StateAnswered || len(r.Counted) != 1 || r.Changed {
			t.Errorf("%+v", r.State)
		}
		if rest := rowOf(d, "ink.r.rest"); rest.State != plugin.StateNothing || rest.FetchedOre != nil {
			t.Errorf("rest is %s", rest.State)
		}
		if len(d.Sources) != 2 || d.Sources[0].State != plugin.StateAnswered || d.Sources[1].State != plugin.StateNothing || d.Sources[0].Name != "Försäkringskassan" {
			t.Errorf("%v", d.Sources)
		}
		if at, err := time.Parse(time.RFC3339, d.Sources[0].At); err != nil || !at.Equal(w.clock.Now()) {
			t.Errorf("at %q", d.Sources[0].At)
		}
		if again := w.get(anna, d.ID); len(again.Rows) != len(d.Rows) || again.Version != d.Version {
			t.Error("not kept, or taken for a save")
		}
	})
}

// M-92, I-5: a new fetch replaces the amounts, keeps what the person wrote,
// and flags what has changed until the person has looked at it.
func TestRefetch(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		own := map[string]string{"ink.r.barn.own": "900", "ink.r.barn.comment": "Delat"}
		w.save(anna, d.ID, "ink", own, true)
		fk := func(p plugin.Part) {
			w.parts = func() []plugin.Part { return []plugin.Part{p, {Origin: "CSN", State: plugin.StateNothing}} }
		}
		for i, step := range []struct {
			answer  plugin.Part
			done    bool // the person then says that the section is done
			state   plugin.State
			ore     int64
			changed bool
		}{
			{paid("FK", 100_000), false, plugin.StateAnswered, 100_000, false},
			{paid("FK", 100_000), false, plugin.StateAnswered, 100_000, false},
			{down("FK"), false, plugin.StateUnavailable, 0, false},
			{paid("FK", 100_000), false, plugin.StateAnswered, 100_000, false}, // still what was seen
			{down("FK"), false, plugin.StateUnavailable, 0, false},
			{paid("FK", 120_000), false, plugin.StateAnswered, 120_000, true},
			{paid("FK", 120_000), false, plugin.StateAnswered, 120_000, true}, // not looked at yet
			{paid("FK", 100_000), false, plugin.StateAnswered, 100_000, false},
			{paid("FK", 130_000), true, plugin.StateAnswered, 130_000, true},
			{paid("FK", 130_000), false, plugin.StateAnswered, 130_000, false},
			{plugin.Part{Origin: "FK", State: plugin.StateNothing}, true, plugin.StateNothing, 0, true},
			{paid("FK", 1), false, plugin.StateAnswered, 1, true},
		} {
			fk(step.answer)
			w.clock.Advance(10 * time.Minute)
			d = w.fetched(anna, d.ID)
			r := rowOf(d, "ink.r.barn")
			if r.State != step.state || r.Changed != step.changed || step.ore > 0 && (r.FetchedOre == nil || *r.FetchedOre != step.ore) || step.ore == 0 && r.FetchedOre != nil {
				t.Errorf("step %d: %s, changed %v", i, r.State, r.Changed)
			}
			if *r.OwnOre != 90_000 || r.Comment != "Delat" {
				t.Errorf("step %d: what the person wrote is gone", i)
			}
			if step.done {
				if d = w.save(anna, d.ID, "ink", own, true); rowOf(d, "ink.r.barn").Changed {
					t.Errorf("step %d: still flagged", i)
				}
			}
		}
		if w.count("draft_bound") != 1 || w.count("broker_fetch") != 1 {
			t.Errorf("%d bound, %d fetches", w.count("draft_bound"), w.count("broker_fetch"))
		}
	})
}

// A save of another section, or one that does not say done, leaves the flag.
func TestFlagStaysUntilDone(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.fetched(anna, w.begin(anna).ID)
		w.parts = func() []plugin.Part { return []plugin.Part{paid("FK", 5), down("CSN")} }
		w.fetched(anna, d.ID)
		w.save(anna, d.ID, "hem", nil, true)
		w.save(anna, d.ID, "ink", nil, false)
		if !rowOf(w.get(anna, d.ID), "ink.r.barn").Changed {
			t.Error("the flag is gone")
		}
	})
}

// I-7, I-14: what was fetched is gone seven days after its fetch, however the
// draft lives on; what the person wrote stays, before and after the purge.
func TestFetchedGoesFirst(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.fetched(anna, w.begin(anna).ID)
		end := w.clock.Now().Add(7 * day)
		w.clock.Advance(6 * day)
		w.save(anna, d.ID, "ink", map[string]string{"ink.r.barn.own": "900"}, true)
		w.clock.Set(end.Add(-time.Second))
		if d = w.refreshed(anna, d.ID); rowOf(d, "ink.r.barn").FetchedOre == nil || d.FetchGone {
			t.Error("gone too early")
		}
		w.clock.Set(end)
		for _, when := range []string{"before the purge", "after the purge"} {
			d = w.refreshed(anna, d.ID)
			r := rowOf(d, "ink.r.barn")
			if !d.FetchGone || len(d.Rows) != 0 || len(d.Sources) != 0 || r.FetchedOre != nil || r.State != plugin.StateNotAsked || *r.OwnOre != 90_000 {
				t.Errorf("%s: gone %v, %d rows, %s", when, d.FetchGone, len(d.Rows), r.State)
			}
			w.purge()
		}
		if w.count("draft_bound")+w.count("broker_fetch")+w.count("broker_part") != 0 || w.count("draft") != 1 {
			t.Error("the wrong rows are left")
		}
		if d = w.fetched(anna, d.ID); d.FetchGone || *rowOf(d, "ink.r.barn").FetchedOre != 100_000 || *rowOf(d, "ink.r.barn").OwnOre != 90_000 {
			t.Error("cannot be fetched again")
		}
	})
}

// I-2, I-5: another month destroys what was fetched for the old one and keeps
// what the person wrote; a page that is late cannot bring it back.
func TestChangeOfMonth(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		w.save(anna, d.ID, "ink", map[string]string{"ink.r.barn.own": "900"}, false)
		w.startFetch(anna, d.ID)
		stale := w.get(anna, d.ID) // another tab, about to bind
		d, err := w.SetMonth(t.Context(), w.login(anna), d.ID, "2026-12", "2026-11")
		if err != nil || d.Month != "2026-12" || d.ControlMonth != "2026-11" || d.FetchID != "" || len(d.Rows) != 0 {
			t.Fatalf("%v %s %q %d rows", err, d.Month, d.FetchID, len(d.Rows))
		}
		if w.count("broker_fetch")+w.count("broker_part")+w.count("draft_bound") != 0 {
			t.Error("what was fetched for the old month is left")
		}
		for range 2 {
			late, _, err := w.Refresh(t.Context(), w.login(anna), stale)
			if err != nil || len(late.Rows) != 0 {
				t.Errorf("the late page: %d rows, %v", len(late.Rows), err)
			}
		}
		if d = w.fetched(anna, d.ID); rowOf(d, "ink.r.barn").State != plugin.StateNothing || len(rowOf(d, "ink.r.barn").Others) != 1 || *rowOf(d, "ink.r.barn").OwnOre != 90_000 {
			t.Errorf("for the new month: %s", rowOf(d, "ink.r.barn").State)
		}
		if again, err := w.SetMonth(t.Context(), w.login(anna), d.ID, "2026-12", "2026-11"); err != nil || len(again.Rows) == 0 {
			t.Errorf("the same month again: %v, %d rows", err, len(again.Rows))
		}
	})
}

// I-2, I-5: what is read and bound in the same moment as a change is settled
// by what is stored: nothing of an older fetch or month is ever bound.
func TestLateBind(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		w.startFetch(anna, d.ID)
		stale := w.get(anna, d.ID)
		for name, change := range map[string]func(tx *db.Tx) error{
			"the month": func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE draft SET month='2026-12' WHERE id=$1`, d.ID)
				return err
			},
			"the fetch": func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE draft SET month='2026-11', fetch_id='another' WHERE id=$1`, d.ID)
				return err
			},
		} {
			if err := w.db.Tx(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			got, _, err := w.Refresh(t.Context(), w.login(anna), stale)
			if err != nil || len(got.Rows) != 0 || w.count("draft_bound") != 0 {
				t.Errorf("%s: %d rows, %v", name, len(got.Rows), err)
			}
		}
		if err := w.Discard(t.Context(), w.login(anna), d.ID); err != nil {
			t.Fatal(err)
		}
		if got, _, err := w.Refresh(t.Context(), w.login(anna), stale); len(got.Rows) != 0 || err != nil && kind(err) != fault.NotFound || w.left() != 0 {
			t.Errorf("discarded: %d rows, %v, %d left", len(got.Rows), err, w.left())
		}
	})
}

// M-14: what was fetched in another case never comes into the draft.
func TestFetchOfAnotherCase(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		w.cases = func(n pnr.Number) broker.Case {
			c := openCase(n)
			c.ID = "EB-ny"
			return c
		}
		ask := broker.Ask{Login: w.login(anna), Audience: "ekbist", Want: want(), Month: "2026-11", Space: d.ID, Case: d.CaseID}
		if _, err := w.opt.Broker.Start(t.Context(), ask); kind(err) != fault.NotFound {
			t.Errorf("asked for the draft's case: %v", err)
		}
		ask.Case = ""
		fetch, err := w.opt.Broker.Start(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.SetFetch(t.Context(), w.login(anna), d.ID, fetch); err != nil {
			t.Fatal(err)
		}
		for range 100 {
			if f, err := w.opt.Broker.Read(t.Context(), w.login(anna), "ekbist", fetch); err != nil || f.Done {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		if d = w.refreshed(anna, d.ID); len(d.Rows) != 0 || w.count("draft_bound") != 0 {
			t.Error("bound")
		}
	})
}

// I-6: as long as an origin of a row has not ended there is no sum; what has
// come is bound as it comes, once, and told in the log.
func TestOneByOne(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		csn := make(chan struct{})
		w.parts = func() []plugin.Part {
			rest := paid("FK", 700)
			rest.Payments[0].BenefitCode = "??"
			return []plugin.Part{rest, paid("CSN", 300)}
		}
		w.wait.Store(func(q plugin.Query) {
			if q.Origins[0] == "CSN" {
				<-csn
			}
		})
		fetch, err := w.opt.Broker.Start(t.Context(), broker.Ask{Login: w.login(anna), Audience: "ekbist", Want: want(), Month: d.Month, Space: d.ID, Case: d.CaseID})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.SetFetch(t.Context(), w.login(anna), d.ID, fetch); err != nil {
			t.Fatal(err)
		}
		for d = w.refreshed(anna, d.ID); len(d.Sources) < 1; d = w.refreshed(anna, d.ID) {
			time.Sleep(time.Millisecond)
		}
		if r := rowOf(d, "ink.r.rest"); r.State != plugin.StateNotAsked || r.FetchedOre != nil || len(r.Others) != 1 {
			t.Errorf("while CSN is out: %s, %d beside", r.State, len(r.Others))
		}
		if r := rowOf(d, "ink.r.barn"); r.State != plugin.StateNothing {
			t.Errorf("FK has ended: %s", r.State)
		}
		close(csn)
		for d = w.refreshed(anna, d.ID); len(d.Sources) < 2; d = w.refreshed(anna, d.ID) {
			time.Sleep(time.Millisecond)
		}
		if r := rowOf(d, "ink.r.rest"); r.State != plugin.StateAnswered || *r.FetchedOre != 1000 || r.Changed {
			t.Errorf("when all have ended: %s, changed %v", r.State, r.Changed)
		}
		for range 3 {
			w.refreshed(anna, d.ID)
		}
		shown := 0
		list, err := w.opt.Audit.ByCase(t.Context(), d.CaseID)
		for _, r := range list {
			if r.Action == "presented" {
				shown++
			}
		}
		if shown != 2 || err != nil {
			t.Errorf("told %d times, %v", shown, err)
		}
	})
}

// I-6: an interrupted fetch is bound as could not answer, without a time that
// never was.
func TestInterrupted(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		hang := make(chan struct{})
		w.wait.Store(func(plugin.Query) { <-hang })
		fetch, err := w.opt.Broker.Start(t.Context(), broker.Ask{Login: w.login(anna), Audience: "ekbist", Want: want(), Month: d.Month, Space: d.ID})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.SetFetch(t.Context(), w.login(anna), d.ID, fetch); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(time.Minute)
		d = w.refreshed(anna, d.ID)
		if r := rowOf(d, "ink.r.barn"); r.State != plugin.StateUnavailable || r.FetchedOre != nil {
			t.Errorf("%s", r.State)
		}
		for _, s := range d.Sources {
			if s.State != plugin.StateUnavailable || s.At != "" {
				t.Errorf("%v", s)
			}
		}
		close(hang)
	})
}
