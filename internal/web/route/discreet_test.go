package route

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
)

// petition stands for what no log may tell: it is in addresses and in the
// values of attributes.
const petition = "01JD7N5K9QZ8X4VWT3M2R6YB1C"

// discreetRoutes answer in every way that a handler can.
func discreetRoutes() (routes []Route, paths []string) {
	kinds := []fault.Kind{fault.Invalid, fault.Unauthenticated, fault.Forbidden, fault.NotFound, fault.Conflict, fault.Gone,
		fault.TooLarge, fault.TooMany, fault.Unavailable, fault.Internal}
	add := func(name string, do Handler) {
		routes = append(routes, Route{Pattern: "GET /" + name + "/{id}", Access: Public, Discreet: true, Do: do},
			Route{Pattern: "POST /" + name + "/{id}", Access: Public, Discreet: true, Do: do})
		paths = append(paths, "/"+name+"/"+petition+"?n="+petition)
	}
	add("ok", say("ok"))
	for _, k := range kinds {
		add(string(k), func(http.ResponseWriter, *Request) error { return fault.New(k, "what happened") })
	}
	add("plain", func(http.ResponseWriter, *Request) error { return errors.New("row 3 cannot be read") })
	add("panic", func(http.ResponseWriter, *Request) error { panic(anna + petition) })
	add("panicking-error", func(http.ResponseWriter, *Request) error { panic(errors.New(anna)) })
	return routes, paths
}

// lines are the records of a JSON log.
func lines(t *testing.T, log string) (all []map[string]any) {
	t.Helper()
	for s := bufio.NewScanner(strings.NewReader(log)); s.Scan(); {
		var line map[string]any
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		all = append(all, line)
	}
	return all
}

// P-05, P-15, I-17 (the log-schema test): whatever a discreet route's handling
// comes to, the log gets allow-listed attributes, a whole minute, and nothing of
// the address, the client or the person.
func TestLogSchemaOfDiscreetRoutes(t *testing.T) {
	s := newSite(t)
	routes, paths := discreetRoutes()
	rt := s.serve(routes...)
	c := s.login(anna, identity.Citizen)
	for _, p := range paths {
		get(rt, p, c)
		post(rt, p, nil, c)
		post(rt, p, map[string]string{"Content-Type": "multipart/form-data; boundary=x"}, c)
		post(rt, p, map[string]string{"Sec-Fetch-Site": "cross-site"}, c)
		huge := httptest.NewRequest("POST", p, strings.NewReader("a="+strings.Repeat("x", 300<<10)))
		huge.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		send(rt, huge, c)
		path, _, _ := strings.Cut(p, "?")
		get(rt, path+"/finns/inte", c)
	}
	if strings.Contains(s.log.String(), `"msg":"request`) {
		t.Error("a request is told by itself")
	}
	rt.TellRequests()
	allowed := append([]string{slog.TimeKey, slog.LevelKey, slog.MessageKey}, discreetAttributes...)
	all := lines(t, s.log.String())
	outcomes := map[string]bool{}
	var told float64
	for _, line := range all {
		for name := range line {
			if !slices.Contains(allowed, name) {
				t.Errorf("the log has %q: %v", name, line)
			}
		}
		at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(line["time"]))
		if err != nil || at.Second() != 0 || at.Nanosecond() != 0 {
			t.Errorf("the log tells %v", line["time"])
		}
		if line["msg"] == "requests" {
			if len(line) != 6 {
				t.Errorf("the line of requests is more than pattern, outcome and count: %v", line)
			}
			told += line["count"].(float64)
			outcomes[fmt.Sprint(line["outcome"])] = true
		}
	}
	if want := 4 * len(paths); told != float64(want) { // across sites and an unknown address reach no route
		t.Errorf("%v requests are told of %d", told, want)
	}
	if len(outcomes) != 11 { // ten kinds and none
		t.Errorf("outcomes %v", outcomes)
	}
	for _, bad := range []string{petition, anna, "192.0.2.1", c.Value, "Berglund"} {
		if strings.Contains(s.log.String(), bad) {
			t.Errorf("the log tells %q", bad)
		}
	}
	for _, need := range []string{"row 3 cannot be read", `"route":"GET /ok/{id}"`, `"kind":"*errors.errorString"`, "discreetRoutes"} {
		if !strings.Contains(s.log.String(), need) {
			t.Errorf("the log lacks %q", need)
		}
	}
}

// I-17: a login that the browser has is not looked up by a discreet route, so
// that nothing notes the moment, and no page of it tells who is logged in.
func TestDiscreetRouteTouchesNoLogin(t *testing.T) {
	s := newSite(t)
	rt := s.serve(
		Route{Pattern: "GET /rosta", Access: Public, Discreet: true, Do: func(w http.ResponseWriter, r *Request) error {
			fmt.Fprintf(w, "%v %q %q", r.LoggedIn(), r.ID, r.ClientIP)
			return nil
		}},
		Route{Pattern: "GET /min", Access: Citizen, Do: say("min")})
	c := s.login(anna, identity.Citizen)
	before := s.stored(t)
	s.clock.Advance(10 * time.Minute)
	for range 3 {
		if status, body, h := get(rt, "/rosta", c); status != 200 || body != `false "" "192.0.2.1"` || len(h.Values("Set-Cookie")) != 0 {
			t.Errorf("%d %s", status, body)
		}
	}
	if after := s.stored(t); after != before {
		t.Errorf("voting moved the login from %s to %s", before, after)
	}
	if get(rt, "/min", c); s.stored(t) == before {
		t.Error("another page does not move it: the test sees nothing")
	}
}

// stored is every row of the one table of logins.
func (s *site) stored(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	err := s.db.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(t.Context(), `SELECT * FROM identity_session`)
		if err != nil {
			return err
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				return err
			}
			for i, v := range values {
				fmt.Fprintf(&out, "%s=%x ", columns[i], *v.(*any))
			}
		}
		return rows.Err()
	})
	if err != nil || out.Len() == 0 {
		t.Fatalf("%v, %d bytes", err, out.Len())
	}
	return out.String()
}

// A route cannot be discreet and know who somebody is.
func TestDiscreetIsForAnyone(t *testing.T) {
	s := newSite(t)
	for name, r := range map[string]Route{
		"a citizen": {Pattern: "GET /a", Access: Citizen, Discreet: true, Do: say("a")},
		"staff":     {Pattern: "GET /a", Access: Staff, Roles: []string{"officer"}, Discreet: true, Do: say("a")},
		"no login":  {Pattern: "GET /a", Access: Public, Discreet: true, Do: say("a"), NoLogin: say("b")},
	} {
		if rt, err := New(s.options(), []Route{r}); err == nil || rt != nil {
			t.Errorf("%s: serves", name)
		}
	}
}

// P-15: what works for a discreet route logs through the same list, however
// the attributes are given.
func TestDiscreetLog(t *testing.T) {
	var out bytes.Buffer
	log := DiscreetLog(slog.New(slog.NewJSONHandler(&out, nil)).With("municipality", "ekbacka"))
	log.With("petition", petition, "provider", "bankid").WithGroup("person").Warn("bankid: call failed", "endpoint", "auth",
		"id", petition, "code", slog.GroupValue(slog.String("x", anna)), slog.Group("route", slog.String("person", anna)))
	line := lines(t, out.String())[0]
	if line["municipality"] != "ekbacka" || line["provider"] != "bankid" || line["endpoint"] != "auth" || line["level"] != "WARN" || len(line) != 6 {
		t.Errorf("%s", out.String())
	}
	if strings.Contains(out.String(), petition) || strings.Contains(out.String(), anna) {
		t.Errorf("%s", out.String())
	}
	if log.Enabled(t.Context(), slog.LevelDebug) {
		t.Error("what the log leaves out, it takes")
	}
}

// A handler that drops the connection may do so; it is counted like any other.
func TestAbortOfDiscreetRoute(t *testing.T) {
	s := newSite(t)
	rt := s.serve(Route{Pattern: "GET /a", Access: Public, Discreet: true, Do: func(http.ResponseWriter, *Request) error { panic(http.ErrAbortHandler) }})
	defer func() {
		p := recover()
		rt.TellRequests()
		rt.TellRequests() // nothing is left to tell
		if p != http.ErrAbortHandler || len(lines(t, s.log.String())) != 1 {
			t.Errorf("%v, %s", p, s.log.String())
		}
	}()
	get(rt, "/a")
	t.Error("the abort was swallowed")
}
