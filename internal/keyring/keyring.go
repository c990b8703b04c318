package keyring

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
)

const keySize = 32

// Options says where the keys lie.
type Options struct {
	LastingKeyFile string // the master key: 32 bytes raw or in base64, mode 0600 or 0400
	DueKeyDir      string // the directory of the short-lived keys; it must exist
	Clock          clock.Clock
}

// Ring is one municipality's keys. Safe for concurrent use; several processes
// may share the directory of short-lived keys.
type Ring struct {
	master [keySize]byte
	id     [8]byte // tells the master key from another, without telling it
	dir    string
	clock  clock.Clock

	mu  sync.Mutex
	due map[int64]slotKey // by the slot's end, unix seconds
}

// Open reads the master key and looks at the directory. It creates nothing:
// Init and InitDueDir do, on an operator's word.
func Open(o Options) (*Ring, error) {
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	info, err := os.Stat(o.DueKeyDir)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "keyring: directory of short-lived keys")
	}
	if !info.IsDir() {
		return nil, fault.New(fault.Invalid, "keyring: the place of short-lived keys is not a directory")
	}
	r := &Ring{dir: o.DueKeyDir, clock: o.Clock, due: make(map[int64]slotKey)}
	if r.master, err = readMaster(o.LastingKeyFile); err != nil {
		return nil, err
	}
	copy(r.id[:], r.derive("key id", keySize))
	return r, nil
}

// Init makes a new master key in a new file, readable by this user alone. It
// refuses (fault.Conflict) to touch a file that is there.
func Init(path string) error {
	var key [keySize]byte
	_, _ = rand.Read(key[:])
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "keyring: there is already a file where the master key should be")
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "keyring: make the master key")
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key[:]) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = SyncDir(filepath.Dir(path))
	}
	return fault.Wrap(fault.Unavailable, err, "keyring: write the master key")
}

// InitDueDir makes the directory of short-lived keys, for this user alone. One
// that is there is left as it is.
func InitDueDir(path string) error {
	return fault.Wrap(fault.Unavailable, os.MkdirAll(path, 0o700), "keyring: make the directory of short-lived keys")
}

// readMaster reads a master key file and refuses one that others may read.
func readMaster(path string) (key [keySize]byte, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return key, fault.Wrap(fault.Unavailable, err, "keyring: master key")
	}
	if mode := info.Mode().Perm(); mode != 0o600 && mode != 0o400 {
		return key, fault.New(fault.Invalid, "keyring: the master key file has mode %04o; it must be 0600 or 0400", mode)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return key, fault.Wrap(fault.Unavailable, err, "keyring: master key")
	}
	if len(raw) != keySize {
		raw, err = base64.StdEncoding.DecodeString(strings.TrimSpace(string(raw)))
		if err != nil || len(raw) != keySize {
			return key, fault.New(fault.Invalid, "keyring: the master key file must hold 32 bytes, raw or in base64")
		}
	}
	return [keySize]byte(raw), nil
}

// derive makes a subkey of the master key (HKDF with SHA-256, RFC 5869). The
// info keeps purposes apart (I-18).
func (r *Ring) derive(info string, size int) []byte {
	key, err := hkdf.Key(sha256.New, r.master[:], nil, "medborgarnavet/1/"+info, size)
	if err != nil {
		panic("keyring: hkdf refuses a constant size: " + err.Error()) // cannot happen
	}
	return key
}

// Pseudonym is a stand-in for a value: the same for the same purpose, not to
// be linked between purposes (I-18), and not to be reversed without the master
// key. 32 hexadecimal characters. One purpose per step.
func (r *Ring) Pseudonym(purpose, value string) string {
	mac := hmac.New(sha256.New, r.derive("pseudonym/"+purpose, keySize))
	mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// PrivateKey is the Ed25519 key of a purpose (RFC 8032), the same each time.
func (r *Ring) PrivateKey(purpose string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(r.derive("ed25519/"+purpose, ed25519.SeedSize))
}

// Public is the public half of PrivateKey.
func (r *Ring) Public(purpose string) ed25519.PublicKey {
	public, _ := r.PrivateKey(purpose).Public().(ed25519.PublicKey)
	return public
}

// Sign signs a message with the key of a purpose.
func (r *Ring) Sign(purpose string, msg []byte) []byte {
	return ed25519.Sign(r.PrivateKey(purpose), msg)
}
