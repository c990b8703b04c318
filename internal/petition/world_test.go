package petition_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/fake/ca"
	fakemail "medborgarnavet/fake/mail"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/mail"
	"medborgarnavet/internal/outbox"
	"medborgarnavet/internal/petition"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

const (
	maja     = "maja.moderator"
	nils     = "nils.moderator"
	hanna    = "hanna.handler"
	sten     = "sten.steward"
	disposal = "KS 2026/114, kommunstyrelsen 2026-10-05"
)

// staff are this municipality's; others are not found.
type staff map[string][]petition.Role

func (s staff) Staff(_ context.Context, id string) (petition.Staff, error) {
	roles, ok := s[id]
	if !ok {
		return petition.Staff{}, fault.ErrNotFound
	}
	return petition.Staff{ID: id, Actor: "pseudonym of " + id, Roles: roles}, nil
}

// booth stands in the place of those that take votes: it notes what it is
// asked and gives the counts that a test says.
type booth struct {
	mu      sync.Mutex
	opened  []petition.Opening
	stopped []string
	counts  map[string]int64
	away    bool
}

func (b *booth) Open(_ context.Context, o petition.Opening) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away {
		return fault.New(fault.Unavailable, "the sealer is away")
	}
	if slices.ContainsFunc(b.opened, func(p petition.Opening) bool { return p.Petition == o.Petition }) {
		return fault.New(fault.Conflict, "open already")
	}
	b.opened = append(b.opened, o)
	return nil
}

func (b *booth) Stop(_ context.Context, id string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = append(b.stopped, id)
	return nil
}

func (b *booth) Shown(_ context.Context, _ *db.Tx, _ []string) (map[string]int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.counts, nil
}

// hall is Petitions on a real database with a real mail server.
type hall struct {
	*petition.Petitions
	t     *testing.T
	db    *db.DB
	ring  *keyring.Ring
	audit *audit.Log
	box   *outbox.Outbox
	clock *clock.Manual
	booth *booth
	post  *fakemail.Server
	once  int
}

type postOffice struct {
	server *fakemail.Server
	roots  *ca.CA
}

func openPost(t *testing.T) postOffice {
	t.Helper()
	authority, err := ca.New("town")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := authority.TLS(ca.Options{CommonName: "localhost", Server: true})
	if err != nil {
		t.Fatal(err)
	}
	s := fakemail.New(fakemail.Options{Certificate: cert})
	if err := s.Start("127.0.0.1:0", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return postOffice{s, authority}
}

// each runs a test on both engines, with settings that it may change. On
// PostgreSQL all tests share one schema, emptied for each: to make one takes
// longer than most tests.
func each(t *testing.T, change func(*petition.Settings), fn func(t *testing.T, h *hall)) {
	t.Helper()
	t.Parallel()
	post := openPost(t)
	run := func(t *testing.T, o db.Options) {
		c := clock.NewManual(start)
		o.Clock = c
		d, err := db.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		if d.Engine() == db.Postgres {
			empty(t, d)
		}
		post.server.Empty()
		fn(t, newHall(t, d, c, post, change))
	}
	t.Run(db.SQLite, func(t *testing.T) { run(t, dbtest.SQLite(t)) })
	if dbtest.HavePostgres(t) {
		t.Run(db.Postgres, func(t *testing.T) {
			alone.Lock()
			t.Cleanup(alone.Unlock) // after the database is closed
			once.Do(func() { options = dbtest.Postgres(&lasting{TB: t}) })
			run(t, options)
		})
	}
}

// The one schema on PostgreSQL, and what takes it away in the end.
var (
	alone   sync.Mutex
	once    sync.Once
	options db.Options
	last    []func()
)

// lasting is a test whose things are cleaned up after all tests.
type lasting struct{ testing.TB }

func (*lasting) Cleanup(fn func()) { last = append(last, fn) }

func TestMain(m *testing.M) {
	code := m.Run()
	for _, fn := range last {
		fn()
	}
	os.Exit(code)
}

func empty(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Tx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `TRUNCATE petition, petition_text, petition_event, petition_author, petition_link, petition_follow,
			petition_rate, petition_word, petition_import, petition_redirect, mail_message, outbox, audit_row, registry_series, lease CASCADE`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func newHall(t *testing.T, d *db.DB, c *clock.Manual, post postOffice, change func(*petition.Settings)) *hall {
	t.Helper()
	ring := keyringtest.New(t, c)
	h := &hall{t: t, db: d, ring: ring, audit: audit.New(d, ring, c), box: outbox.New(d, nil), clock: c, booth: &booth{}, post: post.server}
	set := petition.Defaults()
	set.Board, set.Series, set.Owner = "kommunstyrelsen", "KS", "agare@ekbacka.example"
	set.PerTenMinutes, set.PerDay = 1000, 1000
	set.ExemptCategories = []string{"minority-language"}
	set.Services = []petition.Service{{ID: "felanmalan", Name: "Felanmälan", URL: "https://ekbacka.example/felanmalan"}}
	if change != nil {
		change(&set)
	}
	queue := mail.New(mail.Options{DB: d, Ring: ring, Outbox: h.box, Clock: c, Sender: mail.SMTP{Host: "localhost", Port: post.server.Port(),
		Roots: post.roots.Pool(), From: "noreply@ekbacka.example", Name: "Ekbacka kommun"}})
	p, err := petition.New(petition.Options{DB: d, Ring: ring, Audit: h.audit, Outbox: h.box, Mail: queue, Clock: c, Voting: h.booth,
		Directory: staff{maja: {petition.RoleModerator}, nils: {petition.RoleModerator}, hanna: {petition.RoleHandler}, sten: {petition.RoleSteward}},
		Settings:  set, Municipality: "Ekbacka kommun",
		Link: func(kind petition.Link, value string) string {
			return "https://ekbacka.example/e-forslag/" + string(kind) + "/" + value
		}})
	if err != nil {
		t.Fatal(err)
	}
	h.Petitions = p
	return h
}

var bikeText = petition.Text{Title: "Bygg en cykelväg till badet", What: "Jag vill att kommunen bygger en cykelväg mellan Ekbacka och badplatsen.", Why: "I dag är det farligt för barnen."}

func (h *hall) proposal(text petition.Text, address string) petition.Proposal {
	h.once++
	return petition.Proposal{Text: text, Mail: address, From: "192.0.2.7", Once: "form-key-0123456789-" + strings.Repeat("x", h.once)}
}

func (h *hall) receive(text petition.Text, address string) petition.Received {
	h.t.Helper()
	got, err := h.Receive(h.t.Context(), h.proposal(text, address))
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

// ok fails the test on an error.
func (h *hall) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// want holds an error's kind against what is expected.
func (h *hall) want(kind fault.Kind, err error) {
	h.t.Helper()
	if fault.KindOf(err) != kind {
		h.t.Fatalf("got %q (%v), want %q", fault.KindOf(err), err, kind)
	}
}

func (h *hall) deliver() {
	h.t.Helper()
	h.ok(h.box.Drain(h.t.Context()))
}

var secretInLink = regexp.MustCompile(`/e-forslag/([a-z-]+)/([A-Za-z0-9_.-]+)`)

// letter gives the newest letter to an address and the secret of a link in it.
func (h *hall) letter(to string, kind petition.Link) (fakemail.Letter, string) {
	h.t.Helper()
	h.deliver()
	all := h.post.To(to)
	if len(all) == 0 {
		h.t.Fatalf("no letter to %s", to)
	}
	last := all[len(all)-1]
	for _, m := range secretInLink.FindAllStringSubmatch(last.Text, -1) {
		if m[1] == string(kind) {
			return last, m[2]
		}
	}
	return last, ""
}

func (h *hall) checkOut(id string) { h.t.Helper(); h.ok(h.CheckOut(h.t.Context(), maja, id, false)) }

// accepted makes a proposal that is accepted.
func (h *hall) accepted(text petition.Text, address string) petition.Received {
	h.t.Helper()
	got := h.receive(text, address)
	if address != "" {
		_, secret := h.letter(address, petition.LinkConfirm)
		_, err := h.Confirm(h.t.Context(), secret)
		h.ok(err)
	}
	h.checkOut(got.ID)
	h.ok(h.Accept(h.t.Context(), maja, got.ID, petition.Decision{Version: 1}))
	return got
}

// published makes a petition that is open for votes.
func (h *hall) published(text petition.Text, address string) petition.Received {
	h.t.Helper()
	got := h.accepted(text, address)
	h.ok(h.Publish(h.t.Context(), maja, got.ID, petition.Publication{Disposal: disposal, Sealer: "Sambruk"}))
	return got
}

// closed lets the voting on a petition end with a count.
func (h *hall) closed(id string, count int64) {
	h.t.Helper()
	for _, m := range []petition.Move{petition.MoveClose, petition.MoveCount, petition.MoveErase} {
		h.ok(h.FollowVoting(h.t.Context(), petition.VotingEvent{Petition: id, Key: string(m), Move: m, Count: count}))
	}
}

func (h *hall) standing(id string) petition.Standing {
	h.t.Helper()
	s, err := h.Read(h.t.Context(), sten, id)
	h.ok(err)
	return s.Standing
}

func remarks(err error) []petition.Remark {
	var r *petition.Refusal
	if errors.As(err, &r) {
		return r.Remarks
	}
	return nil
}

// purge runs the rules of retention.
func (h *hall) purge() {
	h.t.Helper()
	for _, rule := range h.Retention() {
		if _, err := rule.Purge(h.t.Context(), h.clock.Now()); err != nil {
			h.t.Fatalf("%s: %v", rule.Name, err)
		}
	}
}
