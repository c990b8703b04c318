package casework

import (
	"context"
	"strconv"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/submission"
	"medborgarnavet/plugin"
)

const supplementDays = 10

// Register makes a case of a handed-in application: the outbox calls it for
// submission.TopicReceived, perhaps more than once. An application that lacks
// something gets its supplement request in the same transaction, so the
// person is told at once what to send in and when (ux.md P5).
func (c *Casework) Register(ctx context.Context, submissionID string) error {
	rec, err := c.opt.Submissions.Load(ctx, submissionID)
	if err != nil {
		return err
	}
	board, err := c.opt.Board(rec.Board)
	if err != nil {
		return err
	}
	applicant, err := pnr.ParseLenient(rec.Person, c.opt.Clock.Now())
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the applicant of a submission")
	}
	return c.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		m, err := c.newMatter(rec, applicant)
		if err != nil {
			return err
		}
		if isNew, err := insertMatter(ctx, tx, m); err != nil || !isNew {
			return err
		}
		if err := insertParty(ctx, tx, m.ID, c.applicantOf(rec, applicant)); err != nil {
			return err
		}
		if err := happenAt(ctx, tx, m.ID, EventReceived, "", "", rec.ReceivedAt); err != nil {
			return err
		}
		for _, f := range rec.Application.Files {
			if err := c.announce(ctx, tx, m.ID, f.ID); err != nil {
				return err
			}
		}
		if err := c.raiseSupplement(ctx, tx, m, board, rec.Missing); err != nil {
			return err
		}
		return c.opt.Audit.Write(ctx, tx, audit.Event{Action: audit.Recorded, Actor: audit.System,
			Subject: c.opt.Audit.Actor(applicant), Board: m.Board, Case: m.ID, Category: "case", Outcome: string(StateReceived),
			Details: map[string]string{"submission": m.Submission, "missing": strconv.Itoa(len(rec.Missing))}})
	})
}

// newMatter is the case's row. It is made anew each time the transaction runs.
func (c *Casework) newMatter(rec submission.Record, applicant pnr.Number) (matter, error) {
	m := matter{ID: db.NewID(), Submission: rec.ID, Reference: rec.Reference, Board: rec.Board, EService: rec.EService,
		SystemCase: rec.CaseID, InCharge: rec.Case.Officer, Month: rec.Application.Month, Environment: rec.Environment,
		State: StateReceived, BirthDay: applicant.BirthDate().Day(), Protected: rec.Case.Protected,
		Differs: differing(rec.Application.Rows), ReceivedAt: rec.ReceivedAt}
	var err error
	m.head, err = c.seal(m.Board, "case", m.ID, head{Name: rec.Name, Person: rec.Person})
	return m, err
}

// applicantOf is the applicant's part as the case system gave it. A case
// system that says nothing of the part leaves it full, from the hand-in.
func (c *Casework) applicantOf(rec submission.Record, applicant pnr.Number) party {
	p := party{Person: c.person(applicant), Role: rec.Case.Party.Role, Scope: rec.Case.Party.Scope,
		From: rec.Case.Party.From, To: rec.Case.Party.To}
	if p.Role == "" {
		p.Role = "applicant"
	}
	if p.Scope != scopeRead {
		p.Scope = scopeFull
	}
	if p.From == "" {
		p.From = c.day(rec.ReceivedAt)
	}
	return p
}

// differing counts the rows where both have said an amount and the amounts
// are not the same. It says nothing about why.
func differing(rows []plugin.Row) (n int) {
	for _, r := range rows {
		if r.OwnOre == nil || r.State != plugin.StateAnswered && r.State != plugin.StateNothing {
			continue
		}
		if r.FetchedOre == nil && *r.OwnOre != 0 || r.FetchedOre != nil && *r.FetchedOre != *r.OwnOre {
			n++
		}
	}
	return n
}

// raiseSupplement asks for what the application itself says is missing.
func (c *Casework) raiseSupplement(ctx context.Context, tx *db.Tx, m matter, board Board, missing []plugin.Remark) error {
	if len(missing) == 0 {
		return nil
	}
	ask := asked{}
	for _, r := range missing {
		ask.Items = append(ask.Items, r.Text)
	}
	s := Supplement{ID: db.NewID(), AskedAt: tx.Now, DueDay: c.dueDay(tx.Now, board)}
	_, err := c.putSupplement(ctx, tx, m, s, ask, c.once("missing", m.Submission))
	return err
}

// dueDay is the last day to send in what is asked for now.
func (c *Casework) dueDay(now time.Time, board Board) string {
	days := board.SupplementDays
	if days <= 0 {
		days = supplementDays
	}
	return now.In(c.opt.Location).AddDate(0, 0, days).Format(time.DateOnly)
}

// putSupplement stores a request and moves the case. It is false when the very
// same request is there already.
func (c *Casework) putSupplement(ctx context.Context, tx *db.Tx, m matter, s Supplement, ask asked, once string) (bool, error) {
	if err := m.State.next(StateSupplement); err != nil {
		return false, err
	}
	sealed, err := c.seal(m.Board, "supplement", s.ID, ask)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO casework_supplement (id, case_id, asked_at, due_day, staff, once, sealed)
		VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT (once) DO NOTHING`,
		s.ID, m.ID, db.Millis(tx.Now), s.DueDay, s.Staff, once, sealed)
	if err != nil || n == 0 {
		return false, err
	}
	if err := setState(ctx, tx, m.ID, StateSupplement); err != nil {
		return false, err
	}
	return true, happen(ctx, tx, m.ID, EventSupplement, s.Staff, s.DueDay)
}
