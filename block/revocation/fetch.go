package revocation

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/crypto/ocsp"
)

// What Fetch may answer besides the errors of OCSP and CRL.
var (
	// ErrNoSource: the certificate names no place that may be asked.
	ErrNoSource = errors.New("the certificate names no source of revocation information")
	// ErrForbidden: nothing may be fetched (a nil Fetcher).
	ErrForbidden = errors.New("fetching of revocation information is not allowed")
	// ErrUnavailable: a source did not answer.
	ErrUnavailable = errors.New("the source of revocation information does not answer")
)

const (
	defaultBytes   = 16 << 20
	defaultTimeout = 10 * time.Second
	maxSources     = 3 // of each kind
)

// Fetcher asks the sources that a certificate names. It is for certificates
// whose issuer is trusted: the addresses stand in the certificate, so for an
// unknown one they are whatever a stranger wrote. A nil Fetcher fetches nothing.
type Fetcher struct {
	// HTTP is used as it is, but no redirect is followed. nil is a plain client.
	HTTP *http.Client
	// Clock is what time it is; nil is time.Now.
	Clock func() time.Time
	// MaxBytes bounds one answer; 0 is 16 MiB. Timeout bounds one question; 0
	// is 10 seconds.
	MaxBytes int64
	Timeout  time.Duration
	// Allow says which addresses may be asked; nil allows all. Other schemes
	// than http and https never are.
	Allow func(*url.URL) bool
	// Cache keeps answers until their next update; nil keeps none.
	Cache *Cache
}

// Fetch gets an OCSP answer about cert, or failing that a revocation list. One
// of the two is given: it has been read, is authentic and holds now, and may
// say that the certificate is revoked. An OCSP answer that says unknown is given
// only if no list says more. The error joins what every source said.
func (f *Fetcher) Fetch(ctx context.Context, cert, issuer *x509.Certificate) (ocspRaw, crlRaw []byte, err error) {
	if f == nil {
		return nil, nil, ErrForbidden
	}
	if cert == nil || issuer == nil {
		return nil, nil, ErrNoSource
	}
	ocspRaw, state, ocspErr := f.try(ctx, cert.OCSPServer, source{kind: SourceOCSP, cert: cert, issuer: issuer})
	if ocspErr == nil && state != Unknown {
		return ocspRaw, nil, nil
	}
	crlRaw, state, crlErr := f.try(ctx, cert.CRLDistributionPoints, source{kind: SourceCRL, cert: cert, issuer: issuer})
	switch {
	case crlErr == nil && (state != Unknown || ocspErr != nil):
		return nil, crlRaw, nil
	case ocspErr == nil:
		return ocspRaw, nil, nil
	}
	return nil, nil, errors.Join(ocspErr, crlErr)
}

// source is a question to one kind of source.
type source struct {
	kind         string
	cert, issuer *x509.Certificate
}

func (s source) read(raw []byte, at time.Time) (Status, error) {
	if s.kind == SourceOCSP {
		return OCSP(raw, s.cert, s.issuer, at)
	}
	return CRL(raw, s.cert, s.issuer, at)
}

// key: an OCSP answer is for one certificate, a list for all of an issuer.
func (s source) key(address string) string {
	key := s.kind + "\x00" + address + "\x00" + string(s.issuer.RawSubjectPublicKeyInfo)
	if s.kind == SourceOCSP {
		key += "\x00" + s.cert.SerialNumber.String()
	}
	return key
}

func (f *Fetcher) try(ctx context.Context, addresses []string, s source) (raw []byte, state State, err error) {
	asked := 0
	for _, address := range addresses {
		if !f.allowed(address) {
			continue
		}
		if asked++; asked > maxSources || ctx.Err() != nil {
			break
		}
		raw, state, one := f.ask(ctx, address, s)
		if one == nil {
			return raw, state, nil
		}
		err = errors.Join(err, one)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = ErrNoSource
	}
	return nil, Unknown, fmt.Errorf("%s: %w", s.kind, err)
}

func (f *Fetcher) allowed(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return false
	}
	return f.Allow == nil || f.Allow(u)
}

func (f *Fetcher) ask(ctx context.Context, address string, s source) ([]byte, State, error) {
	now := time.Now()
	if f.Clock != nil {
		now = f.Clock()
	}
	key := s.key(address)
	if raw, ok := f.Cache.get(key, now); ok {
		if status, err := s.read(raw, now); err == nil {
			return raw, status.State, nil
		}
	}
	raw, err := f.get(ctx, address, s)
	if err != nil {
		return nil, Unknown, err
	}
	status, err := s.read(raw, now)
	if err != nil {
		return nil, Unknown, err
	}
	f.Cache.put(key, raw, status.NextUpdate, now)
	return raw, status.State, nil
}

func (f *Fetcher) get(ctx context.Context, address string, s source) ([]byte, error) {
	timeout := f.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := request(ctx, address, s)
	if err != nil {
		return nil, err
	}
	client := http.Client{}
	if f.HTTP != nil {
		client = *f.HTTP
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		return nil, errors.Join(ErrUnavailable, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: HTTP status %d", ErrUnavailable, res.StatusCode)
	}
	most := f.MaxBytes
	if most <= 0 {
		most = defaultBytes
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	if err != nil {
		return nil, errors.Join(ErrUnavailable, err)
	}
	if int64(len(body)) > most {
		return nil, fmt.Errorf("%w: the answer is too long", ErrUnavailable)
	}
	return body, nil
}

func request(ctx context.Context, address string, s source) (*http.Request, error) {
	if s.kind == SourceCRL {
		return http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	}
	body, err := ocsp.CreateRequest(s.cert, s.issuer, nil)
	if err != nil {
		return nil, fmt.Errorf("write the OCSP request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err == nil {
		req.Header.Set("Content-Type", "application/ocsp-request")
		req.Header.Set("Accept", "application/ocsp-response")
	}
	return req, err
}
