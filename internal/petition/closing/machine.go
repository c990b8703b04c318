package closing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
)

const (
	leaseName = "petition closing"
	leaseFor  = 10 * time.Minute
	stepLimit = 5 * time.Minute

	// Grace is for those who had begun to log in before the closing time.
	Grace = ballot.Grace
	// LateAfter is when an unreported petition is an alarm.
	LateAfter = 24 * time.Hour
)

// Options is what a Machine uses.
type Options struct {
	DB     *db.DB
	Sealer seal.Sealer
	Heads  *tally.Heads
	Audit  *audit.Log
	Clock  clock.Clock // a *clock.Steady can hold the machine
	About  About
	// Answers is how many answers of a key each vote that is taken costs at the
	// least; 0 = 1. Fewer than that for a count is a count that does not agree.
	Answers int64
	// Trace is called after each durable step, so that a test can end the
	// program there. Nil in the product.
	Trace func(petition, step string)
}

// About is what the reports say besides the petition itself.
type About struct {
	Responsible string        // the role that answers for the erasure
	Software    string        // version and configuration hash
	Evidence    []string      // tests that show the erasure
	Backups     time.Duration // how long a backup is kept
	Logs        time.Duration // how long logs are kept
}

// Machine opens and closes petitions.
type Machine struct {
	o       Options
	running sync.Mutex // one Run at a time: a node's lease holds off other nodes only
}

// New is the machine; Run makes it work.
func New(o Options) *Machine {
	if o.Trace == nil {
		o.Trace = func(string, string) {}
	}
	return &Machine{o: o}
}

// Opening is what it takes to open a petition for votes.
type Opening struct {
	Petition    string
	Registry    string // the petition's registry number
	Disposal    string // reference of the disposal decision: without it nothing opens
	ClosesAt    time.Time
	Limit       seal.Limit
	Publication tally.Publication
}

// Open makes the keys and then the ballot. A call that was cut off may be made
// again; fault.Conflict when the petition is open, fault.Gone when its keys
// are destroyed.
func (m *Machine) Open(ctx context.Context, o Opening) (seal.Commitment, error) {
	if err := seal.CheckPetition(o.Petition); err != nil {
		return seal.Commitment{}, err
	}
	if o.Disposal == "" || o.Registry == "" {
		return seal.Commitment{}, fault.New(fault.Invalid, "closing: a petition opens with a registry number and the reference of a disposal decision")
	}
	if err := o.Publication.Check(); err != nil {
		return seal.Commitment{}, err
	}
	if !o.ClosesAt.After(m.o.Clock.Now()) {
		return seal.Commitment{}, fault.New(fault.Invalid, "closing: the closing time has passed")
	}
	c, err := m.o.Sealer.Make(ctx, o.Petition, o.Limit)
	if err != nil {
		return c, err
	}
	m.o.Trace(o.Petition, "keys made")
	err = m.o.DB.Tx(ctx, func(tx *db.Tx) error {
		err := ballot.Create(ctx, tx, ballot.Opening{Commitment: c, Receipts: o.Publication.Receipts, ClosesAt: o.ClosesAt, Grace: Grace})
		if err != nil {
			return err
		}
		if err := create(ctx, tx, o); err != nil {
			return err
		}
		return m.write(ctx, tx, audit.Configured, o.Petition, "opened", nil)
	})
	return c, err
}

func (m *Machine) write(ctx context.Context, tx *db.Tx, action, petition, outcome string, count *int64) error {
	e := audit.Event{Action: action, Actor: audit.System, Category: "petition votes", Outcome: outcome, Details: map[string]string{"petition": petition}}
	if count != nil {
		e.Details["count"] = strconv.FormatInt(*count, 10)
	}
	return m.o.Audit.Write(ctx, tx, e)
}

// CloseEarly sets the closing time to now; Run does the rest.
func (m *Machine) CloseEarly(ctx context.Context, petition string) error {
	return m.o.DB.Tx(ctx, func(tx *db.Tx) error {
		p, err := Load(ctx, tx, petition)
		if err != nil {
			return err
		}
		if p.State != Open {
			return fault.New(fault.Conflict, "closing: the petition is closed already")
		}
		if err := ballot.SetClosing(ctx, tx, petition, tx.Now); err != nil {
			return err
		}
		return m.write(ctx, tx, audit.Configured, petition, "closed early", nil)
	})
}

// Result is what a run did.
type Result struct {
	NotMine  bool // another node has the lease
	Held     bool // the clock has jumped; nothing moved
	Steps    int
	Reported []string
}

// Run moves every petition as far as it goes now, and returns all failures
// together. Run it every minute on every node.
func (m *Machine) Run(ctx context.Context) (Result, error) {
	m.running.Lock()
	defer m.running.Unlock()
	var done Result
	if _, ok := clock.Settled(m.o.Clock); !ok {
		return Result{Held: true}, nil
	}
	mine, err := m.o.DB.Lease(ctx, leaseName, leaseFor)
	if err != nil || !mine {
		return Result{NotMine: err == nil}, err
	}
	var ids []string
	err = m.o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		ids, err = unfinished(ctx, tx)
		return err
	})
	for _, id := range ids {
		if failure := m.finish(ctx, id, &done); failure != nil {
			err = errors.Join(err, fmt.Errorf("closing: %s: %w", id, failure))
		}
	}
	return done, err
}

// finish moves one petition until it waits for time or fails.
func (m *Machine) finish(ctx context.Context, id string, done *Result) error {
	ctx, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	for {
		moved, err := m.step(ctx, id)
		if err != nil {
			kept := context.WithoutCancel(ctx)
			return errors.Join(err, m.o.DB.Tx(kept, func(tx *db.Tx) error { return setFailed(kept, tx, id, fault.KindOf(err)) }))
		}
		if moved == "" {
			return nil
		}
		done.Steps++
		m.o.Trace(id, string(moved))
		if moved == Reported {
			done.Reported = append(done.Reported, id)
			return nil
		}
	}
}

// step does the next step and tells the new state, "" when it is not time.
func (m *Machine) step(ctx context.Context, id string) (to State, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.New(fault.Internal, "the step panicked")
		}
	}()
	now, ok := clock.Settled(m.o.Clock)
	if !ok {
		return "", nil // it jumped during the run
	}
	var p Petition
	err = m.o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		p, err = Load(ctx, tx, id)
		return err
	})
	if err != nil {
		return "", err
	}
	switch p.State {
	case Open:
		return m.begin(ctx, p, now)
	case Closing:
		if now.Before(p.Ballot.ClosesAt.Add(p.Ballot.Grace)) {
			return "", nil
		}
		return Counted, m.count(ctx, p)
	case Counted:
		return KeysDestroyed, m.destroy(ctx, p)
	case KeysDestroyed:
		return RowsDropped, m.drop(ctx, p)
	case RowsDropped:
		return Reported, m.report(ctx, p)
	}
	return "", nil
}

// begin closes a petition whose time has come. One that is paused waits for
// its extension, but not for ever.
func (m *Machine) begin(ctx context.Context, p Petition, now time.Time) (State, error) {
	if now.Before(p.Ballot.ClosesAt) {
		return "", nil
	}
	if p.Ballot.Paused && now.Before(p.Ballot.ClosesAt.Add(MaxPause)) {
		return "", nil
	}
	return Closing, m.o.DB.Tx(ctx, func(tx *db.Tx) error {
		// an extension may have come in between
		fresh, err := Load(ctx, tx, p.ID())
		if err != nil {
			return err
		}
		if now.Before(fresh.Ballot.ClosesAt) {
			return fault.New(fault.Conflict, "closing: the closing time was moved")
		}
		if fresh.Ballot.Paused {
			if err := endPause(ctx, tx, p.ID(), 0); err != nil {
				return err
			}
		}
		return move(ctx, tx, p.ID(), Open, Closing)
	})
}

// count ends the taking of votes, puts the rows in key order, and counts them
// twice: by the database and leaf by leaf.
func (m *Machine) count(ctx context.Context, p Petition) error {
	err := m.o.DB.Tx(ctx, func(tx *db.Tx) error { return ballot.Stop(ctx, tx, p.ID()) })
	if err != nil {
		return err
	}
	m.o.Trace(p.ID(), "stopped")
	if err := ballot.Rewrite(ctx, m.o.DB, p.ID()); err != nil {
		return err
	}
	m.o.Trace(p.ID(), "rewritten")
	var rows int64
	var leaves []tally.Hash
	err = m.o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if rows, err = ballot.Rows(ctx, tx, p.ID()); err == nil {
			leaves, err = tally.Leaves(ctx, tx, p.ID())
		}
		return err
	})
	if err != nil {
		return err
	}
	if rows != int64(len(leaves)) {
		return fault.New(fault.Internal, "closing: two counts of the same rows differ")
	}
	return m.o.DB.Tx(ctx, func(tx *db.Tx) error {
		if p.Publication.Leaves && len(leaves) >= ballot.Floor {
			if err := tally.KeepLeaves(ctx, tx, p.ID(), leaves); err != nil {
				return err
			}
		}
		if err := setCount(ctx, tx, p.ID(), rows, tally.RootOf(leaves)); err != nil {
			return err
		}
		return move(ctx, tx, p.ID(), Closing, Counted)
	})
}

// destroy has every holder destroy its key, and keeps what each says, also
// when another cannot be reached.
func (m *Machine) destroy(ctx context.Context, p Petition) error {
	text, err := m.noteOf(ctx, p)
	if err != nil {
		return err
	}
	done, failure := m.o.Sealer.Destroy(ctx, p.Ballot.Commitment, text)
	m.o.Trace(p.ID(), "keys gone")
	for i := range done {
		done[i].Note = nil
	}
	if failure == nil && len(done) != len(p.Ballot.Commitment.Keys) {
		failure = fault.New(fault.Internal, "closing: not every key is reported destroyed")
	}
	kept := context.WithoutCancel(ctx)
	err = m.o.DB.Tx(kept, func(tx *db.Tx) error {
		if err := setDestroyed(kept, tx, p.ID(), done); err != nil || failure != nil {
			return err
		}
		return move(kept, tx, p.ID(), Counted, KeysDestroyed)
	})
	return errors.Join(failure, err)
}

// drop removes the rows, from SQLite's file and journal too.
func (m *Machine) drop(ctx context.Context, p Petition) error {
	if err := m.o.DB.Tx(ctx, func(tx *db.Tx) error { return ballot.Drop(ctx, tx, p.ID()) }); err != nil {
		return err
	}
	m.o.Trace(p.ID(), "dropped")
	if err := m.o.DB.Checkpoint(ctx); err != nil {
		return err
	}
	m.o.Trace(p.ID(), "checkpoint")
	return m.o.DB.Tx(ctx, func(tx *db.Tx) error { return move(ctx, tx, p.ID(), KeysDestroyed, RowsDropped) })
}

// report signs the final head and the report. Only now is there a result.
func (m *Machine) report(ctx context.Context, p Petition) error {
	return m.o.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err := m.reportOf(ctx, tx, p)
		if err != nil {
			return err
		}
		if err := m.o.Heads.Add(ctx, tx, tally.Head{Kind: tally.KindFinal, Petition: p.ID(), Count: p.Count, Root: p.Root}); err != nil {
			return err
		}
		if err := m.o.Heads.AddReport(ctx, tx, r); err != nil {
			return err
		}
		if err := m.write(ctx, tx, audit.Erased, p.ID(), "done", &p.Count); err != nil {
			return err
		}
		return move(ctx, tx, p.ID(), RowsDropped, Reported)
	})
}

func (m *Machine) reportOf(ctx context.Context, tx *db.Tx, p Petition) (tally.Report, error) {
	pauses, err := Pauses(ctx, tx, p.ID())
	r := tally.Report{
		Petition: p.ID(), Registry: p.Registry, Opened: p.Opened, Planned: p.Planned, Closed: p.Ballot.ClosesAt,
		Pauses: []tally.Pause{}, Count: p.Count, Root: p.Root, Commitment: p.Ballot.Commitment, Destroyed: p.Destroyed,
		RowsDropped: p.RowsAt, Database: m.o.DB.Engine(), Disposal: p.Disposal, Publication: p.Publication,
		Backups:  tally.Backups{OldestExpires: p.RowsAt.Add(m.o.About.Backups), LogsUntil: p.RowsAt.Add(m.o.About.Logs)},
		Restored: p.Restored, Responsible: m.o.About.Responsible, Software: m.o.About.Software, Evidence: slices.Clone(m.o.About.Evidence),
	}
	r.Pauses = append(r.Pauses, pauses...)
	r.Method = tally.CountMethod{Accepted: p.Ballot.Accepted, Withdrawn: p.Ballot.Withdrawn, Rows: p.Count, Leaves: p.Count,
		Agree: p.Ballot.Count() == p.Count}
	for _, d := range p.Destroyed {
		r.Method.Evaluations = append(r.Method.Evaluations, d.Evaluations)
		r.Method.Agree = r.Method.Agree && (d.Key.ID == "" || d.Evaluations >= max(m.o.Answers, 1)*p.Ballot.Accepted)
	}
	return r, err
}
