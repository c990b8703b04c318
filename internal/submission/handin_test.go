package submission

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

// M-36, M-42, M-74, M-93, I-8: what was seen is what is stored: the summary by
// its hash, both columns, the payments behind the sums, how every source
// answered and when, the documents; and in the same moment the draft, what was
// fetched and the documents of the draft are gone.
func TestWhatIsHandedIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.fill(anna)
		seen := w.seen(d)
		r := w.handIn(anna, d)
		if r.Reference != "EB 2026-000001" || r.EService != "ekbist" || r.Month != "2026-11" || !r.At.Equal(w.clock.Now()) {
			t.Errorf("%+v", r)
		}
		if w.asked != d.Month {
			t.Errorf("the case system was asked for the household of %q", w.asked)
		}
		rec, err := w.OfPerson(t.Context(), w.login(anna), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		stored, err := Hash(rec.Summary)
		if err != nil || stored != seen || rec.SummarySHA256 != seen {
			t.Errorf("stored %s, seen %s", stored, seen)
		}
		if again, err := Hash(Summarise(rec.Form, rec.Application)); err != nil || again != seen {
			t.Error("the application is not what the summary says")
		}
		a := rec.Application
		barn, so := a.Rows[0], a.Rows[1]
		if *barn.FetchedOre != 125050 || *barn.OwnOre != 100000 || barn.Comment != "Delat" || len(barn.Counted) != 1 || len(barn.Others) != 1 {
			t.Errorf("barnbidrag: %d counted, %d beside", len(barn.Counted), len(barn.Others))
		}
		if so.State != plugin.StateUnavailable || so.FetchedOre != nil {
			t.Errorf("a-kassa: %s", so.State)
		}
		if len(a.Sources) != 2 || a.Sources[0].State != plugin.StateAnswered || a.Sources[1].State != plugin.StateUnavailable || a.Sources[0].At == "" {
			t.Errorf("sources: %v", a.Sources)
		}
		if _, there := a.Values["hem.g.vart"]; there || a.Values["hem.g.hyra"] != "6 200" {
			t.Errorf("values: %v", a.Values)
		}
		if rec.Person != anna || rec.Name != "Anna Berglund" || rec.Case.Officer != "eva.lind" || rec.CaseID != d.CaseID || rec.Board != "socialnamnden" ||
			rec.Environment != "test" || rec.Reference != r.Reference || !rec.ReceivedAt.Equal(r.At) {
			t.Error("the record lacks who, where or when")
		}
		if w.left() != 0 {
			t.Errorf("%d rows of the draft are left", w.left())
		}
		if events := w.drain(); !slices.Equal(events, []string{r.ID}) {
			t.Errorf("events %v", events)
		}
	})
}

// I-8: one receipt, one reference, one event and one record, however often
// and from however many places at once the button is pressed.
func TestTwentyPresses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.fill(anna)
		seen := w.seen(d)
		receipts := make([]Receipt, 20)
		var all sync.WaitGroup
		for i := range receipts {
			all.Go(func() {
				var err error
				if receipts[i], err = w.HandIn(context.Background(), w.login(anna), "Anna Berglund", d.ID, seen); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		later, err := w.HandIn(t.Context(), w.login(anna), "Anna Berglund", d.ID, "whatever")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range append(receipts, later) {
			if r != receipts[0] || r.ID == "" {
				t.Errorf("another receipt: %+v", r)
			}
		}
		if events := w.drain(); len(events) != 1 || w.count("submission") != 1 || w.count("submission_file") != 1 {
			t.Errorf("%d events, %d records, %d documents", len(events), w.count("submission"), w.count("submission_file"))
		}
		if next := w.handIn(bo, w.fill(bo)); next.Reference != "EB 2026-000002" {
			t.Errorf("the next reference is %s", next.Reference)
		}
	})
}

// I-8, M-93: what was approved is no longer what the draft says: nothing is
// handed in, and the draft stays.
func TestAnotherSummary(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.fill(anna)
		seen := w.seen(d)
		for what, change := range map[string]func(){
			"an answer": func() { w.save(anna, d.ID, "hem", map[string]string{"hem.g.hyra": "7 000"}) },
			"a comment": func() { w.save(anna, d.ID, "ink", map[string]string{"ink.r.barn.comment": "Nytt"}) },
			"a document": func() {
				if _, err := w.space.AddFile(context.Background(), w.login(anna), d.ID, "papper.f.hyra", "ny.pdf", append(pdf, '2')); err != nil {
					t.Fatal(err)
				}
			},
		} {
			change()
			if _, err := w.HandIn(t.Context(), w.login(anna), "A", d.ID, seen); !errors.Is(err, ErrOtherSummary) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := w.HandIn(t.Context(), w.login(anna), "A", d.ID, ""); !errors.Is(err, ErrOtherSummary) {
			t.Errorf("nothing was seen: %v", err)
		}
		if w.count("submission") != 0 || w.count("draft") != 1 || len(w.drain()) != 0 {
			t.Error("something was handed in")
		}
		now, err := w.space.Get(t.Context(), w.login(anna), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		w.handIn(anna, now)
	})
}

// I-8: a save that comes between the look at the draft and the freezing of it
// stops the hand-in.
func TestSavedInBetween(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.fill(anna)
		seen := w.seen(d)
		w.review = func(plugin.Application) (plugin.Review, error) {
			w.save(anna, d.ID, "hem", map[string]string{"hem.g.hyra": "7 000"})
			return plugin.Review{}, nil
		}
		if _, err := w.HandIn(t.Context(), w.login(anna), "A", d.ID, seen); !errors.Is(err, ErrOtherSummary) {
			t.Errorf("%v", err)
		}
		if w.count("submission") != 0 || w.count("draft") != 1 {
			t.Error("something was handed in")
		}
	})
}

// I-8, I-14: an incomplete application is received, with what is missing; so
// is one that the e-service cannot look over.
func TestIncompleteIsReceived(t *testing.T) {
	missing := []plugin.Remark{{Section: "hem", Field: "hem.g.flyttat", Text: "Hem: svara om du har flyttat."}}
	for name, c := range map[string]struct {
		review func(plugin.Application) (plugin.Review, error)
		want   int
	}{
		"something is missing":  {func(plugin.Application) (plugin.Review, error) { return plugin.Review{Missing: missing}, nil }, 1},
		"the e-service is down": {func(plugin.Application) (plugin.Review, error) { return plugin.Review{}, errors.New("down") }, 0},
		"the e-service panics":  {func(plugin.Application) (plugin.Review, error) { panic("7654321") }, 0},
	} {
		each(t, func(t *testing.T, w *world) {
			w.review = c.review
			r := w.handIn(anna, w.begin(anna))
			rec, err := w.Load(t.Context(), r.ID)
			if err != nil || len(rec.Missing) != c.want {
				t.Errorf("%s: %d missing, %v", name, len(rec.Missing), err)
			}
		})
	}
}

// I-13, M-14: only the applicant of the draft's own open case hands it in, and
// nothing happens otherwise: the draft stays.
func TestWhoMayHandIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.fill(anna)
		seen := w.seen(d)
		for name, c := range map[string]struct {
			login  broker.Login
			change func(c *broker.Case) error
			want   fault.Kind
		}{
			"another person":      {w.login(bo), nil, fault.NotFound},
			"no case":             {w.login(anna), func(*broker.Case) error { return fault.ErrNotFound }, fault.NotFound},
			"the case system":     {w.login(anna), func(*broker.Case) error { return fault.New(fault.Unavailable, "down") }, fault.Unavailable},
			"another case":        {w.login(anna), func(c *broker.Case) error { c.ID = "EB-ny"; return nil }, fault.NotFound},
			"may only read":       {w.login(anna), func(c *broker.Case) error { c.Party.Scope = "read"; return nil }, fault.Forbidden},
			"no party any more":   {w.login(anna), func(c *broker.Case) error { c.Party.To = "2026-11-21"; return nil }, fault.Forbidden},
			"of the co-applicant": {w.login(anna), func(c *broker.Case) error { c.Party.Role = "co-applicant"; return nil }, fault.Forbidden},
		} {
			w.cases = func(n pnr.Number) (broker.Case, error) {
				open := openCase(n)
				if c.change != nil {
					if err := c.change(&open); err != nil {
						return broker.Case{}, err
					}
				}
				return open, nil
			}
			if _, err := w.HandIn(t.Context(), c.login, "A", d.ID, seen); fault.KindOf(err) != c.want {
				t.Errorf("%s: %v", name, err)
			}
		}
		if w.count("submission") != 0 || w.count("draft") != 1 {
			t.Error("something was handed in")
		}
	})
}

// A household that has grown since is no reason to refuse what was written.
func TestGrownHousehold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.fill(anna)
		w.cases = func(n pnr.Number) (broker.Case, error) {
			c := openCase(n)
			c.Household.Adults = 2
			return c, nil
		}
		w.handIn(anna, d)
	})
}

// I-1, I-13, M-123: another person's receipt, record and draft do not exist.
func TestNobodyElsesReceipt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.fill(anna)
		r := w.handIn(anna, d)
		if got, err := w.Receipt(t.Context(), w.login(anna), r.ID); got != r || err != nil {
			t.Errorf("one's own: %v", err)
		}
		if got, err := w.ReceiptOfDraft(t.Context(), w.login(anna), d.ID); got != r || err != nil {
			t.Errorf("one's own, by the draft: %v", err)
		}
		other := w.login(bo)
		for what, err := range map[string]error{
			"receipt":  func() error { _, err := w.Receipt(t.Context(), other, r.ID); return err }(),
			"by draft": func() error { _, err := w.ReceiptOfDraft(t.Context(), other, d.ID); return err }(),
			"record":   func() error { _, err := w.OfPerson(t.Context(), other, r.ID); return err }(),
			"hand in":  func() error { _, err := w.HandIn(t.Context(), other, "B", d.ID, ""); return err }(),
			"nobody":   func() error { _, err := w.Receipt(t.Context(), broker.Login{Assurance: 4}, r.ID); return err }(),
			"no id":    func() error { _, err := w.Load(t.Context(), "x"); return err }(),
		} {
			if fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

// M-96: documents are sealed anew with the board's lasting key and open when
// all short-lived keys are gone; a hidden field's are not handed in.
func TestDocumentsAreKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.fill(anna)
		w.save(anna, d.ID, "hem", map[string]string{"hem.g.flyttat": "ja"})
		if _, err := w.space.AddFile(t.Context(), w.login(anna), d.ID, "papper.f.flytt", "flytt.pdf", append(pdf, '2')); err != nil {
			t.Fatal(err)
		}
		w.save(anna, d.ID, "hem", map[string]string{"hem.g.flyttat": "nej"})
		d, err := w.space.Get(t.Context(), w.login(anna), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		r := w.handIn(anna, d)
		w.clock.Advance(400 * 24 * time.Hour)
		if _, err := w.ring.DestroyDue(w.clock.Now()); err != nil {
			t.Fatal(err)
		}
		rec, err := w.Load(t.Context(), r.ID)
		if err != nil || len(rec.Application.Files) != 1 || w.count("submission_file") != 1 {
			t.Fatalf("%d documents, %v", len(rec.Application.Files), err)
		}
		name, media, data, err := w.File(t.Context(), r.ID, rec.Application.Files[0].ID)
		if err != nil || name != "avi.pdf" || media != "application/pdf" || !bytes.Equal(data, pdf) {
			t.Errorf("%s %s %v", name, media, err)
		}
		hidden := slices.IndexFunc(d.Files, func(f plugin.File) bool { return f.Path == "papper.f.flytt" })
		for _, id := range []string{"x", d.Files[hidden].ID} {
			if _, _, _, err := w.File(t.Context(), r.ID, id); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: %v", id, err)
			}
		}
		other := w.handIn(bo, w.begin(bo))
		if _, _, _, err := w.File(t.Context(), other.ID, rec.Application.Files[0].ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("by another record: %v", err)
		}
	})
}

// Reference numbers are a series for each board and year in Sweden, without
// gaps, also when many hand in at once and some fail.
func TestReferenceSeries(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		persons := []string{anna, bo, "199001012385", "198107249289", "196408233234", "197407029284", "195704289999", "194510168885"}
		var all sync.WaitGroup
		got := make([]string, len(persons))
		for i, p := range persons {
			d := w.begin(p)
			seen := w.seen(d)
			all.Go(func() {
				_, err := w.HandIn(context.Background(), w.login(p), "A", d.ID, "not what was seen")
				if !errors.Is(err, ErrOtherSummary) {
					t.Error(err)
				}
				r, err := w.HandIn(context.Background(), w.login(p), "A", d.ID, seen)
				if err != nil {
					t.Error(err)
				}
				got[i] = r.Reference
			})
		}
		all.Wait()
		slices.Sort(got)
		for i, ref := range got {
			if ref != fmt.Sprintf("EB 2026-%06d", i+1) {
				t.Errorf("the series is %v", got)
				break
			}
		}
		w.cases = func(n pnr.Number) (broker.Case, error) {
			c := openCase(n)
			c.Board, c.ID = "byggnamnden", "BN-"+n.Plain()[8:]
			return c, nil
		}
		if r := w.handIn(anna, w.begin(anna)); r.Reference != "BN 2026-000001" {
			t.Errorf("another board: %s", r.Reference)
		}
		w.clock.Set(time.Date(2026, 12, 31, 22, 59, 0, 0, time.UTC)) // 23:59 in Sweden
		if r := w.handIn(bo, w.begin(bo)); r.Reference != "BN 2026-000002" {
			t.Errorf("before midnight: %s", r.Reference)
		}
		w.clock.Advance(2 * time.Minute)
		if r := w.handIn(persons[2], w.begin(persons[2])); r.Reference != "BN 2027-000001" {
			t.Errorf("after midnight: %s", r.Reference)
		}
	})
}

// I-9, M-86: the log tells that and when the responsibility was handed over,
// and the record never shows itself.
func TestAuditOfAHandIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.fill(anna)
		r := w.handIn(anna, d)
		list, err := w.opt.Audit.ByCase(t.Context(), d.CaseID)
		if err != nil || len(list) == 0 {
			t.Fatal(err)
		}
		last := list[len(list)-1]
		if last.Action != "submitted" || last.Details["submission"] != r.ID || last.Details["reference"] != r.Reference || !last.At.Equal(r.At) || last.Details["files"] != "1" {
			t.Errorf("%+v", last)
		}
		rec, err := w.Load(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", rec, rec, rec, rec), fmt.Sprint(list)} {
			for _, secret := range []string{anna, "Berglund", "125050", "6 200", "Delat", "cirka"} {
				if strings.Contains(text, secret) {
					t.Errorf("%q is told", secret)
				}
			}
		}
	})
}
