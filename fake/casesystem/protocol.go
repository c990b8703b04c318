package casesystem

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// The limits of docs/casesystem.md.
const (
	maxQuestionBytes    = 4 << 10
	maxApplicationBytes = 32 << 20
)

var (
	personPattern = regexp.MustCompile(`^[0-9]{12}$`)
	keyPattern    = regexp.MustCompile(`^[A-Za-z0-9._:-]{8,128}$`)
)

// services are the e-services that the fake has cases for.
var services = [...]string{"ekbist"}

// problem is RFC 9457. No text in it comes from the request.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

const problemType = "urn:medborgarnavet:casesystem:"

var (
	problemForbidden   = problem{problemType + "forbidden", "Forbidden", 403, "The organisation of the client certificate may not call."}
	problemNotFound    = problem{problemType + "not-found", "Not found", 404, "There is no such resource. Cases cannot be listed."}
	problemMethod      = problem{problemType + "method", "Method not allowed", 405, "Only POST is understood here."}
	problemContent     = problem{problemType + "content-type", "Unsupported media type", 415, "The body must be application/json."}
	problemTooLarge    = problem{problemType + "too-large", "Too large", 413, "The body is larger than the protocol allows."}
	problemBody        = problem{problemType + "body", "Bad request", 400, "The body is not the JSON object that is expected."}
	problemPerson      = problem{problemType + "personnummer", "Unprocessable", 422, "personnummer must be twelve digits."}
	problemService     = problem{problemType + "service", "Unprocessable", 422, "The service is unknown."}
	problemKey         = problem{problemType + "idempotency-key", "Bad request", 400, "Idempotency-Key must be 8 to 128 of A-Z a-z 0-9 . _ : -"}
	problemKeyReused   = problem{problemType + "idempotency-key-reused", "Conflict", 409, "The same Idempotency-Key came with another body."}
	problemUnavailable = problem{problemType + "unavailable", "Unavailable", 503, "TEST: the case system is down."}
)

func refuse(w http.ResponseWriter, p problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// Application is one delivered application, as it came.
type Application struct {
	ExternalID, Key string
	ReceivedAt      time.Time
	Body            json.RawMessage
	digest          [sha256.Size]byte
}

// openCase answers about one person. A person without a case and one who is
// unknown get the same answer.
func (s *Server) openCase(w http.ResponseWriter, r *http.Request) {
	body, refused := readJSON(w, r, maxQuestionBytes)
	if refused != nil {
		refuse(w, *refused)
		return
	}
	var q struct {
		Personnummer string `json:"personnummer"`
		Service      string `json:"service"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	switch err := d.Decode(&q); {
	case err != nil:
		refuse(w, problemBody)
		return
	case !personPattern.MatchString(q.Personnummer):
		refuse(w, problemPerson)
		return
	case !slices.Contains(services[:], q.Service):
		refuse(w, problemService)
		return
	}
	s.mu.Lock()
	s.opened++
	s.mu.Unlock()
	found := struct {
		Open bool  `json:"open"`
		Case *Case `json:"case,omitempty"`
	}{}
	if resident, ok := s.residents[q.Personnummer]; ok && resident.Case != nil {
		found.Open, found.Case = true, resident.Case
	}
	answer(w, http.StatusOK, found)
}

// takeApplication stores an application once per Idempotency-Key: 201 the first
// time, 200 and the same id when it comes again.
func (s *Server) takeApplication(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("Idempotency-Key")
	if !keyPattern.MatchString(key) {
		refuse(w, problemKey)
		return
	}
	body, refused := readJSON(w, r, maxApplicationBytes)
	if refused != nil {
		refuse(w, *refused)
		return
	}
	a, status := s.store(key, body)
	if status == http.StatusConflict {
		refuse(w, problemKeyReused)
		return
	}
	answer(w, status, struct {
		Received   bool   `json:"received"`
		ExternalID string `json:"external_id"`
	}{true, a.ExternalID})
}

func (s *Server) store(key string, body []byte) (Application, int) {
	digest := sha256.Sum256(body)
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.received[key]; ok {
		if known.digest != digest {
			return known, http.StatusConflict
		}
		return known, http.StatusOK
	}
	a := Application{
		ExternalID: fmt.Sprintf("TEST-%06d", len(s.order)+1), Key: key,
		ReceivedAt: s.opts.Now(), Body: body, digest: digest,
	}
	s.received[key] = a
	s.order = append(s.order, key)
	return a, http.StatusCreated
}

// readJSON reads one JSON object and nothing after it.
func readJSON(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, *problem) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &problemContent
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, &problemTooLarge
		}
		return nil, &problemBody
	}
	if trimmed := bytes.TrimSpace(body); len(trimmed) == 0 || trimmed[0] != '{' || !json.Valid(trimmed) {
		return nil, &problemBody
	}
	return body, nil
}
