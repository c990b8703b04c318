package casework

import (
	"context"
	"slices"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// errNoCase is what anyone gets who may not know of a case, the same whether
// it exists or not.
var errNoCase = fault.New(fault.NotFound, "no such case")

// errOwnCase: nobody handles a case in which they are a party.
var errOwnCase = fault.New(fault.Forbidden, "an officer does not open a case of their own")

// assigned tells whether the directory gives a member of staff a case. A case
// with protected personal data is more than days of the month: it must be the
// officer's own in the case system, or be named.
func (s Staff) assigned(m matter) bool {
	if !s.Has(m.Board, RoleOfficer) && !s.Has(m.Board, RoleDecider) {
		return false
	}
	return slices.ContainsFunc(s.grants[m.Board].assignments, func(a assignment) bool {
		return a.covers(m) && (!m.Protected || a.Case != "" || m.InCharge == s.ID)
	})
}

// admit decides whether a member of staff may open a case (I-13, M-70).
func (c *Casework) admit(ctx context.Context, tx *db.Tx, s Staff, m matter) error {
	if !s.assigned(m) {
		return errNoCase
	}
	_, err := loadParty(ctx, tx, m.ID, s.person)
	switch {
	case err == nil:
		return errOwnCase
	case fault.KindOf(err) != fault.NotFound:
		return err
	}
	return nil
}

// asOfficer runs fn on a case that a member of staff may open. The attempt to
// open another one is put in the audit log.
func (c *Casework) asOfficer(ctx context.Context, officer, caseID string, fn func(tx *db.Tx, s Staff, m matter) error) error {
	s, err := c.opt.Directory.ByID(officer)
	if err != nil {
		return err
	}
	refused := matter{}
	err = c.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		refused = matter{}
		m, err := loadMatter(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if err := c.admit(ctx, tx, s, m); err != nil {
			refused = m
			return err
		}
		return fn(tx, s, m)
	})
	if refused.ID != "" && (fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden)) {
		c.tellRefusal(ctx, s, refused, fault.KindOf(err))
	}
	return err
}

// tellRefusal leaves a trace of an officer who reached for a case.
func (c *Casework) tellRefusal(ctx context.Context, s Staff, m matter, kind fault.Kind) {
	err := c.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		return c.opt.Audit.Write(ctx, tx, audit.Event{Action: audit.Refused, Actor: s.actor, Board: m.Board, Case: m.ID,
			Category: "case", Outcome: string(kind)})
	})
	if err != nil {
		c.opt.Log.Error("refused access not logged", "case", m.ID, "error", err)
	}
}

// asParty gives a case to one of its parties, in scope and time. write is
// needed for what changes something. Everyone else's is not found.
func (c *Casework) asParty(ctx context.Context, tx *db.Tx, person pnr.Number, caseID string, write bool) (matter, error) {
	if person.IsZero() {
		return matter{}, errNoCase
	}
	p, err := loadParty(ctx, tx, caseID, c.person(person))
	switch {
	case err != nil:
		return matter{}, err
	case !p.in(c.day(tx.Now)):
		return matter{}, errNoCase
	case write && p.Scope != scopeFull:
		return matter{}, fault.New(fault.Forbidden, "the party may read only")
	}
	return loadMatter(ctx, tx, caseID)
}
