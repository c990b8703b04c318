package plugin

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"
)

// Plugin is a plug-in's value: what it is and what it can do. Abilities that
// are nil are not offered.
type Plugin struct {
	Manifest Manifest
	Source   *Source
	View     *View
	EService *EService
	// Check tells whether the plug-in can do its work, without asking for
	// any person's data.
	Check func(ctx context.Context) error
	// Close lets go of what the plug-in holds.
	Close func() error
}

// Host is everything a plug-in in the process gets. One plug-in value is
// built for each municipality, with that municipality's host.
type Host struct {
	// HTTP gives a client for a named target of the plug-in's settings:
	// client certificate, trusted roots, expected organisation number,
	// allowed hosts and limits are already in it.
	HTTP func(target string) (*http.Client, error)
	// Endpoint is the base address of a named target.
	Endpoint func(target string) (string, error)
	// Now is the platform's clock.
	Now func() time.Time
	// Log must never be given a person's data.
	Log *slog.Logger
	// Settings are the board's settings for this plug-in, decoded strictly
	// by the plug-in itself.
	Settings json.RawMessage
	// GrantKeys are the keys that this municipality's grants are signed
	// with.
	GrantKeys []ed25519.PublicKey
	// Controller is the authority that answers for the processing.
	Controller Controller
}

// Controller is the authority (municipality and board) that answers for the
// processing of personal data (GDPR article 4.7; M-24, M-59).
type Controller struct {
	Municipality string `json:"municipality"`
	Board        string `json:"board"`
	Name         string `json:"name"`
	// OrgNumber is ten digits.
	OrgNumber string `json:"orgNumber"`
}

// Source is the ability to fetch what registers hold on one person.
type Source struct {
	// Fetch asks once, for one granted purpose, about one person. Every
	// origin that was asked for is present in the answer with its state;
	// an origin that cannot be reached is a Part with StateUnavailable,
	// not an error. An error means that nothing could be asked.
	Fetch func(ctx context.Context, q Query) (Answer, error)
}

// View is the ability to show a person, as a page of plain blocks, what was
// fetched for the view. The platform renders the blocks.
type View struct {
	Show func(ctx context.Context, r ViewRequest) (Page, error)
}

// ViewRequest is what a view gets: the parts it was granted, nothing more.
type ViewRequest struct {
	Language string  `json:"language"`
	Subject  Subject `json:"subject"`
	Parts    []Part  `json:"parts"`
}

// EService is the ability to be a form that a person fills in.
type EService struct {
	// Form is the definition in force. The platform pins it to a draft.
	Form func(ctx context.Context, r FormRequest) (Form, error)
	// Review applies the e-service's own rules to a draft. What it finds
	// never stops a person from handing in (ux.md P5).
	Review func(ctx context.Context, a Application) (Review, error)
	// Receive takes over a handed-in application, for manifests with
	// HandlingOwn only.
	Receive func(ctx context.Context, a Application) (Receipt, error)
	// Progress tells what has happened since Receive.
	Progress func(ctx context.Context, reference string) ([]Event, error)
	// Worksheet turns a handed-in application and what the officer has
	// entered into typed lines and sums. It is a pure function of its
	// argument and the board's settings. Nil when the e-service has none.
	Worksheet func(ctx context.Context, r WorksheetRequest) (Worksheet, error)
}

// FormRequest asks for a form definition.
type FormRequest struct {
	// Language is a BCP 47 tag: sv, sv-x-lattlast, en.
	Language string `json:"language"`
	// Month is the month the application is for.
	Month string `json:"month"`
}

// Review is what an e-service says of a draft.
type Review struct {
	// Missing is what the board will have to ask for.
	Missing []Remark `json:"missing,omitempty"`
	// Questions are things worth a second look: "Du skrev 102 200 kr.
	// Stämmer det?"
	Questions []Remark `json:"questions,omitempty"`
}

// Remark points at a section (and a field, if one) with words for the person.
type Remark struct {
	Section string `json:"section"`
	Field   string `json:"field,omitempty"`
	Text    string `json:"text"`
}

// Receipt says that an e-service with its own handling has received an
// application.
type Receipt struct {
	Reference string    `json:"reference"`
	At        time.Time `json:"at"`
}

// Event is something that has happened in a case, in words for the person.
type Event struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}
