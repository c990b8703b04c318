package bankid

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
	"unicode"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
)

// ID is the provider's id in Description and in the database.
const ID = "bankid"

const (
	// renewFor is how long unopened orders are renewed, from the first one.
	renewFor = 3 * time.Minute
	// patience is how many collects in a row may fail in passing.
	patience = 5
)

// The assurance of a direct BankID login: level 3 by our own decision, since
// the issuers are approved at that level by Digg. In a test environment the
// scheme is the test one, which no production policy accepts.
const (
	uriLoA3     = "http://id.elegnamnden.se/loa/1.0/loa3"
	uriTestLoA3 = "test-loa3"
)

// Options are what a provider needs.
type Options struct {
	HTTP        *http.Client         // with our client certificate and BankID's root, nothing else trusted
	BaseURL     string               // of the API, without /rp/v6.0: https, for example https://appapi2.bankid.com
	LaunchURL   string               // starts the app on the same device; "" means https://app.bankid.com/
	Service     string               // who asks, as the app shows it, for example "Ekbacka kommun"
	Purpose     string               // why a citizen logs in, as the app shows it; "" means "Du loggar in på Mina sidor."
	Environment identity.Environment // test and production refuse each other's endpoints
	Clock       clock.Clock
	Log         *slog.Logger

	PINCode             bool     // demand the security code also from persons who use biometrics
	MRTD                bool     // demand that an identity document is read
	CertificatePolicies []string // object identifiers; empty means any BankID
}

// Provider is BankID as an identity.Provider.
type Provider struct {
	opts Options
	rp   rp
}

var _ identity.Provider = (*Provider)(nil)

// New checks the options; nothing is called. An error is of kind Invalid.
func New(o Options) (*Provider, error) {
	o.LaunchURL = cmp.Or(o.LaunchURL, "https://app.bankid.com/")
	o.Purpose = cmp.Or(o.Purpose, "Du loggar in på Mina sidor.")
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	if o.HTTP == nil || o.Clock == nil || o.Log == nil {
		return nil, fault.New(fault.Invalid, "bankid: the HTTP client, clock and log are needed")
	}
	if o.Service == "" || strings.ContainsFunc(o.Service+o.Purpose, unicode.IsControl) {
		return nil, fault.New(fault.Invalid, "bankid: the service's name is missing, or it or the purpose has control characters")
	}
	if err := checkEnvironment(o); err != nil {
		return nil, err
	}
	for _, kind := range []identity.Kind{identity.Citizen, identity.Staff} {
		if n := len(visibleData(o, kind)); n > maxVisible {
			return nil, fault.New(fault.Invalid, "bankid: the service's name and purpose are too long: %d characters of %d", n, maxVisible)
		}
	}
	client := *o.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Provider{opts: o, rp: rp{http: &client, base: o.BaseURL + "/rp/v6.0/", env: o.Environment}}, nil
}

// Describe implements identity.Provider.
func (p *Provider) Describe() identity.Description {
	return identity.Description{
		ID: ID, Name: "BankID", Family: identity.PollFamily,
		Kinds:    []identity.Kind{identity.Citizen, identity.Staff},
		MaxLevel: 3, Environment: p.opts.Environment,
	}
}

// state is what the provider remembers of one person's attempt. It holds
// secrets and is only ever stored sealed.
type state struct {
	Request  []byte // identity.Request.ForSealing; needed again when the order is renewed
	Order    order
	Asked    time.Time // when this order was answered: second 0 of its QR code
	First    time.Time // when the first order was answered
	Hint     string
	Troubles int // collects in a row that failed in passing

	request identity.Request
}

func (s state) bytes() []byte {
	s.Request = s.request.ForSealing()
	b, _ := json.Marshal(s) // strings, bytes and times always marshal
	return b
}

func openState(b []byte, now time.Time) (state, error) {
	var s state
	if err := json.Unmarshal(b, &s); err != nil {
		return state{}, fault.New(fault.Internal, "bankid: the stored state is unreadable")
	}
	var err error
	s.request, err = identity.OpenedRequest(s.Request, now)
	return s, err
}

// Begin implements identity.Provider: it makes an order.
func (p *Provider) Begin(ctx context.Context, r identity.Request) (identity.Step, error) {
	s := state{request: r}
	if err := p.order(ctx, &s); err != nil {
		p.warn("auth", err)
		return failed(failureOfError(err)), nil
	}
	s.First = s.Asked
	return p.pending(s), nil
}

// order makes an order for the state's request and starts its clock.
func (p *Provider) order(ctx context.Context, s *state) error {
	r := s.request
	req := authRequest{
		EndUserIP:             r.ClientIP,
		UserVisibleData:       visibleData(p.opts, r.Kind),
		UserVisibleDataFormat: "simpleMarkdownV1",
		ReturnRisk:            true,
	}
	if r.SameDevice {
		req.ReturnURL = r.ReturnURL
	}
	want := requirement{PINCode: p.opts.PINCode, MRTD: p.opts.MRTD, CertificatePolicies: p.opts.CertificatePolicies}
	if !r.Person.IsZero() {
		want.PersonalNumber = r.Person.Plain()
	}
	req.Requirement = &want
	o, err := p.rp.auth(ctx, req)
	if err != nil {
		return err
	}
	s.Order, s.Asked, s.Hint, s.Troubles = o, p.opts.Clock.Now().UTC(), hintOutstanding, 0
	return nil
}

// Continue implements identity.Provider: it collects once. The flow sees to it
// that this happens at most every two seconds per order.
func (p *Provider) Continue(ctx context.Context, b []byte, _ identity.Input) (identity.Step, error) {
	s, err := openState(b, p.opts.Clock.Now())
	if err != nil {
		return identity.Step{}, err
	}
	got, err := p.rp.collect(ctx, s.Order.OrderRef)
	if err != nil {
		p.warn("collect", err)
		if s.Troubles++; passing(err) && s.Troubles < patience {
			return p.pending(s), nil
		}
		return failed(failureOfError(err)), nil
	}
	s.Troubles = 0
	switch got.Status {
	case "pending":
		s.Hint = got.HintCode
		return p.pending(s), nil
	case "complete":
		return p.complete(s, got.Completion), nil
	case "failed":
		return p.failedOrder(ctx, s, got.HintCode), nil
	}
	return failed(failureOf("", deviceOf(s.request))), nil
}

// failedOrder renews an order that nobody opened in time, else says why the
// order failed.
func (p *Provider) failedOrder(ctx context.Context, s state, hint string) identity.Step {
	late := hint == hintStartFailed || hint == hintExpired
	if late && unopened(s.Hint) && p.opts.Clock.Now().Sub(s.First) < renewFor {
		if err := p.order(ctx, &s); err != nil {
			p.warn("auth", err)
			return failed(failureOfError(err))
		}
		return p.pending(s)
	}
	return failed(failureOf(hint, deviceOf(s.request)))
}

// complete judges a result: it must name a valid person, the one that was
// asked for if any, at a risk that BankID does not call high.
func (p *Provider) complete(s state, c completion) identity.Step {
	now := p.opts.Clock.Now().UTC()
	parse := pnr.Parse
	if p.opts.Environment == identity.Test {
		parse = pnr.ParseLenient
	}
	person, err := parse(c.User.PersonalNumber, now)
	if err != nil {
		p.opts.Log.Warn("bankid: a completed order names no valid person")
		return failed(identity.Failure{Code: identity.FailTechnical, MessageID: MsgRFA22})
	}
	if want := s.request.Person; !want.IsZero() && want != person {
		return failed(identity.Failure{Code: identity.FailPerson, MessageID: MsgPerson})
	}
	if c.Risk == "high" {
		return failed(identity.Failure{Code: identity.FailRisk, MessageID: MsgRisk})
	}
	method := "bankid-other-device"
	if s.request.SameDevice {
		method = "bankid-same-device"
	}
	assurance := identity.Assurance{Level: 3, Scheme: identity.SchemeSE, URI: uriLoA3}
	if p.opts.Environment != identity.Production {
		assurance = identity.Assurance{Level: 3, Scheme: identity.SchemeTest, URI: uriTestLoA3}
	}
	return identity.Step{Done: &identity.Authentication{
		Subject: person, Name: displayName(c.User.Name), Assurance: assurance, Method: method, Provider: ID,
		At: now, TxnID: s.Order.OrderRef, Environment: p.opts.Environment,
	}}
}

// displayName keeps what can be shown in a heading.
func displayName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 200 {
		s = string(runes[:200])
	}
	return strings.TrimSpace(s)
}

// Show implements identity.Provider: this second's QR code, or the launch link.
func (p *Provider) Show(b []byte, now time.Time) (identity.Poll, error) {
	s, err := openState(b, now)
	if err != nil {
		return identity.Poll{}, err
	}
	return p.poll(s, now), nil
}

func (p *Provider) poll(s state, now time.Time) identity.Poll {
	show := identity.Poll{MessageID: pendingMessage(s.Hint, deviceOf(s.request))}
	switch {
	case s.request.SameDevice:
		show.LaunchURL = launchURL(p.opts.LaunchURL, s.Order.AutoStartToken, s.request.ReturnURL != "")
	case unopened(s.Hint):
		show.QR = QRCode(s.Order.QRStartToken, s.Order.QRStartSecret, secondsBetween(s.Asked, now))
	}
	return show
}

func (p *Provider) pending(s state) identity.Step {
	show := p.poll(s, p.opts.Clock.Now())
	return identity.Step{State: s.bytes(), Poll: &show}
}

func failed(f identity.Failure) identity.Step { return identity.Step{Failed: &f} }

// Cancel implements identity.Provider. An order that has already ended is no
// error.
func (p *Provider) Cancel(ctx context.Context, b []byte) error {
	s, err := openState(b, p.opts.Clock.Now())
	if err != nil {
		return err
	}
	if err := p.rp.cancel(ctx, s.Order.OrderRef); err != nil && codeOf(err) != "invalidParameters" {
		return fault.Wrap(fault.Unavailable, err, "bankid")
	}
	return nil
}

func (p *Provider) warn(endpoint string, err error) {
	p.opts.Log.Warn("bankid: call failed", "endpoint", endpoint, "code", codeOf(err), "error", fmt.Sprint(err))
}
