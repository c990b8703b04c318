package ssbtek_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"medborgarnavet/fake/ssbtek"
)

// contract is the folder of the agencies' schemas. It lies outside the
// repository: SSBTEK_CONTRACT, or the sibling folder shared. Without it the
// test is skipped aloud; with CI=true that is a failure.
func contract(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("xmllint"); err != nil {
		skip(t, "xmllint is not installed (package libxml2-utils)")
	}
	dir := os.Getenv("SSBTEK_CONTRACT")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "contracts", "ssbtek-v10")
	}
	if _, err := os.Stat(filepath.Join(dir, "se")); err != nil {
		skip(t, "the SSBTEK contract is not at "+dir+"; set SSBTEK_CONTRACT")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal("not allowed to skip with CI=true: " + why)
	}
	t.Skip("SKIPPED: " + why)
}

// lint validates the documents against a schema, in one go, and returns the
// names of those that fail, with what xmllint says.
func lint(t *testing.T, schema string, documents map[string][]byte) map[string]string {
	t.Helper()
	dir := t.TempDir()
	args := []string{"--noout", "--nonet", "--schema", schema}
	files := map[string]string{}
	for name, doc := range documents {
		file := filepath.Join(dir, fmt.Sprintf("%03d.xml", len(files)))
		if err := os.WriteFile(file, doc, 0o600); err != nil {
			t.Fatal(err)
		}
		files[file] = name
		args = append(args, file)
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "xmllint", args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 3) && !strings.Contains(out.String(), "fails to validate") {
		t.Fatalf("xmllint: %v\n%s", err, out.String())
	}
	failed := map[string]string{}
	for file, name := range files {
		if !strings.Contains(out.String(), file+" validates") {
			failed[name] = linesWith(out.String(), file)
		}
	}
	return failed
}

func linesWith(text, word string) string {
	var out []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, word) {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return strings.Join(out, "\n")
}

func compositeSchema(dir string) string {
	return filepath.Join(dir, "se/forsakringskassan/schema/integration/ssbt/_10/sammansatt_bastjanst_v10.xsd")
}

// csnSchema copies CSN's schemas and puts in the one that they import and
// nobody publishes; what it describes is only an echo of the question.
func csnSchema(t *testing.T, dir string) string {
	t.Helper()
	work := t.TempDir()
	if err := os.CopyFS(filepath.Join(work, "se/csn"), os.DirFS(filepath.Join(dir, "se/csn"))); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(work, "se/sambruk/sbnyttomeddelanden")
	if err := os.MkdirAll(missing, 0o700); err != nil {
		t.Fatal(err)
	}
	stub := `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.sambruk.se/SBNyttomeddelanden">
<xs:complexType name="SBNUppgEkBistandBegar"><xs:sequence><xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
</xs:schema>`
	if err := os.WriteFile(filepath.Join(missing, "SBNUppgEkBistandBegar_v1_0.xsd"), []byte(stub), 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(work, "se/csn/schema/v4_0/kommunfraga/kommunfraga.xsd")
}

// months to ask for: an ordinary one, one over a turn of the year, a summer.
func periods() map[string][2]string {
	return map[string][2]string{
		"november": {"2026-09-01", "2026-11-30"},
		"january":  {"2026-11-01", "2027-01-31"},
		"july":     {"2026-05-01", "2026-07-31"},
	}
}

// Every answer the fake gives in earnest validates against the agencies' own
// schemas, for every person, in any month: the envelope's content, CSN's
// document and LEFI's.
func TestAnswersFollowTheContract(t *testing.T) {
	dir := contract(t)
	tn := start(t, nil)
	persons := append(ssbtek.Seeded(), ssbtek.Person{Number: "200809032386"})
	answers, csn := map[string][]byte{}, map[string][]byte{}
	schema := readLEFISchema(t, dir)
	for _, p := range persons {
		// What is slow, garbage or down by its story is tested elsewhere.
		tn.Set(p.Number, ssbtek.Any, ssbtek.Behaviour{Protected: p.Behaviours[ssbtek.AF].Protected})
		for when, period := range periods() {
			name := p.GivenName + " " + when
			_, envelope := tn.ask(t, question(t, anna, p.Number, "2026-09-01", period[0], "2026-11-30", period[1], "ISvaret>false<", "ISvaret>true<"))
			answers[name] = body(t, envelope)
			parts := parse(t, envelope).Parts
			csn[name] = []byte(unpack(t, parts.CSN.Data.CSN))
			schema.check(t, name, unpack(t, parts.FK.Data.LEFI))
		}
	}
	_, health := tn.ask(t, read(t, "test.xml"))
	answers["health"] = body(t, health)
	for name, why := range lint(t, compositeSchema(dir), answers) {
		t.Errorf("%s: %s", name, why)
	}
	if len(csn) < 40 {
		t.Fatalf("only %d CSN answers to check", len(csn))
	}
	for name, why := range lint(t, csnSchema(t, dir), csn) {
		t.Errorf("CSN, %s: %s", name, why)
	}
}

// Behaviours that a real agency could show still follow the contract.
func TestBehavioursFollowTheContract(t *testing.T) {
	dir := contract(t)
	tn := start(t, nil)
	failing := &ssbtek.AgencyError{Source: "BT", Code: ssbtek.CodeAgency, Message: "Tekniskt fel"}
	answers, csn := map[string][]byte{}, map[string][]byte{}
	schema := readLEFISchema(t, dir)
	for name, b := range map[string]ssbtek.Behaviour{
		"error": {Error: failing}, "nothing": {Nothing: true}, "protected": {Protected: true},
		"nested": {ProtectedNested: true}, "wrong person": {WrongPerson: "201412062380"},
		"deviations": {Deviations: map[string]string{"FK:BOB": "INTERNT_FEL", "FK:GEPI": "OBEHORIG"}},
		"state":      {State: "OTILLGANGLIG"},
	} {
		tn.Set(anna, ssbtek.Any, b)
		_, envelope := tn.ask(t, question(t))
		answers[name] = body(t, envelope)
		parts := parse(t, envelope).Parts
		if b.Error == nil {
			csn[name] = []byte(unpack(t, parts.CSN.Data.CSN))
			schema.check(t, name, unpack(t, parts.FK.Data.LEFI))
		}
	}
	for name, why := range lint(t, compositeSchema(dir), answers) {
		t.Errorf("%s: %s", name, why)
	}
	for name, why := range lint(t, csnSchema(t, dir), csn) {
		t.Errorf("CSN, %s: %s", name, why)
	}
}

// The fake's own statement of the question's schema agrees with the XSD, both
// in what it lets through and in what it refuses.
func TestValidatorAgreesWithXSD(t *testing.T) {
	dir := contract(t)
	documents := map[string][]byte{}
	for _, m := range mutations() {
		documents[m.name] = questionBody(t, m.apply(t))
	}
	failed := lint(t, compositeSchema(dir), documents)
	for _, m := range mutations() {
		_, refused := failed[m.name]
		if want := m.code != "" && !m.lax; refused != want {
			t.Errorf("%s: the XSD refuses = %v, the fake says %v (%s)", m.name, refused, want, failed[m.name])
		}
	}
}

// questionBody is the operation's element with its namespace declared on it.
func questionBody(t *testing.T, envelope string) []byte {
	t.Helper()
	_, rest, found := strings.Cut(envelope, "<soapenv:Body>")
	inner, _, ended := strings.Cut(rest, "</soapenv:Body>")
	if !found || !ended {
		t.Fatal("no body in the question")
	}
	return []byte(strings.Replace(strings.TrimSpace(inner), "<b:hamtaBastjanstInformation>",
		`<b:hamtaBastjanstInformation xmlns:b="http://schema.forsakringskassan.se/integration/ssbt/10">`, 1))
}
