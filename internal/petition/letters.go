package petition

import (
	"context"
	"strings"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/mail"
)

// The letters. Nothing that somebody else wrote is sent to an address that has
// not confirmed itself.

func (p *Petitions) signature() string { return "\n\nHälsningar\n" + p.opt.Municipality + "\n" }

func (p *Petitions) confirmLetter(to, registry, secret string) mail.Message {
	return mail.Message{To: to, Subject: "Bekräfta din e-postadress",
		Text: "Någon har lämnat ett förslag till " + p.opt.Municipality + " och skrivit den här e-postadressen. Förslaget har nummer " + registry + ".\n\n" +
			"Är det du? Bekräfta då din adress här:\n" + p.opt.Link(LinkConfirm, secret) + "\n\n" +
			"Är det inte du? Då behöver du inte göra något. Vi tar bort adressen om den inte bekräftas." + p.signature()}
}

func (p *Petitions) followLetter(to, registry, secret string) mail.Message {
	return mail.Message{To: to, Subject: "Bekräfta att du vill följa ett förslag",
		Text: "Någon vill följa förslaget " + registry + " hos " + p.opt.Municipality + " med den här e-postadressen.\n\n" +
			"Är det du? Bekräfta då här:\n" + p.opt.Link(LinkFollow, secret) + "\n\n" +
			"Är det inte du? Då behöver du inte göra något. Vi tar bort adressen om den inte bekräftas." + p.signature()}
}

// tellAuthor writes to the proposer what was decided, with a fresh link.
func (p *Petitions) tellAuthor(ctx context.Context, tx *db.Tx, r record) error {
	to, err := p.authorAddress(ctx, tx, r)
	if err != nil || to == "" {
		return err
	}
	all, err := p.events(ctx, tx, r, false)
	if err != nil {
		return err
	}
	var last Event
	for _, e := range all {
		if isDecision(e.Move) && !e.Undone {
			last = e
		}
	}
	secret, err := newLink(ctx, tx, r.ID, linkManage, time.Time{})
	if err != nil {
		return err
	}
	subject := map[State]string{
		SupplementRequested: "Vi behöver veta mer om ditt förslag", Accepted: "Ditt förslag är godkänt",
		Rejected: "Ditt förslag går inte till omröstning", Hidden: "Ditt förslag visas inte", Merged: "Ditt förslag har slagits ihop med ett annat",
	}[r.Standing.Moderation]
	if subject == "" {
		subject = "Nyheter om ditt förslag"
	}
	var b strings.Builder
	b.WriteString("Det gäller ditt förslag " + r.Registry + ".\n\n")
	if c, ok := CodeOf(r.Code); ok {
		b.WriteString(c.Label + ".\n\n")
	}
	b.WriteString(last.Words + "\n\n")
	if last.Link != "" {
		b.WriteString("Hit kan du vända dig i stället:\n" + last.Link + "\n\n")
	}
	if r.Standing.Moderation == Merged {
		b.WriteString("Det andra förslaget:\n" + p.opt.Link(LinkPetition, r.Target) + "\n\n")
	}
	b.WriteString("Här ser du ditt förslag:\n" + p.opt.Link(LinkManage, secret))
	return p.opt.Mail.Add(ctx, tx, mail.Message{To: to, Subject: subject, Text: b.String() + p.signature()})
}

// newsLetter tells of events. unfollow is empty for the proposer.
func (p *Petitions) newsLetter(to string, r record, title string, news []Event, unfollow string) mail.Message {
	var b strings.Builder
	b.WriteString("Nytt om förslaget \"" + title + "\" (" + r.Registry + "):\n")
	for _, e := range news {
		b.WriteString("\n" + p.day(e.At) + ": " + e.Words + "\n")
		if e.Link != "" {
			b.WriteString("Källa: " + e.Link + "\n")
		}
	}
	if next := news[len(news)-1].NextDay; next != "" {
		b.WriteString("\nNästa steg väntas " + next + ".\n")
	}
	b.WriteString("\nLäs mer: " + p.opt.Link(LinkPetition, r.ID) + "\n")
	m := mail.Message{To: to, Subject: "Nytt om ett förslag", Text: b.String() + p.signature()}
	if unfollow != "" {
		m.Unsubscribe = p.opt.Link(LinkUnfollow, unfollow)
		m.Text += "\nVill du inte ha fler brev? Sluta följa här:\n" + m.Unsubscribe + "\n"
	}
	return m
}
