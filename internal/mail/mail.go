package mail

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"log/slog"
	"net/mail"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/idna"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/outbox"
	"medborgarnavet/internal/retention"
)

// Topic is the outbox topic of letters; the key is a letter's id.
const Topic = "mail"

const (
	// MaxAddress is the longest address, in bytes (RFC 5321 §4.5.3.1.3).
	MaxAddress = 254
	maxSubject = 200
	maxText    = 100_000
	keptFor    = 72 * time.Hour
)

// Message is a letter.
type Message struct {
	To      string
	Subject string // one line
	Text    string // plain
	// Unsubscribe is an https address for the header of that name, or "".
	Unsubscribe string
}

// Sender hands a letter to a mail server. A refusal that will not change is
// fault.Invalid; anything else is tried again.
type Sender interface {
	Send(ctx context.Context, id string, at time.Time, m Message) error
}

// Options is what a Queue uses.
type Options struct {
	DB     *db.DB
	Ring   *keyring.Ring
	Outbox *outbox.Outbox
	Clock  clock.Clock
	Log    *slog.Logger
	Sender Sender
}

// Queue is one municipality's letters.
type Queue struct{ o Options }

// New is the queue in a database; it takes its topic of the outbox.
func New(o Options) *Queue {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	q := &Queue{o: o}
	o.Outbox.Handle(Topic, q.send)
	return q
}

// Add puts a letter in the queue, in the transaction that it tells about. An
// address or subject that could forge a header is fault.Invalid.
func (q *Queue) Add(ctx context.Context, tx *db.Tx, m Message) error {
	to, err := Address(m.To)
	if err != nil {
		return err
	}
	m.To = to
	if m.Subject == "" || len(m.Subject) > maxSubject || len(m.Text) > maxText || len(m.Unsubscribe) > maxSubject*5 ||
		strings.ContainsFunc(m.Subject+m.Unsubscribe, unicode.IsControl) || strings.ContainsAny(m.Unsubscribe, "<> ") {
		return fault.New(fault.Invalid, "mail: a letter has one short line of subject and a text that is not too long")
	}
	plain, err := json.Marshal(m)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "mail: encode")
	}
	id, due := db.NewID(), tx.Now.Add(keptFor)
	sealed, err := q.o.Ring.SealDue(due, aad(id), plain)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO mail_message (id, due_at, sealed) VALUES ($1, $2, $3)`, id, db.Millis(due), sealed); err != nil {
		return err
	}
	return q.o.Outbox.Add(ctx, tx, Topic, id)
}

func aad(id string) string { return "mail_message|" + id }

// send handles one letter.
func (q *Queue) send(ctx context.Context, id string) error {
	var sealed []byte
	err := q.o.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT sealed FROM mail_message WHERE id = $1`, id).Scan(&sealed)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil // sent, or too old
	}
	if err != nil {
		return err
	}
	plain, err := q.o.Ring.OpenDue(aad(id), sealed)
	if fault.Is(err, fault.Gone) {
		q.o.Log.Error("a letter could not be sent in time", "letter", id)
		return q.remove(ctx, id)
	}
	if err != nil {
		return err
	}
	var m Message
	if err := json.Unmarshal(plain, &m); err != nil {
		return fault.New(fault.Internal, "mail: a letter that cannot be read")
	}
	err = q.o.Sender.Send(ctx, id, q.o.Clock.Now(), m)
	if fault.Is(err, fault.Invalid) {
		q.o.Log.Warn("a letter was refused", "letter", id, "error", err)
		err = nil
	}
	if err != nil {
		return err
	}
	return q.remove(context.WithoutCancel(ctx), id)
}

func (q *Queue) remove(ctx context.Context, id string) error {
	return q.o.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM mail_message WHERE id = $1`, id)
		return err
	})
}

// Waiting is how many letters are not sent yet, for the status page.
func (q *Queue) Waiting(ctx context.Context) (n int, err error) {
	err = q.o.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM mail_message`).Scan(&n)
	})
	return n, err
}

// Retention removes letters that nobody can open any more.
func (q *Queue) Retention() retention.Rule {
	return retention.Rule{Name: "unsent letters", Purge: func(ctx context.Context, now time.Time) (int, error) {
		var n int64
		err := q.o.DB.Tx(ctx, func(tx *db.Tx) error {
			var err error
			n, err = tx.Exec(ctx, `DELETE FROM mail_message WHERE due_at <= $1`, db.Millis(now))
			return err
		})
		return int(n), err
	}}
}

var errAddress = fault.New(fault.Invalid, "mail: not an address that can be written to")

// Address puts a mail address in order: no name, no comment, no quoting, an
// ASCII local part, a domain with a dot in its ASCII form (RFC 5321, IDNA).
func Address(s string) (string, error) {
	if len(s) > MaxAddress {
		return "", errAddress
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s {
		return "", errAddress
	}
	local, domain, _ := strings.Cut(s, "@")
	if local == "" || len(local) > 64 || strings.ContainsFunc(local, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"\<>(),:;[]`, r) }) {
		return "", errAddress
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || !strings.Contains(ascii, ".") || strings.HasPrefix(ascii, "[") {
		return "", errAddress
	}
	return local + "@" + strings.ToLower(ascii), nil
}

// Canonical is an address in the form in which two that reach the same person
// most likely are equal: small letters, without what follows a plus sign. It is
// for counting, never for sending.
func Canonical(address string) string {
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	local, _, _ = strings.Cut(local, "+")
	return local + "@" + domain
}
