package booth

import (
	"errors"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
)

// The reasons of refusals, as codes for the words of a page.
const (
	ReasonTooYoung    = "too-young"        // Forbidden
	ReasonLevelTooLow = "level-too-low"    // Forbidden: the e-ID, or a test e-ID in production
	ReasonNotResident = "not-resident"     // Forbidden: the population register says no
	ReasonNoReceipts  = "no-receipts"      // Forbidden: not switched on for this petition
	ReasonNoVote      = "no-vote"          // NotFound: there is no vote to give a receipt of
	ReasonUnknown     = "unknown-petition" // NotFound
	ReasonClosed      = "closed"           // Gone
	ReasonExpired     = "expired"          // Gone: the ticket is older than five minutes; log in again
	ReasonNoTicket    = "no-ticket"        // Invalid: that is not a ticket
	ReasonPaused      = "paused"           // Conflict: nobody can vote now; the closing is moved
	ReasonRegister    = "register-down"    // Unavailable: the population register; nothing is counted, try again
	ReasonBusy        = "busy"             // TooMany: wait, and send the same again
	ReasonUnavailable = "unavailable"      // Unavailable: sealer or database; whether it counted is seen by trying again
)

// refusal is an error with a reason.
type refusal struct {
	reason string
	err    error
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

func refuse(kind fault.Kind, reason string) error {
	return &refusal{reason: reason, err: fault.New(kind, "booth: refused: %s", reason)}
}

// Reason is the code of a refusal, "" for none and for a fault of our own.
func Reason(err error) string {
	var r *refusal
	if errors.As(err, &r) {
		return r.reason
	}
	return ""
}

// explain gives what the ballot answers its reason.
func explain(err error) error {
	if err == nil {
		return nil
	}
	with := func(reason string) error { return &refusal{reason: reason, err: err} }
	switch {
	case errors.Is(err, ballot.ErrPaused):
		return &refusal{reason: ReasonPaused, err: fault.Wrap(fault.Conflict, err, "booth")}
	case errors.Is(err, ballot.ErrReceipt):
		return with(ReasonNoReceipts)
	}
	switch fault.KindOf(err) {
	case fault.Gone:
		return with(ReasonClosed)
	case fault.NotFound:
		return with(ReasonUnknown)
	case fault.TooMany:
		return with(ReasonBusy)
	case fault.Unavailable:
		return with(ReasonUnavailable)
	}
	return err
}
