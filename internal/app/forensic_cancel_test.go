package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"medborgarnavet/fake/bankid"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
)

// I-17: a login to vote that is broken off while the e-ID does not answer is
// told of by the minute and by words of the list alone, as everything else.
func TestDiscreetLinesOfABrokenOffLogin(t *testing.T) {
	h := newHost(t, db.SQLite, config.DesignMAC)
	h.quiet = true
	h.start()
	h.id = h.petition("Bygg en bro")
	from := h.logged()
	resp, err := h.post("/rosta/logga-in", url.Values{"forslag": {h.id}, "enhet": {"annan"}}, "192.0.2.77", "")
	if err != nil || resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("a login begins: %v, %v", resp.StatusCode, err)
	}
	h.out.BankID.Break("cancel", bankid.Fault{Status: 500, Code: "198507099805"}, 3)
	if _, err := h.post(resp.Header.Get("Location")+"/avbryt", url.Values{}, "192.0.2.77", forensicCookies("", resp)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(h.logSince(from), "an order could not be cancelled") {
		t.Error("the e-ID was not asked to cancel: this shows nothing")
	}
	h.discreetLines("broken off", from)
}
