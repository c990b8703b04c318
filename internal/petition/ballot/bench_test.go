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
	slowest := each64(b, b.N, func(ctx context.Context, i int) error {
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

// each64 runs n calls from 64 clients and gives their times, sorted.
func each64(b *testing.B, n int, do func(ctx context.Context, i int) error) []time.Duration {
	var next atomic.Int64
	var all sync.WaitGroup
	took := make([]time.Duration, n)
	for range clients {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
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

// BenchmarkAgainstHotRow is our way on PostgreSQL and, in the same run, the
// naive one: each vote a transaction of its own that updates the petition's
// row. The ratio is what counts.
func BenchmarkAgainstHotRow(b *testing.B) {
	if os.Getenv("PGTEST_DSN") == "" {
		b.Log("NOT MEASURED ON POSTGRESQL: PGTEST_DSN is not set")
		return
	}
	o := dbtest.Postgres(b)
	naive := hotRow(b, o.DSN)
	o.Clock = clock.NewManual(today)
	d, err := db.Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	voters := make([]pnr.Number, min(b.N, people))
	for i := range voters {
		voters[i] = voter(b, i)
	}
	votes(b, d, seal.NewMAC(keys(b)), voters)
	b.ReportMetric(naive, "hot-row-votes/s")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/naive, "times-hot-row")
}

// hotRow is the rate of the naive way, from as many clients.
func hotRow(b *testing.B, dsn string) (rate float64) {
	b.Helper()
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	pool.SetMaxOpenConns(clients)
	pool.SetMaxIdleConns(clients)
	for _, q := range []string{`CREATE TABLE naive (id INT PRIMARY KEY, n BIGINT NOT NULL)`, `INSERT INTO naive VALUES (1, 0)`,
		`CREATE TABLE naive_vote (petition INT, nullifier BYTEA, PRIMARY KEY (petition, nullifier))`} {
		if _, err := pool.ExecContext(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
	n := min(b.N, 4000) // slow: enough to see
	began := time.Now()
	each64(b, n, func(ctx context.Context, i int) error {
		n := sha256.Sum256(fmt.Append(nil, i))
		_, err := pool.ExecContext(ctx, `WITH v AS (INSERT INTO naive_vote VALUES (1, $1) ON CONFLICT DO NOTHING RETURNING 1)
			UPDATE naive SET n = n + (SELECT count(*) FROM v) WHERE id = 1`, n[:])
		return err
	})
	return float64(n) / time.Since(began).Seconds()
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
