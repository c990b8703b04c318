package flow

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/retention"
)

// login is a row of identity_login.
type login struct {
	id          string
	handleHash  []byte
	browserHash []byte
	nonceHash   []byte
	returned    bool
	kind        identity.Kind
	provider    string
	returnTo    string
	state       State
	message     string
	code        identity.Code
	sealed      []byte
	version     int64
	collectAt   time.Time
	expiresAt   time.Time
}

// sealed is what a row keeps under a short-lived key. Order is the provider's
// state while one is under way; Authentication is set when done.
type sealed struct {
	Request        []byte
	Order          []byte `json:",omitempty"`
	Authentication []byte `json:",omitempty"`
}

func (f *Flow) seal(row *login, s sealed) error {
	plain, err := json.Marshal(s)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "identity: encode a login")
	}
	row.sealed, err = f.ring.SealDue(row.expiresAt, row.id, plain)
	return err
}

func (f *Flow) unseal(row login) (s sealed, err error) {
	plain, err := f.ring.OpenDue(row.id, row.sealed)
	if err != nil {
		return sealed{}, err
	}
	if err := json.Unmarshal(plain, &s); err != nil {
		return sealed{}, fault.New(fault.Internal, "identity: a stored login is unreadable")
	}
	return s, nil
}

// apply writes a provider's step into a row: its new state and what it keeps.
// A login that is done must be taken soon.
func (f *Flow) apply(row *login, keep sealed, step identity.Step) error {
	now := f.clock.Now()
	row.message, row.code, keep.Order = "", "", nil
	switch {
	case step.Done != nil:
		row.state, keep.Authentication = Done, step.Done.ForSealing()
		if soon := now.Add(takeWithin); soon.Before(row.expiresAt) {
			row.expiresAt = soon
		}
	case step.Failed != nil:
		row.state, row.message, row.code = Failed, step.Failed.MessageID, step.Failed.Code
	default:
		if row.state == "" {
			row.state = Started
		} else {
			row.state = Pending
		}
		keep.Order = step.State
	}
	return f.seal(row, keep)
}

func (f *Flow) insert(ctx context.Context, tx *db.Tx, row login) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO identity_login (id, handle_hash, browser_hash, nonce_hash, returned, kind, provider, return_to,
			state, message, code, sealed, version, collect_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		row.id, row.handleHash, row.browserHash, row.nonceHash, flag(row.returned), string(row.kind), row.provider, row.returnTo,
		string(row.state), row.message, string(row.code), row.sealed, row.version, db.Millis(row.collectAt), db.Millis(row.expiresAt))
	if err != nil {
		return err
	}
	return f.tell(ctx, tx, row)
}

// find is the row of a handle, for the browser that started it. To any other
// browser it does not exist.
func (f *Flow) find(ctx context.Context, tx *db.Tx, handle, browserSecret string) (login, error) {
	var row login
	var returned, collectAt, expiresAt int64
	var kind, state, code string
	err := tx.QueryRow(ctx, `
		SELECT id, browser_hash, nonce_hash, returned, kind, provider, return_to, state, message, code, sealed, version, collect_at, expires_at
		FROM identity_login WHERE handle_hash = $1`, hash(handle)).
		Scan(&row.id, &row.browserHash, &row.nonceHash, &returned, &kind, &row.provider, &row.returnTo,
			&state, &row.message, &code, &row.sealed, &row.version, &collectAt, &expiresAt)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && !sameHash(row.browserHash, browserSecret)) {
		return login{}, fault.New(fault.NotFound, "identity: no such login in this browser")
	}
	if err != nil {
		return login{}, err
	}
	row.returned, row.kind, row.state, row.code = returned == 1, identity.Kind(kind), State(state), identity.Code(code)
	row.collectAt, row.expiresAt = db.Time(collectAt), db.Time(expiresAt)
	if !row.expiresAt.After(tx.Now) && row.state != Taken {
		row.state, row.message = Expired, MsgExpired
	}
	return row, nil
}

func (f *Flow) read(ctx context.Context, handle, browserSecret string) (row login, now time.Time, err error) {
	err = f.db.Read(ctx, func(tx *db.Tx) error {
		now = tx.Now
		row, err = f.find(ctx, tx, handle, browserSecret)
		return err
	})
	return row, now, err
}

// update writes a changed row over the version it was read at, and reports
// whether it was still so. The way back through the app is not its concern: see
// Return and rearm.
func (f *Flow) update(ctx context.Context, tx *db.Tx, row login) (bool, error) {
	n, err := tx.Exec(ctx, `
		UPDATE identity_login
		SET state = $1, message = $2, code = $3, sealed = $4, collect_at = $5, expires_at = $6, version = version + 1
		WHERE id = $7 AND version = $8`,
		string(row.state), row.message, string(row.code), row.sealed, db.Millis(row.collectAt), db.Millis(row.expiresAt),
		row.id, row.version)
	if err != nil || n == 0 {
		return false, err
	}
	return true, f.tell(ctx, tx, row)
}

// claim makes this caller the only one to act on the row until claimFor is over,
// if the row is as it was read, and reports whether it was.
func (f *Flow) claim(ctx context.Context, tx *db.Tx, row *login) (bool, error) {
	n, err := tx.Exec(ctx, `
		UPDATE identity_login SET collect_at = $1, version = version + 1
		WHERE id = $2 AND version = $3`, db.Millis(tx.Now.Add(claimFor)), row.id, row.version)
	if err != nil || n == 0 {
		return false, err
	}
	row.version++
	return true, nil
}

// rearm demands a new way back of a claimed row's next order.
func (f *Flow) rearm(ctx context.Context, row login) error {
	return f.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE identity_login SET nonce_hash = $1, returned = $2 WHERE id = $3 AND version = $4`,
			row.nonceHash, flag(row.returned), row.id, row.version)
		return err
	})
}

// settle writes a claimed row down and reports whether it was still as claimed:
// not, when the login was cancelled or restarted meanwhile.
func (f *Flow) settle(ctx context.Context, row *login) (written bool, err error) {
	err = f.db.Tx(ctx, func(tx *db.Tx) error {
		written, err = f.update(ctx, tx, *row)
		return err
	})
	if written {
		row.version++
	}
	return written, err
}

// tell writes a login that came to nothing into the audit log. Who it was is
// not known; a login that succeeds is told when its session is made.
func (f *Flow) tell(ctx context.Context, tx *db.Tx, row login) error {
	if row.state != Failed && row.state != Cancelled {
		return nil
	}
	return f.audit.Write(ctx, tx, audit.Event{
		Action: audit.LoginFailed, Category: string(row.kind), Outcome: string(row.code),
		Details: map[string]string{"provider": row.provider, "login": row.id},
	})
}

// Rule destroys logins whose time is out. They stay half an hour more, so that
// a browser that comes back late is told so and where it was going.
func (f *Flow) Rule() retention.Rule {
	return retention.Rule{Name: "logins", Purge: func(ctx context.Context, now time.Time) (int, error) {
		var n int64
		err := f.db.Tx(ctx, func(tx *db.Tx) error {
			var err error
			n, err = tx.Exec(ctx, `DELETE FROM identity_login WHERE expires_at <= $1`, db.Millis(now.Add(-30*time.Minute)))
			return err
		})
		return int(n), err
	}}
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
