package broker

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/plugin"
)

// slowest is how long the slowest agency takes.
const slowest = 30 * time.Millisecond

// BenchmarkFetch is what the broker adds to the slowest agency: from the wish
// to fetch until all of it can be read, less the time that the slowest
// source's call took. Grants, audit rows, sealing, two to seven durable
// transactions and the reading are in it; the sources only wait.
//
// "spread" has the agencies answer one by one, "together" all in the same
// moment, "eight" lets eight people fetch at the same time. fsync-*-ms is what
// the disk alone takes for four kilobytes, measured between the fetches.
func BenchmarkFetch(b *testing.B) {
	spread := map[string]time.Duration{"AF": 10 * time.Millisecond, "CSN": 15 * time.Millisecond, "SKV": 20 * time.Millisecond,
		"SO": 25 * time.Millisecond, "FK": slowest}
	together := map[string]time.Duration{"AF": slowest, "CSN": slowest, "SKV": slowest, "SO": slowest, "FK": slowest}
	engines := map[string]func(testing.TB) db.Options{db.SQLite: dbtest.SQLite}
	if dbtest.HavePostgres(b) {
		engines[db.Postgres] = dbtest.Postgres
	}
	for _, engine := range slices.Sorted(maps.Keys(engines)) {
		empty := engines[engine]
		b.Run(engine+"/spread", func(b *testing.B) { benchFetch(b, empty(b), spread, 1) })
		b.Run(engine+"/together", func(b *testing.B) { benchFetch(b, empty(b), together, 1) })
		b.Run(engine+"/eight", func(b *testing.B) { benchFetch(b, empty(b), spread, 8) })
	}
}

var residents = []string{anna, bo, cecilia, dina, irja, jonas, kim, "191212121212"}

func benchFetch(b *testing.B, o db.Options, delays map[string]time.Duration, atOnce int) {
	c := clock.NewManual(start)
	o.Clock = c
	d, err := db.Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	w := newWorld(b, d, keyringtest.New(b, c), c)
	var mu sync.Mutex
	out := map[string]time.Duration{} // the slowest call of each case
	w.answer = func(_ context.Context, q plugin.Query) (plugin.Answer, error) {
		began := time.Now()
		time.Sleep(delays[q.Origins[0]])
		a := paid(q)
		mu.Lock()
		defer mu.Unlock()
		out[q.Case] = max(out[q.Case], time.Since(began))
		return a, nil
	}
	disk := dbtest.NewDisk(b)
	var over, overNominal, syncs []time.Duration
	for n := 0; b.Loop(); n++ {
		clear(out)
		syncs = append(syncs, disk.Sync(b, 4096))
		took := map[string]time.Duration{}
		var wg sync.WaitGroup
		for i := range atOnce {
			a := w.ask(residents[(n+i)%len(residents)])
			wg.Go(func() {
				t := w.timed(a)
				mu.Lock()
				defer mu.Unlock()
				took[openCase(a.Login.Subject).ID] = t
			})
		}
		wg.Wait()
		if b.Failed() {
			return
		}
		for id, t := range took {
			over = append(over, t-out[id])
			overNominal = append(overNominal, t-slowest)
		}
		w.nextHour()
	}
	b.ReportMetric(quantileMs(over, 0.50), "p50-ms")
	b.ReportMetric(quantileMs(over, 0.99), "p99-ms")
	b.ReportMetric(quantileMs(overNominal, 0.99), "p99-nominal-ms")
	b.ReportMetric(quantileMs(syncs, 0.50), "fsync-p50-ms")
	b.ReportMetric(quantileMs(syncs, 0.99), "fsync-p99-ms")
	b.ReportMetric(float64(len(over)), "fetches")
}

// timed fetches and reads, and tells how long it took. It does what Start
// does, but waits for the end in the same goroutine.
func (w *world) timed(a Ask) time.Duration {
	began := time.Now()
	p, err := w.plan(context.Background(), a)
	if err != nil {
		w.t.Error(err)
		return 0
	}
	fresh, err := w.open(context.Background(), &p)
	if err != nil || !fresh {
		w.t.Errorf("fresh %v, %v", fresh, err)
		return 0
	}
	w.run(p)
	f, err := w.Read(context.Background(), a.Login, a.Audience, p.id)
	took := time.Since(began)
	if err != nil || !f.Done || stateOf(f, "FK") != PartState(plugin.StateAnswered) {
		w.t.Errorf("done %v, FK %s, %v", f.Done, stateOf(f, "FK"), err)
	}
	return took
}

// nextHour lets everybody ask again, without making a new hour's key, which
// happens once an hour and not once a fetch.
func (w *world) nextHour() {
	w.clock.Advance(sameClick + time.Millisecond)
	err := w.db.Tx(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), `DELETE FROM broker_count`)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.calls = nil
}

// quantileMs is a quantile of durations in milliseconds.
func quantileMs(d []time.Duration, q float64) float64 {
	slices.Sort(d)
	return float64(d[min(len(d)-1, int(q*float64(len(d))))]) / float64(time.Millisecond)
}
