package petition

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"strings"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/mail"
)

// Followers get news by mail. They are kept apart from votes: anyone may
// follow, following is not offered by voting, and nothing joins the two
// (petitions.md §2.2 rule 8). An address follows after a click in a letter.

const (
	followPurpose   = "petition follow"
	unfollowPurpose = "petition unfollow"
)

// Follow asks an address to confirm that it wants news. The answer is the same
// whether it follows already or not.
//
// Faults: NotFound (nothing public to follow), Gone, Invalid, TooMany.
func (p *Petitions) Follow(ctx context.Context, id, address, from string) error {
	if len(address) > mail.MaxAddress {
		return fault.New(fault.TooLarge, "petition: the address is too long")
	}
	to, err := mail.Address(strings.TrimSpace(address))
	if err != nil {
		return refuse(Remark{Field: "mail", Code: "unknown"})
	}
	err = p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := p.mayFollow(r, tx.Now); err != nil {
			return err
		}
		if err := p.count(ctx, tx, "follow", network(from), 0, p.set.PerDay); err != nil {
			return err
		}
		return p.askFollow(ctx, tx, r, to)
	})
	if err == nil {
		p.opt.Outbox.Wake()
	}
	return err
}

func (p *Petitions) mayFollow(r record, now time.Time) error {
	switch v, err := visibility(r, p.set, now); {
	case err != nil:
		return err
	case v != full || !r.end().IsZero() && !now.Before(r.end()):
		return errNone
	}
	return nil
}

func (p *Petitions) askFollow(ctx context.Context, tx *db.Tx, r record, to string) error {
	person := p.opt.Ring.Pseudonym(followPurpose, mail.Canonical(to))
	var confirmed int64
	err := tx.QueryRow(ctx, `SELECT confirmed_at FROM petition_follow WHERE petition = $1 AND person = $2`, r.ID, person).Scan(&confirmed)
	if err == nil && confirmed > 0 {
		return nil // nothing to ask, and nothing to tell
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	switch err := p.count(ctx, tx, "mail", mail.Canonical(to), 0, p.set.MailsPerDay); {
	case fault.Is(err, fault.TooMany):
		return nil // no more letters today; to say so would tell who does not follow
	case err != nil:
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM petition_follow WHERE petition = $1 AND person = $2`, r.ID, person); err != nil {
		return err
	}
	id, secret := db.NewID(), newSecret()
	sealed, err := p.seal(r.Board, "petition_follow", id, to)
	if err != nil {
		return err
	}
	expires := tx.Now.Add(time.Duration(p.set.ConfirmHours) * time.Hour)
	if _, err := tx.Exec(ctx, `
		INSERT INTO petition_follow (id, petition, person, confirm, confirmed_at, expires_at, told, sealed) VALUES ($1, $2, $3, $4, 0, $5, 0, $6)`,
		id, r.ID, person, hashOf(secret), db.Millis(expires), sealed); err != nil {
		return err
	}
	return p.opt.Mail.Add(ctx, tx, p.followLetter(to, r.Registry, secret))
}

// byFollowLink finds the follower that a letter asked, and the petition.
func byFollowLink(ctx context.Context, tx *db.Tx, secret string) (id, petition string, err error) {
	var expires int64
	err = tx.QueryRow(ctx, `SELECT id, petition, expires_at FROM petition_follow WHERE confirm = $1`, hashOf(secret)).Scan(&id, &petition, &expires)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", "", errLink
	case err == nil && db.Millis(tx.Now) >= expires:
		return "", "", errOldLink
	}
	return id, petition, err
}

// FollowLink tells whether ConfirmFollow would take a secret, and the
// petition's id. It changes nothing.
//
// Faults: NotFound, Gone.
func (p *Petitions) FollowLink(ctx context.Context, secret string) (petition string, err error) {
	err = p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		var err error
		_, petition, err = byFollowLink(ctx, tx, secret)
		return err
	})
	return petition, err
}

// ConfirmFollow is the click in the letter; it gives the petition's id.
//
// Faults: NotFound, Gone.
func (p *Petitions) ConfirmFollow(ctx context.Context, secret string) (string, error) {
	var petition string
	err := p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		id, of, err := byFollowLink(ctx, tx, secret)
		if err != nil {
			return err
		}
		petition = of
		var last int // news from now on
		if err := tx.QueryRow(ctx, `SELECT COALESCE(max(seq), 0) FROM petition_event WHERE petition = $1`, petition).Scan(&last); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE petition_follow SET confirm = '', confirmed_at = $2, expires_at = 0, told = $3 WHERE id = $1`, id, db.Millis(tx.Now), last)
		return err
	})
	return petition, err
}

// unfollowSecret stands in each letter. It is made from the row's id with a key
// of its own, so that nothing need be kept and no letter ends another's link.
// For the proposer, the id is the petition's.
func (p *Petitions) unfollowSecret(id string) string {
	return id + "." + p.opt.Ring.Pseudonym(unfollowPurpose, id)
}

// UnfollowLink tells whether Unfollow would take a secret. It looks nothing up.
//
// Faults: NotFound.
func (p *Petitions) UnfollowLink(secret string) error {
	_, err := p.reader(secret)
	return err
}

// reader is whose letters a secret ends.
func (p *Petitions) reader(secret string) (id string, err error) {
	id, _, ok := strings.Cut(secret, ".")
	if !ok || subtle.ConstantTimeCompare([]byte(secret), []byte(p.unfollowSecret(id))) != 1 {
		return "", errLink
	}
	return id, nil
}

// Unfollow erases the address of a follower, or of a proposer who wants no more
// letters. Doing it again is no fault.
//
// Faults: NotFound.
func (p *Petitions) Unfollow(ctx context.Context, secret string) error {
	id, err := p.reader(secret)
	if err != nil {
		return err
	}
	return p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM petition_follow WHERE id = $1`, id); err != nil {
			return err
		}
		r, err := load(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return p.forgetAuthor(ctx, tx, &r)
	})
}

const mostLetters = 100 // in one transaction

// tell handles TopicNews: everyone who follows a petition is told of what they
// have not been told of, once, in one letter.
func (p *Petitions) tell(ctx context.Context, event string) error {
	for {
		n, err := p.tellSome(ctx, event)
		if err != nil || n < mostLetters {
			return err
		}
	}
}

// reader is someone to be told.
type reader struct {
	id     string
	told   int // seq of the last event
	sealed []byte
}

func (p *Petitions) tellSome(ctx context.Context, event string) (int, error) {
	told := 0
	err := p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		told = 0
		var petition string
		var seq int
		err := tx.QueryRow(ctx, `SELECT petition, seq FROM petition_event WHERE id = $1`, event).Scan(&petition, &seq)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		r, err := load(ctx, tx, petition)
		if err != nil {
			return err
		}
		readers, err := readersOf(ctx, tx, petition, seq)
		if told = len(readers); err != nil || told == 0 {
			return err
		}
		return p.write(ctx, tx, r, readers)
	})
	return told, err
}

// readersOf are some that have not been told of an event; the proposer, whose
// id is the petition's, among them.
func readersOf(ctx context.Context, tx *db.Tx, petition string, seq int) ([]reader, error) {
	rows, err := tx.Query(ctx, `
		SELECT petition, told, sealed FROM petition_author WHERE petition = $1 AND confirmed_at > 0 AND told < $2
		UNION ALL
		SELECT id, told, sealed FROM petition_follow WHERE petition = $1 AND confirmed_at > 0 AND told < $2
		LIMIT $3`, petition, seq, mostLetters)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []reader
	for rows.Next() {
		var one reader
		if err := rows.Scan(&one.id, &one.told, &one.sealed); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// write queues letters about what has happened.
func (p *Petitions) write(ctx context.Context, tx *db.Tx, r record, readers []reader) error {
	events, err := p.events(ctx, tx, r, true)
	if err != nil {
		return err
	}
	text, err := p.text(ctx, tx, r, r.Version)
	if err != nil {
		return err
	}
	last := 0
	var news []Event // decisions of moderators have letters of their own
	for _, e := range events {
		last = max(last, e.Seq)
		if t, ok := transition(e.Move); ok && t.Axis != AxisModeration {
			news = append(news, e)
		}
	}
	if slicesHas(r.Standing.Moderation, Hidden, Removed) {
		news = nil // its words are not to be spread
	}
	for _, to := range readers {
		if err := p.writeTo(ctx, tx, r, text.Title, news, last, to); err != nil {
			return err
		}
	}
	return nil
}

// writeTo queues one reader's letter, and notes what they have been told.
func (p *Petitions) writeTo(ctx context.Context, tx *db.Tx, r record, title string, news []Event, last int, to reader) error {
	table, update := "petition_follow", `UPDATE petition_follow SET told = $2 WHERE id = $1`
	if to.id == r.ID {
		table, update = "petition_author", `UPDATE petition_author SET told = $2 WHERE petition = $1`
	}
	for len(news) > 0 && news[0].Seq <= to.told {
		news = news[1:]
	}
	if len(news) > 0 {
		var address string
		if err := p.open(r.Board, table, to.id, to.sealed, &address); err != nil {
			return err
		}
		if err := p.opt.Mail.Add(ctx, tx, p.newsLetter(address, r, title, news, to.id)); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, update, to.id, last)
	return err
}
