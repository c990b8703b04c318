package ssbtek

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"medborgarnavet/block/pnr"
	"medborgarnavet/block/soap"
	"medborgarnavet/plugin"
)

// contract finds the agencies' files, which are not part of the repository:
// SSBTEK_CONTRACT, or the folder shared/ beside it.
func contract(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SSBTEK_CONTRACT")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "contracts", "ssbtek-v10")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "se")); err != nil {
		missing(t, "the agencies' contract v10 is not here: set SSBTEK_CONTRACT")
	}
	return dir
}

// missing skips loudly, and fails where nothing may be skipped.
func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip("SKIPPED, NOTHING WAS VALIDATED: " + why)
}

// xmllint validates a document without touching the network.
func xmllint(t *testing.T, schema string, doc []byte) error {
	t.Helper()
	program, err := exec.LookPath("xmllint")
	if err != nil {
		missing(t, "xmllint (libxml2-utils) is not installed")
	}
	file := filepath.Join(t.TempDir(), "doc.xml")
	if err := os.WriteFile(file, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program, "--noout", "--nonet", "--schema", schema, file).CombinedOutput()
	if err != nil {
		t.Logf("%s", out)
	}
	return err
}

const compositeSchema = "se/forsakringskassan/schema/integration/ssbt/_10/sammansatt_bastjanst_v10.xsd"

func sampleRequest(t testing.TB) Request {
	return Request{
		At: testNow, CorrelationID: "01JD<&>", Person: number(t, "197010632391"),
		Submitter: Organisation{"2120009911", "Ekbacka kommun & nämnd"}, Officer: "prov",
		Case: strings.Repeat("å", MaxCaseLength), Period: plugin.Period{From: "2026-10-01", To: "2026-12-31"},
		Processors: []Organisation{{"2120009929", "Biträde ett"}, {"2021005521", "Biträde två"}},
		Purpose:    "prov av \"syfte\"", Legal: "prov av lagtext", Sources: Origins(), Actor: "026-51",
	}
}

// M-80, M-83, M-84: every request validates against the agencies' schema,
// whichever sources it asks.
func TestRequestsValidate(t *testing.T) {
	schema := filepath.Join(contract(t), compositeSchema)
	one := func(o string) []string { return []string{o} }
	for _, sources := range [][]string{Origins(), one("AF"), one("CSN"), one("FK"), one("PM"), one("SKV"), one("SO"), one("TNS"), one("MIV")} {
		r := sampleRequest(t)
		r.Sources = sources
		if len(sources) == 1 {
			r.Processors, r.CorrelationID, r.At = nil, "", r.At.AddDate(-100, 0, 0)
		}
		doc, err := EncodeRequest(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _, err := soap.Body(doc, soap.Default)
		if err != nil {
			t.Fatal(err)
		}
		if err := xmllint(t, schema, body); err != nil {
			t.Errorf("%v: %v\n%s", sources, err, body)
		}
	}
	test, _, err := soap.Body(encodeTest(), soap.Default)
	if err != nil {
		t.Fatal(err)
	}
	if err := xmllint(t, schema, test); err != nil {
		t.Errorf("the test question: %v", err)
	}
}

// The answers that the other tests read are such as the contract allows.
func TestTestdataValidates(t *testing.T) {
	dir := contract(t)
	for _, name := range []string{"all.xml", "nothing.xml", "errors.xml", "fault.xml"} {
		body, fault, err := soap.Body([]byte(readTestdata(t, name)), soap.Default)
		if err != nil {
			t.Fatal(err)
		}
		if fault != nil {
			body = fault.Detail
		}
		if err := xmllint(t, filepath.Join(dir, compositeSchema), body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// CSN's schema leans on one that is not public; an open type stands in.
	copied := t.TempDir()
	if err := os.CopyFS(filepath.Join(copied, "se", "csn"), os.DirFS(filepath.Join(dir, "se", "csn"))); err != nil {
		t.Fatal(err)
	}
	sambruk := filepath.Join(copied, "se", "sambruk", "sbnyttomeddelanden")
	if err := os.MkdirAll(sambruk, 0o700); err != nil {
		t.Fatal(err)
	}
	open := `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.sambruk.se/SBNyttomeddelanden"><xs:complexType name="SBNUppgEkBistandBegar"/></xs:schema>`
	if err := os.WriteFile(filepath.Join(sambruk, "SBNUppgEkBistandBegar_v1_0.xsd"), []byte(open), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"csn-v4.xml", "csn-nothing.xml"} {
		if err := xmllint(t, filepath.Join(copied, "se/csn/schema/v4_0/kommunfraga/kommunfraga.xsd"), []byte(readTestdata(t, name))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The lists of LEFI's codes are the contract's: a forgotten one would silently
// lose a benefit.
func TestLefiCodesAreTheContracts(t *testing.T) {
	yaml, err := os.ReadFile(filepath.Join(contract(t), "se/forsakringskassan/schema/lefi/lefi-formansinformation-v9.openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{"LefiFkFormanGruppKod": lefiFKCodes, "LefiPmFormanGruppKod": lefiPMCodes} {
		var got []string
		inside, listed := false, false
		for in := bufio.NewScanner(bytes.NewReader(yaml)); in.Scan(); {
			switch line := in.Text(); {
			case strings.HasPrefix(line, "    ") && !strings.HasPrefix(line, "     "):
				inside, listed = line == "    "+name+":", false
			case inside && line == "      enum:":
				listed = true
			case inside && listed && strings.HasPrefix(line, "      - "):
				got = append(got, strings.TrimPrefix(line, "      - "))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// What LEFI is asked: all payments, and of other things only what carries the
// flag of protected identity, unless decisions are wanted too.
func TestLefiQuery(t *testing.T) {
	for decisions, cases := range map[bool]int{false: 0, true: 27} {
		r := sampleRequest(t)
		r.Decisions = decisions
		doc, err := EncodeRequest(r)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(doc), "<ssbt:lefiJsonFraga>")
		coded, _, _ := strings.Cut(rest, "<")
		raw, err := base64.StdEncoding.DecodeString(coded)
		if err != nil {
			t.Fatal(err)
		}
		var q struct {
			Personnummer string
			Period       struct{ From, Tom string }
			Formansinformation, Ansprak, Beslut, PreliminaraUtbetalningar,
			Utbetalningar, OvrigInformation []string
		}
		if err := json.Unmarshal(raw, &q); err != nil {
			t.Fatal(err)
		}
		if q.Personnummer != "197010632391" || q.Period.From != "2026-10-01" || q.Period.Tom != "2026-12-31" ||
			len(q.Formansinformation) != cases || len(q.Utbetalningar) != 30 || !reflect.DeepEqual(q.Utbetalningar, q.PreliminaraUtbetalningar) ||
			!slices.Equal(q.OvrigInformation, []string{"FK:GEPI"}) || q.Ansprak == nil {
			t.Errorf("decisions %v: %d cases, %d payments", decisions, len(q.Formansinformation), len(q.Utbetalningar))
		}
	}
}

// M-66: the benefits of an agency that is not asked are not in the question to
// LEFI; the flag of protected identity is asked for always.
func TestLefiQueryAsksOnlyTheAsked(t *testing.T) {
	for _, c := range []struct {
		sources []string
		fk, pm  bool
	}{{[]string{"FK"}, true, false}, {[]string{"AF", "PM"}, false, true}, {[]string{"PM", "FK"}, true, true}} {
		r := sampleRequest(t)
		r.Sources, r.Decisions = c.sources, true
		query, err := encodeLefi(r)
		if err != nil {
			t.Fatal(err)
		}
		asked, other, _ := strings.Cut(string(query), `"ovrigInformation":`)
		if strings.Contains(asked, `"FK:`) != c.fk || strings.Contains(asked, `"PM:`) != c.pm || other != `["FK:GEPI"]}` {
			t.Errorf("%v: %s", c.sources, query)
		}
	}
}

func TestRequestRefuses(t *testing.T) {
	for name, change := range map[string]func(*Request){
		"case of 32 characters": func(r *Request) { r.Case += "x" },
		"no case":               func(r *Request) { r.Case = "" },
		"no purpose":            func(r *Request) { r.Purpose = "" },
		"no legal text":         func(r *Request) { r.Legal = "" },
		"no officer":            func(r *Request) { r.Officer = "" },
		"no submitter":          func(r *Request) { r.Submitter.Name = "" },
		"no person":             func(r *Request) { r.Person = pnr.Number{} },
		"no source":             func(r *Request) { r.Sources = nil },
		"unknown source":        func(r *Request) { r.Sources = []string{"XX"} },
		"no actor for PM":       func(r *Request) { r.Actor, r.Sources = "", []string{"PM"} },
		"nameless processor":    func(r *Request) { r.Processors[0].Name = "" },
		"more than two years":   func(r *Request) { r.Period = plugin.Period{From: "2024-10-01", To: "2026-10-02"} },
		"backwards":             func(r *Request) { r.Period = plugin.Period{From: "2026-10-02", To: "2026-10-01"} },
		"no date":               func(r *Request) { r.Period = plugin.Period{From: "1 oktober", To: "2026-10-01"} },
	} {
		t.Run(name, func(t *testing.T) {
			r := sampleRequest(t)
			change(&r)
			doc, err := EncodeRequest(r)
			if err == nil || doc != nil {
				t.Fatal("accepted")
			}
			if strings.Contains(err.Error(), "1970") {
				t.Error("the error holds the person's number")
			}
		})
	}
	r := sampleRequest(t)
	r.Period, r.Actor, r.Sources = plugin.Period{From: "2024-10-01", To: "2026-10-01"}, "", []string{"AF"}
	if _, err := EncodeRequest(r); err != nil {
		t.Errorf("two years, no LEFI: %v", err)
	}
}

func FuzzEncodeRequest(f *testing.F) {
	f.Add("k", "namn", "ärende", "syfte <&\" \x00")
	f.Fuzz(func(t *testing.T, id, name, matter, purpose string) {
		r := sampleRequest(t)
		r.CorrelationID, r.Submitter.Name, r.Case, r.Purpose = id, name, matter, purpose
		doc, err := EncodeRequest(r)
		if err != nil {
			return
		}
		if _, _, err := soap.Body(doc, soap.Default); err != nil {
			t.Fatalf("what is written cannot be read: %v", err)
		}
	})
}
