package vote

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/route"
)

// sealer keeps what the pages must remember in the browser, unreadable and
// unchangeable there, under a key of this process. None of it names a person.
type sealer struct {
	aead  cipher.AEAD
	clock clock.Clock
}

func newSealer(c clock.Clock) (sealer, error) {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return sealer{}, fault.Wrap(fault.Internal, err, "vote: a key of the process")
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return sealer{}, fault.Wrap(fault.Internal, err, "vote: a key of the process")
	}
	return sealer{aead, c}, nil
}

// note is what a cookie says, and until when.
type note struct {
	Petition string `json:"p"`
	Outcome  string `json:"o,omitempty"`
	Place    uint64 `json:"n,omitempty"`
	Until    int64  `json:"u"`
}

// set gives the browser a note for a while.
func (s sealer) set(w http.ResponseWriter, cookie string, n note, life time.Duration) {
	n.Until = s.clock.Now().Add(life).Unix()
	plain, _ := json.Marshal(n) // strings and numbers always marshal
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, plain, []byte(cookie))),
		Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(life.Seconds())})
}

// get reads a note back; false when there is none of ours, or its time is out.
func (s sealer) get(r *route.Request, cookie string) (n note, ok bool) {
	c, err := r.Cookie(cookie)
	if err != nil {
		return note{}, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return note{}, false
	}
	plain, err := s.aead.Open(nil, nil, sealed, []byte(cookie))
	if err != nil || json.Unmarshal(plain, &n) != nil || n.Until <= s.clock.Now().Unix() {
		return note{}, false
	}
	return n, true
}
