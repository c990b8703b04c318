// Package fault is the one vocabulary for what can go wrong between steps.
//
// A fault is an error with a kind from a closed set. A step gives its errors a
// kind at its edge; what lies inside a step is ordinary Go errors wrapped with
// %w. The web turns a kind into a page and a status in one place, and a job
// turns it into a decision to try again or not.
//
// It owns the kinds and nothing else: no HTTP statuses, no Swedish words, no
// stack traces. The text of a fault is English, is meant for a log, and must
// never hold a personal identity number, an amount, a name or free text (I-9).
package fault

import (
	"context"
	"errors"
	"fmt"
)

// Kind says what sort of failure an error is. The set is closed.
type Kind string

// The kinds. Each says what the one who asked can do about it.
const (
	Invalid         Kind = "invalid"         // the input is wrong; change it
	Unauthenticated Kind = "unauthenticated" // log in, or log in again
	Forbidden       Kind = "forbidden"       // logged in, but this is not allowed
	NotFound        Kind = "not-found"       // no such thing, or none that the asker may know of
	WrongMethod     Kind = "wrong-method"    // it is there, and cannot be asked for in that way
	Conflict        Kind = "conflict"        // something else happened first; look again
	Gone            Kind = "gone"            // it existed and has been destroyed, as promised
	TooLarge        Kind = "too-large"       // more bytes or items than the limit
	TooMany         Kind = "too-many"        // more often than the limit; wait
	Unavailable     Kind = "unavailable"     // something outside is down, slow or answers wrongly; try again
	Internal        Kind = "internal"        // our own mistake, or an error nobody gave a kind
)

// ErrNotFound is a ready fault for "there is no such thing".
var ErrNotFound = New(NotFound, "not found")

// ErrElsewhere is a form that another website has sent here.
var ErrElsewhere = New(Forbidden, "cross-site request")

// kinded is an error with a kind.
type kinded struct {
	kind Kind
	msg  string
	err  error
}

func (e *kinded) Error() string {
	switch {
	case e.err == nil:
		return e.msg
	case e.msg == "":
		return e.err.Error()
	}
	return e.msg + ": " + e.err.Error()
}

func (e *kinded) Unwrap() error { return e.err }

// New makes a fault of a kind. The text is English and safe to log. A %w in
// the format keeps the wrapped error findable, as in fmt.Errorf.
func New(kind Kind, format string, args ...any) error {
	wrapped := fmt.Errorf(format, args...)
	if errors.Unwrap(wrapped) == nil {
		if _, many := wrapped.(interface{ Unwrap() []error }); !many {
			return &kinded{kind: kind, msg: wrapped.Error()}
		}
	}
	return &kinded{kind: kind, err: wrapped}
}

// Wrap gives err a kind and says what was being done. The outermost kind wins.
// A nil err stays nil.
func Wrap(kind Kind, err error, msg string) error {
	if err == nil {
		return nil
	}
	return &kinded{kind: kind, msg: msg, err: err}
}

// KindOf tells the kind of err: that of the outermost fault in its chain.
// nil has the kind "". An ended context is Unavailable; any other error that
// nobody gave a kind is Internal.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *kinded
	if errors.As(err, &e) {
		return e.kind
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return Unavailable
	}
	return Internal
}

// Is reports whether err is a fault of the kind.
func Is(err error, kind Kind) bool { return KindOf(err) == kind }
