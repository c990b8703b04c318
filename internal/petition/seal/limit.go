package seal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
)

// spend counts n answers against the cap and the rate of a key. What the disk
// allows for is raised ahead of use, so a crash can only make the count too
// high, never let guessing start over. The caller holds the lock.
func (s *Store) spend(h *held, n int64) error {
	if h.used+n > h.limit.Total {
		h.refused += n
		return fault.New(fault.TooMany, "seal: the key has answered all it may; that is an alarm")
	}
	if !h.allow(n, s.clock.Now()) {
		h.refused += n
		return fault.New(fault.TooMany, "seal: the key is asked too often; try again in a minute")
	}
	if h.used+n > h.reserved {
		ahead := min(max(h.limit.Total/256, 1), 1024)
		next := min(h.used+n+ahead, h.limit.Total)
		if err := s.saveCount(h, next); err != nil {
			return fault.Wrap(fault.Unavailable, err, "seal: voting paused: count the answers")
		}
	}
	h.used += n
	return nil
}

// allow is a bucket of one minute's answers.
func (h *held) allow(n int64, now time.Time) bool {
	if h.limit.PerMinute == 0 {
		return true
	}
	full := float64(h.limit.PerMinute)
	if h.refilled.IsZero() {
		h.tokens = full
	} else if passed := now.Sub(h.refilled); passed > 0 {
		h.tokens = min(full, h.tokens+full*passed.Minutes())
	}
	h.refilled = now
	if h.tokens < float64(n) {
		return false
	}
	h.tokens -= float64(n)
	return true
}

// saveCount makes the count durable, in place: 20 digits.
func (s *Store) saveCount(h *held, n int64) error {
	f, err := os.OpenFile(h.path+countExt, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(fmt.Appendf(nil, "%020d\n", n), 0)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil { // the file's own time would be that of a voter's question
		day := time.Now().Truncate(24 * time.Hour)
		err = os.Chtimes(h.path+countExt, day, day)
	}
	if err == nil && h.reserved == 0 {
		err = keyring.SyncDir(s.dir) // the name is new
	}
	if err == nil {
		h.reserved = n
	}
	return err
}

func readCount(path string) (int64, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
	if err != nil || n < 0 {
		return 0, errors.New("a count file is damaged")
	}
	return n, nil
}

// Usage is what one key has been asked, for alarms (petitions.md §2.3: guesses
// show).
type Usage struct {
	Petition string `json:"petition"`
	Used     int64  `json:"used"`
	Refused  int64  `json:"refused"` // since the program started
	Limit    Limit  `json:"limit"`
}

// Usage tells what a live key has been asked.
func (o *Owner) Usage(petition string) (Usage, error) {
	name, err := o.file(petition)
	if err != nil {
		return Usage{}, err
	}
	o.store.mu.Lock()
	defer o.store.mu.Unlock()
	h, err := o.store.load(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Usage{}, fault.ErrNotFound
	}
	if err != nil {
		return Usage{}, asFault(err, "seal: read a key")
	}
	return Usage{Petition: petition, Used: h.used, Refused: h.refused, Limit: h.limit}, nil
}
