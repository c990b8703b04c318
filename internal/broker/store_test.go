package broker

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/db/faultdb"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/plugin"
)

// I-1, I-3, M-02, M-22, M-97, M-109: only the audience of the grant, in a login of
// the same person at the level that it was fetched with, reads a fetch.
func TestWhoMayRead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.ask(anna)
		id := w.whole(a).ID
		for name, c := range map[string]struct {
			login    Login
			audience string
			id       string
			want     fault.Kind
		}{
			"the person":         {a.Login, "ekbist", id, ""},
			"another person":     {w.ask(bo).Login, "ekbist", id, fault.NotFound},
			"nobody":             {Login{Assurance: 4}, "ekbist", id, fault.NotFound},
			"another plug-in":    {a.Login, "multifraga", id, fault.NotFound},
			"the source":         {a.Login, "ssbtek", id, fault.NotFound},
			"no plug-in":         {a.Login, "", id, fault.NotFound},
			"another id":         {a.Login, "ekbist", db.NewID(), fault.NotFound},
			"a lower assurance":  {Login{a.Login.Subject, 2}, "ekbist", id, fault.Forbidden},
			"a higher assurance": {Login{a.Login.Subject, 4}, "ekbist", id, ""},
		} {
			f, err := w.Read(t.Context(), c.login, c.audience, c.id)
			if got := fault.KindOf(err); got != c.want {
				t.Errorf("%s: %v, want %q", name, err, c.want)
			}
			if err != nil && len(f.Parts) > 0 {
				t.Errorf("%s: parts beside the fault", name)
			}
		}
	})
}

// I-3, M-22: two plug-ins that fetch into one space do not see each other's
// answers, and what is sealed for one does not open for the other.
func TestAudiencesAreApart(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.ask(anna)
		other := a
		other.Audience = "multifraga"
		first, second := w.whole(a), w.whole(other)
		if first.ID == second.ID {
			t.Fatal("one fetch for two audiences")
		}
		if _, err := w.Read(t.Context(), a.Login, "ekbist", second.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("the other's: %v", err)
		}
		if err := w.db.Tx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE broker_fetch SET audience='thief' WHERE id=$1`, first.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Read(t.Context(), a.Login, "thief", first.ID); err == nil {
			t.Error("a row that was given another audience opens")
		}
	})
}

// M-92, I-5: a new fetch replaces the old one: its rows are gone, and what is
// read is new; never both.
func TestRefetchReplaces(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.ask(anna)
		old := w.whole(a)
		w.clock.Advance(time.Minute)
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) { return empty(q), nil }
		fresh := w.whole(a)
		if fresh.ID == old.ID || stateOf(fresh, "FK") != PartState(plugin.StateNothing) {
			t.Errorf("%v", states(fresh))
		}
		if _, err := w.Read(t.Context(), a.Login, a.Audience, old.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("the old fetch: %v", err)
		}
		if w.count("broker_fetch") != 1 || w.count("broker_part") != 7 {
			t.Errorf("%d fetches, %d parts", w.count("broker_fetch"), w.count("broker_part"))
		}
	})
}

// M-27, M-90, M-121, I-7: at its time a fetch cannot be read, whether or not
// it has been purged, and then nothing of it is left. The time is that of the
// fetch: neither reading nor another person's fetch prolongs it.
func TestGoneOnItsDay(t *testing.T) {
	each(t, func(t *testing.T, first *world) {
		for _, keep := range []struct{ board, source, audience, want int }{{7, 7, 7, 7}, {3, 7, 7, 3}, {7, 2, 7, 2}, {7, 7, 1, 1}, {30, 30, 30, 7}} {
			first.clock.Set(start)
			w := newWorld(t, first.db, first.ring, first.clock)
			w.terms.KeepDays, w.manifest.RetentionDays, w.audience.RetentionDays = keep.board, keep.source, keep.audience
			a := w.ask(anna)
			f := w.whole(a)
			end := start.AddDate(0, 0, keep.want)
			if !f.ExpiresAt.Equal(end) {
				t.Fatalf("until %s, want %s", f.ExpiresAt, end)
			}
			w.clock.Set(end.Add(-time.Second))
			if got := w.read(a, f.ID); len(got.Final()[0].Facts) != 1 {
				t.Error("not there to the end")
			}
			if n, err := w.Purge(t.Context(), w.clock.Now()); n != 0 || err != nil {
				t.Errorf("purged too early: %d %v", n, err)
			}
			w.clock.Set(end)
			if _, err := w.Read(t.Context(), a.Login, a.Audience, f.ID); fault.KindOf(err) != fault.Gone {
				t.Errorf("before the purge: %v", err)
			}
			if n, err := w.Purge(t.Context(), w.clock.Now()); n != 1 || err != nil {
				t.Errorf("purged %d, %v", n, err)
			}
			if _, err := w.Read(t.Context(), a.Login, a.Audience, f.ID); fault.KindOf(err) != fault.NotFound {
				t.Errorf("after the purge: %v", err)
			}
			if w.count("broker_fetch")+w.count("broker_part")+w.count("broker_count") != 0 {
				t.Error("rows are left")
			}
		}
	})
}

// I-7: the rows alone are nothing when the keys of their day are gone, also
// for an answer that came in the next hour.
func TestKeysGoWithTheFetch(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.clock.Set(start.Add(29*time.Minute + 59*time.Second)) // 09:59:59
		a := w.ask(anna)
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) {
			w.clock.Set(start.Add(30*time.Minute + 2*time.Second))
			return paid(q), nil
		}
		f := w.whole(a)
		if _, err := w.ring.DestroyDue(start.AddDate(0, 0, 7).Add(30 * time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Read(t.Context(), a.Login, a.Audience, f.ID); fault.KindOf(err) != fault.Gone {
			t.Errorf("without the key: %v", err)
		}
	})
}

// M-92, I-7: what is discarded stays so, also when a source answers later.
func TestDiscardWhileRunning(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		last := make(chan struct{})
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) { <-last; return paid(q), nil }
		a := w.ask(anna)
		id := w.start(a)
		if err := w.db.Tx(t.Context(), func(tx *db.Tx) error { return w.Discard(t.Context(), tx, a.Space) }); err != nil {
			t.Fatal(err)
		}
		close(last)
		w.running.Wait()
		if _, err := w.Read(t.Context(), a.Login, a.Audience, id); fault.KindOf(err) != fault.NotFound {
			t.Errorf("read: %v", err)
		}
		if w.count("broker_fetch")+w.count("broker_part") != 0 {
			t.Error("rows came back")
		}
	})
}

// I-6, I-14, I-16: a fetch whose process died reads as could not answer when
// its time is out, and can be made again.
func TestInterruptedFetch(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		hang := make(chan struct{})
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) {
			if q.Origins[0] == "SO" || q.Origins[0] == "AF" {
				<-hang
			}
			return paid(q), nil
		}
		a := w.ask(anna)
		id := w.start(a)
		w.until(a, id, func(f Fetch) bool { return stateOf(f, "FK") == PartReceived })
		another := w.newBroker() // after a restart
		f, err := another.Read(t.Context(), a.Login, a.Audience, id)
		if err != nil || f.Done || stateOf(f, "SO") != PartAsking {
			t.Errorf("while it may still come: %v %v", states(f), err)
		}
		w.clock.Advance(10 * time.Second)
		f, err = another.Read(t.Context(), a.Login, a.Audience, id)
		if err != nil || !f.Done {
			t.Fatalf("when its time is out: %v %v", states(f), err)
		}
		for _, p := range f.Parts {
			want := plugin.StateUnavailable
			if p.Origin == "TNS" {
				want = plugin.StateNotAsked
			}
			if p.State != PartState(want) || p.Part.State != want {
				t.Errorf("%s is %s", p.Origin, p.State)
			}
		}
		close(hang)
		w.running.Wait()
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) { return paid(q), nil }
		if again := w.whole(a); again.ID == id || stateOf(again, "SO") != PartState(plugin.StateAnswered) {
			t.Errorf("again: %v", states(again))
		}
	})
}

// I-14: closing cuts running fetches off; what had not come could not answer.
func TestCloseCutsOff(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.answer = func(ctx context.Context, q plugin.Query) (plugin.Answer, error) {
			if q.Origins[0] == "SO" {
				<-ctx.Done()
				return plugin.Answer{}, ctx.Err()
			}
			return paid(q), nil
		}
		a := w.ask(anna)
		id := w.start(a)
		w.until(a, id, func(f Fetch) bool { return stateOf(f, "FK") == PartState(plugin.StateAnswered) })
		w.Close()
		if f := w.read(a, id); !f.Done || stateOf(f, "SO") != PartState(plugin.StateUnavailable) {
			t.Errorf("%v", states(f))
		}
	})
}

// M-79, M-86, I-9: the log tells that data were asked for and came, of what
// category and for what purpose, and nothing of what they were.
func TestAuditOfAFetch(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.whole(w.ask(anna))
		log := audit.New(w.db, w.ring, w.clock)
		list, err := log.ByCase(t.Context(), openCase(number(t, anna)).ID)
		if err != nil || len(list) != 2 {
			t.Fatalf("%d records, %v", len(list), err)
		}
		for i, action := range []string{audit.Collected, audit.Recorded} {
			r := list[i]
			if r.Action != action || r.Category != "ADB-utlämning" || r.Purpose != w.audience.Purpose || r.Board != "socialnamnden" ||
				r.Subject != log.Actor(number(t, anna)) {
				t.Errorf("%+v", r.Event)
			}
			if text := fmt.Sprint(r.Event); strings.Contains(text, anna) || strings.Contains(text, fmt.Sprint(secretOre)) || strings.Contains(text, secretWord) {
				t.Error("the log tells what was fetched")
			}
		}
	})
}

// I-3, I-9, M-121: database, journal and key files hold nothing of what was
// fetched or of whom in the clear.
func TestOnlyCiphertext(t *testing.T) {
	c := clock.NewManual(start)
	o := dbtest.SQLite(t)
	o.Clock = c
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	keys := keyringtest.Options(t, c)
	ring, err := keyring.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, d, ring, c)
	w.whole(w.ask(anna))
	files, _ := filepath.Glob(o.DSN + "*")
	more, _ := filepath.Glob(filepath.Join(keys.DueKeyDir, "*"))
	searched := 0
	for _, name := range append(files, more...) {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		searched += len(raw)
		for _, secret := range []string{anna, anna[2:], fmt.Sprint(secretOre), secretWord, "net_ore", "Inskriven"} {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s holds %q", filepath.Base(name), secret)
			}
		}
	}
	if searched < 100_000 {
		t.Errorf("only %d bytes were searched", searched)
	}
}

// I-6, I-16: whichever call to the database fails while a fetch is begun and
// settles: a part reads as it was or as could not answer, never as nothing;
// there is never more than one fetch, and the next one works.
func TestEveryDatabaseFault(t *testing.T) {
	c := clock.NewManual(start)
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		c.Set(start)
		var faults faultdb.Plan
		o.Clock, o.Wrap = c, faults.Wrap
		d, err := db.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		w := newWorld(t, d, keyringtest.New(t, c), c)
		w.cases = func(n pnr.Number) (Case, error) { return openCase(n), nil }
		a := w.ask(anna)
		a.Want.Datasets = []string{"AF/registration", "SO/payments"}
		for _, point := range []faultdb.Point{faultdb.Exec, faultdb.Query, faultdb.Begin, faultdb.CommitBefore, faultdb.CommitAfter} {
			for n := 1; ; n++ {
				c.Advance(10 * time.Minute)
				faults.FailNth(point, n)
				id, err := w.Start(t.Context(), a)
				w.running.Wait()
				reached := faults.Reached()
				c.Advance(11 * time.Second)
				if err == nil {
					for _, p := range w.read(a, id).Parts {
						if s := plugin.State(p.State); s != plugin.StateAnswered && s != plugin.StateUnavailable && s != plugin.StateNotAsked ||
							s == plugin.StateNotAsked && (p.Origin == "AF" || p.Origin == "SO") {
							t.Errorf("point %d, call %d: %s is %s", point, n, p.Origin, p.State)
						}
					}
				}
				if w.count("broker_fetch") > 1 {
					t.Errorf("point %d, call %d: two fetches", point, n)
				}
				c.Advance(10 * time.Minute)
				if f := w.whole(a); stateOf(f, "AF") != PartState(plugin.StateAnswered) || stateOf(f, "SO") != PartState(plugin.StateAnswered) {
					t.Errorf("point %d, call %d: the next fetch: %v", point, n, states(f))
				}
				if !reached {
					break
				}
			}
		}
	})
}

// M-13, M-26, M-25: nothing but a fetch under way and its count is kept of a
// person who has never fetched, or whose fetch is over.
func TestNothingIsKeptOfOthers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.cases = func(pnr.Number) (Case, error) { return Case{}, fault.New(fault.NotFound, "no open case") }
		for _, person := range []string{anna, bo, cecilia} {
			if _, err := w.Start(t.Context(), w.ask(person)); fault.KindOf(err) != fault.NotFound {
				t.Fatal(err)
			}
		}
		if w.count("broker_fetch")+w.count("broker_count") != 0 {
			t.Error("who has no case is kept")
		}
	})
}
