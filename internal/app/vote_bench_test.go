package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
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

// benchVotes is how many vote in a run: sealing with two keys takes its time.
var benchVotes = map[string]int{config.DesignMAC: 20_000, config.DesignSplit: 3_000}

// BenchmarkVotesOverHTTP is durable votes with 64 connections from another
// process, from a valid ticket to the redirect, through the whole product:
// router, ticket, sealing, group commit, log. The processor time is that of
// the server alone; with D2 the second key holder is in it. On PostgreSQL the
// same vote in a small Node and PHP service stands beside it (performance.md §8).
func BenchmarkVotesOverHTTP(b *testing.B) {
	for _, engine := range []string{db.SQLite, db.Postgres} {
		if engine == db.Postgres && os.Getenv("PGTEST_DSN") == "" {
			b.Log("NOT MEASURED ON POSTGRESQL: PGTEST_DSN is not set")
			continue
		}
		for _, design := range []string{config.DesignMAC, config.DesignSplit} {
			b.Run(engine+"/"+design, func(b *testing.B) {
				s := startBench(b, engine, design)
				n := benchVotes[design]
				if benchClients() == 1 {
					n /= 10
				}
				s.storm(b, s.votes(b, n/10)) // warm
				disk := dbtest.NewDisk(b)
				for b.Loop() {
					b.StopTimer()
					c := s.votes(b, n)
					b.StartTimer()
					m := s.storm(b, c)
					m.report(b, "")
					if engine == db.SQLite {
						raw := fsyncs(b, disk)
						b.ReportMetric(raw, "fsync/s")
						b.ReportMetric(m.Rate/raw, "votes/fsync")
					}
				}
			})
		}
	}
	if os.Getenv("PGTEST_DSN") != "" {
		b.Run("postgres/naive-node", func(b *testing.B) { naive(b, "node", false) })
		b.Run("postgres/naive-php", func(b *testing.B) { naive(b, "php", false) })
	}
}

// fsyncs is how many writes in place the disk alone makes durable in a second.
func fsyncs(b *testing.B, disk *dbtest.Disk) float64 {
	const rounds = 200
	var all time.Duration
	for range rounds {
		all += disk.Sync(b, 4096)
	}
	return rounds / all.Seconds()
}

// BenchmarkPetitionPage is a petition's page with 64 connections: by turns with
// a handler that writes the same bytes and headers, and while votes arrive.
// The constant handler has no router, looks at no host, cookie, origin or
// language, and writes no log.
func BenchmarkPetitionPage(b *testing.B) {
	b.Run("beside-constant", func(b *testing.B) {
		s := startBench(b, db.SQLite, config.DesignMAC)
		page := crowd{Address: s.address, Requests: [][]byte{s.get("/forslag/" + s.id)}, Times: 10_000, Want: http.StatusOK}
		same := page
		same.Address = s.constant(b, "/forslag/"+s.id)
		for b.Loop() {
			beside(b, s, page, same, 5)
		}
	})
	for design, rate := range map[string]int{config.DesignMAC: 2000, config.DesignSplit: 200} {
		b.Run("while-voting-"+design, func(b *testing.B) {
			s := startBench(b, db.SQLite, design)
			for b.Loop() {
				b.StopTimer()
				votes := s.votes(b, rate*10)
				votes.PerSecond = rate
				b.StartTimer()
				v := votes.gather(b)
				v.begin(b)
				m := s.storm(b, crowd{Address: s.address, Requests: [][]byte{s.get("/forslag/" + s.id)}, Times: 20_000, Want: http.StatusOK})
				m.report(b, "")
				cast := v.end(b, true)
				b.ReportMetric(cast.Rate, "votes/s")
				b.ReportMetric(ms(cast.P99), "vote-p99-ms")
			}
		})
	}
	if os.Getenv("PGTEST_DSN") != "" {
		b.Run("naive-node", func(b *testing.B) { naive(b, "node", true) })
		b.Run("naive-php", func(b *testing.B) { naive(b, "php", true) })
	}
}

// beside measures two crowds by turns and reports the first, the second and the
// medians of what the rounds say of the two.
func beside(b *testing.B, s *bench, one, other crowd, rounds int) {
	var all, others []measured
	var rates, cpus []float64
	for range rounds {
		m, o := s.storm(b, one), s.storm(b, other)
		all, others = append(all, m), append(others, o)
		rates, cpus = append(rates, m.Rate/o.Rate), append(cpus, float64(m.cpu)/float64(o.cpu))
	}
	middle(all).report(b, "")
	middle(others).report(b, "constant-")
	slices.Sort(rates)
	slices.Sort(cpus)
	b.ReportMetric(rates[rounds/2], "times-constant")
	b.ReportMetric(cpus[rounds/2], "times-constant-cpu")
}

// middle is the median of the runs by processor time.
func middle(all []measured) measured {
	slices.SortFunc(all, func(a, b measured) int { return int(a.cpu - b.cpu) })
	return all[len(all)/2]
}

// measured is what a crowd saw and the server used meanwhile.
type measured struct {
	seen
	cpu    time.Duration // a request
	db     time.Duration // the same of PostgreSQL, where it is ours
	allocs uint64        // a request, where the product is the server
}

func (m measured) report(b *testing.B, prefix string) {
	b.ReportMetric(m.Rate, prefix+"req/s")
	b.ReportMetric(ms(m.P50), prefix+"p50-ms")
	b.ReportMetric(ms(m.P99), prefix+"p99-ms")
	b.ReportMetric(float64(m.cpu.Nanoseconds())/1000, prefix+"cpu-µs/req")
	if m.allocs > 0 {
		b.ReportMetric(float64(m.allocs), prefix+"allocs/req")
	}
	if m.CPU > 0 {
		b.ReportMetric(float64(m.CPU.Nanoseconds())/1000, prefix+"client-cpu-µs/req")
	}
	if m.db > 0 {
		b.ReportMetric(float64(m.db.Nanoseconds())/1000, prefix+"db-cpu-µs/req")
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// storm sends a crowd to the product.
func (s *bench) storm(b *testing.B, c crowd) measured {
	b.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m := storm(b, c, s.pid, self)
	runtime.ReadMemStats(&after)
	m.allocs = (after.Mallocs - before.Mallocs) / uint64(m.Sent)
	return m
}

// storm sends a crowd out and asks before and after what the server has used.
// BENCH_PROFILE names a file for a profile of the last storm.
func storm(b *testing.B, c crowd, database int, server func() time.Duration) measured {
	b.Helper()
	g := c.gather(b)
	if file := os.Getenv("BENCH_PROFILE"); file != "" {
		defer profile(b, file)()
	}
	baseDB, base := used(database), server()
	g.begin(b)
	m := measured{seen: g.end(b, false)}
	m.cpu = (server() - base) / time.Duration(m.Sent)
	if database > 0 {
		m.db = (used(database) - baseDB) / time.Duration(m.Sent)
	}
	return m
}

func profile(b *testing.B, file string) (stop func()) {
	f, err := os.Create(file)
	if err == nil {
		err = pprof.StartCPUProfile(f)
	}
	if err != nil {
		b.Fatal(err)
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close()
	}
}

// self is the processor time of this process, where the product is.
func self() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// bench is the product with one open petition.
type bench struct {
	app     *app.App
	cfg     config.Config
	dir     string
	town    string
	address string
	id      string
	pid     int // of its PostgreSQL; 0 = none that is ours
	from    int // the next synthetic voter
}

func startBench(b *testing.B, engine, design string) *bench {
	b.Helper()
	app.TuneMemory() // as the program does
	dir := b.TempDir()
	out, err := town.Start(filepath.Join(dir, "certificates"), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(out.Close)
	l := listen(b)
	cfg, err := out.Config(dir, l.Addr().(*net.TCPAddr).Port)
	if err != nil {
		b.Fatal(err)
	}
	s := &bench{dir: dir, address: l.Addr().String(), town: "ekbacka"}
	cfg.Municipalities = cfg.Municipalities[:1] // Ekbacka, of design D2
	m := &cfg.Municipalities[0]
	if design == config.DesignMAC {
		m.Petitions.Votes.Design, m.Petitions.Votes.Holder = config.DesignMAC, config.Holder{}
	}
	m.Petitions.Votes.Voters = 20_000_000
	if engine == db.Postgres {
		m.Database = config.Database{Driver: db.Postgres, DSN: dbtest.Postgres(b).DSN}
		s.pid = postmaster()
	}
	s.cfg = cfg
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = nowhere.Close() })
	if s.app, err = app.New(b.Context(), cfg, app.Options{Clock: clock.System(), Log: slog.New(slog.NewJSONHandler(nowhere, nil))}); err != nil {
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
	title := "Bygg en bro " + db.NewID()
	life, _ := s.app.Petitions(s.town)
	r, err := life.Receive(ctx, petition.Proposal{Text: petition.Text{Title: title, What: strings.Repeat("En bro över ån. ", 30), Why: "Det är långt runt."},
		Once: "benchmark-" + db.NewID(), From: "127.0.0.1"})
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
func (s *bench) votes(b *testing.B, n int) crowd {
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
				all[i] = post(s.address, "/rosta", url.Values{"biljett": {ticket}, "val": {"rosta"}})
			}
		})
	}
	wait.Wait()
	if err := failed.Load(); err != nil {
		b.Fatal(*err)
	}
	s.from += n
	return crowd{Address: s.address, Clients: benchClients(), Requests: all, Want: http.StatusSeeOther}
}

// benchClients is how many vote at a time, BENCH_CLIENTS of the environment.
func benchClients() int {
	n, err := strconv.Atoi(os.Getenv("BENCH_CLIENTS"))
	if err != nil {
		return clients
	}
	return n
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

func post(address, path string, form url.Values) []byte {
	body := form.Encode()
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		path, address, address, len(body), body)
}

// constant is a handler that writes the bytes and headers of a page, and its
// address.
func (s *bench) constant(b *testing.B, path string) string {
	resp, err := http.Get("http://" + s.address + path)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil || resp.StatusCode != http.StatusOK || !resp.Uncompressed {
		b.Fatal(resp.Status, resp.Uncompressed, err)
	}
	header := resp.Header
	header.Del("Date") // the server's own
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	l := listen(b)
	srv := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), header)
		_, _ = w.Write(body.Bytes())
	})}
	go func() { _ = srv.Serve(l) }()
	b.Cleanup(func() { _ = srv.Close() })
	return l.Addr().String()
}

func listen(b *testing.B) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return l
}
