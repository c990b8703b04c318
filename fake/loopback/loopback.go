// Package loopback is how a fake of an organisation's server listens: on this
// machine alone, over mutual TLS with organisation certificates, and without a
// log (I-15).
//
// It owns: the address, and the refusal of every other. It does not own: what
// is answered, and to whom.
//
// A listener is new, listening, closed; it listens once.
package loopback

import (
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

// Server listens for one fake. The zero value is new. Safe for concurrent use.
type Server struct {
	// Name stands in errors: "fake ssbtek".
	Name string

	mu      sync.Mutex
	http    *http.Server
	address string
}

// Listen answers on a loopback address, "127.0.0.1:0" for a free port, to those
// whose certificate leads to clients, and returns when calls are answered.
func (s *Server) Listen(address string, cert tls.Certificate, clients *x509.CertPool, h http.Handler) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		return errors.New(s.Name + ": already started")
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return errors.New(s.Name + ": listens on loopback only")
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	s.address = listener.Addr().String()
	s.http = &http.Server{
		Handler:           h,
		TLSConfig:         orgcert.ServerTLS(cert, clients),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	go func(h *http.Server) { _ = h.ServeTLS(listener, "", "") }(s.http)
	return nil
}

// URL is the address without a trailing slash; "" before Listen.
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
