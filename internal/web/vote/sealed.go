package vote

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
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
	Petition string
	Outcome  string
	Place    uint64
	Until    int64
}

// text is the note as it is sealed; read reads it.
func (n note) text() []byte {
	b := make([]byte, 0, 80)
	b = append(append(b, n.Petition...), '\n')
	b = append(append(b, n.Outcome...), '\n')
	b = append(strconv.AppendUint(b, n.Place, 10), '\n')
	return strconv.AppendInt(b, n.Until, 10)
}

func read(text []byte) (n note, ok bool) {
	parts := strings.Split(string(text), "\n")
	if len(parts) != 4 {
		return note{}, false
	}
	place, err := strconv.ParseUint(parts[2], 10, 64)
	until, err2 := strconv.ParseInt(parts[3], 10, 64)
	return note{Petition: parts[0], Outcome: parts[1], Place: place, Until: until}, err == nil && err2 == nil
}

// set gives the browser a note for a while. The header is written out, since
// every vote has one: http.SetCookie would look at each letter again.
func (s sealer) set(w http.ResponseWriter, cookie string, n note, life time.Duration) {
	n.Until = s.clock.Now().Add(life).Unix()
	b := make([]byte, 0, 256)
	b = append(append(b, cookie...), '=')
	b = base64.RawURLEncoding.AppendEncode(b, s.aead.Seal(nil, nil, n.text(), []byte(cookie)))
	b = append(b, "; Path=/; Max-Age="...)
	b = strconv.AppendInt(b, int64(life.Seconds()), 10)
	b = append(b, "; HttpOnly; Secure; SameSite=Lax"...)
	w.Header().Add("Set-Cookie", string(b))
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
	if err != nil {
		return note{}, false
	}
	if n, ok = read(plain); !ok || n.Until <= s.clock.Now().Unix() {
		return note{}, false
	}
	return n, true
}
