package petition

import (
	"context"
	"log/slog"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/mail"
	"medborgarnavet/internal/outbox"
)

// Topics of the outbox; keys are ids.
const (
	TopicNews   = "petition.news"   // an event that followers are told of
	TopicStop   = "petition.stop"   // voting on a petition is to end without a result
	TopicRouted = "petition.routed" // a proposal belongs to another service
)

// Opening is what voting needs to begin.
type Opening struct {
	Petition string
	Registry string
	Disposal string // reference of the disposal decision
	Sealer   string // who seals the votes, as published
	ClosesAt time.Time
}

// Voting is what this package asks of those that take votes. Both calls may be
// made again.
type Voting interface {
	// Open begins voting. On a petition that is open it changes nothing and
	// may answer fault.Conflict.
	Open(ctx context.Context, o Opening) error
	// Stop ends voting without a result. The identities are erased as at any
	// closing, and MoveErase or MoveEraseStopped tells of it. On a petition
	// that is ending already it may answer fault.Conflict.
	Stop(ctx context.Context, petition string) error
	// Shown are the public counts of petitions that are not yet closed for
	// good, as they are shown: in steps.
	// They are read in the transaction of the page that shows them: a second
	// one could wait for ever for those who wait for it.
	Shown(ctx context.Context, tx *db.Tx, petitions []string) (map[string]int64, error)
}

// Staff is a member of staff as this package needs to know them.
type Staff struct {
	ID    string
	Actor string // pseudonym in the audit log
	Roles []Role // RoleModerator, RoleHandler, RoleSteward
}

// Directory knows this municipality's staff. Someone it does not know is
// fault.NotFound.
type Directory interface {
	Staff(ctx context.Context, id string) (Staff, error)
}

// Link is a kind of address that stands in a letter.
type Link string

// The kinds of links; pages make addresses of them.
const (
	LinkPetition Link = "petition"       // value: id
	LinkConfirm  Link = "confirm"        // value: secret
	LinkManage   Link = "manage"         // value: secret
	LinkFollow   Link = "confirm-follow" // value: secret
	LinkUnfollow Link = "unfollow"       // value: secret
	LinkDesk     Link = "moderation"     // value: id; for staff
)

// Options are what Petitions are built from.
type Options struct {
	DB        *db.DB
	Ring      *keyring.Ring
	Audit     *audit.Log
	Outbox    *outbox.Outbox
	Mail      *mail.Queue
	Clock     clock.Clock
	Log       *slog.Logger
	Voting    Voting
	Directory Directory
	Settings  Settings
	// Link makes an address. Never called with anything personal.
	Link func(kind Link, value string) string
	// Municipality is its name, for letters and open data.
	Municipality string
}

// Petitions are one municipality's.
type Petitions struct {
	opt  Options
	set  Settings
	zone *time.Location
}

// New checks the settings and takes the topics that it handles itself.
func New(opt Options) (*Petitions, error) {
	if err := opt.Settings.Validate(); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "petition")
	}
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "petition: time zone")
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	p := &Petitions{opt: opt, set: opt.Settings, zone: zone}
	opt.Outbox.Handle(TopicNews, p.tell)
	opt.Outbox.Handle(TopicStop, p.stop)
	opt.Outbox.Handle(TopicRouted, p.forward)
	return p, nil
}

// Settings are the municipality's.
func (p *Petitions) Settings() Settings { return p.set }

// day is the date of a moment in Sweden.
func (p *Petitions) day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(p.zone).Format(time.DateOnly)
}

var errNone = fault.New(fault.NotFound, "petition: no such petition")

// record is a row of the table petition.
type record struct {
	ID, Registry, Board, once          string
	ReceivedAt, ReadyAt                time.Time
	Standing                           Standing
	Version                            int
	Code, Target, Category             string
	OverCap, ReviewAgain               bool
	LockedBy                           string
	LockedAt                           time.Time
	UndoFrom                           State
	UndoUntil                          time.Time
	Duration                           Duration
	OpensAt, ClosesAt, OpenedAt        time.Time
	Threshold, Votes                   int64
	Disposal, Sealer                   string
	Body, BodyRegistry                 string
	Decision, Paragraph                string
	DecidedAt, NewsAt, AlarmedAt, Ends time.Time
	FollowedUp                         int
}

// undoable: a decision that can still be taken back, and so is not told yet.
func (r record) undoable(now time.Time) bool { return r.UndoFrom != "" && now.Before(r.UndoUntil) }

// actor is who makes a move.
type actor struct {
	role  Role
	staff string
	audit string
}

func (s Staff) as(r Role) actor { return actor{role: r, staff: s.ID, audit: s.Actor} }

var (
	theProposer = actor{role: RoleProposer}
	theSystem   = actor{role: RoleSystem, audit: audit.System}
)

// note is what a move says besides its name.
type note struct {
	code     string
	words    string
	nextStep string
	nextDay  string
	link     string
	once     string // the teller's own key: the same event again changes nothing
	silent   bool   // the words are not public, nor sent to followers
}

// act makes a move in tx: it looks at the table, changes the standing, and
// writes the event and the audit record. r is saved by the caller, which may
// have more to change.
func (p *Petitions) act(ctx context.Context, tx *db.Tx, r *record, m Move, by actor, n note) (event string, err error) {
	t, ok := transition(m)
	if !ok || !t.Legal(r.Standing, by.role) {
		return "", fault.New(fault.Conflict, "petition: %s by %s is not possible from %s, %s, %s",
			m, by.role, r.Standing.Moderation, r.Standing.Voting, r.Standing.Outcome)
	}
	before := r.Standing
	r.Standing = t.after(before)
	if before.Voting != Stopped && r.Standing.Voting == Stopped && before.Voting != Planned {
		if err := p.opt.Outbox.Add(ctx, tx, TopicStop, r.ID); err != nil {
			return "", err
		}
	}
	public := 0
	if t.Public {
		public = 2
		if n.silent {
			public = 1
		}
		r.NewsAt, r.AlarmedAt = tx.Now, time.Time{}
	}
	if event, err = p.putEvent(ctx, tx, r, m, by, n, public); err != nil {
		return "", err
	}
	if t.Public && t.Axis != AxisModeration {
		if err := p.opt.Outbox.Add(ctx, tx, TopicNews, event); err != nil {
			return "", err
		}
	}
	return event, p.trace(ctx, tx, r, auditAction(m), by, string(m), map[string]string{"event": event, "code": n.code})
}

// auditAction is the log's word for a move.
func auditAction(m Move) string {
	switch m {
	case MoveReceive, MoveSupplement, MoveConfirm, MoveNote, MoveFlag, MoveNews, MoveFollowUp:
		return audit.Recorded
	case MoveCheckOut, MoveTakeOver:
		return audit.Assigned
	case MoveErase, MoveEraseStopped:
		return audit.Erased
	}
	return audit.Decided
}

func (p *Petitions) trace(ctx context.Context, tx *db.Tx, r *record, action string, by actor, outcome string, details map[string]string) error {
	if details == nil {
		details = map[string]string{}
	}
	details["petition"], details["role"] = r.ID, string(by.role)
	return p.opt.Audit.Write(ctx, tx, audit.Event{Action: action, Actor: by.audit, Board: r.Board,
		Category: "petition", Outcome: outcome, Details: details})
}

// staff lets a member of staff with a role in.
func (p *Petitions) staff(ctx context.Context, id string, roles ...Role) (Staff, error) {
	s, err := p.opt.Directory.Staff(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && s.ID == "" {
		return Staff{}, fault.New(fault.Forbidden, "petition: not of this municipality's staff")
	}
	if err != nil {
		return Staff{}, err
	}
	for _, want := range roles {
		for _, has := range s.Roles {
			if want == has {
				return s, nil
			}
		}
	}
	return Staff{}, fault.New(fault.Forbidden, "petition: a member of staff without the role")
}

// change runs fn on a petition in one transaction and saves it.
func (p *Petitions) change(ctx context.Context, id string, fn func(tx *db.Tx, r *record) error) error {
	err := p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := fn(tx, &r); err != nil {
			return err
		}
		return p.save(ctx, tx, r)
	})
	if err == nil {
		p.opt.Outbox.Wake()
	}
	return err
}
