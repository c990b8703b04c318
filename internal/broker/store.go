package broker

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

// insert writes a fetch and one part for each origin of the source.
func (b *Broker) insert(ctx context.Context, tx *db.Tx, p plan) error {
	_, err := tx.Exec(ctx, `INSERT INTO broker_fetch (id, space, audience, source, person, assurance, case_id, board, month, grant_id,
			started_at, deadline_at, expires_at, ended)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,0)`,
		p.id, p.ask.Space, p.ask.Audience, p.grant.Source, p.person, p.assurance, p.caseInfo.ID, p.caseInfo.Board, p.ask.Month, p.grant.ID,
		db.Millis(tx.Now), db.Millis(p.deadline), db.Millis(p.expires))
	if err != nil {
		return err
	}
	return insertParts(ctx, tx, p)
}

// insertParts writes all parts in one statement.
func insertParts(ctx context.Context, tx *db.Tx, p plan) error {
	asked := slices.Concat(p.groups...)
	rows, args := []string{}, []any{p.id}
	for i, o := range slices.Concat(asked, p.notAsked) {
		state := string(PartAsking)
		if i >= len(asked) {
			state = string(plugin.StateNotAsked)
		}
		n := len(args)
		rows = append(rows, fmt.Sprintf("($1,$%d,$%d,$%d,$%d,0)", n+1, n+2, n+3, n+4))
		args = append(args, o.ID, i+1, o.Name, state)
	}
	_, err := tx.Exec(ctx, `INSERT INTO broker_part (fetch_id, origin, seq, name, state, at) VALUES `+strings.Join(rows, ","), args...)
	return err
}

// runningFetch finds a fetch of the space for the same month that has not
// ended and is not past its time, or that was started a moment ago. A space
// that holds another person's or case's fetch is NotFound (M-14).
func runningFetch(ctx context.Context, tx *db.Tx, p plan) (string, error) {
	var id, person, caseID, month string
	var started, deadline int64
	var ended bool
	err := tx.QueryRow(ctx, `SELECT id, person, case_id, month, started_at, deadline_at, ended=1 FROM broker_fetch WHERE space=$1 AND audience=$2`,
		p.ask.Space, p.ask.Audience).Scan(&id, &person, &caseID, &month, &started, &deadline, &ended)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if person != p.person || caseID != p.caseInfo.ID {
		return "", fault.New(fault.NotFound, "the space is another's")
	}
	running := !ended && tx.Now.Before(db.Time(deadline)) || tx.Now.Sub(db.Time(started)) < sameClick
	if !running || month != p.ask.Month {
		return "", nil
	}
	return id, nil
}

func fetchesSince(ctx context.Context, tx *db.Tx, person string, since time.Time) (int, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM broker_count WHERE person=$1 AND at>$2`, person, db.Millis(since)).Scan(&n)
	if err == nil {
		_, err = tx.Exec(ctx, `INSERT INTO broker_count (id, person, at) VALUES ($1,$2,$3)`, db.NewID(), person, db.Millis(tx.Now))
	}
	return n, err
}

func deleteFetches(ctx context.Context, tx *db.Tx, space, audience string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM broker_part WHERE fetch_id IN
		(SELECT id FROM broker_fetch WHERE space=$1 AND audience=$2)`, space, audience); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM broker_fetch WHERE space=$1 AND audience=$2`, space, audience)
	return err
}

// Discard destroys everything that was fetched into a space, for every
// audience: at hand-in and when a draft is thrown away.
func (b *Broker) Discard(ctx context.Context, tx *db.Tx, space string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM broker_part WHERE fetch_id IN (SELECT id FROM broker_fetch WHERE space=$1)`, space); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM broker_fetch WHERE space=$1`, space)
	return err
}

func setReceived(ctx context.Context, tx *db.Tx, fetch, origin string) error {
	_, err := tx.Exec(ctx, `UPDATE broker_part SET state=$1, at=$2 WHERE fetch_id=$3 AND origin=$4`,
		string(PartReceived), db.Millis(tx.Now), fetch, origin)
	return err
}

func setFinal(ctx context.Context, tx *db.Tx, fetch string, p plugin.Part, sealed []byte) error {
	_, err := tx.Exec(ctx, `UPDATE broker_part SET state=$1, at=$2, sealed=$3 WHERE fetch_id=$4 AND origin=$5`,
		string(p.State), db.Millis(tx.Now), sealed, fetch, p.Origin)
	return err
}

func setEnded(ctx context.Context, tx *db.Tx, fetch string) error {
	_, err := tx.Exec(ctx, `UPDATE broker_fetch SET ended=1 WHERE id=$1`, fetch)
	return err
}

// Read gives a fetch to its audience, in a live login of the same person
// (I-3). Faults: NotFound for another person, audience or id; Forbidden for a
// lower level of assurance than it was fetched with (M-109); Gone when it is
// seven days old.
func (b *Broker) Read(ctx context.Context, login Login, audience, id string) (Fetch, error) {
	f := Fetch{ID: id}
	err := b.opt.DB.Read(ctx, func(tx *db.Tx) error {
		var started, deadline, expires int64
		var ended bool
		var assurance int
		err := tx.QueryRow(ctx, `SELECT case_id, month, assurance, started_at, deadline_at, expires_at, ended=1 FROM broker_fetch
			WHERE id=$1 AND audience=$2 AND person=$3`, id, audience, b.opt.Ring.Pseudonym("broker", login.Subject.Plain())).
			Scan(&f.Case, &f.Month, &assurance, &started, &deadline, &expires, &ended)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "no such fetch")
		}
		if err != nil {
			return err
		}
		if login.Assurance < assurance {
			return fault.New(fault.Forbidden, "the login's level of assurance is too low")
		}
		f.StartedAt, f.ExpiresAt = db.Time(started), db.Time(expires)
		if !tx.Now.Before(f.ExpiresAt) {
			return fault.New(fault.Gone, "fetched data are past their time")
		}
		late := ended || !tx.Now.Before(db.Time(deadline))
		f.Parts, err = b.readParts(ctx, tx, id, audience, late)
		return err
	})
	if err != nil {
		return Fetch{}, err
	}
	f.Done = true
	for _, p := range f.Parts {
		f.Done = f.Done && p.Final()
	}
	return f, nil
}

func (b *Broker) readParts(ctx context.Context, tx *db.Tx, id, audience string, late bool) ([]FetchPart, error) {
	rows, err := tx.Query(ctx, `SELECT origin, name, state, at, sealed FROM broker_part WHERE fetch_id=$1 ORDER BY seq`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var parts []FetchPart
	for rows.Next() {
		var p FetchPart
		var state string
		var at int64
		var sealed []byte
		if err := rows.Scan(&p.Origin, &p.Name, &state, &at, &sealed); err != nil {
			return nil, err
		}
		p.State = PartState(state)
		if at > 0 {
			p.At = db.Time(at)
		}
		if err := b.openPart(&p, id, audience, sealed, late); err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, rows.Err()
}

// openPart fills in a part. Late is a fetch that has ended or is past its
// time: what has not come by then, or could not be stored, could not answer.
func (b *Broker) openPart(p *FetchPart, id, audience string, sealed []byte, late bool) error {
	switch {
	case !p.Final() && late:
		p.State = PartState(plugin.StateUnavailable)
		fallthrough
	case len(sealed) == 0:
		p.Part = plugin.Part{Origin: p.Origin}
		if p.Final() {
			p.Part.State = plugin.State(p.State)
		}
		return nil
	}
	plain, err := b.opt.Ring.OpenDue(partAAD(id, p.Origin, audience), sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, &p.Part)
}

// Purge deletes fetches that are past their time. Retention runs it after
// the keys have been destroyed.
func (b *Broker) Purge(ctx context.Context, now time.Time) (int, error) {
	n := int64(0)
	err := b.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		ms := db.Millis(now)
		if _, err := tx.Exec(ctx, `DELETE FROM broker_part WHERE fetch_id IN (SELECT id FROM broker_fetch WHERE expires_at<=$1)`, ms); err != nil {
			return err
		}
		var err error
		if n, err = tx.Exec(ctx, `DELETE FROM broker_fetch WHERE expires_at<=$1`, ms); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM broker_count WHERE at<=$1`, ms-time.Hour.Milliseconds())
		return err
	})
	return int(n), err
}
