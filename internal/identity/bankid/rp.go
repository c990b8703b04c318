package bankid

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"medborgarnavet/internal/identity"
)

const (
	// callTimeout is for one request. The flow's claim on an order outlasts it.
	callTimeout = 5 * time.Second
	// maxAnswer is in bytes; a result with signature and OCSP answer is ~30 KB.
	maxAnswer = 1 << 20
)

// rp is the relying party API. Errors hold the endpoint, the status and the
// service's error code: nothing that was sent or answered beyond that.
type rp struct {
	http *http.Client
	base string // with /rp/v6.0/
	env  identity.Environment
}

type authRequest struct {
	EndUserIP             string       `json:"endUserIp"`
	Requirement           *requirement `json:"requirement,omitempty"`
	UserVisibleData       string       `json:"userVisibleData"`
	UserVisibleDataFormat string       `json:"userVisibleDataFormat"`
	ReturnURL             string       `json:"returnUrl,omitempty"`
	ReturnRisk            bool         `json:"returnRisk"`
}

type requirement struct {
	PINCode             bool     `json:"pinCode,omitempty"`
	MRTD                bool     `json:"mrtd,omitempty"`
	CertificatePolicies []string `json:"certificatePolicies,omitempty"`
	PersonalNumber      string   `json:"personalNumber,omitempty"`
}

type order struct {
	OrderRef       string `json:"orderRef"`
	AutoStartToken string `json:"autoStartToken"`
	QRStartToken   string `json:"qrStartToken"`
	QRStartSecret  string `json:"qrStartSecret"`
}

type collected struct {
	OrderRef   string     `json:"orderRef"`
	Status     string     `json:"status"`
	HintCode   string     `json:"hintCode"`
	Completion completion `json:"completionData"`
}

type completion struct {
	User struct {
		PersonalNumber string `json:"personalNumber"`
		Name           string `json:"name"`
	} `json:"user"`
	Risk string `json:"risk"`
}

// apiError is a refusal by the service.
type apiError struct {
	endpoint string
	status   int
	code     string // errorCode, or "" where the body said none
}

func (e *apiError) Error() string {
	return fmt.Sprintf("bankid: %s answered status %d, code %q", e.endpoint, e.status, e.code)
}

// codeOf is the service's error code in err's chain, or "".
func codeOf(err error) string {
	var e *apiError
	if errors.As(err, &e) {
		return e.code
	}
	return ""
}

// passing reports whether the same call may well succeed if made again: the
// service or the way to it is troubled, or we were too quick.
func passing(err error) bool {
	var e *apiError
	if !errors.As(err, &e) {
		return !errors.Is(err, errTestServer)
	}
	return e.status >= 500 || e.status == http.StatusRequestTimeout || e.status == http.StatusTooManyRequests
}

func (c rp) auth(ctx context.Context, r authRequest) (order, error) {
	var o order
	if err := c.call(ctx, "auth", r, &o); err != nil {
		return order{}, err
	}
	if o.OrderRef == "" || o.AutoStartToken == "" || o.QRStartToken == "" || o.QRStartSecret == "" {
		return order{}, errors.New("bankid: auth answered without its tokens")
	}
	return o, nil
}

func (c rp) collect(ctx context.Context, ref string) (collected, error) {
	var out collected
	if err := c.call(ctx, "collect", map[string]string{"orderRef": ref}, &out); err != nil {
		return collected{}, err
	}
	if out.OrderRef != ref {
		return collected{}, errors.New("bankid: collect answered about another order")
	}
	return out, nil
}

func (c rp) cancel(ctx context.Context, ref string) error {
	return c.call(ctx, "cancel", map[string]string{"orderRef": ref}, &struct{}{})
}

func (c rp) call(ctx context.Context, endpoint string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("bankid: %s: %w", endpoint, err)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+endpoint, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("bankid: %s: %w", endpoint, err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("bankid: %s: %w", endpoint, err)
	}
	defer resp.Body.Close()
	if c.env == identity.Production && resp.TLS != nil && isTest(resp.TLS.PeerCertificates...) {
		return errTestServer
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return fmt.Errorf("bankid: %s: %w", endpoint, err)
	}
	if resp.StatusCode != http.StatusOK {
		return refusal(endpoint, resp.StatusCode, answer)
	}
	if len(answer) > maxAnswer {
		return fmt.Errorf("bankid: %s answered more than %d bytes", endpoint, maxAnswer)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("bankid: %s answered something that is not its JSON", endpoint) // err may quote the answer
	}
	return nil
}

var plainCode = regexp.MustCompile(`^[A-Za-z]{1,40}$`)

func refusal(endpoint string, status int, answer []byte) error {
	var e struct {
		Code string `json:"errorCode"`
	}
	if json.Unmarshal(answer, &e) != nil || !plainCode.MatchString(e.Code) {
		e.Code = ""
	}
	return &apiError{endpoint: endpoint, status: status, code: e.Code}
}

var errTestServer = errors.New("bankid: a test server answered a production instance")

// isTest reports whether a certificate is from a test authority: BankID's own
// ("FP Testcert", "Test BankID …") or a fake's ("TESTLÄGE …").
func isTest(certs ...*x509.Certificate) bool {
	for _, c := range certs {
		names := strings.ToLower(c.Issuer.String() + " " + c.Subject.String())
		if strings.Contains(names, "test") {
			return true
		}
	}
	return false
}
