package petition

import (
	"context"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/mail"
)

// The letters. Nothing that somebody else wrote is sent to an address that has
// not confirmed itself. Each names the municipality, says why it came and how
// to get no more.

func (p *Petitions) signature() string { return "\n\nHälsningar\n" + p.opt.Municipality + "\n" }

// unasked ends a letter to an address that has not confirmed itself.
func (p *Petitions) unasked() string {
	return "\n\nLänken gäller i " + strconv.Itoa(p.set.ConfirmHours) + " timmar.\n\n" +
		"Var det inte du? Då behöver du inte göra något. Vi tar bort adressen om den inte bekräftas." + p.signature()
}

func (p *Petitions) confirmLetter(to, registry, secret string) mail.Message {
	return mail.Message{To: to, Subject: "Bekräfta din e-postadress",
		Text: "Hej!\n\nNågon har lämnat ett förslag till " + p.opt.Municipality + " och skrivit den här e-postadressen. Förslaget har nummer " + registry + ".\n\n" +
			"Var det du? Öppna länken och bekräfta adressen:\n" + p.opt.Link(LinkConfirm, secret) + "\n\n" +
			"Sedan skriver vi till dig när något händer med förslaget. Du kan sluta få mejl när du vill." + p.unasked()}
}

func (p *Petitions) followLetter(to, registry, secret string) mail.Message {
	return mail.Message{To: to, Subject: "Bekräfta att du vill följa ett förslag",
		Text: "Hej!\n\nNågon vill följa förslaget " + registry + " hos " + p.opt.Municipality + " och har skrivit den här e-postadressen.\n\n" +
			"Var det du? Öppna länken och bekräfta:\n" + p.opt.Link(LinkFollow, secret) + "\n\n" +
			"Sedan skriver vi till dig när något händer med förslaget. Du kan sluta följa när du vill." + p.unasked()}
}

// verdict is how a letter tells the proposer of a decision.
type verdict struct{ subject, text string }

func verdictOf(s State) verdict {
	switch s {
	case SupplementRequested:
		return verdict{"Vi behöver veta mer om ditt förslag", "Vi har läst ditt förslag och behöver veta mer innan vi kan gå vidare."}
	case Accepted:
		return verdict{"Ditt förslag är godkänt", "Vi har läst ditt förslag och godkänt det."}
	case Rejected:
		return verdict{"Ditt förslag går inte till omröstning", "Vi har läst ditt förslag. Det går inte till omröstning."}
	case Hidden:
		return verdict{"Ditt förslag visas inte", "Vi har läst ditt förslag. Texten visas inte för andra."}
	case Merged:
		return verdict{"Ditt förslag har slagits ihop med ett annat", "Ett annat förslag handlar om samma sak. Vi har slagit ihop ditt förslag med det."}
	}
	return verdict{"Nytt om ditt förslag", "Det finns nytt om ditt förslag."}
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
	if r.Standing.Moderation == Merged {
		if r.Target, err = p.mergedInto(ctx, tx, r); err != nil {
			return err
		}
	}
	secret, err := newLink(ctx, tx, r.ID, linkManage, time.Time{})
	if err != nil {
		return err
	}
	return p.opt.Mail.Add(ctx, tx, p.verdictLetter(to, r, last, secret))
}

// verdictLetter is what a decision says to the proposer.
func (p *Petitions) verdictLetter(to string, r record, last Event, secret string) mail.Message {
	v := verdictOf(r.Standing.Moderation)
	var b strings.Builder
	b.WriteString("Hej!\n\nDet gäller förslaget " + r.Registry + " som du har lämnat till " + p.opt.Municipality + ".\n\n" + v.text + "\n\n")
	if c, ok := CodeOf(r.Code); ok && r.Standing.Moderation != Merged {
		b.WriteString("Skäl: " + c.Label + ".\n\n")
	}
	// the states that a decision leads to are called as the moves
	if last.Words != "" && last.Words != plainWords(Move(r.Standing.Moderation), note{code: r.Code}) {
		b.WriteString("Så här skriver den som läste förslaget:\n" + last.Words + "\n\n")
	}
	if last.Link != "" {
		b.WriteString("Hit kan du vända dig i stället:\n" + last.Link + "\n\n")
	}
	if r.Standing.Moderation == Merged && r.Target != "" {
		b.WriteString("Det andra förslaget:\n" + p.opt.Link(LinkPetition, r.Target) + "\n\n")
	}
	if r.Standing.Moderation == SupplementRequested {
		b.WriteString("Öppna länken och komplettera ditt förslag:\n")
	} else {
		b.WriteString("Här ser du ditt förslag:\n")
	}
	b.WriteString(p.opt.Link(LinkManage, secret) + "\nLänken är din egen. " + powers(r.Standing))
	return p.ending(mail.Message{To: to, Subject: v.subject, Text: b.String() + p.signature()}, r, r.ID)
}

// powers is what whoever has the proposer's link can do with it.
func powers(s Standing) string {
	switch {
	case legal(MoveSupplement, s, RoleProposer):
		return "Den som har den kan ändra och ta tillbaka förslaget."
	case legal(MoveWithdraw, s, RoleProposer):
		return "Den som har den kan ta tillbaka förslaget."
	}
	return "Visa den inte för andra."
}

// newsLetter tells of events. reader is a follower's id, or the petition's own
// for the proposer.
func (p *Petitions) newsLetter(to string, r record, title string, news []Event, reader string) mail.Message {
	whose := "förslaget"
	if reader == r.ID {
		whose = "ditt förslag"
	}
	var b strings.Builder
	b.WriteString("Hej!\n\nDet finns nytt från " + p.opt.Municipality + " om " + whose + " \"" + title + "\" (" + r.Registry + ").\n")
	for _, e := range news {
		b.WriteString("\n" + dayInWords(p.day(e.At)) + ": " + e.Words + "\n")
		if e.Link != "" {
			b.WriteString("Källa: " + e.Link + "\n")
		}
	}
	if next := news[len(news)-1].NextDay; next != "" {
		b.WriteString("\nNästa steg väntas den " + dayInWords(next) + ".\n")
	}
	b.WriteString("\nHela förslaget:\n" + p.opt.Link(LinkPetition, r.ID))
	return p.ending(mail.Message{To: to, Subject: "Nytt om ett förslag", Text: b.String() + p.signature()}, r, reader)
}

// ending says why a letter came and how to get no more.
func (p *Petitions) ending(m mail.Message, r record, reader string) mail.Message {
	m.Unsubscribe = p.opt.Link(LinkUnfollow, p.unfollowSecret(reader))
	why, how := "Du får mejlet för att du följer förslaget.", "Sluta följa här:"
	if reader == r.ID {
		why, how = "Du får mejlet för att du lämnade förslaget och bekräftade din e-postadress.", "Här tar du bort din adress:"
	}
	m.Text += "\n" + why + " Vill du inte ha fler mejl? " + how + "\n" + m.Unsubscribe + "\n"
	return m
}

// dayInWords makes "22 november 2026" of "2026-11-22".
func dayInWords(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	months := [...]string{"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"}
	return strconv.Itoa(t.Day()) + " " + months[t.Month()-1] + " " + strconv.Itoa(t.Year())
}
