package moderation_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/moderation"
)

var secret = []byte("en delad hemlighet om 32 byte ...")

// signature signs as docs/casesystem.md says.
func signature(key []byte, id, at string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", id, at, body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// event is what the case system sends.
func event(id string, at time.Time, body string) *http.Request {
	r := httptest.NewRequest("POST", moderation.EventsPath, strings.NewReader(body))
	unix := strconv.FormatInt(at.Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", unix)
	r.Header.Set("webhook-signature", signature(secret, id, unix, []byte(body)))
	return r
}

func (h *hall) tell(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.router.ServeHTTP(w, r)
	return w
}

// problem holds an answer against RFC 9457, and gives its type.
func problem(t *testing.T, w *httptest.ResponseRecorder, status int) string {
	t.Helper()
	var p struct {
		Type   string
		Title  string
		Status int
		Detail string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != status || p.Status != status || p.Title == "" || p.Detail == "" ||
		w.Header().Get("Content-Type") != "application/problem+json" {
		t.Fatalf("status %d, want %d: %s %s (%v)", w.Code, status, w.Header().Get("Content-Type"), w.Body, err)
	}
	return strings.TrimPrefix(p.Type, "urn:medborgarnavet:case-events:")
}

// P-13, P-19: the board's case system tells what has come of a petition. The
// same event again changes nothing; one that comes too early is told again.
func TestCaseEvents(t *testing.T) {
	h := newHall(t)
	h.secrets = [][]byte{[]byte("den nya hemligheten, som kommer .."), secret}
	id := h.closed(bike, 312)
	registry := h.sheet(id).Registry
	step := func(rest string) string { return `{"registry":"` + registry + `","step":{` + rest + `}}` }
	decided := event("msg_2", h.clock.Now(), step(`"move":"decided","decision":"granted","paragraph":"§ 12","day":"2026-11-20","link":"https://ekbacka.example/protokoll","words":"Nämnden säger ja till hemliga vägen."`))
	w := h.tell(decided)
	if problem(t, w, http.StatusConflict) != "order" || w.Header().Get("Retry-After") == "" {
		t.Errorf("too early: %v %s", w.Header(), w.Body)
	}
	for range 2 {
		if w := h.tell(event("msg_1", h.clock.Now(), step(`"move":"handed-over","body":"Tekniska nämnden","body_registry":"TN 2027/31","next_step":"decided","next_day":"2027-03-15"`))); w.Code != http.StatusNoContent {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
	}
	for range 2 {
		w := h.tell(event("msg_2", h.clock.Now(), step(`"move":"decided","decision":"granted","paragraph":"§ 12","day":"2026-11-20","link":"https://ekbacka.example/protokoll","words":"Nämnden säger ja till hemliga vägen."`)))
		if w.Code != http.StatusNoContent {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
	}
	s := h.sheet(id)
	if s.Standing.Outcome != petition.Decided || s.Body != "Tekniska nämnden" || s.BodyRegistry != "TN 2027/31" || s.Paragraph != "§ 12" {
		t.Errorf("the petition is %+v", s)
	}
	moves := map[petition.Move]int{}
	for _, e := range s.Events {
		moves[e.Move]++
	}
	if moves[petition.MoveHandOver] != 1 || moves[petition.MoveDecide] != 1 {
		t.Errorf("what was told twice is there twice: %v", moves)
	}
	for _, said := range []string{"hemliga", "Tekniska", "2027/31", registry, "msg_2"} {
		if strings.Contains(h.log.String(), said) {
			t.Errorf("the log tells %q", said)
		}
	}
}

// What is not signed, late, too large, or no event is refused and leaves
// nothing.
func TestCaseEventsRefused(t *testing.T) {
	h := newHall(t)
	id := h.closed(bike, 312)
	body := `{"registry":"` + h.sheet(id).Registry + `","step":{"move":"handed-over","body_registry":"TN 1"}}`
	h.secrets = [][]byte{secret}
	now := h.clock.Now()
	change := func(do func(r *http.Request)) *http.Request {
		r := event("m", now, body)
		do(r)
		return r
	}
	header := func(name, value string) *http.Request {
		return change(func(r *http.Request) { r.Header.Set(name, value) })
	}
	before := h.sheet(id).Last()
	if problem(t, h.tell(event("", now, body)), 401)+problem(t, h.tell(event("m", now.Add(-5*time.Minute-time.Second), body)), 401) != "signaturesignature" {
		t.Error("without an id, or too old, it is taken")
	}
	for name, test := range map[string]struct {
		r      *http.Request
		status int
		code   string
	}{
		"no signature":            {change(func(r *http.Request) { r.Header.Del("webhook-signature") }), 401, "signature"},
		"another's secret":        {header("webhook-signature", signature([]byte("fel"), "m", strconv.FormatInt(now.Unix(), 10), []byte(body))), 401, "signature"},
		"an empty secret":         {header("webhook-signature", signature(nil, "m", strconv.FormatInt(now.Unix(), 10), []byte(body))), 401, "signature"},
		"another version":         {header("webhook-signature", strings.Replace(event("m", now, body).Header.Get("webhook-signature"), "v1", "v2", 1)), 401, "signature"},
		"the id of another":       {header("webhook-id", "m2"), 401, "signature"},
		"a long id":               {event(strings.Repeat("m", 129), now, body), 401, "signature"},
		"an id with a space":      {event("m m", now, body), 401, "signature"},
		"a time that is moved":    {header("webhook-timestamp", strconv.FormatInt(now.Unix()+1, 10)), 401, "signature"},
		"a time that is none":     {header("webhook-timestamp", "now"), 401, "signature"},
		"from the future":         {event("m", now.Add(5*time.Minute+time.Second), body), 401, "signature"},
		"another body":            {change(func(r *http.Request) { r.Body = http.NoBody }), 401, "signature"},
		"too large":               {event("m", now, body+strings.Repeat(" ", 64<<10)), 413, "too-large"},
		"no JSON":                 {event("m", now, "hej"), 400, "body"},
		"two":                     {event("m", now, body+body), 400, "body"},
		"members that are not":    {event("m", now, `{"registry":"x","key":"y","step":{}}`), 400, "body"},
		"a form":                  {header("Content-Type", "application/x-www-form-urlencoded"), 415, "content-type"},
		"nobody's number":         {event("m", now, strings.Replace(body, "KS ", "XX ", 1)), 404, "registry"},
		"a number that is none":   {event("m", now, `{"registry":"a\u0000b","step":{"move":"news"}}`), 404, "registry"},
		"a step of the votes":     {event("m", now, strings.Replace(body, "handed-over", "identities-erased", 1)), 422, "step"},
		"without the number":      {event("m", now, strings.Replace(body, "TN 1", "", 1)), 422, "step"},
		"a link that is no https": {event("m", now, strings.Replace(body, `"move"`, `"link":"javascript:x","move"`, 1)), 422, "step"},
	} {
		if got := problem(t, h.tell(test.r), test.status); got != test.code {
			t.Errorf("%s: %s, want %s", name, got, test.code)
		}
	}
	if got := h.sheet(id).Last(); got != before {
		t.Error("a refused event left something")
	}
	if w := h.tell(httptest.NewRequest("GET", moderation.EventsPath, nil)); w.Code != http.StatusMethodNotAllowed && w.Code != http.StatusNotFound {
		t.Errorf("GET: status %d", w.Code)
	}
}

// Without a secret in the configuration the address does not exist.
func TestNoCaseSystem(t *testing.T) {
	const body = `{"registry":"x","step":{"move":"news"}}`
	now := start
	off := newHall(t, func(d *moderation.Deps) { d.Secrets = nil })
	if w := off.tell(event("m", now, body)); w.Code != http.StatusNotFound {
		t.Errorf("without Secrets the address answers %d", w.Code)
	}
	h := newHall(t)
	if w := h.tell(event("m", now, body)); w.Code != http.StatusNotFound || strings.Contains(w.Header().Get("Content-Type"), "json") {
		t.Errorf("with none it answers %d", w.Code)
	}
}

// What a step lacks is told by the event's own names of its members.
func TestCaseEventsLack(t *testing.T) {
	h := newHall(t)
	h.secrets = [][]byte{secret}
	id, now := h.closed(bike, 312), h.clock.Now()
	before := h.sheet(id).Last()
	for rest, want := range map[string]string{`"move":"decided","decision":"x","paragraph":"§ 1"`: "decision unknown", `"move":"decided","decision":"granted"`: "paragraph missing",
		`"move":"decided","decision":"granted","paragraph":"§ 1","day":"i går"`: "day unknown", `"move":"decision-planned"`: "next_day missing", `"move":"handed-over"`: "body_registry missing",
		`"move":"news"`: "words missing", `"move":"news","words":"x","next_step":"x"`: "next_step unknown", `"move":"handed-over","body_registry":"x","next_day":"x"`: "next_day unknown",
		`"move":"handed-over","body_registry":"x","link":"http://a"`: "link unknown", `"move":"opened"`: "move unknown"} {
		w := h.tell(event("m", now, `{"registry":"`+h.sheet(id).Registry+`","step":{`+rest+`}}`))
		var p struct {
			Errors []struct{ Member, Code string }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != http.StatusUnprocessableEntity || len(p.Errors) != 1 || p.Errors[0].Member+" "+p.Errors[0].Code != want {
			t.Errorf("%s: status %d, %+v (%v), want %s", rest, w.Code, p.Errors, err, want)
		}
	}
	if got := h.sheet(id).Last(); got != before {
		t.Error("a refused event left something")
	}
}

// The example in docs/casesystem.md, made by openssl in a shell, is the very
// computation: the same lines are run here.
func TestDocumentedSignature(t *testing.T) {
	h := newHall(t)
	h.secrets = [][]byte{secret}
	header, body := documented(t)
	request := func(body string) *http.Request {
		r := httptest.NewRequest("POST", moderation.EventsPath, strings.NewReader(body))
		r.Header = header
		return r
	}
	seconds, err := strconv.ParseInt(header.Get("webhook-timestamp"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	h.clock.Set(time.Unix(seconds, 0))
	if got := problem(t, h.tell(request(body)), http.StatusNotFound); got != "registry" { // signed, and about nothing we have
		t.Errorf("the example is answered %s", got)
	}
	if got := problem(t, h.tell(request(body+" ")), http.StatusUnauthorized); got != "signature" {
		t.Errorf("with another body it is answered %s", got)
	}
}

// documented runs the documentation's lines in a shell, with something in the
// place of curl that writes down what it is asked to send.
func documented(t *testing.T) (header http.Header, body string) {
	t.Helper()
	doc, err := os.ReadFile("../../../docs/casesystem.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := bytes.Cut(doc, []byte("```sh\n"))
	script, _, end := bytes.Cut(rest, []byte("```"))
	if !ok || !end || !bytes.Contains(script, []byte("openssl dgst")) {
		t.Fatal("the documentation has no example in a shell")
	}
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatal("NOT TESTED: openssl is not installed")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "curl"), []byte("#!/bin/sh\nfor a in \"$@\"; do printf '%s\\0' \"$a\"; done\n"), 0o700); err != nil { //nolint:gosec // it is to be run
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-eu", "-c", string(script))
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + dir + ":" + filepath.Dir(openssl) + ":/usr/bin:/bin", "SECRET=" + string(secret)}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the example does not run: %v", err)
	}
	header = http.Header{}
	args := strings.Split(string(out), "\x00")
	for i, a := range args[:len(args)-1] {
		switch a {
		case "-H":
			name, value, _ := strings.Cut(args[i+1], ": ")
			header.Set(name, value)
		case "--data-binary":
			raw, err := os.ReadFile(filepath.Join(dir, strings.TrimPrefix(args[i+1], "@")))
			if err != nil {
				t.Fatal(err)
			}
			body = string(raw)
		}
	}
	return header, body
}
