package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/retention"
)

const (
	// personPurpose names the subkey of this table's pseudonyms (I-18).
	personPurpose = "session"
	// touchEvery is how often use is written down. A session may so end up to
	// this much before its idle time is full, never after.
	touchEvery = time.Minute
	// maxAuthAge is how old an authentication may be when a session is made of
	// it, and how far ahead of our clock.
	maxAuthAge  = 10 * time.Minute
	maxAuthSkew = time.Minute
	// tokenSize is 256 bits; tokenLength is that in base64url.
	tokenSize   = 32
	tokenLength = 43
)

// Options are what a store needs. Times and Policy may be left zero.
type Options struct {
	DB          *db.DB
	Ring        *keyring.Ring
	Audit       *audit.Log
	Environment identity.Environment
	Times       map[identity.Kind]Times
	Policy      map[identity.Kind]identity.Policy
}

// Store is one municipality's sessions.
type Store struct {
	db     *db.DB
	ring   *keyring.Ring
	audit  *audit.Log
	env    identity.Environment
	times  map[identity.Kind]Times
	policy map[identity.Kind]identity.Policy
}

// NewStore fills in the default times and policies.
func NewStore(o Options) *Store {
	s := &Store{db: o.DB, ring: o.Ring, audit: o.Audit, env: o.Environment,
		times: map[identity.Kind]Times{}, policy: map[identity.Kind]identity.Policy{}}
	for _, kind := range []identity.Kind{Citizen, Staff} {
		s.times[kind], s.policy[kind] = DefaultTimes(kind), identity.DefaultPolicy(o.Environment)
		if t, ok := o.Times[kind]; ok {
			s.times[kind] = t
		}
		if p, ok := o.Policy[kind]; ok {
			s.policy[kind] = p
		}
	}
	return s
}

var errNone = fault.New(fault.Unauthenticated, "session: none, ended or of another kind")

// Create logs somebody in: a new session with a new token, for the browser's
// cookie. The session that the browser had of this kind, by oldToken, is ended
// (fixation). The authentication must satisfy the kind's policy (else
// Forbidden) and be fresh (else Unauthenticated).
func (s *Store) Create(ctx context.Context, a identity.Authentication, kind identity.Kind, oldToken string) (token string, _ Session, _ error) {
	if !kind.Valid() {
		return "", Session{}, fault.New(fault.Invalid, "session: unknown kind")
	}
	if err := s.policy[kind].Accept(a); err != nil {
		return "", Session{}, err
	}
	token = newToken()
	var made Session
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if age := tx.Now.Sub(a.At); age > maxAuthAge || age < -maxAuthSkew {
			return fault.New(fault.Unauthenticated, "session: the authentication is not fresh")
		}
		if oldToken != "" {
			if _, err := tx.Exec(ctx, `DELETE FROM identity_session WHERE token_hash = $1 AND kind = $2`, hash(oldToken), string(kind)); err != nil {
				return err
			}
		}
		var err error
		made, err = s.insert(ctx, tx, token, a, kind)
		if err != nil {
			return err
		}
		return s.audit.Write(ctx, tx, audit.Event{
			Action: audit.Login, Actor: s.audit.Actor(a.Subject), Category: string(kind), Outcome: "done",
			Details: map[string]string{"session": made.ID, "provider": a.Provider, "method": a.Method, "transaction": a.TxnID,
				"assurance": a.Assurance.URI, "environment": string(a.Environment)},
		})
	})
	if err != nil {
		return "", Session{}, err
	}
	return token, made, nil
}

func (s *Store) insert(ctx context.Context, tx *db.Tx, token string, a identity.Authentication, kind identity.Kind) (Session, error) {
	made := sessionOf(db.NewID(), kind, a)
	made.AbsoluteExpires = tx.Now.Add(s.times[kind].Absolute)
	made.IdleExpires = earlier(tx.Now.Add(s.times[kind].Idle), made.AbsoluteExpires)
	sealed, err := s.ring.SealDue(made.AbsoluteExpires, made.ID, a.ForSealing())
	if err != nil {
		return Session{}, err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO identity_session (id, token_hash, kind, person, environment, sealed, seen_at, idle_until, absolute_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		made.ID, hash(token), string(kind), s.pseudonym(a.Subject), string(a.Environment), sealed,
		db.Millis(tx.Now), db.Millis(made.IdleExpires), db.Millis(made.AbsoluteExpires))
	return made, err
}

func sessionOf(id string, kind identity.Kind, a identity.Authentication) Session {
	return Session{ID: id, Kind: kind, Subject: a.Subject, Name: a.Name, Assurance: a.Assurance,
		Provider: a.Provider, Method: a.Method, Environment: a.Environment, AuthAt: a.At}
}

// Get is the live session of a kind that has the token; Unauthenticated when
// there is none. With touch it counts as use and moves the idle time on, which
// is written down at most once a minute.
func (s *Store) Get(ctx context.Context, token string, kind identity.Kind, touch bool) (Session, error) {
	found, seen, now, err := s.find(ctx, token, kind)
	if err != nil || !touch || now.Sub(seen) < touchEvery {
		return found, err
	}
	return s.extend(ctx, found)
}

// Extend moves the idle time on at once: the person asked to stay logged in.
// The absolute time never moves.
func (s *Store) Extend(ctx context.Context, token string, kind identity.Kind) (Session, error) {
	found, _, _, err := s.find(ctx, token, kind)
	if err != nil {
		return Session{}, err
	}
	return s.extend(ctx, found)
}

func (s *Store) find(ctx context.Context, token string, kind identity.Kind) (found Session, seen, now time.Time, err error) {
	if len(token) != tokenLength || !kind.Valid() {
		return Session{}, seen, now, errNone
	}
	var id, env string
	var sealed []byte
	var seenAt, idle, absolute int64
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		now = tx.Now
		return tx.QueryRow(ctx, `
			SELECT id, environment, sealed, seen_at, idle_until, absolute_until
			FROM identity_session
			WHERE token_hash = $1 AND kind = $2 AND idle_until > $3 AND absolute_until > $3`,
			hash(token), string(kind), db.Millis(now)).Scan(&id, &env, &sealed, &seenAt, &idle, &absolute)
	})
	if errors.Is(err, sql.ErrNoRows) || (err == nil && env != string(s.env)) {
		return Session{}, seen, now, errNone // also one of another environment (I-15)
	}
	if err != nil {
		return Session{}, seen, now, err
	}
	plain, err := s.ring.OpenDue(id, sealed)
	if fault.KindOf(err) == fault.Gone {
		return Session{}, seen, now, errNone
	}
	if err != nil {
		return Session{}, seen, now, err
	}
	a, err := identity.OpenedAuthentication(plain, now)
	if err != nil {
		return Session{}, seen, now, err
	}
	found = sessionOf(id, kind, a)
	found.IdleExpires, found.AbsoluteExpires = db.Time(idle), db.Time(absolute)
	return found, db.Time(seenAt), now, nil
}

// extend moves a live session's idle time on. One that ended in between stays
// ended.
func (s *Store) extend(ctx context.Context, live Session) (Session, error) {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		live.IdleExpires = earlier(tx.Now.Add(s.times[live.Kind].Idle), live.AbsoluteExpires)
		n, err := tx.Exec(ctx, `
			UPDATE identity_session SET seen_at = $1, idle_until = $2
			WHERE id = $3 AND idle_until > $1 AND absolute_until > $1`,
			db.Millis(tx.Now), db.Millis(live.IdleExpires), live.ID)
		if err == nil && n == 0 {
			return errNone
		}
		return err
	})
	if err != nil {
		return Session{}, err
	}
	return live, nil
}

// End logs out. A token that has no session is no error: the person is logged
// out either way.
func (s *Store) End(ctx context.Context, token string, kind identity.Kind) error {
	live, _, _, err := s.find(ctx, token, kind)
	if fault.KindOf(err) == fault.Unauthenticated {
		return nil
	}
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM identity_session WHERE id = $1`, live.ID)
		if err != nil || n == 0 {
			return err
		}
		return s.audit.Write(ctx, tx, audit.Event{
			Action: audit.Logout, Actor: s.audit.Actor(live.Subject), Category: string(kind), Outcome: "done",
			Details: map[string]string{"session": live.ID},
		})
	})
}

// EndAll ends every session of a person, of both kinds, and tells how many: for
// a lost phone, or an assignment that was taken back. actor is the audit log's
// pseudonym of who asked.
func (s *Store) EndAll(ctx context.Context, person pnr.Number, actor string) (int, error) {
	var ended int64
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		var err error
		ended, err = tx.Exec(ctx, `DELETE FROM identity_session WHERE person = $1`, s.pseudonym(person))
		if err != nil || ended == 0 {
			return err
		}
		return s.audit.Write(ctx, tx, audit.Event{
			Action: audit.Logout, Actor: actor, Subject: s.audit.Actor(person), Outcome: "all-ended",
		})
	})
	return int(ended), err
}

// Rule destroys sessions whose time is out.
func (s *Store) Rule() retention.Rule {
	return retention.Rule{Name: "sessions", Purge: func(ctx context.Context, now time.Time) (int, error) {
		var n int64
		err := s.db.Tx(ctx, func(tx *db.Tx) error {
			var err error
			n, err = tx.Exec(ctx, `DELETE FROM identity_session WHERE idle_until <= $1 OR absolute_until <= $1`, db.Millis(now))
			return err
		})
		return int(n), err
	}}
}

func (s *Store) pseudonym(n pnr.Number) string { return s.ring.Pseudonym(personPurpose, n.Plain()) }

func newToken() string {
	var b [tokenSize]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
