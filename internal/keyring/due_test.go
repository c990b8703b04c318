package keyring_test

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
)

func seal(t *testing.T, ring *keyring.Ring, due time.Time) []byte {
	t.Helper()
	sealed, err := ring.SealDue(due, "draft/1", []byte("eget ord"))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func opens(ring *keyring.Ring, sealed []byte) fault.Kind {
	_, err := ring.OpenDue("draft/1", sealed)
	return fault.KindOf(err)
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// I-7, M-90: seven days after, to the hour, the key is gone and with it every
// copy; before that it opens, also after a restart.
func TestDueTimes(t *testing.T) {
	const week = 7 * 24 * time.Hour
	for _, c := range []struct {
		name string
		due  time.Time
		end  time.Time
	}{
		{"half past", start.Add(week), start.Add(week + 30*time.Minute)},
		{"on the hour", start.Add(week + 30*time.Minute), start.Add(week + 30*time.Minute)},
		{"just past the hour", start.Add(week + 30*time.Minute + 1), start.Add(week + 90*time.Minute)},
		{"another zone", start.Add(week).In(time.FixedZone("IST", 5*3600+1800)), start.Add(week + 30*time.Minute)},
	} {
		t.Run(c.name, func(t *testing.T) {
			manual := clock.NewManual(start)
			o := keyringtest.Options(t, manual)
			ring := reopen(t, o)
			sealed := seal(t, ring, c.due)

			manual.Set(c.end.Add(-time.Millisecond))
			if n, err := ring.DestroyDue(manual.Now()); n != 0 || err != nil {
				t.Fatalf("destroyed before the end: %d %v", n, err)
			}
			if kind := opens(reopen(t, o), sealed); kind != "" {
				t.Fatalf("before the end: %v", kind)
			}
			manual.Set(c.end)
			if kind := opens(ring, sealed); kind != fault.Gone {
				t.Errorf("at the end, before the job: %v", kind)
			}
			if n, err := ring.DestroyDue(manual.Now()); n != 1 || err != nil {
				t.Errorf("destroyed %d, %v", n, err)
			}
			if left := files(t, o.DueKeyDir); len(left) != 0 {
				t.Errorf("left: %v", left)
			}
			manual.Set(start) // not even a clock that goes back brings it again
			for _, r := range []*keyring.Ring{ring, reopen(t, o)} {
				if kind := opens(r, sealed); kind != fault.Gone {
					t.Errorf("after the end: %v", kind)
				}
			}
			seal(t, ring, c.due) // the slot has another key now
			if kind := opens(ring, sealed); kind != fault.Gone {
				t.Errorf("with another key in the slot: %v", kind)
			}
		})
	}
}

// I-7: a copy of the sealed thing from day 3 with the keys of day 8 yields
// nothing; with another slot's key nothing either.
func TestOldCopyWithTodaysKeys(t *testing.T) {
	manual := clock.NewManual(start)
	o := keyringtest.Options(t, manual)
	ring := reopen(t, o)
	backup := bytes.Clone(seal(t, ring, start.AddDate(0, 0, 7)))
	seal(t, ring, start.AddDate(0, 0, 14)) // keys of later slots stay
	manual.Advance(8 * 24 * time.Hour)
	if _, err := ring.DestroyDue(manual.Now()); err != nil {
		t.Fatal(err)
	}
	if len(files(t, o.DueKeyDir)) != 1 {
		t.Fatal("the later key is not there")
	}
	if kind := opens(reopen(t, o), backup); kind != fault.Gone {
		t.Errorf("the copy of day 3 opens: %v", kind)
	}
}

func TestSealDueInThePast(t *testing.T) {
	manual := clock.NewManual(start)
	ring := keyringtest.New(t, manual)
	for _, due := range []time.Time{start, start.Add(-1), start.AddDate(0, 0, -7)} {
		if _, err := ring.SealDue(due, "draft/1", nil); fault.KindOf(err) != fault.Gone {
			t.Errorf("due %v: %v", due, err)
		}
	}
}

func TestDueBinding(t *testing.T) {
	ring := keyringtest.New(t, clock.NewManual(start))
	sealed := seal(t, ring, start.Add(time.Hour))
	if _, err := ring.OpenDue("draft/2", sealed); fault.KindOf(err) != fault.Internal {
		t.Errorf("another row: %v", err)
	}
	if _, err := ring.OpenLasting("", "draft/1", sealed); fault.KindOf(err) != fault.Internal {
		t.Errorf("as lasting: %v", err)
	}
}

// The key file is private, and its bytes are overwritten before it goes: who
// holds it open, or has another name for it, finds noise.
func TestDestroyOverwrites(t *testing.T) {
	manual := clock.NewManual(start)
	o := keyringtest.Options(t, manual)
	ring := reopen(t, o)
	seal(t, ring, start.Add(time.Minute))
	names := files(t, o.DueKeyDir)
	if len(names) != 1 {
		t.Fatalf("files: %v", names)
	}
	info, err := os.Stat(names[0])
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	key, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other-name")
	if err := os.Link(names[0], other); err != nil {
		t.Fatal(err)
	}
	manual.Advance(time.Hour)
	if n, err := ring.DestroyDue(manual.Now()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	after, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	if len(after) != len(key) || bytes.Contains(after, key[8:16]) {
		t.Error("the key's bytes are still there")
	}
	if n, err := ring.DestroyDue(manual.Now()); n != 0 || err != nil {
		t.Errorf("a second time: %d %v", n, err)
	}
}

// Several processes share the directory: all that seal for a slot at once end
// with the same key, and each opens what the others sealed.
func TestProcessesShareTheDirectory(t *testing.T) {
	o := keyringtest.Options(t, clock.NewManual(start))
	const processes, slots = 6, 4
	sealed := make([][][]byte, processes)
	rings := make([]*keyring.Ring, processes)
	for i := range processes {
		rings[i] = reopen(t, o)
	}
	var all sync.WaitGroup
	for i := range processes {
		all.Go(func() {
			for s := range slots {
				blob, err := rings[i].SealDue(start.Add(time.Duration(s)*time.Hour+1), "draft/1", []byte("eget ord"))
				if err != nil {
					t.Error(err)
				}
				sealed[i] = append(sealed[i], blob)
			}
		})
	}
	all.Wait()
	if n := len(files(t, o.DueKeyDir)); n != slots {
		t.Errorf("%d files for %d slots", n, slots)
	}
	for i := range processes {
		for _, blob := range sealed[(i+1)%processes] {
			if kind := opens(rings[i], blob); kind != "" {
				t.Errorf("process %d cannot open what another sealed: %v", i, kind)
			}
		}
	}
	// and destroy at once
	total := 0
	var mu sync.Mutex
	for i := range processes {
		all.Go(func() {
			n, err := rings[i].DestroyDue(start.Add(24 * time.Hour))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			total += n
			mu.Unlock()
		})
	}
	all.Wait()
	if left := files(t, o.DueKeyDir); len(left) != 0 || total < slots {
		t.Errorf("left %v, destroyed %d", left, total)
	}
}

// What a crash left of the making of a key is removed; files of others are not
// touched, and a damaged key file is said, not used.
func TestStrangeFiles(t *testing.T) {
	manual := clock.NewManual(start)
	o := keyringtest.Options(t, manual)
	ring := reopen(t, o)
	old := time.Now().Add(-time.Hour)
	for _, name := range []string{"part-123", "README", "due-20261122T100000Z.key"} {
		path := filepath.Join(o.DueKeyDir, name)
		if err := os.WriteFile(path, []byte("kort"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ring.SealDue(start.Add(time.Minute), "draft/1", nil); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("sealed with a damaged key: %v", err)
	}
	if n, err := ring.DestroyDue(start.Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("destroyed %d, %v", n, err)
	}
	if left := files(t, o.DueKeyDir); len(left) != 1 || filepath.Base(left[0]) != "README" {
		t.Errorf("left: %v", left)
	}
}
