package session

import (
	"log/slog"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/identity"
)

// Citizen and Staff are the kinds of session, the same as the kinds of login.
const (
	Citizen = identity.Citizen
	Staff   = identity.Staff
)

// What Get is told about the request: Touch when a person made it, NoTouch when
// a page made it by itself.
const (
	Touch   = true
	NoTouch = false
)

// Session is somebody who is logged in.
type Session struct {
	ID              string // random, not the token; safe for logs
	Kind            identity.Kind
	Subject         pnr.Number
	Name            string // for display only
	Assurance       identity.Assurance
	Provider        string
	Method          string
	Environment     identity.Environment
	AuthAt          time.Time // when the person showed who they are
	IdleExpires     time.Time // unless used before
	AbsoluteExpires time.Time // however much used
}

// String tells the id and kind only (I-9).
func (s Session) String() string { return "session " + s.ID + " (" + string(s.Kind) + ")" }

// GoString is String, so that %#v tells no more.
func (s Session) GoString() string { return s.String() }

// LogValue is String, for slog.
func (s Session) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Expires is when the session ends if nothing is done: for the warning.
func (s Session) Expires() time.Time {
	if s.AbsoluteExpires.Before(s.IdleExpires) {
		return s.AbsoluteExpires
	}
	return s.IdleExpires
}

// Times are how long a kind of session lives.
type Times struct {
	Idle     time.Duration
	Absolute time.Duration
}

// DefaultTimes are those of identity.md §4.1.
func DefaultTimes(kind identity.Kind) Times {
	if kind == Staff {
		return Times{Idle: 20 * time.Minute, Absolute: 8 * time.Hour}
	}
	return Times{Idle: 30 * time.Minute, Absolute: 4 * time.Hour}
}
