package ballot

import (
	"context"
	"runtime"
	"slices"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/seal"
)

// sealAll turns voters into nullifiers, as many as wait, at most a group.
func (b *Box) sealAll(ctx context.Context) {
	for first := range b.queue {
		group := []*slip{first}
		runtime.Gosched() // those who can come at once are sealed in the same round
		for len(group) < groupSize {
			next, ok := tryReceive(b.queue)
			if !ok {
				break
			}
			group = append(group, next)
		}
		if group = b.seal(ctx, group); len(group) > 0 {
			b.ready <- group
		}
	}
}

func tryReceive[T any](from chan T) (v T, ok bool) {
	select {
	case v, ok = <-from:
		return v, ok
	default:
		return v, false
	}
}

// seal answers those that cannot be sealed and gives the others. No voter is
// known afterwards.
func (b *Box) seal(ctx context.Context, group []*slip) []*slip {
	var asked []*slip
	var requests []seal.Request
	for _, s := range group {
		c, err := b.commitment(ctx, s.petition)
		if err == nil && s.ctx.Err() != nil {
			err = fault.Wrap(fault.Unavailable, s.ctx.Err(), "ballot: nobody waits any more")
		}
		if err != nil {
			b.fail(s, err)
			continue
		}
		asked = append(asked, s)
		requests = append(requests, seal.Request{Commitment: c, Voter: s.voter})
	}
	if len(asked) == 0 {
		return nil
	}
	var sealed []*slip
	for i, r := range b.o.Sealer.Seal(ctx, requests) {
		s := asked[i]
		s.voter, requests[i].Voter = pnr.Number{}, pnr.Number{}
		if r.Err != nil {
			b.fail(s, r.Err)
			continue
		}
		s.sealed = r.Nullifier
		sealed = append(sealed, s)
	}
	return sealed
}

// fail answers one slip with a fault.
func (b *Box) fail(s *slip, err error) {
	s.voter = pnr.Number{}
	s.outcome, s.err = "", err
	b.mu.Lock()
	b.stats.Failed++
	b.mu.Unlock()
	s.answer()
}

// commitment is fixed from the day a petition opens, so it is kept.
func (b *Box) commitment(ctx context.Context, petition string) (*seal.Commitment, error) {
	b.mu.Lock()
	c, ok := b.known[petition]
	b.mu.Unlock()
	if ok {
		return c, nil
	}
	var found Ballot
	err := b.o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		found, err = Load(ctx, tx, petition)
		return err
	})
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known[petition] = &found.Commitment
	return &found.Commitment, nil
}

// writeAll is the one writer: it commits whatever is sealed, at most a group
// at a time.
func (b *Box) writeAll(ctx context.Context) {
	var p pace
	for {
		waiting, open := b.gather(&p)
		if !open && len(waiting) == 0 {
			return
		}
		for group := range slices.Chunk(waiting, groupSize) {
			began := time.Now()
			b.write(ctx, group)
			p.last, p.took = len(group), time.Since(began)
		}
	}
}

// pace is how commits have gone lately.
type pace struct {
	last int           // slips of the last commit
	took time.Duration // of it
	rest int           // commits to go before waiting is tried again
}

// gather waits for something to commit and takes all there is. While many vote
// it waits a moment more, since those who were just answered come again or
// others do, and a vote costs the less the more a commit carries: until as many
// as lately are there, but at most twice what a commit takes. Where that brings
// less than a quarter more it is left for a while.
func (b *Box) gather(p *pace) (waiting []*slip, open bool) {
	waiting, open = b.drain(nil)
	expected := min(p.last+len(waiting), groupSize)
	if len(waiting) == 0 && open {
		if waiting, open = <-b.ready; open {
			waiting, open = b.drain(waiting)
		}
	}
	if !open || p.last < many || len(waiting) >= expected {
		return waiting, open
	}
	if p.rest > 0 {
		p.rest--
		return waiting, open
	}
	had := len(waiting)
	waiting, open = b.await(waiting, expected, min(2*p.took, longestWait))
	if len(waiting) < had+had/4 {
		p.rest = restCommits
	}
	return waiting, open
}

// await takes more until as many as expected are there or the time is out.
func (b *Box) await(waiting []*slip, expected int, patience time.Duration) (all []*slip, open bool) {
	enough := time.NewTimer(patience)
	defer enough.Stop()
	for len(waiting) < expected {
		select {
		case more, ok := <-b.ready:
			if !ok {
				return waiting, false
			}
			waiting = append(waiting, more...)
		case <-enough.C:
			return waiting, true
		}
	}
	return waiting, true
}

// drain takes what is sealed now, a group and what came with its last part.
// open is false when nothing more will come.
func (b *Box) drain(waiting []*slip) (all []*slip, open bool) {
	for len(waiting) < groupSize {
		select {
		case more, ok := <-b.ready:
			if !ok {
				return waiting, false
			}
			waiting = append(waiting, more...)
		default:
			return waiting, true
		}
	}
	return waiting, true
}

// write commits a group and answers it. When something about the group is
// wrong, each slip is done by itself, so that one bad row stops no other.
func (b *Box) write(ctx context.Context, group []*slip) {
	err := b.commit(ctx, group)
	if err != nil && len(group) > 1 && fault.KindOf(err) != fault.Unavailable {
		b.o.Log.Warn("vote group is done one by one", "slips", len(group), "kind", fault.KindOf(err))
		b.mu.Lock()
		b.stats.Replays++
		b.mu.Unlock()
		for _, s := range group {
			b.write(ctx, []*slip{s})
		}
		return
	}
	if err != nil {
		b.o.Log.Error("votes cannot be written", "slips", len(group), "kind", fault.KindOf(err))
		for _, s := range group {
			b.fail(s, err)
		}
		return
	}
	b.mu.Lock()
	b.stats.Commits++
	b.stats.Slips += int64(len(group))
	b.mu.Unlock()
	for _, s := range group {
		s.answer()
	}
}

// commit does a group in one transaction.
func (b *Box) commit(ctx context.Context, group []*slip) error {
	petitions := make(map[string][]*slip)
	for _, s := range group {
		petitions[s.petition] = append(petitions[s.petition], s)
	}
	ids := make([]string, 0, len(petitions))
	for id := range petitions {
		ids = append(ids, id)
	}
	slices.Sort(ids) // all nodes lock in this order
	return b.o.DB.Tx(ctx, func(tx *db.Tx) error {
		for _, id := range ids {
			if err := vote(ctx, tx, id, petitions[id]); err != nil {
				return err
			}
		}
		return nil
	})
}

// vote does the slips of one petition: looks up who is there, goes through the
// slips in the order they came, and writes the difference and the count once.
func vote(ctx context.Context, tx *db.Tx, petition string, slips []*slip) error {
	ballot, err := lock(ctx, tx, petition)
	if err != nil {
		return err
	}
	if !ballot.Accepting { // for good: the rows may be gone
		for _, s := range slips {
			s.outcome, s.err = "", ErrClosed
		}
		return nil
	}
	keys := make([][]byte, 0, len(slips))
	seen := make(map[seal.Nullifier]bool, len(slips))
	for _, s := range slips {
		if !seen[s.sealed] {
			seen[s.sealed] = true
			keys = append(keys, s.sealed[:])
		}
	}
	slices.SortFunc(keys, slices.Compare) // within a commit nothing tells who was first
	before, err := present(ctx, tx, petition, keys)
	if err != nil {
		return err
	}
	after := make(map[seal.Nullifier]bool, len(before))
	for n := range before {
		after[n] = true
	}
	var accepted, withdrawn int64
	cells := make(map[string]int64)
	for _, s := range slips {
		a, w := s.apply(ballot, after, tx.Now)
		accepted, withdrawn = accepted+a, withdrawn+w
		cells[s.district] += a - w
	}
	if err := write(ctx, tx, petition, keys, before, after, accepted, withdrawn); err != nil {
		return err
	}
	return countCells(ctx, tx, petition, cells)
}

// What a vote is refused with; they are in the chain of the error.
var (
	ErrClosed  = fault.New(fault.Gone, "ballot: the petition takes no more votes")
	ErrPaused  = fault.New(fault.Unavailable, "ballot: voting paused")
	ErrReceipt = fault.New(fault.Forbidden, "ballot: receipts are not switched on for this petition")
)

// apply does one slip on the set of those who have voted.
func (s *slip) apply(ballot Ballot, votes map[seal.Nullifier]bool, now time.Time) (accepted, withdrawn int64) {
	s.outcome, s.err, s.nullifier = NotVoted, nil, nil
	has := votes[s.sealed]
	if has {
		s.outcome = Voted
	}
	if s.action == cast || s.action == withdraw {
		if s.err = ballot.takes(s.begun, now); s.err != nil {
			s.outcome = ""
			return 0, 0
		}
	}
	switch {
	case s.action == cast && !has:
		votes[s.sealed], s.outcome = true, Accepted
		return 1, 0
	case s.action == withdraw && has:
		votes[s.sealed], s.outcome = false, Withdrawn
		return 0, 1
	case s.action == receipt && !ballot.Receipts:
		s.outcome, s.err = "", ErrReceipt
	case s.action == receipt && has:
		s.nullifier = slices.Clone(s.sealed[:])
	}
	return 0, 0
}

// takes tells whether a petition takes a vote now of someone who began then.
func (b Ballot) takes(begun, now time.Time) error {
	if begun.IsZero() {
		begun = now
	}
	switch {
	case !begun.Before(b.ClosesAt) || !now.Before(b.ClosesAt.Add(b.Grace)):
		return ErrClosed
	case b.Paused:
		return ErrPaused
	}
	return nil
}

// write inserts and deletes what changed, in key order, and counts once.
func write(ctx context.Context, tx *db.Tx, petition string, keys [][]byte, before, after map[seal.Nullifier]bool, accepted, withdrawn int64) error {
	var add, remove [][]byte
	for _, k := range keys {
		n := seal.Nullifier(k)
		switch {
		case after[n] && !before[n]:
			add = append(add, k)
		case before[n] && !after[n]:
			remove = append(remove, k)
		}
	}
	if err := insert(ctx, tx, petition, add); err != nil {
		return err
	}
	if err := erase(ctx, tx, petition, remove); err != nil {
		return err
	}
	return count(ctx, tx, petition, accepted, withdrawn)
}
