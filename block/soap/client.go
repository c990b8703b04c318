package soap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Client calls one SOAP 1.1 service. The zero Limits are Default; the time a
// call may take is the context's and the HTTP client's to say.
type Client struct {
	HTTP   *http.Client
	URL    string
	Limits Limits
}

// StatusError is an HTTP answer that is no SOAP message.
type StatusError struct{ Status int }

func (e StatusError) Error() string {
	return fmt.Sprintf("soap: the service answered with HTTP status %d and no SOAP message", e.Status)
}

// Call posts one element in an envelope and reads the answer like Body. It
// follows no redirect: what it sends is meant for one address only.
func (c Client) Call(ctx context.Context, body []byte) (answer []byte, fault *Fault, err error) {
	doc, err := c.Exchange(ctx, Envelope(body))
	if err != nil {
		return nil, nil, err
	}
	return Body(doc, c.Limits)
}

// Exchange posts a whole envelope and gives the whole answer, unread, cut to no
// more than the limit on bytes allows. A caller passes it to Body.
func (c Client) Exchange(ctx context.Context, envelope []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(envelope))
	if err != nil {
		return nil, fmt.Errorf("soap: %w", err)
	}
	req.Header.Set("Content-Type", "text/xml; charset=UTF-8")
	req.Header.Set("Accept", "text/xml")
	req.Header.Set("SOAPAction", `""`) // SOAP 1.1 §6.1.1: must be there, and the contract's is empty
	client := *c.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) { // without the address and the verb, which say nothing here
			err = u.Err
		}
		return nil, fmt.Errorf("soap: %w", err)
	}
	defer resp.Body.Close()
	// SOAP 1.1 §6.2: a fault comes with status 500.
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusInternalServerError || !isXML(resp.Header.Get("Content-Type")) {
		return nil, StatusError{resp.StatusCode}
	}
	l := c.Limits.OrDefault()
	doc, err := io.ReadAll(io.LimitReader(resp.Body, l.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("soap: %w", err)
	}
	if int64(len(doc)) > l.MaxBytes {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrLimit, l.MaxBytes)
	}
	return doc, nil
}

func isXML(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "text/xml" || media == "application/xml" || strings.HasSuffix(media, "+xml"))
}
