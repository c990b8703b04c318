package workspace

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

var errNoDraft = fault.New(fault.NotFound, "no such draft")

const draftColumns = `id, eservice, month, control_month, case_id, board, fetch_id, created_at, saved_at, expires_at, version, sealed`

// load reads a draft of a person. A draft past its time does not exist, even
// before it has been purged.
func (w *Workspace) load(ctx context.Context, tx *db.Tx, where string, args ...any) (Draft, error) {
	var d Draft
	var created, saved, expires int64
	var sealed []byte
	err := tx.QueryRow(ctx, `SELECT `+draftColumns+` FROM draft WHERE `+where, args...).Scan(
		&d.ID, &d.EService, &d.Month, &d.ControlMonth, &d.CaseID, &d.Board, &d.FetchID, &created, &saved, &expires, &d.Version, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return Draft{}, errNoDraft
	}
	if err != nil {
		return Draft{}, err
	}
	d.CreatedAt, d.SavedAt, d.DeleteAt = db.Time(created), db.Time(saved), db.Time(expires)
	if !tx.Now.Before(d.DeleteAt) {
		return Draft{}, errNoDraft
	}
	plain, err := w.opt.Ring.OpenDue(draftAAD(d.ID), sealed)
	if err != nil {
		return Draft{}, err
	}
	var c content
	if err := json.Unmarshal(plain, &c); err != nil {
		return Draft{}, err
	}
	d.Household, d.Form, d.Values, d.Done, d.Revisions = c.Household, c.Form, c.Values, c.Done, c.Revisions
	d.fileKey, d.assurance = c.FileKey, c.Assurance
	if err := w.loadBound(ctx, tx, &d); err != nil {
		return Draft{}, err
	}
	d.Files, err = w.loadFiles(ctx, tx, d)
	return d, err
}

func (w *Workspace) loadBound(ctx context.Context, tx *db.Tx, d *Draft) error {
	b, fetch, err := w.readBound(ctx, tx, d.ID)
	if fault.KindOf(err) == fault.Gone {
		d.FetchGone = true
		return nil
	}
	d.Rows, d.Sources, d.boundTo = b.Rows, b.Sources, fetch
	return err
}

// readBound reads the bound rows of a draft. None = zero value. Past their
// time = fault.Gone.
func (w *Workspace) readBound(ctx context.Context, tx *db.Tx, draft string) (bound, string, error) {
	var b bound
	var fetch string
	var expires int64
	var sealed []byte
	err := tx.QueryRow(ctx, `SELECT fetch_id, expires_at, sealed FROM draft_bound WHERE draft_id=$1`, draft).Scan(&fetch, &expires, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return b, "", nil
	}
	if err != nil {
		return b, "", err
	}
	if !tx.Now.Before(db.Time(expires)) {
		return b, fetch, fault.New(fault.Gone, "bound rows are past their time")
	}
	plain, err := w.opt.Ring.OpenDue(boundAAD(draft, fetch), sealed)
	if err != nil {
		return b, fetch, err
	}
	return b, fetch, json.Unmarshal(plain, &b)
}

func (w *Workspace) writeBound(ctx context.Context, tx *db.Tx, draft, fetch string, expires time.Time, b bound) error {
	plain, err := json.Marshal(b)
	if err != nil {
		return err
	}
	sealed, err := w.opt.Ring.SealDue(expires, boundAAD(draft, fetch), plain)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO draft_bound (draft_id, fetch_id, expires_at, sealed) VALUES ($1,$2,$3,$4)
		ON CONFLICT (draft_id) DO UPDATE SET fetch_id=excluded.fetch_id, expires_at=excluded.expires_at, sealed=excluded.sealed`,
		draft, fetch, db.Millis(expires), sealed)
	return err
}

// save writes a draft's content anew, under the key of its new due time.
func (w *Workspace) save(ctx context.Context, tx *db.Tx, d *Draft) error {
	d.SavedAt = tx.Now
	d.DeleteAt = w.opt.Retention(d.Board).deleteAt(d.CreatedAt, d.SavedAt)
	d.Version++
	plain, err := json.Marshal(content{d.Household, d.Form, d.Values, d.Done, d.Revisions, d.fileKey, d.assurance})
	if err != nil {
		return err
	}
	sealed, err := w.opt.Ring.SealDue(d.DeleteAt, draftAAD(d.ID), plain)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE draft SET month=$1, control_month=$2, fetch_id=$3, saved_at=$4, expires_at=$5, version=$6, sealed=$7
		WHERE id=$8`, d.Month, d.ControlMonth, d.FetchID, db.Millis(d.SavedAt), db.Millis(d.DeleteAt), d.Version, sealed, d.ID)
	if err == nil && n == 0 {
		return errNoDraft
	}
	return err
}

func (w *Workspace) insert(ctx context.Context, tx *db.Tx, person string, d *Draft) error {
	_, err := tx.Exec(ctx, `INSERT INTO draft (id, person, eservice, month, control_month, case_id, board, fetch_id,
			created_at, saved_at, expires_at, version, sealed)
		VALUES ($1,$2,$3,$4,$5,$6,$7,'',$8,$8,$8,0,NULL)`,
		d.ID, person, d.EService, d.Month, d.ControlMonth, d.CaseID, d.Board, db.Millis(tx.Now))
	if err != nil {
		return err
	}
	return w.save(ctx, tx, d)
}

// Remove deletes a draft with everything in it, inside the transaction of a
// hand-in or on the person's own wish.
func (w *Workspace) Remove(ctx context.Context, tx *db.Tx, id string) error {
	for _, q := range []string{
		`DELETE FROM draft_file WHERE draft_id=$1`, `DELETE FROM draft_bound WHERE draft_id=$1`,
		`DELETE FROM stash WHERE draft_id=$1`, `DELETE FROM draft WHERE id=$1`,
	} {
		if _, err := tx.Exec(ctx, q, id); err != nil {
			return err
		}
	}
	return w.opt.Broker.Discard(ctx, tx, id)
}

// Purge deletes drafts, bound rows and stashes that are past their time.
func (w *Workspace) Purge(ctx context.Context, now time.Time) (int, error) {
	gone := 0
	err := w.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		ms := db.Millis(now)
		ids, err := expired(ctx, tx, ms)
		if err != nil {
			return err
		}
		gone = len(ids)
		for _, id := range ids {
			if err := w.Remove(ctx, tx, id); err != nil {
				return err
			}
		}
		for _, q := range []string{`DELETE FROM draft_bound WHERE expires_at<=$1`, `DELETE FROM stash WHERE expires_at<=$1`} {
			if _, err := tx.Exec(ctx, q, ms); err != nil {
				return err
			}
		}
		return nil
	})
	return gone, err
}

func expired(ctx context.Context, tx *db.Tx, ms int64) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM draft WHERE expires_at<=$1`, ms)
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

func draftAAD(id string) string        { return "draft|" + id }
func boundAAD(id, fetch string) string { return "draft_bound|" + id + "|" + fetch }

// sourceStates is how each origin of a fetch that has ended answered, and when.
func sourceStates(f broker.Fetch) []plugin.SourceState {
	var out []plugin.SourceState
	for _, p := range f.Parts {
		if !p.Final() {
			continue
		}
		s := plugin.SourceState{Origin: p.Origin, Name: p.Name, State: p.Part.State}
		if !p.At.IsZero() {
			s.At = p.At.UTC().Format(time.RFC3339)
		}
		out = append(out, s)
	}
	return out
}
