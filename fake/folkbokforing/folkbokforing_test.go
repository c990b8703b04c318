package folkbokforing_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"medborgarnavet/fake/ca"
	"medborgarnavet/fake/folkbokforing"
)

type town struct {
	*folkbokforing.Server
	authority *ca.CA
}

func start(t *testing.T) *town {
	t.Helper()
	authority, err := ca.New("register")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := authority.TLS(ca.Options{CommonName: "register", OrgNumber: "2021005448", Server: true})
	if err != nil {
		t.Fatal(err)
	}
	s := folkbokforing.New(folkbokforing.Options{ClientRoots: authority.Pool(), Certificate: cert})
	if err := s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &town{Server: s, authority: authority}
}

func (tn *town) as(t *testing.T, orgNumber string) *http.Client {
	t.Helper()
	cert, err := tn.authority.TLS(ca.Options{CommonName: "c", OrgNumber: orgNumber, Client: true})
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: tn.authority.Pool(), Certificates: []tls.Certificate{cert}}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}
}

func ask(t *testing.T, client *http.Client, method, address, contentType, body string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(raw)
}

func about(number string) string { return `{"number":"` + number + `","at":"2026-11-22"}` }

// P-15, docs/population-register.md: yes or no for the municipality that asks,
// and a district that tells nobody who is protected.
func TestAnswers(t *testing.T) {
	tn := start(t)
	ekbacka, havsnas := tn.as(t, "2120009911"), tn.as(t, "2120009929")
	const no, bare = `{"resident":false,"district":null}`, `{"resident":true,"district":null}`
	for _, row := range []struct {
		name   string
		client *http.Client
		body   string
		want   string
	}{
		{"a resident", ekbacka, about("198507099805"), `{"resident":true,"district":"9911-01"}`},
		{"the same, asked by another", havsnas, about("198507099805"), no},
		{"lives there", havsnas, about("198112189876"), `{"resident":true,"district":"9929-01"}`},
		{"without a dwelling", ekbacka, about("200002292399"), bare},
		{"protected", ekbacka, about("194510168885"), bare},
		{"coordination number", ekbacka, about("197010632391"), no},
		{"unknown", ekbacka, about("190905271474"), no},
		{"before the birth", ekbacka, `{"number":"201701102384","at":"2017-01-09"}`, no},
	} {
		status, header, body := ask(t, row.client, "POST", tn.URL()+"/v1/resident", "application/json", row.body)
		if status != 200 || strings.TrimSpace(body) != row.want {
			t.Errorf("%s: %d %s", row.name, status, body)
		}
		if header.Get("X-Test-Data") == "" || header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: not marked as test, or may be cached", row.name)
		}
	}
	if tn.Questions() != 8 {
		t.Errorf("%d questions", tn.Questions())
	}
}

// RFC 9457: nothing can be listed, and no number goes into an address.
func TestRefusals(t *testing.T) {
	tn := start(t)
	right, stranger := tn.as(t, "2120009911"), tn.as(t, "2021005521")
	for _, row := range []struct {
		name, method, path, contentType, body string
		client                                *http.Client
		status                                int
		kind                                  string
	}{
		{"a stranger", "POST", "/v1/resident", "application/json", about("198507099805"), stranger, 403, "forbidden"},
		{"get", "GET", "/v1/resident", "application/json", "", right, 405, "method"},
		{"list", "GET", "/v1/residents", "application/json", "", right, 404, "not-found"},
		{"number in the address", "POST", "/v1/resident/198507099805", "application/json", "{}", right, 404, "not-found"},
		{"form", "POST", "/v1/resident", "text/plain", about("198507099805"), right, 415, "content-type"},
		{"no JSON", "POST", "/v1/resident", "application/json", "{", right, 400, "body"},
		{"two objects", "POST", "/v1/resident", "application/json", about("198507099805") + "{}", right, 400, "body"},
		{"unknown member", "POST", "/v1/resident", "application/json", `{"number":"198507099805","at":"2026-11-22","name":true}`, right, 400, "body"},
		{"large", "POST", "/v1/resident", "application/json", `{"at":"` + strings.Repeat("x", 5000) + `"}`, right, 413, "too-large"},
		{"ten digits", "POST", "/v1/resident", "application/json", about("8507099805"), right, 422, "number"},
		{"everyone", "POST", "/v1/resident", "application/json", about("*"), right, 422, "number"},
		{"time of day", "POST", "/v1/resident", "application/json", `{"number":"198507099805","at":"2026-11-22T10:00:00Z"}`, right, 422, "at"},
	} {
		status, header, body := ask(t, row.client, row.method, tn.URL()+row.path, row.contentType, row.body)
		if status != row.status || !strings.Contains(body, "population-register:"+row.kind+`"`) || header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", row.name, status, body)
		}
		if strings.Contains(body, "8507099805") {
			t.Errorf("%s: the answer quotes the question", row.name)
		}
	}
}

// The switches, and loopback only.
func TestSwitches(t *testing.T) {
	tn := start(t)
	client := tn.as(t, "2120009911")
	do := func() (int, string) {
		status, _, body := ask(t, client, "POST", tn.URL()+"/v1/resident", "application/json", about("198507099805"))
		return status, body
	}
	tn.SetDown(true)
	if status, _ := do(); status != 503 {
		t.Errorf("down: %d", status)
	}
	tn.SetDown(false)
	tn.SetGarbage("<html>")
	if status, body := do(); status != 200 || body != "<html>" {
		t.Errorf("garbage: %d %s", status, body)
	}
	tn.SetGarbage("")
	tn.SetDelay(30 * time.Millisecond)
	if began := time.Now(); true {
		if status, _ := do(); status != 200 || time.Since(began) < 30*time.Millisecond {
			t.Errorf("slow: %d after %s", status, time.Since(began))
		}
	}
	if err := folkbokforing.New(folkbokforing.Options{}).Start("0.0.0.0:0"); err == nil {
		t.Error("it listens to the world")
	}
}
