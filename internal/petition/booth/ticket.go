package booth

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/seal"
)

const (
	// TicketFor is how long a ticket is good.
	TicketFor = 5 * time.Minute

	ticketPurpose = "vote-ticket"
	ticketVersion = 1
	ticketHead    = 1 + 1 + 26 + 12 + 8 + 8 // version, flags, petition, number, begun, made
	maxTicket     = 512                     // characters
	// clockSkew is how far nodes' clocks may differ.
	clockSkew = time.Minute

	flagLeaveOnly = 1
)

// ticket is who was admitted, for what. It is only ever kept sealed.
type ticket struct {
	petition  string
	person    pnr.Number
	district  string
	begun     time.Time
	made      time.Time
	leaveOnly bool // may take back a vote, and not vote
}

// seal writes a ticket for the browser to bring back.
func (b *Booth) seal(t ticket) (string, error) {
	plain := make([]byte, 0, ticketHead+len(t.district))
	flags := byte(0)
	if t.leaveOnly {
		flags = flagLeaveOnly
	}
	plain = append(plain, ticketVersion, flags)
	plain = append(plain, t.petition...)
	plain = append(plain, t.person.Plain()...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(t.begun.UnixMilli()))
	plain = binary.BigEndian.AppendUint64(plain, uint64(t.made.UnixMilli()))
	plain = append(plain, t.district...)
	defer clear(plain)
	sealed, err := b.o.Ring.SealDue(t.made.Add(TicketFor), ticketPurpose, plain)
	if err != nil {
		return "", &refusal{reason: ReasonUnavailable, err: fault.Wrap(fault.Unavailable, err, "booth: seal a ticket")}
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// open reads a ticket that a browser brought. Of one that is too old the petition
// is told, so that the page can lead back.
func (b *Booth) open(text string) (ticket, error) {
	if len(text) > maxTicket {
		return ticket{}, refuse(fault.Invalid, ReasonNoTicket)
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return ticket{}, refuse(fault.Invalid, ReasonNoTicket)
	}
	plain, err := b.o.Ring.OpenDue(ticketPurpose, sealed)
	switch fault.KindOf(err) {
	case "":
	case fault.Gone:
		return ticket{}, refuse(fault.Gone, ReasonExpired)
	case fault.Unavailable:
		return ticket{}, &refusal{reason: ReasonUnavailable, err: fault.Wrap(fault.Unavailable, err, "booth: open a ticket")}
	default:
		return ticket{}, refuse(fault.Invalid, ReasonNoTicket)
	}
	defer clear(plain)
	now := b.o.Clock.Now()
	t, ok := parse(plain, now)
	if !ok {
		return ticket{}, refuse(fault.Invalid, ReasonNoTicket)
	}
	if !now.Before(t.made.Add(TicketFor)) || t.made.After(now.Add(clockSkew)) {
		return ticket{petition: t.petition}, refuse(fault.Gone, ReasonExpired)
	}
	return t, nil
}

// parse reads what seal wrote.
func parse(plain []byte, now time.Time) (t ticket, ok bool) {
	if len(plain) < ticketHead || plain[0] != ticketVersion {
		return t, false
	}
	moment := func(at int) time.Time { return time.UnixMilli(int64(binary.BigEndian.Uint64(plain[at:]))).UTC() }
	person, err := pnr.ParseLenient(string(plain[28:40]), now) // judged when the e-ID answered
	if err != nil {
		return t, false
	}
	t = ticket{petition: string(plain[2:28]), person: person, begun: moment(40), made: moment(48),
		district: string(plain[ticketHead:]), leaveOnly: plain[1]&flagLeaveOnly != 0}
	return t, seal.CheckPetition(t.petition) == nil
}
