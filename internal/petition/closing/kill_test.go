package closing_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/tally"
)

// TestMain lets this test binary be the program that is killed.
func TestMain(m *testing.M) {
	if os.Getenv("CLOSING_TEST_STEP") != "" {
		if err := closeAndDie(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// closeAndDie runs the machine and kills this process at the given step.
func closeAndDie() error {
	stop, err := strconv.Atoi(os.Getenv("CLOSING_TEST_STEP"))
	if err != nil {
		return err
	}
	h := host{design: os.Getenv("CLOSING_TEST_DESIGN"), dir: os.Getenv("CLOSING_TEST_DIR"), second: os.Getenv("CLOSING_TEST_SECOND"),
		o: db.Options{Driver: os.Getenv("CLOSING_TEST_DRIVER"), DSN: os.Getenv("CLOSING_TEST_DSN"), Environment: "test"}}
	at := 0 // steps done
	w, err := h.start(clock.NewManual(closes.Add(time.Hour)), func(string) {
		if at++; at > stop {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	})
	if err != nil {
		return err
	}
	_, err = w.machine.Run(context.Background())
	w.stop()
	return err
}

// P-07, I-10, I-16: killed at any step, the closing goes on where it was; at no
// moment is a result published while a key or a row is there; the count is
// right and reported once.
func TestKilledAtEveryStep(t *testing.T) {
	for _, design := range []string{"D1", "D2"} {
		t.Run(design, func(t *testing.T) {
			dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
				h := newHost(t, design, o)
				steps, stride := 0, 1
				if o.Driver == db.Postgres {
					stride = size(7, 1)
				}
				for stop := 0; stop < 40; stop += stride {
					w := h.mustStart(t, clock.NewManual(today), nil)
					id := w.open(t, tally.Publication{})
					w.vote(t, id, 0, 7)
					w.stop()
					killed := h.killAt(t, stop)
					w = h.mustStart(t, clock.NewManual(closes.Add(time.Hour)), nil)
					if p := w.load(t, id); p.State != closing.Reported && len(w.published(t, id)) != 0 {
						t.Errorf("killed at %d: published while %s", stop, p.State)
					}
					if _, err := w.machine.Reapply(t.Context()); err != nil {
						t.Errorf("killed at %d: %v", stop, err)
					}
					leaseOver(t, w)
					w.run(t)
					p := w.load(t, id)
					v := tally.Audit(w.published(t, id), w.ring.Public(tally.Purpose))
					if p.State != closing.Reported || p.Count != 7 || !v.OK() || w.exists(t, id) || p.Restored {
						t.Errorf("killed at %d: %s with %d, %+v", stop, p.State, p.Count, v)
					}
					leaseOver(t, w)
					w.stop()
					if !killed {
						steps = stop
						break
					}
				}
				if want := map[string]int{"D1": 16, "D2": 22}[design]; steps < want || steps >= want+stride {
					t.Errorf("%d steps were tried, want %d", steps, want)
				}
			})
		})
	}
}

// leaseOver lets the dead program's leases end, which on SQLite they did at
// the start.
func leaseOver(t *testing.T, w *world) {
	t.Helper()
	if err := w.db.Tx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `DELETE FROM lease`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// killAt runs the machine in another process that dies at a step; false when
// it came to the end.
func (h host) killAt(t *testing.T, stop int) bool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := exec.Command(self)
	program.Env = append(os.Environ(), "CLOSING_TEST_STEP="+strconv.Itoa(stop), "CLOSING_TEST_DESIGN="+h.design, "CLOSING_TEST_DIR="+h.dir,
		"CLOSING_TEST_SECOND="+h.second, "CLOSING_TEST_DRIVER="+h.o.Driver, "CLOSING_TEST_DSN="+h.o.DSN)
	program.Stderr = os.Stderr
	err = program.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == -1 {
		return true
	}
	if err != nil {
		t.Fatal(err)
	}
	return false
}
