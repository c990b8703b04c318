package broker

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/plugin"
)

// I-2, M-03, M-18, M-53, M-55, M-66, M-109: nothing leaves the house, and
// nothing is written, for a fetch that is not allowed.
func TestNothingLeavesUnlessAllowed(t *testing.T) {
	changed := func(change func(c *Case)) func(*world, *Ask) {
		return func(w *world, _ *Ask) {
			w.cases = func(n pnr.Number) (Case, error) {
				c := openCase(n)
				change(&c)
				return c, nil
			}
		}
	}
	tests := []struct {
		name   string
		change func(w *world, a *Ask)
		want   fault.Kind
	}{
		{"no open case", func(w *world, _ *Ask) {
			w.cases = func(pnr.Number) (Case, error) { return Case{}, fault.New(fault.NotFound, "no open case") }
		}, fault.NotFound},
		{"the case system is down", func(w *world, _ *Ask) {
			w.cases = func(pnr.Number) (Case, error) { return Case{}, fault.New(fault.Unavailable, "down") }
		}, fault.Unavailable},
		{"two adults", changed(func(c *Case) { c.Household.Adults = 2 }), fault.Forbidden},
		{"no adult", changed(func(c *Case) { c.Household.Adults = 0 }), fault.Forbidden},
		{"co-applicant", changed(func(c *Case) { c.Party.Role = "co-applicant" }), fault.Forbidden},
		{"may only read", changed(func(c *Case) { c.Party.Scope = "read" }), fault.Forbidden},
		{"party from tomorrow", changed(func(c *Case) { c.Party.From = "2026-11-23" }), fault.Forbidden},
		{"party until yesterday", changed(func(c *Case) { c.Party.To = "2026-11-21" }), fault.Forbidden},
		{"case without an id", changed(func(c *Case) { c.ID = "" }), fault.Internal},
		{"case id that CSN refuses", changed(func(c *Case) { c.ID = strings.Repeat("1", 32) }), fault.Internal},
		{"nobody logged in", func(_ *world, a *Ask) { a.Login.Subject = pnr.Number{} }, fault.Forbidden},
		{"too low for the e-service", func(w *world, a *Ask) { w.manifest.MinAssurance, a.Login.Assurance = 2, 2 }, fault.Forbidden},
		{"too low for the source", func(w *world, a *Ask) { w.audience.MinAssurance, a.Login.Assurance = 2, 2 }, fault.Forbidden},
		{"a dataset not declared", func(_ *world, a *Ask) { a.Want.Datasets = append(a.Want.Datasets, "TNS/vehicles") }, fault.Forbidden},
		{"no dataset", func(_ *world, a *Ask) { a.Want.Datasets = nil }, fault.Forbidden},
		{"a source not declared", func(w *world, _ *Ask) { w.audience.Wants = nil }, fault.Forbidden},
		{"no such source", func(_ *world, a *Ask) { a.Want.Source = "other" }, fault.NotFound},
		{"no such audience", func(_ *world, a *Ask) { a.Audience = "other" }, fault.NotFound},
		{"e-service not open to the person", func(w *world, _ *Ask) {
			w.opt.Admits = func(id string, _ pnr.Number) bool { return id != "ekbist" }
		}, fault.Forbidden},
		{"source not open to the person", func(w *world, _ *Ask) {
			w.opt.Admits = func(id string, _ pnr.Number) bool { return id != "ssbtek" }
		}, fault.Forbidden},
		{"no purpose", func(w *world, _ *Ask) { w.audience.Purpose = "" }, fault.Forbidden},
		{"no legal basis", func(w *world, _ *Ask) { w.terms.Legal = "" }, fault.Forbidden},
		{"no asking authority", func(w *world, _ *Ask) { w.terms.Controller.OrgNumber = "" }, fault.Forbidden},
		{"may not be kept by the board", func(w *world, _ *Ask) { w.terms.KeepDays = 0 }, fault.Forbidden},
		{"may not be kept by the source", func(w *world, _ *Ask) { w.manifest.RetentionDays = 0 }, fault.Forbidden},
		{"no month", func(_ *world, a *Ask) { a.Month = "november" }, fault.Invalid},
		{"a month long ago", func(_ *world, a *Ask) { a.Month = "2026-08" }, fault.Invalid},
		{"a month far ahead", func(_ *world, a *Ask) { a.Month = "2027-01" }, fault.Invalid},
		{"nothing that is offered", func(w *world, _ *Ask) { w.manifest.Offers = w.manifest.Offers[6:] }, fault.Invalid},
		{"no space", func(_ *world, a *Ask) { a.Space = "" }, fault.NotFound},
		{"the space of another case", func(_ *world, a *Ask) { a.Case = "EB-0000" }, fault.NotFound},
		{"the broker is closing", func(w *world, _ *Ask) { w.Close() }, fault.Unavailable},
	}
	each(t, func(t *testing.T, first *world) {
		for _, test := range tests {
			w := newWorld(t, first.db, first.ring, first.clock)
			a := w.ask(anna)
			test.change(w, &a)
			id, err := w.Start(t.Context(), a)
			if got := fault.KindOf(err); got != test.want || id != "" {
				t.Errorf("%s: %q, %v; want %s", test.name, id, err, test.want)
			}
			w.running.Wait()
			if n := len(w.asked()); n != 0 {
				t.Errorf("%s: %d calls left", test.name, n)
			}
		}
		for _, table := range []string{"broker_fetch", "broker_part", "broker_count", "audit_row"} {
			if n := first.count(table); n != 0 {
				t.Errorf("%d rows in %s", n, table)
			}
		}
	})
}

// I-2, M-66: the period of every grant and question is the board's control
// period for the application's month, never wider; purpose, legal basis and
// asking authority are in it.
func TestGrantNamesItsTerms(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, test := range []struct {
			month    string
			back     int
			from, to string
		}{
			{"2026-11", 2, "2026-09-01", "2026-11-30"},
			{"2026-12", 2, "2026-10-01", "2026-12-31"},
			{"2026-09", 0, "2026-09-01", "2026-09-30"},
			{"2026-10", 12, "2025-10-01", "2026-10-31"},
		} {
			w.clock.Advance(time.Minute)
			w.calls = nil
			w.terms.AskMonthsBack = test.back
			a := w.ask(anna)
			a.Month = test.month
			w.whole(a)
			if len(w.asked()) != 5 {
				t.Fatalf("%d calls, want one for each group", len(w.asked()))
			}
			for _, q := range w.asked() {
				g, err := plugin.VerifyGrant(q.Grant, "ssbtek", []ed25519.PublicKey{GrantKey(w.ring)}, w.clock.Now())
				if err != nil {
					t.Fatal(err)
				}
				if period := (plugin.Period{From: test.from, To: test.to}); q.Period != period || g.Period != period {
					t.Errorf("%s back %d: asked %v, granted %v", test.month, test.back, q.Period, g.Period)
				}
				if g.Purpose != "Pröva ansökan." || g.Legal != "lagrum" || g.Asking != w.terms.Controller || g.Case != "EB-9805" || q.Case != g.Case ||
					g.Audience != "ekbist" || g.Person != anna || q.Subject.IdentityNumber != anna || g.Issuer != "ekbacka" {
					t.Error("the grant or the question lacks a term")
				}
				if !slices.Equal(g.Datasets, want().Datasets) || g.Allows("TNS", "vehicles") {
					t.Errorf("granted %v", g.Datasets)
				}
			}
		}
	})
}

// M-34, M-80: one question for each group, to the origins that are wanted and
// no others; those that are not asked say so.
func TestOneQuestionForEachGroup(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		f := w.whole(w.ask(anna))
		var asked []string
		for _, q := range w.asked() {
			asked = append(asked, strings.Join(q.Origins, "+"))
		}
		slices.Sort(asked)
		if !slices.Equal(asked, []string{"AF", "CSN", "FK+PM", "SKV", "SO"}) {
			t.Errorf("asked %v", asked)
		}
		if stateOf(f, "TNS") != PartState(plugin.StateNotAsked) {
			t.Errorf("TNS is %s", stateOf(f, "TNS"))
		}
	})
}

// A board whose agreement demands it asks all in one question.
func TestOneRequest(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		source := w.opt.Source
		w.opt.Source = func(id string) (Attached, error) {
			a, err := source(id)
			a.OneRequest = true
			return a, err
		}
		f := w.whole(w.ask(anna))
		if calls := w.asked(); len(calls) != 1 || len(calls[0].Origins) != 6 {
			t.Errorf("%d calls", len(calls))
		}
		if !f.Done || stateOf(f, "SO") != PartState(plugin.StateAnswered) {
			t.Errorf("%v", states(f))
		}
	})
}

// I-18: a source that is not approved for the number gets a pseudonym of its
// own, and its grant holds no number.
func TestPairwisePseudonym(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.manifest.NeedsIdentityNumber = false
		w.whole(w.ask(anna))
		q := w.asked()[0]
		raw, err := base64.RawURLEncoding.DecodeString(strings.Split(q.Grant, ".")[1])
		if err != nil {
			t.Fatal(err)
		}
		if q.Subject.IdentityNumber != "" || strings.Contains(string(raw), anna) || strings.Contains(string(raw), anna[2:]) {
			t.Error("the number left the house")
		}
		own := w.ring.Pseudonym("broker", anna)
		if q.Subject.Pseudonym == "" || q.Subject.Pseudonym == own || q.Subject.Pseudonym == w.ring.Pseudonym("plugin other", anna) {
			t.Error("the pseudonym is not the source's own")
		}
	})
}

// I-2, I-3: a grant that is forged, altered, expired, not yet valid or for
// another source is refused by the source's own check.
func TestForgedGrants(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.whole(w.ask(anna))
		token := w.asked()[0].Grant
		keys := []ed25519.PublicKey{GrantKey(w.ring)}
		if _, err := plugin.VerifyGrant(token, "ssbtek", keys, w.clock.Now()); err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(token, ".")
		enc := base64.RawURLEncoding
		payload, err := enc.DecodeString(parts[1])
		if err != nil {
			t.Fatal(err)
		}
		wider := enc.EncodeToString([]byte(strings.Replace(string(payload), "2026-09-01", "2016-09-01", 1)))
		none := enc.EncodeToString([]byte(`{"alg":"none","typ":"mnv-grant+jwt"}`))
		var g plugin.Grant
		if err := json.Unmarshal(payload, &g); err != nil {
			t.Fatal(err)
		}
		other, err := plugin.SignGrant(g, keyringtest.New(t, w.clock).PrivateKey("grant"))
		if err != nil {
			t.Fatal(err)
		}
		purpose, err := plugin.SignGrant(g, w.ring.PrivateKey("audit"))
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			token, source string
			at            time.Time
		}{
			"wider period":       {parts[0] + "." + wider + "." + parts[2], "ssbtek", start},
			"no algorithm":       {none + "." + parts[1] + ".", "ssbtek", start},
			"no signature":       {parts[0] + "." + parts[1] + ".", "ssbtek", start},
			"another key":        {other, "ssbtek", start},
			"key of the log":     {purpose, "ssbtek", start},
			"another source":     {token, "multifraga", start},
			"expired":            {token, "ssbtek", start.Add(time.Hour)},
			"at the expiry":      {token, "ssbtek", time.Unix(g.Expires, 0)},
			"not yet":            {token, "ssbtek", start.Add(-time.Hour)},
			"nothing":            {"", "ssbtek", start},
			"something appended": {token + "A", "ssbtek", start},
		} {
			if _, err := plugin.VerifyGrant(c.token, c.source, keys, c.at); err == nil {
				t.Errorf("%s: accepted", name)
			} else if strings.Contains(err.Error(), anna) {
				t.Errorf("%s: the error tells who", name)
			}
		}
	})
}

// M-92, I-5: a double click, or a press while a fetch is running, gives the
// same fetch and no more calls.
func TestDoubleClick(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		go_ := make(chan struct{})
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) { <-go_; return paid(q), nil }
		a := w.ask(anna)
		ids := make(chan string, 8)
		for range 8 {
			go func() {
				id, err := w.Start(context.Background(), a)
				if err != nil {
					t.Error(err)
				}
				ids <- id
			}()
		}
		first := <-ids
		for range 7 {
			if id := <-ids; id != first {
				t.Errorf("another fetch: %s, %s", id, first)
			}
		}
		w.clock.Advance(8 * time.Second) // long after the click, still running
		if id := w.start(a); id != first {
			t.Error("a running fetch was begun again")
		}
		close(go_)
		w.running.Wait()
		if n := len(w.asked()); n != 5 {
			t.Errorf("%d calls", n)
		}
		if id := w.start(a); id == first {
			t.Error("a new fetch is the old one")
		}
	})
}

// M-26, M-27: a person may not ask for ever; the count is kept for an hour.
func TestTooOften(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.ask(anna)
		for range maxPerHour {
			w.whole(a)
			w.clock.Advance(4 * time.Second)
		}
		calls := len(w.asked())
		if _, err := w.Start(t.Context(), a); fault.KindOf(err) != fault.TooMany {
			t.Errorf("one too many: %v", err)
		}
		if len(w.asked()) != calls {
			t.Error("a refused fetch called")
		}
		w.whole(w.ask(bo)) // another person is not hurt
		w.clock.Advance(time.Hour)
		w.whole(a)
		if _, err := w.Purge(t.Context(), w.clock.Now()); err != nil {
			t.Fatal(err)
		}
		if n := w.count("broker_count"); n != 1 {
			t.Errorf("%d counts kept", n)
		}
	})
}

// M-14: a space belongs to one person and one case.
func TestSpaceOfAnother(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.whole(w.ask(anna))
		w.clock.Advance(time.Minute)
		stolen := w.ask(bo)
		stolen.Space = w.ask(anna).Space
		if _, err := w.Start(t.Context(), stolen); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another person: %v", err)
		}
		w.cases = func(n pnr.Number) (Case, error) {
			c := openCase(n)
			c.ID = "EB-another"
			return c, nil
		}
		if _, err := w.Start(t.Context(), w.ask(anna)); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another case: %v", err)
		}
		if n := len(w.asked()); n != 5 {
			t.Errorf("%d calls", n)
		}
	})
}
