package ballot

import (
	"context"
	"sync"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/seal"
)

// heard is a sealer that keeps hold of what it was asked with, as memory does.
type heard struct {
	seal.Sealer
	mu  sync.Mutex
	all []seal.Request
	of  [][]seal.Request
}

func (h *heard) Seal(ctx context.Context, requests []seal.Request) []seal.Result {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, requests...) // as they came
	h.of = append(h.of, requests)      // the box's own
	return h.Sealer.Seal(ctx, requests)
}

// I-10, I-17, petitions.md §2.2: who votes, withdraws, asks, wants a receipt or
// is refused is forgotten by the ballot box when the answer is there: neither
// the slip nor what the sealer was asked with holds the number any more.
func TestVoterIsWiped(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir() + "/keys"
	if err := seal.InitStore(dir); err != nil {
		t.Fatal(err)
	}
	keys, err := seal.OpenStore(seal.StoreOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keys.Close() })
	d, err := db.Open(ctx, dbtest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	sealer := &heard{Sealer: seal.NewMAC(keys.For(seal.Own))}
	open, closed := db.NewID(), db.NewID()
	for _, id := range []string{open, closed} {
		c, err := sealer.Make(ctx, id, seal.Limit{Total: 1000})
		if err == nil {
			err = d.Tx(ctx, func(tx *db.Tx) error {
				return Create(ctx, tx, Opening{Commitment: c, ClosesAt: time.Now().Add(time.Hour), Receipts: true})
			})
		}
		if err == nil && id == closed {
			_, err = sealer.Destroy(ctx, c, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	box := New(Options{DB: d, Sealer: sealer})
	running, stop := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() { box.Run(running) })
	t.Cleanup(done.Wait)
	t.Cleanup(stop)
	voter, err := pnr.Parse("198507099805", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	gone, over := context.WithCancel(ctx)
	over()
	for _, row := range []struct {
		name   string
		ctx    context.Context
		action action
		of     string
		want   Outcome
		kind   fault.Kind
	}{
		{"asks", ctx, ask, open, NotVoted, ""},
		{"votes", ctx, cast, open, Accepted, ""},
		{"votes again", ctx, cast, open, Voted, ""},
		{"wants a receipt", ctx, receipt, open, Voted, ""},
		{"withdraws", ctx, withdraw, open, Withdrawn, ""},
		{"votes when the key is gone", ctx, cast, closed, "", fault.Gone},
		{"votes on what is not there", ctx, cast, db.NewID(), "", fault.NotFound},
		{"gives up", gone, cast, open, "", fault.Unavailable},
	} {
		s := &slip{action: row.action, petition: row.of, voter: voter, ctx: row.ctx, done: make(chan struct{})}
		if err := box.enter(s); err != nil {
			t.Fatal(err)
		}
		<-s.done
		if s.outcome != row.want || fault.KindOf(s.err) != row.kind {
			t.Errorf("who %s: %q %v", row.name, s.outcome, s.err)
		}
		if !s.voter.IsZero() {
			t.Errorf("who %s is remembered by the slip", row.name)
		}
	}
	sealer.mu.Lock()
	defer sealer.mu.Unlock()
	if len(sealer.all) != 6 { // but for what is not there and who gave up
		t.Errorf("the sealer was asked %d times", len(sealer.all))
	}
	for _, r := range sealer.all {
		if r.Voter != voter {
			t.Error("the sealer was asked of somebody else")
		}
	}
	for _, group := range sealer.of {
		for _, r := range group {
			if !r.Voter.IsZero() {
				t.Error("what the sealer was asked with holds the voter still")
			}
		}
	}
}
