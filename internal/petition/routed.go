package petition

import (
	"context"
	"slices"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/mail"
)

// forward handles TopicRouted, whose key is a petition's id: what belongs to
// another service is sent to that service's own address, where it has one. The
// proposer's address is not handed on. It may be sent twice, as any letter.
func (p *Petitions) forward(ctx context.Context, id string) error {
	err := p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		code, ok := CodeOf(r.Code)
		i := slices.IndexFunc(p.set.Services, func(s Service) bool { return s.ID == r.Target })
		if r.Standing.Moderation != Rejected || !ok || !code.Routes || i < 0 || p.set.Services[i].Mail == "" {
			return nil // reopened since, or the service reads no letters
		}
		text, err := p.text(ctx, tx, r, r.Version)
		if err != nil {
			return err
		}
		return p.opt.Mail.Add(ctx, tx, p.routedLetter(p.set.Services[i], r, code, text))
	})
	if err == nil {
		p.opt.Outbox.Wake()
	}
	return err
}

func (p *Petitions) routedLetter(to Service, r record, code Code, text Text) mail.Message {
	said := "Någon lämnade det här som ett e-förslag till " + p.opt.Municipality + ". Vi bedömde att det hör till er.\n\n" +
		"Nummer: " + r.Registry + "\nKom in: " + p.day(r.ReceivedAt) + "\nSkäl: " + code.Label + "\n\n" +
		text.Title + "\n\n" + text.What + "\n"
	if text.Why != "" {
		said += "\n" + text.Why + "\n"
	}
	said += "\nDen som lämnade förslaget har fått veta att det hör till er, och er adress:\n" + to.URL + "\n" +
		"\nHar det hamnat fel? Läs mer här:\n" + p.opt.Link(LinkDesk, r.ID)
	return mail.Message{To: to.Mail, Subject: "Ett e-förslag som hör till er: " + r.Registry, Text: said + p.signature()}
}
