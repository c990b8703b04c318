package page

import (
	"time"

	"medborgarnavet/plugin"
)

// IncomeTable is the heart of the application: what the agencies say beside
// what the person says (M-35…M-41). A table where there is room; below that
// each row is a card.
type IncomeTable struct {
	// Caption names the table: "Inkomster i november 2026".
	Caption Text
	Rows    []IncomeRow
	// Locked shows what was handed in, without inputs.
	Locked bool
}

// IncomeRow is one kind of income from one payer.
type IncomeRow struct {
	// Name is the field's path; the inputs are Name+".own" and
	// Name+".comment".
	Name  string
	Label Text
	Payer Text
	Hint  Text
	// ByHand: no agency is asked about this row.
	ByHand bool
	State  plugin.State
	// FetchedOre is the agency's amount; nil = no sum (I-6).
	FetchedOre *int64
	// Fresh is when the amount was fetched; zero hides it.
	Fresh time.Time
	// Changed: a new fetch gave another amount than the person has seen.
	Changed bool
	// Own is what the person has typed, empty when the fetched amount is
	// right. Comment is theirs.
	Own, Comment string
	// UsedOre is the amount that the person stands by, shown when it is
	// their own.
	UsedOre *int64
	// Error is about the own amount; Ask questions a large one. CommentError
	// is about the comment.
	Error, Ask, CommentError Text
	// Payments behind the amount.
	Payments Payments
}

// Payments lists what an amount is made of, and what was left out of it.
type Payments struct {
	Counted []plugin.Payment
	Others  []plugin.Payment
	// ControlMonth is the month whose payments are summed: "2026-10".
	ControlMonth string
}

func (IncomeTable) component() string { return "income" }
func (Payments) component() string    { return "payments" }

// OwnName is the name of the own amount's input; FieldErrors use it.
func (r IncomeRow) OwnName() string { return r.Name + ".own" }

// CommentName is the name of the comment's input.
func (r IncomeRow) CommentName() string { return r.Name + ".comment" }

// ID is the row's id.
func (r IncomeRow) ID() string { return FieldID(r.Name) }

// OwnID is the id of the own amount's input.
func (r IncomeRow) OwnID() string { return FieldID(r.OwnName()) }

// CommentID is the id of the comment's input.
func (r IncomeRow) CommentID() string { return FieldID(r.CommentName()) }

// Fetched is the agency's column in words. The four states never look alike,
// and none of them is "0 kr" (I-6).
func (r IncomeRow) Fetched() Text {
	if r.ByHand {
		return T("page.income.by-hand")
	}
	if r.FetchedOre != nil {
		return Amount(*r.FetchedOre)
	}
	switch r.State {
	case plugin.StateAnswered, plugin.StateNothing:
		if len(r.Payments.Others) > 0 { // paid at another time, or planned
			return T("page.income.none-now", "month", MonthOf(r.Payments.ControlMonth))
		}
		return T("page.income.nothing")
	case plugin.StateUnavailable:
		return T("page.income.unavailable")
	}
	return T("page.income.not-asked")
}

// Known tells whether the fetched column holds an amount.
func (r IncomeRow) Known() bool { return r.FetchedOre != nil && !r.ByHand }

// Failed tells whether the agency could not answer.
func (r IncomeRow) Failed() bool { return !r.ByHand && r.State == plugin.StateUnavailable }

// Describes are the ids that describe the own amount's input.
func (r IncomeRow) Describes() string {
	ids := r.ID() + "-fetched"
	if r.Error != nil {
		ids += " " + r.OwnID() + "-error"
	}
	if r.Ask != nil {
		ids += " " + r.OwnID() + "-ask"
	}
	return ids
}

// HasMore tells whether the row has a second line.
func (r IncomeRow) HasMore() bool { return r.Payments.Count() > 0 }

// Count is the number of payments, counted or not.
func (p Payments) Count() int { return len(p.Counted) + len(p.Others) }

// Lines are the payments for the page, counted first.
func (p Payments) Lines() []PaymentLine {
	var out []PaymentLine
	for _, x := range p.Counted {
		out = append(out, PaymentLine{Payment: x, Counted: true})
	}
	for _, x := range p.Others {
		out = append(out, PaymentLine{Payment: x, month: p.ControlMonth})
	}
	return out
}

// PaymentLine is one payment as shown.
type PaymentLine struct {
	plugin.Payment
	Counted bool
	month   string
}

// Net is the amount paid out.
func (l PaymentLine) Net() Text { return AmountOf(l.NetOre, T("page.payment.no-net")) }

// Paid is the day of payment.
func (l PaymentLine) Paid() Text {
	if l.PayDate == "" {
		return T("page.payment.no-date")
	}
	return DayOf(l.PayDate)
}

// When says that it was paid, or is going to be.
func (l PaymentLine) When() Text {
	if l.Status == plugin.StatusPlanned || l.Status == plugin.StatusPreliminary {
		return T("page.payment.planned-date", "date", l.Paid())
	}
	return T("page.payment.paid", "date", l.Paid())
}

// For is the period that the payment is for.
func (l PaymentLine) For() Text {
	if l.Period == nil || l.Period.From == "" {
		return nil
	}
	if l.Period.To == "" || l.Period.To == l.Period.From {
		return T("page.payment.for-day", "from", DayOf(l.Period.From))
	}
	return T("page.payment.for", "from", DayOf(l.Period.From), "to", DayOf(l.Period.To))
}

// Why says why a payment is not in the sum; nil when it is.
func (l PaymentLine) Why() Text {
	switch {
	case l.Counted:
		return nil
	case l.Status == plugin.StatusPlanned:
		return T("page.payment.planned")
	case l.Status == plugin.StatusPreliminary:
		return T("page.payment.preliminary")
	case l.NetOre == nil:
		return T("page.payment.net-unknown")
	case l.month != "" && len(l.PayDate) >= 7 && l.PayDate[:7] != l.month:
		return T("page.payment.other-month", "month", MonthOf(l.PayDate[:7]))
	}
	return T("page.payment.not-counted")
}
