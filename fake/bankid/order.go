package bankid

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Hint codes of collect, as the service names them.
const (
	hintOutstanding = "outstandingTransaction"
	hintStarted     = "started"
	hintMRTD        = "userMrtd"
	hintSign        = "userSign"

	hintExpired     = "expiredTransaction"
	hintCertificate = "certificateErr"
	hintUserCancel  = "userCancel"
	hintCancelled   = "cancelled"
	hintStartFailed = "startFailed"
	hintUnsupported = "notSupportedByUserApp"
	hintRiskBlocked = "transactionRiskBlocked"
)

type status string

const (
	pending  status = "pending"
	failed   status = "failed"
	complete status = "complete"
)

// order is one request to identify or sign. The fields after status are
// guarded by Server.mu like the order itself.
type order struct {
	ref       string // orderRef: known to the relying party alone
	page      string // random id in the phone's addresses
	autostart string
	qrToken   string
	qrSecret  string
	sign      bool
	text      string // userVisibleData, decoded
	asked     orderRequest
	created   time.Time

	status    status
	hint      string
	opened    bool // an app has it
	sameApp   bool // opened by autostart
	person    *Person
	risk      string
	finished  time.Time
	collected time.Time // last collect
	scripted  *act
}

func newOrder(req orderRequest, sign bool, text string, now time.Time) *order {
	return &order{
		ref: uuid(), page: uuid(), autostart: uuid(), qrToken: uuid(), qrSecret: uuid(),
		sign: sign, text: text, asked: req, created: now,
		status: pending, hint: hintOutstanding, risk: "low",
	}
}

// uuid is a random version 4 UUID, the form that the service's ids have.
func uuid() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// age settles what time alone decides: an order that no app opened in the
// start window, and one not finished in time.
func (o *order) age(now time.Time, opts Options) {
	if o.status != pending {
		return
	}
	switch waited := now.Sub(o.created); {
	case !o.opened && waited > opts.StartWindow:
		o.fail(hintStartFailed, now)
	case waited > opts.MaxAge:
		o.fail(hintExpired, now)
	}
}

func (o *order) fail(hint string, now time.Time) {
	o.status, o.hint, o.finished = failed, hint, now
}

// code is the animated QR code's text at whole second t after the order.
func (o *order) code(t int) string {
	mac := hmac.New(sha256.New, []byte(o.qrSecret))
	mac.Write([]byte(strconv.Itoa(t)))
	return fmt.Sprintf("bankid.%s.%d.%x", o.qrToken, t, mac.Sum(nil))
}

var (
	errQRForm  = errors.New("the text is no BankID QR code")
	errQROrder = errors.New("no waiting order has this QR code")
	errQRMAC   = errors.New("the QR code's signature is wrong")
	errQRTime  = errors.New("the QR code is too old or from the future")
	errToken   = errors.New("no waiting order has this autostart token")
	errPerson  = errors.New("no such person, or the order is not waiting for one")
	errOutcome = errors.New("the order is not waiting for an answer")
)

// scan opens the order that a QR code belongs to, or says what is wrong with
// the code. s.mu is held.
func (s *Server) scan(qr string, now time.Time) (*order, error) {
	parts := strings.Split(strings.TrimSpace(qr), ".")
	if len(parts) != 4 || parts[0] != "bankid" {
		return nil, errQRForm
	}
	t, err := strconv.Atoi(parts[2])
	if err != nil || t < 0 {
		return nil, errQRForm
	}
	for _, o := range s.orders {
		if o.qrToken != parts[1] {
			continue
		}
		if !hmac.Equal([]byte(o.code(t)), []byte(strings.Join(parts, "."))) {
			return nil, errQRMAC
		}
		shown := o.created.Add(time.Duration(t) * time.Second)
		if d := now.Sub(shown); d > s.opts.QRTolerance || d < -s.opts.QRTolerance {
			return nil, errQRTime
		}
		return o, s.open(o, false, now, errQROrder)
	}
	return nil, errQROrder
}

// start opens the order of an autostart token. s.mu is held.
func (s *Server) start(token string, now time.Time) (*order, error) {
	for _, o := range s.orders {
		if o.autostart == token && token != "" {
			if o.opened && o.sameApp && o.status == pending {
				return o, nil // the page was loaded again
			}
			return o, s.open(o, true, now, errToken)
		}
	}
	return nil, errToken
}

func (s *Server) open(o *order, same bool, now time.Time, refusal error) error {
	o.age(now, s.opts)
	if o.status != pending || o.opened {
		return refusal
	}
	o.opened, o.sameApp, o.hint = true, same, hintStarted
	return nil
}

// identify lets a person take the order. One that asked for somebody else
// fails, and an older order of the same person is cancelled, as the service
// does. s.mu is held.
func (s *Server) identify(o *order, number string, now time.Time) error {
	o.age(now, s.opts)
	p := s.person(number)
	if p == nil || o.status != pending || !o.opened || o.person != nil {
		return errPerson
	}
	for _, other := range s.orders {
		if other != o && other.status == pending && other.person != nil && other.person.Number == number {
			other.fail(hintCancelled, now)
		}
	}
	if want := o.asked.Requirement.PersonalNumber; want != "" && want != number {
		o.fail(hintCertificate, now)
		return nil
	}
	o.person, o.hint = p, hintSign
	if o.asked.Requirement.MRTD {
		o.hint = hintMRTD
	}
	return nil
}

func (s *Server) person(number string) *Person {
	for i := range s.opts.Persons {
		if s.opts.Persons[i].Number == number {
			return &s.opts.Persons[i]
		}
	}
	return nil
}

// finish gives the order its end. s.mu is held.
func (s *Server) finish(o *order, out Outcome, now time.Time) error {
	o.age(now, s.opts)
	if o.status != pending || o.person == nil {
		return errOutcome
	}
	switch out {
	case Approve:
	case ApproveModerateRisk:
		o.risk = "moderate"
	case ApproveHighRisk:
		o.risk = "high"
	case Cancel:
		o.fail(hintUserCancel, now)
	case CertificateError:
		o.fail(hintCertificate, now)
	case Expire:
		o.fail(hintExpired, now)
	case Unsupported:
		o.fail(hintUnsupported, now)
	case RiskBlocked:
		o.fail(hintRiskBlocked, now)
	case Hang:
		return nil
	default:
		return fmt.Errorf("unknown outcome %q", out)
	}
	if o.status == pending {
		o.status, o.hint, o.finished = complete, "", now
	}
	return nil
}

// find returns the order that match accepts, aged to now. s.mu is held.
func (s *Server) find(now time.Time, match func(*order) bool) *order {
	for _, o := range s.orders {
		if match(o) {
			o.age(now, s.opts)
			return o
		}
	}
	return nil
}

// forget drops one order, and all that ended long ago. s.mu is held.
func (s *Server) forget(gone *order, now time.Time) {
	kept := s.orders[:0]
	for _, o := range s.orders {
		old := now.Sub(o.created) > s.opts.MaxAge+10*time.Minute
		if o != gone && !old {
			kept = append(kept, o)
		}
	}
	clear(s.orders[len(kept):])
	s.orders = kept
}
