package ssbtek_test

import (
	"net/http"
	"strings"
	"testing"

	"medborgarnavet/fake/ca"
	"medborgarnavet/fake/ssbtek"
)

// Source 004 appendix 2 step 4b: the agreement's organisation number must be in
// the certificate, in whichever form the issuer writes it.
func TestCertificate(t *testing.T) {
	tn := start(t, func(o *ssbtek.Options) { o.Operators = map[string][]string{ekbacka: {"2120000142"}} })
	stranger, err := ca.New("stranger")
	if err != nil {
		t.Fatal(err)
	}
	client := func(number string, form ca.Form) ca.Options {
		return ca.Options{CommonName: "c", OrgNumber: number, Form: form, Client: true}
	}
	tests := []struct {
		name      string
		authority *ca.CA
		leaf      ca.Options
		submitter string
		code      string // felkod; "TLS" for no connection, "" for an answer
	}{
		{"plain", tn.authority, client(ekbacka, ca.Plain), ekbacka, ""},
		{"prefixed", tn.authority, client(ekbacka, ca.Prefixed), ekbacka, ""},
		{"identifier", tn.authority, client(ekbacka, ca.Identifier), ekbacka, ""},
		{"operator for another", tn.authority, client(ekbacka, ca.Plain), "2120000142", ""},
		{"submitter is someone else", tn.authority, client(ekbacka, ca.Plain), havsnas, ssbtek.CodeSubmitter},
		{"no agreement", tn.authority, client(havsnas, ca.Plain), havsnas, ssbtek.CodeAgreement},
		{"no number", tn.authority, client("", ca.Plain), ekbacka, ssbtek.CodeAgreement},
		{"unknown issuer", stranger, client(ekbacka, ca.Plain), ekbacka, "TLS"},
		{"server certificate", tn.authority, ca.Options{CommonName: "s", OrgNumber: ekbacka, Server: true}, ekbacka, "TLS"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			q := question(t, "162120009911", "16"+tc.submitter)
			_, answer, err := post(t, tn.as(t, tc.authority, tc.leaf), tn.URL(), q)
			if tc.code == "TLS" {
				if err == nil {
					t.Fatalf("the connection came about: %s", answer)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantFault(t, answer, tc.code)
		})
	}
	t.Run("no certificate", func(t *testing.T) {
		bare := tn.as(t, tn.authority, ca.Options{Client: true})
		bare.Transport.(*http.Transport).TLSClientConfig.Certificates = nil
		if _, _, err := post(t, bare, tn.URL(), question(t)); err == nil {
			t.Error("answered a caller without a certificate")
		}
	})
}

func wantFault(t *testing.T, envelope []byte, code string) {
	t.Helper()
	r := parse(t, envelope)
	switch {
	case code == "" && r.Fault != nil:
		t.Errorf("fault %+v, want an answer", *r.Fault)
	case code == "" && r.Parts.AF == nil:
		t.Errorf("no answer: %s", envelope)
	case code == "":
	case r.Fault == nil || r.Fault.Detail.Contract == nil:
		t.Errorf("no fault of the contract: %s", envelope)
	case r.Fault.Detail.Contract.Felkod != code:
		t.Errorf("felkod = %s (%v), want %s", r.Fault.Detail.Contract.Felkod, r.Fault.Detail.Contract.Felmeddelande, code)
	}
}

// SOAP 1.1 §6 and the WSDL: POST, text/xml in UTF-8, an empty SOAPAction.
func TestHTTP(t *testing.T) {
	tn := start(t, nil)
	tests := []struct {
		name        string
		method      string
		path        string
		contentType string
		action      []string
		status      int
	}{
		{"right", "POST", "", "text/xml; charset=UTF-8", []string{`""`}, 200},
		{"quoted charset", "POST", "", `text/xml;charset="utf-8"`, []string{`""`}, 200},
		{"get", "GET", "", "text/xml", []string{`""`}, 405},
		{"elsewhere", "POST", "/x", "text/xml", []string{`""`}, 404},
		{"soap 1.2", "POST", "", "application/soap+xml", []string{`""`}, 415},
		{"latin 1", "POST", "", "text/xml; charset=iso-8859-1", []string{`""`}, 415},
		{"no action", "POST", "", "text/xml", nil, 500},
		{"an action", "POST", "", "text/xml", []string{`"hamta"`}, 500},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), tc.method, tn.URL()+tc.path, strings.NewReader(question(t)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", tc.contentType)
			if tc.action != nil {
				r.Header["SOAPAction"] = tc.action
			}
			resp, err := tn.client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != tc.status {
				t.Errorf("status = %d, want %d", resp.StatusCode, tc.status)
			}
			// I-15: marked as test.
			if tc.status == 200 && resp.Header.Get("X-Test-Data") == "" {
				t.Error("the answer is not marked as test")
			}
		})
	}
}

func TestListensOnLoopbackOnly(t *testing.T) {
	s := ssbtek.New(ssbtek.Options{})
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "example.se:0"} {
		if err := s.Start(address); err == nil {
			_ = s.Close()
			t.Errorf("listens on %s", address)
		}
	}
	if s.URL() != "" {
		t.Error("has a URL without listening")
	}
}

// I-9: what is counted is how often, not about whom.
func TestCounts(t *testing.T) {
	tn := start(t, nil)
	tn.ask(t, question(t))
	tn.ask(t, question(t, `SKV inkludera="true"`, `SKV inkludera="false"`))
	tn.ask(t, question(t, "EB-2026-0001", ""))
	if got := tn.Requests(); got["AF"] != 2 || got["SKV"] != 1 || got["FK"] != 2 {
		t.Errorf("requests = %v, want two to AF and FK, one to SKV", got)
	}
	if tn.Calls() != 3 {
		t.Errorf("calls = %d, want 3", tn.Calls())
	}
	if !strings.Contains(string(tn.LastEnvelope()), "arendeidentitet") {
		t.Error("the last envelope is not kept")
	}
	tn.Reset()
	if tn.Calls() != 0 || len(tn.Requests()) != 0 || tn.LastEnvelope() != nil {
		t.Error("Reset keeps counts")
	}
}
