package moderation_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/fake/ca"
	fakemail "medborgarnavet/fake/mail"
	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/session"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/mail"
	"medborgarnavet/internal/outbox"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/oversight"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/switches"
	"medborgarnavet/internal/petition/tally"
	"medborgarnavet/internal/petition/uptime"
	"medborgarnavet/internal/web/moderation"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

const (
	anna    = "198507099805" // a resident
	eva     = "192109099180" // moderator
	nils    = "196408233234" // another one
	olof    = "194607137454" // handler
	karin   = "190910199827" // steward
	maja    = "191006089807" // moderator in the other municipality
	officer = "197407029284" // of a board that keeps no petitions

	disposal = "KS 2026/114, 2026-10-05, Kommunstyrelsen"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// people are this municipality's staff, by personal identity number.
var people = map[string]struct {
	id    string
	roles []string
}{
	eva: {"eva.lind", []string{"moderator"}}, nils: {"nils.ek", []string{"moderator"}}, olof: {"olof.wik", []string{"handler"}},
	karin: {"karin.stahl", []string{"steward"}}, officer: {"greta.nystrom", []string{"officer"}},
}

var names = map[string]string{"eva.lind": "Eva Lind", "nils.ek": "Nils Ek", "olof.wik": "Olof Wik", "karin.stahl": "Karin Ståhl"}

// directory is petition's view of the staff.
type directory struct{ audit *audit.Log }

func (d directory) Staff(_ context.Context, id string) (petition.Staff, error) {
	for number, who := range people {
		if who.id == id {
			n, err := pnr.ParseLenient(number, start)
			s := petition.Staff{ID: id, Actor: d.audit.Actor(n)}
			for _, r := range who.roles {
				s.Roles = append(s.Roles, petition.Role(r))
			}
			return s, err
		}
	}
	return petition.Staff{}, fault.ErrNotFound
}

// hall is the pages behind their router, with petitions, votes and letters on
// real stores.
type hall struct {
	*petition.Petitions
	t        *testing.T
	db       *db.DB
	ring     *keyring.Ring
	clock    *clock.Manual
	audit    *audit.Log
	box      *outbox.Outbox
	post     *fakemail.Server
	machine  *closing.Machine
	ballots  *ballot.Box
	keys     *seal.Owner
	switches *switches.Switches
	sessions *session.Store
	router   *route.Router
	routes   []route.Route
	log      *bytes.Buffer
	secrets  [][]byte
	once     int
}

// voting is what app makes of those that take votes.
type voting struct{ h *hall }

func (v voting) Open(ctx context.Context, o petition.Opening) error {
	_, err := v.h.machine.Open(ctx, closing.Opening{Petition: o.Petition, Registry: o.Registry, Disposal: o.Disposal, ClosesAt: o.ClosesAt,
		Limit: seal.Limit{Total: 1000}})
	return err
}

func (v voting) Stop(ctx context.Context, id string) error { return v.h.machine.CloseEarly(ctx, id) }

func (v voting) Shown(ctx context.Context, _ *db.Tx, ids []string) (map[string]int64, error) {
	shown := map[string]int64{}
	err := v.h.db.Read(ctx, func(tx *db.Tx) error {
		for _, id := range ids {
			b, err := ballot.Load(ctx, tx, id)
			if err != nil {
				return err
			}
			if public := b.Public(); !public.Few {
				shown[id] = public.Count
			} else {
				shown[id] = 0
			}
		}
		return nil
	})
	return shown, err
}

// desk is what the steward does with the voting.
type desk struct{ h *hall }

func (d desk) Pause(ctx context.Context, id, _ string) error {
	return d.h.machine.Pause(ctx, id, closing.ReasonSteward)
}
func (d desk) Resume(ctx context.Context, id, _ string) error { return d.h.machine.Resume(ctx, id) }
func (d desk) CloseEarly(ctx context.Context, id, _ string) error {
	return d.h.machine.CloseEarly(ctx, id)
}
func (d desk) Outage(ctx context.Context, from, until time.Time) (int, error) {
	return d.h.machine.Outage(ctx, from, until, closing.ReasonOutage)
}

func newHall(t *testing.T, change ...func(*moderation.Deps)) *hall {
	t.Helper()
	h := &hall{t: t, clock: clock.NewManual(start), log: &bytes.Buffer{}}
	opt := dbtest.SQLite(t)
	opt.Clock = h.clock
	var err error
	h.db, err = db.Open(t.Context(), opt)
	h.ok(err)
	t.Cleanup(func() { _ = h.db.Close() })
	h.ring = keyringtest.New(t, h.clock)
	h.audit, h.box = audit.New(h.db, h.ring, h.clock), outbox.New(h.db, nil)
	authority, err := ca.New("town")
	h.ok(err)
	cert, err := authority.TLS(ca.Options{CommonName: "localhost", Server: true})
	h.ok(err)
	h.post = fakemail.New(fakemail.Options{Certificate: cert})
	h.ok(h.post.Start("127.0.0.1:0", "127.0.0.1:0"))
	t.Cleanup(func() { _ = h.post.Close() })
	queue := mail.New(mail.Options{DB: h.db, Ring: h.ring, Outbox: h.box, Clock: h.clock, Sender: mail.SMTP{Host: "localhost", Port: h.post.Port(),
		Roots: authority.Pool(), From: "noreply@ekbacka.example", Name: "Ekbacka kommun"}})
	h.votes()
	set := petition.Defaults()
	set.Board, set.Series, set.Owner = "kommunstyrelsen", "KS", "agare@ekbacka.example"
	set.PerTenMinutes, set.PerDay, set.CapPerProposer = 1000, 1000, 2
	set.ExemptCategories = []string{"minority-language"}
	set.Services = []petition.Service{{ID: "felanmalan", Name: "Felanmälan", URL: "https://ekbacka.example/felanmalan", Mail: "felanmalan@ekbacka.example"}}
	h.Petitions, err = petition.New(petition.Options{DB: h.db, Ring: h.ring, Audit: h.audit, Outbox: h.box, Mail: queue, Clock: h.clock, Voting: voting{h},
		Directory: directory{h.audit}, Settings: set, Municipality: "Ekbacka kommun",
		Link: func(kind petition.Link, value string) string {
			return "https://ekbacka.example/" + string(kind) + "/" + value
		}})
	h.ok(err)
	h.switches = switches.New(h.db, h.audit, h.clock)
	h.ok(h.switches.Refresh(t.Context()))
	h.sessions = session.NewStore(session.Options{DB: h.db, Ring: h.ring, Audit: h.audit, Environment: identity.Test})
	h.serve(queue, change)
	return h
}

// votes builds those that take votes, with keys of their own.
func (h *hall) votes() {
	h.t.Helper()
	dir := h.t.TempDir() + "/keys"
	h.ok(seal.InitStore(dir))
	store, err := seal.OpenStore(seal.StoreOptions{Dir: dir, Clock: h.clock})
	h.ok(err)
	h.t.Cleanup(func() { _ = store.Close() })
	h.keys = store.For(seal.Own)
	sealer := seal.NewMAC(h.keys)
	h.machine = closing.New(closing.Options{DB: h.db, Sealer: sealer, Heads: &tally.Heads{DB: h.db, Ring: h.ring, Municipality: "2120009911"}, Audit: h.audit,
		Clock: h.clock, About: closing.About{Responsible: "förvaltare", Software: "test"}})
	h.ballots = ballot.New(ballot.Options{DB: h.db, Sealer: sealer})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { h.ballots.Run(ctx); close(done) }()
	h.t.Cleanup(func() { cancel(); <-done })
}

// usage is how much the key of a petition has been asked.
func (h *hall) usage(_ context.Context, id string) ([]oversight.Usage, error) {
	u, err := h.keys.Usage(id)
	return []oversight.Usage{{Petition: id, Holder: seal.Own, Asked: u.Used, Limit: u.Limit.Total, Refused: u.Refused}}, err
}

// serve builds the router as app does.
func (h *hall) serve(queue *mail.Queue, change []func(*moderation.Deps)) {
	h.t.Helper()
	cat, err := page.NewCatalogue()
	h.ok(err)
	h.ok(moderation.Texts(cat))
	theme, err := page.BuiltInTheme("ekbacka")
	h.ok(err)
	renderer, err := page.New(page.Options{Catalogue: cat, Themes: []*page.Theme{theme}})
	h.ok(err)
	muni := &page.Municipality{ID: "ekbacka", Name: "Ekbacka kommun", Theme: theme, Phone: "0000-12 34 56", TestMode: true}
	staff := directory{h.audit}
	up := uptime.New(uptime.Options{DB: h.db, Clock: h.clock})
	d := moderation.Deps{Renderer: renderer, Municipality: muni, Clock: h.clock, Petitions: h.Petitions, StaffName: func(id string) string { return names[id] },
		Actor: func(ctx context.Context, id string) (string, error) {
			s, err := staff.Staff(ctx, id)
			return s.Actor, err
		},
		Disposal: disposal, Sealer: "Ekbacka kommun", Voting: desk{h}, Switches: h.switches, MailWaiting: queue.Waiting,
		Oversight: func(ctx context.Context) (oversight.Picture, error) {
			return oversight.Read(ctx, oversight.Options{DB: h.db, Alarms: h.machine.Alarms, Keys: h.usage})
		},
		Availability: func(ctx context.Context) (uptime.Report, error) { return up.Report(ctx, 30) },
		Secrets:      func() [][]byte { return h.secrets },
		Extend:       func(context.Context, *route.Request) (time.Time, error) { return start.Add(time.Hour), nil }}
	for _, fn := range change {
		fn(&d)
	}
	pages, err := moderation.New(d)
	h.ok(err)
	h.routes = pages.Routes()
	log := slog.New(slog.NewTextHandler(h.log, nil))
	h.router, err = route.New(route.Options{Clock: h.clock, Log: log, Sessions: h.sessions,
		StaffRoles: func(_ context.Context, s session.Session) (string, []string, error) {
			who, ok := people[s.Subject.Plain()]
			if !ok {
				return "", nil, fault.New(fault.Forbidden, "not staff here")
			}
			return who.id, who.roles, nil
		},
		Fail: func(w http.ResponseWriter, r *route.Request, err error) {
			h.ok(renderer.Problem(w, r.Request, page.Data{Municipality: muni}, err, r.ID))
		}}, h.routes)
	h.ok(err)
}

func (h *hall) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

var bike = petition.Text{Title: "Bygg en cykelväg till badet", What: "Jag vill att kommunen bygger en cykelväg mellan Ekbacka och badplatsen.\nDen ska ha lampor.", Why: "I dag är det farligt för barnen."}

// receive hands in a proposal; an address is confirmed too.
func (h *hall) receive(text petition.Text, address string) petition.Received {
	h.t.Helper()
	h.once++
	got, err := h.Receive(h.t.Context(), petition.Proposal{Text: text, Mail: address, From: "192.0.2.7", Once: "form-key-0123456789-" + strings.Repeat("x", h.once)})
	h.ok(err)
	if address != "" {
		_, err = h.Confirm(h.t.Context(), h.secret(address, petition.LinkConfirm))
		h.ok(err)
	}
	return got
}

// letter is the newest letter to an address.
func (h *hall) letter(to string) string {
	h.t.Helper()
	h.ok(h.box.Drain(h.t.Context()))
	all := h.post.To(to)
	if len(all) == 0 {
		h.t.Fatalf("no letter to %s", to)
	}
	return all[len(all)-1].Text
}

func (h *hall) secret(to string, kind petition.Link) string {
	h.t.Helper()
	m := regexp.MustCompile(`/` + string(kind) + `/([A-Za-z0-9_.-]+)`).FindStringSubmatch(h.letter(to))
	if m == nil {
		h.t.Fatalf("no link of kind %s", kind)
	}
	return m[1]
}

// accepted, published and closed make petitions that have come so far.
func (h *hall) accepted(text petition.Text, address string) string {
	h.t.Helper()
	id := h.receive(text, address).ID
	h.ok(h.CheckOut(h.t.Context(), "eva.lind", id, false))
	h.ok(h.Accept(h.t.Context(), "eva.lind", id, petition.Decision{Version: 1}))
	return id
}

func (h *hall) published(text petition.Text, address string) string {
	h.t.Helper()
	id := h.accepted(text, address)
	h.ok(h.Publish(h.t.Context(), "eva.lind", id, petition.Publication{Disposal: disposal, Sealer: "Ekbacka kommun"}))
	return id
}

func (h *hall) closed(text petition.Text, count int64) string {
	h.t.Helper()
	id := h.published(text, "")
	for _, m := range []petition.Move{petition.MoveClose, petition.MoveCount, petition.MoveErase} {
		h.ok(h.FollowVoting(h.t.Context(), petition.VotingEvent{Petition: id, Key: string(m), Move: m, Count: count}))
	}
	return id
}

// sheet is a petition as the moderator reads it.
func (h *hall) sheet(id string) petition.Sheet {
	h.t.Helper()
	s, err := h.Read(h.t.Context(), "eva.lind", id)
	h.ok(err)
	return s
}

func (h *hall) audited(piece string) (n int) {
	h.t.Helper()
	h.ok(h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(h.t.Context(), `SELECT count(*) FROM audit_row WHERE payload LIKE $1`, "%"+piece+"%").Scan(&n)
	}))
	return n
}
