package ssbtek

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/block/soap"
	"medborgarnavet/plugin"
)

var testNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var includes = regexp.MustCompile(`@([a-z0-9-]+\.(?:json|xml))@`)

// readTestdata reads an answer written by hand. @file@ in it stands for that
// file in base64, broken into lines as some services write it.
func readTestdata(t testing.TB, name string) string {
	t.Helper()
	doc, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return includes.ReplaceAllStringFunc(string(doc), func(m string) string {
		return encoded(readTestdata(t, strings.Trim(m, "@")))
	})
}

func encoded(s string) string {
	b := base64.StdEncoding.EncodeToString([]byte(s))
	var lines []string
	for len(b) > 76 {
		lines, b = append(lines, b[:76]), b[76:]
	}
	return strings.Join(append(lines, b), "\r\n")
}

// response puts agencies' elements into an answer.
func response(agencies string) string {
	return string(soap.Envelope([]byte(`<hamtaBastjanstInformationResponse xmlns="` + Namespace + `"><svarsdata>` + agencies + `</svarsdata></hamtaBastjanstInformationResponse>`)))
}

func lefi(json string) string {
	return response(`<FK><data><lefiJsonSvar>` + encoded(json) + `</lefiJsonSvar></data></FK>`)
}

func csnAnswer(xml string) string {
	return response(`<CSN><data><svar>` + encoded(xml) + `</svar></data></CSN>`)
}

func mustDecode(t testing.TB, doc string, x Expect) plugin.Answer {
	t.Helper()
	a, err := Decode([]byte(doc), x)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Parts) != len(Origins()) {
		t.Fatalf("%d parts", len(a.Parts))
	}
	return a
}

func part(t testing.TB, a plugin.Answer, origin string) plugin.Part {
	t.Helper()
	for _, p := range a.Parts {
		if p.Origin == origin {
			return p
		}
	}
	t.Fatalf("no part of %s", origin)
	return plugin.Part{}
}

// outcome is a part's state, source and code, such as "unavailable BT -1005".
func outcome(p plugin.Part) string {
	return strings.Join(strings.Fields(string(p.State)+" "+p.Source+" "+p.Code), " ")
}

func number(t testing.TB, s string) pnr.Number {
	t.Helper()
	n, err := pnr.Parse(s, testNow)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func amount(v *int64) int64 {
	if v == nil {
		return -1
	}
	return *v
}

func periodOf(p *plugin.Period) string {
	if p == nil {
		return ""
	}
	return p.From + "–" + p.To
}
