package broker

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/plugin"
)

// I-6, I-14: the four states are never confused, whatever a source does; one
// that fails hurts nobody else.
func TestStatesAreNeverConfused(t *testing.T) {
	net := int64(100)
	pay := []plugin.Payment{{Payer: "SO", NetOre: &net, Status: plugin.StatusPaid, PayDate: "2026-10-01"}}
	part := func(p plugin.Part) func(context.Context, plugin.Query) (plugin.Answer, error) {
		p.Origin = "SO"
		return func(context.Context, plugin.Query) (plugin.Answer, error) {
			return plugin.Answer{Parts: []plugin.Part{p}}, nil
		}
	}
	tests := []struct {
		name string
		so   func(ctx context.Context, q plugin.Query) (plugin.Answer, error)
		want plugin.State
	}{
		{"answered", part(plugin.Part{State: plugin.StateAnswered, Payments: pay}), plugin.StateAnswered},
		{"answered, but a part is missing", part(plugin.Part{State: plugin.StateAnswered, Payments: pay, Code: "OKLART"}), plugin.StateAnswered},
		{"nothing", part(plugin.Part{State: plugin.StateNothing}), plugin.StateNothing},
		{"answered without data", part(plugin.Part{State: plugin.StateAnswered}), plugin.StateNothing},
		{"answered with what was not granted", part(plugin.Part{State: plugin.StateAnswered,
			Facts: []plugin.Fact{{Dataset: "suspensions", Label: "Avstängd", Value: "ja"}}}), plugin.StateNothing},
		{"answered without data, and a part is missing", part(plugin.Part{State: plugin.StateAnswered, Code: "OKLART"}), plugin.StateUnavailable},
		{"unavailable", part(plugin.Part{State: plugin.StateUnavailable}), plugin.StateUnavailable},
		{"unavailable with data", part(plugin.Part{State: plugin.StateUnavailable, Payments: pay}), plugin.StateUnavailable},
		{"nothing with data", part(plugin.Part{State: plugin.StateNothing, Payments: pay}), plugin.StateUnavailable},
		{"nothing with a code", part(plugin.Part{State: plugin.StateNothing, Code: "FEL"}), plugin.StateUnavailable},
		{"not asked, though it was", part(plugin.Part{State: plugin.StateNotAsked}), plugin.StateUnavailable},
		{"a state that is none", part(plugin.Part{State: "maybe"}), plugin.StateUnavailable},
		{"no state", part(plugin.Part{}), plugin.StateUnavailable},
		{"no part", func(context.Context, plugin.Query) (plugin.Answer, error) { return plugin.Answer{}, nil }, plugin.StateUnavailable},
		{"another origin's part", func(context.Context, plugin.Query) (plugin.Answer, error) {
			return plugin.Answer{Parts: []plugin.Part{{Origin: "FK", State: plugin.StateNothing}}}, nil
		}, plugin.StateUnavailable},
		{"two parts", func(context.Context, plugin.Query) (plugin.Answer, error) {
			return plugin.Answer{Parts: []plugin.Part{{Origin: "SO", State: plugin.StateNothing}, {Origin: "SO", State: plugin.StateNothing}}}, nil
		}, plugin.StateUnavailable},
		{"an error", func(context.Context, plugin.Query) (plugin.Answer, error) { return plugin.Answer{}, errors.New("down") }, plugin.StateUnavailable},
		{"an error with an answer", func(_ context.Context, q plugin.Query) (plugin.Answer, error) { return empty(q), errors.New("down") }, plugin.StateUnavailable},
		{"a panic", func(context.Context, plugin.Query) (plugin.Answer, error) { panic("7654321 " + secretWord) }, plugin.StateUnavailable},
		{"a goroutine that ends", func(context.Context, plugin.Query) (plugin.Answer, error) {
			runtime.Goexit()
			return plugin.Answer{}, nil
		}, plugin.StateUnavailable},
		{"too slow", func(ctx context.Context, q plugin.Query) (plugin.Answer, error) {
			<-ctx.Done()
			return plugin.Answer{}, ctx.Err()
		}, plugin.StateUnavailable},
		{"never comes back", func(context.Context, plugin.Query) (plugin.Answer, error) { select {} }, plugin.StateUnavailable},
	}
	each(t, func(t *testing.T, first *world) {
		for _, test := range tests {
			w := newWorld(t, first.db, first.ring, first.clock)
			source := w.opt.Source
			w.opt.Source = func(id string) (Attached, error) {
				a, err := source(id)
				a.Deadline = 60 * time.Millisecond
				return a, err
			}
			w.answer = func(ctx context.Context, q plugin.Query) (plugin.Answer, error) {
				if q.Origins[0] == "SO" {
					return test.so(ctx, q)
				}
				return paid(q), nil
			}
			first.clock.Advance(time.Hour)
			f := w.whole(w.ask(bo))
			if got := stateOf(f, "SO"); got != PartState(test.want) || !f.Done {
				t.Errorf("%s: %s, want %s", test.name, got, test.want)
			}
			for _, p := range f.Parts {
				if p.Origin == "SO" && test.want != plugin.StateAnswered && len(p.Part.Payments)+len(p.Part.Facts) > 0 {
					t.Errorf("%s: data that the state denies", test.name)
				}
			}
			if stateOf(f, "FK") != PartState(plugin.StateAnswered) || stateOf(f, "PM") != PartState(plugin.StateAnswered) {
				t.Errorf("%s: others were hurt: %v", test.name, states(f))
			}
		}
	})
}

// A source without Fetch is a failure of the source, not of the process.
func TestSourceWithoutFetch(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.opt.Source = func(string) (Attached, error) {
			return Attached{Plugin: plugin.Plugin{Manifest: w.manifest}}, nil
		}
		f := w.whole(w.ask(bo))
		if !f.Done || stateOf(f, "FK") != PartState(plugin.StateUnavailable) {
			t.Errorf("%v", states(f))
		}
	})
}

// I-3, M-65: what the grant does not name is dropped and counted, also when
// the source hands it over.
func TestOnlyGranted(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.audience.Wants[0].Datasets = []string{"AF/registration", "FK/payments"}
		a := w.ask(anna)
		a.Want.Datasets = w.audience.Wants[0].Datasets
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) {
			answer := paid(q)
			answer.Parts[0].Facts = append(answer.Parts[0].Facts, plugin.Fact{Dataset: "membership", Label: "A-kassa", Value: "ja"})
			if q.Origins[0] == "AF" {
				answer.Parts[0].Payments = paid(plugin.Query{Origins: []string{"FK"}}).Parts[0].Payments
			}
			return answer, nil
		}
		f := w.whole(a)
		for _, p := range f.Final() {
			switch p.Origin {
			case "AF":
				if len(p.Facts) != 1 || len(p.Payments) != 0 || p.Dropped != 2 {
					t.Errorf("AF: %d facts, %d payments, %d dropped", len(p.Facts), len(p.Payments), p.Dropped)
				}
			case "FK":
				if len(p.Facts) != 0 || len(p.Payments) != 1 || p.Dropped != 1 {
					t.Errorf("FK: %d facts, %d payments, %d dropped", len(p.Facts), len(p.Payments), p.Dropped)
				}
			default:
				if p.State != plugin.StateNotAsked {
					t.Errorf("%s is %s", p.Origin, p.State)
				}
			}
		}
	})
}

// I-6: a property over all combinations of states of four groups that come in
// any order: everyone's state is read as it was.
func TestEveryCombinationOfStates(t *testing.T) {
	kinds := []plugin.State{plugin.StateAnswered, plugin.StateNothing, plugin.StateUnavailable}
	groups := []string{"AF", "CSN", "SKV", "SO"}
	each(t, func(t *testing.T, w *world) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		random := rand.New(rand.NewPCG(seed, 0))
		a := w.ask(anna)
		a.Want.Datasets = []string{"AF/registration", "CSN/payments", "SKV/tax", "SO/payments"}
		step := 1
		if w.db.Engine() == db.Postgres {
			step = 8 // for time's sake; every group still sees every state
		}
		for n := 0; n < 81; n += step {
			want, order := map[string]plugin.State{}, map[string]time.Duration{}
			for i, g := range groups {
				want[g] = kinds[n/[]int{1, 3, 9, 27}[i]%3]
				order[g] = time.Duration(random.IntN(3)) * time.Millisecond
			}
			w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) {
				time.Sleep(order[q.Origins[0]])
				answer := empty(q)
				switch want[q.Origins[0]] {
				case plugin.StateAnswered:
					answer = paid(q)
				case plugin.StateUnavailable:
					answer.Parts[0].State = plugin.StateUnavailable
				}
				return answer, nil
			}
			w.gates = newGates(w.clock)
			w.clock.Advance(10 * time.Minute)
			f := w.whole(a)
			for _, g := range groups {
				if got := stateOf(f, g); got != PartState(want[g]) {
					t.Fatalf("combination %d: %s is %s, want %s", n, g, got, want[g])
				}
			}
			if !f.Done {
				t.Fatalf("combination %d: not done", n)
			}
		}
	})
}

// I-9: nothing of a person reaches the log, whatever goes wrong.
func TestLogTellsNothing(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		var out strings.Builder
		w.opt.Log = logTo(&out)
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) {
			switch q.Origins[0] {
			case "AF":
				panic(fmt.Sprint(anna, secretOre, secretWord))
			case "CSN":
				return plugin.Answer{}, fmt.Errorf("about %s: %d %s", anna, secretOre, secretWord)
			case "SO":
				return plugin.Answer{Parts: []plugin.Part{{Origin: "SO", State: plugin.StateUnavailable, Source: anna, Code: secretWord}}}, nil
			}
			return paid(q), nil
		}
		w.whole(w.ask(anna))
		if !strings.Contains(out.String(), "PANIC") || !strings.Contains(out.String(), "FAULT") {
			t.Errorf("the log does not tell what failed: %s", out.String())
		}
		for _, secret := range []string{anna, anna[2:], fmt.Sprint(secretOre), secretWord} {
			if strings.Contains(out.String(), secret) {
				t.Errorf("the log tells %q", secret)
			}
		}
	})
}

// I-14: five persons' failures in a row stop the calls for a while; then one
// tries. One person's failures alone stop nobody.
func TestBreaker(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		down := true
		w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) {
			if down && q.Origins[0] == "SO" {
				return plugin.Answer{}, errors.New("down")
			}
			return paid(q), nil
		}
		calls := func() int {
			n := 0
			for _, q := range w.asked() {
				if q.Origins[0] == "SO" {
					n++
				}
			}
			return n
		}
		for range 8 {
			w.whole(w.ask(kim))
			w.clock.Advance(4 * time.Second)
		}
		if calls() != 8 {
			t.Fatalf("one person stopped the calls after %d", calls())
		}
		for _, person := range []string{anna, bo, cecilia, dina} {
			w.whole(w.ask(person))
		}
		before := calls()
		f := w.whole(w.ask(irja))
		if calls() != before || stateOf(f, "SO") != PartState(plugin.StateUnavailable) {
			t.Errorf("called %d times though it is down; SO is %s", calls()-before, stateOf(f, "SO"))
		}
		if stateOf(f, "FK") != PartState(plugin.StateAnswered) {
			t.Error("others were hurt")
		}
		w.clock.Advance(restFor)
		w.whole(w.ask(jonas)) // the one that tries fails
		w.whole(w.ask(kim))
		if calls() != before+1 {
			t.Errorf("%d calls after the rest, want one", calls()-before)
		}
		down = false
		w.clock.Advance(restFor)
		if f := w.whole(w.ask(anna)); stateOf(f, "SO") != PartState(plugin.StateAnswered) {
			t.Errorf("SO is %s though it is up", stateOf(f, "SO"))
		}
		if f := w.whole(w.ask(bo)); stateOf(f, "SO") != PartState(plugin.StateAnswered) {
			t.Error("the gate is still closed")
		}
	})
}

// A source that refuses a question is not ill.
func TestRefusalIsNoOutage(t *testing.T) {
	for err, want := range map[error]bool{
		errors.New("down"): true, errPanicked: true, context.DeadlineExceeded: true,
		&plugin.Problem{Kind: plugin.ProblemUnavailable}:                         true,
		&plugin.Problem{Kind: plugin.ProblemInternal}:                            true,
		&plugin.Problem{Kind: plugin.ProblemDenied}:                              false,
		&plugin.Problem{Kind: plugin.ProblemInvalid}:                             false,
		fmt.Errorf("wrapped: %w", &plugin.Problem{Kind: plugin.ProblemNotFound}): false,
	} {
		if got := outage(err); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}

// I-14: a group has so many places and no more; a place is free again when
// its call has come back, and not before.
func TestBulkhead(t *testing.T) {
	g := newGates(newWorldClock())
	var free []func()
	for range width {
		release, code := g.enter(t.Context(), "a")
		if code != "" {
			t.Fatal(code)
		}
		free = append(free, release)
	}
	short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, code := g.enter(short, "a"); code != "BUSY" {
		t.Errorf("a place too many: %q", code)
	}
	if _, code := g.enter(t.Context(), "b"); code != "" {
		t.Errorf("another group: %q", code)
	}
	free[0]()
	if _, code := g.enter(t.Context(), "a"); code != "" {
		t.Errorf("a place that is free: %q", code)
	}
}
