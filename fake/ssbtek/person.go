package ssbtek

import "time"

// Person is what the agencies hold on one test person. Amounts are whole kronor
// a month where nothing else is said. Dates are made from the asked period and
// today, so a person has the same story in any month.
type Person struct {
	// Number is twelve digits, from the public lists of test numbers.
	Number, GivenName, FamilyName string
	Children                      []Child
	Benefits                      []Benefit
	Study                         *Study
	Funds                         []Fund
	Job                           *Job
	// CapitalIncome in whole kronor for last year; 0 means none.
	CapitalIncome int
	Vehicles      []Vehicle
	Permit        *Permit
	// Behaviours are part of the person's story, by agency or Any.
	Behaviours map[Agency]Behaviour
}

// Child is a child known to Försäkringskassan.
type Child struct{ Number, Name string }

// Coded is a code with its Swedish text.
type Coded struct{ ID, Text string }

// Benefit is one benefit of Försäkringskassan or Pensionsmyndigheten.
type Benefit struct {
	// Code is the group of the LEFI question that it answers to: "FK:ABB".
	Code string
	// Family, Form and Kind are förmånsfamilj, utbetalningsförmån and
	// beloppstyp; PM has no family.
	Family, Form, Kind Coded
	// Gross is kronor a month or, where Daily, a day; days are the weekdays of
	// the month before the payment.
	Gross      int
	Daily      bool
	TaxPercent int
	// Day of the month of payment; moved back where no bank is open.
	Day int
	// Program is the number of LEFI's programanvisning; 0 means none.
	Program Program
}

// Program is a labour market programme by LEFI's code.
type Program struct {
	ID   int
	Text string
}

// Study is student aid by the week. Grant, Loan and Extra are kronor a week:
// GRUNDB, GRUNDL and TILB.
type Study struct {
	Pace               int // 50, 75 or 100 per cent
	Grant, Loan, Extra int
	// Undecided adds a planned payment whose date is 0, as CSN writes a date
	// that is not decided.
	Undecided bool
}

// Fund is one unemployment fund's answer. A fund without Daily pays nothing.
type Fund struct {
	Name, Status string
	// Daily is kronor a day after tax; Share the part of the weekdays, in per
	// cent; Deduction what is drawn before payment, kronor a payment.
	Daily, Share, Deduction int
	Day                     int
	// Applied says that an application stands at the fund.
	Applied bool
	// SuspendedDays, if not 0, is a suspension from the first of the period's
	// first month.
	SuspendedDays int
}

// Job is a registration at Arbetsförmedlingen.
type Job struct {
	Category string // sökandekategori
	Extent   int    // per cent
	Report   string // message on the activity report
	Reported bool   // the report is handed in: there is a date
	Support  string // economic decision; "" means none
	Fund     string
}

// Vehicle is one that the person owns.
type Vehicle struct{ Registration, Make, Year, Kind, Model string }

// Permit is a residence permit at Migrationsverket.
type Permit struct {
	Country   string
	Permanent bool
	Reason    Coded
}

// Status words of the a-kassor. The contract leaves them open: these three are
// the fake's own.
const (
	FundAnswered = "SVARAT"
	FundNothing  = "INGET_HOS_OSS"
	FundUnsure   = "EJ_KONTROLLERBAR"
)

const erikDelay = 6 * time.Second
