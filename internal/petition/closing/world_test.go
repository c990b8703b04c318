package closing_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
)

var (
	today  = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	closes = today.Add(24 * time.Hour)
)

// voter makes the i-th synthetic person: birth numbers 980 to 989 are never
// given to anyone.
func voter(i int) pnr.Number {
	nine := time.Date(1920, 1, 1+i/10%29_000, 0, 0, 0, 0, time.UTC).Format("060102") + strconv.Itoa(980+i%10)
	sum := 0
	for at, c := range nine {
		d := int(c-'0') * (2 - at%2)
		sum += d/10 + d%10
	}
	n, err := pnr.ParseLenient(fmt.Sprintf("19%s%d", nine, (10-sum%10)%10), today)
	if err != nil {
		panic(err)
	}
	return n
}

// host is everything of one machine in one directory, and the second holder's
// in another.
type host struct {
	design string
	o      db.Options
	dir    string // ring, keys, log; for SQLite the database too
	second string // the second holder's keys
}

func newHost(t testing.TB, design string, o db.Options) host {
	t.Helper()
	h := host{design: design, o: o, dir: t.TempDir(), second: t.TempDir() + "/keys"}
	if o.Driver == db.SQLite {
		h.o.DSN = filepath.Join(h.dir, "test.db")
	}
	for _, dir := range []string{h.dir + "/keys", h.second} {
		if err := seal.InitStore(dir); err != nil {
			t.Fatal(err)
		}
	}
	if err := keyring.Init(h.dir + "/master.key"); err != nil {
		t.Fatal(err)
	}
	if err := keyring.InitDueDir(h.dir + "/due"); err != nil {
		t.Fatal(err)
	}
	return h
}

// world is the host, running.
type world struct {
	host
	clock   *clock.Manual
	db      *db.DB
	ring    *keyring.Ring
	sealer  seal.Sealer
	switch_ *unreachable // in front of the second holder, or of the only one
	box     *ballot.Box
	heads   *tally.Heads
	machine *closing.Machine
	log     *audit.Log
	stop    func()
}

// opening keeps tests that run beside each other from waiting seconds for each
// other's migrations, which PostgreSQL does one at a time.
var opening sync.Mutex

// start runs the host; trace is called at each durable step.
func (h host) start(c *clock.Manual, trace func(step string)) (*world, error) {
	w := &world{host: h, clock: c}
	if trace == nil {
		trace = func(string) {}
	}
	h.o.Clock = c
	var err error
	opening.Lock()
	w.db, err = db.Open(context.Background(), h.o)
	opening.Unlock()
	if err != nil {
		return nil, err
	}
	w.ring, err = keyring.Open(keyring.Options{LastingKeyFile: h.dir + "/master.key", DueKeyDir: h.dir + "/due", Clock: c})
	if err != nil {
		return nil, err
	}
	own, err := seal.OpenStore(seal.StoreOptions{Dir: h.dir + "/keys", Clock: c, Trace: trace})
	if err != nil {
		return nil, err
	}
	second, err := seal.OpenStore(seal.StoreOptions{Dir: h.second, Clock: c, Trace: trace})
	if err != nil {
		return nil, err
	}
	if h.design == "D1" {
		w.switch_ = &unreachable{Owner: own.For(seal.Own)}
		w.sealer = seal.NewMAC(w.switch_)
	} else {
		w.switch_ = &unreachable{Owner: second.For("2120009911")}
		w.sealer = seal.NewSplit(own.For(seal.Own), w.switch_, true)
	}
	file, err := os.OpenFile(h.dir+"/log.json", os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	w.log = audit.New(w.db, w.ring, c)
	w.heads = &tally.Heads{DB: w.db, Ring: w.ring, Municipality: "2120009911"}
	w.machine = closing.New(closing.Options{DB: w.db, Sealer: w.sealer, Heads: w.heads, Audit: w.log, Clock: c,
		About: closing.About{Responsible: "förvaltare", Software: "test", Backups: 30 * 24 * time.Hour, Logs: 30 * 24 * time.Hour},
		Trace: func(_, step string) { trace(step) }})
	w.box = ballot.New(ballot.Options{DB: w.db, Sealer: w.sealer, Log: slog.New(slog.NewJSONHandler(file, nil))})
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	var once sync.Once
	done.Go(func() { w.box.Run(ctx) })
	w.stop = func() {
		once.Do(func() {
			cancel()
			done.Wait()
			_ = own.Close()
			_ = second.Close()
			_ = w.db.Close()
			_ = file.Close()
		})
	}
	return w, nil
}

// unreachable is a keeper that can be switched off.
type unreachable struct {
	*seal.Owner
	mu   sync.Mutex
	down bool
}

func (u *unreachable) set(down bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.down = down
}

func (u *unreachable) fault() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.down {
		return fault.New(fault.Unavailable, "test: switched off")
	}
	return nil
}

func (u *unreachable) Ready(ctx context.Context) error {
	if err := u.fault(); err != nil {
		return err
	}
	return u.Owner.Ready(ctx)
}

func (u *unreachable) Destroy(ctx context.Context, petition string, note json.RawMessage) (seal.Destroyed, error) {
	if err := u.fault(); err != nil {
		return seal.Destroyed{}, err
	}
	return u.Owner.Destroy(ctx, petition, note)
}

func (h host) mustStart(t testing.TB, c *clock.Manual, trace func(string)) *world {
	t.Helper()
	w, err := h.start(c, trace)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.stop)
	return w
}

// each runs fn on both engines with both designs, on a running host.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	for _, design := range []string{"D1", "D2"} {
		t.Run(design, func(t *testing.T) {
			t.Parallel() // they wait for disks more than they work
			dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
				t.Parallel()
				fn(t, newHost(t, design, o).mustStart(t, clock.NewManual(today), nil))
			})
		})
	}
}

// open opens a petition for votes until tomorrow.
func (w *world) open(t testing.TB, p tally.Publication) string {
	t.Helper()
	id := db.NewID()
	_, err := w.machine.Open(t.Context(), closing.Opening{Petition: id, Registry: "KS 2026/100", Disposal: "KS 2026-10-01 § 12",
		ClosesAt: w.clock.Now().Add(24 * time.Hour), Limit: seal.Limit{Total: 1 << 40}, Publication: p})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// vote lets people from…to-1 vote.
func (w *world) vote(t testing.TB, petition string, from, to int) {
	t.Helper()
	var all sync.WaitGroup
	for part := range 16 {
		all.Go(func() {
			for i := from + part; i < to; i += 16 {
				if out, err := w.box.Cast(context.Background(), petition, voter(i), time.Time{}); err != nil || out != ballot.Accepted {
					t.Errorf("vote: %q, %v", out, err)
				}
			}
		})
	}
	all.Wait()
}

func (w *world) load(t testing.TB, petition string) (p closing.Petition) {
	t.Helper()
	err := w.db.Read(context.Background(), func(tx *db.Tx) (err error) {
		p, err = closing.Load(context.Background(), tx, petition)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) exists(t testing.TB, petition string) (there bool) {
	t.Helper()
	if err := w.db.Read(context.Background(), func(tx *db.Tx) (err error) {
		there, err = ballot.Exists(context.Background(), tx, petition)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return there
}

func (w *world) published(t testing.TB, petition string) (files []tally.File) {
	t.Helper()
	err := w.db.Read(context.Background(), func(tx *db.Tx) (err error) {
		if files, err = tally.Published(context.Background(), tx, petition); err != nil {
			return err
		}
		list, err := tally.LeafFile(context.Background(), tx, petition)
		if err == nil {
			files = append(files, list)
		} else if fault.Is(err, fault.NotFound) {
			err = nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func (w *world) run(t testing.TB) closing.Result {
	t.Helper()
	done, err := w.machine.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// size is small in ordinary tests and full in `make long`.
func size(small, full int) int {
	if os.Getenv("KILL_ROUNDS") != "" {
		return full
	}
	return small
}
