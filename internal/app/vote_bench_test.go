package app_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/petition"
)

const (
	benchClients = 64
	benchVotes   = 40_000
)

// BenchmarkVotesOverHTTP is durable votes with 64 clients, from a valid ticket
// to the redirect, through the whole product: router, ticket, sealing, group
// commit. On PostgreSQL the same vote in a small Node and PHP service stands
// beside it (performance.md §8).
func BenchmarkVotesOverHTTP(b *testing.B) {
	for _, engine := range []string{db.SQLite, db.Postgres} {
		if engine == db.Postgres && os.Getenv("PGTEST_DSN") == "" {
			b.Log("NOT MEASURED ON POSTGRESQL: PGTEST_DSN is not set")
			continue
		}
		for _, design := range []string{config.DesignMAC, config.DesignSplit} {
			b.Run(engine+"/"+design, func(b *testing.B) {
				s := startBench(b, engine, design)
				requests := s.votes(b, benchVotes)
				for b.Loop() {
					storm(b, s.address, requests, http.StatusSeeOther)
				}
			})
		}
	}
	if os.Getenv("PGTEST_DSN") != "" {
		b.Run("postgres/naive-node", func(b *testing.B) { naive(b, "node") })
		b.Run("postgres/naive-php", func(b *testing.B) { naive(b, "php") })
	}
}

// BenchmarkPetitionPage is a petition's page with 64 clients: alone beside a
// handler that writes the same bytes, and while votes arrive.
func BenchmarkPetitionPage(b *testing.B) {
	s := startBench(b, db.SQLite, config.DesignMAC)
	get := repeat(s.get("/forslag/"+s.id), 30_000)
	var body []byte
	b.Run("shelf", func(b *testing.B) {
		body = s.read(b, "/forslag/"+s.id)
		for b.Loop() {
			storm(b, s.address, get, http.StatusOK)
		}
	})
	b.Run("constant", func(b *testing.B) {
		l := listen(b)
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, _ = w.Write(body)
		}), ReadHeaderTimeout: time.Second}
		go func() { _ = srv.Serve(l) }()
		defer srv.Close()
		for b.Loop() {
			storm(b, l.Addr().String(), get, http.StatusOK)
		}
	})
	b.Run("while-voting", func(b *testing.B) {
		votes := s.votes(b, benchVotes)
		for b.Loop() {
			ctx, stop := context.WithCancel(b.Context())
			var cast atomic.Int64
			done := make(chan struct{})
			go func() { defer close(done); drip(ctx, s.address, votes, 2000, &cast) }()
			begun := time.Now()
			storm(b, s.address, get, http.StatusOK)
			b.ReportMetric(float64(cast.Load())/time.Since(begun).Seconds(), "votes/s")
			stop()
			<-done
		}
	})
}

// bench is the product with one open petition.
type bench struct {
	app     *app.App
	town    string
	host    string
	address string
	id      string
	from    int // the next synthetic voter
}

func startBench(b *testing.B, engine, design string) *bench {
	b.Helper()
	dir := b.TempDir()
	out, err := town.Start(filepath.Join(dir, "certificates"), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(out.Close)
	l := listen(b)
	port := l.Addr().(*net.TCPAddr).Port
	cfg, err := out.Config(dir, port)
	if err != nil {
		b.Fatal(err)
	}
	s := &bench{address: l.Addr().String(), town: "ekbacka", host: "127.0.0.1"}
	cfg.Municipalities = cfg.Municipalities[:1] // Ekbacka, of design D2
	m := &cfg.Municipalities[0]
	if design == config.DesignMAC {
		m.Petitions.Votes.Design, m.Petitions.Votes.Holder = config.DesignMAC, config.Holder{}
	}
	m.Petitions.Votes.Voters = 20_000_000
	if engine == db.Postgres {
		m.Database = config.Database{Driver: db.Postgres, DSN: dbtest.Postgres(b).DSN}
	}
	if s.app, err = app.New(b.Context(), cfg, app.Options{Clock: clock.System(), Log: slog.New(slog.DiscardHandler)}); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.app.Serve(ctx, l) }()
	b.Cleanup(func() { cancel(); <-done })
	s.id = s.open(b)
	return s
}

// open takes a petition through its life to open.
func (s *bench) open(b *testing.B) string {
	ctx := b.Context()
	life, _ := s.app.Petitions(s.town)
	r, err := life.Receive(ctx, petition.Proposal{Text: petition.Text{Title: "Bygg en bro", What: strings.Repeat("En bro över ån. ", 30), Why: "Det är långt runt."},
		Once: "benchmark-benchmark", From: "127.0.0.1"})
	err2 := life.CheckOut(ctx, "vera.dahl", r.ID, false)
	err3 := life.Accept(ctx, "vera.dahl", r.ID, petition.Decision{Version: 1})
	err4 := life.Publish(ctx, "vera.dahl", r.ID, petition.Publication{Disposal: "KS 2026/2, 2026-02-02, KS", Sealer: "kommunen"})
	_, err5 := life.Run(ctx)
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		b.Fatal(err)
	}
	return r.ID
}

// votes are the requests of n voters who have logged in, ready to be sent.
func (s *bench) votes(b *testing.B, n int) [][]byte {
	b.Helper()
	all := make([][]byte, n)
	var wait sync.WaitGroup
	var failed atomic.Pointer[error]
	for k := range 32 {
		wait.Go(func() {
			for i := k; i < n; i += 32 {
				ticket, err := app.Ticket(b.Context(), s.app, s.town, s.id, synthetic(s.from+i))
				if err != nil {
					failed.Store(&err)
					return
				}
				all[i] = s.post("/rosta", url.Values{"biljett": {ticket}, "val": {"rosta"}})
			}
		})
	}
	wait.Wait()
	if err := failed.Load(); err != nil {
		b.Fatal(*err)
	}
	s.from += n
	return all
}

// synthetic makes the i-th voter: birth numbers 980 to 989 are never given to
// anyone, so none of them is a person.
func synthetic(i int) pnr.Number {
	born := time.Date(1930, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i/10)
	for check := range 10 {
		if n, err := pnr.ParseLenient(fmt.Sprintf("%s98%d%d", born.Format("20060102"), i%10, check), time.Now()); err == nil {
			return n
		}
	}
	panic("no check digit fits")
}

func (s *bench) get(path string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: " + s.address + "\r\n\r\n")
}

func (s *bench) post(path string, form url.Values) []byte {
	body := form.Encode()
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		path, s.address, s.address, len(body), body)
}

func (s *bench) read(b *testing.B, path string) []byte {
	resp, err := http.Get("http://" + s.address + path)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		b.Fatal(resp.Status, err)
	}
	return body.Bytes()
}

func repeat(request []byte, n int) [][]byte { return slices.Repeat([][]byte{request}, n) }

func listen(b *testing.B) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return l
}

// storm sends every request once, with 64 connections, and reports how fast.
func storm(b *testing.B, address string, requests [][]byte, want int) {
	b.Helper()
	took := make([]time.Duration, len(requests))
	var next, wrong atomic.Int64
	var wait sync.WaitGroup
	begun := time.Now()
	for range benchClients {
		wait.Go(func() {
			c, err := dial(address)
			if err != nil {
				wrong.Add(1)
				return
			}
			defer c.Close()
			for {
				i := int(next.Add(1)) - 1
				if i >= len(requests) {
					return
				}
				sent := time.Now()
				if status, err := c.ask(requests[i]); err != nil || status != want {
					wrong.Add(1)
				}
				took[i] = time.Since(sent)
			}
		})
	}
	wait.Wait()
	all := time.Since(begun)
	if n := wrong.Load(); n > 0 {
		b.Fatalf("%d of %d were answered otherwise", n, len(requests))
	}
	slices.Sort(took)
	b.ReportMetric(float64(len(requests))/all.Seconds(), "req/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// drip sends requests at a rate until ctx ends, or they do.
func drip(ctx context.Context, address string, requests [][]byte, perSecond int, sent *atomic.Int64) {
	var wait sync.WaitGroup
	const lines = 16
	for k := range lines {
		wait.Go(func() {
			c, err := dial(address)
			if err != nil {
				return
			}
			defer c.Close()
			tick := time.NewTicker(time.Second * lines / time.Duration(perSecond))
			defer tick.Stop()
			for i := k; i < len(requests); i += lines {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
				if status, err := c.ask(requests[i]); err != nil || status != http.StatusSeeOther {
					return
				}
				sent.Add(1)
			}
		})
	}
	wait.Wait()
}

// conn is a client that costs little beside what it measures.
type conn struct {
	net.Conn
	r *bufio.Reader
}

func dial(address string) (*conn, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &conn{c, bufio.NewReaderSize(c, 64<<10)}, nil
}

// ask sends a request and reads the whole answer.
func (c *conn) ask(request []byte) (status int, err error) {
	if _, err := c.Write(request); err != nil {
		return 0, err
	}
	length := 0
	for line := 0; ; line++ {
		text, err := c.r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		switch {
		case line == 0:
			if status, err = strconv.Atoi(string(text[9:12])); err != nil {
				return 0, err
			}
		case len(text) <= 2:
			_, err := c.r.Discard(length)
			return status, err
		case len(text) > 16 && strings.EqualFold(string(text[:15]), "content-length:"):
			if length, err = strconv.Atoi(strings.TrimSpace(string(text[15:]))); err != nil {
				return 0, err
			}
		case len(text) > 18 && strings.EqualFold(string(text[:18]), "transfer-encoding:"):
			return 0, errors.New("a chunked answer")
		}
	}
}
