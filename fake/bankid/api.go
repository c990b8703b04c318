package bankid

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"time"
	"unicode/utf8"
)

// Limits of the base64 texts, in characters (RP API v6.0).
const (
	maxVisibleAuth   = 1_500
	maxHiddenAuth    = 1_500
	maxVisibleSign   = 40_000
	maxHiddenSign    = 200_000
	maxRequestBytes  = 512 << 10
	maxTranscript    = 10_000
	maxWaitingOrders = 1_000
)

type orderRequest struct {
	EndUserIP             string          `json:"endUserIp"`
	Requirement           requirement     `json:"requirement"`
	UserVisibleData       string          `json:"userVisibleData"`
	UserVisibleDataFormat string          `json:"userVisibleDataFormat"`
	UserNonVisibleData    string          `json:"userNonVisibleData"`
	ReturnURL             string          `json:"returnUrl"`
	ReturnRisk            bool            `json:"returnRisk"`
	Web                   json.RawMessage `json:"web"`
	App                   json.RawMessage `json:"app"`
}

type requirement struct {
	PINCode             bool     `json:"pinCode"`
	MRTD                bool     `json:"mrtd"`
	CardReader          string   `json:"cardReader"`
	CertificatePolicies []string `json:"certificatePolicies"`
	PersonalNumber      string   `json:"personalNumber"`
}

type refRequest struct {
	OrderRef string `json:"orderRef"`
}

// apiError is an error answer of the service.
type apiError struct {
	status  int
	Code    string `json:"errorCode"`
	Details string `json:"details"`
}

func invalid(details string) *apiError {
	return &apiError{http.StatusBadRequest, "invalidParameters", details}
}

var errNoOrder = invalid("No such order")

func (s *Server) apiHandler() http.Handler {
	mux := http.NewServeMux()
	endpoint := func(name string, h func(body []byte, now time.Time) (any, *apiError)) {
		mux.HandleFunc("/rp/v6.0/"+name, func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, name, h) })
	}
	endpoint("auth", func(body []byte, now time.Time) (any, *apiError) { return s.order(body, false, now) })
	endpoint("sign", func(body []byte, now time.Time) (any, *apiError) { return s.order(body, true, now) })
	endpoint("collect", s.collect)
	endpoint("cancel", s.cancel)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusNotFound, apiError{Code: "notFound", Details: "No such path"})
	})
	return mux
}

// answer checks the request's form, runs the endpoint and records both.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, name string, h func([]byte, time.Time) (any, *apiError)) {
	body, bad := readJSON(r)
	entry := Entry{At: s.opts.Now(), Endpoint: name, Status: http.StatusOK, Body: body}
	if f, ok := s.broken(name); ok && bad == nil {
		time.Sleep(f.Delay)
		if f.Garbage != "" {
			entry.Status = max(f.Status, http.StatusOK)
			s.record(entry)
			w.WriteHeader(entry.Status)
			io.WriteString(w, f.Garbage)
			return
		}
		if f.Status != 0 {
			bad = &apiError{f.Status, f.Code, "Broken on purpose"}
		}
	}
	var out any
	if bad == nil {
		out, bad = h(body, s.opts.Now())
	}
	if bad != nil {
		entry.Status, entry.Error = bad.status, bad.Code
		out = bad
	}
	s.record(entry)
	writeJSON(w, entry.Status, out)
}

func (s *Server) record(e Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.recorded) < maxTranscript {
		s.recorded = append(s.recorded, e)
	}
}

func readJSON(r *http.Request) ([]byte, *apiError) {
	if r.Method != http.MethodPost {
		return nil, &apiError{http.StatusMethodNotAllowed, "methodNotAllowed", "Only http method POST is allowed"}
	}
	if mt, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mt != "application/json" {
		return nil, &apiError{http.StatusUnsupportedMediaType, "unsupportedMediaType", "Use application/json"}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequestBytes+1))
	if err != nil || len(body) > maxRequestBytes {
		return nil, invalid("The body is unreadable or too large")
	}
	return body, nil
}

// decode is strict, so that a misspelt member in a client is found.
func decode(body []byte, into any) *apiError {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return invalid("The body is no valid request")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return invalid("There is more after the request")
	}
	return nil
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// order is auth and sign.
func (s *Server) order(body []byte, sign bool, now time.Time) (any, *apiError) {
	var req orderRequest
	if bad := decode(body, &req); bad != nil {
		return nil, bad
	}
	text, bad := req.check(sign)
	if bad != nil {
		return nil, bad
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(nil, now)
	if len(s.orders) >= maxWaitingOrders {
		return nil, &apiError{http.StatusServiceUnavailable, "Maintenance", "Too many orders"}
	}
	if want := req.Requirement.PersonalNumber; want != "" {
		busy := s.find(now, func(o *order) bool {
			o.age(now, s.opts)
			return o.status == pending && o.person != nil && o.person.Number == want
		})
		if busy != nil {
			busy.fail(hintCancelled, now)
			return nil, &apiError{http.StatusBadRequest, "alreadyInProgress", "Order already in progress for the person"}
		}
	}
	o := newOrder(req, sign, text, now)
	if len(s.script) > 0 {
		o.scripted, s.script = &s.script[0], s.script[1:]
	}
	s.orders = append(s.orders, o)
	return map[string]string{
		"orderRef":       o.ref,
		"autoStartToken": o.autostart,
		"qrStartToken":   o.qrToken,
		"qrStartSecret":  o.qrSecret,
	}, nil
}

// check returns the decoded visible text, or what is wrong with the request.
func (q orderRequest) check(sign bool) (string, *apiError) {
	maxVisible, maxHidden := maxVisibleAuth, maxHiddenAuth
	if sign {
		maxVisible, maxHidden = maxVisibleSign, maxHiddenSign
	}
	if _, err := netip.ParseAddr(q.EndUserIP); err != nil {
		return "", invalid("Invalid parameter endUserIp")
	}
	if sign && q.UserVisibleData == "" {
		return "", invalid("Invalid parameter userVisibleData")
	}
	if q.UserVisibleDataFormat != "" && q.UserVisibleDataFormat != "simpleMarkdownV1" && q.UserVisibleDataFormat != "plaintext" {
		return "", invalid("Invalid parameter userVisibleDataFormat")
	}
	if c := q.Requirement.CardReader; c != "" && c != "class1" && c != "class2" {
		return "", invalid("Invalid parameter cardReader")
	}
	if n := q.Requirement.PersonalNumber; n != "" && len(n) != 12 {
		return "", invalid("Invalid parameter personalNumber")
	}
	if q.ReturnURL != "" && !validReturn(q.ReturnURL) {
		return "", invalid("Invalid parameter returnUrl")
	}
	if len(q.UserNonVisibleData) > maxHidden {
		return "", invalid("Invalid parameter userNonVisibleData")
	}
	text, err := base64.StdEncoding.DecodeString(q.UserVisibleData)
	if err != nil || len(q.UserVisibleData) > maxVisible || !utf8.Valid(text) {
		return "", invalid("Invalid parameter userVisibleData")
	}
	return string(text), nil
}

func (s *Server) collect(body []byte, now time.Time) (any, *apiError) {
	var req refRequest
	if bad := decode(body, &req); bad != nil {
		return nil, bad
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.find(now, func(o *order) bool { return o.ref == req.OrderRef })
	if o == nil {
		return nil, errNoOrder
	}
	if !o.collected.IsZero() && now.Sub(o.collected) < s.opts.MinCollect {
		return nil, &apiError{http.StatusTooManyRequests, "tooManyRequests", "Wait between collects"}
	}
	o.collected = now
	s.performScript(o, now)
	out := map[string]any{"orderRef": o.ref, "status": o.status}
	if o.status == complete {
		out["completionData"] = o.completion(now)
		s.forget(o, now)
	} else {
		out["hintCode"] = o.hint
	}
	return out, nil
}

// completion is what the relying party gets, once.
func (o *order) completion(now time.Time) map[string]any {
	p := o.person
	device := "192.0.2.17" // another device: an address from the range for documentation
	if o.sameApp {
		device = o.asked.EndUserIP
	}
	unreal := base64.StdEncoding.EncodeToString([]byte("TESTLÄGE: detta är ingen riktig underskrift"))
	data := map[string]any{
		"user": map[string]string{
			"personalNumber": p.Number, "name": p.name(), "givenName": p.GivenName, "surname": p.Surname,
		},
		"device":          map[string]string{"ipAddress": device, "uhi": "TESTLAGE"},
		"bankIdIssueDate": now.AddDate(-1, 0, 0).Format("2006-01-02"),
		"signature":       unreal,
		"ocspResponse":    unreal,
	}
	if o.asked.Requirement.MRTD {
		data["stepUp"] = map[string]bool{"mrtd": true}
	}
	if o.asked.ReturnRisk {
		data["risk"] = o.risk
	}
	return data
}

func (s *Server) cancel(body []byte, now time.Time) (any, *apiError) {
	var req refRequest
	if bad := decode(body, &req); bad != nil {
		return nil, bad
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.find(now, func(o *order) bool { return o.ref == req.OrderRef })
	if o == nil || o.status != pending {
		return nil, errNoOrder
	}
	s.forget(o, now)
	return struct{}{}, nil
}
