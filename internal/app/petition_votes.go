package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"medborgarnavet/block/orgnr"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/transient"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/booth"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/oversight"
	"medborgarnavet/internal/petition/proof"
	"medborgarnavet/internal/petition/register"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/switches"
	"medborgarnavet/internal/petition/uptime"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/web/shelf"
)

// buildVoting makes what stands between a voter and the ballot: a login that
// leaves nothing, the booth, and who may vote.
func (t *town) buildVoting(p *petitions) error {
	c := t.cfg.Petitions
	env := identity.Environment(t.server.Mode)
	// The e-ID's own text names no petition, and no voting.
	provider, err := t.bankID("Du loggar in på kommunens e-tjänst.", route.DiscreetLog(t.log))
	if err != nil {
		return err
	}
	if p.logins, err = transient.New(transient.Options{Clock: t.clock, Log: route.DiscreetLog(t.log), Environment: env,
		Providers: []identity.Provider{provider}, Max: t.voteLogins}); err != nil {
		return err
	}
	options := booth.Options{Box: p.box, Ring: t.ring, Clock: t.clock, Environment: env, Petition: t.standing,
		Rules: booth.Rules{MinAge: p.life.Settings().VoteAge, MinLevel: c.Votes.MinLevel}}
	if c.Register.Endpoint != "" {
		if p.register, err = populationRegister(c.Register); err != nil {
			return fmt.Errorf("population register: %w", err)
		}
		options.Register, options.Rules.Resident, options.Rules.Districts = p.register, true, c.Register.Districts
	}
	if p.booth, err = booth.New(options); err != nil {
		return err
	}
	if c.Seal.CertFile != "" {
		if p.seals, err = proof.Open(proof.Certificate{CertFile: c.Seal.CertFile, KeyFile: c.Seal.KeyFile, TimeStamp: c.Seal.TimeStamp, Clock: t.clock}); err != nil {
			return fmt.Errorf("seal: %w", err)
		}
	}
	p.switches = switches.New(t.db, t.audit, t.clock)
	p.uptime = uptime.New(uptime.Options{DB: t.db, Clock: t.steady, Log: t.log, Probes: map[string]func(context.Context) error{
		uptime.EID:    t.eidAnswers,
		uptime.Sealer: p.sealer.Ready,
		uptime.Mail:   t.mailAnswers,
	}})
	p.shelf = shelf.New(shelf.Options{Clock: t.clock, Log: route.DiscreetLog(t.log)})
	p.searches = shelf.New(shelf.Options{Clock: t.clock, Log: route.DiscreetLog(t.log), Max: 500, MaxBytes: 16 << 20})
	return nil
}

func populationRegister(c config.Register) (*register.Register, error) {
	cert, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(c.RootsFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fault.New(fault.Invalid, "%s holds no certificate", c.RootsFile)
	}
	org, err := orgnr.Parse(c.OrgNumber)
	if err != nil {
		return nil, err
	}
	return register.New(register.Options{URL: c.Endpoint, Certificate: cert, Roots: roots, Organisation: org})
}

// standing is how it is with a petition, for the booth and its pages.
func (t *town) standing(ctx context.Context, id string) (booth.Standing, error) {
	one, err := t.petitions.life.One(ctx, id)
	if err != nil {
		return booth.Standing{}, err
	}
	s := booth.Standing{Title: one.Title, ClosesAt: one.ClosesAt}
	err = t.db.Read(ctx, func(tx *db.Tx) error {
		b, err := ballot.Load(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			return nil // not open yet, or never
		}
		if err != nil {
			return err
		}
		s.Open = b.Accepting && (one.Standing.Voting == petition.Open || one.Standing.Voting == petition.Paused || one.Standing.Voting == petition.Closing)
		s.Paused, s.ClosesAt, s.Receipts = b.Paused, b.ClosesAt, b.Receipts
		return nil
	})
	return s, err
}

// oversee is the steward's picture of the voting.
func (t *town) oversee(ctx context.Context) (oversight.Picture, error) {
	p := t.petitions
	return oversight.Read(ctx, oversight.Options{DB: t.db, Alarms: p.machine.Alarms, Keys: func(_ context.Context, id string) ([]oversight.Usage, error) {
		if p.keys == nil {
			return nil, nil // another party keeps them, and is asked by its own operators
		}
		u, err := p.keys.For(seal.Own).Usage(id)
		if err != nil {
			return nil, err
		}
		return []oversight.Usage{{Petition: id, Holder: seal.Own, Asked: u.Used, Limit: u.Limit.Total, Refused: u.Refused}}, nil
	}})
}

// overseeAll is that with what the clock and the holders of keys say, who are
// asked now.
func (t *town) overseeAll(ctx context.Context) (oversight.Picture, error) {
	picture, err := t.oversee(ctx)
	picture.Jumped = t.steady.Jumped()
	if keys := t.petitions.keys; keys != nil {
		picture.Holders = append(picture.Holders, oversight.Holder{Name: t.cfg.Name, Answers: keys.For(seal.Own).Ready(ctx) == nil})
	}
	if other := t.petitions.holder; other != nil {
		picture.Holders = append(picture.Holders, oversight.Holder{Name: t.holderName(), Answers: other.Ready(ctx) == nil})
	}
	return picture, err
}

// stewarding is what a steward can do with the voting, told to the petition's
// life at once.
type stewarding struct{ t *town }

// Pause implements moderation.Voting.
func (s stewarding) Pause(ctx context.Context, id, words string) error {
	return s.told(ctx, id, words, func() error { return s.t.petitions.machine.Pause(ctx, id, closing.ReasonSteward) })
}

// Resume implements moderation.Voting.
func (s stewarding) Resume(ctx context.Context, id, words string) error {
	return s.told(ctx, id, words, func() error { return s.t.petitions.machine.Resume(ctx, id) })
}

// CloseEarly implements moderation.Voting.
func (s stewarding) CloseEarly(ctx context.Context, id, words string) error {
	return s.told(ctx, id, words, func() error {
		if err := s.t.petitions.machine.CloseEarly(ctx, id); err != nil {
			return err
		}
		_, err := s.t.petitions.machine.Run(ctx)
		return err
	})
}

// Outage implements moderation.Voting.
func (s stewarding) Outage(ctx context.Context, from, until time.Time) (int, error) {
	moved, err := s.t.petitions.machine.Outage(ctx, from, until, closing.ReasonOutage)
	if err != nil {
		return moved, err
	}
	return moved, s.t.followVoting(ctx)
}

func (s stewarding) told(ctx context.Context, id, words string, do func() error) error {
	if err := do(); err != nil {
		return err
	}
	under, err := s.t.petitions.life.UnderVote(ctx)
	for _, u := range under {
		if u.ID == id {
			return s.t.followOne(ctx, u, &words)
		}
	}
	return err
}
