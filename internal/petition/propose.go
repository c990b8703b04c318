package petition

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/mail"
)

// Proposal is what somebody sends, without a login (P-05).
type Proposal struct {
	Text     Text
	Duration Duration // one of Settings.Durations; zero is the first
	Mail     string   // optional
	// Trap is a field that people do not see and programs fill in.
	Trap string
	// Once is the form's own random key, at least 16 characters: a form sent
	// twice is one proposal.
	Once string
	// From is the sender's network address. It is counted, and not kept.
	From string
}

// Received is the answer to a proposal. Manage is shown once and kept nowhere.
type Received struct {
	ID       string
	Registry string
	At       time.Time
	Manage   string // secret of the management link
	Confirm  bool   // a letter was sent to confirm the address
	Again    bool   // it was received before; the links it has got work too
}

const shortestOnce = 16

// Receive takes a proposal in. It is a public record from here on, with a
// number in the board's series, whatever becomes of it (P-19). A form that is
// sent again within ten minutes gives the same proposal with a new link.
//
// Faults: Invalid (a *Refusal says what), TooLarge, TooMany (a *Refusal says
// so when it is the address that has been written to too often), Conflict (the
// form was sent long ago).
func (p *Petitions) Receive(ctx context.Context, in Proposal) (Received, error) {
	address, err := p.checkProposal(&in)
	if err != nil {
		return Received{}, err
	}
	var got Received
	err = p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := p.count(ctx, tx, "propose", network(in.From), p.set.PerTenMinutes, p.set.PerDay); err != nil {
			return err
		}
		r, err := scan(tx.QueryRow(ctx, `SELECT `+columns+` FROM petition WHERE once = $1`, hashOf(in.Once)))
		switch {
		case err == nil:
			got, err = p.again(ctx, tx, r, address != "")
			return err
		case !fault.Is(err, fault.NotFound):
			return err
		}
		got, err = p.register(ctx, tx, in, address)
		return err
	})
	if err != nil {
		return Received{}, err
	}
	p.opt.Outbox.Wake()
	return got, nil
}

// Check tells what Receive would refuse in a proposal, and gives its text in
// order. Nothing is counted or kept.
//
// Faults: Invalid (a *Refusal says what), TooLarge.
func (p *Petitions) Check(in Proposal) (Text, error) {
	_, err := p.checkProposal(&in)
	return in.Text, err
}

// checkProposal puts a proposal in order, and gives the address in order.
func (p *Petitions) checkProposal(in *Proposal) (address string, err error) {
	if in.Text.tooLarge(p.set) || len(in.Mail) > mail.MaxAddress {
		return "", fault.New(fault.TooLarge, "petition: the proposal is too large")
	}
	text, remarks := in.Text.check(p.set)
	in.Text = text
	if in.Trap != "" {
		remarks = append(remarks, Remark{Field: "trap", Code: "filled"})
	}
	if in.Duration == (Duration{}) {
		in.Duration = p.set.Durations[0]
	} else if !slices.Contains(p.set.Durations, in.Duration) {
		remarks = append(remarks, Remark{Field: "duration", Code: "unknown"})
	}
	if len(in.Once) < shortestOnce || len(in.Once) > 200 {
		remarks = append(remarks, Remark{Field: "once", Code: "missing"})
	}
	if s := strings.TrimSpace(in.Mail); s != "" {
		if address, err = mail.Address(s); err != nil {
			remarks = append(remarks, Remark{Field: "mail", Code: "unknown"})
		}
	}
	if len(remarks) > 0 {
		return "", refuse(remarks...)
	}
	return address, nil
}

// again answers a form that was sent before.
func (p *Petitions) again(ctx context.Context, tx *db.Tx, r record, withMail bool) (Received, error) {
	if tx.Now.Sub(r.ReceivedAt) > bucketSize {
		return Received{}, fault.New(fault.Conflict, "petition: the form has been sent before")
	}
	secret, err := newLink(ctx, tx, r.ID, linkManage, time.Time{})
	return Received{ID: r.ID, Registry: r.Registry, At: r.ReceivedAt, Manage: secret, Confirm: withMail, Again: true}, err
}

// register writes a new petition.
func (p *Petitions) register(ctx context.Context, tx *db.Tx, in Proposal, address string) (Received, error) {
	registry, err := p.nextRegistry(ctx, tx)
	if err != nil {
		return Received{}, err
	}
	r := record{ID: db.NewID(), Registry: registry, Board: p.set.Board, once: hashOf(in.Once),
		ReceivedAt: tx.Now, ReadyAt: tx.Now, NewsAt: tx.Now, Standing: Standing{Submitted, None, None}, Version: 1,
		Duration: in.Duration, Votes: -1}
	confirm := time.Duration(p.set.ConfirmHours) * time.Hour
	if p.set.MailRequired {
		r.ReadyAt = tx.Now.Add(confirm)
	}
	if err := insert(ctx, tx, r); err != nil {
		return Received{}, err
	}
	if err := p.putText(ctx, tx, r, in.Text); err != nil {
		return Received{}, err
	}
	event, err := p.putEvent(ctx, tx, &r, MoveReceive, theProposer,
		note{nextStep: string(MoveCheckOut), nextDay: p.day(r.ReadyAt.AddDate(0, 0, p.set.TargetDays))}, 2)
	if err != nil {
		return Received{}, err
	}
	if err := p.trace(ctx, tx, &r, auditAction(MoveReceive), theProposer, string(MoveReceive), map[string]string{"event": event}); err != nil {
		return Received{}, err
	}
	got := Received{ID: r.ID, Registry: registry, At: tx.Now, Confirm: address != ""}
	if got.Manage, err = newLink(ctx, tx, r.ID, linkManage, time.Time{}); err != nil {
		return got, err
	}
	if address == "" {
		return got, nil
	}
	return got, p.askConfirm(ctx, tx, r, address, tx.Now.Add(confirm))
}

// authorPurpose makes the pseudonyms of proposers' addresses (I-18).
const authorPurpose = "petition author"

// askConfirm keeps the proposer's address and asks it to confirm itself. The
// letter holds nothing that the sender wrote: nobody can send words to others
// by it.
func (p *Petitions) askConfirm(ctx context.Context, tx *db.Tx, r record, address string, expires time.Time) error {
	if err := p.count(ctx, tx, "mail", mail.Canonical(address), 0, p.set.MailsPerDay); err != nil {
		if fault.Is(err, fault.TooMany) {
			err = fault.Wrap(fault.TooMany, &Refusal{Remarks: []Remark{{Field: "mail", Code: "often"}}}, "petition: refused")
		}
		return err
	}
	sealed, err := p.seal(r.Board, "petition_author", r.ID, address)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO petition_author (petition, person, confirmed_at, expires_at, told, sealed) VALUES ($1, $2, 0, $3, 0, $4)`,
		r.ID, p.opt.Ring.Pseudonym(authorPurpose, mail.Canonical(address)), db.Millis(expires), sealed); err != nil {
		return err
	}
	secret, err := newLink(ctx, tx, r.ID, linkConfirm, expires)
	if err != nil {
		return err
	}
	return p.opt.Mail.Add(ctx, tx, p.confirmLetter(address, r.Registry, secret))
}

// ConfirmLink tells whether Confirm would take a secret, and the number of the
// proposal. It changes nothing.
//
// Faults: NotFound, Gone (too old).
func (p *Petitions) ConfirmLink(ctx context.Context, secret string) (registry string, err error) {
	err = p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := byLink(ctx, tx, linkConfirm, secret)
		if err != nil {
			return err
		}
		var asked int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM petition_author WHERE petition = $1`, r.ID).Scan(&asked); err != nil {
			return err
		}
		if asked == 0 {
			return errForgotten
		}
		registry = r.Registry
		return nil
	})
	return registry, err
}

var errForgotten = fault.New(fault.Gone, "petition: the address is erased")

// Confirm is the click in the letter: from now on the address is the
// proposer's. It gives a new management link, since whoever can read the
// letters may manage the proposal.
//
// Faults: NotFound, Gone (too old).
func (p *Petitions) Confirm(ctx context.Context, secret string) (Received, error) {
	var got Received
	err := p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err := byLink(ctx, tx, linkConfirm, secret)
		if err != nil {
			return err
		}
		if err := p.confirmAuthor(ctx, tx, &r); err != nil {
			return err
		}
		if _, err := p.act(ctx, tx, &r, MoveConfirm, theProposer, note{}); err != nil {
			return err
		}
		if tx.Now.Before(r.ReadyAt) {
			r.ReadyAt = tx.Now
		}
		if _, err := tx.Exec(ctx, `DELETE FROM petition_link WHERE hash = $1`, hashOf(secret)); err != nil {
			return err
		}
		got = Received{ID: r.ID, Registry: r.Registry, At: r.ReceivedAt}
		if got.Manage, err = newLink(ctx, tx, r.ID, linkManage, time.Time{}); err != nil {
			return err
		}
		return p.save(ctx, tx, r)
	})
	if err != nil {
		return Received{}, err
	}
	return got, nil
}

// confirmAuthor marks the address as confirmed and counts it against the cap.
// The cap is looked at here and not before, so that nobody can ask whether
// somebody else's address has proposed something.
func (p *Petitions) confirmAuthor(ctx context.Context, tx *db.Tx, r *record) error {
	var person string
	err := tx.QueryRow(ctx, `SELECT person FROM petition_author WHERE petition = $1`, r.ID).Scan(&person)
	if errors.Is(err, sql.ErrNoRows) {
		return errForgotten
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `
		UPDATE petition_author SET confirmed_at = $2, expires_at = 0,
			told = (SELECT COALESCE(max(seq), 0) FROM petition_event WHERE petition = $1)
		WHERE petition = $1`, r.ID, db.Millis(tx.Now)); err != nil {
		return err
	}
	var underWay int
	if err := tx.QueryRow(ctx, `
		SELECT count(*) FROM petition_author a JOIN petition p ON p.id = a.petition
		WHERE a.person = $1 AND a.confirmed_at > 0 AND p.ended_at = 0`, person).Scan(&underWay); err != nil {
		return err
	}
	r.OverCap = p.set.CapPerProposer > 0 && underWay > p.set.CapPerProposer
	return nil
}

// authorAddress is the proposer's confirmed address; "" when there is none.
func (p *Petitions) authorAddress(ctx context.Context, tx *db.Tx, r record) (string, error) {
	var sealed []byte
	err := tx.QueryRow(ctx, `SELECT sealed FROM petition_author WHERE petition = $1 AND confirmed_at > 0`, r.ID).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var address string
	return address, p.open(r.Board, "petition_author", r.ID, sealed, &address)
}
