package bankid

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	anna = "198507099805"
	bo   = "197101169295"
	eva  = "192109099180"
)

// hands is a clock that a test moves.
type hands struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hands) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hands) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

type world struct {
	*Server
	t      *testing.T
	clock  *hands
	client *http.Client
}

func newWorld(t *testing.T) world {
	t.Helper()
	clock := &hands{now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	s, err := Start(Options{Now: clock.Now, Persons: []Person{
		{Number: anna, GivenName: "Anna", Surname: "Berglund", Story: "Ensam vuxen med ett barn."},
		{Number: bo, GivenName: "Bo", Surname: "Ek"},
		{Number: eva, GivenName: "Eva", Surname: "Lind", Staff: true, Story: "Handläggare."},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return world{s, t, clock, clientFor(t, s, s)}
}

// clientFor trusts one server and shows a certificate issued by another.
func clientFor(t *testing.T, trust, issuer *Server) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(trust.RootsPEM())
	cfg := &tls.Config{RootCAs: roots}
	if issuer != nil {
		certPEM, keyPEM, err := issuer.RelyingParty("Ekbacka kommun (test)")
		if err != nil {
			t.Fatal(err)
		}
		pair, err := tls.X509KeyPair(certPEM, keyPEM)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	tr := &http.Transport{TLSClientConfig: cfg}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

type answer map[string]any

func (a answer) str(key string) string { s, _ := a[key].(string); return s }

func (w world) call(endpoint, body string) (int, answer) {
	w.t.Helper()
	resp, err := w.client.Post(w.APIURL()+"/rp/v6.0/"+endpoint, "application/json", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out answer
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, out
}

func (w world) auth(extra string) (answer, *order) {
	w.t.Helper()
	text := base64.StdEncoding.EncodeToString([]byte("# Ekbacka kommun\n\nLogga in på *Mina sidor*."))
	status, out := w.call("auth", `{"endUserIp":"192.0.2.1","userVisibleDataFormat":"simpleMarkdownV1","userVisibleData":"`+text+`"`+extra+`}`)
	if status != http.StatusOK {
		w.t.Fatalf("auth: %d %v", status, out)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return out, w.orders[len(w.orders)-1]
}

func (w world) collect(ref string) (int, answer) {
	w.t.Helper()
	w.clock.advance(2 * time.Second)
	return w.call("collect", `{"orderRef":"`+ref+`"}`)
}

func (w world) wantHint(ref, status, hint string) {
	w.t.Helper()
	if code, a := w.collect(ref); code != 200 || a.str("status") != status || a.str("hintCode") != hint {
		w.t.Errorf("collect: %d %v, want %s/%s", code, a, status, hint)
	}
}

func TestMutualTLSByOwnAuthority(t *testing.T) {
	w := newWorld(t)
	stranger := newWorld(t)
	body := func() io.Reader { return strings.NewReader(`{"endUserIp":"192.0.2.1"}`) }
	for name, client := range map[string]*http.Client{
		"no client certificate":                clientFor(t, w.Server, nil),
		"certificate of another authority":     clientFor(t, w.Server, stranger.Server),
		"client that trusts another authority": clientFor(t, stranger.Server, w.Server),
	} {
		if resp, err := client.Post(w.APIURL()+"/rp/v6.0/auth", "application/json", body()); err == nil {
			resp.Body.Close()
			t.Errorf("%s: let in with status %d", name, resp.StatusCode)
		}
	}
	if n := len(w.Transcript()); n != 0 {
		t.Errorf("%d requests came through", n)
	}
}

func TestListensOnLoopbackOnly(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "[::]:0"} {
		if s, err := Start(Options{PageListen: addr}); err == nil {
			s.Close()
			t.Errorf("listens on %s", addr)
		}
	}
}

func TestFormOfRequests(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("QUJD", 400) // 1 600 characters of base64
	tests := []struct {
		name, endpoint, body string
		status               int
		code                 string
	}{
		{"no endUserIp", "auth", `{}`, 400, "invalidParameters"},
		{"endUserIp is a name", "auth", `{"endUserIp":"example.se"}`, 400, "invalidParameters"},
		{"misspelt member", "auth", `{"endUserIp":"192.0.2.1","returnurl2":"x"}`, 400, "invalidParameters"},
		{"not JSON", "auth", `endUserIp=192.0.2.1`, 400, "invalidParameters"},
		{"two values", "auth", `{"endUserIp":"192.0.2.1"}{}`, 400, "invalidParameters"},
		{"text not base64", "auth", `{"endUserIp":"192.0.2.1","userVisibleData":"å"}`, 400, "invalidParameters"},
		{"text too long to identify", "auth", `{"endUserIp":"192.0.2.1","userVisibleData":"` + long + `"}`, 400, "invalidParameters"},
		{"same length is fine to sign", "sign", `{"endUserIp":"192.0.2.1","userVisibleData":"` + long + `"}`, 200, ""},
		{"nothing to sign", "sign", `{"endUserIp":"192.0.2.1"}`, 400, "invalidParameters"},
		{"unknown format", "auth", `{"endUserIp":"192.0.2.1","userVisibleDataFormat":"html"}`, 400, "invalidParameters"},
		{"return to a script", "auth", `{"endUserIp":"192.0.2.1","returnUrl":"javascript:alert(1)"}`, 400, "invalidParameters"},
		{"unknown order", "collect", `{"orderRef":"67df3917-fa0d-44e5-b327-edcc928297f8"}`, 400, "invalidParameters"},
		{"unknown order to cancel", "cancel", `{"orderRef":"x"}`, 400, "invalidParameters"},
		{"unknown path", "phone/auth", `{}`, 404, "notFound"},
	}
	for _, tt := range tests {
		if status, a := w.call(tt.endpoint, tt.body); status != tt.status || a.str("errorCode") != tt.code {
			t.Errorf("%s: %d %v, want %d %s", tt.name, status, a, tt.status, tt.code)
		}
	}
	for _, tt := range []struct {
		method, contentType string
		status              int
	}{{"GET", "application/json", 405}, {"POST", "text/plain", 415}} {
		req, _ := http.NewRequestWithContext(t.Context(), tt.method, w.APIURL()+"/rp/v6.0/auth", strings.NewReader(`{"endUserIp":"192.0.2.1"}`))
		req.Header.Set("Content-Type", tt.contentType)
		resp, err := w.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != tt.status {
			t.Errorf("%s %s: %d, want %d", tt.method, tt.contentType, resp.StatusCode, tt.status)
		}
	}
}

// The published example of the animated code (identity.md §1.4).
func TestQRCodeVector(t *testing.T) {
	o := &order{qrToken: "67df3917-fa0d-44e5-b327-edcc928297f8", qrSecret: "d28db9a7-4cde-429e-a983-359be676944c"}
	want := "bankid.67df3917-fa0d-44e5-b327-edcc928297f8.0.dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8"
	if got := o.code(0); got != want {
		t.Errorf("code(0) = %s", got)
	}
}

func TestScanChecksSignatureAndTime(t *testing.T) {
	w := newWorld(t)
	_, o := w.auth("")
	w.clock.advance(12 * time.Second)
	good := o.code(12)
	forged := good[:len(good)-1] + map[bool]string{true: "1", false: "0"}[strings.HasSuffix(good, "0")]
	for name, tt := range map[string]struct {
		qr   string
		want error
	}{
		"no code":             {"hello", errQRForm},
		"negative time":       {strings.Replace(good, ".12.", ".-1.", 1), errQRForm},
		"another order":       {"bankid." + uuid() + ".12.00", errQROrder},
		"changed signature":   {forged, errQRMAC},
		"old time relabelled": {strings.Replace(o.code(0), ".0.", ".12.", 1), errQRMAC},
		"screenshot, 6 s old": {o.code(6), errQRTime},
		"from the future":     {o.code(18), errQRTime},
	} {
		if err := w.Scan(tt.qr, anna, Approve); err != tt.want {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	if err := w.Scan(o.code(8), anna, Approve); err != nil {
		t.Errorf("a code 4 s old: %v", err)
	}
	if err := w.Scan(o.code(12), bo, Approve); err != errQROrder {
		t.Errorf("scanned twice: %v", err)
	}
}

func TestResultIsHandedOutOnce(t *testing.T) {
	w := newWorld(t)
	a, o := w.auth(`,"returnRisk":true`)
	w.wantHint(a.str("orderRef"), "pending", "outstandingTransaction")
	if err := w.Open(a.str("autoStartToken"), anna, Approve); err != nil {
		t.Fatal(err)
	}
	_, done := w.collect(a.str("orderRef"))
	data, _ := done["completionData"].(map[string]any)
	user, _ := data["user"].(map[string]any)
	if done.str("status") != "complete" || user["personalNumber"] != anna || user["name"] != "Anna Berglund" || data["risk"] != "low" {
		t.Errorf("completed: %v", done)
	}
	if status, again := w.collect(a.str("orderRef")); status != 400 || again.str("errorCode") != "invalidParameters" {
		t.Errorf("second collect: %d %v", status, again)
	}
	if _, err := w.start(o.autostart, w.clock.Now()); err != errToken {
		t.Errorf("started after the end: %v", err)
	}
}

func TestImpoliteCollectIsRefused(t *testing.T) {
	w := newWorld(t)
	a, _ := w.auth("")
	w.collect(a.str("orderRef"))
	w.clock.advance(700 * time.Millisecond)
	if status, e := w.call("collect", `{"orderRef":"`+a.str("orderRef")+`"}`); status != 429 || e.str("errorCode") != "tooManyRequests" {
		t.Errorf("%d %v", status, e)
	}
	w.clock.advance(200 * time.Millisecond)
	if status, _ := w.call("collect", `{"orderRef":"`+a.str("orderRef")+`"}`); status != 200 {
		t.Errorf("after 900 ms: %d", status)
	}
}

func TestTimes(t *testing.T) {
	w := newWorld(t)
	a, _ := w.auth("")
	w.clock.advance(29 * time.Second) // collect adds two
	w.wantHint(a.str("orderRef"), "failed", "startFailed")

	a, _ = w.auth("")
	w.clock.advance(20 * time.Second)
	w.wantHint(a.str("orderRef"), "pending", "outstandingTransaction")
	if err := w.Open(a.str("autoStartToken"), anna, Hang); err != nil {
		t.Fatal(err)
	}
	w.clock.advance(155 * time.Second)
	w.wantHint(a.str("orderRef"), "pending", "userSign")
	w.clock.advance(5 * time.Second)
	w.wantHint(a.str("orderRef"), "failed", "expiredTransaction")
}

func TestOutcomes(t *testing.T) {
	w := newWorld(t)
	for out, hint := range map[Outcome]string{
		Cancel: "userCancel", CertificateError: "certificateErr", Expire: "expiredTransaction",
		Unsupported: "notSupportedByUserApp", RiskBlocked: "transactionRiskBlocked",
	} {
		w.Script(anna, out)
		a, _ := w.auth("")
		w.wantHint(a.str("orderRef"), "failed", hint)
	}
}

func TestOneOrderPerPerson(t *testing.T) {
	w := newWorld(t)
	first, _ := w.auth("")
	second, _ := w.auth("")
	if err := w.Open(first.str("autoStartToken"), anna, Hang); err != nil {
		t.Fatal(err)
	}
	if err := w.Open(second.str("autoStartToken"), anna, Hang); err != nil {
		t.Fatal(err)
	}
	w.wantHint(first.str("orderRef"), "failed", "cancelled")
	status, e := w.call("auth", `{"endUserIp":"192.0.2.1","requirement":{"personalNumber":"`+anna+`"}}`)
	if status != 400 || e.str("errorCode") != "alreadyInProgress" {
		t.Errorf("%d %v", status, e)
	}
	w.wantHint(second.str("orderRef"), "failed", "cancelled")
}

func TestRequiredPerson(t *testing.T) {
	w := newWorld(t)
	w.Script(bo, Approve)
	a, _ := w.auth(`,"requirement":{"personalNumber":"` + anna + `"}`)
	w.wantHint(a.str("orderRef"), "failed", "certificateErr")
}

func TestCancelForgetsTheOrder(t *testing.T) {
	w := newWorld(t)
	a, _ := w.auth("")
	if status, _ := w.call("cancel", `{"orderRef":"`+a.str("orderRef")+`"}`); status != 200 {
		t.Fatalf("cancel: %d", status)
	}
	if err := w.Open(a.str("autoStartToken"), anna, Approve); err != errToken {
		t.Errorf("opened after cancel: %v", err)
	}
	if status, _ := w.collect(a.str("orderRef")); status != 400 {
		t.Errorf("collect after cancel: %d", status)
	}
}

func TestBreakAndTranscript(t *testing.T) {
	w := newWorld(t)
	w.Break("auth", Fault{Status: 503, Code: "Maintenance"}, 1)
	if status, e := w.call("auth", `{"endUserIp":"192.0.2.1"}`); status != 503 || e.str("errorCode") != "Maintenance" {
		t.Errorf("%d %v", status, e)
	}
	w.auth("")
	log := w.Transcript()
	if len(log) != 2 || log[0].Error != "Maintenance" || log[1].Status != 200 || !bytes.Contains(log[1].Body, []byte("endUserIp")) {
		t.Errorf("transcript: %+v", log)
	}
}
