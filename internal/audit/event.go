package audit

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/fault"
)

// The actions. The first four are the kinds of processing that the source
// names (M-64: insamling, registrering, tillhandahållande, radering); those
// after them are what tracing needs besides.
const (
	Collected = "collected" // data were asked for or received from a source
	Recorded  = "recorded"  // data were stored
	Presented = "presented" // data were shown to the person they are about
	Disclosed = "disclosed" // data left for another authority or system
	Erased    = "erased"    // data were destroyed

	Accessed    = "accessed" // an officer read a case or a document
	Submitted   = "submitted"
	Decided     = "decided"
	Assigned    = "assigned" // a case or a role was given to an officer, or taken
	Messaged    = "messaged" // a message, notice or supplement request in a case
	Login       = "login"
	LoginFailed = "login-failed"
	Logout      = "logout"
	Refused     = "refused"    // an access that the rules turned down
	Configured  = "configured" // a setting, plug-in state or agreement changed
)

// System is the actor of what no person did: a job, an import.
const System = "system"

// Event is what happened. Fields that do not apply are empty.
type Event struct {
	Action   string            `json:"action"`             // one of the constants
	Actor    string            `json:"actor,omitempty"`    // pseudonym from Log.Actor, or System
	Subject  string            `json:"subject,omitempty"`  // pseudonym of the person the data are about
	Board    string            `json:"board,omitempty"`    // the controller's id
	Case     string            `json:"case,omitempty"`     // the case's id
	Category string            `json:"category,omitempty"` // what kind of data or thing
	Purpose  string            `json:"purpose,omitempty"`  // why, in the words of the grant or setting
	Outcome  string            `json:"outcome,omitempty"`  // how it went, a code
	Details  map[string]string `json:"details,omitempty"`  // ids, counts and codes only
}

// payload is what is committed to: the event and which row it is.
type payload struct {
	ID string `json:"id"`
	At int64  `json:"at"` // unix milliseconds
	Event
}

// canonical is the one byte form of a payload: JSON with the fields in the
// order of the type, keys of Details sorted, nothing escaped for HTML.
func canonical(p payload) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(p); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "audit: encode event")
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

const (
	maxText    = 300
	maxDetails = 20
)

var code = regexp.MustCompile(`^[a-z][a-z-]*$`)

// check refuses an event that could hold what the log must not hold (M-119,
// I-9). It is a net under the code that writes events, not a filter: what it
// refuses is a mistake to mend.
func (e Event) check(now time.Time) error {
	if !code.MatchString(e.Action) {
		return fault.New(fault.Internal, "audit: the action of an event is a code")
	}
	if len(e.Details) > maxDetails {
		return fault.New(fault.Internal, "audit: an event has at most %d details", maxDetails)
	}
	texts := []string{e.Actor, e.Subject, e.Board, e.Case, e.Category, e.Purpose, e.Outcome}
	for key, value := range e.Details {
		texts = append(texts, key, value)
	}
	for _, text := range texts {
		if len(text) > maxText || strings.ContainsFunc(text, unicode.IsControl) {
			return fault.New(fault.Internal, "audit: an event of %s holds a text that is too long or has control characters", e.Action)
		}
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:=()", r) }) {
			if _, err := pnr.ParseLenient(word, now); err == nil {
				return fault.New(fault.Internal, "audit: an event of %s holds a personal identity number", e.Action)
			}
		}
	}
	return nil
}
