package seal

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
)

// Own is the owner of the keys that a municipality keeps for itself.
const Own = "own"

// StoreOptions says where keys lie.
type StoreOptions struct {
	// Dir is outside the database and every backup, on an encrypted disk. It
	// must exist; one process at a time uses it.
	Dir   string
	Clock clock.Clock
	// Trace is called between the durable steps of destruction, so that a test
	// can end the program there. Nil in the product.
	Trace func(step string)
}

// Store is a directory of keys, of one or several owners.
type Store struct {
	dir   string
	clock clock.Clock
	trace func(string)
	lock  *os.File

	mu   sync.Mutex
	held map[string]*held // by owner-petition
	sign ed25519.PrivateKey
}

// OpenStore opens the directory, and ends every destruction that a crash left
// halfway. It refuses one that others can read.
func OpenStore(o StoreOptions) (*Store, error) {
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.Trace == nil {
		o.Trace = func(string) {}
	}
	info, err := os.Stat(o.Dir)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "seal: the directory of petition keys")
	}
	if !info.IsDir() || info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.Invalid, "seal: the directory of petition keys must be a directory of mode 0700")
	}
	s := &Store{dir: o.Dir, clock: o.Clock, trace: o.Trace, held: make(map[string]*held)}
	if s.lock, err = lockDir(o.Dir); err != nil {
		return nil, err
	}
	if err := s.finishDestruction(); err != nil {
		_ = s.Close()
		return nil, err
	}
	if s.sign, err = statementKey(filepath.Join(o.Dir, "statement.ed25519")); err != nil {
		_ = s.Close()
		return nil, fault.Wrap(fault.Unavailable, err, "seal: the key for statements")
	}
	return s, nil
}

// InitStore makes the directory, for this user alone.
func InitStore(dir string) error {
	return fault.Wrap(fault.Unavailable, os.MkdirAll(dir, 0o700), "seal: make the directory of petition keys")
}

// Close forgets the keys in memory and lets go of the directory.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var failed error
	for name, h := range s.held {
		failed = errors.Join(failed, s.saveCount(h, h.used)) // exact again
		h.forget()
		delete(s.held, name)
	}
	if s.lock != nil {
		failed = errors.Join(failed, s.lock.Close())
		s.lock = nil
	}
	return failed
}

// For gives the keys of one owner: Own, or the organisation number of another
// municipality.
func (s *Store) For(owner string) *Owner { return &Owner{store: s, name: owner} }

// StatementKey is the public key of the statements this store signs.
func (s *Store) StatementKey() ed25519.PublicKey {
	public, _ := s.sign.Public().(ed25519.PublicKey)
	return public
}

// Owner is one owner's keys in a Store.
type Owner struct {
	store *Store
	name  string
}

var ownerName = regexp.MustCompile(`^(own|[0-9]{10})$`)

func (o *Owner) file(petition string) (string, error) {
	if err := CheckPetition(petition); err != nil {
		return "", err
	}
	if !ownerName.MatchString(o.name) {
		return "", fault.New(fault.Invalid, "seal: that is no owner of keys")
	}
	return o.name + "-" + petition, nil
}

const (
	keyExt   = ".key"
	goneExt  = ".gone"
	countExt = ".count"
)

// Make makes a key, or gives the one there is. The key and its name are on
// disk when it returns.
func (o *Owner) Make(_ context.Context, petition string, kind Kind, limit Limit) (Key, error) {
	name, err := o.file(petition)
	if err != nil {
		return Key{}, err
	}
	if limit.Total <= 0 || limit.PerMinute < 0 {
		return Key{}, fault.New(fault.Invalid, "seal: a key needs a cap on what it answers")
	}
	s := o.store
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := s.load(name)
	if errors.Is(err, fs.ErrNotExist) {
		if h, err = newHeld(kind, limit, s.clock.Now()); err != nil {
			return Key{}, err
		}
		h.path = filepath.Join(s.dir, name)
		raw := h.encode()
		if err = s.write(name+keyExt, raw); err == nil {
			s.held[name] = h
		}
		clear(raw) // no copy of the key but the one that is forgotten with it
	}
	if err != nil {
		return Key{}, asFault(err, "seal: make a key")
	}
	if h.kind != kind {
		return Key{}, fault.New(fault.Conflict, "seal: the petition has a key of another kind")
	}
	return h.public(Own), nil
}

// Compute answers with the keys. Each batch fails by itself.
func (o *Owner) Compute(_ context.Context, batches []Batch) []Answer {
	answers := make([]Answer, len(batches))
	for i, b := range batches {
		answers[i] = o.compute(b)
	}
	return answers
}

// Whole gives the outputs of RFC 9497 for messages that are known here, as
// blinding, Compute and unblinding would.
func (o *Owner) Whole(batches []Batch) []Answer {
	answers := make([]Answer, len(batches))
	for i, b := range batches {
		answers[i] = o.with(b, (*held).whole)
	}
	return answers
}

func (o *Owner) compute(b Batch) Answer { return o.with(b, (*held).compute) }

// with lets a copy of the key do something to the inputs.
func (o *Owner) with(b Batch, do func(h *held, inputs [][]byte) Answer) Answer {
	name, err := o.file(b.Petition)
	if err != nil {
		return Answer{Err: err}
	}
	key, err := o.store.take(name, b.Key, len(b.Inputs))
	if err != nil {
		return Answer{Err: err}
	}
	defer clear(key.secret[:])
	return do(key, b.Inputs)
}

// take counts n answers and gives a copy of the key to make them with.
func (s *Store) take(name string, want Key, n int) (*held, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := s.load(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.Unavailable, "seal: voting paused: there is no key of that petition here")
	}
	if err != nil {
		return nil, asFault(err, "seal: read a key")
	}
	if have := h.public(Own); have.ID != want.ID || have.Public != want.Public || have.Kind != want.Kind {
		return nil, fault.New(fault.Unavailable, "seal: voting paused: the key is not the one the petition was opened with")
	}
	if err := s.spend(h, int64(n)); err != nil {
		return nil, err
	}
	copied := *h
	return &copied, nil
}

// load gives a key from memory or its file. The caller holds the lock.
func (s *Store) load(name string) (*held, error) {
	if h, ok := s.held[name]; ok {
		return h, nil
	}
	path := filepath.Join(s.dir, name)
	if _, err := os.Stat(path + goneExt); err == nil {
		return nil, fault.New(fault.Gone, "seal: the petition's key is destroyed, as promised")
	}
	raw, err := os.ReadFile(path + keyExt)
	if err != nil {
		return nil, err
	}
	defer clear(raw)
	h, err := decodeHeld(raw)
	if err != nil {
		return nil, err
	}
	h.path = path
	if h.used, err = readCount(path + countExt); err != nil {
		return nil, err
	}
	h.reserved = h.used
	s.held[name] = h
	return h, nil
}

// write puts a file in the directory so that it is whole or not there.
func (s *Store) write(name string, content []byte) error {
	part, err := os.CreateTemp(s.dir, "part-") // mode 0600
	if err != nil {
		return err
	}
	_, err = part.Write(content)
	if err == nil {
		err = part.Sync()
	}
	if closed := part.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(part.Name(), filepath.Join(s.dir, name))
	}
	if err != nil {
		_ = os.Remove(part.Name())
		return err
	}
	return keyring.SyncDir(s.dir)
}

// Ready: the directory can be reached.
func (o *Owner) Ready(context.Context) error {
	_, err := os.Stat(o.store.dir)
	return fault.Wrap(fault.Unavailable, err, "seal: voting paused: the directory of petition keys")
}

// Tombstones are the keys of this owner that are destroyed.
func (o *Owner) Tombstones(context.Context) ([]Destroyed, error) {
	entries, err := os.ReadDir(o.store.dir)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "seal: read the tombstones")
	}
	var all []Destroyed
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), o.name+"-") && strings.HasSuffix(e.Name(), goneExt) {
			d, err := readTombstone(filepath.Join(o.store.dir, e.Name()))
			if err != nil {
				return nil, err
			}
			all = append(all, d)
		}
	}
	return all, nil
}

// Live are the petitions whose keys are here and not destroyed.
func (o *Owner) Live() ([]string, error) {
	entries, err := os.ReadDir(o.store.dir)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "seal: read the keys")
	}
	var all []string
	for _, e := range entries {
		if rest, ok := strings.CutPrefix(e.Name(), o.name+"-"); ok && strings.HasSuffix(rest, keyExt) {
			all = append(all, strings.TrimSuffix(rest, keyExt))
		}
	}
	return all, nil
}

func asFault(err error, msg string) error {
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	return fault.Wrap(fault.Unavailable, err, msg)
}

// statementKey reads the key that statements are signed with, or makes it.
func statementKey(path string) (ed25519.PrivateKey, error) {
	seed, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		seed = make([]byte, ed25519.SeedSize)
		_, _ = rand.Read(seed)
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		_, err = f.Write(seed)
		if err == nil {
			err = f.Sync()
		}
		if closed := f.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return nil, err
		}
		return ed25519.NewKeyFromSeed(seed), keyring.SyncDir(filepath.Dir(path))
	}
	if err == nil && len(seed) != ed25519.SeedSize {
		err = errors.New("the file has the wrong length")
	}
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// Statement is what another holder signs of a destruction: one line each.
func Statement(owner string, d Destroyed) []byte {
	return []byte(strings.Join([]string{
		"medborgarnavet sealer destroyed 1", owner, d.Petition, d.Key.ID, d.Key.Public,
		jsonNumber(d.Evaluations), d.At.UTC().Format(time.RFC3339),
	}, "\n") + "\n")
}

func jsonNumber(n int64) string {
	raw, _ := json.Marshal(n)
	return string(raw)
}

// signed gives a copy with the store's signature.
func (s *Store) signed(owner string, d Destroyed) Destroyed {
	d.Signature = hex.EncodeToString(ed25519.Sign(s.sign, Statement(owner, d)))
	return d
}
