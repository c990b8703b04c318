package tsp

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// What Stamp may answer besides the errors of ParseToken and Verify.
var (
	// ErrUnavailable: no answer, or not the answer of a time-stamping
	// authority. Worth another try later.
	ErrUnavailable = errors.New("the time-stamping authority does not answer")
	// ErrRefused: the authority answered that it will not.
	ErrRefused = errors.New("the time-stamping authority refused")
	// ErrNonce: the answer is to another request.
	ErrNonce = errors.New("the time-stamp answers another request")
)

const (
	maxResponse    = 1 << 20
	defaultTimeout = 30 * time.Second
)

// Client asks one time-stamping authority over HTTP (RFC 3161 §3.4).
type Client struct {
	URL string
	// HTTP is used as it is, but no redirect is followed. nil is a plain client.
	HTTP *http.Client
	// Policy is asked for and must be in the answer; nil leaves the choice to
	// the authority.
	Policy asn1.ObjectIdentifier
}

// Stamp has digest, made with h, stamped, and gives the token as DER. The token
// has been verified: nonce, imprint, policy, signature and certificate usage;
// not the trust in its certificate. Without a deadline in ctx it waits at most
// 30 seconds.
func (c Client) Stamp(ctx context.Context, digest []byte, h crypto.Hash) ([]byte, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("make a nonce: %w", err)
	}
	request, err := Request(digest, h, nonce, c.Policy)
	if err != nil {
		return nil, err
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultTimeout)
		defer cancel()
	}
	body, err := c.post(ctx, request)
	if err != nil {
		return nil, err
	}
	response, err := ParseResponse(body)
	if err != nil {
		return nil, err
	}
	if response.Token == nil {
		return nil, response.refusal()
	}
	token, err := ParseToken(response.Token)
	if err != nil {
		return nil, err
	}
	switch {
	case token.Nonce == nil || token.Nonce.Cmp(nonce) != 0:
		return nil, ErrNonce
	case token.Hash != h:
		return nil, ErrImprint
	case c.Policy != nil && !token.Policy.Equal(c.Policy):
		return nil, fmt.Errorf("%w: under another policy", ErrToken)
	}
	if err := token.Verify(func(crypto.Hash) []byte { return digest }); err != nil {
		return nil, err
	}
	return response.Token, nil
}

func (r *Response) refusal() error {
	text := ""
	if len(r.Text) > 0 {
		text = r.Text[0]
		if len(text) > 120 {
			text = text[:120]
		}
		text = ", " + strconv.QuoteToASCII(text)
	}
	return fmt.Errorf("%w: status %d, %s%s", ErrRefused, r.Status, failureName(r.Failure), text)
}

func (c Client) post(ctx context.Context, request []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(request))
	if err != nil {
		return nil, fmt.Errorf("%w: the address is not one", ErrUnavailable)
	}
	req.Header.Set("Content-Type", "application/timestamp-query")
	req.Header.Set("Accept", "application/timestamp-reply")
	client := http.Client{}
	if c.HTTP != nil {
		client = *c.HTTP
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
	if kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type")); err != nil || kind != "application/timestamp-reply" {
		return nil, fmt.Errorf("%w: it answers something else than a time-stamp", ErrUnavailable)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxResponse+1))
	if err != nil {
		return nil, errors.Join(ErrUnavailable, err)
	}
	if len(body) > maxResponse {
		return nil, fmt.Errorf("%w: the answer is too long", ErrUnavailable)
	}
	return body, nil
}
