package submission

import (
	"context"
	"encoding/json"
	"strconv"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/workspace"
	"medborgarnavet/plugin"
)

// ErrOtherSummary is the fault of a hand-in whose draft is no longer what
// the person saw and approved.
var ErrOtherSummary = fault.New(fault.Conflict, "the draft has changed since the summary was shown")

// Preview is a summary to look at before handing in.
type Preview struct {
	Summary []SummarySection
	SHA256  string
	Review  plugin.Review
}

// Preview makes the summary of a draft and asks the e-service what is
// missing. Nothing it finds stops a hand-in, nor does it that it cannot be
// asked: an application is received anyway (I-8, I-14).
func (s *Store) Preview(ctx context.Context, d workspace.Draft) (Preview, error) {
	a := d.Application()
	p := Preview{Summary: Summarise(d.Form, a)}
	var err error
	if p.SHA256, err = Hash(p.Summary); err != nil {
		return Preview{}, err
	}
	if p.Review, err = s.review(ctx, d.EService, a); err != nil {
		s.opt.Log.Warn("the application could not be reviewed", "eservice", d.EService, "kind", string(fault.KindOf(err)))
	}
	return p, nil
}

// review keeps a plug-in's panic from taking the rest with it.
func (s *Store) review(ctx context.Context, eservice string, a plugin.Application) (r plugin.Review, err error) {
	defer func() {
		if recover() != nil { // its value may hold a person's data
			r, err = plugin.Review{}, fault.New(fault.Internal, "the plug-in panicked")
		}
	}()
	return s.opt.Review(ctx, eservice, a)
}

// HandIn takes an application in: atomically, frozen and once (I-8). seen is
// the hash of the summary that the person approved. Handing in a draft that
// has been handed in gives the same receipt.
//
// Faults: NotFound, Forbidden (no longer the applicant of the case), Conflict
// (ErrOtherSummary), Unavailable (the case system does not answer: nothing has
// happened, the draft stays).
func (s *Store) HandIn(ctx context.Context, login broker.Login, name, draft, seen string) (Receipt, error) {
	if r, err := s.ReceiptOfDraft(ctx, login, draft); fault.KindOf(err) != fault.NotFound {
		return r, err
	}
	d, err := s.opt.Workspace.Get(ctx, login, draft)
	if fault.KindOf(err) == fault.NotFound {
		return s.ReceiptOfDraft(ctx, login, draft) // handed in a moment ago, perhaps
	}
	if err != nil {
		return Receipt{}, err
	}
	c, err := s.opt.Cases.OpenCase(ctx, login.Subject, d.EService, d.Month)
	if err != nil {
		return Receipt{}, err
	}
	if c.ID != d.CaseID {
		return Receipt{}, fault.New(fault.NotFound, "the draft's case is no longer open")
	}
	if !c.Party.MayApply(s.opt.Clock.Now()) {
		return Receipt{}, fault.New(fault.Forbidden, "not the applicant of the case")
	}
	p, err := s.Preview(ctx, d)
	if err != nil {
		return Receipt{}, err
	}
	if p.SHA256 != seen {
		return Receipt{}, ErrOtherSummary
	}
	rec := Record{ID: db.NewID(), Board: d.Board, EService: d.EService, CaseID: d.CaseID, Environment: s.opt.Environment,
		Person: login.Subject.Plain(), Name: name, Case: c, Form: d.Form, Application: d.Application(),
		Summary: p.Summary, SummarySHA256: p.SHA256, Missing: p.Review.Missing}
	var receipt Receipt
	err = s.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		var err error
		receipt, err = s.byDraft(ctx, tx, login, draft)
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
		receipt, err = s.freeze(ctx, tx, login, d, rec)
		return err
	})
	if err != nil {
		return Receipt{}, err // no receipt for what may not be there
	}
	s.opt.Outbox.Wake()
	return receipt, nil
}

// freeze writes the record and takes the draft away, in one transaction.
func (s *Store) freeze(ctx context.Context, tx *db.Tx, login broker.Login, seen workspace.Draft, rec Record) (Receipt, error) {
	d, err := s.opt.Workspace.LoadTx(ctx, tx, login, seen.ID)
	if err != nil {
		return Receipt{}, err
	}
	if d.Version != seen.Version {
		return Receipt{}, ErrOtherSummary
	}
	rec.ReceivedAt = tx.Now
	if rec.Reference, err = nextReference(ctx, tx, rec.Board, s.opt.Series(rec.Board), tx.Now); err != nil {
		return Receipt{}, err
	}
	plain, err := json.Marshal(rec)
	if err != nil {
		return Receipt{}, err
	}
	sealed, err := s.opt.Ring.SealLasting(rec.Board, recordAAD(rec.ID), plain)
	if err != nil {
		return Receipt{}, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO submission (id, draft_id, reference, board, eservice, case_id, month, person, received_at, sealed)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`, rec.ID, d.ID, rec.Reference, rec.Board, rec.EService, rec.CaseID,
		rec.Application.Month, s.person(login.Subject), db.Millis(tx.Now), sealed); err != nil {
		return Receipt{}, err
	}
	if err := s.moveFiles(ctx, tx, d, rec); err != nil {
		return Receipt{}, err
	}
	if err := s.opt.Workspace.Remove(ctx, tx, d.ID); err != nil {
		return Receipt{}, err
	}
	if err := s.opt.Outbox.Add(ctx, tx, TopicReceived, rec.ID); err != nil {
		return Receipt{}, err
	}
	who := s.opt.Audit.Actor(login.Subject)
	err = s.opt.Audit.Write(ctx, tx, audit.Event{Action: audit.Submitted, Actor: who, Subject: who, Board: rec.Board, Case: rec.CaseID,
		Outcome: "received", Details: map[string]string{"submission": rec.ID, "reference": rec.Reference, "summary": rec.SummarySHA256,
			"missing": strconv.Itoa(len(rec.Missing)), "files": strconv.Itoa(len(rec.Application.Files))}})
	return Receipt{ID: rec.ID, Reference: rec.Reference, EService: rec.EService, Month: rec.Application.Month, At: tx.Now}, err
}

// moveFiles seals the draft's documents anew with the board's lasting key.
func (s *Store) moveFiles(ctx context.Context, tx *db.Tx, d workspace.Draft, rec Record) error {
	for _, f := range rec.Application.Files {
		_, data, err := s.opt.Workspace.FileTx(ctx, tx, d, f.ID)
		if err != nil {
			return err
		}
		sealed, err := s.opt.Ring.SealLasting(rec.Board, fileAAD(rec.ID, f.ID), data)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO submission_file (id, submission_id, sealed) VALUES ($1,$2,$3)`, f.ID, rec.ID, sealed); err != nil {
			return err
		}
	}
	return nil
}
