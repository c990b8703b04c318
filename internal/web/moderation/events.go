package moderation

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/route"
)

// What the board's case system tells of petitions, signed as Standard Webhooks
// has it (docs/casesystem.md). Nothing of what it says is logged.

// EventsPath is where the case system tells.
const EventsPath = "/api/petitions/v1/case-events"

const (
	maxEvent = 64 << 10
	// tolerance is how far its clock may be from ours.
	tolerance = 5 * time.Minute
	retrySecs = 300
)

// trouble is why an event was not taken in: status, title and what to do.
type trouble struct {
	code   string
	status int
	title  string
	detail string
}

var (
	unsigned    = trouble{"signature", http.StatusUnauthorized, "Not signed", "Sign webhook-id, webhook-timestamp and the body with the shared secret, within five minutes of sending."}
	tooLarge    = trouble{"too-large", http.StatusRequestEntityTooLarge, "Too large", "An event is at most 64 KiB."}
	notJSON     = trouble{"body", http.StatusBadRequest, "Not an event", "Send one JSON object with the members registry and step, and no others."}
	wrongType   = trouble{"content-type", http.StatusUnsupportedMediaType, "Not JSON", "Send application/json."}
	wrongStep   = trouble{"step", http.StatusUnprocessableEntity, "The step lacks something", "See errors."}
	unknown     = trouble{"registry", http.StatusNotFound, "No such petition", "No petition has this registry number."}
	outOfOrder  = trouble{"order", http.StatusConflict, "Out of order", "The petition has not come that far, or is further. Send the same event again later, with the same webhook-id."}
	unavailable = trouble{"unavailable", http.StatusServiceUnavailable, "Not available", "Send the same event again later, with the same webhook-id."}
)

// problem is a trouble as RFC 9457 has it.
type problem struct {
	Type   string       `json:"type"`
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail"`
	Errors []stepRemark `json:"errors,omitempty"`
}

// stepRemark is a member of a step and what is wrong with it, as codes.
type stepRemark struct {
	Member string `json:"member"`
	Code   string `json:"code"`
}

// caseEvent takes in an event. It answers 204 whether it is new or known.
func (p *Pages) caseEvent(w http.ResponseWriter, r *route.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	secrets := p.Secrets()
	if len(secrets) == 0 {
		return fault.New(fault.NotFound, "no case system tells of petitions")
	}
	body, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return tell(w, tooLarge, nil)
	}
	if err != nil {
		return tell(w, notJSON, nil)
	}
	id := r.Header.Get("webhook-id")
	if !signed(r.Header, id, body, secrets, p.Clock.Now()) {
		return tell(w, unsigned, nil)
	}
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "application/json" {
		return tell(w, wrongType, nil)
	}
	var e petition.CaseEvent
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if d.Decode(&e) != nil || d.Decode(new(any)) != io.EOF {
		return tell(w, notJSON, nil)
	}
	e.Key = id
	return answer(w, e.Step, p.Petitions.FromCaseSystem(r.Context(), e))
}

// answer says what became of an event.
func answer(w http.ResponseWriter, s petition.Step, err error) error {
	var refusal *petition.Refusal
	switch kind := fault.KindOf(err); {
	case err == nil:
		w.WriteHeader(http.StatusNoContent)
		return nil
	case kind == fault.NotFound:
		return tell(w, unknown, nil)
	case kind == fault.Conflict:
		return tell(w, outOfOrder, nil)
	case kind == fault.Unavailable:
		return tell(w, unavailable, nil)
	case errors.As(err, &refusal):
		var remarks []stepRemark
		for _, m := range refusal.Remarks {
			remarks = append(remarks, stepRemark{member(m.Field, s), m.Code})
		}
		return tell(w, wrongStep, remarks)
	case kind == fault.Invalid:
		return tell(w, wrongStep, []stepRemark{{"move", "unknown"}})
	}
	return err
}

// member is the event's name of what petition remarks on.
func member(field string, s petition.Step) string {
	switch field {
	case "next":
		return "next_step"
	case "registry":
		return "body_registry"
	case "day":
		if _, err := time.Parse(time.DateOnly, s.Day); s.Move == petition.MoveDecide && s.Day != "" && err != nil {
			return "day"
		}
		if _, err := time.Parse(time.DateOnly, s.NextDay); err != nil && (s.NextDay != "" || s.Move == petition.MovePlan) {
			return "next_day"
		}
	}
	return field
}

func tell(w http.ResponseWriter, t trouble, remarks []stepRemark) error {
	text, err := json.Marshal(problem{"urn:medborgarnavet:case-events:" + t.code, t.title, t.status, t.detail, remarks})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/problem+json")
	if t == outOfOrder || t == unavailable {
		w.Header().Set("Retry-After", strconv.Itoa(retrySecs))
	}
	w.WriteHeader(t.status)
	_, _ = w.Write(append(text, '\n')) // the caller has gone away; nothing to tell anyone
	return nil
}

// maxID is the longest id of an event, in bytes.
const maxID = 128

// signed tells whether one of the signatures is by one of the secrets, over
// id, time and body, and the time is now.
func signed(h http.Header, id string, body []byte, secrets [][]byte, now time.Time) bool {
	at := h.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || id == "" || len(id) > maxID || strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return false
	}
	if off := now.Sub(time.Unix(seconds, 0)); off > tolerance || off < -tolerance {
		return false
	}
	good := false
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(id + "." + at + "."))
		mac.Write(body)
		want := mac.Sum(nil)
		for s := range strings.FieldsSeq(h.Get("webhook-signature")) {
			version, value, _ := strings.Cut(s, ",")
			have, err := base64.StdEncoding.DecodeString(value)
			good = good || version == "v1" && err == nil && len(secret) > 0 && hmac.Equal(have, want)
		}
	}
	return good
}
