package casesystem_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"medborgarnavet/fake/ca"
	"medborgarnavet/fake/casesystem"
)

const ekbacka = "2120009911"

type town struct {
	*casesystem.Server
	authority *ca.CA
	client    *http.Client
}

func today() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func start(t *testing.T) *town {
	t.Helper()
	authority, err := ca.New("town")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := authority.TLS(ca.Options{CommonName: "casesystem", OrgNumber: ekbacka, Server: true})
	if err != nil {
		t.Fatal(err)
	}
	s := casesystem.New(casesystem.Options{
		ClientRoots: authority.Pool(), Certificate: cert, AllowedOrgNumbers: []string{ekbacka}, Now: today,
	})
	if err := s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	tn := &town{Server: s, authority: authority}
	tn.client = tn.as(t, ekbacka)
	return tn
}

func (tn *town) as(t *testing.T, orgNumber string) *http.Client {
	t.Helper()
	cert, err := tn.authority.TLS(ca.Options{CommonName: "c", OrgNumber: orgNumber, Client: true})
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs: tn.authority.Pool(), Certificates: []tls.Certificate{cert},
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

type call struct{ method, path, contentType, key, body string }

func (tn *town) do(t *testing.T, client *http.Client, c call) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), c.method, tn.URL()+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", c.contentType)
	if c.key != "" {
		r.Header.Set("Idempotency-Key", c.key)
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(body)
}

func ask(person, service string) call {
	return call{"POST", "/v1/open-case", "application/json", "", `{"personnummer":"` + person + `","service":"` + service + `"}`}
}

// M-03, M-25: one person at a time; the answer is what docs/casesystem.md says.
func TestOpenCase(t *testing.T) {
	tn := start(t)
	status, header, body := tn.do(t, tn.client, ask("198507099805", "ekbist"))
	want := `{"open":true,"case":{"id":"EB-2026-0001","board":"socialnamnden","officer":"eva.lind",` +
		`"household":{"adults":1,"children":[{"personnummer":"201701102384","name":"Alma Berglund","days_per_month":30}]},` +
		`"parties":[{"role":"applicant","scope":"full","from":"2026-01-01","to":""}],"protected":false,` +
		`"months":[{"month":"2026-10","outcome":"granted","amount_ore":812300,"surplus_ore":0,"decided_at":"2026-10-02"}],` +
		`"norm_type":"national"}}` + "\n"
	if status != 200 || body != want {
		t.Errorf("status %d\n got %s\nwant %s", status, body, want)
	}
	if header.Get("X-Test-Data") == "" || header.Get("Cache-Control") != "no-store" {
		t.Error("the answer is not marked as test, or may be cached")
	}
}

// The stories of the seeded residents.
func TestResidents(t *testing.T) {
	tn := start(t)
	type found struct {
		Open bool
		Case *casesystem.Case
	}
	tests := []struct {
		name, person string
		holds        func(f found) bool
	}{
		{"Greta: two adults, both parties", "197407029284", func(f found) bool {
			return f.Case.Household.Adults == 2 && len(f.Case.Parties) == 2 && f.Case.Parties[1].Role == "co-applicant"
		}},
		{"Hans: no open case", "195704289999", func(f found) bool { return !f.Open && f.Case == nil }},
		{"a stranger: the same", "200809032386", func(f found) bool { return !f.Open && f.Case == nil }},
		{"Irja: protected", "194510168885", func(f found) bool { return f.Open && f.Case.Protected }},
		{"Jonas: two earlier months", "200002292399", func(f found) bool {
			m := f.Case.Months
			return len(m) == 2 && m[0].Month == "2026-10" && m[1].Month == "2026-09" && m[1].SurplusOre > 0
		}},
		{"Olof: staff, and a resident with a case", "194607137454", func(f found) bool { return f.Open }},
	}
	ids := map[string]bool{}
	for _, tc := range tests {
		_, _, body := tn.do(t, tn.client, ask(tc.person, "ekbist"))
		var f found
		if err := json.Unmarshal([]byte(body), &f); err != nil {
			t.Fatal(err)
		}
		if !tc.holds(f) {
			t.Errorf("%s: not so: %s", tc.name, body)
		}
		if f.Case != nil {
			// Trap 11: the case identity goes to CSN, at most 31 characters.
			if ids[f.Case.ID] || len(f.Case.ID) > 31 {
				t.Errorf("%s: case id %q", tc.name, f.Case.ID)
			}
			ids[f.Case.ID] = true
		}
	}
	if tn.Questions() != len(tests) {
		t.Errorf("questions = %d, want %d", tn.Questions(), len(tests))
	}
}

// RFC 9457, and M-25: there is nothing to list and nothing in an address.
func TestRefusals(t *testing.T) {
	tn := start(t)
	right := ask("198507099805", "ekbist")
	with := func(change func(c *call)) call {
		c := right
		change(&c)
		return c
	}
	tests := []struct {
		name   string
		call   call
		status int
		kind   string
	}{
		{"get", with(func(c *call) { c.method = "GET" }), 405, "method"},
		{"list", call{method: "GET", path: "/v1/cases"}, 404, "not-found"},
		{"person in the address", with(func(c *call) { c.path += "/198507099805" }), 404, "not-found"},
		{"form", with(func(c *call) { c.contentType = "application/x-www-form-urlencoded" }), 415, "content-type"},
		{"no JSON", with(func(c *call) { c.body = "{" }), 400, "body"},
		{"a list", with(func(c *call) { c.body = "[]" }), 400, "body"},
		{"unknown field", with(func(c *call) { c.body = `{"personnummer":"198507099805","service":"ekbist","all":true}` }), 400, "body"},
		{"large", with(func(c *call) { c.body = `{"service":"` + strings.Repeat("x", 5000) + `"}` }), 413, "too-large"},
		{"ten digits", ask("8507099805", "ekbist"), 422, "personnummer"},
		{"everyone", ask("*", "ekbist"), 422, "personnummer"},
		{"other service", ask("198507099805", "skola"), 422, "service"},
		{"no key", call{"POST", "/v1/applications", "application/json", "", "{}"}, 400, "idempotency-key"},
		{"short key", call{"POST", "/v1/applications", "application/json", "abc", "{}"}, 400, "idempotency-key"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			status, header, body := tn.do(t, tn.client, tc.call)
			var p struct {
				Type   string
				Status int
			}
			if err := json.Unmarshal([]byte(body), &p); err != nil {
				t.Fatalf("not problem+json: %s", body)
			}
			if status != tc.status || p.Status != tc.status || !strings.HasSuffix(p.Type, ":"+tc.kind) ||
				header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("status %d, %s; want %d %s", status, body, tc.status, tc.kind)
			}
			// I-9: no personal number in an error.
			if strings.Contains(body, "8507099805") {
				t.Error("the problem repeats the personal number")
			}
		})
	}
	if len(tn.Received()) != 0 {
		t.Error("a refused application was stored")
	}
}

func TestCaller(t *testing.T) {
	tn := start(t)
	for _, orgNumber := range []string{"2120009929", ""} {
		if status, _, _ := tn.do(t, tn.as(t, orgNumber), ask("198507099805", "ekbist")); status != 403 {
			t.Errorf("organisation %q: status %d, want 403", orgNumber, status)
		}
	}
	bare := tn.as(t, ekbacka)
	bare.Transport.(*http.Transport).TLSClientConfig.Certificates = nil
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, tn.URL()+"/v1/open-case", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := bare.Do(r); err == nil {
		_ = resp.Body.Close()
		t.Error("answered a caller without a certificate")
	}
	for _, address := range []string{":0", "0.0.0.0:0"} {
		s := casesystem.New(casesystem.Options{})
		if err := s.Start(address); err == nil {
			_ = s.Close()
			t.Errorf("listens on %s", address)
		}
	}
}

// I-8: an application is taken in once, however often it is sent.
func TestApplicationsAreIdempotent(t *testing.T) {
	tn := start(t)
	deliver := func(key, body string) (int, string) {
		status, _, answer := tn.do(t, tn.client, call{"POST", "/v1/applications", "application/json; charset=utf-8", key, body})
		return status, strings.TrimSpace(answer)
	}
	const first, second = `{"received":true,"external_id":"TEST-000001"}`, `{"received":true,"external_id":"TEST-000002"}`
	steps := []struct {
		key, body string
		status    int
		answer    string
	}{
		{"submission-1", `{"reference":"R1"}`, 201, first},
		{"submission-1", `{"reference":"R1"}`, 200, first},
		{"submission-2", `{"reference":"R1"}`, 201, second},
		{"submission-1", `{"reference":"R2"}`, 409, ""},
	}
	for i, step := range steps {
		status, answer := deliver(step.key, step.body)
		if status != step.status || (step.answer != "" && answer != step.answer) {
			t.Errorf("step %d: %d %s, want %d %s", i, status, answer, step.status, step.answer)
		}
	}
	got := tn.Received()
	if len(got) != 2 || got[0].ExternalID != "TEST-000001" || !bytes.Equal(got[0].Body, []byte(`{"reference":"R1"}`)) || !got[0].ReceivedAt.Equal(today()) {
		t.Errorf("received = %+v", got)
	}
}

// I-14: down and slow, on command.
func TestDownAndSlow(t *testing.T) {
	tn := start(t)
	tn.SetDown(true)
	status, header, _ := tn.do(t, tn.client, ask("198507099805", "ekbist"))
	if status != 503 || header.Get("Retry-After") == "" {
		t.Errorf("down: status %d", status)
	}
	tn.SetDown(false)
	tn.SetDelay(time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, tn.URL()+"/v1/open-case", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := tn.client.Do(r); err == nil {
		_ = resp.Body.Close()
		t.Error("slow: answered at once")
	}
	tn.SetDelay(0)
	if status, _, _ := tn.do(t, tn.client, ask("198507099805", "ekbist")); status != 200 {
		t.Errorf("up again: status %d", status)
	}
}
