package bankid

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	fake "medborgarnavet/fake/bankid"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
)

const (
	anna = "198507099805"
	bo   = "197101169295"
)

var start = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

type world struct {
	*Provider
	t     *testing.T
	fake  *fake.Server
	clock *clock.Manual
	log   *bytes.Buffer
}

func newWorld(t *testing.T) world {
	t.Helper()
	now := clock.NewManual(start)
	server := startFake(t, now)
	var log bytes.Buffer
	p, err := New(Options{
		HTTP: clientFor(t, server, server), BaseURL: server.APIURL(), LaunchURL: server.LaunchURL(),
		Service: "Ekbacka kommun", Environment: identity.Test, Clock: now, Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	w := world{p, t, server, now, &log}
	t.Cleanup(w.nothingPersonalLogged)
	return w
}

func startFake(t *testing.T, c clock.Clock) *fake.Server {
	t.Helper()
	server, err := fake.Start(fake.Options{Now: c.Now, Persons: []fake.Person{
		{Number: anna, GivenName: "Anna", Surname: "Berglund", Name: "ANNA\u202e BERGLUND\x07"},
		{Number: bo, GivenName: "Bo", Surname: "Ek"},
		{Number: "201701272394", GivenName: "Ingen", Surname: "Alls"}, // wrong check digit
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// clientFor trusts one fake and has a certificate by another.
func clientFor(t *testing.T, trust, issuer *fake.Server) *http.Client {
	t.Helper()
	certPEM, keyPEM, err := issuer.RelyingParty("Ekbacka kommun")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(trust.RootsPEM())
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// I-9: whatever a test did, no person, order or secret came into the log.
func (w world) nothingPersonalLogged() {
	for _, e := range w.fake.Transcript() {
		var sent struct{ OrderRef string }
		if json.Unmarshal(e.Body, &sent) == nil && sent.OrderRef != "" && strings.Contains(w.log.String(), sent.OrderRef) {
			w.t.Error("an orderRef was logged")
		}
	}
	for _, secret := range []string{anna, bo, "201701272394", "BERGLUND", "192.0.2.44"} {
		if strings.Contains(w.log.String(), secret) {
			w.t.Errorf("logged %s", secret)
		}
	}
}

func (w world) begin(r identity.Request) identity.Step {
	w.t.Helper()
	if r.Kind == "" {
		r.Kind = identity.Citizen
	}
	r.ClientIP = "192.0.2.44"
	step, err := w.Begin(w.t.Context(), r)
	if err != nil {
		w.t.Fatal(err)
	}
	return step
}

// next collects after two seconds.
func (w world) next(step identity.Step) identity.Step {
	w.t.Helper()
	w.clock.Advance(2 * time.Second)
	out, err := w.Continue(w.t.Context(), step.State, identity.Input{})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w world) wantPending(step identity.Step, message string) {
	w.t.Helper()
	if step.Poll == nil || step.Poll.MessageID != message {
		w.t.Errorf("step %+v (%+v), want pending %s", step.Poll, step.Failed, message)
	}
}

func (w world) wantFailed(step identity.Step, code identity.Code, message string) {
	w.t.Helper()
	if step.Failed == nil || *step.Failed != (identity.Failure{Code: code, MessageID: message}) {
		w.t.Errorf("step %+v, want failed %s %s", step.Failed, code, message)
	}
	if step.Done != nil {
		w.t.Error("and somebody is logged in")
	}
}

func (w world) collects() (n int) {
	for _, e := range w.fake.Transcript() {
		if e.Endpoint == "collect" {
			n++
		}
	}
	return n
}

// The published example of the animated code (identity.md §1.4).
func TestQRCodeVector(t *testing.T) {
	const token, secret = "67df3917-fa0d-44e5-b327-edcc928297f8", "d28db9a7-4cde-429e-a983-359be676944c"
	for second, mac := range []struct{ starts, ends string }{
		{"dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8", ""},
		{"949d559bf234", "adcbce2"},
		{"a9e5ec59cb4e", "795b3f3"},
	} {
		prefix := "bankid." + token + "." + string(rune('0'+second)) + "." + mac.starts
		if got := QRCode(token, secret, second); !strings.HasPrefix(got, prefix) || !strings.HasSuffix(got, mac.ends) {
			t.Errorf("QRCode(%d) = %s", second, got)
		}
	}
}

// M-23: a person scans the code that the page shows now and is identified.
func TestOtherDevice(t *testing.T) {
	w := newWorld(t)
	step := w.begin(identity.Request{})
	w.wantPending(step, MsgRFA1)
	if step.Poll.LaunchURL != "" {
		t.Error("a launch link for another device")
	}
	w.clock.Advance(17*time.Second + 900*time.Millisecond)
	show, err := w.Show(step.State, w.clock.Now())
	if err != nil || !strings.Contains(show.QR, ".17.") {
		t.Fatalf("%v, code %s", err, show.QR)
	}
	if n := w.collects(); n != 0 {
		t.Errorf("showing the code called BankID %d times", n)
	}
	if err := w.fake.Scan(show.QR, anna, fake.Hang); err != nil {
		t.Fatal(err)
	}
	step = w.next(step)
	w.wantPending(step, MsgRFA9)
	if step.Poll.QR != "" {
		t.Error("the code is shown though it is scanned")
	}
}

func TestCompleted(t *testing.T) {
	w := newWorld(t)
	w.fake.Script(anna, fake.Approve)
	step := w.next(w.begin(identity.Request{Kind: identity.Staff}))
	if step.Done == nil {
		t.Fatalf("%+v", step.Failed)
	}
	got := *step.Done
	want := identity.Authentication{
		Subject: got.Subject, Name: "ANNA BERGLUND",
		Assurance: identity.Assurance{Level: 3, Scheme: identity.SchemeTest, URI: "test-loa3"},
		Method:    "bankid-other-device", Provider: ID, At: start.Add(2 * time.Second), TxnID: got.TxnID, Environment: identity.Test,
	}
	if got != want || got.Subject.Plain() != anna || got.TxnID == "" {
		t.Errorf("got %s, %+v", got, got.Assurance)
	}
	if err := identity.DefaultPolicy(identity.Production).Accept(got); err == nil { // I-15
		t.Error("a production policy accepts a test login")
	}
}

func TestSameDevice(t *testing.T) {
	w := newWorld(t)
	step := w.begin(identity.Request{SameDevice: true, ReturnURL: "https://ekbacka.example/klar?n=1", UserAgent: "Mozilla/5.0 (iPhone; …) Mobile/15E148"})
	w.wantPending(step, MsgRFA13)
	u, err := url.Parse(step.Poll.LaunchURL)
	if err != nil || !strings.HasPrefix(step.Poll.LaunchURL, w.fake.LaunchURL()+"?") || u.Query().Has("redirect") || step.Poll.QR != "" {
		t.Errorf("launch link %s, code %q", step.Poll.LaunchURL, step.Poll.QR)
	}
	resp, err := http.Get(step.Poll.LaunchURL) // the link that the person taps
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	step = w.next(step)
	w.wantPending(step, MsgRFA15B)
	if err := w.fake.Open(u.Query().Get("autostarttoken"), bo, fake.Approve); err != nil {
		t.Fatal(err)
	}
	if step = w.next(step); step.Done == nil || step.Done.Method != "bankid-same-device" {
		t.Errorf("%+v", step.Failed)
	}
	without := w.begin(identity.Request{SameDevice: true})
	if !strings.HasSuffix(without.Poll.LaunchURL, "&redirect=null") {
		t.Errorf("launch link without a way back: %s", without.Poll.LaunchURL)
	}
}

// An unopened order is renewed in silence, for three minutes in all.
func TestRenewal(t *testing.T) {
	w := newWorld(t)
	step := w.begin(identity.Request{})
	first := step.Poll.QR
	w.clock.Advance(30 * time.Second)
	step = w.next(step)
	w.wantPending(step, MsgRFA1)
	if token(step.Poll.QR) == token(first) || !strings.Contains(step.Poll.QR, ".0.") {
		t.Errorf("not a new code from second 0: %s", step.Poll.QR)
	}
	if err := w.fake.Scan(step.Poll.QR, anna, fake.Approve); err != nil {
		t.Fatal(err)
	}
	if step = w.next(step); step.Done == nil {
		t.Errorf("the renewed order: %+v", step.Failed)
	}

	step = w.begin(identity.Request{})
	renewals := 0
	for step.Failed == nil && renewals < 20 {
		w.clock.Advance(30 * time.Second)
		step = w.next(step)
		renewals++
	}
	w.wantFailed(step, identity.FailStart, MsgRFA17B)
	if renewals != 6 { // 6 × 32 s is the first moment past 3 minutes
		t.Errorf("gave up after %d rounds", renewals)
	}
}

func token(qr string) string { return strings.Split(qr, ".")[1] }

// An opened order that fails to finish is not renewed behind the person's back.
func TestOpenedOrderIsNotRenewed(t *testing.T) {
	w := newWorld(t)
	step := w.begin(identity.Request{})
	if err := w.fake.Scan(step.Poll.QR, anna, fake.Hang); err != nil {
		t.Fatal(err)
	}
	step = w.next(step)
	w.clock.Advance(3 * time.Minute)
	w.wantFailed(w.next(step), identity.FailExpired, MsgRFA8)

	opened := state{Hint: hintSign, First: w.clock.Now()} // within the time for renewal
	for _, hint := range []string{hintStartFailed, hintExpired} {
		if step := w.failedOrder(t.Context(), opened, hint); step.Failed == nil {
			t.Errorf("renewed after %s", hint)
		}
	}
}

// identity.md §4.2: step-up as another person is refused, also where the
// service does not check it.
func TestRequiredPerson(t *testing.T) {
	w := newWorld(t)
	want, err := pnr.Parse(anna, start)
	if err != nil {
		t.Fatal(err)
	}
	w.fake.Script(bo, fake.Approve)
	w.wantFailed(w.next(w.begin(identity.Request{Person: want})), identity.FailCert, MsgRFA16)
	w.fake.Script(anna, fake.Approve)
	if step := w.next(w.begin(identity.Request{Person: want})); step.Done == nil || step.Done.Subject != want {
		t.Errorf("the right person: %+v", step.Failed)
	}
	var c completion
	c.User.PersonalNumber = bo
	w.wantFailed(w.complete(state{request: identity.Request{Person: want}}, c), identity.FailPerson, MsgPerson)

	step := w.begin(identity.Request{})
	if err := w.fake.Scan(step.Poll.QR, anna, fake.Hang); err != nil {
		t.Fatal(err)
	}
	w.wantFailed(w.begin(identity.Request{Person: want}), identity.FailInProgress, MsgRFA4)
}

// BankID shows who asks, why, and a warning; and it is told the person's address.
func TestOrderSaysWhoAndWhy(t *testing.T) {
	w := newWorld(t)
	w.begin(identity.Request{})
	w.begin(identity.Request{Kind: identity.Staff, SameDevice: true, ReturnURL: "https://ekbacka.example/klar"})
	for i, wants := range [][]string{{"Ekbacka kommun", "Mina sidor", "bedrägeri"}, {"Ekbacka kommun", "medarbetare", "bedrägeri"}} {
		var sent authRequest
		if err := json.Unmarshal(w.fake.Transcript()[i].Body, &sent); err != nil {
			t.Fatal(err)
		}
		text, err := base64.StdEncoding.DecodeString(sent.UserVisibleData)
		if err != nil || sent.EndUserIP != "192.0.2.44" || !sent.ReturnRisk || (sent.ReturnURL != "") != (i == 1) {
			t.Errorf("order %d: %v %+v", i, err, sent)
		}
		for _, want := range wants {
			if !strings.Contains(string(text), want) {
				t.Errorf("order %d: no %q in\n%s", i, want, text)
			}
		}
	}
}

func TestCancel(t *testing.T) {
	w := newWorld(t)
	step := w.begin(identity.Request{})
	if err := w.Cancel(t.Context(), step.State); err != nil {
		t.Fatal(err)
	}
	if err := w.fake.Scan(step.Poll.QR, anna, fake.Approve); err == nil {
		t.Error("a cancelled order can be scanned")
	}
	if err := w.Cancel(t.Context(), step.State); err != nil {
		t.Errorf("cancelled twice: %v", err)
	}
	w.fake.Break("cancel", fake.Fault{Status: 503, Code: "Maintenance"}, 1)
	if err := w.Cancel(t.Context(), w.begin(identity.Request{}).State); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("service down: %v", err)
	}
	if _, err := w.Continue(t.Context(), []byte("junk"), identity.Input{}); fault.KindOf(err) != fault.Internal {
		t.Errorf("junk as state: %v", err)
	}
}

func TestMessagesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, id := range Messages() {
		if seen[id] || !strings.HasPrefix(id, "bankid.") {
			t.Errorf("message id %q", id)
		}
		seen[id] = true
	}
}
