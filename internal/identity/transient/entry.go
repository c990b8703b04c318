package transient

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/flow"
)

// digest is a SHA-256.
type digest [sha256.Size]byte

// login is one login under way. request, order and answer are all that is
// known of the person; see wipe.
type login struct {
	browser    digest // of the secret
	kind       identity.Kind
	provider   string
	state      flow.State
	message    string
	code       identity.Code
	sameDevice bool
	way        wayBack

	request []byte // identity.Request
	order   []byte // the provider's state while one is under way
	answer  []byte // identity.Authentication, when done

	// turn changes with everything that makes an answer on its way stale.
	turn     int
	askAt    time.Time // when the provider may be asked again
	deadline time.Time
	gone     time.Time // when nothing of it is kept
}

func (e *login) waiting() bool { return e.state == flow.Started || e.state == flow.Pending }

// live tells whether the login holds anything of a person.
func (e *login) live() bool { return e.waiting() || e.state == flow.Done || e.state == flow.Failed }

// wipe overwrites what was known of the person.
func (e *login) wipe() {
	for _, b := range []*[]byte{&e.request, &e.order, &e.answer} {
		clear(*b)
		*b = nil
	}
	e.way = wayBack{}
	e.turn++
}

// end ends a login for good.
func (e *login) end(state flow.State, message string, code identity.Code) {
	e.wipe()
	e.state, e.message, e.code = state, message, code
}

// seen is a copy to work with outside the lock.
func (e *login) seen() login {
	c := *e
	c.request, c.order, c.answer = bytes.Clone(e.request), bytes.Clone(e.order), nil
	return c
}

// find is the login of a handle, for the browser that started it. To any other
// browser it does not exist. The caller holds the lock.
func (l *Logins) find(handle, browserSecret string) (*login, error) {
	e := l.all[hash(handle)]
	if got := hash(browserSecret); e == nil || subtle.ConstantTimeCompare(e.browser[:], got[:]) != 1 {
		return nil, fault.New(fault.NotFound, "identity: no such login in this browser")
	}
	l.age(e, l.clock.Now())
	return e, nil
}

// age ends a login whose time is out.
func (l *Logins) age(e *login, now time.Time) {
	if e.live() && !e.deadline.After(now) {
		e.end(flow.Expired, flow.MsgExpired, "")
	}
}

// sweep is tidy for a timer: what a browser left behind goes also when nobody
// comes any more.
func (l *Logins) sweep() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tidy()
}

// tidy ends and forgets what is past its time. The caller holds the lock.
func (l *Logins) tidy() {
	now := l.clock.Now()
	for handle, e := range l.all {
		l.age(e, now)
		if !e.live() && (!e.gone.After(now) || len(l.all) > 2*l.max) {
			delete(l.all, handle)
		}
	}
}

// underWay counts the logins that hold something. The caller holds the lock.
func (l *Logins) underWay() (n int) {
	for _, e := range l.all {
		if e.live() {
			n++
		}
	}
	return n
}

// apply notes a provider's step; waiting is the state if there is more to wait
// for. The caller holds the lock. A login that was ended meanwhile stays so.
func (l *Logins) apply(e *login, step identity.Step, waiting flow.State) {
	if !e.live() {
		clear(step.State)
		return
	}
	clear(e.order)
	e.message, e.code, e.order = "", "", nil
	switch {
	case step.Done != nil:
		clear(e.request)
		e.state, e.request, e.answer = flow.Done, nil, anonymous(*step.Done)
		if soon := l.clock.Now().Add(takeWithin); soon.Before(e.deadline) {
			e.deadline = soon
			time.AfterFunc(takeWithin+time.Second, l.sweep)
		}
	case step.Failed != nil:
		e.state, e.message, e.code = flow.Failed, step.Failed.MessageID, step.Failed.Code
	default:
		e.state, e.order = waiting, step.State
	}
}

// anonymous is an answer without what could be looked up at the e-ID or shown.
func anonymous(a identity.Authentication) []byte {
	a.TxnID, a.Name = "", ""
	return a.ForSealing()
}

// wayBack is what a login on the same device must come back with.
type wayBack struct {
	nonce    digest
	demanded bool // there is an address to come back to
	returned bool // nothing is waited for
}

// demandReturn puts a new one-time value in the address that the app goes back
// to. A same-device login with such an address waits for it to come back.
func demandReturn(r *identity.Request) (wayBack, error) {
	way := wayBack{returned: r.ReturnURL == "" || !r.SameDevice}
	if r.ReturnURL == "" {
		return way, nil
	}
	u, err := url.Parse(r.ReturnURL)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
		return wayBack{}, fault.New(fault.Invalid, "identity: the address to come back to is not absolute")
	}
	nonce := randomText()
	q := u.Query()
	q.Set("n", nonce)
	u.RawQuery = q.Encode()
	r.ReturnURL, way.nonce, way.demanded = u.String(), hash(nonce), true
	return way, nil
}

// randomText is 256 random bits as base64url.
func randomText() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func hash(s string) digest { return sha256.Sum256([]byte(s)) }
