package flow

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/keyring"
)

const (
	// lifetime is how long a browser has from Begin to Take.
	lifetime = 10 * time.Minute
	// takeWithin is how long a completed login waits to be taken, so that one
	// that was left in a browser is worth nothing a little later.
	takeWithin = 2 * time.Minute
	// collectEvery is the least time between two questions about one order.
	collectEvery = 2 * time.Second
	// callLimit is for one step of a provider, which may be two calls (an order
	// that is renewed). claimFor outlasts it: until then nobody else asks.
	callLimit = 11 * time.Second
	claimFor  = 12 * time.Second
	// maxUserAgent is in bytes.
	maxUserAgent = 300
)

// Message ids of the flow itself, for the text catalogue; the providers have
// their own.
const (
	MsgCancelled = "login.cancelled" // the person cancelled on our page
	MsgExpired   = "login.expired"   // the browser took too long
	MsgReturn    = "login.return"    // approved; go back by the app's own way
	MsgDone      = "login.done"      // approved; the page goes on by itself
	MsgTechnical = "login.technical" // our own fault
)

// Messages lists every id above, so that a test of the text catalogue can ask
// for words for each.
func Messages() []string {
	return []string{MsgCancelled, MsgExpired, MsgReturn, MsgDone, MsgTechnical}
}

// State is where a login stands.
type State string

// The states. Expired is never stored.
const (
	Started   State = "started"
	Pending   State = "pending"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
	Taken     State = "taken"
	Expired   State = "expired"
)

// Options are what a flow needs.
type Options struct {
	DB          *db.DB
	Ring        *keyring.Ring
	Audit       *audit.Log
	Clock       clock.Clock
	Log         *slog.Logger
	Environment identity.Environment
	Providers   []identity.Provider
	// StartsPerMinute is how many orders one network address may start in a
	// minute: 0 means 60, negative means no limit.
	StartsPerMinute int
}

// Flow is one municipality's logins under way.
type Flow struct {
	db        *db.DB
	ring      *keyring.Ring
	audit     *audit.Log
	clock     clock.Clock
	log       *slog.Logger
	providers []identity.Provider
	limit     *limiter
}

// New refuses, with a fault of kind Invalid, providers of another environment
// (I-15), of the same name, or of a family it cannot lead yet.
func New(o Options) (*Flow, error) {
	f := &Flow{db: o.DB, ring: o.Ring, audit: o.Audit, clock: o.Clock, log: o.Log, limit: newLimiter(o.StartsPerMinute)}
	for _, p := range o.Providers {
		d := p.Describe()
		switch {
		case d.Environment != o.Environment:
			return nil, fault.New(fault.Invalid, "identity: provider %s is of environment %q, this instance of %q", d.ID, d.Environment, o.Environment)
		case d.Family != identity.PollFamily:
			return nil, fault.New(fault.Invalid, "identity: provider %s is of family %q, which the flow cannot lead", d.ID, d.Family)
		case f.provider(d.ID) != nil:
			return nil, fault.New(fault.Invalid, "identity: two providers are called %s", d.ID)
		}
		f.providers = append(f.providers, p)
	}
	return f, nil
}

// Providers describes the providers that can log in a kind, in the order of the
// configuration, for the choice on the login page.
func (f *Flow) Providers(kind identity.Kind) []identity.Description {
	var all []identity.Description
	for _, p := range f.providers {
		if d := p.Describe(); slices.Contains(d.Kinds, kind) {
			all = append(all, d)
		}
	}
	return all
}

func (f *Flow) provider(id string) identity.Provider {
	for _, p := range f.providers {
		if p.Describe().ID == id {
			return p
		}
	}
	return nil
}

// BeginInput is what a login starts from.
type BeginInput struct {
	Provider  string // Description.ID
	Kind      identity.Kind
	ReturnTo  string // path on this site; see identity.ReturnPath
	ClientIP  string // as the platform saw it
	UserAgent string
	// SameDevice: the app is on the device that shows the page.
	SameDevice bool
	// ReturnURL is the absolute address of our page that the app on the same
	// device goes back to, which calls Return. With it a same-device login can
	// only be taken by a browser that came back through the app, so that a
	// launch link that a swindler sent to somebody else gains nothing. Empty
	// means no such demand.
	ReturnURL string
	// Person is set at step-up: this person or nobody.
	Person pnr.Number
}

// Begin starts a login and gives the handle and the secret that the browser
// must show from now on; the secret belongs in the __Host-login cookie. If the
// provider cannot start, the login begins as failed, with its words in View.
// Faults: Invalid for input that no page of ours sends, TooMany when one
// address starts too many.
func (f *Flow) Begin(ctx context.Context, in BeginInput) (handle, browserSecret string, err error) {
	provider := f.provider(in.Provider)
	if provider == nil || !slices.Contains(provider.Describe().Kinds, in.Kind) {
		return "", "", fault.New(fault.Invalid, "identity: no such provider for this kind of login")
	}
	returnTo, err := identity.ReturnPath(in.ReturnTo)
	if err != nil {
		return "", "", err
	}
	if !f.limit.allow(in.ClientIP, f.clock.Now()) {
		return "", "", fault.New(fault.TooMany, "identity: too many logins from one address")
	}
	handle, browserSecret = randomText(), randomText()
	row := login{
		id: db.NewID(), handleHash: hash(handle), browserHash: hash(browserSecret), kind: in.Kind,
		provider: in.Provider, returnTo: returnTo, expiresAt: f.clock.Now().Add(lifetime),
	}
	request := identity.Request{Kind: in.Kind, Person: in.Person, ClientIP: in.ClientIP,
		UserAgent: in.UserAgent[:min(len(in.UserAgent), maxUserAgent)], SameDevice: in.SameDevice, ReturnURL: in.ReturnURL}
	if err := demandReturn(&row, &request); err != nil {
		return "", "", err
	}
	step := f.start(ctx, provider, request)
	if err := f.apply(&row, sealed{Request: request.ForSealing()}, step); err != nil {
		return "", "", err
	}
	row.collectAt = f.clock.Now()
	if err := f.db.Tx(ctx, func(tx *db.Tx) error { return f.insert(ctx, tx, row) }); err != nil {
		f.dropOrder(ctx, provider, step.State)
		return "", "", err
	}
	return handle, browserSecret, nil
}

// start asks the provider to begin; an error of its own becomes a failed step.
// The browser's going away does not cut it off, or an order would be lost.
func (f *Flow) start(ctx context.Context, p identity.Provider, r identity.Request) identity.Step {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callLimit)
	defer cancel()
	step, err := p.Begin(ctx, r)
	return f.sound(step, err, p)
}

// sound turns a provider's error, or a step that is none, into a failed step.
func (f *Flow) sound(step identity.Step, err error, p identity.Provider) identity.Step {
	if err == nil && (step.Poll != nil || step.Done != nil || step.Failed != nil) {
		return step
	}
	f.log.Error("identity: provider failed", "provider", p.Describe().ID, "error", err)
	return identity.Step{Failed: &identity.Failure{Code: identity.FailTechnical, MessageID: MsgTechnical}}
}

// dropOrder tells the provider that nobody waits any more. Best effort: an
// order that is not told ends by itself within minutes.
func (f *Flow) dropOrder(ctx context.Context, p identity.Provider, state []byte) {
	if state == nil || p == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callLimit)
	defer cancel()
	if err := p.Cancel(ctx, state); err != nil {
		f.log.Warn("identity: an order could not be cancelled", "provider", p.Describe().ID, "error", err)
	}
}

// demandReturn puts a new one-time value in the address that the app goes back
// to. A same-device login with such an address waits for it to come back.
func demandReturn(row *login, r *identity.Request) error {
	row.returned = r.ReturnURL == "" || !r.SameDevice
	if r.ReturnURL == "" {
		return nil
	}
	u, err := url.Parse(r.ReturnURL)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
		return fault.New(fault.Invalid, "identity: the address to come back to is not absolute")
	}
	nonce := randomText()
	q := u.Query()
	q.Set("n", nonce)
	u.RawQuery = q.Encode()
	r.ReturnURL, row.nonceHash = u.String(), hash(nonce)
	return nil
}

// randomText is 256 random bits as base64url.
func randomText() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func hash(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

func sameHash(stored []byte, s string) bool { return subtle.ConstantTimeCompare(stored, hash(s)) == 1 }
