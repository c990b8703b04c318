package broker

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/plugin"
)

// trace is all that is left of a person's fetch, without what tells the
// person: rows, lengths of what is sealed, and what the audience reads.
func (w *world) trace(person string) []string {
	w.t.Helper()
	a := w.ask(person)
	out := w.rows(`SELECT audience, source, assurance, board, month, started_at, deadline_at, expires_at, ended FROM broker_fetch WHERE space=$1`, a.Space)
	out = append(out, w.rows(`SELECT origin, seq, name, state, at, sealed FROM broker_part WHERE fetch_id IN
		(SELECT id FROM broker_fetch WHERE space=$1) ORDER BY seq`, a.Space)...)
	for _, line := range w.rows(`SELECT payload FROM audit_row WHERE case_id=$1 ORDER BY at, payload`, openCase(number(w.t, person)).ID) {
		for _, word := range strings.Split(line, ",") {
			if !strings.Contains(word, `"id"`) && !strings.Contains(word, `"fetch"`) && !strings.Contains(word, `"grant"`) &&
				!strings.Contains(word, `"actor"`) && !strings.Contains(word, `"subject"`) && !strings.Contains(word, `"case"`) {
				out = append(out, word)
			}
		}
	}
	slices.Sort(out)
	return out
}

// seen is what the audience reads, without ids.
func seen(f Fetch) Fetch {
	f.ID, f.Case = "", ""
	return f
}

func same(t *testing.T, what string, protected, nothing []string) {
	t.Helper()
	if len(nothing) == 0 || !slices.Equal(protected, nothing) {
		t.Errorf("%s differ:\n protected %s\n nothing   %s", what, strings.Join(protected, "\n           "), strings.Join(nothing, "\n           "))
	}
}

func sameFetch(t *testing.T, protected, nothing Fetch) {
	t.Helper()
	if a, b := seen(protected), seen(nothing); !slices.EqualFunc(a.Parts, b.Parts, func(x, y FetchPart) bool {
		return x.Origin == y.Origin && x.Name == y.Name && x.State == y.State && x.At.Equal(y.At) && x.Part.State == y.Part.State &&
			x.Part.Source == y.Part.Source && x.Part.Code == y.Part.Code && x.Part.Dropped == y.Part.Dropped &&
			len(x.Part.Payments)+len(x.Part.Facts) == len(y.Part.Payments)+len(y.Part.Facts)
	}) || a.Done != b.Done || !a.ExpiresAt.Equal(b.ExpiresAt) || a.Month != b.Month {
		t.Errorf("what is read differs:\n protected %v\n nothing   %v", a, b)
	}
}

// M-54, M-104, I-4: for a person whose case says protected no call is made,
// and what is left is that of a person with nothing.
func TestProtectedInTheCase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) { return empty(q), nil }
		nothing := w.whole(w.ask(cecilia))
		calls := len(w.asked())
		w.cases = func(n pnr.Number) (Case, error) {
			c := openCase(n)
			c.Protected = true
			return c, nil
		}
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) { return paid(q), nil }
		protected := w.whole(w.ask(irja))
		if len(w.asked()) != calls {
			t.Fatal("a call was made for a protected person")
		}
		sameFetch(t, protected, nothing)
		same(t, "traces", w.trace(irja), w.trace(cecilia))
	})
}

// I-4: a protected person waits as long as others have waited lately.
func TestProtectedTakesAsLong(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		const slow = 80 * time.Millisecond
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) { time.Sleep(slow); return empty(q), nil }
		w.whole(w.ask(cecilia))
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) { return plugin.Answer{}, nil } // fails at once
		w.whole(w.ask(bo))
		w.cases = func(n pnr.Number) (Case, error) {
			c := openCase(n)
			c.Protected = true
			return c, nil
		}
		began := time.Now()
		w.whole(w.ask(irja))
		if took := time.Since(began); took < slow {
			t.Errorf("took %s, others take %s", took, slow)
		}
	})
}

// M-54, M-104, I-4: when one group's answer says protected after others have
// answered, all reads as nothing, and what they answered was never stored.
func TestProtectedInOneAnswer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		last := make(chan struct{})
		answer := func(late plugin.Answer, others func(plugin.Query) plugin.Answer) func(context.Context, plugin.Query) (plugin.Answer, error) {
			return func(_ context.Context, q plugin.Query) (plugin.Answer, error) {
				if !slices.Contains(q.Origins, "AF") {
					return others(q), nil
				}
				<-last
				return late, nil
			}
		}
		af := []plugin.Part{{Origin: "AF", State: plugin.StateNothing}}
		halfway := func(person string) Fetch {
			a := w.ask(person)
			id := w.start(a)
			f := w.until(a, id, func(f Fetch) bool {
				return stateOf(f, "FK") == PartReceived && stateOf(f, "CSN") == PartReceived && stateOf(f, "SO") == PartReceived && stateOf(f, "SKV") == PartReceived
			})
			if slices.ContainsFunc(f.Parts, func(p FetchPart) bool { return p.Part.State == plugin.StateAnswered || len(p.Part.Payments) > 0 }) {
				t.Error("something was shown before all that can flag had ended")
			}
			for _, r := range w.rows(`SELECT count(*) AS n FROM broker_part WHERE sealed IS NOT NULL AND fetch_id=$1`, id) {
				if r != "n=0 " {
					t.Error("something was stored before all that can flag had ended: " + r)
				}
			}
			last <- struct{}{}
			w.running.Wait()
			return w.read(a, id)
		}
		w.answer = answer(plugin.Answer{Parts: af}, empty)
		nothing := halfway(cecilia)
		w.answer = answer(plugin.Answer{Protected: true, Parts: af}, paid)
		protected := halfway(dina)
		sameFetch(t, protected, nothing)
		same(t, "traces", w.trace(dina), w.trace(cecilia))
	})
}

// I-4, I-14: what could not answer looks the same too: no code tells that it
// was for another reason.
func TestProtectedAndUnavailable(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		down := func(code string, others func(plugin.Query) plugin.Answer, protected bool) func(context.Context, plugin.Query) (plugin.Answer, error) {
			return func(_ context.Context, q plugin.Query) (plugin.Answer, error) {
				a := others(q)
				for i, p := range a.Parts {
					if p.Origin == "CSN" {
						a.Parts[i] = plugin.Part{Origin: "CSN", State: plugin.StateUnavailable, Source: "BT", Code: code}
					}
				}
				a.Protected = protected && slices.Contains(q.Origins, "FK")
				return a, nil
			}
		}
		w.answer = down("TIMEOUT", empty, false)
		nothing := w.whole(w.ask(cecilia))
		w.answer = down("SKYDDAD", paid, true)
		protected := w.whole(w.ask(dina))
		if stateOf(protected, "CSN") != PartState(plugin.StateUnavailable) {
			t.Error("CSN could not answer, and that is no longer told")
		}
		sameFetch(t, protected, nothing)
		same(t, "traces", w.trace(dina), w.trace(cecilia))
	})
}

// I-4: a flag from an origin that should have none takes back what was let
// through before it.
func TestProtectedByALateFlag(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		last := make(chan struct{})
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) {
			if q.Origins[0] != "SKV" {
				return paid(q), nil
			}
			<-last
			a := paid(q)
			a.Protected = true
			return a, nil
		}
		a := w.ask(dina)
		id := w.start(a)
		w.until(a, id, func(f Fetch) bool { return stateOf(f, "FK") == PartState(plugin.StateAnswered) })
		close(last)
		w.running.Wait()
		f := w.read(a, id)
		for _, p := range f.Final() {
			if p.State == plugin.StateAnswered || len(p.Payments)+len(p.Facts) > 0 {
				t.Errorf("%s is still %s", p.Origin, p.State)
			}
		}
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) { return empty(q), nil }
		sameFetch(t, f, w.whole(w.ask(cecilia)))
		same(t, "traces", w.trace(dina), w.trace(cecilia))
	})
}
