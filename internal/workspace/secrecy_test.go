package workspace

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/db/faultdb"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/plugin"
)

const (
	secretText = "Jag har blivit sambo med Kalle"
	secretName = "hyresavi-hemlig.pdf"
)

// onSQLite is a world on a file of its own.
func onSQLite(t *testing.T) (*world, db.Options) {
	t.Helper()
	c := clock.NewManual(start)
	o := dbtest.SQLite(t)
	o.Clock = c
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return newWorld(t, d, keyringtest.Options(t, c), c), o
}

// fill makes a draft with something in every place.
func (w *world) fill() Draft {
	w.t.Helper()
	d := w.begin(anna)
	w.save(anna, d.ID, "hem", map[string]string{"hem.g.text": secretText, "hem.g.har": "ja"}, true)
	w.save(anna, d.ID, "ink", map[string]string{"ink.r.barn.own": "76543,21", "ink.r.barn.comment": secretText}, false)
	if _, err := w.AddFile(context.Background(), w.login(anna), d.ID, "papper.f.hyra", secretName, append(pdf, secretText...)); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.Stash(context.Background(), d.ID, "hem", map[string]string{"hem.g.text": secretText}); err != nil {
		w.t.Fatal(err)
	}
	w.parts = func() []plugin.Part {
		return []plugin.Part{paid("FK", 7_654_321), {Origin: "CSN", State: plugin.StateNothing}}
	}
	return w.fetched(anna, d.ID)
}

// search looks for what must not be there in the clear.
func search(t *testing.T, files ...string) {
	t.Helper()
	total := 0
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		total += len(raw)
		for _, secret := range []string{secretText, "sambo", secretName, "76543,21", "7654321", secretBenefit, anna, anna[2:], "hem.g.text", "ownOre", "net_ore"} {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s holds %q", filepath.Base(name), secret)
			}
		}
	}
	if total < 50_000 {
		t.Errorf("only %d bytes were searched", total)
	}
}

// I-3, I-9, M-121: the database file, its journal and the key files hold
// nothing of what was typed, fetched or sent in, nor of whom, in the clear:
// neither while the draft lives nor after it.
func TestOnlyCiphertext(t *testing.T) {
	w, o := onSQLite(t)
	d := w.fill()
	files := func() []string {
		all, _ := filepath.Glob(o.DSN + "*")
		keys, _ := filepath.Glob(filepath.Join(w.keys.DueKeyDir, "*"))
		return append(all, keys...)
	}
	search(t, files()...)
	if err := w.Discard(t.Context(), w.login(anna), d.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.db.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	search(t, files()...)
}

// I-7, M-126: a copy of the database from day 3, opened with the keys of day
// 8, yields nothing: neither through the steps nor by trying every sealed value.
func TestBackupOfDayThree(t *testing.T) {
	w, o := onSQLite(t)
	d := w.fill()
	w.clock.Advance(3 * day)
	backup := filepath.Join(t.TempDir(), "dag3.db")
	if err := w.db.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	search(t, backup)
	w.clock.Advance(5 * day)
	w.begin(bo) // keys of later days are there
	w.purge()

	o.DSN = backup
	early := clock.NewManual(start.Add(4 * day)) // not even a clock that lies helps
	o.Clock = early
	old, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	w.keys.Clock = early
	thief := newWorld(t, old, w.keys, early)
	if thief.count("draft") != 1 || thief.count("draft_file") != 1 || thief.count("broker_part") == 0 {
		t.Fatal("the copy lacks what it should hold")
	}
	if _, err := thief.Get(t.Context(), thief.login(anna), d.ID); kind(err) != fault.NotFound {
		t.Errorf("the draft: %v", err)
	}
	if _, _, err := thief.File(t.Context(), thief.login(anna), d.ID, d.Files[0].ID); kind(err) != fault.NotFound {
		t.Errorf("the document: %v", err)
	}
	if _, err := thief.opt.Broker.Read(t.Context(), thief.login(anna), "ekbist", d.FetchID); kind(err) != fault.Gone {
		t.Errorf("the fetch: %v", err)
	}
	if err := old.Read(t.Context(), func(tx *db.Tx) error {
		for name, aad := range map[string]string{
			`SELECT sealed FROM draft`: draftAAD(d.ID), `SELECT sealed FROM draft_bound`: boundAAD(d.ID, d.FetchID), `SELECT sealed FROM stash`: stashAAD(d.ID, "hem"),
			`SELECT sealed FROM broker_part WHERE origin='FK'`: "broker_part|" + d.FetchID + "|FK|ekbist",
		} {
			var sealed []byte
			if err := tx.QueryRow(t.Context(), name).Scan(&sealed); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if plain, err := thief.ring.OpenDue(aad, sealed); kind(err) != fault.Gone || len(plain) > 0 {
				t.Errorf("%s: %v", name, err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// I-16, M-75: whichever call to the database fails during a save, a document,
// a binding or a removal: what was acknowledged before is there, what is told
// to have failed was not made (or was, when the answer was lost at commit),
// and nothing is there twice.
func TestEveryDatabaseFault(t *testing.T) {
	c := clock.NewManual(start)
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		c.Set(start)
		var faults faultdb.Plan
		o.Clock, o.Wrap = c, faults.Wrap
		base, err := db.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer base.Close()
		w := newWorld(t, base, keyringtest.Options(t, c), c)
		d := w.fill()
		login, n := w.login(anna), 0
		acts := map[string]func(state Draft) (func(after Draft) bool, error){
			"save": func(state Draft) (func(Draft) bool, error) {
				values := map[string]string{"hem.g.text": fmt.Sprint("text ", n)}
				_, err := w.SaveSection(t.Context(), login, d.ID, Save{Section: "hem", Values: values, Revision: state.Revisions["hem"]})
				return func(after Draft) bool { return after.Values["hem.g.text"] == values["hem.g.text"] }, err
			},
			"document": func(Draft) (func(Draft) bool, error) {
				_, err := w.AddFile(t.Context(), login, d.ID, "papper.f.hyra", "a.pdf", document("pdf", n))
				return func(after Draft) bool { return len(after.Files) == 2 }, err
			},
			"bind": func(state Draft) (func(Draft) bool, error) {
				w.parts = func() []plugin.Part { return []plugin.Part{paid("FK", int64(n)), down("CSN")} }
				_, _, err := w.Refresh(t.Context(), login, state)
				return func(after Draft) bool { return after.boundTo == after.FetchID }, err
			},
		}
		for name, act := range acts {
			for _, point := range []faultdb.Point{faultdb.Exec, faultdb.Query, faultdb.CommitBefore, faultdb.CommitAfter} {
				for call := 1; ; call++ {
					n++
					if name == "bind" {
						c.Advance(10 * time.Minute)
						w.startFetch(anna, d.ID)
					}
					before := w.get(anna, d.ID)
					faults.FailNth(point, call)
					made, err := act(before)
					reached := faults.Reached()
					after := w.get(anna, d.ID)
					switch {
					case err == nil && !made(after):
						t.Errorf("%s, point %d, call %d: acknowledged and not there", name, point, call)
					case err != nil && point != faultdb.CommitAfter && (after.Version != before.Version || !maps.Equal(after.Values, before.Values) || len(after.Files) != len(before.Files) || after.boundTo != before.boundTo):
						t.Errorf("%s, point %d, call %d: failed and there: %v", name, point, call, err)
					case w.count("draft") != 1 || w.count("draft_bound") != 1 || w.count("draft_file") != len(after.Files):
						t.Errorf("%s, point %d, call %d: rows are doubled or lost", name, point, call)
					}
					for _, f := range after.Files[1:] {
						if _, err := w.RemoveFile(t.Context(), login, d.ID, f.ID); err != nil {
							t.Fatal(err)
						}
					}
					if !reached {
						break
					}
				}
			}
		}
		if n < 30 {
			t.Errorf("only %d faults were tried", n)
		}
	})
}
