package casework

import (
	"slices"
	"time"

	"medborgarnavet/internal/fault"
)

// State is how far a case has come.
type State string

const (
	StateReceived   State = "received"             // handed in, nobody has read it
	StateOpened     State = "opened"               // an officer has read it
	StateSupplement State = "supplement-requested" // the board waits for the person
	StateDecided    State = "decided"
	StateClosed     State = "closed" // nothing more happens here
)

// transitions is every step that a case can take.
var transitions = map[State][]State{
	StateReceived:   {StateOpened, StateSupplement},
	StateOpened:     {StateSupplement, StateDecided},
	StateSupplement: {StateReceived, StateOpened, StateDecided},
	StateDecided:    {StateClosed},
}

// next refuses a step that the table does not have.
func (s State) next(to State) error {
	if s == to || slices.Contains(transitions[s], to) {
		return nil
	}
	return fault.New(fault.Conflict, "a case that is %s cannot become %s", s, to)
}

// ended tells that the matter itself can no longer change.
func (s State) ended() bool { return s == StateDecided || s == StateClosed }

// Text is the state in words for the person.
func (s State) Text() string {
	switch s {
	case StateReceived:
		return "Inkommen"
	case StateOpened:
		return "Handläggs"
	case StateSupplement:
		return "Vi väntar på dig"
	case StateDecided:
		return "Beslutad"
	}
	return "Avslutad"
}

// Outcome is what a decision says.
type Outcome string

const (
	Granted   Outcome = "granted"   // bifall
	Partly    Outcome = "partly"    // delvis bifall
	Refused   Outcome = "refused"   // avslag
	Dismissed Outcome = "dismissed" // avvisning: the matter is not taken up
	Closed    Outcome = "closed"    // avskrivning: a decision without ruling on the merits
)

// Outcomes are all outcomes, in the order they are offered.
func Outcomes() []Outcome { return []Outcome{Granted, Partly, Refused, Dismissed, Closed} }

// OnMerits tells whether the outcome rules on the matter, and so rests on a
// calculation.
func (o Outcome) OnMerits() bool { return o == Granted || o == Partly || o == Refused }

// pays tells whether money follows.
func (o Outcome) pays() bool { return o == Granted || o == Partly }

// Text is the outcome in words for the person.
func (o Outcome) Text() string {
	switch o {
	case Granted:
		return "Du får det du har sökt"
	case Partly:
		return "Du får en del av det du har sökt"
	case Refused:
		return "Du får inte det du har sökt"
	case Dismissed:
		return "Vi prövar inte din ansökan"
	}
	return "Vi avslutar ärendet utan att pröva ansökan"
}

// Term is the legal word: "bifall".
func (o Outcome) Term() string {
	switch o {
	case Granted:
		return "bifall"
	case Partly:
		return "delvis bifall"
	case Refused:
		return "avslag"
	case Dismissed:
		return "avvisning"
	}
	return "avskrivning"
}

// matter is a case as its row has it, without anything sealed.
type matter struct {
	ID, Submission, Reference string
	Board, EService           string
	SystemCase, InCharge      string // the case system's id and officer
	Month                     string
	Environment               string
	State                     State
	// BirthDay is the day of the month of the applicant's birth: what
	// assignments such as "ekbist:01-15" go by.
	BirthDay   int
	Protected  bool
	Differs    int // rows where the agency's and the applicant's amounts differ
	ReceivedAt time.Time
	OpenedAt   time.Time // zero until an officer has read it
	DecidedAt  time.Time
	Outcome    Outcome // empty until decided
	head       []byte
}

// head is the sealed part of a case's row: what a list needs besides.
type head struct {
	Name string `json:"name"`
	// Person is the applicant's twelve digits, for the audit log's pseudonym.
	Person string `json:"person"`
}

// party is a person's part in a case. Person is this step's own pseudonym.
type party struct {
	Person, Role, Scope, From, To string
}

const (
	scopeFull = "full"
	scopeRead = "read"
)

// in tells whether the part lasts on a day ("2006-01-02").
func (p party) in(day string) bool {
	return p.From <= day && (p.To == "" || day <= p.To)
}
