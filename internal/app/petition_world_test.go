package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"medborgarnavet/block/pnr"
	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/petition"
)

// polls is the whole product with its town, seen from outside by somebody who
// sends what no browser would.
type polls struct {
	t     *testing.T
	app   *app.App
	out   *town.Outside
	clock *clock.Manual // nil: the machine's
	cfg   config.Config
	port  int
	first net.Listener // held until the first serve, so that nobody takes the port
	dir   string
	logs  *lockedText
	ends  []func()
	n     int
}

type lockedText struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// moderators read proposals, by municipality.
var moderators = map[string]string{"ekbacka": "vera.dahl", "havsnas": "maja.sund"}

// siteOf is the host name that a municipality answers to.
var siteOf = map[string]string{"ekbacka": "127.0.0.1", "havsnas": "localhost"}

// newPolls builds the product; serve lets it answer.
func newPolls(t *testing.T, c *clock.Manual, change func(*config.Config, *town.Outside)) *polls {
	t.Helper()
	p := &polls{t: t, clock: c, dir: t.TempDir(), logs: &lockedText{}}
	var err error
	if p.out, err = town.Start(filepath.Join(p.dir, "certificates"), p.time().Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.out.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.first, p.port = l, l.Addr().(*net.TCPAddr).Port
	if p.cfg, err = p.out.Config(p.dir, p.port); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&p.cfg, p.out)
	}
	p.build()
	t.Cleanup(func() {
		p.stop()
		if p.first != nil {
			p.first.Close()
		}
		if t.Failed() {
			t.Logf("the log:\n%s", p.logs)
		}
	})
	return p
}

func (p *polls) time() clock.Clock {
	if p.clock != nil {
		return p.clock
	}
	return clock.System()
}

func (p *polls) build() {
	p.t.Helper()
	a, err := app.New(p.t.Context(), p.cfg, app.Options{Clock: p.time(), LaunchURL: p.out.BankID.LaunchURL(),
		Log: slog.New(slog.NewTextHandler(p.logs, nil))})
	if err != nil {
		p.t.Fatal(err)
	}
	p.app, p.ends = a, []func(){a.Close}
}

// serve answers from now on, and does the scheduled work.
func (p *polls) serve() {
	p.t.Helper()
	l := p.first
	if p.first = nil; l == nil {
		var err error
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p.port)); err != nil {
			p.t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.app.Serve(ctx, l) }()
	p.ends = []func(){func() {
		cancel()
		if err := <-done; err != nil {
			p.t.Errorf("serve: %v", err)
		}
	}}
}

// stop ends the program as an operator does.
func (p *polls) stop() {
	for _, end := range p.ends {
		end()
	}
	p.ends = nil
}

// propose hands in a proposal.
func (p *polls) propose(municipality string, t petition.Text) petition.Received {
	p.t.Helper()
	life, _ := p.app.Petitions(municipality)
	p.n++
	r, err := life.Receive(p.t.Context(), petition.Proposal{Text: t, Once: fmt.Sprintf("somebody-proposes-%012d", p.n), From: "127.0.0.1"})
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

// publish takes a proposal to the vote.
func (p *polls) publish(municipality, id string) {
	p.t.Helper()
	ctx, who := p.t.Context(), moderators[municipality]
	life, _ := p.app.Petitions(municipality)
	err := errors.Join(life.CheckOut(ctx, who, id, false), life.Accept(ctx, who, id, petition.Decision{Version: 1}),
		life.Publish(ctx, who, id, petition.Publication{Disposal: "KS 2026/2, 2026-02-02, KS", Sealer: "kommunen"}))
	_, err2 := life.Run(ctx)
	if err := errors.Join(err, err2); err != nil {
		p.t.Fatal(err)
	}
}

// open is a petition that takes votes.
func (p *polls) open(municipality, title string) string {
	p.t.Helper()
	id := p.propose(municipality, petition.Text{Title: title, What: title + " snart.", Why: "Det behövs."}).ID
	p.publish(municipality, id)
	return id
}

// voter makes the i-th synthetic voter.
func voter(i int) pnr.Number { return synthetic(i) }

func (p *polls) ticket(municipality, id string, who pnr.Number) string {
	p.t.Helper()
	ticket, err := app.Ticket(p.t.Context(), p.app, municipality, id, who)
	if err != nil {
		p.t.Fatal(err)
	}
	return ticket
}

func (p *polls) poll(municipality, id string) app.Poll {
	p.t.Helper()
	poll, err := app.PollOf(p.t.Context(), p.app, municipality, id)
	if err != nil {
		p.t.Fatal(err)
	}
	return poll
}

// ask is one request; nothing is added to it that is not said.
type ask struct {
	method, path string
	site         string // the municipality's id; "" is Ekbacka
	form         url.Values
	body         io.Reader // instead of form
	header       map[string]string
	bare         bool // without the headers that a browser's own post has
}

// reply is the answer to it.
type reply struct {
	status int
	header http.Header
	body   string
}

// words are the page's, as read.
func (r reply) words() string {
	doc, err := html.Parse(strings.NewReader(r.body))
	if err != nil {
		return err.Error()
	}
	return words(doc)
}

var strict = &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (p *polls) try(q ask) (reply, error) {
	if q.site == "" {
		q.site = "ekbacka"
	}
	if q.method == "" {
		q.method = http.MethodGet
	}
	base := fmt.Sprintf("http://%s:%d", siteOf[q.site], p.port)
	body := q.body
	if q.form != nil {
		body = strings.NewReader(q.form.Encode())
	}
	req, err := http.NewRequest(q.method, base+q.path, body)
	if err != nil {
		return reply{}, err
	}
	if body != nil && !q.bare {
		req.Header.Set("Origin", base)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range q.header {
		req.Header.Set(k, v)
	}
	resp, err := strict.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	var raw bytes.Buffer
	_, err = raw.ReadFrom(resp.Body)
	return reply{resp.StatusCode, resp.Header, raw.String()}, err
}

func (p *polls) send(q ask) reply {
	p.t.Helper()
	r, err := p.try(q)
	if err != nil {
		p.t.Fatalf("%s %s: %v", q.method, short(q.path), err)
	}
	return r
}

func short(s string) string { return s[:min(len(s), 120)] }

func (p *polls) get(path string) reply { p.t.Helper(); return p.send(ask{path: path}) }

// vote casts a vote that a ticket admits.
func (p *polls) vote(ticket string) reply {
	p.t.Helper()
	return p.send(ask{method: "POST", path: "/rosta", form: url.Values{"biljett": {ticket}, "val": {"rosta"}}})
}

// work does once what the scheduled jobs do.
func (p *polls) work() {
	p.t.Helper()
	if err := app.Work(p.app); err != nil {
		p.t.Fatal(err)
	}
}

// walker is a browser that behaves, on Ekbacka's site.
func (p *polls) walker(name string) *walker {
	w := &walker{t: p.t, run: &running{app: p.app, out: p.out, port: p.port, dir: p.dir, logs: &strings.Builder{}}, clock: p.clock,
		browsers: map[string]*browser{}, kept: map[string]string{}, host: siteOf["ekbacka"], where: name}
	w.use(name)
	return w
}
