package ballot_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
)

var today = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

var ample = seal.Limit{Total: 1 << 40}

// voter makes the i-th synthetic person: birth numbers 980 to 989 are never
// given to anyone.
func voter(t testing.TB, i int) pnr.Number {
	t.Helper()
	nine := time.Date(1920, 1, 1+i/10%29_000, 0, 0, 0, 0, time.UTC).Format("060102") + strconv.Itoa(980+i%10)
	sum := 0
	for at, c := range nine {
		d := int(c-'0') * (2 - at%2)
		sum += d/10 + d%10
	}
	n, err := pnr.ParseLenient(fmt.Sprintf("19%s%d", nine, (10-sum%10)%10), today)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func keys(t testing.TB) seal.Keeper { return keysIn(t, t.TempDir()+"/keys") }

func keysIn(t testing.TB, dir string) seal.Keeper {
	t.Helper()
	if err := seal.InitStore(dir); err != nil {
		t.Fatal(err)
	}
	s, err := seal.OpenStore(seal.StoreOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s.For(seal.Own)
}

// world is an open petition with a box that works.
type world struct {
	t        testing.TB
	db       *db.DB
	clock    *clock.Manual
	box      *ballot.Box
	sealer   seal.Sealer
	petition string
	log      bytes.Buffer
	stop     func()
}

// each runs fn on both engines with both designs.
func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	for _, design := range []string{"D1", "D2"} {
		t.Run(design, func(t *testing.T) {
			c := clock.NewManual(today)
			dbtest.EachAt(t, c, func(t *testing.T, open func() *db.DB) {
				var s seal.Sealer = seal.NewMAC(keys(t))
				if design == "D2" {
					s = seal.NewSplit(keys(t), keys(t), false)
				}
				c.Set(today)
				w := newWorld(t, open(), c, s)
				w.run()
				fn(w)
				w.stop()
			})
		})
	}
}

func newWorld(t testing.TB, d *db.DB, c *clock.Manual, s seal.Sealer) *world {
	w := &world{t: t, db: d, clock: c, sealer: s}
	w.petition = w.open()
	w.box = ballot.New(ballot.Options{DB: d, Sealer: s})
	return w
}

func (w *world) run() {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { w.box.Run(ctx) })
	w.stop = func() { cancel(); done.Wait() }
	w.t.Cleanup(w.stop)
}

func (w *world) tx(fn func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.db.Tx(context.Background(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// open opens one more petition.
func (w *world) open() string {
	w.t.Helper()
	id := db.NewID()
	c, err := w.sealer.Make(context.Background(), id, ample)
	if err != nil {
		w.t.Fatal(err)
	}
	w.tx(func(tx *db.Tx) error {
		return ballot.Create(context.Background(), tx, ballot.Opening{Commitment: c, ClosesAt: today.Add(24 * time.Hour), Grace: 15 * time.Minute})
	})
	return id
}

func (w *world) cast(i int) ballot.Outcome {
	w.t.Helper()
	out, err := w.box.Cast(context.Background(), w.petition, voter(w.t, i), time.Time{})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// castAll casts many votes from many goroutines.
func (w *world) castAll(from, to int) {
	w.t.Helper()
	var all sync.WaitGroup
	for part := range 32 {
		all.Go(func() {
			for i := from + part; i < to; i += 32 {
				w.cast(i)
			}
		})
	}
	all.Wait()
}

// holds checks that votes less withdrawals, rows and the recount agree.
func (w *world) holds(want int64) {
	w.t.Helper()
	ctx := context.Background()
	var b ballot.Ballot
	var rows int64
	err := w.db.Read(ctx, func(tx *db.Tx) (err error) {
		if b, err = ballot.Load(ctx, tx, w.petition); err == nil {
			rows, err = ballot.Rows(ctx, tx, w.petition)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if b.Count() != want || rows != want {
		w.t.Errorf("accepted %d, withdrawn %d, rows %d; want %d", b.Accepted, b.Withdrawn, rows, want)
	}
	if drift, err := w.box.Recount(ctx, w.petition); err != nil || drift != 0 {
		w.t.Errorf("drift %d, %v", drift, err)
	}
}

// full tells whether `make long` asks for full sizes.
func full() bool { return os.Getenv("KILL_ROUNDS") != "" }

func size(small, large int) int {
	if full() {
		return large
	}
	return small
}
