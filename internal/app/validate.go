package app

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"time"

	"medborgarnavet/block/revocation"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/validation/svt"
	"medborgarnavet/internal/validation/trust"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/validate"
)

// reportPurpose is the key that signs the reports that pages carry.
const reportPurpose = "validation-report"

// buildValidate makes the page and the interface where anyone checks a
// signature.
func (t *town) buildValidate(renderer *page.Renderer) (*validate.Pages, error) {
	token, err := t.tokenIssuer()
	if err != nil {
		return nil, fmt.Errorf("validation tokens: %w", err)
	}
	return validate.New(validate.Deps{Renderer: renderer, Municipality: t.look, Clock: t.clock, BaseURL: t.baseURL, Contact: t.contact(), Token: token,
		Validate: func(ctx context.Context, data []byte) (validation.Report, error) {
			return t.inspector.Validate(ctx, data, validation.Options{PDFA: true})
		},
		Sign: func(msg []byte) []byte { return t.ring.Sign(reportPurpose, msg) },
		Verify: func(msg, signature []byte) bool {
			return len(signature) == ed25519.SignatureSize && ed25519.Verify(t.ring.Public(reportPurpose), msg, signature)
		}})
}

// validator trusts whom the configuration names.
func (t *town) validator() (*validation.Validator, error) {
	store, err := trusted(t.cfg.Validation, t.clock.Now())
	if err != nil {
		return nil, err
	}
	v := &validation.Validator{Trust: store, Clock: t.clock}
	if t.cfg.Validation.Online {
		v.Fetcher = &revocation.Fetcher{HTTP: publicOnly(), Clock: t.clock.Now, Timeout: 2 * time.Second, Cache: revocation.NewCache(512),
			Allow: func(u *url.URL) bool { return u.Port() == "" || u.Port() == "80" || u.Port() == "443" }}
	}
	return v, nil
}

// trusted reads the trust files. A list that cannot be believed is an error:
// it would trust nobody in silence.
func trusted(c config.Validation, now time.Time) (*trust.Store, error) {
	var signers []*x509.Certificate
	for _, file := range c.ListSignerFiles {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		list, err := trust.Certificates(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		signers = append(signers, list...)
	}
	store := &trust.Store{}
	for _, file := range c.TrustFiles {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if !bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<")) {
			if _, err := store.AddPEM(text); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			continue
		}
		list, err := trust.ParseList(text, signers, now)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		store.AddList(list)
	}
	return store, nil
}

// publicOnly is a client for addresses that stand in certificates: it reaches
// no address of this machine or of an inner network.
func publicOnly() *http.Client {
	dialer := &net.Dialer{Timeout: 2 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return err
		}
		ip := net.ParseIP(host)
		if ip == nil || !ip.IsGlobalUnicast() || ip.IsPrivate() {
			return errors.New("not a public address")
		}
		return nil
	}}
	return &http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{DialContext: dialer.DialContext, Proxy: nil,
		TLSHandshakeTimeout: 2 * time.Second, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// tokenIssuer issues validation tokens, where there is a certificate for it.
func (t *town) tokenIssuer() (func(validation.Report, []byte) (string, error), error) {
	c := t.cfg.Validation
	if c.TokenCertFile == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(c.TokenCertFile, c.TokenKeyFile)
	if err != nil {
		return nil, err
	}
	var chain []*x509.Certificate
	for _, der := range pair.Certificate {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		chain = append(chain, cert)
	}
	key, ok := pair.PrivateKey.(crypto.Signer)
	if !ok {
		return nil, errors.New("the key cannot sign")
	}
	h, err := svt.HashFor(key.Public())
	if err != nil {
		return nil, err
	}
	issuer := "urn:medborgarnavet:" + t.cfg.ID
	if base := t.server.BaseURLs[t.cfg.ID]; base != "" {
		issuer = base
	}
	return func(rep validation.Report, data []byte) (string, error) {
		claims, err := rep.TokenClaims(data, issuer, h, t.clock.Now())
		if err != nil {
			return "", err
		}
		return svt.Issue(claims, key, chain, svt.Options{})
	}, nil
}
