package folkbokforing

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"sync"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/fake/loopback"
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
	listen  loopback.Server
	opts    Options
	persons map[string]Person

	mu        sync.Mutex
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
	s := &Server{listen: loopback.Server{Name: "fake folkbokforing"}, opts: o, persons: map[string]Person{}}
	for _, p := range o.Persons {
		s.persons[p.Number] = p
	}
	return s
}

// Start listens on a loopback address, "127.0.0.1:0" for a free port.
func (s *Server) Start(address string) error {
	return s.listen.Listen(address, s.opts.Certificate, s.opts.ClientRoots, s.handler())
}

// URL is the base address, without a trailing slash; "" before Start.
func (s *Server) URL() string { return s.listen.URL() }

// Close ends the listening and every call under way.
func (s *Server) Close() error { return s.listen.Close() }

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
