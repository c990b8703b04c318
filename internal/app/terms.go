package app

import (
	"crypto/ed25519"
	"time"

	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/form"
	"medborgarnavet/internal/web/citizen"
	"medborgarnavet/internal/web/public"
	"medborgarnavet/internal/workspace"
	"medborgarnavet/plugin"
)

// board finds a board of the municipality.
func (t *town) board(id string) (config.Board, error) {
	for _, b := range t.cfg.Boards {
		if b.ID == id {
			return b, nil
		}
	}
	return config.Board{}, fault.New(fault.Internal, "no board %q in the configuration", id)
}

func (t *town) boardName(id string) string {
	b, err := t.board(id)
	if err != nil {
		return id
	}
	return b.Name
}

// controller is the authority that answers for a board's processing (M-24).
func (t *town) controller(b config.Board) plugin.Controller {
	return plugin.Controller{Municipality: t.cfg.ID, Board: b.ID, Name: b.Name + ", " + t.cfg.Name, OrgNumber: b.OrgNumber}
}

// terms are a board's terms for asking, in force at a time (I-2).
func (t *town) terms(board, reference string, at time.Time) (broker.Terms, error) {
	b, err := t.board(board)
	if err != nil {
		return broker.Terms{}, err
	}
	legal, err := t.legal(board, reference, at)
	if err != nil {
		return broker.Terms{}, err
	}
	return broker.Terms{Controller: t.controller(b), AskMonthsBack: b.ControlPeriod.AskMonthsBack,
		SumMonthsBack: b.ControlPeriod.SumMonthBack, KeepDays: b.Retention.FetchedDays, Legal: legal}, nil
}

// legal is the text of a dated legal reference.
func (t *town) legal(board, reference string, at time.Time) (string, error) {
	b, err := t.board(board)
	if err != nil {
		return "", err
	}
	r, ok := b.Legal(reference, config.DateOf(at))
	if !ok {
		return "", fault.New(fault.Unavailable, "the board has no legal reference %q in force", reference)
	}
	return r.Text, nil
}

// controlMonth is the month whose payments are summed.
func (t *town) controlMonth(board, month string) (string, error) {
	b, err := t.board(board)
	if err != nil {
		return "", err
	}
	return form.AddMonths(month, -b.ControlPeriod.SumMonthBack)
}

func (t *town) retention(board string) workspace.Retention {
	b, err := t.board(board)
	if err != nil {
		return workspace.Retention{Days: 7, MaxDays: 30}
	}
	return workspace.Retention{Days: b.Retention.DraftDays, MaxDays: b.Retention.DraftMaxDays}
}

// toldTerms are a board's terms in the resident's texts.
func (t *town) toldTerms(board string) citizen.Terms {
	b, err := t.board(board)
	if err != nil {
		return citizen.Terms{FetchedDays: 7, SupplementDays: 10}
	}
	return citizen.Terms{FetchedDays: b.Retention.FetchedDays, SupplementDays: b.SupplementDays}
}

// publicTerms are every board's terms, for the pages that anyone reads.
func (t *town) publicTerms() (all []public.Terms) {
	for _, b := range t.cfg.Boards {
		r := b.Retention
		all = append(all, public.Terms{Board: b.Name, DraftDays: r.DraftDays, DraftMaxDays: r.DraftMaxDays, FetchedDays: r.FetchedDays,
			DecidedYears: r.DecidedYears, KeepBirthDays: r.KeepBirthDays})
	}
	return all
}

func (t *town) series(board string) string {
	b, err := t.board(board)
	if err != nil {
		return board
	}
	return b.RegistryPrefix
}

// grantKeys are none before the keys are open: while a configuration is only
// examined.
func grantKeys(t *town) []ed25519.PublicKey {
	if t.ring == nil {
		return nil
	}
	return []ed25519.PublicKey{broker.GrantKey(t.ring)}
}
