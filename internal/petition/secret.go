package petition

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Kinds of secret links.
const (
	linkManage  = "manage"
	linkConfirm = "confirm"
)

const secretSize = 24 // bytes: 192 bits, 32 characters

// newSecret is what stands in a link. Only its hash is kept.
func newSecret() string {
	var raw [secretSize]byte
	_, _ = rand.Read(raw[:])
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// newLink makes a secret link to a petition. A zero time is for as long as
// the petition.
func newLink(ctx context.Context, tx *db.Tx, petition, kind string, expires time.Time) (string, error) {
	secret := newSecret()
	return secret, putLink(ctx, tx, petition, kind, secret, expires)
}

func putLink(ctx context.Context, tx *db.Tx, petition, kind, secret string, expires time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO petition_link (hash, kind, petition, expires_at) VALUES ($1, $2, $3, $4)`,
		hashOf(secret), kind, petition, millis(expires))
	return err
}

// errLink is the same for a link that never was and one that is another's.
var errLink = fault.New(fault.NotFound, "petition: no such link")

var errOldLink = fault.New(fault.Gone, "petition: the link is too old")

// byLink finds the petition of a secret link. One that is too old is
// fault.Gone.
func byLink(ctx context.Context, tx *db.Tx, kind, secret string) (record, error) {
	var petition string
	var expires time.Time
	if len(secret) != base64.RawURLEncoding.EncodedLen(secretSize) {
		return record{}, errLink
	}
	err := tx.QueryRow(ctx, `SELECT petition, expires_at FROM petition_link WHERE hash = $1 AND kind = $2`, hashOf(secret), kind).Scan(&petition, moment{&expires})
	if errors.Is(err, sql.ErrNoRows) {
		return record{}, errLink
	}
	if err != nil {
		return record{}, err
	}
	if !expires.IsZero() && !tx.Now.Before(expires) {
		return record{}, errOldLink
	}
	return load(ctx, tx, petition)
}
