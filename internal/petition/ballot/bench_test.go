package ballot_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
)

const (
	clients = 64
	people  = 200_000
)

// BenchmarkVotes is durable votes with 64 clients through sealing and the group
// writer, as votes/s, p99 and votes per raw fsync of the same moment
// (performance.md §8).
func BenchmarkVotes(b *testing.B) {
	voters := make([]pnr.Number, people)
	for i := range voters {
		voters[i] = voter(b, i)
	}
	for _, engine := range []string{db.SQLite, db.Postgres} {
		if engine == db.Postgres && os.Getenv("PGTEST_DSN") == "" {
			b.Log("NOT MEASURED ON POSTGRESQL: PGTEST_DSN is not set")
			continue
		}
		for _, design := range []string{"D1", "D2"} {
			b.Run(engine+"/"+design, func(b *testing.B) {
				o := dbtest.SQLite(b)
				if engine == db.Postgres {
					o = dbtest.Postgres(b)
				}
				o.Clock = clock.NewManual(today)
				d, err := db.Open(b.Context(), o)
				if err != nil {
					b.Fatal(err)
				}
				defer d.Close()
				var s seal.Sealer = seal.NewMAC(keys(b))
				if design == "D2" {
					s = seal.NewSplit(keys(b), keys(b), false)
				}
				votes(b, d, s, voters)
			})
		}
	}
}

func votes(b *testing.B, d *db.DB, s seal.Sealer, voters []pnr.Number) {
	w := newWorld(b, d, nil, s)
	petitions := []string{w.petition}
	for len(petitions)*people < b.N {
		petitions = append(petitions, w.open())
	}
	w.box = ballot.New(ballot.Options{DB: d, Sealer: s})
	w.run()
	defer w.stop()
	b.ResetTimer()
	slowest := parallel(b, func(ctx context.Context, i int) error {
		out, err := w.box.Cast(ctx, petitions[i/people], voters[i%people], time.Time{})
		if err == nil && out != ballot.Accepted {
			err = fmt.Errorf("a first vote was %s", out)
		}
		return err
	})
	b.StopTimer()
	report(b, slowest)
	stats, _ := w.box.Stats()
	b.ReportMetric(float64(stats.Slips)/float64(max(stats.Commits, 1)), "votes/commit")
}

// parallel runs b.N calls from 64 clients and gives their times, sorted.
func parallel(b *testing.B, do func(ctx context.Context, i int) error) []time.Duration {
	var next atomic.Int64
	var all sync.WaitGroup
	took := make([]time.Duration, b.N)
	for range clients {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= b.N {
					return
				}
				began := time.Now()
				if err := do(context.Background(), i); err != nil {
					b.Error(err)
					return
				}
				took[i] = time.Since(began)
			}
		})
	}
	all.Wait()
	slices.Sort(took)
	return took
}

func report(b *testing.B, took []time.Duration) {
	rate := float64(b.N) / b.Elapsed().Seconds()
	disk := dbtest.NewDisk(b)
	var syncs time.Duration
	const rounds = 200
	for range rounds {
		syncs += disk.Sync(b, 4096)
	}
	raw := rounds / syncs.Seconds()
	b.ReportMetric(rate, "votes/s")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(raw, "fsync/s")
	b.ReportMetric(rate/raw, "votes/fsync")
}

// BenchmarkHotRow is the naive way on PostgreSQL, for comparison: each vote a
// transaction of its own that updates the petition's row.
func BenchmarkHotRow(b *testing.B) {
	if os.Getenv("PGTEST_DSN") == "" {
		b.Log("NOT MEASURED ON POSTGRESQL: PGTEST_DSN is not set")
		return
	}
	o := dbtest.Postgres(b)
	pool, err := sql.Open("pgx", o.DSN)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	pool.SetMaxOpenConns(clients)
	pool.SetMaxIdleConns(clients)
	for _, q := range []string{`CREATE TABLE petition (id INT PRIMARY KEY, n BIGINT NOT NULL)`, `INSERT INTO petition VALUES (1, 0)`,
		`CREATE TABLE vote (petition INT, nullifier BYTEA, PRIMARY KEY (petition, nullifier))`} {
		if _, err := pool.ExecContext(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	took := parallel(b, func(ctx context.Context, i int) error {
		n := sha256.Sum256(fmt.Append(nil, i))
		_, err := pool.ExecContext(ctx, `WITH v AS (INSERT INTO vote VALUES (1, $1) ON CONFLICT DO NOTHING RETURNING 1)
			UPDATE petition SET n = n + (SELECT count(*) FROM v) WHERE id = 1`, n[:])
		return err
	})
	b.StopTimer()
	report(b, took)
}

// BenchmarkSeal is the sealing alone, in batches of 256.
func BenchmarkSeal(b *testing.B) {
	for _, design := range []string{"D1", "D2"} {
		b.Run(design, func(b *testing.B) {
			var s seal.Sealer = seal.NewMAC(keys(b))
			if design == "D2" {
				s = seal.NewSplit(keys(b), keys(b), false)
			}
			c, err := s.Make(b.Context(), db.NewID(), ample)
			if err != nil {
				b.Fatal(err)
			}
			batch := make([]seal.Request, 256)
			for i := range batch {
				batch[i] = seal.Request{Commitment: &c, Voter: voter(b, i)}
			}
			b.ResetTimer()
			for done := 0; done < b.N; done += len(batch) {
				for _, r := range s.Seal(b.Context(), batch[:min(len(batch), b.N-done)]) {
					if r.Err != nil {
						b.Fatal(r.Err)
					}
				}
			}
		})
	}
}
