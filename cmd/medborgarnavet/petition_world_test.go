package main

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
)

// hall is a municipality that has held one vote from its opening to its report,
// with a running head, a list of leaves and a receipt.
type hall struct {
	*desk
	t        *testing.T
	petition string
	key      ed25519.PublicKey
	files    []string // as published, in the desk's folder
	receipt  string
	report   []byte
}

// residents are persons from the public lists of test numbers.
var residents = []string{"198507099805", "197101169295", "199001012385", "198107249289", "196408233234", "197407029284", "195704289999", "194510168885", "200002292399"}

func newHall(t *testing.T) *hall {
	t.Helper()
	now := clock.NewManual(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	o := dbtest.SQLite(t)
	o.Clock = now
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	h := &hall{t: t, desk: &desk{t: t, dir: t.TempDir()}, petition: db.NewID()}
	ring := keyringtest.New(t, now)
	h.key = ring.Public(tally.Purpose)
	heads := &tally.Heads{DB: d, Ring: ring, Municipality: string(ekbackaNumber), Step: 5}
	sealer := seal.NewSplit(keysOf(t, now, seal.Own), keysOf(t, now, string(havsnasNumber)), false)
	machine := closing.New(closing.Options{DB: d, Sealer: sealer, Heads: heads, Audit: audit.New(d, ring, now), Clock: now,
		About: closing.About{Responsible: "förvaltare", Software: "test", Evidence: []string{"TestForensicErasure"}, Backups: 30 * 24 * time.Hour, Logs: 30 * 24 * time.Hour}})
	_, err = machine.Open(t.Context(), closing.Opening{Petition: h.petition, Registry: "KS 2026-000017", Disposal: "KS 2026/99", ClosesAt: now.Now().AddDate(0, 0, 3),
		Limit: seal.Limit{Total: 1000}, Publication: tally.Publication{Leaves: true, Receipts: true, Decision: "DSO 2026/7"}})
	if err != nil {
		t.Fatal(err)
	}
	h.vote(ballot.New(ballot.Options{DB: d, Sealer: sealer}), now)
	now.Advance(25 * time.Hour)
	if made, err := heads.Run(t.Context()); err != nil || made != 1 {
		t.Fatalf("%d running heads, %v", made, err)
	}
	now.Advance(47*time.Hour + time.Minute)
	if done, err := machine.Run(t.Context()); err != nil || len(done.Reported) != 0 {
		t.Fatalf("closed at once: %+v %v", done, err)
	}
	now.Advance(closing.Grace + time.Minute)
	if done, err := machine.Run(t.Context()); err != nil || len(done.Reported) != 1 {
		t.Fatalf("not closed: %+v %v", done, err)
	}
	h.publish(d)
	return h
}

func keysOf(t *testing.T, c clock.Clock, owner string) *seal.Owner {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	if err := seal.InitStore(dir); err != nil {
		t.Fatal(err)
	}
	store, err := seal.OpenStore(seal.StoreOptions{Dir: dir, Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store.For(owner)
}

// vote has all residents vote; the first saves a receipt, the last takes the
// vote back.
func (h *hall) vote(box *ballot.Box, c clock.Clock) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(h.t.Context())
	done := make(chan struct{})
	go func() { defer close(done); box.Run(ctx) }()
	defer func() { cancel(); <-done }()
	var last pnr.Number
	for i, digits := range residents {
		n, err := pnr.Parse(digits, c.Now())
		if err == nil {
			_, err = box.Cast(ctx, h.petition, n, c.Now())
		}
		if err != nil {
			h.t.Fatal(err)
		}
		if last = n; i == 0 {
			nullifier, err := box.Receipt(ctx, h.petition, n)
			if err != nil {
				h.t.Fatal(err)
			}
			raw, err := json.Marshal(tally.Receipt{Petition: h.petition, Nullifier: hex.EncodeToString(nullifier)})
			if err != nil {
				h.t.Fatal(err)
			}
			h.receipt = h.write("receipt.json", raw)
		}
	}
	if _, err := box.Withdraw(ctx, h.petition, last, c.Now()); err != nil {
		h.t.Fatal(err)
	}
}

// publish writes the files as a resident would fetch them.
func (h *hall) publish(d *db.DB) {
	h.t.Helper()
	err := d.Read(h.t.Context(), func(tx *db.Tx) error {
		files, err := tally.Published(h.t.Context(), tx, h.petition)
		if err != nil {
			return err
		}
		h.report = files[len(files)-1].Data
		leaves, err := tally.LeafFile(h.t.Context(), tx, h.petition)
		for _, f := range append(files, leaves) {
			h.files = append(h.files, h.write(f.Name, f.Data))
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}
