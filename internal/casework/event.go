package casework

import (
	"context"
	"strconv"
	"time"

	"medborgarnavet/internal/db"
)

// EventKind is what sort of thing has happened in a case. The set is closed.
type EventKind string

// Shown to the person and to officers (M-95).
const (
	EventReceived     EventKind = "received"
	EventOpened       EventKind = "opened"
	EventSupplement   EventKind = "supplement-requested"
	EventAnswered     EventKind = "supplement-answered"
	EventMessage      EventKind = "message"
	EventCommunicated EventKind = "communicated"
	EventDecided      EventKind = "decided"
	EventClosed       EventKind = "closed"
)

// Shown to officers only.
const (
	EventRead       EventKind = "read"       // an officer has read the case
	EventEntered    EventKind = "entered"    // the calculation has been changed
	EventNoted      EventKind = "noted"      // a note was written
	EventExcepted   EventKind = "excepted"   // why nothing was communicated
	EventReplied    EventKind = "replied"    // the person has commented
	EventNoticed    EventKind = "noticed"    // the person has read the decision
	EventExported   EventKind = "exported"   // the application left for another system
	EventDownloaded EventKind = "downloaded" // a document was opened
)

// forParty are the kinds that the person sees.
var forParty = map[EventKind]bool{EventReceived: true, EventOpened: true, EventSupplement: true, EventAnswered: true,
	EventMessage: true, EventCommunicated: true, EventDecided: true, EventClosed: true}

// Event is something that has happened in a case.
type Event struct {
	ID   string
	At   time.Time
	Kind EventKind
	// Text is the event in words for the person; empty for what only
	// officers see.
	Text string
	// DueDay is the last day of what the event asks for, or empty.
	DueDay string
	// Staff is the officer, by id; empty for the person and for what
	// happens by itself. It is not given to the person.
	Staff string
}

// NoticeText is all that a notice outside the login may say: that there is
// something to read, not what.
const NoticeText = "Du har ett nytt meddelande från kommunen."

// words are the event's words for the person.
func (e Event) words() string {
	switch e.Kind {
	case EventReceived:
		return "Din ansökan har kommit in."
	case EventOpened:
		return "En handläggare har börjat gå igenom din ansökan."
	case EventSupplement:
		return "Vi behöver något mer från dig. Skicka in det senast " + dayText(e.DueDay) + "."
	case EventAnswered:
		return "Vi har fått det du skickade in."
	case EventMessage:
		return NoticeText
	case EventCommunicated:
		if e.DueDay == "" {
			return "Du har fått läsa det vi tänker gå efter i beslutet."
		}
		return "Du kan läsa det vi tänker gå efter i beslutet. Vill du säga något om det, gör det senast " + dayText(e.DueDay) + "."
	case EventDecided:
		return "Vi har fattat ett beslut. Du kan läsa det här."
	case EventClosed:
		return "Ärendet är avslutat."
	}
	return ""
}

var months = [...]string{"januari", "februari", "mars", "april", "maj", "juni", "juli",
	"augusti", "september", "oktober", "november", "december"}

// dayText is a day as people write it: "1 december 2026".
func dayText(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return strconv.Itoa(t.Day()) + " " + months[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// happen puts an event in the case, at the transaction's time.
func happen(ctx context.Context, tx *db.Tx, caseID string, kind EventKind, staff, dueDay string) error {
	return happenAt(ctx, tx, caseID, kind, staff, dueDay, tx.Now)
}

func happenAt(ctx context.Context, tx *db.Tx, caseID string, kind EventKind, staff, dueDay string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO casework_event (id, case_id, seq, at, kind, for_party, staff, due_day)
		VALUES ($1, $2, (SELECT COALESCE(max(seq), 0) + 1 FROM casework_event WHERE case_id = $2), $3, $4, $5, $6, $7)`,
		db.NewID(), caseID, db.Millis(at), string(kind), asInt(forParty[kind]), staff, dueDay)
	return err
}

func scanEvent(row scanner) (Event, error) {
	var e Event
	var at int64
	err := row.Scan(&e.ID, &at, &e.Kind, &e.Staff, &e.DueDay)
	e.At = db.Time(at)
	e.Text = e.words()
	return e, err
}

// loadEvents gives a case's events, newest first, at most 500.
func loadEvents(ctx context.Context, tx *db.Tx, caseID string, onlyParty bool) ([]Event, error) {
	events, err := collect(ctx, tx, scanEvent, `SELECT id, at, kind, staff, due_day FROM casework_event
		WHERE case_id=$1 AND for_party>=$2 ORDER BY seq DESC LIMIT 500`, caseID, asInt(onlyParty))
	if onlyParty {
		for i := range events {
			events[i].Staff = ""
		}
	}
	return events, err
}

// readLately tells whether the officer's latest reading of the case was noted
// within the last hour: then another event would only be noise. The audit log
// has every reading.
func readLately(ctx context.Context, tx *db.Tx, caseID, staff string) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM casework_event WHERE case_id=$1 AND kind=$2 AND staff=$3 AND at>$4`,
		caseID, string(EventRead), staff, db.Millis(tx.Now.Add(-time.Hour))).Scan(&n)
	return n > 0, err
}
