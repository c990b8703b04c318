package app_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/block/orgnr"
	"medborgarnavet/cmd/demo/town"
	"medborgarnavet/fake/ca"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/seal"
)

// party is the second holder of keys, by somebody else: "" answers as it
// should, "down" not at all, "slow" too late, "lying" with another key than the
// one agreed upon.
type party struct {
	mode          atomic.Pointer[string]
	honest, other http.Handler
}

func (p *party) set(mode string) { p.mode.Store(&mode) }

func (p *party) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch *p.mode.Load() {
	case "down":
		panic(http.ErrAbortHandler)
	case "slow":
		select {
		case <-r.Context().Done():
		case <-time.After(8 * time.Second):
		}
	case "lying":
		if r.URL.Path == "/v1/compute" {
			p.other.ServeHTTP(w, r)
			return
		}
	}
	if r.Method == http.MethodPut { // the key that it lies with
		body, _ := io.ReadAll(r.Body)
		again := r.Clone(r.Context())
		r.Body, again.Body = io.NopCloser(bytes.NewReader(body)), io.NopCloser(bytes.NewReader(body))
		p.other.ServeHTTP(httptest.NewRecorder(), again)
	}
	p.honest.ServeHTTP(w, r)
}

// newParty starts it and writes it into Ekbacka's configuration.
func newParty(t *testing.T, cfg *config.Config, c clock.Clock) *party {
	t.Helper()
	h := &cfg.Municipalities[0].Petitions.Votes.Holder
	authority, err := ca.New("TEST another party")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := authority.TLS(ca.Options{CommonName: "another party", OrgNumber: h.OrgNumber, Server: true})
	if err != nil {
		t.Fatal(err)
	}
	callers, err := os.ReadFile(h.RootsFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(callers)
	number, err := orgnr.Parse(cfg.Municipalities[0].OrgNumber)
	if err != nil {
		t.Fatal(err)
	}
	holder := func() (http.Handler, *seal.Store) {
		dir := filepath.Join(t.TempDir(), "keys")
		if err := seal.InitStore(dir); err != nil {
			t.Fatal(err)
		}
		store, err := seal.OpenStore(seal.StoreOptions{Dir: dir, Clock: c})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		return seal.NewHolder(seal.HolderOptions{Store: store, Callers: map[orgnr.Number]seal.Limit{number: {Total: 1 << 30}}}), store
	}
	p := &party{}
	p.set("")
	var store *seal.Store
	p.honest, store = holder()
	p.other, _ = holder()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: p, ReadHeaderTimeout: time.Second}
	go func() { _ = srv.Serve(tls.NewListener(l, orgcert.ServerTLS(cert, roots))) }()
	t.Cleanup(func() { _ = srv.Close() })
	h.Endpoint, h.StatementKey = "https://"+l.Addr().String(), hex.EncodeToString(store.StatementKey())
	h.RootsFile = filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(h.RootsFile, authority.CertPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// P-16, petitions.md §2.3, issue 4 part 2: the second holder is down, slow, or
// answers with another key than agreed. Voting is paused within seconds with
// words on the page, no vote is lost or taken, it goes on by itself when the
// holder is right again, and the time is given back.
func TestSecondHolderFails(t *testing.T) {
	t.Parallel() // it mostly waits
	for _, mode := range []string{"down", "slow", "lying"} {
		t.Run(mode, func(t *testing.T) {
			m := clock.NewManual(noon)
			var second *party
			p := newPolls(t, m, func(cfg *config.Config, _ *town.Outside) { second = newParty(t, cfg, m) })
			id, quiet := p.open("ekbacka", "Bygg en bro"), p.open("ekbacka", "Bygg en bänk")
			p.serve()
			if r := p.vote(p.ticket("ekbacka", id, voter(1))); r.status != http.StatusSeeOther {
				t.Fatalf("voting does not work at all: %d", r.status)
			}
			closes := p.poll("ekbacka", id).Ballot.ClosesAt
			ticket := p.ticket("ekbacka", id, voter(2))
			second.set(mode)
			begun := time.Now()
			r := p.vote(ticket)
			if r.status != http.StatusServiceUnavailable || !strings.Contains(r.body, ticket) {
				t.Errorf("a vote: %d; the ticket is kept: %v", r.status, strings.Contains(r.body, ticket))
			}
			plainWords(t, "vote", r)
			p.comesBack(func() bool { return p.poll("ekbacka", id).Ballot.Paused })
			t.Logf("paused after %s", time.Since(begun).Round(100*time.Millisecond))
			p.timelineSays(id, "paus")
			if r := p.vote(ticket); r.status != http.StatusConflict && r.status != http.StatusServiceUnavailable && r.status != http.StatusGone {
				t.Errorf("a vote while it is paused: %d", r.status)
			}
			if mode == "lying" && p.poll("ekbacka", quiet).Ballot.Paused {
				t.Log("the other petition is paused too")
			}
			m.Advance(10 * time.Minute)
			second.set("")
			p.comesBack(func() bool { m.Advance(20 * time.Second); return !p.poll("ekbacka", id).Ballot.Paused })
			poll := p.poll("ekbacka", id)
			if got := poll.Ballot.ClosesAt.Sub(closes); got < 10*time.Minute {
				t.Errorf("%s were given back for more than ten minutes", got)
			}
			if poll.Rows != 1 {
				t.Errorf("%d rows, want 1", poll.Rows)
			}
			if r := p.vote(p.ticket("ekbacka", id, voter(2))); r.status != http.StatusSeeOther {
				t.Errorf("voting afterwards: %d", r.status)
			}
			if poll := p.poll("ekbacka", id); poll.Rows != 2 || poll.Ballot.Count() != 2 {
				t.Errorf("%d rows afterwards, want 2", poll.Rows)
			}
			if err := app.Watch(t.Context(), p.app, "ekbacka"); err != nil {
				t.Error(err)
			}
		})
	}
}

// P-16, petitions.md §2.3: the steward sees who holds the keys, both of them,
// and which one does not answer. No reason why voting is held is without words.
func TestStewardSeesBothHolders(t *testing.T) {
	m := clock.NewManual(noon)
	var second *party
	name := ""
	p := newPolls(t, m, func(cfg *config.Config, _ *town.Outside) {
		second, name = newParty(t, cfg, m), cfg.Municipalities[0].Petitions.Votes.Holder.Name
	})
	p.open("ekbacka", "Bygg en bro")
	p.serve()
	karin := p.visit("karin", "staff 190910199827")
	sees := func(want string) bool {
		return strings.Contains(p.as(karin, http.MethodGet, "/handlaggare/forslag/drift").words(), want)
	}
	both := "Ekbacka kommun Läge Svarar " + name + " Läge Svarar"
	if !sees(both) || sees("Svarar inte") || sees("En nyckel går inte att nå") {
		t.Errorf("both answer, and the page does not say so of %q", name)
	}
	second.set("down")
	if !sees(both+" inte") || !sees("En nyckel går inte att nå "+name) {
		t.Errorf("%q is down, and the page does not say so", name)
	}
	usual := app.PauseWords("")
	for _, reason := range closing.Reasons() {
		if words := app.PauseWords(reason); (words == usual) != (reason == closing.ReasonOutage) {
			t.Errorf("%s: %s", reason, words)
		}
	}
}
