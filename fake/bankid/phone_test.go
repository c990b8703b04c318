package bankid

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// page loads or posts and follows redirects, like a browser without JavaScript.
func (w world) page(method, path, form string) (int, string, *http.Response) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, strings.TrimSuffix(w.PageURL(), "/")+path, strings.NewReader(form))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), resp
}

func TestPhonePage(t *testing.T) {
	w := newWorld(t)
	a, o := w.auth(`,"returnUrl":"https://ekbacka.example/klar?n=1"`)
	pages := map[string]string{}
	step := func(name, method, path, form string, wants ...string) {
		t.Helper()
		status, body, resp := w.page(method, path, form)
		if status != http.StatusOK {
			t.Errorf("%s: status %d", name, status)
		}
		for _, want := range append(wants, "TESTLÄGE", `lang="sv"`) {
			if !strings.Contains(body, want) {
				t.Errorf("%s: no %q in\n%s", name, want, body)
			}
		}
		if resp.Header.Get("Set-Cookie") != "" || strings.Contains(body, "<script") || strings.Contains(body, "style=") {
			t.Errorf("%s: a cookie, script or inline style", name)
		}
		if strings.Contains(body, o.ref) || strings.Contains(body, o.qrSecret) {
			t.Errorf("%s: shows the order's secrets", name)
		}
		pages[name] = body
	}
	step("list", "GET", "/", "", "Ekbacka kommun", "för 0 sekunder sedan", o.page)
	step("who", "POST", "/skanna-vantande", "id="+o.page, "Vem är du?", "Anna Berglund", "Ensam vuxen", "Medarbetare", "Logga in på Mina sidor.")
	w.wantHint(a.str("orderRef"), "pending", "started")
	step("answer", "POST", "/begaran/"+o.page+"/person", "person="+anna, "Du är <strong>Anna Berglund", "Avbryt")
	w.wantHint(a.str("orderRef"), "pending", "userSign")
	step("end", "POST", "/begaran/"+o.page+"/svar", "svar=approve", "Klart. Du har godkänt.", "Gå tillbaka till fliken")
	step("empty list", "GET", "/", "", "Ingen begäran väntar")
	if strings.Contains(pages["end"], "ekbacka.example") {
		t.Error("a scanned order links back, though the browser is on another device")
	}
	step("style", "GET", "/", "", "/stil.css")
	if status, css, _ := w.page("GET", "/stil.css", ""); status != 200 || !strings.Contains(css, "prefers-color-scheme") {
		t.Errorf("stylesheet: %d", status)
	}
}

func TestPhonePageSameDevice(t *testing.T) {
	w := newWorld(t)
	a, o := w.auth(`,"returnUrl":"https://ekbacka.example/klar?n=1"`)
	status, body, _ := w.page("GET", "/starta?autostarttoken="+a.str("autoStartToken"), "")
	if status != 200 || !strings.Contains(body, "Vem är du?") {
		t.Fatalf("%d %s", status, body)
	}
	if status, _, _ := w.page("GET", "/starta?autostarttoken="+a.str("autoStartToken"), ""); status != 200 {
		t.Errorf("page loaded again: %d", status)
	}
	w.page("POST", "/begaran/"+o.page+"/person", "person="+anna)
	_, body, resp := w.page("POST", "/begaran/"+o.page+"/svar", "svar=approve")
	if !strings.Contains(body, `href="https://ekbacka.example/klar?n=1"`) {
		t.Errorf("no way back in\n%s", body)
	}
	if resp.Request.Method != http.MethodPost {
		t.Error("the end comes after a redirect: the service may have collected the order by then")
	}
}

func TestPhonePageRefusesInWords(t *testing.T) {
	w := newWorld(t)
	_, o := w.auth("")
	w.clock.advance(20 * time.Second)
	for name, tt := range map[string]struct{ method, path, form, want string }{
		"old code":      {"POST", "/skanna", "qr=" + o.code(1), "för gammal"},
		"not a code":    {"POST", "/skanna", "qr=hej", "ingen QR-kod från BankID"},
		"unknown order": {"POST", "/skanna-vantande", "id=x", "Ingen begäran väntar på den här"},
		"unknown link":  {"GET", "/starta?autostarttoken=x", "", "Länken har gått ut"},
		"lost order":    {"GET", "/begaran/x", "", "finns inte kvar"},
	} {
		status, body, _ := w.page(tt.method, tt.path, tt.form)
		if status/100 != 4 || !strings.Contains(body, tt.want) {
			t.Errorf("%s: %d, no %q", name, status, tt.want)
		}
	}
	cross := httptest.NewRequest("POST", "/skanna", strings.NewReader("qr="+o.code(20)))
	cross.Header.Set("Sec-Fetch-Site", "cross-site")
	rec := httptest.NewRecorder()
	w.pageHandler().ServeHTTP(rec, cross)
	if rec.Code != http.StatusForbidden {
		t.Errorf("cross-site post: %d", rec.Code)
	}
}
