package folkbokforing

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"medborgarnavet/block/orgcert"
)

// Options set up a server.
type Options struct {
	// ClientRoots are whose certificates are accepted; nil trusts nobody.
	ClientRoots *x509.CertPool
	// Certificate is the server's own, with the register's organisation number.
	Certificate tls.Certificate
	// Municipalities are who may ask: organisation number to the code of the
	// municipality they ask about. nil means Asking().
	Municipalities map[string]string
	// Persons are whom the register knows; nil means Seeded().
	Persons []Person
}

// Server is the fake. Its methods may be called at any time by anyone.
type Server struct {
	opts    Options
	persons map[string]Person

	mu        sync.Mutex
	http      *http.Server
	address   string
	down      bool
	delay     time.Duration
	garbage   string
	questions int
}

// New makes a server that is not yet listening.
func New(o Options) *Server {
	if o.Municipalities == nil {
		o.Municipalities = Asking()
	}
	if o.Persons == nil {
		o.Persons = Seeded()
	}
	s := &Server{opts: o, persons: map[string]Person{}}
	for _, p := range o.Persons {
		s.persons[p.Number] = p
	}
	return s
}

// Start listens on a loopback address, "127.0.0.1:0" for a free port.
func (s *Server) Start(address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		return errors.New("fake folkbokforing: already started")
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("fake folkbokforing: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return errors.New("fake folkbokforing: listens on loopback only")
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("fake folkbokforing: %w", err)
	}
	s.address = listener.Addr().String()
	s.http = &http.Server{
		Handler:           s.handler(),
		TLSConfig:         orgcert.ServerTLS(s.opts.Certificate, s.opts.ClientRoots),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	go func(h *http.Server) { _ = h.ServeTLS(listener, "", "") }(s.http)
	return nil
}

// URL is the base address, without a trailing slash; "" before Start.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.address == "" {
		return ""
	}
	return "https://" + s.address
}

// Close ends the listening and every call under way.
func (s *Server) Close() error {
	s.mu.Lock()
	h := s.http
	s.mu.Unlock()
	if h == nil {
		return nil
	}
	return h.Close()
}

// SetDown makes every call answer 503, or answer again.
func (s *Server) SetDown(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

// SetDelay makes every call take at least so long.
func (s *Server) SetDelay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// SetGarbage makes every answer be this text, with status 200; "" ends it.
func (s *Server) SetGarbage(body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.garbage = body
}

// Questions counts the questions that were answered. Nothing about whom they
// concerned is kept.
func (s *Server) Questions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.questions
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/resident", s.resident)
	mux.HandleFunc("/v1/resident", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, problemMethod)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuse(w, problemNotFound) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Test-Data", "medborgarnavet fake")
		w.Header().Set("Cache-Control", "no-store")
		caller, err := orgcert.PeerOrgNumber(r)
		if err != nil || s.opts.Municipalities[string(caller)] == "" {
			refuse(w, problemForbidden)
			return
		}
		s.mu.Lock()
		down, delay := s.down, s.delay
		s.mu.Unlock()
		if !wait(r.Context(), delay) {
			return
		}
		if down {
			refuse(w, problemUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// wait returns false if the caller hung up.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
