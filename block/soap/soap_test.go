package soap_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/soap"
)

func TestCheck(t *testing.T) {
	small := soap.Limits{MaxBytes: 400, MaxDepth: 3, MaxElements: 5, MaxTextBytes: 10}
	for name, c := range map[string]struct {
		doc  string
		want error
	}{
		"plain":                          {`<a><b>x</b></a>`, nil},
		"declaration, comment, CDATA":    {"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- c --><a><![CDATA[<x]]></a>\n", nil},
		"byte order mark":                {"\ufeff<?xml version=\"1.0\"?><a/>", nil},
		"prefixes":                       {`<p:a xmlns:p="urn:x" p:y="1" y="2"><p:b xml:lang="sv"/></p:a>`, nil},
		"entities of XML itself":         {`<a>&lt;&#229;&amp;</a>`, nil},
		"depth at the limit":             {`<a><b><c/></b></a>`, nil},
		"empty":                          {``, soap.ErrMalformed},
		"only space":                     {" \n", soap.ErrMalformed},
		"two roots":                      {`<a/><b/>`, soap.ErrMalformed},
		"text after":                     {`<a/>x`, soap.ErrMalformed},
		"text before":                    {`x<a/>`, soap.ErrMalformed},
		"unclosed":                       {`<a><b></a>`, soap.ErrMalformed},
		"cut off":                        {`<a><b/>`, soap.ErrMalformed},
		"crossed prefixes":               {`<p:a xmlns:p="u" xmlns:q="u"></q:a>`, soap.ErrMalformed},
		"undeclared prefix":              {`<p:a/>`, soap.ErrMalformed},
		"undeclared attribute":           {`<a p:x="1"/>`, soap.ErrMalformed},
		"attribute twice":                {`<a x="1" x="2"/>`, soap.ErrMalformed},
		"attribute twice, two prefixes":  {`<a xmlns:p="u" xmlns:q="u" p:x="1" q:x="2"/>`, soap.ErrMalformed},
		"declaration twice":              {`<a xmlns="u" xmlns="v"/>`, soap.ErrMalformed},
		"prefix undeclared again":        {`<p:a xmlns:p="u"><b xmlns:p=""/></p:a>`, soap.ErrMalformed},
		"unknown entity":                 {`<a>&aring;</a>`, soap.ErrMalformed},
		"not UTF-8":                      {"<a>\xe5</a>", soap.ErrMalformed},
		"control character":              {"<a>&#1;</a>", soap.ErrMalformed},
		"document type":                  {`<!DOCTYPE a><a/>`, soap.ErrForbidden},
		"entity declared":                {`<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>`, soap.ErrForbidden},
		"processing instruction":         {`<?xml-stylesheet href="x"?><a/>`, soap.ErrForbidden},
		"declaration late":               {` <?xml version="1.0"?><a/>`, soap.ErrForbidden},
		"another encoding":               {`<?xml version="1.0" encoding="ISO-8859-1"?><a/>`, soap.ErrForbidden},
		"too deep":                       {`<a><b><c><d/></c></b></a>`, soap.ErrLimit},
		"too many elements":              {`<a><b/><b/><b/><b/><b/></a>`, soap.ErrLimit},
		"too long text":                  {`<a>01234567890</a>`, soap.ErrLimit},
		"too long text in pieces":        {`<a>012345<b/>67890</a>`, soap.ErrLimit},
		"too long CDATA":                 {`<a><![CDATA[01234567890]]></a>`, soap.ErrLimit},
		"too long attribute":             {`<a x="01234567890"/>`, soap.ErrLimit},
		"too long document":              {`<a>` + strings.Repeat(" ", 400) + `</a>`, soap.ErrLimit},
		"colon after the name's prefix":  {`<p:a:b xmlns:p="u"/>`, soap.ErrMalformed},
		"the prefix that means xmlns":    {`<a xmlns:xmlns="u"/>`, soap.ErrMalformed},
		"an end without a start":         {`</a>`, soap.ErrMalformed},
		"nothing but a declaration":      {`<?xml version="1.0"?>`, soap.ErrMalformed},
		"not XML":                        {`{"a":1}`, soap.ErrMalformed},
		"an attribute without its value": {`<a x/>`, soap.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			if err := soap.Check([]byte(c.doc), small); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestCheckDefaultLimits(t *testing.T) {
	deep := strings.Repeat("<a>", 65) + strings.Repeat("</a>", 65)
	if err := soap.Check([]byte(deep), soap.Limits{}); !errors.Is(err, soap.ErrLimit) {
		t.Errorf("65 levels: %v", err)
	}
	var attrs strings.Builder
	for i := range 200 {
		fmt.Fprintf(&attrs, ` a%d=""`, i)
	}
	if err := soap.Check([]byte("<a"+attrs.String()+"/>"), soap.Default); !errors.Is(err, soap.ErrLimit) {
		t.Errorf("200 attributes: %v", err)
	}
}

const envelopeNS = `xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"`

func TestBody(t *testing.T) {
	for name, c := range map[string]struct{ doc, want string }{
		"simple":         {`<s:Envelope ` + envelopeNS + `><s:Body><a/></s:Body></s:Envelope>`, `<a xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"/>`},
		"header first":   {`<s:Envelope ` + envelopeNS + `><s:Header><h/></s:Header><s:Body> <a>x</a> </s:Body></s:Envelope>`, `<a xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">x</a>`},
		"prefix outside": {`<s:Envelope ` + envelopeNS + ` xmlns:p="urn:p&amp;q"><s:Body xmlns="urn:d"><p:a k='1'><b/></p:a></s:Body></s:Envelope>`, `<p:a xmlns="urn:d" xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p="urn:p&amp;q" k='1'><b/></p:a>`},
		"own wins":       {`<s:Envelope ` + envelopeNS + ` xmlns:p="urn:p"><s:Body><p:a xmlns:p='urn:own'/></s:Body></s:Envelope>`, `<p:a xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p='urn:own'/>`},
		"no default":     {`<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><a xmlns=""/></Body></Envelope>`, `<a xmlns=""/>`},
	} {
		t.Run(name, func(t *testing.T) {
			body, fault, err := soap.Body([]byte(c.doc), soap.Default)
			if err != nil || fault != nil || string(body) != c.want {
				t.Errorf("got %s\n%v %v", body, fault, err)
			}
		})
	}
}

func TestBodyRefuses(t *testing.T) {
	for name, doc := range map[string]string{
		"no envelope":     `<a/>`,
		"SOAP 1.2":        `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><a/></s:Body></s:Envelope>`,
		"empty body":      `<s:Envelope ` + envelopeNS + `><s:Body/></s:Envelope>`,
		"two in the body": `<s:Envelope ` + envelopeNS + `><s:Body><a/><b/></s:Body></s:Envelope>`,
		"two bodies":      `<s:Envelope ` + envelopeNS + `><s:Body><a/></s:Body><s:Body/></s:Envelope>`,
		"no body":         `<s:Envelope ` + envelopeNS + `><s:Header/></s:Envelope>`,
		"body too deep":   `<s:Envelope ` + envelopeNS + `><x><s:Body><a/></s:Body></x></s:Envelope>`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := soap.Body([]byte(doc), soap.Default); !errors.Is(err, soap.ErrNotSOAP) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, _, err := soap.Body([]byte(`<!DOCTYPE x><x/>`), soap.Default); !errors.Is(err, soap.ErrForbidden) {
		t.Errorf("Body does not check: %v", err)
	}
}

const faultDoc = `<s:Envelope ` + envelopeNS + ` xmlns:f="urn:f"><s:Body><s:Fault><faultcode>s:Server</faultcode>
<faultstring><![CDATA[about 198507099805]]></faultstring><detail><f:x><f:code>7</f:code></f:x></detail></s:Fault></s:Body></s:Envelope>`

func TestFault(t *testing.T) {
	body, fault, err := soap.Body([]byte(faultDoc), soap.Default)
	if err != nil || fault == nil || body != nil {
		t.Fatalf("got %s, %v, %v", body, fault, err)
	}
	if fault.Code != "s:Server" || fault.String != "about 198507099805" {
		t.Errorf("code %q, string %q", fault.Code, fault.String)
	}
	var detail struct {
		XMLName xml.Name
		Code    string `xml:"code"`
	}
	if err := xml.Unmarshal(fault.Detail, &detail); err != nil || detail.XMLName.Space != "urn:f" || detail.Code != "7" {
		t.Errorf("detail %s: %v", fault.Detail, err)
	}
	// I-9: the error text may be logged.
	if strings.Contains(fault.Error(), "1985") {
		t.Error("the fault's error text holds what the service said")
	}
}

func TestEnvelopeRoundTrip(t *testing.T) {
	in := []byte(`<a xmlns="urn:a">åäö</a>`)
	body, _, err := soap.Body(soap.Envelope(in), soap.Default)
	if err != nil || !bytes.Contains(body, []byte(`xmlns="urn:a">åäö</a>`)) {
		t.Errorf("%s %v", body, err)
	}
}

func TestCall(t *testing.T) {
	type reply struct {
		status int
		ctype  string
		body   string
	}
	ok := string(soap.Envelope([]byte(`<b/>`)))
	var status soap.StatusError
	for name, c := range map[string]struct {
		reply reply
		check func(body []byte, f *soap.Fault, err error) bool
	}{
		"answer": {reply{200, "text/xml; charset=UTF-8", ok}, func(b []byte, f *soap.Fault, err error) bool {
			return err == nil && f == nil && bytes.HasPrefix(b, []byte("<b"))
		}},
		"fault":          {reply{500, "text/xml", faultDoc}, func(_ []byte, f *soap.Fault, err error) bool { return err == nil && f != nil && f.Code == "s:Server" }},
		"web page":       {reply{200, "text/html", "<html/>"}, func(_ []byte, _ *soap.Fault, err error) bool { return errors.As(err, &status) && status.Status == 200 }},
		"no such page":   {reply{404, "text/xml", ok}, func(_ []byte, _ *soap.Fault, err error) bool { return errors.As(err, &status) && status.Status == 404 }},
		"sent elsewhere": {reply{307, "text/xml", ok}, func(_ []byte, _ *soap.Fault, err error) bool { return errors.As(err, &status) && status.Status == 307 }},
		"garbage":        {reply{200, "text/xml", "<a"}, func(_ []byte, _ *soap.Fault, err error) bool { return errors.Is(err, soap.ErrMalformed) }},
		"too much":       {reply{200, "text/xml", strings.Repeat("x", 5000)}, func(_ []byte, _ *soap.Fault, err error) bool { return errors.Is(err, soap.ErrLimit) }},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls++
				in, _ := io.ReadAll(r.Body)
				if r.Method != http.MethodPost || r.Header.Get("SOAPAction") != `""` || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/xml") || !bytes.Contains(in, []byte("<q/>")) {
					t.Errorf("the request is not SOAP 1.1: %s %v", r.Method, r.Header)
				}
				w.Header().Set("Content-Type", c.reply.ctype)
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(c.reply.status)
				_, _ = io.WriteString(w, c.reply.body)
			}))
			defer srv.Close()
			body, fault, err := soap.Client{HTTP: srv.Client(), URL: srv.URL, Limits: soap.Limits{MaxBytes: 4000}}.Call(t.Context(), []byte(`<q/>`))
			if !c.check(body, fault, err) || calls != 1 {
				t.Errorf("got %s, %v, %v after %d calls", body, fault, err, calls)
			}
		})
	}
}

func TestCallObeysItsContext(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer srv.Close()
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, _, err := soap.Client{HTTP: srv.Client(), URL: srv.URL}.Call(ctx, []byte(`<q/>`))
	if !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), srv.URL) {
		t.Errorf("got %v", err)
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{faultDoc, `<a/>`, `<a xmlns:p="u" p:x="1"><![CDATA[x]]></a>`, `<!DOCTYPE a><a/>`, "\ufeff<a/>", `<?xml version="1.0"?><a>&lt;</a>`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if soap.Check(doc, soap.Limits{MaxBytes: 1 << 16}) != nil {
			return
		}
		// What passes is XML to another reader of the same language too.
		var v struct {
			XMLName xml.Name
		}
		if err := xml.Unmarshal(bytes.TrimPrefix(doc, []byte("\ufeff")), &v); err != nil {
			t.Fatalf("Check accepts what the XML decoder does not: %v", err)
		}
	})
}

func FuzzBody(f *testing.F) {
	f.Add([]byte(faultDoc))
	f.Add(soap.Envelope([]byte(`<p:a xmlns:p="u" p:x="1"/>`)))
	f.Add([]byte(`<s:Envelope ` + envelopeNS + ` xmlns:p="urn:p"><s:Body xmlns="urn:d"><p:a k='1'><b/></p:a></s:Body></s:Envelope>`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		body, fault, err := soap.Body(doc, soap.Limits{MaxBytes: 1 << 16})
		if err != nil {
			if body != nil || fault != nil {
				t.Fatal("an error and an answer")
			}
			return
		}
		if fault != nil {
			body = fault.Detail
			if body == nil {
				return
			}
		}
		if err := soap.Check(body, soap.Limits{}); err != nil {
			t.Fatalf("the body is not readable on its own: %v\n%q", err, body)
		}
	})
}

func ExampleBody() {
	doc := soap.Envelope([]byte(`<hello xmlns="urn:example">world</hello>`))
	body, fault, err := soap.Body(doc, soap.Default)
	var v struct {
		Text string `xml:",chardata"`
	}
	fmt.Println(xml.Unmarshal(body, &v), v.Text, fault == nil, err)
	// Output: <nil> world true <nil>
}
