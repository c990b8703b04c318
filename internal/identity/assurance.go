package identity

import (
	"slices"

	"medborgarnavet/internal/fault"
)

// Assurance schemes: whose levels they are. Levels of different schemes are
// not compared by URI; each provider maps its own URIs to a level.
const (
	SchemeSE   = "se"   // Tillitsramverket för Svensk e-legitimation
	SchemeTest = "test" // a test e-ID, of whatever level it pretends to have
)

// Assurance is how sure the identity is.
type Assurance struct {
	Level  int    // 0 (nothing is known) to 4
	Scheme string // one of the schemes above
	URI    string // the identifier that the scheme gives the level
}

// Policy is what a page or a plug-in demands of an authentication. The zero
// Policy accepts nothing.
type Policy struct {
	Min         int         // least level
	Schemes     []string    // accepted schemes; never SchemeTest: that follows from Environment
	Environment Environment // of this instance
}

// DefaultPolicy is level 3 of the Swedish trust framework, which requirement
// M-23 asks for; in a test environment the test scheme too.
func DefaultPolicy(env Environment) Policy {
	return Policy{Min: 3, Schemes: []string{SchemeSE}, Environment: env}
}

// Accept returns nil when the authentication is good enough, else a fault of
// kind Forbidden. The test scheme counts as level 0 outside a test environment,
// whatever it claims (I-15).
func (p Policy) Accept(a Authentication) error {
	if p.Min < 1 {
		return fault.New(fault.Forbidden, "identity: a policy without a least level accepts nothing")
	}
	if a.Subject.IsZero() {
		return fault.New(fault.Forbidden, "identity: the authentication names nobody")
	}
	if a.Environment != p.Environment {
		return fault.New(fault.Forbidden, "identity: authentication from environment %q in %q", a.Environment, p.Environment)
	}
	level := a.Assurance.Level
	switch {
	case a.Assurance.Scheme == SchemeTest && p.Environment == Test:
	case a.Assurance.Scheme == SchemeTest, !slices.Contains(p.Schemes, a.Assurance.Scheme):
		level = 0
	}
	if level < p.Min {
		return fault.New(fault.Forbidden, "identity: assurance level %d of scheme %q is below %d", level, a.Assurance.Scheme, p.Min)
	}
	return nil
}
