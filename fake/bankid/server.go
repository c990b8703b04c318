package bankid

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"
)

// Person is somebody who has this pretended e-ID.
type Person struct {
	Number    string // personal identity number, 12 digits
	GivenName string
	Surname   string
	Name      string // as BankID sends it; empty means GivenName + Surname
	Story     string // one line for whoever picks a person on the page
	Staff     bool   // listed under "Medarbetare"
}

func (p Person) name() string {
	if p.Name != "" {
		return p.Name
	}
	return p.GivenName + " " + p.Surname
}

// Options are what a fake needs. Zero values give the real service's times.
type Options struct {
	Persons []Person
	Now     func() time.Time // nil means time.Now

	APIListen  string // loopback address of the API; "" means 127.0.0.1:0
	PageListen string // loopback address of the page; "" means 127.0.0.1:0

	StartWindow time.Duration // an app must open the order within this; 0 means 30 s
	MaxAge      time.Duration // the order must be finished within this; 0 means 3 min
	MinCollect  time.Duration // least time between collects of an order; 0 means 800 ms, negative means no limit
	QRTolerance time.Duration // how old, or early, a scanned code may be; 0 means 5 s
}

// Server is a running fake.
type Server struct {
	opts      Options
	authority authority
	api, page net.Listener
	serving   []*http.Server

	mu       sync.Mutex
	orders   []*order // oldest first
	script   []act
	breaks   []breakage
	recorded []Entry
}

// Start makes new keys, listens on both addresses and serves until Close.
func Start(opts Options) (*Server, error) {
	opts = opts.withDefaults()
	for _, p := range opts.Persons {
		if len(p.Number) != 12 {
			return nil, errors.New("fake/bankid: a person's number must have 12 digits")
		}
	}
	auth, err := newAuthority(time.Now())
	if err != nil {
		return nil, fmt.Errorf("fake/bankid: certificates: %w", err)
	}
	s := &Server{opts: opts, authority: auth}
	if s.api, err = listenLoopback(opts.APIListen); err != nil {
		return nil, err
	}
	if s.page, err = listenLoopback(opts.PageListen); err != nil {
		s.api.Close()
		return nil, err
	}
	quiet := log.New(io.Discard, "", 0) // refused handshakes are seen by the tests, not on the terminal
	s.serve(&http.Server{Handler: s.apiHandler(), ErrorLog: quiet}, tls.NewListener(s.api, auth.serverTLS()))
	s.serve(&http.Server{Handler: s.pageHandler(), ErrorLog: quiet}, s.page)
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&o.StartWindow, 30*time.Second)
	set(&o.MaxAge, 3*time.Minute)
	set(&o.MinCollect, 800*time.Millisecond)
	set(&o.QRTolerance, 5*time.Second)
	return o
}

func (s *Server) serve(h *http.Server, l net.Listener) {
	h.ReadHeaderTimeout = 5 * time.Second
	h.MaxHeaderBytes = 32 << 10
	s.serving = append(s.serving, h)
	go h.Serve(l)
}

// listenLoopback refuses any address that another machine could reach.
func listenLoopback(addr string) (net.Listener, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	ap, err := netip.ParseAddrPort(addr)
	if err != nil || !ap.Addr().IsLoopback() {
		return nil, fmt.Errorf("fake/bankid: %q is not a loopback address with a port", addr)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("fake/bankid: %w", err)
	}
	return l, nil
}

// Close stops both servers.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var errs []error
	for _, h := range s.serving {
		if err := h.Shutdown(ctx); err != nil {
			errs = append(errs, h.Close())
		}
	}
	return errors.Join(errs...)
}

// APIURL is the base of the relying party API, without /rp/v6.0.
func (s *Server) APIURL() string { return "https://" + s.api.Addr().String() }

// PageURL is the phone's page, for a person's browser.
func (s *Server) PageURL() string { return "http://" + s.page.Addr().String() + "/" }

// LaunchURL is what stands in for https://app.bankid.com/ on the same device.
func (s *Server) LaunchURL() string { return s.PageURL() + "starta" }

// validReturn says whether u is a page that an app would go back to.
func validReturn(u string) bool {
	p, err := url.Parse(u)
	return err == nil && (p.Scheme == "https" || p.Scheme == "http") && p.Host != "" && p.User == nil
}
