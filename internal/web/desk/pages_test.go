package desk_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/identity/session"
	"medborgarnavet/internal/submission"
	"medborgarnavet/internal/validation"
)

// The queue tells what to do, and no identity number.
func TestQueuePage(t *testing.T) {
	o := newOffice(t)
	o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	officer := o.login(eva, "Eva Lind", session.Staff)
	for _, address := range []string{"/handlaggare", "/handlaggare?visa=nya&ordning=skiljer", "/handlaggare?visa=alla&ordning=namn&fallande=1", "/handlaggare?visa=x&ordning=y"} {
		text := officer.page(address)
		says(t, address, text, "Anna Berglund", "EB 2026", "december 2026", "Oöppnat", "Skiljer sig på en rad", "Ett ärende")
		silent(t, address, text, anna, anna[2:8], "9805", "1 022", "Beräkningen")
	}
	for show, empty := range map[string]string{"vantar": "Inget av dina ärenden väntar", "beslutade": "Inget av dina ärenden är beslutat"} {
		says(t, show, officer.page("/handlaggare?visa="+show), empty)
	}
	olofs := o.login(olof, "Olof Wik", session.Staff).page("/handlaggare")
	says(t, "the menu of one who is steward too", olofs, "E-förslag")
	silent(t, "the menu of one who is not", officer.page("/handlaggare"), "E-förslag")
	says(t, "the queue without assignments", olofs, "Du ser bara ärenden som du har fått tilldelade")
	silent(t, "the queue without assignments", olofs, "Berglund")
}

// P16, M-69, I-6: the case shows agency's, applicant's and used amount in one
// row, neutral marks, states of sources in words that are never the same.
func TestCasePage(t *testing.T) {
	o := newOffice(t)
	id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	officer := o.login(eva, "Eva Lind", session.Staff)
	text := officer.page("/handlaggare/arenden/" + id)
	says(t, "the case", text,
		"Anna Berglund, december 2026", "19850709-9805", "En vuxen, Alma Berglund (9 år, 30 dagar i månaden)",
		"Inkomst Myndigheten Sökande Används", "10 024 kr", "1 022 kr Skiljer sig", "Jag hoppade av.", "En utbetalning",
		"ändrat efter att den sökande såg beloppet", "kunde inte svara Sökande – Används Inte känt", "inget att visa", "svarade", "inte tillfrågad",
		"Bostadsbidrag Försäkringskassan 2 utbetalningar som inte räknas", "inget i november 2026",
		"På en rad har myndigheten och den sökande olika belopp", "2 inkomstrader utan belopp",
		"Hyra", "Sökt", "Godkänt", "Inte godkänt", "testnormen 2026", "Att betala ut", "hyresavi.pdf",
		"oktober 2026", "bifall", "8 123 kr", "I verksamhetssystemet", "22 november 2026 kl. 09.00")
	silent(t, "the case", text, "fusk", "felaktig", "Fel:", "misstänk")
	if i, j := strings.Index(text, "Studiemedel CSN"), strings.Index(text, "Barnbidrag Försäkringskassan"); i < 0 || j < i {
		t.Error("the row that differs does not come first")
	}
	says(t, "the queue after reading", officer.page("/handlaggare"), "Öppnat, inte klart")
	if strings.Contains(officer.do("GET", "/handlaggare/arenden/"+id, nil).Body.String(), "http-equiv") {
		t.Error("the page reloads by itself")
	}
}

// The calculation is saved, counted anew, and what cannot be read comes back.
func TestSaveWorksheet(t *testing.T) {
	o := newOffice(t)
	id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	officer, base := o.login(eva, "Eva Lind", session.Staff), "/handlaggare/arenden/"+id
	text := officer.post(base+"/berakning", url.Values{"version": {"0"}, "belopp.hyra": {"5 800,50"}, "skal.hyra": {"Enligt hyresavin"},
		"belopp.inkomster.fk": {""}, "skal.inkomster.fk": {""}})
	says(t, "after saving", text, "Beräkningen är sparad", "5 800,50 kr", "[5800,50]", "[Enligt hyresavin]", "199,50 kr")

	w := officer.do("POST", base+"/berakning", url.Values{"version": {"1"}, "belopp.hyra": {"femtusen"}, "skal.hyra": {"Nytt skäl"}})
	says(t, "an amount that is none", officer.shown(w, http.StatusUnprocessableEntity), "Hyra: skriv beloppet i kronor, till exempel 6 200", "[femtusen]", "[Nytt skäl]", "Sparat nu: 5 800,50 kr")

	long := strings.Repeat("lång text ", 201)
	w = officer.do("POST", base+"/berakning", url.Values{"version": {"1"}, "belopp.hyra": {"5000"}, "skal.hyra": {long}})
	says(t, "a reason that is too long", officer.shown(w, http.StatusUnprocessableEntity), "Hyra: skälet är för långt. Skriv högst 2000 tecken.", strings.TrimSpace(long))
	w = officer.do("POST", base+"/berakning", url.Values{"version": {"0"}, "belopp.hyra": {"1"}, "skal.hyra": {"Mitt skäl"}})
	text = officer.shown(w, http.StatusConflict)
	says(t, "someone has saved since", text, "Någon annan har sparat", "[Mitt skäl]", "Sparat nu: 5 800,50 kr")
	if got := hidden(t, bytes.NewReader(w.Body.Bytes()), "version"); got != "1" {
		t.Errorf("the form stands at version %s", got)
	}
	says(t, "saving again", officer.post(base+"/berakning", url.Values{"version": {"1"}, "belopp.hyra": {"1"}, "skal.hyra": {"Mitt skäl"}}), "[Mitt skäl]")
	if w := officer.do("POST", base+"/berakning", url.Values{"belopp.hyra": {"1"}}); w.Code != http.StatusBadRequest && w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a form without version: status %d", w.Code)
	}
}

// Everything an officer writes: right, wrong and twice. What was typed in a
// form that is refused stays, and no other form on the page loses anything.
func TestWriting(t *testing.T) {
	o := newOffice(t)
	id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	officer, base := o.login(eva, "Eva Lind", session.Staff), "/handlaggare/arenden/"+id
	officer.post(base+"/berakning", url.Values{"version": {"0"}, "belopp.hyra": {"5800"}, "skal.hyra": {"Hyresavin"}})
	tests := []struct {
		name, path string
		form       url.Values
		want       []string // on the page that comes back
		refused    bool
	}{
		{"a note without kind", "/anteckning", url.Values{"anteckning": {"Samtal"}}, []string{"Samtal", "välj journalanteckning", "[5800]"}, true},
		{"an empty note", "/anteckning", url.Values{"slag_anteckning": {"journal"}}, []string{"skriv en text"}, true},
		{"a secret note", "/anteckning", url.Values{"slag_anteckning": {"journal"}, "anteckning": {"Anmälan\nfrån granne"}, "sekretess": {"ja"}},
			[]string{"Anteckningen är sparad", "från granne", "Visas inte för den sökande", "Eva Lind"}, false},
		{"an empty message", "/meddelande", url.Values{"meddelande": {" "}}, []string{"skriv något att skicka"}, true},
		{"a message", "/meddelande", url.Values{"meddelande": {"Hej Anna"}}, []string{"Meddelandet är skickat", "Hej Anna", "Inte läst"}, false},
		{"a request for nothing", "/komplettering", url.Values{"krav": {""}, "mer": {"Tack"}, "senast.day": {"1"}, "senast.month": {"12"}, "senast.year": {"2026"}},
			[]string{"skriv vad den sökande ska skicka in", "Tack"}, true},
		{"a day that is none", "/komplettering", url.Values{"krav": {"Hyresavi"}, "senast.day": {"31"}, "senast.month": {"11"}, "senast.year": {"2026"}},
			[]string{"skriv en dag som kommer", "[31]", "Hyresavi"}, true},
		{"a request", "/komplettering", url.Values{"krav": {"Hyresavi\r\nKontoutdrag"}, "senast.day": {"1"}, "senast.month": {"12"}, "senast.year": {"2026"}},
			[]string{"Begäran om komplettering är skickad", "Hyresavi", "Kontoutdrag", "Senast 1 december 2026", "Väntar på komplettering"}, false},
		{"nothing about communication", "/kommunicering", url.Values{}, []string{"välj vad som har hänt", "Beskriv: skriv"}, true},
		{"an answer before the question", "/kommunicering", url.Values{"slag_kommunicering": {"communicated"}, "kommunicerat": {"Allt"}, "dag.day": {"20"}, "dag.month": {"11"},
			"dag.year": {"2026"}, "svar_senast.day": {"19"}, "svar_senast.month": {"11"}, "svar_senast.year": {"2026"}}, []string{"inte är före dagen", "Allt", "[19]"}, true},
		{"communicated", "/kommunicering", url.Values{"slag_kommunicering": {"communicated"}, "kommunicerat": {"Hela underlaget"}, "dag.day": {"20"}, "dag.month": {"11"},
			"dag.year": {"2026"}, "svar_senast.day": {"30"}, "svar_senast.month": {"11"}, "svar_senast.year": {"2026"}},
			[]string{"Underlaget lämnat 20 november 2026, svar senast 30 november 2026.", "Hela underlaget"}, false},
	}
	for _, test := range tests {
		test.form.Set("nyckel", casework.NewKey())
		if test.refused {
			w := officer.do("POST", base+test.path, test.form)
			says(t, test.name, officer.shown(w, http.StatusUnprocessableEntity), test.want...)
			continue
		}
		for range 2 { // a double click
			says(t, test.name, officer.post(base+test.path, test.form), test.want...)
		}
	}
	c, err := o.OfParty(t.Context(), number(t, anna), id)
	if err != nil || len(c.Messages) != 1 || len(c.Supplements) != 1 || len(c.Record) != 0 {
		t.Errorf("the person has %d messages, %d requests, %d notes, %v", len(c.Messages), len(c.Supplements), len(c.Record), err)
	}
	says(t, "the story", officer.page(base), "Ansökan kom in", "Öppnat första gången", "Beräkningen ändrad", "Komplettering begärd", "av sig självt")
}

// What the person sends in shows, and can be taken home.
func TestAnswersAndDocuments(t *testing.T) {
	o := newOffice(t)
	id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	officer, base := o.login(eva, "Eva Lind", session.Staff), "/handlaggare/arenden/"+id
	if err := o.RequestSupplement(t.Context(), "eva.lind", id, "k", []string{"Hyresavi"}, "", ""); err != nil {
		t.Fatal(err)
	}
	me := number(t, anna)
	c, err := o.OfParty(t.Context(), me, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Answer(t.Context(), me, id, c.Supplements[0].ID, "Här är den", []casework.Upload{{Name: "svar å.pdf", Data: pdf}}); err != nil {
		t.Fatal(err)
	}
	says(t, "the queue", officer.page("/handlaggare"), "Nytt svar")
	says(t, "the case", officer.page(base), "Har kommit efter ansökan:", "Svar med en handling", "Här är den", "svar å.pdf", "Besvarad")
	if c, err = o.OfParty(t.Context(), me, id); err != nil {
		t.Fatal(err)
	}
	for file, name := range map[string]string{"FIL1": "filename=hyresavi.pdf", c.Supplements[0].Answers[0].Files[0].ID: "filename*=utf-8''svar%20%C3%A5.pdf"} {
		w := officer.do("GET", base+"/fil/"+file, nil)
		h := w.Header()
		if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), pdf) || h.Get("Content-Type") != "application/pdf" ||
			h.Get("Content-Disposition") != "attachment; "+name || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("document %s: status %d, headers %v", file, w.Code, h)
		}
	}
	if w := officer.do("GET", base+"/fil/none", nil); w.Code != http.StatusNotFound {
		t.Errorf("a document that is none: status %d", w.Code)
	}
}

// M-05: the application as a file is the application on the page.
func TestExportRoute(t *testing.T) {
	o := newOffice(t)
	id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	w := o.login(eva, "Eva Lind", session.Staff).do("GET", "/handlaggare/arenden/"+id+"/underlag", nil)
	var rec submission.Record
	if err := json.Unmarshal(w.Body.Bytes(), &rec); err != nil || rec.Reference != "EB 2026-000001" || len(rec.Application.Rows) != 6 {
		t.Errorf("%v, %+v", err, rec.Reference)
	}
	if got := w.Header().Get("Content-Disposition"); !strings.HasPrefix(got, "attachment;") {
		t.Errorf("Content-Disposition is %q", got)
	}
}

// M-06, M-63, M-72: the decision in two steps: what stands in the way is said,
// what is shown is what the person gets, and it is made once.
func TestDecide(t *testing.T) {
	o := newOffice(t)
	id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	officer, base := o.login(eva, "Eva Lind", session.Staff), "/handlaggare/arenden/"+id
	says(t, "the first step", officer.page(base+"/beslut"), "Vad blir beslutet?", "Delvis bifall", "Avskrivning")

	w := officer.do("POST", base+"/beslut/granska", url.Values{"motivering": {"Mina skäl"}})
	says(t, "no outcome", officer.shown(w, http.StatusUnprocessableEntity), "Beslut: välj vad det blir.", "Mina skäl")
	w = officer.do("POST", base+"/beslut/granska", url.Values{"utfall": {"refused"}, "motivering": {"Mina skäl"}})
	says(t, "a refusal unheard", officer.shown(w, http.StatusUnprocessableEntity), "ska ha fått läsa underlaget", "Mina skäl")
	w = officer.do("POST", base+"/beslut/granska", url.Values{"utfall": {"granted"}, "motivering": {"Mina skäl"}, "andra": {"ja"}})
	says(t, "back to the first step", officer.shown(w, http.StatusOK), "Vad blir beslutet?", "Mina skäl")

	form := url.Values{"utfall": {"granted"}, "motivering": {"Du har rätt\ntill bistånd."}}
	w = officer.do("POST", base+"/beslut/granska", form)
	preview := officer.shown(w, http.StatusOK)
	wants := []string{"Du får det du har sökt", "8 728 kr", "Du har rätt", "Testlagen, kapitel ett", "Förvaltningsrätten i Testköping",
		"tre veckor från den dag du fick del av beslutet", "Eva Lind, Socialsekreterare", "Socialnämnden"}
	says(t, "the preview", preview, append(wants, "Så har vi räknat", "Fatta beslutet", "Hyra", "Ensamstående")...)
	silent(t, "the preview", preview, "Annat belopp", "Skiljer sig")
	form.Set("sett", hidden(t, bytes.NewReader(w.Body.Bytes()), "sett"))
	form.Set("motivering", hidden(t, bytes.NewReader(w.Body.Bytes()), "motivering"))

	other := url.Values{"utfall": {"granted"}, "motivering": {"Något annat"}, "sett": form["sett"]}
	w = officer.do("POST", base+"/beslut", other)
	says(t, "another decision than was shown", officer.shown(w, http.StatusConflict), "Något har ändrats", "Något annat")

	for range 2 {
		says(t, "the decided case", officer.post(base+"/beslut", form), append(wants, "Beslutet är fattat", "inte läst beslutet än", "Avsluta ärendet")...)
	}
	d, err := o.Decision(t.Context(), number(t, anna), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{d.OutcomeText, d.Legal, d.Appeal, d.Decider} {
		says(t, "the preview", preview, words)
	}
	o.clock.Advance(time.Minute)
	text := officer.page(base)
	says(t, "after the person has read it", text, "Den sökande läste beslutet 22 november 2026", "Den sökande har läst beslutet", "Beslutat: bifall")
	silent(t, "a decided case", text, "Spara beräkningen", "Begär komplettering", "Gå till beslut")
	if w := officer.do("GET", base+"/beslut", nil); w.Code != http.StatusSeeOther {
		t.Errorf("the first step again: status %d", w.Code)
	}
	w = officer.do("POST", base+"/berakning", url.Values{"version": {"0"}, "belopp.hyra": {"1"}, "skal.hyra": {"För sent"}})
	says(t, "saving after the decision", officer.shown(w, http.StatusConflict), "Ärendet är redan beslutat", "För sent")
	w = officer.do("POST", base+"/komplettering", url.Values{"krav": {"Kvitto"}, "senast.day": {"1"}, "senast.month": {"12"}, "senast.year": {"2026"}})
	says(t, "asking after the decision", officer.shown(w, http.StatusConflict), "Ärendet är redan beslutat", "Kvitto")
	says(t, "closing", officer.post(base+"/avsluta", url.Values{}), "Ärendet är avslutat")
	silent(t, "a closed case", officer.page(base), "Avsluta ärendet")
}

// A case decided without trial, and one with protected personal data.
func TestUntriedAndProtected(t *testing.T) {
	o := newOffice(t)
	officer := o.login(eva, "Eva Lind", session.Staff)
	id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	o.open(id)
	p, err := o.Propose(t.Context(), "eva.lind", id, casework.DecisionInput{Outcome: casework.Closed, Reasons: "Återtagen."})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Decide(t.Context(), "eva.lind", id, casework.DecisionInput{Outcome: casework.Closed, Reasons: "Återtagen."}, p.SHA256); err != nil {
		t.Fatal(err)
	}
	says(t, "a case closed without trial", officer.page("/handlaggare/arenden/"+id), "vilar inte på någon beräkning", "avskrivning", "Återtagen.")
	o.protected = true
	id = o.caseOf("194510168885", "Irja Niemi", "EB 2026-000002")
	says(t, "a protected person's case", officer.page("/handlaggare/arenden/"+id), "Skyddade personuppgifter", "Visa inte skärmen")
	says(t, "the queue", officer.page("/handlaggare"), "Skyddade personuppgifter")
}

// A calculation that cannot be made is said so, and everything else works.
func TestNoCalculation(t *testing.T) {
	o := newOffice(t)
	id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	o.broken = true
	officer := o.login(eva, "Eva Lind", session.Staff)
	text := officer.page("/handlaggare/arenden/" + id)
	says(t, "the case", text, "Beräkningen går inte att göra just nu", "Beräkningen ger Går inte att räkna än", "hyresavi.pdf")
	silent(t, "the case", text, "Spara beräkningen")
	w := officer.do("POST", "/handlaggare/arenden/"+id+"/beslut/granska", url.Values{"utfall": {"granted"}})
	says(t, "deciding", officer.shown(w, http.StatusUnprocessableEntity), "Beräkningen går inte att göra just nu")
}

// The page's promises hold in every language, with texts that fall back.
func TestOtherLanguages(t *testing.T) {
	o := newOffice(t)
	id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	officer := o.login(eva, "Eva Lind", session.Staff)
	for _, lang := range []string{"en", "sv-x-lattlast"} {
		r := newRequest("GET", "/handlaggare/arenden/"+id, nil)
		r.AddCookie(officer.cookie)
		r.AddCookie(&http.Cookie{Name: "sprak", Value: lang})
		w := o.answer(r)
		if w.Code != 200 {
			t.Fatalf("%s: status %d", lang, w.Code)
		}
		checkIn(t, w.Body.Bytes(), lang)
	}
}

// S-06, S-11, S-12: the officer sees what became of each document's validation,
// in words, and that a claim to be PDF/A is not a fact.
func TestWhatValidationSaid(t *testing.T) {
	o := newOffice(t)
	id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001")
	officer, base := o.login(eva, "Eva Lind", session.Staff), "/handlaggare/arenden/"+id
	says(t, "before it is done", officer.page(base), "Kontrolleras nu")
	for _, c := range []struct {
		rec  validation.Record
		says []string
	}{
		{validation.Record{Verdict: validation.Valid, Claimed: "2A", Conformant: true}, []string{"Underskriften är giltig.", "PDF/A-2A håller."}},
		{validation.Record{Verdict: validation.Invalid, Claimed: "3A"}, []string{"Underskriften är inte giltig.", "säger sig vara PDF/A-3A men är det inte"}},
		{validation.Record{Verdict: validation.Undecided, Claimed: "1B", Disagree: true}, []string{"Det går inte att avgöra", "Granskarna är oense om PDF/A-1B."}},
		{validation.Record{Verdict: validation.Valid, Claimed: "2B", Disagree: true, Checkers: []validation.CheckerResult{{Name: "medborgarnavet", Conformant: true},
			{Name: "veraPDF", Findings: 2}, {Name: "tredje", Failed: "no"}}}, []string{"Granskarna är oense om PDF/A-2B. Lita inte på en ensam av dem.",
			"medborgarnavet: inga fel. veraPDF: bryter mot 2 regler. tredje: kunde inte kontrollera filen."}},
		{validation.Record{Verdict: validation.NoSignature}, []string{"Ingen elektronisk underskrift."}},
		{validation.Record{Verdict: validation.Unusable}, []string{"Filen går inte att läsa som PDF."}},
	} {
		o.validations = map[string]validation.Record{"FIL1": c.rec}
		says(t, string(c.rec.Verdict), officer.page(base), c.says...)
	}
}
