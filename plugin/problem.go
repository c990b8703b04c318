package plugin

import "fmt"

// ProblemKind is a closed set: what a fault means to the one who meets it.
type ProblemKind string

const (
	ProblemInvalid     ProblemKind = "invalid"     // the request is wrong
	ProblemDenied      ProblemKind = "denied"      // the grant does not allow it
	ProblemNotFound    ProblemKind = "not-found"   // there is no such thing
	ProblemUnavailable ProblemKind = "unavailable" // try again later
	ProblemInternal    ProblemKind = "internal"    // a fault of the plug-in
)

// Problem is a fault of a plug-in's call. On the wire it is a problem
// document (RFC 9457). Detail must not hold a person's data.
type Problem struct {
	Kind   ProblemKind `json:"type"`
	Title  string      `json:"title"`
	Detail string      `json:"detail,omitempty"`
	Status int         `json:"status,omitempty"`
}

func (p *Problem) Error() string {
	if p.Detail == "" {
		return fmt.Sprintf("%s: %s", p.Kind, p.Title)
	}
	return fmt.Sprintf("%s: %s: %s", p.Kind, p.Title, p.Detail)
}
