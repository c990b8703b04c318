package register

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // the same day on a machine without a zone database

	"medborgarnavet/block/orgcert"
	"medborgarnavet/block/orgnr"
	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
)

const (
	maxAnswer    = 4 << 10
	defaultLimit = 2 * time.Second
)

var districtPattern = regexp.MustCompile(`^[A-Za-z0-9-]{1,16}$`)

// Answer is all that is used of what the register says.
type Answer struct {
	Resident bool
	District string // code, "" for none
}

// Options are what a Register is built from.
type Options struct {
	URL          string           // "https://host:port"
	Certificate  tls.Certificate  // ours, with our organisation number
	Renewed      RenewCertificate // nil, or what gives the present one
	Roots        *x509.CertPool   // that the register's certificate must end in; nil trusts nobody
	Organisation orgnr.Number     // the register's
	Clock        clock.Clock      // nil is the machine's
	Timeout      time.Duration    // of a question; 0 = 2 seconds
}

// RenewCertificate gives the client certificate of the moment, for one that is
// renewed while the program runs.
type RenewCertificate func(*tls.CertificateRequestInfo) (*tls.Certificate, error)

// Register is the other side. Safe for concurrent use.
type Register struct {
	http    *http.Client
	address string
	limit   time.Duration
	zone    *time.Location
	gate    gate
}

// New checks the options; it makes no call.
func New(o Options) (*Register, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fault.New(fault.Invalid, "population register: the address must be https://host with nothing secret in it")
	}
	if o.Organisation == "" || o.Roots == nil {
		return nil, fault.New(fault.Invalid, "population register: its organisation number and the roots of its certificate are needed")
	}
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.Timeout == 0 {
		o.Timeout = defaultLimit
	}
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return nil, fault.New(fault.Internal, "population register: the time zone Europe/Stockholm is not known")
	}
	config := orgcert.ClientTLS(o.Certificate, o.Roots, o.Organisation)
	config.GetClientCertificate = o.Renewed
	return &Register{
		http: &http.Client{
			Transport: &http.Transport{TLSClientConfig: config, Proxy: nil, MaxIdleConnsPerHost: width, MaxConnsPerHost: width,
				IdleConnTimeout: time.Minute, TLSHandshakeTimeout: o.Timeout, MaxResponseHeaderBytes: maxAnswer},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the number goes to one address
		},
		address: strings.TrimSuffix(o.URL, "/") + "/v1/resident",
		limit:   o.Timeout, zone: zone, gate: newGate(o.Clock),
	}, nil
}

// Ask tells whether a person is a resident on the day of at. fault.Unavailable:
// nothing is known, and nobody may be turned away for it; try again. No error
// quotes the question or the answer.
func (r *Register) Ask(ctx context.Context, person pnr.Number, at time.Time) (Answer, error) {
	if person.IsZero() {
		return Answer{}, fault.New(fault.Invalid, "population register: a question without a person")
	}
	limited, cancel := context.WithTimeout(ctx, r.limit)
	defer cancel()
	leave, err := r.gate.enter(limited)
	if err != nil {
		return Answer{}, err
	}
	answer, err := r.ask(limited, person, at)
	leave(err == nil, ctx.Err() != nil)
	return answer, err
}

// Close lets go of idle connections.
func (r *Register) Close() { r.http.CloseIdleConnections() }

func (r *Register) ask(ctx context.Context, person pnr.Number, at time.Time) (Answer, error) {
	body, err := json.Marshal(struct {
		Number string `json:"number"`
		At     string `json:"at"`
	}{person.Plain(), at.In(r.zone).Format(time.DateOnly)})
	if err != nil {
		return Answer{}, fault.New(fault.Internal, "population register: the question cannot be written")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.address, bytes.NewReader(body))
	if err != nil {
		return Answer{}, fault.New(fault.Internal, "population register: the question cannot be made")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	res, err := r.http.Do(req)
	if err != nil {
		return Answer{}, fault.Wrap(fault.Unavailable, err, "population register: no answer")
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return Answer{}, fault.New(fault.Unavailable, "population register: answered with status %d", res.StatusCode)
	}
	if kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return Answer{}, notAsAgreed("JSON")
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return Answer{}, fault.Wrap(fault.Unavailable, err, "population register: the answer broke off")
	}
	return readAnswer(raw)
}

// readAnswer takes yes or no and the code, and nothing else. What is half
// understood is no answer.
func readAnswer(raw []byte) (Answer, error) {
	if len(raw) > maxAnswer {
		return Answer{}, notAsAgreed("at most 4 KiB")
	}
	var reply struct {
		Resident *bool   `json:"resident"`
		District *string `json:"district"`
	}
	if json.Unmarshal(raw, &reply) != nil || reply.Resident == nil {
		return Answer{}, notAsAgreed("an object with resident")
	}
	if !*reply.Resident || reply.District == nil {
		return Answer{Resident: *reply.Resident}, nil
	}
	if !districtPattern.MatchString(*reply.District) {
		return Answer{}, notAsAgreed("a district's code")
	}
	return Answer{Resident: true, District: *reply.District}, nil
}

func notAsAgreed(want string) error {
	return fault.New(fault.Unavailable, "population register: the answer is not as agreed: %s expected", want)
}
