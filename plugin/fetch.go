package plugin

import (
	"fmt"
	"log/slog"
)

// Subject is the person a call is about: a personal identity number if the
// manifest is approved for it, else a pairwise pseudonym. It masks itself in
// logs; the value is read from the field.
type Subject struct {
	// IdentityNumber is twelve digits, or empty.
	IdentityNumber string `json:"identityNumber,omitempty"`
	// Pseudonym is stable for one person and one plug-in, or empty.
	Pseudonym string `json:"pseudonym,omitempty"`
}

func (Subject) String() string       { return "[subject]" }
func (Subject) GoString() string     { return "[subject]" }
func (Subject) LogValue() slog.Value { return slog.StringValue("[subject]") }

// Period is a span of dates, both included.
type Period struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Query is one question to a source.
type Query struct {
	// Grant is the platform's signed word that the question is allowed.
	Grant   string  `json:"grant"`
	Subject Subject `json:"subject"`
	// Origins are those to ask, of one group. All other origins of the
	// source are "not asked".
	Origins []string `json:"origins"`
	Period  Period   `json:"period"`
	// Case identifies the case with the asking authority; at most 31
	// characters (CSN refuses more).
	Case string `json:"case"`
	// CorrelationID ties question, answer and log lines together.
	CorrelationID string `json:"correlationId"`
}

func (q Query) LogValue() slog.Value {
	return slog.GroupValue(slog.String("correlation", q.CorrelationID), slog.Any("origins", q.Origins))
}

// State is how asking one origin went. The four are never confused (I-6).
type State string

const (
	StateAnswered    State = "answered"    // it has answered with data
	StateNothing     State = "nothing"     // it has answered that it holds nothing
	StateUnavailable State = "unavailable" // it could not answer
	StateNotAsked    State = "not-asked"   // it was not asked
)

// Answer is what a source found.
type Answer struct {
	Parts []Part `json:"parts"`
	// Protected is true when anything in the answer says that the person,
	// or anyone in it, has protected personal data. Parts then carry no
	// data, and the platform shows the answer as one with nothing (I-4).
	Protected bool `json:"protected,omitempty"`
}

func (Answer) String() string       { return "[answer]" }
func (Answer) GoString() string     { return "[answer]" }
func (Answer) LogValue() slog.Value { return slog.StringValue("[answer]") }

// Part is one origin's answer.
type Part struct {
	Origin string `json:"origin"`
	State  State  `json:"state"`
	// Source and Code say where a failure arose; both are safe to log.
	Source string `json:"source,omitempty"`
	Code   string `json:"code,omitempty"`
	// Payments are in no particular order.
	Payments []Payment `json:"payments,omitempty"`
	// Facts are everything else that was granted.
	Facts []Fact `json:"facts,omitempty"`
	// Dropped counts values left out because the grant did not name them.
	Dropped int `json:"dropped,omitempty"`
}

func (p Part) String() string       { return fmt.Sprintf("[part %s %s]", p.Origin, p.State) }
func (p Part) GoString() string     { return p.String() }
func (p Part) LogValue() slog.Value { return slog.StringValue(p.String()) }

// PaymentStatus tells money that was paid from money that is only planned.
type PaymentStatus string

const (
	StatusPaid        PaymentStatus = "paid"
	StatusPlanned     PaymentStatus = "planned"
	StatusPreliminary PaymentStatus = "preliminary"
)

// Payment is one payment to the person. Dataset name: "payments".
type Payment struct {
	Payer       string `json:"payer"`
	BenefitCode string `json:"benefit_code"`
	// Benefit is the payer's own name of the benefit.
	Benefit string `json:"benefit"`
	// PayDate is empty when the payer has not set it.
	PayDate string  `json:"pay_date"`
	Period  *Period `json:"period"`
	// NetOre and GrossOre are nil when the payer does not say.
	NetOre   *int64        `json:"net_ore"`
	GrossOre *int64        `json:"gross_ore"`
	Status   PaymentStatus `json:"status"`
	// Parts are the payment's own rows (grant and loan, deductions). They
	// explain the amount and are never summed.
	Parts []PaymentPart `json:"parts,omitempty"`
}

func (p Payment) String() string       { return fmt.Sprintf("[payment %s %s]", p.Payer, p.BenefitCode) }
func (p Payment) GoString() string     { return p.String() }
func (p Payment) LogValue() slog.Value { return slog.StringValue(p.String()) }

// PaymentPart is one row of a payment.
type PaymentPart struct {
	Code      string `json:"code,omitempty"`
	Label     string `json:"label"`
	AmountOre int64  `json:"amount_ore"`
}

// Fact is one labelled statement of a register: "Inskriven som
// arbetssökande: ja". Dataset names the group it belongs to.
type Fact struct {
	Dataset string  `json:"dataset"`
	Label   string  `json:"label"`
	Value   string  `json:"value"`
	Period  *Period `json:"period,omitempty"`
}

func (f Fact) String() string       { return "[fact " + f.Dataset + "]" }
func (f Fact) GoString() string     { return f.String() }
func (f Fact) LogValue() slog.Value { return slog.StringValue(f.String()) }
