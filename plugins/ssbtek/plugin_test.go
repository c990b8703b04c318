package ssbtek

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"errors"
	"io"
	"log"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/block/orgnr"
	"medborgarnavet/plugin"
)

const settings = `{"version":"v10","actor":"026-51","officer":"prov","submitter":{"orgNumber":"212000-9911","name":"Ekbacka kommun"},
	"processors":[{"orgNumber":"2120009929","name":"Biträde"}],
	"legal":[{"from":"2020-01-01","to":"2026-10-31","purpose":"förr","text":"förr"},{"from":"2026-11-01","purpose":"nu","text":"nu gällande"}],
	"sources":["AF","CSN","FK","PM","SKV","SO","MIV"],"timeoutSeconds":1}`

// town is SSBTEK behind mutual TLS and a host that reaches it.
type town struct {
	host  plugin.Host
	log   *bytes.Buffer
	asked []string
	reply func(w http.ResponseWriter, r *http.Request)
	key   ed25519.PrivateKey
}

func newTown(t *testing.T, serverOrg orgnr.Number) *town {
	t.Helper()
	tw := &town{log: &bytes.Buffer{}}
	pool, issue := authority(t)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		tw.asked = append(tw.asked, string(body))
		if org, err := orgcert.PeerOrgNumber(r); err != nil || org != "2120009911" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "text/xml; charset=UTF-8")
		tw.reply(w, r)
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are what is tested
	srv.TLS = orgcert.ServerTLS(issue(serverOrg), pool)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tw.key = private
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: orgcert.ClientTLS(issue("2120009911"), pool, "2021005521")}}
	tw.host = plugin.Host{
		HTTP:       func(string) (*http.Client, error) { return client, nil },
		Endpoint:   func(string) (string, error) { return srv.URL, nil },
		Now:        func() time.Time { return testNow },
		Log:        slog.New(slog.NewJSONHandler(tw.log, nil)),
		Settings:   json.RawMessage(settings),
		GrantKeys:  []ed25519.PublicKey{public},
		Controller: plugin.Controller{Municipality: "ekbacka", Board: "socialnamnden", Name: "Socialnämnden", OrgNumber: "2120009911"},
	}
	return tw
}

func authority(t *testing.T) (*x509.CertPool, func(orgnr.Number) tls.Certificate) {
	t.Helper()
	issue := func(tmpl, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if signer == nil {
			parent, signer = tmpl, key
		}
		tmpl.NotBefore, tmpl.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, &key.PublicKey, signer)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return cert, key
	}
	ca, caKey := issue(&x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil, nil)
	pool := x509.NewCertPool()
	pool.AddCert(ca)
	return pool, func(org orgnr.Number) tls.Certificate {
		cert, key := issue(&x509.Certificate{
			SerialNumber: big.NewInt(2),
			Subject:      pkix.Name{CommonName: "test", ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: org.Twelve()}}},
			ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
			IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		}, ca, caKey)
		return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
	}
}

func (tw *town) answers(doc string) {
	tw.reply = func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, doc) }
}

func (tw *town) grant() plugin.Grant {
	return plugin.Grant{
		ID: "g1", Issuer: "ekbacka", Source: ID, Person: "198507099805", Audience: "ekbist",
		Datasets: []string{"FK/payments", "PM/payments", "CSN/payments", "SO/payments", "AF/registration", "TNS/vehicles"},
		Purpose:  "nu", Legal: "nu", Asking: tw.host.Controller, Case: "A-1",
		Period:   plugin.Period{From: "2026-10-01", To: "2026-12-31"},
		IssuedAt: testNow.Unix(), Expires: testNow.Add(time.Minute).Unix(),
	}
}

func (tw *town) query(t *testing.T, g plugin.Grant, origins ...string) plugin.Query {
	t.Helper()
	token, err := plugin.SignGrant(g, tw.key)
	if err != nil {
		t.Fatal(err)
	}
	return plugin.Query{
		Grant: token, Subject: plugin.Subject{IdentityNumber: "198507099805"}, Origins: origins,
		Period: plugin.Period{From: "2026-10-01", To: "2026-12-31"}, Case: "A-1", CorrelationID: "k-1",
	}
}

func (tw *town) start(t *testing.T) plugin.Plugin {
	t.Helper()
	p, err := New(tw.host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func outcomes(a plugin.Answer) string {
	var all []string
	for _, p := range a.Parts {
		all = append(all, p.Origin+" "+outcome(p))
	}
	return strings.Join(all, ", ")
}

// M-78, M-82, M-85, I-3: one question over mutual TLS; what the grant does not
// name is dropped; other origins than asked do not come along.
func TestFetch(t *testing.T) {
	tw := newTown(t, "2021005521")
	tw.answers(readTestdata(t, "all.xml"))
	p := tw.start(t)
	a, err := p.Source.Fetch(t.Context(), tw.query(t, tw.grant(), "FK", "PM"))
	if err != nil {
		t.Fatal(err)
	}
	if got := outcomes(a); got != "FK answered, PM answered" || len(tw.asked) != 1 {
		t.Fatalf("%s after %d questions", got, len(tw.asked))
	}
	fk := a.Parts[0]
	if len(fk.Payments) != 3 || len(fk.Facts) != 0 || fk.Dropped != 1 {
		t.Errorf("%d payments, %d facts, %d dropped", len(fk.Payments), len(fk.Facts), fk.Dropped)
	}
	q := tw.asked[0]
	for _, want := range []string{`AF inkludera="false"`, `FK inkludera="true"`, ">nu gällande<", ">162120009929<", ">k-1<", ">2026-11-22T12:00:00Z<"} {
		if !strings.Contains(q, want) {
			t.Errorf("the question lacks %s", want)
		}
	}
	// I-9: ids, states and codes, and nothing of anyone.
	for _, secret := range []string{"198507099805", "8507099805", "125050", "1250", "Barnbidrag", "Berglund", "ABB"} {
		if strings.Contains(tw.log.String(), secret) {
			t.Errorf("%s is in the log", secret)
		}
	}
	if !strings.Contains(tw.log.String(), `"origin":"FK","state":"answered"`) {
		t.Errorf("log: %s", tw.log)
	}
}

// I-6: what settings or grant keep from being asked is "not asked"; what was
// asked and does not come is "unavailable".
func TestFetchStates(t *testing.T) {
	tw := newTown(t, "2021005521")
	p := tw.start(t)
	for name, c := range map[string]struct {
		doc     string
		origins []string
		want    string
	}{
		"not in settings":     {readTestdata(t, "all.xml"), []string{"TNS"}, "TNS not-asked"},
		"not in grant":        {readTestdata(t, "all.xml"), []string{"MIV"}, "MIV not-asked"},
		"facts not granted":   {readTestdata(t, "all.xml"), []string{"AF", "SO"}, "AF answered, SO answered"},
		"asked, not answered": {response(""), []string{"AF", "MIV"}, "AF unavailable SSBT SAKNAS, MIV not-asked"},
		"garbage":             {"<html>", []string{"FK", "PM"}, "FK unavailable SSBT OLASBART, PM unavailable SSBT OLASBART"},
		"a fault":             {readTestdata(t, "fault.xml"), []string{"CSN"}, "CSN unavailable SSBT SSBT-17"},
		"another question's":  {strings.Replace(readTestdata(t, "all.xml"), ">k-1<", ">k-9<", 1), []string{"CSN"}, "CSN unavailable SSBT OLASBART"},
		"partly answered":     {lefi(`{"utlamnare":[{"utlamnare":{"kod":"FK"},"tillstand":{"kod":"OK"}}],"avvikelser":{"utbetalningar":{"avvikelse":{"kod":"INTERNT_FEL"},"formansgrupp":{"kod":"FK:BOB"}}},"formansinformation":{"barnbidragsarende":[{}]}}`), []string{"FK"}, "FK unavailable BT INTERNT_FEL"},
		"nothing but dropped": {lefi(`{"utlamnare":[{"utlamnare":{"kod":"FK"},"tillstand":{"kod":"OK"}}],"formansinformation":{"barnbidragsarende":[{}]}}`), []string{"FK"}, "FK nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			tw.answers(c.doc)
			a, err := p.Source.Fetch(t.Context(), tw.query(t, tw.grant(), c.origins...))
			if err != nil || outcomes(a) != c.want {
				t.Errorf("%s, %v; want %s", outcomes(a), err, c.want)
			}
		})
	}
}

// I-4: protected is the same answer as nothing, but for the flag itself; the log
// does not tell them apart.
func TestFetchProtected(t *testing.T) {
	tw := newTown(t, "2021005521")
	p := tw.start(t)
	fetch := func(doc string) (plugin.Answer, string) {
		tw.answers(doc)
		tw.log.Reset()
		a, err := p.Source.Fetch(t.Context(), tw.query(t, tw.grant(), "AF"))
		if err != nil {
			t.Fatal(err)
		}
		_, line, _ := strings.Cut(tw.log.String(), `"msg"`)
		return a, line
	}
	protected, line1 := fetch(strings.Replace(readTestdata(t, "all.xml"), "Sekretessmarkering>false", "Sekretessmarkering>true", 1))
	nothing, line2 := fetch(readTestdata(t, "nothing.xml"))
	if !protected.Protected || nothing.Protected {
		t.Fatal("the flag is wrong")
	}
	a, _ := json.Marshal(protected.Parts)
	b, _ := json.Marshal(nothing.Parts)
	if !bytes.Equal(a, b) || line1 != line2 {
		t.Errorf("%s\n%s\n%s\n%s", a, b, line1, line2)
	}
}

// I-2: no question leaves without a grant for exactly this.
func TestFetchDenied(t *testing.T) {
	tw := newTown(t, "2021005521")
	tw.answers(readTestdata(t, "all.xml"))
	p := tw.start(t)
	for name, change := range map[string]func(*plugin.Grant, *plugin.Query){
		"another source":    func(g *plugin.Grant, _ *plugin.Query) { g.Source = "multifraga" },
		"expired":           func(g *plugin.Grant, _ *plugin.Query) { g.Expires = testNow.Unix() },
		"another person":    func(g *plugin.Grant, _ *plugin.Query) { g.Person = "197101169295" },
		"a pseudonym":       func(_ *plugin.Grant, q *plugin.Query) { q.Subject = plugin.Subject{Pseudonym: "x"} },
		"another case":      func(_ *plugin.Grant, q *plugin.Query) { q.Case = "A-2" },
		"another authority": func(g *plugin.Grant, _ *plugin.Query) { g.Asking.OrgNumber = "2120009929" },
		"another board":     func(g *plugin.Grant, _ *plugin.Query) { g.Asking.Board = "byggnadsnamnden" },
		"earlier":           func(_ *plugin.Grant, q *plugin.Query) { q.Period.From = "2026-09-30" },
		"later":             func(_ *plugin.Grant, q *plugin.Query) { q.Period.To = "2027-01-01" },
		"no period":         func(_ *plugin.Grant, q *plugin.Query) { q.Period = plugin.Period{} },
		"unknown origin":    func(_ *plugin.Grant, q *plugin.Query) { q.Origins = []string{"XX"} },
		"no origin":         func(_ *plugin.Grant, q *plugin.Query) { q.Origins = nil },
	} {
		t.Run(name, func(t *testing.T) {
			g := tw.grant()
			q := tw.query(t, g, "FK")
			change(&g, &q)
			q.Grant = tw.query(t, g, "FK").Grant
			_, err := p.Source.Fetch(t.Context(), q)
			var problem *plugin.Problem
			if !errors.As(err, &problem) || strings.Contains(err.Error(), "1985") {
				t.Errorf("%v", err)
			}
		})
	}
	forged := tw.query(t, tw.grant(), "FK")
	forged.Grant = forged.Grant[:len(forged.Grant)-4] + "AAAA"
	if _, err := p.Source.Fetch(t.Context(), forged); err == nil {
		t.Error("a forged signature is accepted")
	}
	if len(tw.asked) != 0 {
		t.Errorf("%d questions left", len(tw.asked))
	}
	tw.host.Now = func() time.Time { return testNow.AddDate(-10, 0, 0) }
	g := tw.grant()
	g.IssuedAt, g.Expires = tw.host.Now().Unix(), tw.host.Now().Add(time.Minute).Unix()
	if _, err := tw.start(t).Source.Fetch(t.Context(), tw.query(t, g, "AF")); err == nil || len(tw.asked) != 0 {
		t.Errorf("no legal text in force: %v", err)
	}
}

// I-14: down, slow, the wrong organisation, too much: a state, not an error.
func TestFetchBadLuck(t *testing.T) {
	for name, c := range map[string]struct {
		org   orgnr.Number
		reply func(http.ResponseWriter, *http.Request)
		want  string
	}{
		"another organisation": {"2120009929", nil, "AF unavailable SSBT CERTIFIKAT"},
		"slow":                 {"2021005521", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "AF unavailable SSBT TIMEOUT"},
		"hangs up":             {"2021005521", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "AF unavailable SSBT OTILLGANGLIG"},
		"refuses":              {"2021005521", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, "AF unavailable SSBT OTILLGANGLIG"},
		"too much":             {"2021005521", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte(" "), 9<<20)) }, "AF unavailable SSBT FOR_STORT"},
	} {
		t.Run(name, func(t *testing.T) {
			tw := newTown(t, c.org)
			tw.reply = c.reply
			p := tw.start(t)
			a, err := p.Source.Fetch(t.Context(), tw.query(t, tw.grant(), "AF"))
			if err != nil || outcomes(a) != c.want {
				t.Errorf("%s, %v", outcomes(a), err)
			}
			if p.Check(t.Context()) == nil {
				t.Error("the check says that all is well")
			}
		})
	}
}

func TestCheck(t *testing.T) {
	tw := newTown(t, "2021005521")
	doc := response(`<AF><anropad>true</anropad><error><kalla>SSBT</kalla><felkod>TIMEOUT</felkod><felmeddelande/></error></AF>`)
	tw.answers(strings.NewReplacer("hamtaBast", "testaBast", "<svarsdata>", "", "</svarsdata>", "").Replace(doc))
	p := tw.start(t)
	if err := p.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(tw.asked) != 1 || strings.Contains(tw.asked[0], "personidentitet") || !strings.Contains(tw.asked[0], "testaBastjanstInformation") {
		t.Errorf("asked %q", tw.asked)
	}
	if !strings.Contains(tw.log.String(), `"origin":"AF","called":true,"kalla":"SSBT","felkod":"TIMEOUT"`) {
		t.Errorf("log: %s", tw.log)
	}
	tw.answers(readTestdata(t, "all.xml"))
	if p.Check(t.Context()) == nil {
		t.Error("another answer passes for the test's")
	}
}

func TestManifest(t *testing.T) {
	p := newTown(t, "2021005521").start(t)
	if err := p.Manifest.Validate(); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, o := range p.Manifest.Offers {
		ids = append(ids, o.ID)
	}
	if !slices.Equal(ids, []string{"AF", "CSN", "FK", "PM", "SKV", "SO", "MIV"}) {
		t.Errorf("%v", ids)
	}
}

// Every fault in the settings is told at once.
func TestSettingsRefused(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"unknown member":   {`"officer"`, `"handläggare":"x","officer"`, "unknown field"},
		"two values":       {`"timeoutSeconds":1}`, `"timeoutSeconds":1} {}`, "more than one value"},
		"version":          {`"v10"`, `"v11"`, "version"},
		"organisation":     {`212000-9911`, `212000-9912`, "submitter.orgNumber"},
		"processor":        {`"Biträde"`, `""`, "processors[0].name"},
		"overlap":          {`"to":"2026-10-31"`, `"to":"2026-11-01"`, "in force at the same time"},
		"no legal text":    {`"nu gällande"`, `""`, "legal[1] needs"},
		"a day":            {`2020-01-01`, `2020-1-1`, "legal[0].from"},
		"unknown source":   {`"AF",`, `"XX",`, `"XX"`},
		"no actor":         {`"actor":"026-51",`, ``, "actor"},
		"too long to wait": {`"timeoutSeconds":1`, `"timeoutSeconds":121`, "timeoutSeconds"},
	} {
		t.Run(name, func(t *testing.T) {
			raw := strings.Replace(settings, c.from, c.to, 1)
			if _, err := ParseSettings(json.RawMessage(raw)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
	_, err := ParseSettings(json.RawMessage(`{}`))
	if err == nil || strings.Count(err.Error(), "\n") < 5 {
		t.Errorf("not all faults are told: %v", err)
	}
}
