package validate

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"medborgarnavet/block/pades"
	"medborgarnavet/internal/validation"
)

func (c *counter) call(query, kind string, body io.Reader, header ...string) (*http.Response, string) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+APIPath+"/validations"+query, body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return c.do(req, "")
}

// S-06: the interface gives what the command line gives, for the body itself
// and for a part of a form, in the language asked for, or as XML.
func TestAPI(t *testing.T) {
	c := newCounter(t)
	file := c.signed(contract(t), "Anna", "Berglund", pades.BLTA)
	resp, text := c.call("", "application/pdf", bytes.NewReader(file))
	var got struct {
		Verdict    string
		Signatures []struct {
			Signer, Level string
			Covers        bool `json:"covers_whole_document"`
			Reasons       []string
		}
		PDFA struct{ Claimed string }
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %v: %s", resp.StatusCode, err, text)
	}
	if got.Verdict != "valid" || len(got.Signatures) != 1 || got.Signatures[0].Signer != "Anna Berglund" || got.Signatures[0].Level != "B-LTA" ||
		!got.Signatures[0].Covers || got.Signatures[0].Reasons == nil || got.PDFA.Claimed != "2A" {
		t.Errorf("%+v", got)
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "a.pdf")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(changedPage(t, file))
	_ = w.Close()
	resp, text = c.call("", w.FormDataContentType(), &b, "Accept-Language", "sv-SE")
	if resp.StatusCode != http.StatusOK || !strings.Contains(text, `"verdict":"invalid"`) || !strings.Contains(text, "Dokumentet har ändrats") || resp.Header.Get("Content-Language") != "sv" {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
	for _, ask := range [][]string{{"?report=etsi"}, {"", "Accept", "application/xml"}} {
		resp, text = c.call(ask[0], "application/pdf", bytes.NewReader(file), ask[1:]...)
		if resp.StatusCode != http.StatusOK || !strings.Contains(text, "TOTAL-PASSED") && !strings.Contains(text, "total-passed") || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/xml") {
			t.Errorf("%v: %d %.300s", ask, resp.StatusCode, text)
		}
	}
}

// S-06: faults are problem+json (RFC 9457) with a type of their own each.
func TestAPIProblems(t *testing.T) {
	c := newCounter(t)
	for _, f := range []struct {
		name, query, kind, body string
		status                  int
		problem                 string
	}{
		{"empty", "", "application/pdf", "", 422, "empty"},
		{"text", "", "application/pdf", "hej", 422, "not-pdf"},
		{"damaged", "", "application/pdf", "%PDF-1.7\n1 0 obj", 422, "damaged"},
		{"no file", "", "text/plain", "hej", 422, "none"},
		{"no signature to report on", "?report=etsi", "application/pdf", string(contract(t)), 422, "no-signature"},
		{"no tokens here", "?svt=true", "application/pdf", string(contract(t)), 501, "no-tokens"},
	} {
		resp, text := c.call(f.query, f.kind, strings.NewReader(f.body))
		var p problem
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Errorf("%s: %v: %s", f.name, err, text)
		}
		if resp.StatusCode != f.status || p.Status != f.status || p.Type != "urn:medborgarnavet:problem:"+f.problem || p.Title == "" ||
			resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %+v", f.name, resp.StatusCode, p)
		}
	}
}

// S-06: with a certificate for it a validation token comes with the report.
func TestAPIToken(t *testing.T) {
	c := newCounter(t, func(d *Deps) { d.Token = func(validation.Report, []byte) (string, error) { return "a.b.c", nil } })
	_, text := c.call("?svt=true", "application/pdf", bytes.NewReader(c.signed(contract(t), "Anna", "Berglund", pades.BLT)))
	var got struct{ Verdict, SVT string }
	if err := json.Unmarshal([]byte(text), &got); err != nil || got.SVT != "a.b.c" || got.Verdict != "valid" {
		t.Errorf("%v: %s", err, text)
	}
	if resp, text := c.call("?svt=true", "application/pdf", bytes.NewReader(contract(t))); resp.StatusCode != 422 || !strings.Contains(text, "no-signature") {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
}
