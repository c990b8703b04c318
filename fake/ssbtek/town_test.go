package ssbtek_test

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"medborgarnavet/fake/ca"
	"medborgarnavet/fake/ssbtek"
)

const (
	ekbacka = "2120009911"
	havsnas = "2120009929"
	anna    = "198507099805"
)

// town is a running fake and a client with Ekbacka's certificate.
type town struct {
	*ssbtek.Server
	authority *ca.CA
	client    *http.Client
}

func today() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func start(t *testing.T, change func(*ssbtek.Options)) *town {
	t.Helper()
	authority, err := ca.New("town")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := authority.TLS(ca.Options{CommonName: "ssbtek", OrgNumber: "2021005521", Server: true})
	if err != nil {
		t.Fatal(err)
	}
	o := ssbtek.Options{ClientRoots: authority.Pool(), Certificate: cert, AllowedOrgNumbers: []string{ekbacka}, Now: today}
	if change != nil {
		change(&o)
	}
	s := ssbtek.New(o)
	if err := s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	tn := &town{Server: s, authority: authority}
	tn.client = tn.as(t, authority, ca.Options{CommonName: "Ekbacka", OrgNumber: ekbacka, Client: true})
	return tn
}

// as is a client with a certificate from an authority of its own choice.
func (tn *town) as(t *testing.T, authority *ca.CA, o ca.Options) *http.Client {
	t.Helper()
	cert, err := authority.TLS(o)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs: tn.authority.Pool(), Certificates: []tls.Certificate{cert},
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func post(t *testing.T, c *http.Client, url, body string) (int, []byte, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "text/xml; charset=UTF-8")
	r.Header.Set("SOAPAction", `""`)
	resp, err := c.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

// ask posts a question and returns the status and the whole envelope.
func (tn *town) ask(t *testing.T, question string) (int, []byte) {
	t.Helper()
	status, answer, err := post(t, tn.client, tn.URL(), question)
	if err != nil {
		t.Fatalf("call: %v", err)
	}
	return status, answer
}

// question is testdata/question.xml with pairs of old and new text replaced in
// it and in the LEFI question inside.
func question(t *testing.T, pairs ...string) string {
	t.Helper()
	r := strings.NewReplacer(pairs...)
	return strings.Replace(r.Replace(read(t, "question.xml")), "LEFI",
		base64.StdEncoding.EncodeToString([]byte(r.Replace(read(t, "lefi.json")))), 1)
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// response is the test's own reading of an answer: local names only.
type response struct {
	Fault *struct {
		Code   string `xml:"faultcode"`
		Detail struct {
			Contract *struct {
				Felkod        string   `xml:"felkod"`
				Felmeddelande []string `xml:"felmeddelande"`
			} `xml:"hamtaBastjanstInformationFault"`
		} `xml:"detail"`
	} `xml:"Body>Fault"`
	Parts struct {
		AF  *answer `xml:"AF"`
		CSN *answer `xml:"CSN"`
		FK  *answer `xml:"FK"`
		SKV *answer `xml:"SKV"`
		SO  *answer `xml:"SO"`
		TNS *answer `xml:"TNS"`
		MIV *answer `xml:"MIV"`
	} `xml:"Body>hamtaBastjanstInformationResponse>svarsdata"`
	Echo *struct {
		General struct {
			Person string `xml:"personidentitet"`
		} `xml:"generellaFrageparametrar"`
	} `xml:"Body>hamtaBastjanstInformationResponse>fraga"`
}

type answer struct {
	Data *struct {
		Inner string `xml:",innerxml"`
		CSN   string `xml:"svar"`
		LEFI  string `xml:"lefiJsonSvar"`
	} `xml:"data"`
	Error *struct {
		Kalla  string `xml:"kalla"`
		Felkod string `xml:"felkod"`
	} `xml:"error"`
}

func parse(t *testing.T, envelope []byte) response {
	t.Helper()
	var r response
	if err := xml.Unmarshal(envelope, &r); err != nil {
		t.Fatalf("answer is not XML: %v\n%s", err, envelope)
	}
	return r
}

// unpack is a payload after base64.
func unpack(t *testing.T, s string) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatalf("payload is not base64: %v", err)
	}
	return string(b)
}

// body is the one element inside soap:Body, with its own namespaces.
func body(t *testing.T, envelope []byte) []byte {
	t.Helper()
	_, rest, found := bytes.Cut(envelope, []byte("<soap:Body>"))
	inner, _, ended := bytes.Cut(rest, []byte("</soap:Body>"))
	if !found || !ended {
		t.Fatalf("no body in %s", envelope)
	}
	return inner
}
