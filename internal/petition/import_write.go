package petition

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
)

// takeIn weighs the items against what is here, and writes them when nothing
// is in the way.
func (p *Petitions) takeIn(ctx context.Context, source string, all []former, report *ImportReport) error {
	before := *report
	look := func(tx *db.Tx) ([]former, error) {
		*report = before // the transaction may run again
		report.Faults = before.Faults[:len(before.Faults):len(before.Faults)]
		return p.weigh(ctx, tx, source, all, report)
	}
	var err error
	if report.Dry || len(report.Faults) > 0 {
		err = p.opt.DB.Read(ctx, func(tx *db.Tx) error {
			_, err := look(tx)
			return err
		})
	} else {
		err = p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
			fresh, err := look(tx)
			if err != nil || len(report.Faults) > 0 {
				return err
			}
			return p.writeImport(ctx, tx, source, fresh, report)
		})
	}
	if err != nil {
		return err
	}
	if len(report.Faults) > 0 {
		report.Taken, report.Redirects, report.Open = 0, 0, 0
		return errImport
	}
	return nil
}

// weigh tells which of the items are new, and what of theirs is taken.
func (p *Petitions) weigh(ctx context.Context, tx *db.Tx, source string, all []former, report *ImportReport) ([]former, error) {
	var fresh []former
	for _, f := range all {
		var digest string
		err := tx.QueryRow(ctx, `SELECT digest FROM petition_import WHERE source = $1 AND old_id = $2`, source, f.item.ID).Scan(&digest)
		if err == nil {
			if report.Already++; digest != f.digest {
				report.Differ = append(report.Differ, f.item.ID)
			}
			continue
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		taken := func(field, query string, arg string) error {
			if arg == "" {
				return nil
			}
			var n int
			if err := tx.QueryRow(ctx, query, arg).Scan(&n); err != nil || n == 0 {
				return err
			}
			report.fault(ImportFault{Line: f.item.line, ID: short(f.item.ID), Field: field, Code: "taken"})
			return nil
		}
		if err := taken("registry", `SELECT count(*) FROM petition WHERE registry = $1`, f.item.Registry); err != nil {
			return nil, err
		}
		for _, a := range f.addresses {
			if err := taken("addresses", `SELECT count(*) FROM petition_redirect WHERE address = $1`, a); err != nil {
				return nil, err
			}
		}
		fresh = append(fresh, f)
		report.Taken++
		report.Redirects += len(f.addresses)
		if f.item.Standing == formerOpen {
			report.Open++
		}
	}
	return fresh, nil
}

func (p *Petitions) writeImport(ctx context.Context, tx *db.Tx, source string, fresh []former, report *ImportReport) error {
	for _, f := range fresh {
		if err := p.writeFormer(ctx, tx, source, f); err != nil {
			return err
		}
	}
	return p.opt.Audit.Write(ctx, tx, audit.Event{Action: audit.Recorded, Actor: audit.System, Board: p.set.Board, Category: "petition",
		Outcome: "import", Details: map[string]string{"source": source, "read": strconv.Itoa(report.Read), "taken": strconv.Itoa(report.Taken),
			"already": strconv.Itoa(report.Already), "redirects": strconv.Itoa(report.Redirects)}})
}

func (p *Petitions) writeFormer(ctx context.Context, tx *db.Tx, source string, f former) error {
	r := f.record(p, tx.Now)
	r.once = hashOf("import|" + source + "|" + f.item.ID)
	if r.Registry == "" {
		var err error
		if r.Registry, err = p.nextRegistry(ctx, tx); err != nil {
			return err
		}
	}
	if err := insert(ctx, tx, r); err != nil {
		return err
	}
	if err := p.putText(ctx, tx, r, f.text); err != nil {
		return err
	}
	if err := p.putPast(ctx, tx, r, f); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO petition_import (petition, source, old_id, digest, at, votes, counted_on) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.ID, source, f.item.ID, f.digest, db.Millis(tx.Now), f.votes, f.counted); err != nil {
		return err
	}
	for _, a := range f.addresses {
		if _, err := tx.Exec(ctx, `INSERT INTO petition_redirect (address, petition) VALUES ($1, $2)`, a, r.ID); err != nil {
			return err
		}
	}
	if err := p.index(ctx, tx, r); err != nil {
		return err
	}
	return p.trace(ctx, tx, &r, audit.Recorded, theSystem, string(MoveImport), map[string]string{"source": source})
}

// past is an event of the former service.
type past struct {
	at    time.Time
	move  Move
	role  Role
	code  string
	words string
	link  string
}

const fromFormer = "Uppgiften kommer från den tidigare tjänsten."

// history is what the file tells, in the order it came, and that it came from
// there.
func (f former) history(now time.Time) (all []past) {
	tell := func(at time.Time, m Move, role Role, code, words string) {
		if !at.IsZero() {
			all = append(all, past{at: at, move: m, role: role, code: code, words: words + " " + fromFormer})
		}
	}
	plain := func(m Move) string { return plainWords(m, note{}) }
	tell(f.received, MoveReceive, RoleProposer, "", plain(MoveReceive))
	tell(f.opened, MoveOpen, RoleSystem, "", plain(MoveOpen))
	ended := f.closed
	switch f.item.Standing {
	case formerOpen:
		ended = time.Time{}
	case formerRejected:
		if ended.IsZero() {
			ended = f.received
		}
		tell(ended, MoveReject, RoleModerator, f.item.Code, plainWords(MoveReject, note{code: f.item.Code}))
		ended = time.Time{}
	case formerWithdrawn:
		tell(ended, MoveWithdraw, RoleProposer, "", plain(MoveWithdraw))
		ended = time.Time{}
	}
	tell(ended, MoveClose, RoleSystem, "", "Omröstningen är slut.")
	if f.standing.Outcome == BelowThreshold {
		tell(ended, MoveFallBelow, RoleSystem, "", plain(MoveFallBelow))
	}
	tell(f.decided, MoveDecide, RoleHandler, f.item.Decision, plain(MoveDecide))
	all = append(all, past{at: now, move: MoveImport, role: RoleSystem, words: "Förslaget är hämtat från den tidigare tjänsten."})
	if f.item.Standing == formerOpen {
		all[len(all)-1].words += " Där pågick omröstningen. Den börjar om här, från noll."
	}
	if i := len(all) - 1; f.decided.IsZero() {
		all[i].link = f.item.Source
	} else {
		all[i-1].link = f.item.Source
	}
	return all
}

func (p *Petitions) putPast(ctx context.Context, tx *db.Tx, r record, f former) error {
	for i, e := range f.history(tx.Now) {
		id := db.NewID()
		sealed, err := p.seal(r.Board, "petition_event", id, e.words)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO petition_event (id, petition, seq, at, move, role, staff, version, code, next_step, next_day, link, public, undone, once, sealed)
			VALUES ($1, $2, $3, $4, $5, $6, '', 1, $7, '', '', $8, 2, 0, $1, $9)`,
			id, r.ID, i+1, db.Millis(e.at), string(e.move), string(e.role), e.code, e.link, sealed); err != nil {
			return fmt.Errorf("petition: import an event: %w", err)
		}
	}
	return nil
}
