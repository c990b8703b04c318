package app_test

import (
	"database/sql"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/fake/mail"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/petition"
)

// wire is a way to a server that can be cut.
type wire struct {
	l      net.Listener
	target string

	mu   sync.Mutex
	cut  bool
	live []net.Conn
}

func newWire(t *testing.T, target string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{l: l, target: target}
	go w.serve()
	t.Cleanup(func() { l.Close(); w.set(true) })
	return w
}

func (w *wire) serve() {
	for {
		c, err := w.l.Accept()
		if err != nil {
			return
		}
		w.mu.Lock()
		cut := w.cut
		w.mu.Unlock()
		if cut {
			c.Close()
			continue
		}
		far, err := net.Dial("tcp", w.target)
		if err != nil {
			c.Close()
			continue
		}
		w.mu.Lock()
		w.live = append(w.live, c, far)
		w.mu.Unlock()
		go func() { io.Copy(far, c); far.Close() }()
		go func() { io.Copy(c, far); c.Close() }()
	}
}

// set cuts the wire in the middle of whatever goes through it, or mends it.
func (w *wire) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	if cut {
		for _, c := range w.live {
			c.Close()
		}
		w.live = nil
	}
}

// minutes lets the service live through some minutes, as it does by itself.
func (p *polls) minutes(n int) {
	p.t.Helper()
	for range n {
		p.clock.Advance(time.Minute)
		_ = app.Beat(p.t.Context(), p.app, "ekbacka") // it fails while the database is away, and remembers
	}
}

// P-01, issue 4 part 3: the database dies in the middle and comes back. Pages
// that are read go on from prepared bytes; voting and proposing say so in plain
// words and lose nothing; it works again without a restart; the minutes are
// counted and given back.
func TestDatabaseDiesAndComesBack(t *testing.T) {
	if !dbtest.HavePostgres(t) {
		return // it has said so
	}
	o := dbtest.Postgres(t)
	u, err := url.Parse(o.DSN)
	if err != nil {
		t.Fatal(err)
	}
	way := newWire(t, u.Host)
	u.Host = way.l.Addr().String()
	m := clock.NewManual(noon)
	p := newPolls(t, m, func(cfg *config.Config, _ *town.Outside) {
		cfg.Municipalities = cfg.Municipalities[:1]
		cfg.Municipalities[0].Database = config.Database{Driver: db.Postgres, DSN: u.String()}
	})
	id := p.open("ekbacka", "Bygg en bro")
	p.serve()
	p.minutes(2)
	closes := p.poll("ekbacka", id).Ballot.ClosesAt
	pages := []string{"/forslag", "/forslag/" + id, "/forslag/" + id + "/antal.json", "/status"}
	for range 10 { // what was published a moment ago is made anew
		for _, path := range pages {
			if r := p.get(path); r.status != http.StatusOK {
				t.Fatalf("%s: %d before anything has happened", path, r.status)
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	if r := p.vote(p.ticket("ekbacka", id, voter(1))); r.status != http.StatusSeeOther {
		t.Fatalf("voting: %d", r.status)
	}
	held := p.ticket("ekbacka", id, voter(2))

	way.set(true)
	m.Advance(90 * time.Second) // the prepared pages are old
	p.downWords(id, pages, held)
	p.minutes(3)
	if said := p.get("/status").words(); !strings.Contains(said, "Databasen") && !strings.Contains(said, "databas") {
		t.Errorf("the status page does not tell: %s", said)
	}
	way.set(false)
	p.comesBack(func() bool { r, err := p.try(ask{path: "/readyz"}); return err == nil && r.status == http.StatusOK })
	p.comesBack(func() bool {
		return p.vote(held).status == http.StatusSeeOther || p.vote(p.ticket("ekbacka", id, voter(2))).status == http.StatusSeeOther
	})
	if poll := p.poll("ekbacka", id); poll.Rows != 2 || poll.Ballot.Count() != 2 {
		t.Errorf("%d rows, count %d, want 2", poll.Rows, poll.Ballot.Count())
	}
	p.minutes(2)
	p.work()
	if got := p.poll("ekbacka", id).Ballot.ClosesAt.Sub(closes); got < 3*time.Minute || got > 8*time.Minute {
		t.Errorf("%s were given back for an outage of some four minutes", got)
	}
	p.timelineSays(id, "avbrott")
}

// downWords: what the pages answer while nothing can be stored.
func (p *polls) downWords(id string, pages []string, ticket string) {
	p.t.Helper()
	for _, path := range pages {
		r := p.get(path)
		if r.status != http.StatusOK || !strings.Contains(r.body, "bro") && strings.HasPrefix(path, "/forslag") && !strings.HasSuffix(path, "json") {
			p.t.Errorf("%s: %d while the database is away", path, r.status)
		}
	}
	begun := time.Now()
	r := p.vote(ticket)
	if r.status != http.StatusServiceUnavailable || !strings.Contains(r.body, ticket) || r.header.Get("Retry-After") == "" {
		p.t.Errorf("a vote: %d, the ticket is kept: %v", r.status, strings.Contains(r.body, ticket))
	}
	plainWords(p.t, "vote", r)
	const idea = "Bygg en tunnel under sjön"
	form := url.Values{"rubrik": {idea}, "vad": {idea}, "varfor": {idea}, "tid": {"0-60"}, "epost": {""}, "nyckel": {strings.Repeat("k", 30)}}
	for _, path := range []string{"/lamna-forslag/skicka", "/rosta/logga-in", "/forslag/" + id + "/folj"} {
		form.Set("forslag", id)
		form.Set("enhet", "annan")
		form.Set("epost", "siv@exempel.test")
		r := p.send(ask{method: "POST", path: path, form: form})
		if r.status != http.StatusServiceUnavailable {
			p.t.Errorf("%s: %d while the database is away, want 503", path, r.status)
		}
		plainWords(p.t, path, r)
		if strings.HasSuffix(path, "skicka") && !strings.Contains(r.body, idea) {
			p.t.Error("what somebody wrote is lost")
		}
	}
	if took := time.Since(begun); took > 25*time.Second {
		p.t.Errorf("it took %s to say that it does not work", took)
	}
	if r := p.get("/readyz"); r.status != http.StatusServiceUnavailable {
		p.t.Errorf("ready: %d", r.status)
	}
}

func (p *polls) comesBack(ok func() bool) {
	p.t.Helper()
	for range 100 {
		if ok() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	p.t.Fatal("it does not come back without a restart")
}

func (p *polls) timelineSays(id, words string) {
	p.t.Helper()
	p.clock.Advance(2 * time.Minute)
	p.work()
	p.clock.Advance(2 * time.Minute)
	for range 50 {
		if strings.Contains(p.get("/forslag/"+id).words(), words) {
			return
		}
		time.Sleep(100 * time.Millisecond)
		p.clock.Advance(15 * time.Second)
	}
	p.t.Errorf("the petition's page never says %q: %s", words, p.get("/forslag/"+id).words())
}

// P-01: another program holds SQLite's file. Votes wait, then say so within
// seconds, and the same ticket votes when it is free.
func TestDatabaseIsLocked(t *testing.T) {
	t.Parallel() // it mostly waits
	p := newPolls(t, clock.NewManual(noon), nil)
	id := p.open("ekbacka", "Bygg en bro")
	p.serve()
	ticket := p.ticket("ekbacka", id, voter(1))
	d, err := sql.Open("sqlite", "file:"+p.cfg.Municipalities[0].Database.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	c, err := d.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.ExecContext(t.Context(), "PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	r := p.vote(ticket)
	if r.status != http.StatusServiceUnavailable || !strings.Contains(r.body, ticket) {
		t.Errorf("a vote: %d", r.status)
	}
	plainWords(t, "vote", r)
	t.Logf("it took %s to say so", time.Since(begun).Round(time.Millisecond))
	if r := p.get("/forslag/" + id); r.status != http.StatusOK {
		t.Errorf("reading: %d", r.status)
	}
	if _, err := c.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	p.comesBack(func() bool { return p.vote(ticket).status == http.StatusSeeOther })
	if poll := p.poll("ekbacka", id); poll.Rows != 1 {
		t.Errorf("%d rows", poll.Rows)
	}
}

// P-14: letters wait while the mail server is away, a proposal is taken in
// meanwhile, and they go when it is back.
func TestMailIsAway(t *testing.T) {
	m := clock.NewManual(noon)
	var way *wire
	p := newPolls(t, m, func(cfg *config.Config, out *town.Outside) {
		way = newWire(t, net.JoinHostPort("127.0.0.1", itoa(out.Mail.Port())))
		for i := range cfg.Municipalities {
			cfg.Municipalities[i].Mail.Port = way.l.Addr().(*net.TCPAddr).Port
		}
	})
	p.serve()
	life, _ := p.app.Petitions("ekbacka")
	send := func(to, once string) {
		t.Helper()
		if _, err := life.Receive(t.Context(), petition.Proposal{Text: petition.Text{Title: "Bygg en bro", What: "En bro.", Why: "Den behövs."},
			Mail: to, Once: once, From: "127.0.0.1"}); err != nil {
			t.Fatal(err)
		}
	}
	way.set(true)
	send("siv@exempel.test", "while-mail-is-away")
	for range 3 {
		_ = app.Work(p.app) // it tells that the mail server is away
	}
	if n := len(p.out.Mail.To("siv@exempel.test")); n != 0 {
		t.Fatalf("%d letters through a cut wire", n)
	}
	way.set(false)
	p.out.Mail.Control(mail.Controls{Busy: true})
	m.Advance(20 * time.Minute)
	_ = app.Work(p.app)
	p.out.Mail.Control(mail.Controls{})
	for range 100 {
		if len(p.out.Mail.To("siv@exempel.test")) > 0 {
			break
		}
		m.Advance(30 * time.Minute)
		_ = app.Work(p.app)
		time.Sleep(50 * time.Millisecond)
	}
	if n := len(p.out.Mail.To("siv@exempel.test")); n != 1 {
		t.Errorf("%d letters, want one", n)
	}
	if strings.Contains(p.logs.String(), "siv@") {
		t.Error("the log holds an address")
	}
}

// P-01, petitions.md §3 rule 6: the e-ID is away. Whoever wants to vote reads
// it, reading goes on, the status page tells it apart from our own outages, and
// the time is given back.
func TestEIDIsAway(t *testing.T) {
	m := clock.NewManual(noon)
	var way *wire
	p := newPolls(t, m, func(cfg *config.Config, out *town.Outside) {
		u, err := url.Parse(out.BankID.APIURL())
		if err != nil {
			t.Fatal(err)
		}
		way = newWire(t, u.Host)
		u.Host = way.l.Addr().String()
		cfg.Municipalities[0].BankID.Endpoint = u.String()
	})
	id := p.open("ekbacka", "Bygg en bro")
	p.serve()
	p.minutes(2)
	closes := p.poll("ekbacka", id).Ballot.ClosesAt
	way.set(true)
	w := p.walker("anna")
	w.do("get /forslag/" + id)
	w.press("Rösta med QR-kod")
	w.do("see Vi når inte BankID just nu")
	p.minutes(5)
	if said := p.get("/status").words(); !strings.Contains(said, "legitimation") {
		t.Errorf("the status page: %s", said)
	}
	if r := p.get("/forslag/" + id); r.status != http.StatusOK {
		t.Errorf("reading: %d", r.status)
	}
	way.set(false)
	p.minutes(2)
	p.work()
	if got := p.poll("ekbacka", id).Ballot.ClosesAt.Sub(closes); got < 4*time.Minute || got > 6*time.Minute {
		t.Errorf("%s were given back for five minutes", got)
	}
	p.timelineSays(id, "avbrott")
}
