package ballot_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
)

// TestMain lets this test binary be the program that is killed.
func TestMain(m *testing.M) {
	if os.Getenv("BALLOT_TEST_DRIVER") != "" {
		if err := voteForEver(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// voteForEver casts votes of ever new people and says each only when it was
// accepted.
func voteForEver() error {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{Driver: os.Getenv("BALLOT_TEST_DRIVER"), DSN: os.Getenv("BALLOT_TEST_DSN"), Environment: "test"})
	if err != nil {
		return err
	}
	s, err := seal.OpenStore(seal.StoreOptions{Dir: os.Getenv("BALLOT_TEST_KEYS")})
	if err != nil {
		return err
	}
	from, err := strconv.Atoi(os.Getenv("BALLOT_TEST_FROM"))
	if err != nil {
		return err
	}
	box := ballot.New(ballot.Options{DB: d, Sealer: seal.NewMAC(s.For(seal.Own))})
	go box.Run(ctx)
	var all sync.WaitGroup
	for part := range 16 {
		all.Go(func() {
			for i := from + part; ; i += 16 {
				if out, err := box.Cast(ctx, os.Getenv("BALLOT_TEST_PETITION"), voter(silent{}, i), time.Time{}); err == nil && out == ballot.Accepted {
					fmt.Println("voter", i)
				}
			}
		})
	}
	all.Wait()
	return nil
}

// silent is a testing.TB where there is no test: only Helper is called.
type silent struct{ testing.TB }

func (silent) Helper() {}

// I-16: what a voter was told is accepted survives kill -9 under load, nothing
// is counted twice, and the count is the rows. `make long` does it 200 times.
func TestKilledBox(t *testing.T) {
	rounds := 2
	if n, err := strconv.Atoi(os.Getenv("KILL_ROUNDS")); err == nil {
		rounds = n
	}
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		dir := t.TempDir() + "/keys"
		if err := seal.InitStore(dir); err != nil {
			t.Fatal(err)
		}
		var petition string
		inside(t, o, dir, func(w *world) {
			petition = w.petition
			w.tx(func(tx *db.Tx) error {
				return ballot.SetClosing(t.Context(), tx, petition, time.Now().Add(time.Hour))
			})
		}, "")
		for round := range rounds {
			said := voteAndKill(t, o, dir, petition, round*1300)
			inside(t, o, dir, func(w *world) {
				for _, i := range said {
					if out, err := w.box.Status(t.Context(), petition, voter(t, i)); err != nil || out != ballot.Voted {
						t.Errorf("an accepted vote: %q, %v", out, err)
					}
				}
				if drift, err := w.box.Recount(t.Context(), petition); err != nil || drift != 0 {
					t.Errorf("drift %d, %v", drift, err)
				}
			}, petition)
			if t.Failed() {
				t.Fatalf("round %d", round)
			}
		}
	})
}

// inside opens everything in this process for fn, and closes it again.
func inside(t *testing.T, o db.Options, dir string, fn func(w *world), petition string) {
	t.Helper()
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	s, err := seal.OpenStore(seal.StoreOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w := &world{t: t, db: d, sealer: seal.NewMAC(s.For(seal.Own)), petition: petition}
	if petition == "" {
		w.petition = w.open()
	}
	w.box = ballot.New(ballot.Options{DB: d, Sealer: w.sealer})
	w.run()
	fn(w)
	w.stop()
}

// voteAndKill starts the program, reads acknowledgements, kills it, and gives
// whom it had acknowledged.
func voteAndKill(t *testing.T, o db.Options, dir, petition string, from int) (said []int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := exec.Command(self)
	program.Env = append(os.Environ(), "BALLOT_TEST_DRIVER="+o.Driver, "BALLOT_TEST_DSN="+o.DSN, "BALLOT_TEST_KEYS="+dir,
		"BALLOT_TEST_PETITION="+petition, "BALLOT_TEST_FROM="+strconv.Itoa(from))
	program.Stderr = os.Stderr
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		number, ok := strings.CutPrefix(lines.Text(), "voter ")
		if i, err := strconv.Atoi(number); ok && err == nil && (i >= from) {
			said = append(said, i)
		}
		if len(said) == 300 {
			_ = program.Process.Kill()
		}
	}
	if err := program.Wait(); err == nil || len(said) < 300 {
		t.Fatalf("the program said %d votes and ended by itself: %v", len(said), err)
	}
	return said
}
