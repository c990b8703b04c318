package booth

import (
	"context"
	"encoding/hex"
	"time"
	_ "time/tzdata" // the same birthdays on a machine without a zone database

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/register"
	"medborgarnavet/internal/petition/tally"
)

// Outcome is what became of a vote.
type Outcome = ballot.Outcome

// Answer is what a population register says.
type Answer = register.Answer

// Register asks a population register; *register.Register does.
type Register interface {
	Ask(ctx context.Context, person pnr.Number, at time.Time) (Answer, error)
}

// Standing is how it is with a petition.
type Standing struct {
	Title string
	// Open: votes are taken. It stays true in the grace after ClosesAt, for
	// those who had begun before.
	Open     bool
	Paused   bool
	ClosesAt time.Time
	Receipts bool
}

// Rules say who may vote. The zero Rules ask for an e-ID of the usual level.
type Rules struct {
	MinAge   int  // years, on the day in Sweden; 0 = any
	Resident bool // by the population register; off by default (petitions.md §2.2)
	// Districts counts votes by the register's district too. Without it the
	// register's yes or no is all that is used (P-15).
	Districts bool
	MinLevel  int // of the e-ID; 0 = 3 (M-23)
}

// Options is what a Booth uses.
type Options struct {
	Box      *ballot.Box
	Ring     *keyring.Ring
	Clock    clock.Clock // nil is the machine's
	Register Register    // nil = off
	Rules    Rules
	// Environment of this instance; "" is production, where a test e-ID does
	// not count (I-15).
	Environment identity.Environment
	// Petition tells how it is with a petition; fault.NotFound for none.
	Petition func(ctx context.Context, id string) (Standing, error)
}

// Booth is where one votes. Safe for concurrent use.
type Booth struct {
	o      Options
	policy identity.Policy
	zone   *time.Location
}

// New checks the options.
func New(o Options) (*Booth, error) {
	if o.Box == nil || o.Ring == nil || o.Petition == nil {
		return nil, fault.New(fault.Invalid, "booth: box, ring and petitions are needed")
	}
	if o.Rules.Resident && o.Register == nil {
		return nil, fault.New(fault.Invalid, "booth: residents only needs a population register")
	}
	if o.Rules.MinAge < 0 || o.Rules.MinLevel < 0 || o.Rules.MinLevel > 4 {
		return nil, fault.New(fault.Invalid, "booth: the least age or level is out of range")
	}
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.Environment == "" {
		o.Environment = identity.Production
	}
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return nil, fault.New(fault.Internal, "booth: the time zone Europe/Stockholm is not known")
	}
	policy := identity.DefaultPolicy(o.Environment)
	if o.Rules.MinLevel > 0 {
		policy.Min = o.Rules.MinLevel
	}
	return &Booth{o: o, policy: policy, zone: zone}, nil
}

// Admission is what the page that asks "do you want to vote" shows and holds.
type Admission struct {
	Ticket   string // sealed, at most 512 characters; it goes into the form and nowhere else
	Petition string
	Title    string
	Voted    bool // the person has voted already, and may take it back
	// Leave: the person may take the vote back but not vote, since the
	// population register does not know them as a resident any more.
	Leave    bool
	ClosesAt time.Time
	Receipts bool
}

// Admit lets a person in who has just logged in, or refuses with a Reason.
// begun is when the login began; zero = now. Nothing is written.
func (b *Booth) Admit(ctx context.Context, petition string, auth identity.Authentication, begun time.Time) (Admission, error) {
	now := b.o.Clock.Now()
	if begun.IsZero() || begun.After(now) {
		begun = now
	}
	standing, err := b.standing(ctx, petition, begun, now)
	if err != nil {
		return Admission{}, err
	}
	if err := b.policy.Accept(auth); err != nil {
		return Admission{}, refuse(fault.Forbidden, ReasonLevelTooLow)
	}
	if auth.Subject.Age(now.In(b.zone)) < b.o.Rules.MinAge {
		return Admission{}, refuse(fault.Forbidden, ReasonTooYoung)
	}
	status, err := b.o.Box.Status(ctx, petition, auth.Subject)
	if err != nil {
		return Admission{}, explain(err)
	}
	t := ticket{petition: petition, person: auth.Subject, begun: begun, made: now}
	voted := status == ballot.Voted
	if t.district, t.leaveOnly, err = b.residence(ctx, auth.Subject, voted, now); err != nil {
		return Admission{}, err
	}
	text, err := b.seal(t)
	return Admission{Ticket: text, Petition: petition, Title: standing.Title, Voted: voted, Leave: t.leaveOnly,
		ClosesAt: standing.ClosesAt, Receipts: standing.Receipts}, err
}

// standing refuses a petition that takes no vote of one who began then.
func (b *Booth) standing(ctx context.Context, petition string, begun, now time.Time) (Standing, error) {
	s, err := b.o.Petition(ctx, petition)
	switch {
	case fault.Is(err, fault.NotFound):
		return s, refuse(fault.NotFound, ReasonUnknown)
	case err != nil:
		return s, explain(err)
	case !s.Open, !begun.Before(s.ClosesAt), !now.Before(s.ClosesAt.Add(ballot.Grace)):
		return s, refuse(fault.Gone, ReasonClosed)
	case s.Paused:
		return s, refuse(fault.Conflict, ReasonPaused)
	}
	return s, nil
}

// residence asks the register where that is switched on. Who has voted may
// always take it back, also without an answer from the register: the vote then
// stays in its district's number, which is rounded.
func (b *Booth) residence(ctx context.Context, person pnr.Number, voted bool, now time.Time) (district string, leaveOnly bool, err error) {
	if !b.o.Rules.Resident {
		return "", false, nil
	}
	answer, err := b.o.Register.Ask(ctx, person, now)
	switch {
	case err == nil && answer.Resident && b.o.Rules.Districts:
		return answer.District, false, nil
	case err == nil && answer.Resident:
		return "", false, nil
	case voted:
		return "", true, nil
	case err != nil:
		return "", false, &refusal{reason: ReasonRegister, err: fault.Wrap(fault.Unavailable, err, "booth")}
	}
	return "", false, refuse(fault.Forbidden, ReasonNotResident)
}

// Cast votes, or takes the vote back, for whom the ticket admits. The petition
// is told whenever the ticket could be read, so that the page can lead back.
// What is accepted is on disk. fault.Unavailable and fault.TooMany: sending the
// same again is harmless.
func (b *Booth) Cast(ctx context.Context, ticket string, withdraw bool) (outcome Outcome, petition string, err error) {
	t, err := b.open(ticket)
	if err != nil {
		return "", t.petition, err
	}
	switch {
	case withdraw:
		outcome, err = b.o.Box.WithdrawFrom(ctx, t.petition, t.person, t.begun, t.district)
	case t.leaveOnly:
		if outcome, err = b.o.Box.Status(ctx, t.petition, t.person); err == nil && outcome != ballot.Voted {
			return "", t.petition, refuse(fault.Forbidden, ReasonNotResident)
		}
	default:
		outcome, err = b.o.Box.CastFrom(ctx, t.petition, t.person, t.begun, t.district)
	}
	return outcome, t.petition, explain(err)
}

// Receipt is the person's own proof, where receipts are switched on. Whoever
// sees it can know that its owner voted: the page says so first.
func (b *Booth) Receipt(ctx context.Context, ticket string) (tally.Receipt, error) {
	t, err := b.open(ticket)
	if err != nil {
		return tally.Receipt{}, err
	}
	nullifier, err := b.o.Box.Receipt(ctx, t.petition, t.person)
	if err != nil {
		return tally.Receipt{}, explain(err)
	}
	if nullifier == nil {
		return tally.Receipt{}, refuse(fault.NotFound, ReasonNoVote)
	}
	return tally.Receipt{Petition: t.petition, Nullifier: hex.EncodeToString(nullifier)}, nil
}
