package submission

import (
	"log/slog"
	"time"

	"medborgarnavet/internal/broker"
	"medborgarnavet/plugin"
)

// TopicReceived is the outbox topic of a new submission; the key is its id.
const TopicReceived = "submission.received"

// Record is a handed-in application. It is stored sealed and never changed.
type Record struct {
	ID string `json:"id"`
	// Reference is what people quote: "EB 2026-000012".
	Reference string `json:"reference"`
	Board     string `json:"board"`
	EService  string `json:"eservice"`
	// CaseID is the municipality's case system's id.
	CaseID     string    `json:"caseId"`
	ReceivedAt time.Time `json:"receivedAt"`
	// Environment is test or production.
	Environment string `json:"environment"`
	// Person is the applicant, twelve digits, and the name that the e-ID
	// gave.
	Person string `json:"person"`
	Name   string `json:"name"`
	// Case is what the case system said when the application was handed in.
	Case        broker.Case        `json:"case"`
	Form        plugin.Form        `json:"form"`
	Application plugin.Application `json:"application"`
	// Summary is exactly what the person saw and approved.
	Summary []SummarySection `json:"summary"`
	// SummarySHA256 is the hex hash of the summary's canonical JSON.
	SummarySHA256 string `json:"summarySha256"`
	// Missing is what the board has to ask for.
	Missing []plugin.Remark `json:"missing,omitempty"`
}

// A record is a person's application: it never shows itself in a log (I-9).
func (r Record) String() string       { return "[submission " + r.ID + "]" }
func (r Record) GoString() string     { return r.String() }
func (r Record) LogValue() slog.Value { return slog.StringValue(r.String()) }

// SummarySection is one section of the summary.
type SummarySection struct {
	ID    string        `json:"id"`
	Title string        `json:"title"`
	Lines []SummaryLine `json:"lines"`
}

// SummaryLine is one answer in words.
type SummaryLine struct {
	Label string `json:"label"`
	Value string `json:"value"`
	// Fetched is the agency's amount beside the person's own, in words.
	Fetched string `json:"fetched,omitempty"`
	Comment string `json:"comment,omitempty"`
	// Changed is true when the person gave another amount than the agency.
	Changed bool `json:"changed,omitempty"`
}
