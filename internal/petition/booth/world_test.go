package booth_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/booth"
	"medborgarnavet/internal/petition/seal"
)

var (
	today  = time.Date(2026, 11, 22, 9, 20, 0, 0, time.UTC)
	closes = today.Add(24 * time.Hour)
)

func number(t testing.TB, s string) pnr.Number {
	t.Helper()
	n, err := pnr.ParseLenient(s, today)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

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
	return number(t, fmt.Sprintf("19%s%d", nine, (10-sum%10)%10))
}

// login is what an e-ID answers about a person.
func login(who pnr.Number) identity.Authentication {
	return identity.Authentication{Subject: who, Name: "Anna Berglund", Method: "bankid-other-device", Provider: "bankid",
		Assurance: identity.Assurance{Level: 3, Scheme: identity.SchemeTest}, At: today, TxnID: "131daac9-16c6-4618-beb0-365768f37288",
		Environment: identity.Test}
}

// world is a booth in front of a real box, with a log that is kept.
type world struct {
	t       testing.TB
	db      *db.DB
	clock   *clock.Manual
	rings   keyring.Options
	ring    *keyring.Ring
	sealer  seal.Sealer
	box     *ballot.Box
	booth   *booth.Booth
	options booth.Options
	log     lockedBuffer
	stop    func()
}

func newWorld(t testing.TB, o db.Options, change func(o *booth.Options)) *world {
	t.Helper()
	w := &world{t: t, clock: clock.NewManual(today)}
	o.Clock = w.clock
	var err error
	if w.db, err = db.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	w.rings = keyringtest.Options(t, w.clock)
	w.ring = w.openRing()
	dir := t.TempDir() + "/keys"
	if err := seal.InitStore(dir); err != nil {
		t.Fatal(err)
	}
	store, err := seal.OpenStore(seal.StoreOptions{Dir: dir, Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	w.sealer = seal.NewMAC(store.For(seal.Own))
	w.box = ballot.New(ballot.Options{DB: w.db, Sealer: w.sealer, Log: slog.New(slog.NewTextHandler(&w.log, nil))})
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { w.box.Run(ctx) })
	w.stop = sync.OnceFunc(func() {
		cancel()
		done.Wait()
		_ = store.Close()
		_ = w.db.Close()
	})
	t.Cleanup(w.stop)
	w.options = booth.Options{Box: w.box, Ring: w.ring, Clock: w.clock, Environment: identity.Test, Petition: w.standing}
	if change != nil {
		change(&w.options)
	}
	w.booth = w.open(w.options)
	return w
}

func sqliteWorld(t testing.TB, change func(o *booth.Options)) *world {
	t.Helper()
	return newWorld(t, dbtest.SQLite(t), change)
}

func (w *world) openRing() *keyring.Ring {
	w.t.Helper()
	ring, err := keyring.Open(w.rings)
	if err != nil {
		w.t.Fatal(err)
	}
	return ring
}

func (w *world) open(o booth.Options) *booth.Booth {
	w.t.Helper()
	b, err := booth.New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

// standing reads a petition as the program does.
func (w *world) standing(ctx context.Context, id string) (s booth.Standing, err error) {
	err = w.db.Read(ctx, func(tx *db.Tx) error {
		b, err := ballot.Load(ctx, tx, id)
		s = booth.Standing{Title: "Bänkar längs ån", Open: b.Accepting, Paused: b.Paused, ClosesAt: b.ClosesAt, Receipts: b.Receipts}
		return err
	})
	return s, err
}

func (w *world) tx(fn func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.db.Tx(context.Background(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// petition opens one.
func (w *world) petition(receipts bool) string {
	w.t.Helper()
	id := db.NewID()
	c, err := w.sealer.Make(context.Background(), id, seal.Limit{Total: 1 << 40})
	if err != nil {
		w.t.Fatal(err)
	}
	w.tx(func(tx *db.Tx) error {
		return ballot.Create(context.Background(), tx, ballot.Opening{Commitment: c, Receipts: receipts, ClosesAt: closes, Grace: ballot.Grace})
	})
	return id
}

func (w *world) admit(petition string, who pnr.Number) booth.Admission {
	w.t.Helper()
	a, err := w.booth.Admit(context.Background(), petition, login(who), time.Time{})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// casts checks what becomes of a ticket.
func (w *world) casts(name, ticket string, withdraw bool, want booth.Outcome) {
	w.t.Helper()
	if got, _, err := w.booth.Cast(context.Background(), ticket, withdraw); err != nil || got != want {
		w.t.Errorf("%s: %q, %v; want %q", name, got, err, want)
	}
}

// refused checks kind, reason and that the words hold nothing of a person.
func (w *world) refused(name string, err error, kind fault.Kind, reason string) {
	w.t.Helper()
	if !fault.Is(err, kind) || booth.Reason(err) != reason {
		w.t.Errorf("%s: %v (%s, %s); want %s, %s", name, err, fault.KindOf(err), booth.Reason(err), kind, reason)
	}
}

func (w *world) count(petition string) int64 {
	w.t.Helper()
	var n int64
	if err := w.db.Read(context.Background(), func(tx *db.Tx) error {
		b, err := ballot.Load(context.Background(), tx, petition)
		n = b.Count()
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// lockedBuffer is a log that many may write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}
