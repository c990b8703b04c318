package transient

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"medborgarnavet/internal/fault"
)

// paths seals where a browser goes on to, and when it began, into its secret,
// so that no login under way names a petition. The key is this process's own.
type paths struct{ aead cipher.AEAD }

func newPaths() (paths, error) {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return paths{}, fault.Wrap(fault.Internal, err, "identity: a key of the process")
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return paths{}, fault.Wrap(fault.Internal, err, "identity: a key of the process")
	}
	return paths{aead}, nil
}

// secret is a new browser secret: random text, a dot, and the sealed rest.
func (p paths) secret(returnTo string, begun time.Time) string {
	random := randomText()
	plain := append(binary.BigEndian.AppendUint64(nil, uint64(begun.UnixMilli())), returnTo...)
	return random + "." + base64.RawURLEncoding.EncodeToString(p.aead.Seal(nil, nil, plain, []byte(random)))
}

// open reads a secret; false when it is none of this process's.
func (p paths) open(secret string) (returnTo string, begun time.Time, ok bool) {
	random, rest, found := strings.Cut(secret, ".")
	sealed, err := base64.RawURLEncoding.DecodeString(rest)
	if !found || err != nil {
		return "", time.Time{}, false
	}
	plain, err := p.aead.Open(nil, nil, sealed, []byte(random))
	if err != nil || len(plain) < 8 {
		return "", time.Time{}, false
	}
	return string(plain[8:]), time.UnixMilli(int64(binary.BigEndian.Uint64(plain))).UTC(), true
}

// Begun is when the login of a browser's secret began; zero when it is none of
// ours. It holds also after Take, since the browser carries it, sealed.
func (l *Logins) Begun(browserSecret string) time.Time {
	_, begun, _ := l.paths.open(browserSecret)
	return begun
}
