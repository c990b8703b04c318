package seal

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
)

const maxNote = 4 << 10

// Destroy destroys a key for ever. The tombstone comes first, so that whatever
// happens then, the key is never used again and OpenStore ends the work. A
// petition without a key gets a tombstone all the same.
func (o *Owner) Destroy(_ context.Context, petition string, note json.RawMessage) (Destroyed, error) {
	name, err := o.file(petition)
	if err != nil {
		return Destroyed{}, err
	}
	if len(note) > maxNote || (len(note) > 0 && !json.Valid(note)) {
		return Destroyed{}, fault.New(fault.Invalid, "seal: the note of a tombstone is not JSON or too long")
	}
	s := o.store
	s.mu.Lock()
	defer s.mu.Unlock()
	path := filepath.Join(s.dir, name)
	d, err := readTombstone(path + goneExt)
	if errors.Is(err, fs.ErrNotExist) {
		d, err = s.bury(name, petition, note)
	}
	if err == nil {
		err = s.shred(path)
	}
	if err != nil {
		return Destroyed{}, fault.Wrap(fault.Unavailable, err, "seal: destroy a key")
	}
	return d, nil
}

// bury writes the tombstone and forgets the key in memory.
func (s *Store) bury(name, petition string, note json.RawMessage) (Destroyed, error) {
	d := Destroyed{Petition: petition, At: s.clock.Now().UTC().Truncate(time.Second), Note: note}
	h, err := s.load(name)
	if err == nil {
		d.Key, d.Evaluations = h.public(Own), h.used
	} else if !errors.Is(err, fs.ErrNotExist) {
		return d, err
	}
	raw, err := json.Marshal(d)
	if err != nil {
		return d, err
	}
	s.trace("before tombstone")
	if err := s.write(name+goneExt, append(raw, '\n')); err != nil {
		return d, err
	}
	s.trace("tombstone")
	if h != nil {
		h.forget()
		delete(s.held, name)
	}
	return d, nil
}

// shred overwrites and removes what lies under a path without extension. It
// may be called again.
func (s *Store) shred(path string) error {
	for _, ext := range []string{keyExt, countExt} {
		if _, err := os.Stat(path + ext); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := keyring.Overwrite(path + ext); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		s.trace("overwritten " + ext)
		if err := os.Remove(path + ext); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		s.trace("removed " + ext)
	}
	return keyring.SyncDir(s.dir)
}

// finishDestruction ends what a crash left: keys that have a tombstone, and
// parts of files that never got their name.
func (s *Store) finishDestruction() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "seal: read the directory of petition keys")
	}
	for _, e := range entries {
		path := filepath.Join(s.dir, e.Name())
		if strings.HasPrefix(e.Name(), "part-") { // it may hold a key
			if err = keyring.Overwrite(path); err == nil {
				err = os.Remove(path)
			}
		} else if gone, ok := strings.CutSuffix(path, goneExt); ok {
			err = s.shred(gone)
		}
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "seal: end a destruction")
		}
	}
	return fault.Wrap(fault.Unavailable, keyring.SyncDir(s.dir), "seal: end a destruction")
}

func readTombstone(path string) (d Destroyed, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return d, fault.New(fault.Internal, "seal: a tombstone is damaged")
	}
	return d, nil
}
