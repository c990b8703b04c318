package bankid

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
)

// identity.md §4.2: TLS to the wrong authority, either way, is refused.
func TestWrongAuthority(t *testing.T) {
	now := clock.NewManual(start)
	ours, other := startFake(t, now), startFake(t, now)
	for name, client := range map[string]*http.Client{
		"server by another authority": clientFor(t, other, ours),
		"client by another authority": clientFor(t, ours, other),
		"no certificates at all":      {},
	} {
		p, err := New(Options{HTTP: client, BaseURL: ours.APIURL(), Service: "Ekbacka kommun",
			Environment: identity.Test, Clock: now, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		step, err := p.Begin(t.Context(), identity.Request{Kind: identity.Citizen, ClientIP: "192.0.2.44"})
		if err != nil || step.Failed == nil || step.Failed.MessageID != MsgRFA5 {
			t.Errorf("%s: %v %+v", name, err, step.Failed)
		}
	}
	if n := len(ours.Transcript()) + len(other.Transcript()); n != 0 {
		t.Errorf("%d requests came through", n)
	}
}

// I-15: test and production refuse each other.
func TestEnvironments(t *testing.T) {
	server := startFake(t, clock.NewManual(start))
	plain := &http.Client{}
	tests := []struct {
		name         string
		env          identity.Environment
		http         *http.Client
		base, launch string
		ok           bool
	}{
		{"production", identity.Production, plain, "https://appapi2.bankid.com", "", true},
		{"production with a slash", identity.Production, plain, "https://appapi2.bankid.com/", "", true},
		{"BankID's test service in production", identity.Production, plain, "https://appapi2.test.bankid.com", "", false},
		{"the same in capitals with a dot", identity.Production, plain, "https://APPAPI2.TEST.BANKID.COM.", "", false},
		{"loopback in production", identity.Production, plain, "https://127.0.0.1:4000", "", false},
		{"IPv6 loopback in production", identity.Production, plain, "https://[::1]:4000", "", false},
		{"localhost in production", identity.Production, plain, "https://localhost:4000", "", false},
		{"private address in production", identity.Production, plain, "https://10.1.2.3", "", false},
		{"local launch link in production", identity.Production, plain, "https://appapi2.bankid.com", "http://127.0.0.1:4000/", false},
		{"test certificate in production", identity.Production, clientFor(t, server, server), "https://appapi2.bankid.com", "", false},
		{"http", identity.Test, plain, "http://127.0.0.1:4000", "", false},
		{"BankID's test service in test", identity.Test, plain, "https://appapi2.test.bankid.com", "", true},
		{"real persons in test", identity.Test, plain, "https://appapi2.bankid.com", "", false},
		{"no environment", "", plain, "https://appapi2.bankid.com", "", false},
	}
	for _, tt := range tests {
		_, err := New(Options{HTTP: tt.http, BaseURL: tt.base, LaunchURL: tt.launch, Service: "Ekbacka kommun",
			Environment: tt.env, Clock: clock.System(), Log: slog.New(slog.DiscardHandler)})
		if (err == nil) != tt.ok || (err != nil && fault.KindOf(err) != fault.Invalid) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	// The last lock: a test server behind a real name, in production.
	c := rp{http: clientFor(t, server, server), base: server.APIURL() + "/rp/v6.0/", env: identity.Production}
	if _, err := c.auth(t.Context(), authRequest{EndUserIP: "192.0.2.44"}); err != errTestServer {
		t.Errorf("a test server's answer in production: %v", err)
	}
}

func TestServiceNameMustFit(t *testing.T) {
	for _, name := range []string{"", "Ekbacka\nkommun", strings.Repeat("Ekbacka", 200)} {
		if _, err := New(Options{HTTP: &http.Client{}, BaseURL: "https://appapi2.bankid.com", Service: name,
			Environment: identity.Production, Clock: clock.System(), Log: slog.New(slog.DiscardHandler)}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%.10q: %v", name, err)
		}
	}
}
