package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// M-13, M-14: a person has one draft in a case, however often it is begun and
// from however many tabs; another case is another space.
func TestOneDraftInACase(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		var all sync.WaitGroup
		ids := make([]string, 8)
		for i := range ids {
			all.Go(func() {
				d, err := w.Begin(context.Background(), w.login(anna), w.input(anna))
				if err != nil {
					t.Error(err)
				}
				ids[i] = d.ID
			})
		}
		all.Wait()
		for _, id := range ids {
			if id == "" || id != ids[0] {
				t.Fatalf("several drafts: %v", ids)
			}
		}
		if other := w.begin(bo); other.ID == ids[0] {
			t.Error("one draft for two persons")
		}
		w.cases = func(n pnr.Number) broker.Case {
			c := openCase(n)
			c.ID = "EB-ny"
			return c
		}
		if other := w.begin(anna); other.ID == ids[0] || other.CaseID != "EB-ny" {
			t.Error("one space for two cases")
		}
		if w.count("draft") != 3 {
			t.Errorf("%d drafts", w.count("draft"))
		}
		list, err := w.List(t.Context(), w.login(anna))
		if err != nil || len(list) != 2 {
			t.Errorf("%d listed, %v", len(list), err)
		}
	})
}

// M-32, M-89, I-16: every section that was saved, right or wrong and in any
// order, is there after a restart.
func TestEverySaveLasts(t *testing.T) {
	each(t, func(t *testing.T, w *world, open func() *db.DB) {
		d := w.begin(anna)
		w.save(anna, d.ID, "ink", map[string]string{"ink.r.lon.own": "tolv tusen"}, true)
		w.save(anna, d.ID, "hem", map[string]string{"hem.g.text": "Vi har flyttat 🏠", "hem.g.dag": "2026-2-"}, false)
		w.save(anna, d.ID, "hem", map[string]string{"hem.g.text": "Vi har flyttat.", "ink.r.lon.own": "smugglat"}, true)
		_ = w.db.Close()
		w = newWorld(t, open(), w.keys, w.clock)
		d = w.get(anna, d.ID)
		want := map[string]string{"ink.r.lon.own": "tolv tusen", "hem.g.text": "Vi har flyttat."}
		if !maps.Equal(d.Values, want) || !d.Done["ink"] || !d.Done["hem"] || d.Revisions["hem"] != 2 || d.Revisions["ink"] != 1 {
			t.Errorf("after the restart: %v %v %v", d.Values, d.Done, d.Revisions)
		}
		if d.Form.Version != "1" || len(d.Form.Sections) != 4 || d.Month != "2026-11" || d.ControlMonth != "2026-10" || d.Board != "socialnamnden" {
			t.Error("the form that it was begun with is not there")
		}
		if _, err := w.SaveSection(t.Context(), w.login(anna), d.ID, Save{Section: "finns-inte"}); kind(err) != fault.NotFound {
			t.Errorf("no such section: %v", err)
		}
	})
}

// A long text is stored whole; more than a draft may hold is refused and
// changes nothing.
func TestTooMuchTextIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		long := strings.Repeat("å", 100_000)
		w.save(anna, d.ID, "hem", map[string]string{"hem.g.text": long}, false)
		before := w.get(anna, d.ID)
		if before.Values["hem.g.text"] != long {
			t.Error("a long text is not what was typed")
		}
		_, err := w.SaveSection(t.Context(), w.login(anna), d.ID, Save{Section: "ink", Values: map[string]string{"ink.g.text": strings.Repeat("x", MaxTyped)}})
		if after := w.get(anna, d.ID); kind(err) != fault.TooLarge || after.Version != before.Version || len(after.Values) != 1 {
			t.Errorf("too much: %v, %d values", err, len(after.Values))
		}
	})
}

// Two tabs do not undo each other: an older page with other words is told so
// and changes nothing; another section, or the same words, is no conflict.
func TestTwoTabs(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		save := func(section, text string, revision int) error {
			_, err := w.SaveSection(t.Context(), w.login(anna), d.ID, Save{Section: section, Values: map[string]string{section + ".g.text": text}, Revision: revision})
			return err
		}
		if err := save("hem", "från flik 1", 0); err != nil {
			t.Fatal(err)
		}
		before := w.get(anna, d.ID)
		w.clock.Advance(time.Hour)
		if err := save("hem", "från flik 2", 0); !errors.Is(err, ErrNewer) {
			t.Errorf("an older page: %v", err)
		}
		after := w.get(anna, d.ID)
		if after.Values["hem.g.text"] != "från flik 1" || after.Version != before.Version || !after.DeleteAt.Equal(before.DeleteAt) {
			t.Error("the refused save changed the draft")
		}
		if err := save("ink", "annan del", 0); err != nil {
			t.Errorf("another section: %v", err)
		}
		if err := save("hem", "från flik 1", 0); err != nil {
			t.Errorf("the same words (a double click): %v", err)
		}
		if err := save("hem", "från flik 2", after.Revisions["hem"]+1); err != nil {
			t.Errorf("a page that is up to date: %v", err)
		}
	})
}

// Many tabs at once: each save that was acknowledged is there.
func TestConcurrentSaves(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		var all sync.WaitGroup
		for _, section := range []string{"hem", "ink", "papper"} {
			all.Go(func() {
				for n := range 4 {
					_, err := w.SaveSection(context.Background(), w.login(anna), d.ID,
						Save{Section: section, Values: map[string]string{section + ".g.text": fmt.Sprint(n)}, Revision: n})
					if err != nil {
						t.Errorf("%s %d: %v", section, n, err)
					}
				}
			})
		}
		all.Wait()
		d = w.get(anna, d.ID)
		for _, section := range []string{"hem", "ink", "papper"} {
			if d.Values[section+".g.text"] != "3" || d.Revisions[section] != 4 {
				t.Errorf("%s: %q at revision %d", section, d.Values[section+".g.text"], d.Revisions[section])
			}
		}
	})
}

// M-90, M-91, I-7: a draft is gone seven days after the last save. Looking,
// listing, fetching and logging in do not prolong it; saving does.
func TestSevenDaysAfterTheLastSave(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		if !d.DeleteAt.Equal(start.Add(7 * day)) {
			t.Errorf("deleted %s", d.DeleteAt)
		}
		w.clock.Advance(6 * day)
		d = w.save(anna, d.ID, "hem", map[string]string{"hem.g.text": "kvar"}, false)
		end := w.clock.Now().Add(7 * day)
		if !d.DeleteAt.Equal(end) {
			t.Errorf("after a save: deleted %s, want %s", d.DeleteAt, end)
		}
		w.clock.Advance(3 * day)
		w.fetched(anna, d.ID)
		if _, err := w.List(t.Context(), w.login(anna)); err != nil {
			t.Fatal(err)
		}
		if d = w.begin(anna); !d.DeleteAt.Equal(end) {
			t.Errorf("looking prolonged it: %s", d.DeleteAt)
		}
		w.clock.Set(end.Add(-time.Second))
		w.purge()
		if d = w.get(anna, d.ID); d.Values["hem.g.text"] != "kvar" {
			t.Error("gone too early")
		}
		w.clock.Set(end)
		if _, err := w.Get(t.Context(), w.login(anna), d.ID); kind(err) != fault.NotFound {
			t.Errorf("at its time, before the purge: %v", err)
		}
		if list, err := w.List(t.Context(), w.login(anna)); len(list) != 0 || err != nil {
			t.Errorf("listed: %d, %v", len(list), err)
		}
		if _, err := w.SaveSection(t.Context(), w.login(anna), d.ID, Save{Section: "hem", Revision: 1}); kind(err) != fault.NotFound {
			t.Errorf("saved: %v", err)
		}
		if err := w.SetFetch(t.Context(), w.login(anna), d.ID, "x"); kind(err) != fault.NotFound {
			t.Errorf("fetch noted: %v", err)
		}
		w.purge()
		if w.left() != 0 {
			t.Errorf("%d rows are left", w.left())
		}
		if again := w.begin(anna); again.ID == d.ID || len(again.Values) != 0 {
			t.Error("the old draft is back")
		}
	})
}

// A new draft can be begun at the time of the old one, before the purge.
func TestBeginOverAnExpiredDraft(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		w.save(anna, d.ID, "hem", map[string]string{"hem.g.text": "gammalt"}, false)
		if _, err := w.AddFile(t.Context(), w.login(anna), d.ID, "papper.f.hyra", "avi.pdf", pdf); err != nil {
			t.Fatal(err)
		}
		w.fetched(anna, d.ID)
		w.clock.Advance(7 * day)
		fresh := w.begin(anna)
		if fresh.ID == d.ID || len(fresh.Values)+len(fresh.Files)+len(fresh.Rows) != 0 {
			t.Errorf("%v", fresh.Values)
		}
		if w.left() != 1 {
			t.Errorf("%d rows, want the new draft alone", w.left())
		}
	})
}

// M-90, I-7: saved every day, a draft still is gone after thirty days.
func TestThirtyDaysAtMost(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		for n := range 29 {
			w.clock.Advance(day)
			d = w.save(anna, d.ID, "hem", map[string]string{"hem.g.text": fmt.Sprint(n)}, false)
			w.purge()
		}
		if end := start.Add(30 * day); !d.DeleteAt.Equal(end) {
			t.Errorf("deleted %s, want %s", d.DeleteAt, end)
		}
		w.clock.Advance(day)
		if _, err := w.Get(t.Context(), w.login(anna), d.ID); kind(err) != fault.NotFound {
			t.Errorf("after thirty days: %v", err)
		}
	})
}

// I-1, I-13, M-18, M-109, M-123: another person's draft does not exist, in any
// way in; neither does one's own with too low a login.
func TestNobodyElsesDraft(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		d, err := w.AddFile(t.Context(), w.login(anna), d.ID, "papper.f.hyra", "avi.pdf", pdf)
		if err != nil {
			t.Fatal(err)
		}
		w.fetched(anna, d.ID)
		weak := w.login(anna)
		weak.Assurance = 2
		for name, c := range map[string]struct {
			login broker.Login
			want  fault.Kind
		}{"another person": {w.login(bo), fault.NotFound}, "nobody": {broker.Login{Assurance: 4}, fault.NotFound}, "a weak login": {weak, fault.Forbidden}} {
			ctx, file := t.Context(), d.Files[0].ID
			try := map[string]func() error{
				"Get": func() error { _, err := w.Get(ctx, c.login, d.ID); return err },
				"SaveSection": func() error {
					_, err := w.SaveSection(ctx, c.login, d.ID, Save{Section: "hem", Values: map[string]string{"hem.g.text": "stulet"}})
					return err
				},
				"SetMonth":   func() error { _, err := w.SetMonth(ctx, c.login, d.ID, "2026-12", "2026-11"); return err },
				"AddFile":    func() error { _, err := w.AddFile(ctx, c.login, d.ID, "papper.f.hyra", "b.pdf", pdf); return err },
				"RemoveFile": func() error { _, err := w.RemoveFile(ctx, c.login, d.ID, file); return err },
				"File":       func() error { _, _, err := w.File(ctx, c.login, d.ID, file); return err },
				"Discard":    func() error { return w.Discard(ctx, c.login, d.ID) },
			}
			for what, fn := range try {
				if err := fn(); kind(err) != c.want {
					t.Errorf("%s: %s: %v", name, what, err)
				}
			}
			if list, err := w.List(ctx, c.login); len(list) != 0 || err != nil {
				t.Errorf("%s: listed %d, %v", name, len(list), err)
			}
		}
		if err := w.SetFetch(t.Context(), w.login(bo), d.ID, "x"); kind(err) != fault.NotFound {
			t.Errorf("SetFetch: %v", err)
		}
		stolen := w.get(anna, d.ID) // were a draft of another's ever in hand, the broker still refuses
		if got, f, err := w.Refresh(t.Context(), w.login(bo), stolen); f.ID != "" || err != nil || len(got.Rows) != len(stolen.Rows) {
			t.Errorf("Refresh: %v %v", f.ID, err)
		}
		if _, err := w.Begin(t.Context(), weak, w.input(anna)); kind(err) != fault.Forbidden {
			t.Errorf("Begin with a weak login: %v", err)
		}
		if after := w.get(anna, d.ID); after.Version != d.Version || len(after.Files) != 1 {
			t.Error("the draft was changed")
		}
	})
}

// What the person throws away is gone, and the log says so without content.
func TestDiscard(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		w.save(anna, d.ID, "hem", map[string]string{"hem.g.text": "hemligt"}, false)
		if _, err := w.AddFile(t.Context(), w.login(anna), d.ID, "papper.f.hyra", "avi.pdf", pdf); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Stash(t.Context(), d.ID, "hem", map[string]string{"hem.g.text": "x"}); err != nil {
			t.Fatal(err)
		}
		w.fetched(anna, d.ID)
		if err := w.Discard(t.Context(), w.login(anna), d.ID); err != nil {
			t.Fatal(err)
		}
		if w.left() != 0 {
			t.Errorf("%d rows are left", w.left())
		}
		if err := w.Discard(t.Context(), w.login(anna), d.ID); kind(err) != fault.NotFound {
			t.Errorf("a second time: %v", err)
		}
		list, err := w.opt.Audit.ByCase(t.Context(), d.CaseID)
		// within one millisecond the records have no order
		if err != nil || !slices.ContainsFunc(list, func(e audit.Record) bool { return e.Action == "erased" }) {
			t.Errorf("no evidence: %v", err)
		}
	})
}

// I-9: a draft never shows itself in a log.
func TestDraftMasksItself(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.save(anna, w.begin(anna).ID, "hem", map[string]string{"hem.g.text": "hemligt"}, false)
		var out bytes.Buffer
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "draft", d)
		fmt.Fprintf(&out, "%v %+v %#v %s", d, d, d, d)
		if strings.Contains(out.String(), "hemligt") || !strings.Contains(out.String(), d.ID) {
			t.Error(out.String())
		}
	})
}
