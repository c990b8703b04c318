package tsa

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options of Start; the zero value is good.
type Options struct {
	Address string           // loopback; "" is 127.0.0.1 with a free port
	Clock   func() time.Time // nil is time.Now
}

// Identity is a certificate with its key and the certificates above it.
type Identity struct {
	Certificate *x509.Certificate
	Chain       []*x509.Certificate // issuing authority, root
	Key         crypto.Signer
}

// Authority is the issuer, its OCSP and CRL services and the time-stamping
// authority, on one address. It is safe for concurrent use.
type Authority struct {
	root, issuing, tsa, responder Identity
	url                           string
	server                        *http.Server

	mu      sync.Mutex
	clock   func() time.Time
	control controls
	revoked map[string]revocation
	known   map[string]bool // serial numbers of the issuing authority
	crls    int64
	stamps  int64
	asked   map[string]int // answered requests by path
}

type controls struct {
	dead, deadStatus, refuse, staleOCSP, wrongImprint, wrongNonce bool
	slow                                                          time.Duration
}

type revocation struct {
	serial *big.Int
	at     time.Time
	reason int
}

// Start makes the keys and certificates and serves on loopback until Close.
func Start(o Options) (*Authority, error) {
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	listener, err := net.Listen("tcp", o.Address)
	if err != nil {
		return nil, err
	}
	if addr, ok := listener.Addr().(*net.TCPAddr); !ok || !addr.IP.IsLoopback() {
		listener.Close()
		return nil, errors.New("a fake listens on loopback only")
	}
	a := &Authority{
		url: "http://" + listener.Addr().String(), clock: o.Clock,
		revoked: map[string]revocation{}, known: map[string]bool{}, asked: map[string]int{},
	}
	if err := a.makeCertificates(); err != nil {
		listener.Close()
		return nil, err
	}
	a.server = &http.Server{Handler: a.Handler(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go a.server.Serve(listener) //nolint:errcheck // ends with ErrServerClosed
	return a, nil
}

// Close stops serving at once.
func (a *Authority) Close() error { return a.server.Close() }

// URL is the address of the services, TSAURL that of the time-stamps.
func (a *Authority) URL() string    { return a.url }
func (a *Authority) TSAURL() string { return a.url + "/tsa" }

// Root, Issuing and TSA are the authorities' certificates.
func (a *Authority) Root() *x509.Certificate    { return a.root.Certificate }
func (a *Authority) Issuing() *x509.Certificate { return a.issuing.Certificate }
func (a *Authority) TSA() *x509.Certificate     { return a.tsa.Certificate }

// Stamper is the key and certificate of the time-stamping authority, for tests
// that make tokens themselves.
func (a *Authority) Stamper() Identity { return a.tsa }

// IssuingIdentity is the issuing authority with its key, for tests that make
// lists and answers themselves.
func (a *Authority) IssuingIdentity() Identity { return a.issuing }

// Pool has the root alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.root.Certificate)
	return pool
}

// RootPEM is the root as a trust file.
func (a *Authority) RootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Certificate.Raw})
}

// Handler serves POST /tsa and /ocsp, GET /crl, /root.crl, /issuing.crt and
// /root.crt.
func (a *Authority) Handler() http.Handler {
	mux := http.NewServeMux()
	status := func(c controls) bool { return c.deadStatus }
	mux.Handle("POST /tsa", a.guard(func(c controls) bool { return c.dead }, a.stamp))
	mux.Handle("POST /ocsp", a.guard(status, a.ocsp))
	mux.Handle("GET /crl", a.guard(status, a.crl))
	mux.Handle("GET /root.crl", a.guard(status, a.rootCRL))
	mux.Handle("GET /issuing.crt", a.guard(status, certificate(a.issuing)))
	mux.Handle("GET /root.crt", a.guard(status, certificate(a.root)))
	return mux
}

func certificate(i Identity) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/pkix-cert")
		w.Write(i.Certificate.Raw)
	}
}

// guard makes the service slow or dead. A dead one breaks the connection
// without a word.
func (a *Authority) guard(dead func(controls) bool, serve http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := a.controls()
		if !wait(r.Context(), c.slow) {
			return
		}
		if dead(c) {
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				conn.Close()
			}
			return
		}
		a.mu.Lock()
		a.asked[r.URL.Path]++
		a.mu.Unlock()
		serve(w, r)
	})
}

func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// Asked is how many requests to a path, "/ocsp", have been answered.
func (a *Authority) Asked(path string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asked[path]
}

func (a *Authority) controls() controls {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.control
}

func (a *Authority) now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.clock()
}

func (a *Authority) set(f func(c *controls)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f(&a.control)
}

// Clock sets what time it is here; nil is time.Now.
func (a *Authority) Clock(now func() time.Time) {
	if now == nil {
		now = time.Now
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.clock = now
}

// Dead: the time-stamping authority breaks every connection.
func (a *Authority) Dead(on bool) { a.set(func(c *controls) { c.dead = on }) }

// DeadStatus: OCSP, CRLs and issuer certificates are not to be had.
func (a *Authority) DeadStatus(on bool) { a.set(func(c *controls) { c.deadStatus = on }) }

// Slow: every answer waits this long.
func (a *Authority) Slow(d time.Duration) { a.set(func(c *controls) { c.slow = d }) }

// Refuse: time-stamp requests are rejected with a status text.
func (a *Authority) Refuse(on bool) { a.set(func(c *controls) { c.refuse = on }) }

// StaleOCSP: OCSP answers are thirty days old and stopped being good a day
// later.
func (a *Authority) StaleOCSP(on bool) { a.set(func(c *controls) { c.staleOCSP = on }) }

// WrongImprint: time-stamps are over another digest than the one asked for.
func (a *Authority) WrongImprint(on bool) { a.set(func(c *controls) { c.wrongImprint = on }) }

// WrongNonce: time-stamps carry another nonce than the one asked with.
func (a *Authority) WrongNonce(on bool) { a.set(func(c *controls) { c.wrongNonce = on }) }

// Revoke revokes a certificate from at on (by the clock here), with a reason
// of RFC 5280 §5.3.1. The issuing authority may itself be revoked.
func (a *Authority) Revoke(c *x509.Certificate, at time.Time, reason int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.revoked[string(c.RawIssuer)+c.SerialNumber.String()] = revocation{serial: c.SerialNumber, at: at, reason: reason}
}

func (a *Authority) revocation(issuer []byte, serial *big.Int) (revocation, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r, ok := a.revoked[string(issuer)+serial.String()]
	return r, ok && !a.clock().Before(r.at)
}
