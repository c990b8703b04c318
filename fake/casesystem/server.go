package casesystem

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"slices"
	"sync"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/fake/loopback"
)

// Options set up a server.
type Options struct {
	// ClientRoots are whose certificates are accepted; nil trusts nobody.
	ClientRoots *x509.CertPool
	// Certificate is the server's own, with the municipality's number.
	Certificate tls.Certificate
	// AllowedOrgNumbers may call: ten digits each. Empty means nobody.
	AllowedOrgNumbers []string
	// Residents are who has a case, or had; nil means Seeded(Now(), "eva.lind").
	Residents []Resident
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Server is the fake. Its methods may be called at any time by anyone.
type Server struct {
	listen    loopback.Server
	opts      Options
	residents map[string]Resident

	mu       sync.Mutex
	down     bool
	delay    time.Duration
	opened   int
	received map[string]Application
	order    []string
}

// New makes a server that is not yet listening.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Residents == nil {
		o.Residents = Seeded(o.Now(), "eva.lind")
	}
	s := &Server{listen: loopback.Server{Name: "fake casesystem"}, opts: o, residents: map[string]Resident{}, received: map[string]Application{}}
	for _, r := range o.Residents {
		s.residents[r.Personnummer] = r
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

// Questions counts the questions about open cases that were answered. Nothing
// about whom they concerned is kept.
func (s *Server) Questions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

// Received are the applications taken in, in the order they came.
func (s *Server) Received() []Application {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Application, 0, len(s.order))
	for _, key := range s.order {
		a := s.received[key]
		a.Body = slices.Clone(a.Body)
		out = append(out, a)
	}
	return out
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/open-case", s.openCase)
	mux.HandleFunc("POST /v1/applications", s.takeApplication)
	mux.HandleFunc("/v1/open-case", onlyPost)
	mux.HandleFunc("/v1/applications", onlyPost)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuse(w, problemNotFound) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Test-Data", "medborgarnavet fake")
		w.Header().Set("Cache-Control", "no-store")
		caller, err := orgcert.PeerOrgNumber(r)
		if err != nil || !slices.Contains(s.opts.AllowedOrgNumbers, string(caller)) {
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
			w.Header().Set("Retry-After", "60")
			refuse(w, problemUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func onlyPost(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Allow", http.MethodPost)
	refuse(w, problemMethod)
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
