package page

import (
	"html/template"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

// sample is a page of the gallery: every component in the setting that it was
// made for. The gallery is what the golden files, the contract checks and the
// eyes look at.
type sample struct {
	name string
	data Data
}

var now = time.Date(2026, 11, 22, 9, 32, 0, 0, time.UTC)

func ore(n int64) *int64 { return &n }

func anna() (*UserInfo, *Session) {
	return &UserInfo{Name: "Anna Berglund", HomeURL: "/mina-sidor", LogoutURL: "/logga-ut"},
		&Session{Ends: now.Add(30 * time.Minute), Left: 30 * time.Minute, ExtendURL: "/fortsatt"}
}

func eva() *UserInfo {
	return &UserInfo{Name: "Eva Lind", Role: "handläggare", HomeURL: "/handlaggare", LogoutURL: "/handlaggare/logga-ut"}
}

func citizenNav(current int) []NavItem {
	nav := []NavItem{{Text: "Start", URL: "/"}, {Text: "Mina sidor", URL: "/mina-sidor"}, {Text: "Mina ärenden", URL: "/arenden", Count: 1}}
	nav[current].Current = true
	return nav
}

func sections(current int) *SideMenu {
	names := []string{"Välkommen", "Hushåll", "Bostad", "Period", "Inkomster", "Tillgångar", "Sysselsättning", "Söker för", "Verifikat", "Godkänn och skicka"}
	states := []Status{"", Done, Done, Done, ToCheck, Started, NotFilled, NotFilled, NotUsed, ""}
	m := &SideMenu{Done: 3, Total: 8, More: []NavItem{{Text: "Dina ärendehändelser", URL: "/arenden/1", Count: 2}}}
	for i, n := range names {
		m.Items = append(m.Items, SideItem{Text: n, URL: "/ansokan/" + string(rune('a'+i)), Status: states[i], Current: i == current})
	}
	return m
}

func incomeRows() []IncomeRow {
	october := &plugin.Period{From: "2026-10-01", To: "2026-10-31"}
	return []IncomeRow{
		{Name: "inkomster.fk.barnbidrag", Label: "Barnbidrag", Payer: "Försäkringskassan", State: plugin.StateAnswered, FetchedOre: ore(125000),
			Payments: Payments{ControlMonth: "2026-10", Counted: []plugin.Payment{
				{Payer: "Försäkringskassan", Benefit: "Allmänt barnbidrag", PayDate: "2026-10-20", Period: october, NetOre: ore(125000), Status: plugin.StatusPaid}}}},
		{Name: "inkomster.fk.bostadsbidrag", Label: "Bostadsbidrag", Payer: "Försäkringskassan", State: plugin.StateAnswered, FetchedOre: ore(210050), Changed: true,
			Payments: Payments{ControlMonth: "2026-10", Counted: []plugin.Payment{
				{Payer: "Försäkringskassan", Benefit: "Bostadsbidrag", PayDate: "2026-10-27", Period: october, NetOre: ore(210050), Status: plugin.StatusPaid}},
				Others: []plugin.Payment{{Payer: "Försäkringskassan", Benefit: "Bostadsbidrag", PayDate: "2026-11-27", NetOre: ore(210050), Status: plugin.StatusPlanned}}}},
		{Name: "inkomster.csn.studiemedel", Label: "Studiemedel", Payer: "CSN", State: plugin.StateAnswered, FetchedOre: ore(1002400), Own: "abc",
			Comment: "Jag hoppade av kursen den 10 oktober.", Error: "Studiemedel: skriv beloppet med siffror, till exempel 1 022."},
		{Name: "inkomster.fk.underhall", Label: "Underhållsstöd", Payer: "Försäkringskassan", State: plugin.StateNothing},
		{Name: "inkomster.so.akassa", Label: "Arbetslöshets\u00adersättning", Payer: "A-kassan", State: plugin.StateUnavailable},
		{Name: "inkomster.ovrigt.lon", Label: "Lön efter skatt", ByHand: true, Own: "102200", Ask: "Du skrev 102 200 kr. Stämmer det?"},
	}
}

func sourceCards(waiting bool) []Source {
	at := now.Add(-3 * time.Minute)
	return []Source{
		{Key: "fk", Name: "Försäkringskassan", State: plugin.StateAnswered, At: at},
		{Key: "csn", Name: "CSN", State: plugin.StateAnswered, At: at},
		{Key: "so", Name: "A-kassorna", State: plugin.StateUnavailable, At: at, Note: "Det andra kan du läsa ändå."},
		{Key: "pm", Name: "Pensionsmyndigheten", State: plugin.StateNothing, At: at},
		{Key: "af", Name: "Arbetsförmedlingen", Waiting: waiting, State: plugin.StateAnswered, At: at},
		{Key: "skv", Name: "Skatteverket", State: plugin.StateNotAsked},
	}
}

type parts struct{ Parts []Text }

const partsTemplate = `{{range .Body.Parts}}{{show .}}
{{end}}`

func para(s string) Text { return paragraph{s} }

func h2(s string) Text { return heading{s} }

func form(inside ...Text) Text { return formOf(inside) }

// formOf is a form around parts, as a page's own template writes it.
type formOf []Text

func (formOf) component() string { return "sample-form" }

func samples(m *Municipality) []sample {
	user, session := anna()
	base := func(title Text, nav int, p ...Text) Data {
		return Data{Title: title, Municipality: m, User: user, Session: session, Nav: citizenNav(nav), Body: parts{p}}
	}
	service := Text("Ansökan om ekonomiskt bistånd, december 2026")
	fault1 := FieldError{Field: "inkomster.csn.studiemedel.own", Text: "Studiemedel: skriv beloppet med siffror, till exempel 1 022."}

	start := Data{Title: "Vad vill du göra?", OwnHeading: true, Municipality: m, Nav: citizenNav(0), Body: parts{[]Text{
		Hero{Title: "Vad vill du göra?", Lead: "Här gör du dina ärenden hos kommunen. Det går bra i mobilen, och du kan spara och fortsätta senare."},
		Cards{[]Card{
			{Title: "Ansöka om ekonomiskt bistånd", URL: "/ansokan", Icon: "coins", Body: "Varje månad. Vi hämtar uppgifter från myndigheterna åt dig.", Meta: "Tar ungefär 15 minuter"},
			{Title: "Följa ditt ärende", URL: "/arenden", Icon: "letter", Body: "Se vad som har hänt, läs beslut och skicka in det som saknas."},
			{Title: "Skriva under", URL: "/skriv-under", Icon: "signature", Body: "Läs ett dokument och skriv under med e-legitimation."},
		}},
		Notice{Tone: Info, Title: "Har du ingen e-legitimation?", Body: []Text{"Ring ", Phone(m.Phone), " så hjälper vi dig att ansöka på papper."}},
	}}}

	overview := base("Din ansökan", 1,
		Notice{Tone: Info, Title: "Du har en ansökan som inte är inskickad", Body: []Text{"Vi tar bort den ", Date(now.AddDate(0, 0, 7)), " om du inte fortsätter."}},
		TaskList{Intro: "3 av 8 delar är klara. Du kan göra delarna i vilken ordning du vill.", Tasks: []Task{
			{Title: "Hushåll", URL: "/a", Hint: "Vilka som bor hos dig", Status: Done},
			{Title: "Bostad", URL: "/b", Hint: "Hyra och andra kostnader för boendet", Status: Started},
			{Title: "Inkomster", URL: "/c", Hint: "Vi har hämtat uppgifter åt dig", Status: ToCheck},
			{Title: "Tillgångar", URL: "/d", Hint: "Bankkonton, bil och annat du äger", Status: NotFilled},
			{Title: "Sysselsättning", URL: "/e", Hint: "Arbete, studier eller praktik", Status: NotFilled},
			{Title: "Verifikat", Hint: "Kommunen behöver inga papper den här månaden", Status: NotUsed},
		}},
		h2("Bra att ha framme"), List{Strings("Hyresavi eller hyreskontrakt", "Räkningar för el och hemförsäkring", "Kontoutdrag för alla dina konton")},
		Buttons{[]Button{{Text: "Kontrollera och skicka in", URL: "/granska"}, {Text: "Logga ut och fortsätt senare", URL: "/ut", Variant: Quiet}}},
	)
	overview.Service, overview.Lead = service, "Svara på frågorna och kontrollera det vi har hämtat. Sedan skickar du in."

	income := base("Dina inkomster i oktober", 1,
		Sources{Sources: sourceCards(false)},
		form(IncomeTable{Caption: "Inkomster i oktober 2026", Rows: incomeRows()},
			Confirm{Name: "inkomster.koll", Label: "Jag har gått igenom beloppen"},
			Buttons{[]Button{{Text: "Spara och fortsätt"}, {Text: "Föregående", Name: "till", Value: "forra", Variant: Secondary}, {Text: "Hämta igen", Name: "gor", Value: "hamta", Variant: Quiet, Icon: "refresh"}}}),
	)
	income.Service, income.Side, income.Errors = service, sections(4), []FieldError{fault1}
	income.Lead = "Lämna rutan tom om beloppet stämmer. Är något fel? Skriv rätt belopp bredvid."
	income.Back = &Link{URL: "/ansokan"}

	section := base("Hur bor du?", 1, form(
		FormGroup{Title: "Bostaden", Fields: []FormField{
			{Path: "bostad.typ", Field: plugin.Field{Kind: plugin.FieldChoice, Label: "Hur bor du?", Options: []plugin.Option{{Value: "hyr", Label: "Hyresrätt"}, {Value: "andra", Label: "Andra hand", Hint: "Du hyr av någon som själv hyr bostaden."}, {Value: "inne", Label: "Inneboende"}}}, Value: "hyr"},
			{Path: "bostad.hyra", Field: plugin.Field{Kind: plugin.FieldMoney, Label: "Hur mycket betalar du i hyra varje månad?", Hint: "Titta på den senaste hyresavin."}, Value: "sex tusen", Error: "Hyra: skriv hur mycket du betalar i hyra, till exempel 6 200."},
			{Path: "bostad.avi", Field: plugin.Field{Kind: plugin.FieldDate, Label: "När ska hyran vara betald?"}, Value: "2026-11-30"},
			{Path: "bostad.el", Field: plugin.Field{Kind: plugin.FieldYesNo, Label: "Ingår el i hyran?"}},
			{Path: "bostad.mer", Field: plugin.Field{Kind: plugin.FieldLongText, Label: "Är det något mer vi behöver veta?", Hint: "Skriv inte om din hälsa om det inte behövs."}},
			{Path: "bostad.fil", Field: plugin.Field{Kind: plugin.FieldFiles, Label: "Lägg till hyresavin"}, Files: Files{MaxBytes: 10_000_000, Accept: "image/*,.pdf", Sent: []SentFile{{Name: "hyresavi-november.pdf", Size: 240_000, Remove: &Button{Text: "Ta bort", About: "hyresavi-november.pdf", Variant: Quiet, Name: "bort", Value: "1", Icon: "bin"}}}}},
			{Path: "period.manad", Field: plugin.Field{Kind: plugin.FieldMonth, Label: "Vilken månad söker du för?"}, Months: []time.Time{time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}, Value: "2026-12"},
		}},
		Buttons{[]Button{{Text: "Spara och fortsätt"}, {Text: "Föregående", Name: "till", Value: "forra", Variant: Secondary}}}))
	section.Service, section.Side, section.Back = service, sections(2), &Link{URL: "/ansokan"}
	section.Errors = []FieldError{{Field: "bostad.hyra", Text: "Hyra: skriv hur mycket du betalar i hyra, till exempel 6 200."}}

	review := base("Kontrollera dina svar", 1,
		Notice{Tone: Warning, Title: "Det här saknas", Body: List{[]Text{Link{URL: "/bostad", Text: "Bostad: hyresavi"}, Link{URL: "/sys", Text: "Sysselsättning: hela delen"}}}},
		Summary{Title: "Bostad", Rows: []SummaryRow{
			{Term: "Hur bor du?", Value: "Hyresrätt", ChangeURL: "/b#1"},
			{Term: "Hyra", Value: Amount(620000), ChangeURL: "/b#2"},
			{Term: "Hyresavi", Missing: true, ChangeURL: "/b#3"}}},
		Summary{Title: "Inkomster", Rows: []SummaryRow{
			{Term: "Barnbidrag", Value: Amount(125000), Note: "Hämtat från Försäkringskassan", ChangeURL: "/i#1"},
			{Term: "Studiemedel", Value: Amount(102200), Changed: true, Note: []Text{"Hämtat från CSN: ", Amount(1002400)}, ChangeURL: "/i#2"},
			{Term: "Arbetslöshetsersättning", Value: "Kunde inte hämtas", ChangeURL: "/i#3"}}},
		h2("Det här skickar du in"), Inset{Body: para("Jag försäkrar att uppgifterna är sanna. Jag berättar för kommunen om något ändras.")},
		form(Confirm{Name: "sant", Label: "Ja, uppgifterna är sanna"}, Buttons{[]Button{{Text: "Skicka in ansökan"}}}),
	)
	review.Service, review.Back = service, &Link{URL: "/ansokan"}

	receipt := base("Din ansökan är inskickad", 1,
		Receipt{Title: "Din ansökan är inskickad", NumberLabel: "Ärendenummer", Number: "SN 2026-1234", At: now, Body: "Spara numret. Du hittar ansökan under Mina ärenden.",
			Next: []Text{"En handläggare läser din ansökan. Det brukar ta högst 10 dagar.", "Behöver vi fler uppgifter hör vi av oss här.", "Du får beslutet här och i brevlådan."}},
		Buttons{[]Button{{Text: "Till mina ärenden", URL: "/arenden"}, {Text: "Skriv ut", URL: "/kvitto", Variant: Secondary, Icon: "print"}}})
	receipt.OwnHeading = true

	login := Data{Title: "Logga in med BankID", Municipality: m, Plain: true, Back: &Link{URL: "/logga-in", Text: "Välj annat sätt"}, Body: parts{[]Text{
		QRPanel{Code: "bankid.67df3917-fa0d-44e5-b327-edcc928297f8.0.dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8", Name: "QR-kod för BankID", RefreshURL: "/qr", StatusURL: "/status",
			Status: "Väntar på att du skannar koden.",
			Steps:  Strings("Öppna BankID-appen i mobilen.", "Tryck på Skanna QR-kod.", "Håll mobilen mot skärmen.", "Skriv din kod i appen."),
			Actions: []Text{Button{Text: "BankID på den här enheten", URL: "/samma", Variant: Secondary},
				ActionButton{URL: "/avbryt", Button: Button{Text: "Avbryt", Variant: Quiet}}}},
		Notice{Tone: Warning, Body: "Logga aldrig in för att någon ringer och ber dig."}}}}

	events := base("Ansökan för december 2026", 2,
		Timeline{Events: []Event{
			{At: now, Title: "Vi behöver en uppgift till", Turn: "Vi väntar på dig", Body: []Text{"Du behöver skicka in hyresavin senast ", Date(now.AddDate(0, 0, 9)), "."}, Tone: Warning, URL: "/komplettera"},
			{At: now.Add(-26 * time.Hour), Title: "Handläggaren har öppnat din ansökan", By: "Socialnämnden"},
			{At: now.Add(-50 * time.Hour), Title: "Din ansökan är inskickad", Body: []Text{"Ärendenummer ", CaseNumber("SN 2026-1234")}, Tone: Success},
		}},
		h2("Uträkningen"),
		Table{Caption: "Så räknade vi för november 2026", Columns: []Column{{Text: "Post"}, {Text: "Belopp", Number: true}},
			Rows: []TableRow{{Cells: []Text{"Riksnorm", Amount(512000)}}, {Cells: []Text{"Hyra", Amount(620000)}}, {Cells: []Text{"Inkomster", Amount(-335050)}}},
			Foot: []Text{"Att få", Amount(796950)}},
		Details{Summary: "Vad betyder riksnorm?", Body: para("Riksnormen är det belopp som regeringen har bestämt ska räcka till mat, kläder och annat varje månad.")})

	queue := Data{Title: "Ansökningar", Municipality: m, User: eva(), Session: session, Wide: true, Dense: true, Lead: "Socialnämnden. 3 av 41 visas.",
		Nav: []NavItem{{Text: "Ansökningar", URL: "/h", Current: true}, {Text: "Mina ärenden", URL: "/h/mina"}, {Text: "Sök", URL: "/h/sok"}},
		Body: parts{[]Text{Table{Caption: "Ansökningar att handlägga", HideCaption: true, Scroll: true, Columns: []Column{{Text: "Ärende"}, {Text: "Sökande"}, {Text: "Månad"}, {Text: "Inskickad", SortURL: "/h?s=1", Sorted: "ascending"}, {Text: "Läge"}, {Text: "Ansökt", Number: true}, {Text: "Skillnader", Number: true}},
			Rows: []TableRow{
				{Cells: []Text{Link{URL: "/h/1", Text: CaseNumber("SN 2026-1234")}, "Anna Berglund", Month(now), DateTime(now), Tag{Text: "Ny", Tone: Info, Shape: "dot"}, Amount(820000), "2"}},
				{Cells: []Text{Link{URL: "/h/2", Text: CaseNumber("SN 2026-1229")}, "Bo Ek", Month(now), DateTime(now.Add(-time.Hour)), Tag{Text: "Väntar på svar", Tone: Warning, Shape: "waiting"}, Amount(534000), "0"}},
				{Cells: []Text{Link{URL: "/h/3", Text: CaseNumber("SN 2026-1201")}, "Jonas Kvist", Month(now), DateTime(now.Add(-30 * time.Hour)), Tag{Text: "Öppnad, inte klar", Tone: Neutral, Shape: "half"}, Amount(412050), "1"}},
			}}, Pagination{Page: 2, Pages: 14, URL: "/h?sida=%d"}}}}

	sheet := Data{Title: "Anna Berglund, november 2026", Service: CaseNumber("SN 2026-1234"), Municipality: m, User: eva(), Session: session, Wide: true, Dense: true,
		Nav: []NavItem{{Text: "Ansökningar", URL: "/h", Current: true}, {Text: "Mina ärenden", URL: "/h/mina"}}, Back: &Link{URL: "/h", Text: "Ansökningar"},
		Body: parts{[]Text{
			Notice{Tone: Warning, Level: -1, Title: "A-kassan kunde inte svara när ansökan skickades in", Body: "Fråga den sökande eller hämta igen."},
			Table{Caption: "Inkomster", Scroll: true, Columns: []Column{{Text: "Inkomst"}, {Text: "Källa"}, {Text: "Myndigheten", Number: true}, {Text: "Den sökande", Number: true}, {Text: "Används", Number: true}, {Text: "Skillnad"}, {Text: "Skäl"}},
				Rows: []TableRow{
					{Cells: []Text{"Barnbidrag", "Försäkringskassan", Amount(125000), "–", Amount(125000), "", ""}},
					{Cells: []Text{"Studiemedel", "CSN", Amount(1002400), Amount(102200), Amount(102200), Tag{Text: "Olika", Tone: Info, Shape: "half"}, "Avbruten kurs, intyg finns"}, Tone: Info},
					{Cells: []Text{"Arbetslöshetsersättning", "A-kassan", "Kunde inte hämtas", "–", Amount(0), "", ""}}},
				Foot: []Text{"Summa", "", Amount(1127400), "", Amount(227200), "", ""}},
			form(Field{Name: "skal", Kind: LongInput, Label: "Skäl för beslutet", Rows: 3}, Choice{Name: "beslut", Label: "Beslut", Row: true, Options: []Option{{Value: "1", Label: "Bifall"}, {Value: "2", Label: "Delvis bifall"}, {Value: "3", Label: "Avslag"}}},
				Buttons{[]Button{{Text: "Granska beslutet"}, {Text: "Begär komplettering", Variant: Secondary, Name: "gor", Value: "komplettera"}}})}}}

	waiting := base("Vi hämtar dina uppgifter", 1, Sources{Sources: sourceCards(true), PollURL: "/hamtning/1?del=1", RefreshURL: "/hamtning/1"},
		Progress{Text: "5 av 6 har svarat", Value: 5, Max: 6})

	blocks := base("Vad myndigheterna vet", 1, Blocks{[]plugin.Block{
		{Kind: plugin.BlockHeading, Text: "Pengar du fick i oktober"}, {Kind: plugin.BlockText, Text: "Beloppen kommer från myndigheterna."},
		{Kind: plugin.BlockSummary, Rows: [][]string{{"Barnbidrag", "1 250 kr"}, {"Betalades ut", "20 oktober 2026"}}},
		{Kind: plugin.BlockTable, Text: "Utbetalningar", Header: []string{"Förmån", "Belopp"}, Rows: [][]string{{"Studiemedel", "10 024 kr"}}},
		{Kind: plugin.BlockWarning, Text: "A-kassan svarar inte just nu."},
		{Kind: plugin.BlockDetails, Text: "Vad betyder det?", Blocks: []plugin.Block{{Kind: plugin.BlockList, Items: []string{"En sak", "En annan sak"}}}}}})

	return []sample{{"start", start}, {"oversikt", overview}, {"inkomster", income}, {"del", section}, {"granska", review}, {"kvitto", receipt},
		{"inloggning", login}, {"handelser", events}, {"ko", queue}, {"arende", sheet}, {"hamtning", waiting}, {"block", blocks}}
}

func galleryRenderer(t testing.TB) (*Renderer, *Set, []*Municipality) {
	t.Helper()
	r, ekbacka := testRenderer(t)
	for _, u := range r.langs {
		template.Must(u.tpl.New("sample").Parse(`{{define "sample-form"}}{{formFiles "/spara"}}{{range .}}{{show .}}
{{end}}{{endform}}{{end}}`))
	}
	set, err := r.Parse(fstest.MapFS{"sample.html": {Data: []byte(partsTemplate)}})
	if err != nil {
		t.Fatal(err)
	}
	sea, err := BuiltInTheme("havsnas")
	if err != nil {
		t.Fatal(err)
	}
	havsnas := &Municipality{ID: "havsnas", Name: "Havsnäs kommun", Theme: sea, Phone: "0000-65 43 21", Hours: "Vardagar 9–15", TestMode: true}
	return r, set, []*Municipality{ekbacka, havsnas}
}

func get(path, lang, scheme string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.AddCookie(&http.Cookie{Name: langCookie, Value: lang})
	r.AddCookie(&http.Cookie{Name: schemeCookie, Value: scheme})
	return r
}

// TestGallery writes every sample page to GALLERY_DIR, for looking at them in
// a browser: serve the folder on loopback and open index.html.
func TestGallery(t *testing.T) {
	dir := os.Getenv("GALLERY_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	r, set, towns := galleryRenderer(t)
	write := func(name string, body []byte) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, f := range r.assets.files {
		write(filepath.Join("assets", name), f.body)
	}
	for _, m := range towns {
		for _, scheme := range []string{"light", "dark"} {
			for _, s := range samples(m) {
				w := httptest.NewRecorder()
				if err := set.Render(w, get("/"+s.name, Swedish, scheme), 200, "sample.html", s.data); err != nil {
					t.Fatalf("%s: %v", s.name, err)
				}
				write(m.ID+"-"+scheme+"-"+s.name+".html", w.Body.Bytes())
			}
			w := httptest.NewRecorder()
			user, _ := anna()
			if err := r.Problem(w, get("/x", Swedish, scheme), Data{Municipality: m, User: user}, fault.New(fault.Unavailable, "x"), "7F3A2"); err != nil {
				t.Fatal(err)
			}
			if w.Code != http.StatusServiceUnavailable {
				t.Errorf("status %d", w.Code)
			}
			write(m.ID+"-"+scheme+"-fel.html", w.Body.Bytes())
		}
	}
}
