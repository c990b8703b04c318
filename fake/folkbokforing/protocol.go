package folkbokforing

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"time"

	"medborgarnavet/block/orgcert"
)

const maxQuestionBytes = 4 << 10

var numberPattern = regexp.MustCompile(`^[0-9]{12}$`)

// problem is RFC 9457. No text in it comes from the request.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

const problemType = "urn:medborgarnavet:population-register:"

var (
	problemForbidden   = problem{problemType + "forbidden", "Forbidden", 403, "The organisation of the client certificate may not ask."}
	problemNotFound    = problem{problemType + "not-found", "Not found", 404, "There is no such resource. Persons cannot be listed."}
	problemMethod      = problem{problemType + "method", "Method not allowed", 405, "Only POST is understood here."}
	problemContent     = problem{problemType + "content-type", "Unsupported media type", 415, "The body must be application/json."}
	problemTooLarge    = problem{problemType + "too-large", "Too large", 413, "The body is larger than the protocol allows."}
	problemBody        = problem{problemType + "body", "Bad request", 400, "The body is not the JSON object that is expected."}
	problemNumber      = problem{problemType + "number", "Unprocessable", 422, "number must be twelve digits."}
	problemAt          = problem{problemType + "at", "Unprocessable", 422, "at must be a day, YYYY-MM-DD."}
	problemUnavailable = problem{problemType + "unavailable", "Unavailable", 503, "TEST: the register is down."}
)

func refuse(w http.ResponseWriter, p problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// answerTo is what the protocol tells of a person.
type answerTo struct {
	Resident bool    `json:"resident"`
	District *string `json:"district"`
}

// resident answers about one person.
func (s *Server) resident(w http.ResponseWriter, r *http.Request) {
	question, refused := readQuestion(w, r)
	if refused != nil {
		refuse(w, *refused)
		return
	}
	at, err := time.Parse(time.DateOnly, question.At)
	if err != nil {
		refuse(w, problemAt)
		return
	}
	caller, err := orgcert.PeerOrgNumber(r)
	if err != nil {
		refuse(w, problemForbidden)
		return
	}
	s.mu.Lock()
	s.questions++
	garbage := s.garbage
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if garbage != "" {
		_, _ = io.WriteString(w, garbage)
		return
	}
	_ = json.NewEncoder(w).Encode(s.look(question.Number, s.opts.Municipalities[string(caller)], at))
}

// look is the answer about a person who is known, unknown, elsewhere or not
// born yet.
func (s *Server) look(number, municipality string, at time.Time) answerTo {
	p, ok := s.persons[number]
	if !ok || p.Municipality == "" || p.Municipality != municipality || at.Before(p.Birth) {
		return answerTo{}
	}
	if p.District == "" || p.Protected {
		return answerTo{Resident: true}
	}
	return answerTo{Resident: true, District: &p.District}
}

type question struct {
	Number string `json:"number"`
	At     string `json:"at"`
}

// readQuestion reads one JSON object and nothing after it.
func readQuestion(w http.ResponseWriter, r *http.Request) (q question, refused *problem) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return q, &problemContent
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxQuestionBytes))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return q, &problemTooLarge
		}
		return q, &problemBody
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) || d.Decode(&q) != nil || d.More() {
		return q, &problemBody
	}
	if !numberPattern.MatchString(q.Number) {
		return q, &problemNumber
	}
	return q, nil
}
