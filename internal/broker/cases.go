package broker

import (
	"context"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

// Cases answers, from the municipality's own case system, whether a person
// has an open case. Nothing of it is kept by the platform (M-25). The
// implementation is casework's.
type Cases interface {
	// OpenCase is fault.NotFound when the person has no open case for the
	// e-service, fault.Unavailable when the case system does not answer. The
	// children are as old as they become in month ("2006-01"; empty is the
	// month that now is).
	OpenCase(ctx context.Context, person pnr.Number, eservice, month string) (Case, error)
}

// Case is an open case as the case system tells it.
type Case struct {
	// ID is the case system's own, at most 31 characters.
	ID string
	// Board is the id of the authority whose case it is.
	Board string
	// Officer is the staff id of the officer in charge, if any.
	Officer   string
	Household plugin.Household
	// Party is the asking person's own part in the case.
	Party Party
	// Protected is true when the person has protected personal data: no
	// call is made (I-4).
	Protected bool
	// Months are the latest decisions, newest first.
	Months []MonthDecision
}

// Party says in what role and scope a person belongs to a case, and when.
type Party struct {
	// Role is applicant, co-applicant or representative.
	Role string
	// Scope is full or read.
	Scope string
	// From and To are dates; To is empty while it lasts.
	From, To string
}

// MayFetch tells whether the party may fetch: the applicant, in full scope,
// today, of a household with one adult (M-43, M-53).
func (c Case) MayFetch(now time.Time) error {
	switch {
	case c.ID == "" || len(c.ID) > 31:
		return fault.New(fault.Internal, "the case system gave a case identity that cannot be used")
	case c.Household.Adults != 1:
		return fault.New(fault.Forbidden, "household with more than one adult")
	case !c.Party.MayApply(now):
		return fault.New(fault.Forbidden, "not the applicant of the case")
	}
	return nil
}

// MayApply tells whether the party may act for itself in the case today: the
// applicant, in full scope (I-13).
func (p Party) MayApply(now time.Time) bool {
	return p.Role == "applicant" && p.Scope == "full" && p.Holds(now)
}

// Holds tells whether the party's time includes a moment's day in Sweden.
func (p Party) Holds(at time.Time) bool {
	day := Day(at)
	return p.From <= day && (p.To == "" || day <= p.To)
}

// Day is the date of a moment in Sweden, where cases have their days.
func Day(at time.Time) string {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil { // a machine without time zones
		zone = time.UTC
	}
	return at.In(zone).Format(time.DateOnly)
}

// MonthDecision is an earlier month's decision in the case.
type MonthDecision struct {
	Month      string
	Outcome    string
	AmountOre  int64
	SurplusOre int64
	DecidedAt  time.Time
}
