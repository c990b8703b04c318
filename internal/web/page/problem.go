package page

import (
	"errors"
	"net/http"

	"medborgarnavet/internal/fault"
)

// problemBody is the body of an error page: what happened, what is safe, and
// what to do now.
type problemBody struct {
	Texts     []Text
	Steps     []Text
	Ways      Buttons
	Reference Text
}

// Problem writes the error page for err, with the status of its kind. ref is
// the request id that the log has too; d tells whose page it is and who is
// logged in. Nothing of err itself is shown. Unauthenticated is shown as
// "logged out"; redirecting to a login instead is the caller's choice.
func (r *Renderer) Problem(w http.ResponseWriter, req *http.Request, d Data, err error, ref string) error {
	kind := fault.KindOf(err)
	status, name := problemOf(kind)
	if errors.Is(err, fault.ErrElsewhere) {
		name = "elsewhere"
	}
	d.Title = T("page.problem." + name + ".title")
	d.Service, d.Lead, d.Errors, d.OwnHeading = nil, nil, nil, false
	body := problemBody{
		Texts: []Text{T("page.problem." + name + ".text")},
		Ways:  Buttons{[]Button{{Text: T("page.problem.home"), URL: "/"}}},
	}
	if again := req.Method == http.MethodGet; again && (status >= 500 || status == 429) {
		body.Ways.Buttons = append([]Button{{Text: T("page.problem.again"), URL: req.URL.RequestURI()}},
			Button{Text: T("page.problem.home"), URL: "/", Variant: Secondary})
	}
	if d.Municipality != nil && d.Municipality.Phone != "" {
		body.Texts = append(body.Texts, T("page.problem.call", "phone", Phone(d.Municipality.Phone)))
	}
	if ref != "" && status >= 400 {
		body.Reference = CaseNumber(ref)
	}
	if kind == fault.TooMany {
		w.Header().Set("Retry-After", "60")
	}
	d.Body = body
	return r.own.Render(w, req, status, "problem.html", d)
}

// problemOf is the status and the texts of a kind of fault.
func problemOf(k fault.Kind) (status int, name string) {
	switch k {
	case fault.Invalid:
		return http.StatusBadRequest, "invalid"
	case fault.Unauthenticated:
		return http.StatusUnauthorized, "unauthenticated"
	case fault.Forbidden:
		return http.StatusForbidden, "forbidden"
	case fault.NotFound:
		return http.StatusNotFound, "not-found"
	case fault.WrongMethod:
		return http.StatusMethodNotAllowed, "wrong-method"
	case fault.Conflict:
		return http.StatusConflict, "conflict"
	case fault.Gone:
		return http.StatusGone, "gone"
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge, "too-large"
	case fault.TooMany:
		return http.StatusTooManyRequests, "too-many"
	case fault.Unavailable:
		return http.StatusServiceUnavailable, "unavailable"
	}
	return http.StatusInternalServerError, "internal"
}

// StatusOf is the HTTP status of an error's kind.
func StatusOf(err error) int {
	status, _ := problemOf(fault.KindOf(err))
	return status
}
