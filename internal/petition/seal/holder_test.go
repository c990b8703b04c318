package seal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/block/orgnr"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/seal"
)

// I-14, P-08: a second holder that is down, slow or lies pauses voting; it
// never gives another nullifier, and the person's number is in no error or log.
func TestHolderFails(t *testing.T) {
	anna := person(t, "198507099805")
	o := newOutside(t, nil, ample)
	own := store(t, seal.StoreOptions{}).For(seal.Own)
	good := seal.NewSplit(own, o.remote(t, ekbacka, havsnas), true)
	c := open(t, good, ample)
	want, err := sealOne(t, good, c, anna)
	if err != nil {
		t.Fatal(err)
	}
	other := *c // a key of the same holder that is not this petition's
	otherKey, err := good.Make(t.Context(), db.NewID(), ample)
	if err != nil {
		t.Fatal(err)
	}
	other.Keys = otherKey.Keys
	for _, row := range []struct {
		name string
		lies bool
		bend func(http.Handler, http.ResponseWriter, *http.Request)
	}{
		{"down", false, func(_ http.Handler, w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }},
		{"slow", false, func(h http.Handler, w http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(5 * time.Second):
			}
		}},
		{"server error", false, func(_ http.Handler, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }},
		{"redirect", false, func(_ http.Handler, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/v1/ready", http.StatusTemporaryRedirect)
		}},
		{"garbage", false, func(_ http.Handler, w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{{") }},
		{"nothing", false, func(_ http.Handler, w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }},
		{"no proof", true, change(func(a map[string]any) { delete(a, "proof") })},
		{"proof of something else", true, change(func(a map[string]any) { a["proof"] = strings.Repeat("AAAA", 21) + "AA==" })},
		{"too few", true, change(func(a map[string]any) { a["outputs"] = []any{} })},
		{"the question back", true, func(h http.Handler, w http.ResponseWriter, r *http.Request) { echo(h, w, r) }},
		{"off the curve", true, change(func(a map[string]any) { a["outputs"] = []any{strings.Repeat("A", 44)} })},
		{"another key", true, func(h http.Handler, w http.ResponseWriter, r *http.Request) {
			raw, _ := io.ReadAll(r.Body)
			s := strings.NewReplacer(c.Keys[1].ID, other.Keys[1].ID, c.Keys[1].Public, other.Keys[1].Public, c.Petition, otherKey.Petition).Replace(string(raw))
			r.Body = io.NopCloser(strings.NewReader(s))
			h.ServeHTTP(w, r)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			o.setBend(row.bend)
			remote := seal.NewRemote(seal.RemoteOptions{URL: o.server.URL, Holder: havsnas, Own: ekbacka, Timeout: 300 * time.Millisecond,
				TLS: orgcert.ClientTLS(o.ca.issue(t, ekbacka), o.ca.pool(), havsnas)})
			defer remote.Close()
			n, err := sealOne(t, seal.NewSplit(own, remote, true), c, anna)
			if !fault.Is(err, fault.Unavailable) || n != (seal.Nullifier{}) {
				t.Fatalf("%x, %v", n, err)
			}
			if !strings.Contains(err.Error(), "paused") || strings.Contains(err.Error(), anna.Plain()) {
				t.Errorf("the error says %q", err)
			}
			if errors.Is(err, seal.ErrProof) != row.lies {
				t.Errorf("a lie is told from a disturbance: %v", err)
			}
		})
	}
	o.setBend(nil)
	if again, err := sealOne(t, good, c, anna); err != nil || again != want {
		t.Errorf("afterwards: %v", err)
	}
	if strings.Contains(o.log.String(), anna.Plain()) {
		t.Error("the holder's log names a person")
	}
}

// change lets the holder answer and then changes the first answer.
func change(fn func(answer map[string]any)) func(http.Handler, http.ResponseWriter, *http.Request) {
	return func(h http.Handler, w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		var body struct {
			Answers []map[string]any `json:"answers"`
		}
		_ = json.Unmarshal(rec.Body.Bytes(), &body)
		fn(body.Answers[0])
		_ = json.NewEncoder(w).Encode(body)
	}
}

// echo answers with the very elements that were asked about, and an honest
// proof of something else.
func echo(h http.Handler, w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var asked struct {
		Batches []struct {
			Inputs []string `json:"inputs"`
		} `json:"batches"`
	}
	_ = json.Unmarshal(raw, &asked)
	r.Body = io.NopCloser(bytes.NewReader(raw))
	change(func(a map[string]any) { a["outputs"] = asked.Batches[0].Inputs })(h, w, r)
}

// After a failure the holder is left alone for a moment, and voters are told
// at once.
func TestHolderRests(t *testing.T) {
	o := newOutside(t, nil, ample)
	remote := o.remote(t, ekbacka, havsnas)
	calls := 0
	o.setBend(func(http.Handler, http.ResponseWriter, *http.Request) { calls++; panic(http.ErrAbortHandler) })
	for range 20 {
		if err := remote.Ready(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Fatal(err)
		}
	}
	if calls > 4 { // the transport may try a dead connection again by itself
		t.Errorf("%d calls to a holder that is down", calls)
	}
}

// Who calls, and who answers, is known by the organisation
// number of a verified certificate. Callers never meet.
func TestWhoMayCall(t *testing.T) {
	o := newOutside(t, nil, ample)
	stranger := o.remote(t, orgnr.Number("2021005521"), havsnas)
	if err := stranger.Ready(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a caller without an agreement: %v", err)
	}
	if err := o.remote(t, ekbacka, orgnr.Number("2021005521")).Ready(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("another holder than agreed: %v", err)
	}
	foreign := seal.NewRemote(seal.RemoteOptions{URL: o.server.URL, Holder: havsnas, Own: ekbacka,
		TLS: orgcert.ClientTLS(newAuthority(t).issue(t, ekbacka), o.ca.pool(), havsnas)})
	if err := foreign.Ready(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a certificate from elsewhere: %v", err)
	}
	id := db.NewID()
	a, err := o.store.For(string(ekbacka)).Make(t.Context(), id, seal.VOPRF, ample)
	if err != nil {
		t.Fatal(err)
	}
	b, err := o.store.For("2021005521").Make(t.Context(), id, seal.VOPRF, ample)
	if err != nil || a.Public == b.Public {
		t.Errorf("two callers share a key: %v", err)
	}
}

// The holder's own cap wins over what a caller asks for.
func TestHolderCaps(t *testing.T) {
	o := newOutside(t, nil, seal.Limit{Total: 3, PerMinute: 2})
	remote := o.remote(t, ekbacka, havsnas)
	c := open(t, seal.NewMAC(remote), seal.Limit{Total: 1 << 40})
	used, err := o.store.For(string(ekbacka)).Usage(c.Petition)
	if err != nil || used.Limit != (seal.Limit{Total: 3, PerMinute: 2}) {
		t.Errorf("limit %+v, %v", used.Limit, err)
	}
	for i := range 4 {
		_, err := sealOne(t, seal.NewMAC(remote), c, person(t, "198507099805"))
		if (i < 2) != (err == nil) || (i >= 2 && !fault.Is(err, fault.TooMany)) {
			t.Errorf("answer %d: %v", i, err)
		}
	}
}

// What comes to the holder is refused with the right status, and never kills it.
func TestHolderRefuses(t *testing.T) {
	o := newOutside(t, nil, ample)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: orgcert.ClientTLS(o.ca.issue(t, ekbacka), o.ca.pool(), havsnas)}}
	defer client.CloseIdleConnections()
	id := db.NewID()
	key, err := o.store.For(string(ekbacka)).Make(t.Context(), id, seal.VOPRF, ample)
	if err != nil {
		t.Fatal(err)
	}
	batch := func(inputs string) string {
		return `{"batches":[{"petition":"` + id + `","key":"` + key.ID + `","kind":"` + string(key.Kind) + `","public":"` + key.Public + `","inputs":[` + inputs + `]}]}`
	}
	for _, row := range []struct {
		name, method, path, body string
		status                   int
	}{
		{"no route", "GET", "/", "", 404},
		{"wrong method", "GET", "/v1/compute", "", 405},
		{"not JSON", "POST", "/v1/compute", "x", 400},
		{"unknown field", "POST", "/v1/compute", `{"a":1}`, 400},
		{"nothing asked", "POST", "/v1/compute", `{"batches":[]}`, 413},
		{"empty input", "POST", "/v1/compute", batch(`""`), 400},
		{"long input", "POST", "/v1/compute", batch(`"` + strings.Repeat("A", 400) + `"`), 400},
		{"many", "POST", "/v1/compute", batch(strings.Repeat(`"AAAA",`, 5000) + `"AAAA"`), 413},
		{"large", "POST", "/v1/compute", batch(`"` + strings.Repeat("A", 5<<20) + `"`), 413},
		{"no point", "POST", "/v1/compute", batch(`"AAAA"`), 200}, // the batch has the fault
		{"bad petition", "PUT", "/v1/petitions/..%2fx/key", `{"kind":"hmac-sha256","limit":{"total":1}}`, 400},
		{"bad kind", "PUT", "/v1/petitions/" + db.NewID() + "/key", `{"kind":"rot13","limit":{"total":1}}`, 400},
		{"other kind", "PUT", "/v1/petitions/" + id + "/key", `{"kind":"hmac-sha256","limit":{"total":1}}`, 409},
		{"no limit", "PUT", "/v1/petitions/" + db.NewID() + "/key", `{"kind":"hmac-sha256","limit":{}}`, 400},
		{"not there", "GET", "/v1/petitions/" + db.NewID() + "/key", "", 404},
		{"there", "GET", "/v1/petitions/" + id + "/key", "", 200},
	} {
		req, err := http.NewRequestWithContext(t.Context(), row.method, o.server.URL+row.path, strings.NewReader(row.body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		raw, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != row.status {
			t.Errorf("%s: status %d, want %d", row.name, resp.StatusCode, row.status)
		}
		if row.name == "no point" && !strings.Contains(string(raw), `"fault":"invalid"`) {
			t.Errorf("no point: %s", raw)
		}
	}
}
