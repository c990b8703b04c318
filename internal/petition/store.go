package petition

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

const columns = `id, registry, board, once, received_at, ready_at, moderation, voting, outcome, version, code, target, category,
	over_cap, review_again, locked_by, locked_at, undo_from, undo_until, months, days, opens_at, closes_at, opened_at, threshold, votes,
	disposal, sealer, body, body_registry, decision, paragraph, decided_at, news_at, alarmed_at, followed_up, ended_at`

// moment scans a column of milliseconds, 0 for none.
type moment struct{ to *time.Time }

func (m moment) Scan(v any) error {
	ms, ok := v.(int64)
	if !ok {
		return fmt.Errorf("petition: a moment is %T", v)
	}
	*m.to = time.Time{}
	if ms != 0 {
		*m.to = db.Time(ms)
	}
	return nil
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return db.Millis(t)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func scan(row interface{ Scan(...any) error }) (record, error) {
	var r record
	err := row.Scan(&r.ID, &r.Registry, &r.Board, &r.once, moment{&r.ReceivedAt}, moment{&r.ReadyAt},
		&r.Standing.Moderation, &r.Standing.Voting, &r.Standing.Outcome, &r.Version, &r.Code, &r.Target, &r.Category,
		&r.OverCap, &r.ReviewAgain, &r.LockedBy, moment{&r.LockedAt}, &r.UndoFrom, moment{&r.UndoUntil},
		&r.Duration.Months, &r.Duration.Days, moment{&r.OpensAt}, moment{&r.ClosesAt}, moment{&r.OpenedAt}, &r.Threshold, &r.Votes,
		&r.Disposal, &r.Sealer, &r.Body, &r.BodyRegistry, &r.Decision, &r.Paragraph,
		moment{&r.DecidedAt}, moment{&r.NewsAt}, moment{&r.AlarmedAt}, &r.FollowedUp, moment{&r.Ends})
	if errors.Is(err, sql.ErrNoRows) {
		return record{}, errNone
	}
	return r, err
}

func load(ctx context.Context, tx *db.Tx, id string) (record, error) {
	return scan(tx.QueryRow(ctx, `SELECT `+columns+` FROM petition WHERE id = $1`, id))
}

// list reads the petitions that a condition fits.
func list(ctx context.Context, tx *db.Tx, where string, args ...any) ([]record, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM petition WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []record
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// values are a record in the order of columns.
func (r record) values() []any {
	return []any{r.ID, r.Registry, r.Board, r.once, millis(r.ReceivedAt), millis(r.ReadyAt),
		string(r.Standing.Moderation), string(r.Standing.Voting), string(r.Standing.Outcome), r.Version, r.Code, r.Target, r.Category,
		bit(r.OverCap), bit(r.ReviewAgain), r.LockedBy, millis(r.LockedAt), string(r.UndoFrom), millis(r.UndoUntil),
		r.Duration.Months, r.Duration.Days, millis(r.OpensAt), millis(r.ClosesAt), millis(r.OpenedAt), r.Threshold, r.Votes,
		r.Disposal, r.Sealer, r.Body, r.BodyRegistry, r.Decision, r.Paragraph,
		millis(r.DecidedAt), millis(r.NewsAt), millis(r.AlarmedAt), r.FollowedUp, millis(r.Ends)}
}

func insert(ctx context.Context, tx *db.Tx, r record) error {
	_, err := tx.Exec(ctx, `INSERT INTO petition (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
		$14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37)`, r.values()...)
	return err
}

// save writes what can change, and keeps the words of public petitions in the
// index of words.
func (p *Petitions) save(ctx context.Context, tx *db.Tx, r record) error {
	r.Ends = r.end()
	_, err := tx.Exec(ctx, `UPDATE petition SET registry=$2, board=$3, once=$4, received_at=$5, ready_at=$6, moderation=$7, voting=$8, outcome=$9,
		version=$10, code=$11, target=$12, category=$13, over_cap=$14, review_again=$15, locked_by=$16, locked_at=$17, undo_from=$18, undo_until=$19,
		months=$20, days=$21, opens_at=$22, closes_at=$23, opened_at=$24, threshold=$25, votes=$26, disposal=$27, sealer=$28, body=$29,
		body_registry=$30, decision=$31, paragraph=$32, decided_at=$33, news_at=$34, alarmed_at=$35, followed_up=$36, ended_at=$37 WHERE id=$1`, r.values()...)
	if err != nil {
		return err
	}
	return p.index(ctx, tx, r)
}

// end is when nothing more is to come of a petition: it is what the terms for
// addresses run from. The zero time while something may.
func (r record) end() time.Time {
	over := slicesHas(r.Standing.Moderation, Rejected, Hidden, Merged, Withdrawn, Removed) ||
		slicesHas(r.Standing.Outcome, BelowThreshold, CarriedOut, NotCarriedOut)
	switch {
	case over && r.Ends.IsZero():
		return r.NewsAt
	case over:
		return r.Ends
	case slicesHas(r.Standing.Outcome, Decided, CarryingOut):
		return r.DecidedAt.AddDate(0, lastFollowUp, 0)
	}
	return time.Time{}
}

func slicesHas(s State, all ...State) bool {
	for _, a := range all {
		if s == a {
			return true
		}
	}
	return false
}

// seal and open keep what people write under the board's lasting key.
func (p *Petitions) seal(board, table, id string, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "petition: encode")
	}
	return p.opt.Ring.SealLasting(board, table+"|"+id, plain)
}

func (p *Petitions) open(board, table, id string, sealed []byte, v any) error {
	plain, err := p.opt.Ring.OpenLasting(board, table+"|"+id, sealed)
	if err != nil {
		return err
	}
	return fault.Wrap(fault.Internal, json.Unmarshal(plain, v), "petition: decode")
}

func (p *Petitions) putText(ctx context.Context, tx *db.Tx, r record, t Text) error {
	sealed, err := p.seal(r.Board, "petition_text", fmt.Sprintf("%s|%d", r.ID, r.Version), t)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO petition_text (petition, version, at, sealed) VALUES ($1, $2, $3, $4)`, r.ID, r.Version, db.Millis(tx.Now), sealed)
	return err
}

// text is a version of what a petition says.
func (p *Petitions) text(ctx context.Context, tx *db.Tx, r record, version int) (Text, error) {
	var t Text
	var sealed []byte
	err := tx.QueryRow(ctx, `SELECT sealed FROM petition_text WHERE petition = $1 AND version = $2`, r.ID, version).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return t, errNone
	}
	if err != nil {
		return t, err
	}
	return t, p.open(r.Board, "petition_text", fmt.Sprintf("%s|%d", r.ID, version), sealed, &t)
}

// nextRegistry takes the next number of the board's series, which submission
// takes from too: a board has one. It is given back when the transaction fails.
func (p *Petitions) nextRegistry(ctx context.Context, tx *db.Tx) (string, error) {
	year := tx.Now.In(p.zone).Year()
	if _, err := tx.Exec(ctx, `INSERT INTO registry_series (board, year, last) VALUES ($1,$2,0) ON CONFLICT (board, year) DO NOTHING`, p.set.Board, year); err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, `UPDATE registry_series SET last=last+1 WHERE board=$1 AND year=$2`, p.set.Board, year); err != nil {
		return "", err
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT last FROM registry_series WHERE board=$1 AND year=$2`, p.set.Board, year).Scan(&n); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %d-%06d", p.set.Series, year, n), nil
}
