package ssbtek

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"medborgarnavet/fake/loopback"
)

// Path is where the service answers, by POST alone.
const Path = "/ssbtek/v10"

// defaultAgencyTimeout is how long the composite service waits for an agency.
const defaultAgencyTimeout = 25 * time.Second

// Options set up a server.
type Options struct {
	// ClientRoots are whose certificates are accepted; nil trusts nobody.
	ClientRoots *x509.CertPool
	// Certificate is the server's own, with Försäkringskassan's number.
	Certificate tls.Certificate
	// AllowedOrgNumbers is the list of agreements: ten digits each. Empty means
	// that nobody has one.
	AllowedOrgNumbers []string
	// Operators says, for a caller's organisation number, which submitters it
	// may ask for besides itself.
	Operators map[string][]string
	// ActorIDs are the aktorsid that LEFI knows; nil means any but the empty.
	ActorIDs []string
	// Unauthorised are LEFI codes ("FK:SGI") that no caller may have: they come
	// back as deviations.
	Unauthorised []string
	// Persons are who the agencies know; nil means Seeded.
	Persons []Person
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// AgencyTimeout is how long an agency may take; 0 means 25 seconds.
	AgencyTimeout time.Duration
}

// Server is the fake. Its methods may be called at any time by anyone.
type Server struct {
	listen  loopback.Server
	opts    Options
	persons map[string]Person

	mu       sync.Mutex
	set      behaviours
	requests map[Agency]int
	calls    int
	last     []byte
}

// New makes a server that is not yet listening.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.AgencyTimeout == 0 {
		o.AgencyTimeout = defaultAgencyTimeout
	}
	if o.Persons == nil {
		o.Persons = Seeded()
	}
	s := &Server{listen: loopback.Server{Name: "fake ssbtek"}, opts: o, persons: map[string]Person{}, set: behaviours{}, requests: map[Agency]int{}}
	for _, p := range o.Persons {
		s.persons[p.Number] = p
	}
	return s
}

// Start listens on a loopback address, "127.0.0.1:0" for a free port.
func (s *Server) Start(address string) error {
	return s.listen.Listen(address, s.opts.Certificate, s.opts.ClientRoots, http.HandlerFunc(s.serve))
}

// URL is the address of the service, path included; "" before Start.
func (s *Server) URL() string {
	base := s.listen.URL()
	if base == "" {
		return ""
	}
	return base + Path
}

// Close ends the listening and every call under way.
func (s *Server) Close() error { return s.listen.Close() }

// Set decides how an agency (or Any) answers for a person (twelve digits, or
// Any) from now on. The most exact setting wins: person and agency, person,
// agency, all; then the person's story.
func (s *Server) Set(person string, agency Agency, b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set[[2]string{person, agency}] = b
}

// Reset forgets every Set and every count.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set, s.requests, s.calls, s.last = behaviours{}, map[Agency]int{}, 0, nil
}

// Requests counts the questions that were let through to each agency. FK and PM
// are counted together as FK. Nothing about whom they concerned is kept.
func (s *Server) Requests() map[Agency]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.requests)
}

// Calls counts everything posted by a caller whose certificate was accepted,
// refused questions and tests included.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// LastEnvelope is the body of the last call, for tests of what was sent.
func (s *Server) LastEnvelope() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.last)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Test-Data", "medborgarnavet fake")
	if r.URL.Path != Path {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "TEST: POST only", http.StatusMethodNotAllowed)
		return
	}
	if !isSOAPContent(r.Header.Get("Content-Type")) {
		http.Error(w, "TEST: Content-Type must be text/xml; charset=UTF-8", http.StatusUnsupportedMediaType)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	if err != nil {
		http.Error(w, "TEST: too large a request", http.StatusRequestEntityTooLarge)
		return
	}
	s.mu.Lock()
	s.calls++
	s.last = body
	s.mu.Unlock()
	// SOAP 1.1 §6.1.1: the client must send SOAPAction; the WSDL has it empty.
	if action, sent := r.Header["Soapaction"]; !sent || (action[0] != `""` && action[0] != "") {
		writeGenericFault(w, "Client", "SOAPAction must be sent and empty")
		return
	}
	s.answer(w, r, body)
}

func isSOAPContent(contentType string) bool {
	mediaType, parameters, _ := strings.Cut(contentType, ";")
	if !strings.EqualFold(strings.TrimSpace(mediaType), "text/xml") {
		return false
	}
	_, charset, found := strings.Cut(strings.ToLower(parameters), "charset=")
	return !found || strings.Trim(strings.TrimSpace(charset), `"`) == "utf-8"
}
