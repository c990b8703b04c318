package keyring

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"medborgarnavet/internal/fault"
)

// slotLength is how much time shares one short-lived key.
const slotLength = time.Hour

// slotName is the file name of a slot's key: the slot's end, UTC.
const slotName = "due-20060102T150405Z.key"

const partPrefix = "part-"

var errGone = fault.New(fault.Gone, "keyring: the key is destroyed, as promised")

// slotKey is the key of one slot. The id tells it from any other key that had
// the same slot.
type slotKey struct {
	id  [8]byte
	key [keySize]byte
}

// slotEnd is the end of the slot of things due at t: t itself on the hour,
// else the next full hour, UTC.
func slotEnd(t time.Time) time.Time {
	end := t.UTC().Truncate(slotLength)
	if end.Before(t) {
		end = end.Add(slotLength)
	}
	return end
}

// slot gives the key of the slot that ends at end, from memory or its file, and
// when make is set makes it if it is not there. It is fault.Gone for a slot
// that has ended, whether or not the job has destroyed the key yet.
func (r *Ring) slot(end time.Time, mayMake bool) (slotKey, error) {
	if !end.After(r.clock.Now()) {
		return slotKey{}, errGone
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if key, ok := r.due[end.Unix()]; ok {
		return key, nil
	}
	path := filepath.Join(r.dir, end.UTC().Format(slotName))
	key, err := readSlot(path)
	if errors.Is(err, fs.ErrNotExist) {
		if !mayMake {
			return slotKey{}, errGone
		}
		key, err = makeSlot(r.dir, path)
	} else if err == nil {
		err = SyncDir(r.dir) // another process may have made it a moment ago
	}
	if err != nil {
		return slotKey{}, fault.Wrap(fault.Unavailable, err, "keyring: short-lived key")
	}
	r.due[end.Unix()] = key
	return key, nil
}

func readSlot(path string) (key slotKey, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return key, err
	}
	if len(raw) != len(key.id)+keySize {
		return key, errors.New("a key file has the wrong length")
	}
	copy(key.id[:], raw)
	copy(key.key[:], raw[len(key.id):])
	return key, nil
}

// makeSlot makes a slot's key: written and synced under another name, then
// given its name only if no other process was first. Whoever was first, the
// key that has the name is the one used, and its name is durable before that.
func makeSlot(dir, path string) (slotKey, error) {
	raw := make([]byte, 8+keySize)
	_, _ = rand.Read(raw)
	part, err := os.CreateTemp(dir, partPrefix) // mode 0600, O_EXCL
	if err != nil {
		return slotKey{}, err
	}
	_, err = part.Write(raw)
	if err == nil {
		err = part.Sync()
	}
	if closed := part.Close(); err == nil {
		err = closed
	}
	if err == nil {
		if err = os.Link(part.Name(), path); errors.Is(err, fs.ErrExist) {
			err = nil
		}
	}
	if removed := os.Remove(part.Name()); err == nil {
		err = removed
	}
	if err == nil {
		err = SyncDir(dir)
	}
	if err != nil {
		return slotKey{}, err
	}
	return readSlot(path)
}

// DestroyDue destroys the keys of all slots that have ended at now, and tells
// how many. It may be called by several processes at once. What it could not
// destroy it tries again the next time.
func (r *Ring) DestroyDue(now time.Time) (destroyed int, err error) {
	r.forget(now)
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return 0, fault.Wrap(fault.Unavailable, err, "keyring: read the directory of short-lived keys")
	}
	var failed error
	for _, entry := range entries {
		if !ended(entry, now) {
			continue
		}
		err := destroy(filepath.Join(r.dir, entry.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // another process was first
		}
		if err != nil {
			failed = errors.Join(failed, err)
		} else if !strings.HasPrefix(entry.Name(), partPrefix) {
			destroyed++
		}
	}
	if err := SyncDir(r.dir); err != nil {
		failed = errors.Join(failed, err)
	}
	return destroyed, fault.Wrap(fault.Unavailable, failed, "keyring: destroy short-lived keys")
}

// forget drops ended keys from memory.
func (r *Ring) forget(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for end := range r.due {
		if end <= now.Unix() {
			r.due[end] = slotKey{}
			delete(r.due, end)
		}
	}
}

// ended reports whether a file is the key of an ended slot, or what a crash
// left of the making of one.
func ended(entry fs.DirEntry, now time.Time) bool {
	if strings.HasPrefix(entry.Name(), partPrefix) {
		info, err := entry.Info()
		return err == nil && time.Since(info.ModTime()) > time.Minute
	}
	end, err := time.Parse(slotName, entry.Name())
	return err == nil && !end.After(now)
}

// destroy overwrites a key file, on the disk too, and removes it.
func destroy(path string) error {
	if err := Overwrite(path); err != nil {
		return err
	}
	return os.Remove(path)
}
