package submission

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/db/faultdb"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
)

// I-8, I-16, M-74, M-75: whichever call to the database fails while an
// application is handed in: either all of it is done or nothing is; what was
// acknowledged is there; pressing again gives one receipt, and the series has
// no gaps.
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
		done, tried := 0, 0
		for _, point := range []faultdb.Point{faultdb.Exec, faultdb.Query, faultdb.Begin, faultdb.CommitBefore, faultdb.CommitAfter} {
			for call := 1; ; call++ {
				tried++
				draft := w.begin(anna)
				w.save(anna, draft.ID, "hem", map[string]string{"hem.g.hyra": fmt.Sprint(tried)})
				draft, err := w.space.AddFile(t.Context(), w.login(anna), draft.ID, "papper.f.hyra", "avi.pdf", pdf)
				if err != nil {
					t.Fatal(err)
				}
				seen := w.seen(draft)
				faults.FailNth(point, call)
				r, err := w.HandIn(t.Context(), w.login(anna), "A", draft.ID, seen)
				reached := faults.Reached()
				at := fmt.Sprintf("point %d, call %d", point, call)
				switch _, lost := w.space.Get(t.Context(), w.login(anna), draft.ID); {
				case err == nil && lost == nil:
					t.Errorf("%s: handed in and still a draft", at)
				case err == nil && w.count("submission") != done+1:
					t.Errorf("%s: acknowledged and not there", at)
				case err != nil && point != faultdb.CommitAfter && (lost != nil || w.count("submission") != done):
					t.Errorf("%s: failed, and something was done", at)
				}
				again, err := w.HandIn(t.Context(), w.login(anna), "A", draft.ID, seen)
				if err != nil || r.ID != "" && again != r {
					t.Errorf("%s: again: %v", at, err)
				}
				done++
				if want := fmt.Sprintf("EB 2026-%06d", done); again.Reference != want {
					t.Errorf("%s: reference %s, want %s", at, again.Reference, want)
				}
				rec, err := w.Load(t.Context(), again.ID)
				if err != nil || rec.Application.Values["hem.g.hyra"] != fmt.Sprint(tried) {
					t.Errorf("%s: the record: %v", at, err)
				}
				if _, _, data, err := w.File(t.Context(), again.ID, rec.Application.Files[0].ID); err != nil || !bytes.Equal(data, pdf) {
					t.Errorf("%s: the document: %v", at, err)
				}
				if w.count("submission") != done || w.count("submission_file") != done || w.left() != 0 {
					t.Errorf("%s: %d records, %d documents, %d rows of drafts", at, w.count("submission"), w.count("submission_file"), w.left())
				}
				if !reached {
					break
				}
			}
		}
		seen := map[string]int{}
		for _, id := range w.drain() {
			seen[id]++
		}
		if len(seen) != done || tried < 20 {
			t.Errorf("%d submissions were handed on, %d made, %d faults tried", len(seen), done, tried)
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s was handed on %d times", id, n)
			}
		}
	})
}

// I-3, I-9: what was handed in lies in the database, its journal and its
// copies as ciphertext only, and events carry ids.
func TestOnlyCiphertext(t *testing.T) {
	c := clock.NewManual(start)
	o := dbtest.SQLite(t)
	o.Clock = c
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ring, err := keyring.Open(keyringtest.Options(t, c))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, d, ring, c)
	w.handIn(anna, w.fill(anna))
	if err := d.Backup(t.Context(), o.DSN+"-copy"); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(o.DSN + "*")
	if len(files) < 3 {
		t.Fatalf("files: %v", files)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{anna, anna[2:], "Berglund", "125050", "1 250", "cirka 900", "6 200", "Delat", "Barnbidrag", "gammalt svar", "avi.pdf", "hyresavi för"} {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s holds %q", filepath.Base(name), secret)
			}
		}
	}
}
