package ssbtek_test

import (
	"strings"
	"testing"

	"medborgarnavet/fake/ssbtek"
)

// mutation is one fault in an otherwise right question. lax says that the XSD
// itself lets it through: the service is stricter than its schema.
type mutation struct {
	name, old, new, code string
	lax                  bool
}

func mutations() []mutation {
	const caller = "<b:namn>Ekbacka kommun, Socialnämnden</b:namn>\n          <b:handlaggare>eva.lind</b:handlaggare>"
	return []mutation{
		{name: "as it should be"},
		{name: "without the optional ones", old: "<b:korrelationsid>prov-1</b:korrelationsid>"},
		{name: "flag empty", old: "ISvaret>false<", new: "ISvaret><"},
		{name: "flag missing", old: "<b:fraganSkallInkluderasISvaret>false</b:fraganSkallInkluderasISvaret>", code: ssbtek.CodeMissing},
		{name: "flag a word", old: "ISvaret>false<", new: "ISvaret>nej<", code: ssbtek.CodeValue},
		{name: "order in ingivare", old: caller, new: "<b:handlaggare>eva.lind</b:handlaggare><b:namn>Ekbacka</b:namn>", code: ssbtek.CodeOrder},
		{name: "officer missing", old: "<b:handlaggare>eva.lind</b:handlaggare>", code: ssbtek.CodeMissing},
		{name: "officer empty", old: "eva.lind", code: ssbtek.CodeValue},
		{name: "ten-digit organisation", old: "162120009911", new: "2120009911", code: ssbtek.CodeValue},
		{name: "ten-digit person", old: "personidentitet>198507099805", new: "personidentitet>8507099805", code: ssbtek.CodeValue},
		{name: "person with hyphen", old: "personidentitet>198507099805", new: "personidentitet>19850709-9805", code: ssbtek.CodeValue},
		{name: "case id empty", old: "EB-2026-0001", code: ssbtek.CodeValue},
		{name: "no date", old: "<b:fromDatum>2026-09-01<", new: "<b:fromDatum>2026-09-31<", code: ssbtek.CodeValue},
		{name: "no moment", old: "2026-11-22T10:15:00+01:00", new: "2026-11-22", code: ssbtek.CodeValue},
		{name: "period backwards", old: "<b:tomDatum>2026-11-30<", new: "<b:tomDatum>2026-08-30<", code: ssbtek.CodePeriod, lax: true},
		{name: "period of ages", old: "<b:fromDatum>2026-09-01<", new: "<b:fromDatum>1026-09-01<", code: ssbtek.CodePeriod, lax: true},
		{name: "purpose empty", old: "Prövning av ekonomiskt bistånd (test)", code: ssbtek.CodeValue, lax: true},
		{name: "legal text empty", old: "Provlag 1 §", code: ssbtek.CodeValue, lax: true},
		{name: "legal text before purpose", old: "<b:syfte>Prövning av ekonomiskt bistånd (test)</b:syfte>\n        <b:lagtext>Provlag 1 §</b:lagtext>",
			new: "<b:lagtext>Provlag 1 §</b:lagtext><b:syfte>Prövning</b:syfte>", code: ssbtek.CodeOrder},
		{name: "purpose twice", old: "<b:lagtext>", new: "<b:syfte>igen</b:syfte><b:lagtext>", code: ssbtek.CodeOrder},
		{name: "CSN before AF", old: "<b:AF inkludera=\"true\"/>\n        <b:CSN inkludera=\"true\"/>",
			new: `<b:CSN inkludera="true"/><b:AF inkludera="true"/>`, code: ssbtek.CodeOrder},
		{name: "MIV missing", old: `<b:MIV inkludera="true"/>`, code: ssbtek.CodeMissing},
		{name: "no inkludera", old: `<b:SKV inkludera="true"/>`, new: `<b:SKV/>`, code: ssbtek.CodeMissing},
		{name: "inkludera a word", old: `<b:SKV inkludera="true"/>`, new: `<b:SKV inkludera="ja"/>`, code: ssbtek.CodeValue},
		{name: "false with child", old: `<b:FK inkludera="true">`, new: `<b:FK inkludera="false">`, code: ssbtek.CodeInclude, lax: true},
		{name: "FK true without question", old: "fraga>", new: "fr>", code: ssbtek.CodeInclude},
		{name: "own period", old: `<b:SO inkludera="true"/>`,
			new: `<b:SO inkludera="true"><b:tidsperiod><b:fromDatum>2026-10-01</b:fromDatum><b:tomDatum>2026-10-31</b:tomDatum></b:tidsperiod></b:SO>`},
		{name: "MIV has no period", old: `<b:MIV inkludera="true"/>`,
			new: `<b:MIV inkludera="true"><b:tidsperiod><b:fromDatum>2026-10-01</b:fromDatum><b:tomDatum>2026-10-31</b:tomDatum></b:tidsperiod></b:MIV>`, code: ssbtek.CodeOrder},
		{name: "SKV of v11", old: `<b:SKV inkludera="true"/>`, new: `<b:SKV inkludera="true"><b:fraga/></b:SKV>`, code: ssbtek.CodeOrder},
		{name: "no base64", old: "LEFI", new: "inte base64!", code: ssbtek.CodeValue},
		{name: "element of no namespace", old: "<b:syfte>Prövning av ekonomiskt bistånd (test)</b:syfte>", new: "<syfte>Prövning</syfte>", code: ssbtek.CodeOrder},
		{name: "text between", old: "<b:specifikaFrageparametrar>", new: "<b:specifikaFrageparametrar>hej", code: ssbtek.CodeOrder},
		{name: "unknown attribute", old: "<b:ingivare>", new: `<b:ingivare id="1">`, code: ssbtek.CodeOrder},
		{name: "order number too large", old: "ordningsnummer>1<", new: "ordningsnummer>40000<", code: ssbtek.CodeValue},
	}
}

func (m mutation) apply(t *testing.T) string {
	t.Helper()
	q := read(t, "question.xml")
	if m.name != "as it should be" && !strings.Contains(q, m.old) {
		t.Fatalf("the question does not hold %q", m.old)
	}
	if m.old != "" {
		q = strings.ReplaceAll(q, m.old, m.new)
	}
	return strings.ReplaceAll(q, ">LEFI<", ">e30=<")
}

// The schema's order, requiredness and patterns, and what the service demands
// beyond it.
func TestQuestionAgainstSchema(t *testing.T) {
	tn := start(t, nil)
	for _, m := range mutations() {
		t.Run(m.name, func(t *testing.T) {
			status, answer := tn.ask(t, m.apply(t))
			wantFault(t, answer, m.code)
			if (status == 500) != (m.code != "") {
				t.Errorf("status = %d", status)
			}
			// I-9: a refusal repeats nothing of the question.
			if m.code != "" && strings.Contains(string(answer), "8507099805") {
				t.Error("the fault repeats the personal number")
			}
		})
	}
}

// A question of another version, or none at all, gets a fault without detail.
func TestUnreadableQuestions(t *testing.T) {
	tn := start(t, nil)
	right := question(t)
	tests := []struct{ name, question string }{
		{"v11", strings.ReplaceAll(right, "ssbt/10", "ssbt/11")},
		{"soap 1.2", strings.ReplaceAll(right, "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")},
		{"doctype", strings.Replace(right, "<soapenv:Envelope", "<!DOCTYPE x [<!ENTITY e 'x'>]><soapenv:Envelope", 1)},
		{"instruction", strings.Replace(right, "<soapenv:Header/>", "<?php ?>", 1)},
		{"cut", right[:len(right)/2]},
		{"two bodies", strings.Replace(right, "</soapenv:Body>", "</soapenv:Body><soapenv:Body/>", 1)},
		{"header to understand", strings.Replace(right, "<soapenv:Header/>", `<soapenv:Header><x soapenv:mustUnderstand="1"/></soapenv:Header>`, 1)},
		{"unknown operation", strings.ReplaceAll(right, "hamtaBastjanst", "taBastjanst")},
		{"deep", strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)},
		{"empty", ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			status, answer := tn.ask(t, tc.question)
			r := parse(t, answer)
			if status != 500 || r.Fault == nil || r.Fault.Detail.Contract != nil {
				t.Errorf("status %d, answer %s; want a generic fault", status, answer)
			}
		})
	}
}

// Trap 11: CSN refuses a case identity of 32 characters; the others answer.
func TestLongCaseIdentity(t *testing.T) {
	tn := start(t, nil)
	for length, code := range map[int]string{31: "", 32: ssbtek.CodeCaseID, 36: ssbtek.CodeCaseID} {
		_, envelope := tn.ask(t, question(t, "EB-2026-0001", strings.Repeat("å", length)))
		r := parse(t, envelope)
		if r.Parts.CSN == nil || r.Parts.AF == nil || r.Parts.AF.Data == nil {
			t.Fatalf("%d characters: %s", length, envelope)
		}
		e := r.Parts.CSN.Error
		switch {
		case code == "" && e != nil:
			t.Errorf("%d characters: error %+v", length, *e)
		case code != "" && (e == nil || e.Felkod != code || e.Kalla != "BT"):
			t.Errorf("%d characters: CSN = %+v, want error BT %s", length, e, code)
		}
	}
}

func TestEchoesTheQuestionWhenAsked(t *testing.T) {
	tn := start(t, nil)
	_, envelope := tn.ask(t, question(t, "ISvaret>false<", "ISvaret>true<"))
	if r := parse(t, envelope); r.Echo == nil || r.Echo.General.Person != anna {
		t.Errorf("no echo in %s", envelope)
	}
	_, envelope = tn.ask(t, question(t))
	if r := parse(t, envelope); r.Echo != nil {
		t.Error("echoes without being asked")
	}
}

// The health operation carries no personal data; MIV has no test service.
func TestHealth(t *testing.T) {
	tn := start(t, nil)
	tn.Set(ssbtek.Any, ssbtek.SO, ssbtek.Behaviour{Error: &ssbtek.AgencyError{Source: "BT", Code: ssbtek.CodeAgency, Message: "nere"}})
	status, envelope := tn.ask(t, read(t, "test.xml"))
	text := string(envelope)
	for _, want := range []string{"<ssbt:AF><ssbt:anropad>true</ssbt:anropad></ssbt:AF>", "<ssbt:SKV><ssbt:anropad>false",
		"<ssbt:SO><ssbt:anropad>true</ssbt:anropad><ssbt:error>"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if status != 200 || strings.Contains(text, "MIV") {
		t.Errorf("status %d, answer %s", status, text)
	}
	_, envelope = tn.ask(t, strings.Replace(read(t, "test.xml"), "/10\"/>", "/10\">hej</testaBastjanstInformation>", 1))
	if !strings.Contains(string(envelope), "testaBastjanstInformationFault") {
		t.Errorf("a question with content passes: %s", envelope)
	}
}
