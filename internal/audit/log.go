package audit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/keyring"
)

// keyPurpose names the log's own subkeys: for pseudonyms and for signatures.
const keyPurpose = "audit"

const saltSize = 16

// Log is one municipality's audit log.
type Log struct {
	db    *db.DB
	ring  *keyring.Ring
	clock clock.Clock
}

// New is the log in a database.
func New(d *db.DB, ring *keyring.Ring, c clock.Clock) *Log {
	return &Log{db: d, ring: ring, clock: c}
}

// Actor is the log's pseudonym for a person, as actor or as subject; "" for
// none. It is used in this log alone (I-18).
func (l *Log) Actor(n pnr.Number) string {
	if n.IsZero() {
		return ""
	}
	return l.ring.Pseudonym(keyPurpose, n.Plain())
}

// Write puts an event in the log, in the transaction of what it tells about.
// Its time is the transaction's.
func (l *Log) Write(ctx context.Context, tx *db.Tx, e Event) error {
	if err := e.check(tx.Now); err != nil {
		return err
	}
	id := db.NewID()
	text, err := canonical(payload{ID: id, At: db.Millis(tx.Now), Event: e})
	if err != nil {
		return err
	}
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt)
	_, err = tx.Exec(ctx, `
		INSERT INTO audit_row (id, at, actor, subject, case_id, payload, salt, commitment)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, db.Millis(tx.Now), e.Actor, e.Subject, e.Case, string(text), salt, commitment(salt, text))
	return err
}

// commitment binds a row to its content without telling it.
func commitment(salt, text []byte) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write(text)
	return h.Sum(nil)
}

// link is the next link of the chain.
func link(prev, commitment []byte) []byte {
	h := sha256.New()
	h.Write(prev)
	h.Write(commitment)
	return h.Sum(nil)
}
