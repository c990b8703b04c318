package page

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/web/page/pagetest"
	"medborgarnavet/plugin"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with testdata/NAME.html.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".html")
	got = strings.TrimSpace(got) + "\n"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (run with -update to make it)", err)
	}
	if got != string(want) {
		t.Errorf("%s has changed (run with -update if it should):\n%s", file, got)
	}
}

// components is one of each kind, with what makes it interesting.
func components() map[string]Component {
	return map[string]Component{
		"link":          Link{URL: "/a?b=1&c=2", Text: "Ändra", About: "hyra"},
		"backlink":      BackLink{URL: "/"},
		"button":        Buttons{[]Button{{Text: "Spara"}, {Text: "Ta bort", Variant: Danger, Name: "gor", Value: "bort", About: "barn 2"}, {Text: "Hem", URL: "/", Variant: Quiet, Icon: "home"}}},
		"actionbutton":  ActionButton{URL: "/avbryt", Button: Button{Text: "Avbryt", Variant: Secondary}, Hidden: []HiddenValue{{"id", `"1"`}}},
		"notice":        Notice{Tone: Warning, Title: "A-kassan svarar inte", Body: "Det andra kan du läsa ändå.", Live: true},
		"answer":        Answer{Kind: AnswerNo, Title: "Underskriften är inte giltig.", Body: "Dokumentet har ändrats.", ItemsTitle: "Det här har ändrats:", Items: Strings("Sidan 1")},
		"errorsummary":  ErrorSummary{[]FieldError{{"a.b", "Hyra: skriv ett belopp, till exempel 6 200."}, {"c", "Period: välj en månad."}}},
		"details":       Details{Summary: "Vad betyder det?", Body: paragraph{"Så här."}, Open: true},
		"inset":         Inset{Body: "Text", Lang: "sv"},
		"field":         Field{Name: "s.g.1.f", Label: "Namn", Hint: "Som det står på <kortet>", Value: `"><script>`, Error: "Namn: skriv ditt namn.", Autocomplete: "name", Optional: true},
		"field-long":    Field{Name: "m", Kind: LongInput, Label: "Mer", Value: "rad 1\nrad 2", MaxLength: 4000},
		"field-money":   Field{Name: "hyra", Kind: MoneyInput, Label: "Hyra", Value: "1 250,50 kr"},
		"dateparts":     DateParts{Name: "d", Label: "Datum", Day: "31", Month: "2", Year: "2026", Error: "Datum: det finns ingen 31 februari."},
		"choice":        Choice{Name: "c", Label: "Hur bor du?", Many: true, Values: []string{"b"}, Options: []Option{{Value: "a", Label: "Hyr"}, {Value: "b", Label: "Äger", Hint: "Hus eller lägenhet", Reveal: []Component{Field{Name: "r", Label: "Ränta", Kind: MoneyInput}}}}},
		"yesno":         YesNo{Name: "y", Label: "Har du barn?", Value: "nej"},
		"confirm":       Confirm{Name: "ok", Label: "Ja, det är sant", Error: "Kryssa i rutan om uppgifterna är sanna."},
		"monthchoice":   MonthChoice{Name: "p", Label: "Månad", Months: []time.Time{now}, Value: "2026-11"},
		"files":         Files{Name: "f", Label: "Lägg till", MaxBytes: 10_000_000, Many: true, Sent: []SentFile{{Name: "a<b>.pdf", Size: 2_400_000, URL: "/f/1"}}},
		"tag":           Tag{Text: "Klart", Tone: Success},
		"tasklist":      TaskList{Intro: "0 av 2", Tasks: []Task{{Title: "Hushåll", URL: "/h", Hint: "Vilka", Status: Started}, {Title: "Skicka", Hint: "Går sist", Status: NotFilled}}},
		"sidemenu":      sections(4),
		"steps":         Steps{Strings("Ett", "Två")},
		"list":          List{[]Text{"a", Amount(100)}},
		"progress":      Progress{Text: "5 av 6 har svarat", Value: 5, Max: 6},
		"card":          Cards{[]Card{{Title: "Ansöka", URL: "/a", Icon: "coins", Body: "Text", Meta: "15 minuter", Tag: &Tag{Text: "Ny", Tone: Info}}}},
		"hero":          Hero{Title: "Vad vill du göra?", Lead: "Här."},
		"summary":       Summary{Title: "Bostad", ChangeURL: "/b", Rows: []SummaryRow{{Term: "Hyra", Value: Amount(620000), ChangeURL: "/b#1", Changed: true, Note: "Hämtat"}, {Term: "El"}, {Term: "Avi", Missing: true}}},
		"table":         Table{Caption: "Uträkning", Columns: []Column{{Text: "Post"}, {Text: "Kronor", Number: true, SortURL: "?s=1", Sorted: "ascending"}}, Rows: []TableRow{{Cells: []Text{"Norm", Amount(100)}, Tone: Warning}}, Foot: []Text{"Summa", Amount(100)}},
		"table-empty":   Table{Caption: "Inget", Empty: "Du har inga ärenden just nu."},
		"income":        IncomeTable{Caption: "Inkomster i oktober", Rows: incomeRows()},
		"income-locked": IncomeTable{Caption: "Inkomster i oktober", Locked: true, Rows: []IncomeRow{{Name: "a", Label: "Studiemedel", Payer: "CSN", State: plugin.StateAnswered, FetchedOre: ore(1002400), UsedOre: ore(102200), Comment: "Hoppade av"}}},
		"sources":       Sources{Sources: sourceCards(true), PollURL: "/p", RefreshURL: "/r"},
		"timeline":      Timeline{Events: []Event{{At: now, Title: "Vi behöver en uppgift", Turn: "Vi väntar på dig", URL: "/k", Tone: Warning, Body: "Senast i dag"}, {At: now, Title: "Inskickad", By: "Du"}}},
		"pagination":    Pagination{Page: 2, Pages: 3, URL: "/h?sida=%d&q=a"},
		"qrpanel":       QRPanel{Code: "x", Name: "QR-kod", RefreshURL: "/qr", StatusURL: "/s", Status: "Väntar.", Steps: Strings("Öppna appen.")},
		"qrstatus":      QRStatus{Status: "Klart.", Go: "/mina-sidor"},
		"receipt":       Receipt{Title: "Inskickad", NumberLabel: "Ärendenummer", Number: "SN 2026-1", At: now, Next: Strings("Vi läser.")},
		"blocks":        Blocks{[]plugin.Block{{Kind: plugin.BlockText, Text: "<b>1 250 kr</b>"}, {Kind: "okänd", Text: "x"}, {Kind: plugin.BlockSummary, Text: "Rubrik", Rows: [][]string{{"Hyra", "6 200 kr"}, {"för kort"}}}}},
	}
}

// One golden file a component: what they become is read by people in review.
func TestComponents(t *testing.T) {
	r, _ := testRenderer(t)
	for name, c := range components() {
		t.Run(name, func(t *testing.T) {
			got, err := r.Component(Swedish, c)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name, string(got))
			pagetest.CheckPart(t, []byte(got))
			for _, lang := range Languages() {
				if _, err := r.Component(lang, c); err != nil {
					t.Errorf("%s: %v", lang, err)
				}
			}
		})
	}
}

// I-6: the four states and a zero never look alike in the fetched column.
func TestFetchedColumnNeverConfusesStates(t *testing.T) {
	r, _ := testRenderer(t)
	rows := []IncomeRow{
		{State: plugin.StateAnswered, FetchedOre: ore(0)}, {State: plugin.StateNothing}, {State: plugin.StateUnavailable},
		{State: plugin.StateNotAsked}, {ByHand: true},
	}
	for _, lang := range Languages() {
		seen := map[string]int{}
		for i, row := range rows {
			text, err := r.Text(lang, row.Fetched())
			if err != nil {
				t.Fatal(err)
			}
			if j, twice := seen[text]; twice {
				t.Errorf("%s: rows %d and %d both say %q", lang, i, j, text)
			}
			seen[text] = i
			if i > 0 && strings.Contains(text, "0") {
				t.Errorf("%s: row %d shows a figure: %q", lang, i, text)
			}
		}
	}
}

// M-36, ux.md P7.6: a screen reader hears column and row as the input's name,
// and the fetched amount and the fault as its description.
func TestIncomeInputIsNamedByColumnAndRow(t *testing.T) {
	r, _ := testRenderer(t)
	got, err := r.Component(Swedish, IncomeTable{Caption: "x", Rows: incomeRows()[2:3]})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`name="inkomster.csn.studiemedel.own"`, `name="inkomster.csn.studiemedel.comment"`,
		`aria-labelledby="f-inkomster-csn-studiemedel-own-label f-inkomster-csn-studiemedel-name"`,
		`aria-describedby="f-inkomster-csn-studiemedel-fetched f-inkomster-csn-studiemedel-own-error"`,
		`<bdi dir="ltr">10` + nbsp + `024` + nbsp + `kr</bdi>`,
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%s is not in\n%s", want, got)
		}
	}
	if strings.Contains(string(got), "disabled") || strings.Contains(string(got), "readonly") {
		t.Error("M-36: the fetched amount is text, not an input that cannot be used")
	}
}

// M-77: a section is rendered from its definition, whatever its kinds.
func TestFormFieldsOfEveryKind(t *testing.T) {
	r, _ := testRenderer(t)
	kinds := []plugin.FieldKind{plugin.FieldText, plugin.FieldLongText, plugin.FieldYesNo, plugin.FieldChoice, plugin.FieldChoices, plugin.FieldMoney,
		plugin.FieldNumber, plugin.FieldDate, plugin.FieldMonth, plugin.FieldFiles, plugin.FieldAmountRow, plugin.FieldNote, plugin.FieldIdentity}
	for _, kind := range kinds {
		f := FormField{Path: "s.g.f", Field: plugin.Field{Kind: kind, Label: "Fråga", Hint: "Tips", Options: []plugin.Option{{Value: "a", Label: "A"}}, Bind: &plugin.Binding{}},
			Value: "2026-11-05", Error: "Fråga: svara så här.", Months: []time.Time{now}}
		got, err := r.Component(Swedish, FormGroup{Title: "Grupp", Fields: []FormField{f}})
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if !strings.Contains(string(got), "Fråga") {
			t.Errorf("%s: no label", kind)
		}
		if kind != plugin.FieldNote && !strings.Contains(string(got), `id="`+FieldID(f.ErrorName())+`"`) {
			t.Errorf("%s: the error summary would lead nowhere:\n%s", kind, got)
		}
		if kind != plugin.FieldNote && !strings.Contains(string(got), "svara så här") {
			t.Errorf("%s: no error text", kind)
		}
	}
	values := FormField{Path: "v", Field: plugin.Field{Kind: plugin.FieldChoices}, Value: "a,c"}
	if c := values.choice(); !c.Chosen("a") || c.Chosen("b") || !c.Chosen("c") {
		t.Error("choices are not kept")
	}
	if d := (FormField{Value: "2026-11-05"}).date(); d.Day+d.Month+d.Year != "5112026" {
		t.Errorf("%+v", d)
	}
	if d := (FormField{Value: "26-februari-x", Error: "fel"}).date(); d.Day+d.Month+d.Year != "xfebruari26" {
		t.Errorf("what was typed is lost: %+v", d)
	}
}

// Rows that follow each other share one table; others break it.
func TestAmountRowsShareATable(t *testing.T) {
	row := FormField{Path: "r", Field: plugin.Field{Kind: plugin.FieldAmountRow, Label: "R"}}
	text := FormField{Path: "t", Field: plugin.Field{Kind: plugin.FieldText, Label: "T"}}
	parts := FormGroup{Fields: []FormField{row, row, text, row}}.Parts()
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	if first, ok := parts[0].(IncomeTable); !ok || len(first.Rows) != 2 {
		t.Errorf("%#v", parts[0])
	}
}

func TestPaymentsSayWhyTheyAreNotCounted(t *testing.T) {
	r, _ := testRenderer(t)
	p := Payments{ControlMonth: "2026-10", Counted: []plugin.Payment{{NetOre: ore(1), PayDate: "2026-10-01"}}, Others: []plugin.Payment{
		{Status: plugin.StatusPlanned, NetOre: ore(1)}, {Status: plugin.StatusPreliminary, NetOre: ore(1)}, {Status: plugin.StatusPaid},
		{Status: plugin.StatusPaid, NetOre: ore(1), PayDate: "2026-09-25"}, {Status: plugin.StatusPaid, NetOre: ore(1), PayDate: "2026-10-25"}}}
	want := []string{"", "inte utbetalda", "inte bestämt", "vet inte", "i september" + nbsp + "2026", "Räknas inte i summan"}
	for i, l := range p.Lines() {
		got, err := r.Text(Swedish, l.Why())
		if err != nil || !strings.Contains(got, want[i]) || (got == "") != (want[i] == "") {
			t.Errorf("%d: %q (%v), want %q", i, got, err, want[i])
		}
	}
}
