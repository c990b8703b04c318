package petition

import (
	"context"
	"strings"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Letter is what a decision says to the proposer.
type Letter struct {
	Subject, Text string
	// Mailed: there is a confirmed address. Otherwise the proposer reads it on
	// their own page alone.
	Mailed bool
}

// hiddenSecret stands in a preview where the letter has a secret.
const hiddenSecret = "-"

// Preview is the letter that a decision leads to, before it is made (ux.md
// P17). m is MoveAskMore, MoveAccept, MoveReject, MoveHide or MoveMerge.
//
// Faults: as those of the decision.
func (p *Petitions) Preview(ctx context.Context, staff, id string, m Move, d Decision) (Letter, error) {
	who, err := p.staff(ctx, staff, RoleModerator)
	if err != nil {
		return Letter{}, err
	}
	if !isDecision(m) {
		return Letter{}, fault.New(fault.Invalid, "petition: not a decision")
	}
	d, link, err := p.prepare(m, d)
	if err != nil {
		return Letter{}, err
	}
	var out Letter
	err = p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := p.mayDecide(ctx, tx, r, who, m, d); err != nil {
			return err
		}
		t, _ := transition(m)
		if !t.Legal(r.Standing, RoleModerator) {
			return fault.New(fault.Conflict, "petition: %s is not possible from %s", m, r.Standing.Moderation)
		}
		to, err := p.authorAddress(ctx, tx, r)
		if err != nil {
			return err
		}
		r.Standing, r.Code, r.Target = t.after(r.Standing), d.Code, d.Into
		letter := p.verdictLetter(to, r, Event{Move: m, Code: d.Code, Words: d.Words, Link: link}, hiddenSecret)
		// The letter's own links are the proposer's alone.
		text := strings.ReplaceAll(letter.Text, p.opt.Link(LinkManage, hiddenSecret), "(förslagsställarens egen länk)")
		text = strings.ReplaceAll(text, letter.Unsubscribe, "(länk för att sluta få mejl)")
		out = Letter{Subject: letter.Subject, Text: text, Mailed: to != ""}
		return nil
	})
	return out, err
}
