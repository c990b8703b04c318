package casework

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"medborgarnavet/internal/db"
)

// The case's row and its parties.

const matterColumns = `id, submission_id, reference, board, eservice, system_case, in_charge, month, environment, state,
	birth_day, protected, differs, received_at, opened_at, decided_at, outcome, head`

type scanner interface{ Scan(...any) error }

func scanMatter(row scanner) (matter, error) {
	var m matter
	var received int64
	var opened, decided sql.NullInt64
	var protected int
	err := row.Scan(&m.ID, &m.Submission, &m.Reference, &m.Board, &m.EService, &m.SystemCase, &m.InCharge, &m.Month, &m.Environment,
		&m.State, &m.BirthDay, &protected, &m.Differs, &received, &opened, &decided, &m.Outcome, &m.head)
	if errors.Is(err, sql.ErrNoRows) {
		return matter{}, errNoCase
	}
	m.Protected = protected != 0
	m.ReceivedAt, m.OpenedAt, m.DecidedAt = db.Time(received), timeOf(opened), timeOf(decided)
	return m, err
}

// timeOf is the moment, or the zero time for none.
func timeOf(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return db.Time(ms.Int64)
}

func asInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// insertMatter tells whether the case is new: false when the submission has
// one already.
func insertMatter(ctx context.Context, tx *db.Tx, m matter) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO casework_case (id, submission_id, reference, board, eservice, system_case, in_charge, month,
		environment, state, birth_day, protected, differs, received_at, outcome, head)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,'',$15) ON CONFLICT (submission_id) DO NOTHING`,
		m.ID, m.Submission, m.Reference, m.Board, m.EService, m.SystemCase, m.InCharge, m.Month, m.Environment, string(m.State),
		m.BirthDay, asInt(m.Protected), m.Differs, db.Millis(m.ReceivedAt), m.head)
	return n == 1, err
}

func loadMatter(ctx context.Context, tx *db.Tx, id string) (matter, error) {
	return scanMatter(tx.QueryRow(ctx, `SELECT `+matterColumns+` FROM casework_case WHERE id=$1`, id))
}

// listMatters gives cases by a condition.
func listMatters(ctx context.Context, tx *db.Tx, where string, args ...any) ([]matter, error) {
	return collect(ctx, tx, scanMatter, `SELECT `+matterColumns+` FROM casework_case WHERE `+where, args...)
}

// setState moves a case along; the move has been checked.
func setState(ctx context.Context, tx *db.Tx, id string, to State) error {
	_, err := tx.Exec(ctx, `UPDATE casework_case SET state=$2 WHERE id=$1`, id, string(to))
	return err
}

// setRead notes that an officer has read a case, and when the first did.
func setRead(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `UPDATE casework_case SET read_at=$2, opened_at=COALESCE(opened_at, $2) WHERE id=$1`, id, db.Millis(tx.Now))
	return err
}

func setDecided(ctx context.Context, tx *db.Tx, id string, o Outcome) error {
	_, err := tx.Exec(ctx, `UPDATE casework_case SET state=$2, decided_at=$3, outcome=$4 WHERE id=$1`,
		id, string(StateDecided), db.Millis(tx.Now), string(o))
	return err
}

func insertParty(ctx context.Context, tx *db.Tx, caseID string, p party) error {
	_, err := tx.Exec(ctx, `INSERT INTO casework_party (case_id, person, role, scope, from_day, to_day) VALUES ($1,$2,$3,$4,$5,$6)`,
		caseID, p.Person, p.Role, p.Scope, p.From, p.To)
	return err
}

func loadParty(ctx context.Context, tx *db.Tx, caseID, person string) (party, error) {
	p := party{Person: person}
	err := tx.QueryRow(ctx, `SELECT role, scope, from_day, to_day FROM casework_party WHERE case_id=$1 AND person=$2`, caseID, person).
		Scan(&p.Role, &p.Scope, &p.From, &p.To)
	if errors.Is(err, sql.ErrNoRows) {
		return party{}, errNoCase
	}
	return p, err
}

// partyCases are the cases that a person is a party of, with the part.
func partyCases(ctx context.Context, tx *db.Tx, person string) (map[string]party, error) {
	type row struct {
		id string
		p  party
	}
	rows, err := collect(ctx, tx, func(s scanner) (r row, err error) {
		r.p.Person = person
		return r, s.Scan(&r.id, &r.p.Role, &r.p.Scope, &r.p.From, &r.p.To)
	}, `SELECT case_id, role, scope, from_day, to_day FROM casework_party WHERE person=$1`, person)
	out := make(map[string]party, len(rows))
	for _, r := range rows {
		out[r.id] = r.p
	}
	return out, err
}

// collect reads all rows of a query. Their number is bounded by the query.
func collect[T any](ctx context.Context, tx *db.Tx, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
