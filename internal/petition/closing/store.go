package closing

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
)

// State is how far a petition has come.
type State string

// The states, in order.
const (
	Open          State = "open"
	Closing       State = "closing"
	Counted       State = "counted"
	KeysDestroyed State = "keys-destroyed"
	RowsDropped   State = "rows-dropped"
	Reported      State = "reported"
)

// Petition is a petition's voting from its opening to its report.
type Petition struct {
	Ballot      ballot.Ballot
	State       State
	Registry    string
	Disposal    string
	Publication tally.Publication
	Opened      time.Time
	Planned     time.Time // closing time set at first; Ballot.ClosesAt is the present one
	RowsAt      time.Time
	Count       int64 // from Counted on
	Root        string
	Destroyed   []seal.Destroyed
	Restored    bool
	Failed      fault.Kind // of the last step that failed, "" for none
}

// ID is the petition's.
func (p Petition) ID() string { return p.Ballot.ID }

const columns = `id, state, registry, disposal, publication, opened_at, planned_at, rows_at, count, root, destroyed, restored, failed`

// Load reads a petition's voting; fault.NotFound when it was never open.
func Load(ctx context.Context, tx *db.Tx, id string) (Petition, error) {
	var p Petition
	var publication, destroyed string
	var opened, planned, rows int64
	err := tx.QueryRow(ctx, `SELECT `+columns+` FROM petition_closing WHERE id = $1`, id).Scan(&p.Ballot.ID, &p.State, &p.Registry,
		&p.Disposal, &publication, &opened, &planned, &rows, &p.Count, &p.Root, &destroyed, &p.Restored, &p.Failed)
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.ErrNotFound
	}
	if err != nil {
		return p, err
	}
	p.Opened, p.Planned, p.RowsAt = db.Time(opened), db.Time(planned), db.Time(rows)
	if err := errors.Join(json.Unmarshal([]byte(publication), &p.Publication), json.Unmarshal([]byte(destroyed), &p.Destroyed)); err != nil {
		return p, fault.New(fault.Internal, "closing: a row cannot be read")
	}
	p.Ballot, err = ballot.Load(ctx, tx, id)
	return p, err
}

// unfinished are the petitions that are not reported.
func unfinished(ctx context.Context, tx *db.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM petition_closing WHERE state <> $1 ORDER BY id`, string(Reported))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

func create(ctx context.Context, tx *db.Tx, o Opening) error {
	publication, err := json.Marshal(o.Publication)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "closing: encode")
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO petition_closing (id, state, registry, disposal, publication, opened_at, planned_at,
			closing_at, counted_at, keys_at, rows_at, reported_at, count, root, destroyed, restored, failed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, 0, 0, '', '[]', 0, '')`,
		o.Petition, string(Open), o.Registry, o.Disposal, string(publication), db.Millis(tx.Now), db.Millis(o.ClosesAt))
	return err
}

// stamps are the columns that say when a state was reached.
var stamps = map[State]string{Closing: "closing_at", Counted: "counted_at", KeysDestroyed: "keys_at", RowsDropped: "rows_at", Reported: "reported_at"}

// move goes from one state to the next, once: fault.Conflict when another
// node did. The time of the first time stays.
func move(ctx context.Context, tx *db.Tx, id string, from, to State) error {
	stamp := stamps[to]
	n, err := tx.Exec(ctx, `UPDATE petition_closing SET state = $3, failed = '', `+stamp+` = CASE WHEN `+stamp+` = 0 THEN $4 ELSE `+stamp+` END
		WHERE id = $1 AND state = $2`, id, string(from), string(to), db.Millis(tx.Now))
	if err == nil && n != 1 {
		err = fault.New(fault.Conflict, "closing: the petition is not %s any more", from)
	}
	return err
}

func setCount(ctx context.Context, tx *db.Tx, id string, count int64, root string) error {
	_, err := tx.Exec(ctx, `UPDATE petition_closing SET count = $2, root = $3 WHERE id = $1`, id, count, root)
	return err
}

func setDestroyed(ctx context.Context, tx *db.Tx, id string, all []seal.Destroyed) error {
	raw, err := json.Marshal(all)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "closing: encode")
	}
	_, err = tx.Exec(ctx, `UPDATE petition_closing SET destroyed = $2 WHERE id = $1`, id, string(raw))
	return err
}

func setFailed(ctx context.Context, tx *db.Tx, id string, kind fault.Kind) error {
	_, err := tx.Exec(ctx, `UPDATE petition_closing SET failed = $2 WHERE id = $1`, id, string(kind))
	return err
}

// setRestored puts a petition whose key is destroyed where its destruction
// left it: counted, with the count of that time.
func setRestored(ctx context.Context, tx *db.Tx, id string, n note) error {
	if _, err := tx.Exec(ctx, `UPDATE petition_ballot SET accepting = 0, paused = 0, closes_at = $2, accepted = $3, withdrawn = $4 WHERE id = $1`,
		id, db.Millis(n.Closed), n.Accepted, n.Withdrawn); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE petition_closing SET state = $2, count = $3, root = $4, restored = 1, failed = '' WHERE id = $1`,
		id, string(Counted), n.Count, n.Root)
	return err
}
