package workspace

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/form"
)

// Limits on what a browser without a login may leave behind.
const (
	stashLife = time.Hour
	maxStash  = 256 << 10 // bytes of one
	maxStashs = 20        // of one draft
)

// Stash keeps what a browser posted after its login had run out, for an
// hour, bound to the draft it was meant for. The handle is given to that
// browser; only the draft's owner can take it out again. Faults: NotFound,
// TooLarge, TooMany.
func (w *Workspace) Stash(ctx context.Context, draft, section string, values map[string]string) (handle string, err error) {
	handle = db.NewID() + db.NewID()
	plain, err := json.Marshal(values)
	if err != nil {
		return "", err
	}
	if len(plain) > maxStash {
		return "", fault.New(fault.TooLarge, "too much to stash")
	}
	err = w.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		var drafts, stashes int
		if err := tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM draft WHERE id=$1 AND expires_at>$2), (SELECT count(*) FROM stash WHERE draft_id=$1)`,
			draft, db.Millis(tx.Now)).Scan(&drafts, &stashes); err != nil {
			return err
		}
		switch {
		case drafts == 0:
			return errNoDraft
		case stashes >= maxStashs:
			return fault.New(fault.TooMany, "too many stashes")
		}
		due := tx.Now.Add(stashLife)
		sealed, err := w.opt.Ring.SealDue(due, stashAAD(draft, section), plain)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO stash (id, draft_id, section, expires_at, sealed) VALUES ($1,$2,$3,$4,$5)`,
			hashed(handle), draft, section, db.Millis(due), sealed)
		return err
	})
	return handle, err
}

// Unstash gives what was stashed for a draft that the caller has loaded, read
// as the post that it was.
func (w *Workspace) Unstash(ctx context.Context, d Draft, section, handle string) (map[string]string, error) {
	s, ok := d.Section(section)
	if !ok {
		return nil, fault.New(fault.NotFound, "no such section")
	}
	var values map[string]string
	err := w.opt.DB.Read(ctx, func(tx *db.Tx) error {
		var sealed []byte
		err := tx.QueryRow(ctx, `SELECT sealed FROM stash WHERE id=$1 AND draft_id=$2 AND section=$3 AND expires_at>$4`,
			hashed(handle), d.ID, section, db.Millis(tx.Now)).Scan(&sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "nothing stashed")
		}
		if err != nil {
			return err
		}
		plain, err := w.opt.Ring.OpenDue(stashAAD(d.ID, section), sealed)
		if err != nil {
			return err
		}
		return json.Unmarshal(plain, &values)
	})
	post := url.Values{}
	for name, v := range values {
		post.Set(name, v)
	}
	return form.Read(s, post), err
}

func stashAAD(draft, section string) string { return "stash|" + draft + "|" + section }

func hashed(handle string) string {
	sum := sha256.Sum256([]byte(handle))
	return hex.EncodeToString(sum[:])
}
