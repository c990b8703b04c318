package identity

import (
	"context"
	"time"

	"medborgarnavet/block/pnr"
)

// Kind is what a login is for. The two kinds never mix: a citizen's login
// opens no staff page, and the other way round, also for the same person.
type Kind string

// The kinds of login.
const (
	Citizen Kind = "citizen"
	Staff   Kind = "staff"
)

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool { return k == Citizen || k == Staff }

// Environment says whether an authentication is real. A production instance
// refuses what is marked test, everywhere it is seen (I-15).
type Environment string

// The environments, named like the database's mark.
const (
	Test       Environment = "test"
	Production Environment = "production"
)

// Family is how the browser takes part.
type Family string

// The families of providers.
const (
	PollFamily     Family = "poll"
	RedirectFamily Family = "redirect"
)

// Description is what a provider says about itself. The choice of e-ID on the
// login page is made from these: an authority offers every e-ID of the
// authorisation system, so the page is data-driven.
type Description struct {
	ID          string // short and stable, for example "bankid"; stored and logged
	Name        string // as people know it, for example "BankID"
	Family      Family
	Kinds       []Kind
	MaxLevel    int // the highest assurance level it can give
	Environment Environment
}

// Request is what is asked of a provider. It is stored sealed, so that an
// order can be renewed without the browser.
type Request struct {
	Kind       Kind
	Person     pnr.Number // set at step-up: this person or nobody
	ClientIP   string     // as the platform saw it; providers demand it
	UserAgent  string     // decides wording only
	SameDevice bool       // the app is on the device that shows the page
	ReturnURL  string     // where the app on the same device goes back to; may be empty
}

// Provider leads persons through authentications. It is stateless and safe for
// concurrent use.
//
// An error means that the provider could not do its part at all and is a fault
// of kind Internal or Unavailable. Everything that can happen to a person is a
// Step instead, so that it gets its own words on the page.
type Provider interface {
	Describe() Description
	// Begin starts an authentication.
	Begin(ctx context.Context, r Request) (Step, error)
	// Continue moves it on: the poll family asks the service, the redirect
	// family takes what the browser brought in in.
	Continue(ctx context.Context, state []byte, in Input) (Step, error)
	// Show says what the page shows at a moment, from the state alone: it
	// calls nobody, so it may run as often as the browser likes.
	Show(state []byte, now time.Time) (Poll, error)
	// Cancel tells the service that nobody waits any more. Best effort.
	Cancel(ctx context.Context, state []byte) error
}

// Input is what Continue has to go on. Message is empty for the poll family.
type Input struct {
	Message []byte // what the browser brought back
}

// Step is where an authentication stands: exactly one of Redirect, Poll, Done
// and Failed is set. State is what the provider must be given next time; it
// holds secrets and is stored sealed.
type Step struct {
	State    []byte
	Redirect *Redirect
	Poll     *Poll
	Done     *Authentication
	Failed   *Failure
}

// Redirect sends the browser away: to URL, or with Form posted to it.
type Redirect struct {
	URL  string
	Form map[string]string
}

// Poll is what a page shows while the person uses the app.
type Poll struct {
	MessageID string // the words to show, by id in the text catalogue
	QR        string // text of the QR code of this second; "" means none
	LaunchURL string // link that starts the app on this device; "" means none
}

// Authentication is the provider's word that a person was there at a moment.
type Authentication struct {
	Subject     pnr.Number
	Name        string // for display only
	Assurance   Assurance
	Method      string // how, for example "bankid-other-device"
	Provider    string // Description.ID
	At          time.Time
	TxnID       string // the service's id of the transaction
	Environment Environment
}

// Code is why an authentication failed. The set is closed; it is what the
// audit log and the metrics say.
type Code string

// The codes.
const (
	FailCancel     Code = "cancel"     // the person said no
	FailExpired    Code = "expired"    // the time ran out
	FailStart      Code = "start"      // no app was started, or it cannot do this
	FailCert       Code = "cert"       // the e-ID is blocked, revoked or of another person
	FailInProgress Code = "inprogress" // the person has another one under way
	FailTechnical  Code = "technical"  // the service is down or answers wrongly
	FailRisk       Code = "risk"       // refused because the risk was judged high
	FailAssurance  Code = "assurance"  // the level of assurance was too low
	FailPerson     Code = "person"     // another person than the one asked for
)

// Failure is an authentication that came to nothing.
type Failure struct {
	Code      Code
	MessageID string // the words to show, by id in the text catalogue
}
