package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/ballot"
)

// forensicFull is the long run: everything on both engines, every voter.
func forensicFull() bool { return os.Getenv("KILL_ROUNDS") != "" }

// forensicSeed is told whenever a test fails, and can be given.
func forensicSeed(t *testing.T) uint64 {
	t.Helper()
	seed := uint64(20261122)
	if n, err := strconv.ParseUint(os.Getenv("FORENSIC_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("FORENSIC_SEED=%d", seed)
		}
	})
	return seed
}

// host is everything that an operator has: one municipality with its
// database, keys and log, and the other holder's keys.
type host struct {
	t      *testing.T
	dir    string
	out    *town.Outside
	cfg    config.Config
	o      db.Options // of the database
	listen net.Listener
	clock  *clock.Manual
	app    *app.App
	addr   string
	log    *os.File
	level  slog.Level
	quiet  bool // no scheduled work: only votes are taken
	stop   func()
	id     string // the open petition
}

const hostTown = "ekbacka"

// newHost makes the place of one municipality, and starts nothing.
func newHost(t *testing.T, engine, design string) *host {
	t.Helper()
	h := &host{t: t, dir: t.TempDir(), clock: clock.NewManual(time.Date(2026, 11, 22, 10, 0, 17, 0, time.UTC)), level: slog.LevelDebug}
	var err error
	if h.out, err = town.Start(filepath.Join(h.dir, "certificates"), h.clock.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.out.Close)
	h.open()
	if h.cfg, err = h.out.Config(h.dir, h.listen.Addr().(*net.TCPAddr).Port); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(h.dir, "prov")); err != nil { // signed files to try on /validera, with the town's names
		t.Fatal(err)
	}
	h.cfg.Municipalities = h.cfg.Municipalities[:1]
	h.cfg.Server.TrustedProxies = []string{"127.0.0.1"}
	m := &h.cfg.Municipalities[0]
	if design == config.DesignMAC {
		m.Petitions.Votes.Design, m.Petitions.Votes.Holder = config.DesignMAC, config.Holder{}
	}
	h.o = db.Options{Driver: db.SQLite, DSN: m.Database.DSN}
	if engine == db.Postgres {
		h.o = dbtest.Postgres(t)
		m.Database = config.Database{Driver: db.Postgres, DSN: h.o.DSN}
	}
	h.o.Clock, h.o.Environment = h.clock, config.Test
	if h.log, err = os.Create(filepath.Join(h.dir, "log.json")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.log.Close() })
	return h
}

func (h *host) open() {
	h.t.Helper()
	var err error
	if h.listen, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		h.t.Fatal(err)
	}
	h.addr = h.listen.Addr().String()
}

// build makes the product, and serves nothing.
func (h *host) build() error {
	a, err := app.New(h.t.Context(), h.cfg, app.Options{Clock: h.clock, LaunchURL: h.out.BankID.LaunchURL(),
		Log: slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: h.level}))})
	h.app = a
	return err
}

// start builds and serves.
func (h *host) start() {
	h.t.Helper()
	if h.listen == nil {
		h.open()
	}
	if err := h.build(); err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	l := h.listen
	if h.quiet {
		app.VotesOnly(ctx, h.app)
		srv := &http.Server{Handler: h.app, ReadHeaderTimeout: time.Second, ErrorLog: log.New(h.log, "", log.LstdFlags)}
		go func() { done <- srv.Serve(l) }()
		context.AfterFunc(ctx, func() { _ = srv.Close() })
	} else {
		go func() { done <- h.app.Serve(ctx, l) }()
	}
	h.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, http.ErrServerClosed) {
			h.t.Errorf("serve: %v", err)
		}
		if h.quiet {
			h.app.Close()
		}
		h.listen = nil
	})
	h.t.Cleanup(func() { h.stop() })
}

// petition takes one through its life to open.
func (h *host) petition(title string) string {
	h.t.Helper()
	ctx := h.t.Context()
	life, _ := h.app.Petitions(hostTown)
	r, err := life.Receive(ctx, petition.Proposal{Text: petition.Text{Title: title, What: strings.Repeat("En bro över ån. ", 30), Why: "Det är långt runt."},
		Once: "forensic" + title, From: "127.0.0.1"})
	err2 := life.CheckOut(ctx, "vera.dahl", r.ID, false)
	err3 := life.Accept(ctx, "vera.dahl", r.ID, petition.Decision{Version: 1})
	err4 := life.Publish(ctx, "vera.dahl", r.ID, petition.Publication{Disposal: "KS 2026/2, 2026-02-02, KS", Sealer: "kommunen"})
	_, err5 := life.Run(ctx)
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		h.t.Fatal(err)
	}
	return r.ID
}

// close closes the petition as a steward would, and lets the grace pass.
func (h *host) close() {
	h.t.Helper()
	if err := app.CloseEarly(h.t.Context(), h.app, hostTown, h.id); err != nil {
		h.t.Fatal(err)
	}
	h.clock.Advance(20 * time.Minute)
	h.work()
}

func (h *host) work() {
	h.t.Helper()
	if err := app.Work(h.app); err != nil {
		h.t.Fatal(err)
	}
}

// read reads the database beside the program.
func (h *host) read(fn func(tx *db.Tx) error) {
	h.t.Helper()
	o := h.o
	o.ReadOnly = true
	d, err := db.Open(h.t.Context(), o)
	if err != nil {
		h.t.Fatal(err)
	}
	defer d.Close()
	if err := d.Read(h.t.Context(), fn); err != nil {
		h.t.Fatal(err)
	}
}

// nullifiers are all rows of the open petition.
func (h *host) nullifiers() (all [][]byte) {
	h.read(func(tx *db.Tx) error {
		return ballot.Each(h.t.Context(), tx, h.id, func(n []byte) error {
			all = append(all, bytes.Clone(n))
			return nil
		})
	})
	return all
}

// voter is somebody made up, with everything that could name them.
type forensicVoter struct {
	auth    identity.Authentication
	address string
	ticket  string
}

// voters makes up n people; the same for the same seed.
func (h *host) voters(seed uint64, n int) []*forensicVoter {
	r := rand.New(rand.NewPCG(seed, 7))
	from := r.IntN(280_000)
	letters := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(byte('a' + r.IntN(26)))
		}
		return b.String()
	}
	var all []*forensicVoter
	for i := range n {
		v := &forensicVoter{address: fmt.Sprintf("2001:db8:%x:%x::%x", 0x1000+r.IntN(0xe000), 0x1000+r.IntN(0xe000), 0x1000+i)}
		v.auth = identity.Authentication{Subject: synthetic(from + i), Name: "Prov" + letters(5) + " Efternamn" + letters(6), Provider: "bankid",
			Assurance: identity.Assurance{Level: 3, Scheme: identity.SchemeTest}, Method: "bankid-other-device",
			TxnID: fmt.Sprintf("%016x-%016x", r.Uint64(), r.Uint64()), Environment: identity.Test}
		all = append(all, v)
	}
	return all
}

// admit gives everyone the ticket that the page after the e-ID holds.
func (h *host) admit(all []*forensicVoter) {
	h.t.Helper()
	h.together(all, func(v *forensicVoter) error {
		var err error
		v.ticket, err = app.Admitted(context.Background(), h.app, hostTown, h.id, v.auth)
		return err
	})
}

// cast sends everyone's form: rosta or aterta.
func (h *host) cast(all []*forensicVoter, choice string) {
	h.t.Helper()
	h.together(all, func(v *forensicVoter) error {
		resp, err := h.post("/rosta", url.Values{"biljett": {v.ticket}, "val": {choice}}, v.address, "")
		if err == nil && resp.StatusCode != http.StatusSeeOther {
			err = fmt.Errorf("a vote was answered %d", resp.StatusCode)
		}
		return err
	})
}

func (h *host) together(all []*forensicVoter, do func(v *forensicVoter) error) {
	h.t.Helper()
	var wait sync.WaitGroup
	var failed atomic.Pointer[error]
	var next atomic.Int64
	for range 24 {
		wait.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(all) {
					return
				}
				if err := do(all[i]); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	wait.Wait()
	if err := failed.Load(); err != nil {
		h.t.Fatal(*err)
	}
}

var forensicClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport: &http.Transport{MaxIdleConnsPerHost: 32}}

// post sends a form as a browser behind the proxy would.
func (h *host) post(path string, form url.Values, address, cookie string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodPost, "http://"+h.addr+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "http://"+h.addr)
	return forensicSend(req, address, cookie)
}

func (h *host) get(path, address, cookie string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, "http://"+h.addr+path, nil)
	if err != nil {
		return nil, err
	}
	return forensicSend(req, address, cookie)
}

// forensicSend sends a request and reads the whole answer.
func forensicSend(req *http.Request, address, cookie string) (*http.Response, error) {
	if address != "" {
		req.Header.Set("X-Forwarded-For", address)
	}
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	resp, err := forensicClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(resp.Body)
	resp.Body = readBody{&body}
	return resp, err
}

// readBody is an answer's body that has been read already.
type readBody struct{ *bytes.Buffer }

// Close implements io.Closer.
func (readBody) Close() error { return nil }
