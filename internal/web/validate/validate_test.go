package validate

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdfa/check"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/web/page"
)

// words is what a page's main part says, spaces folded.
func words(t *testing.T, body string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "main" {
			for c := range n.Descendants() {
				if c.Type == html.TextNode {
					b.WriteString(c.Data + " ")
				}
			}
		}
	}
	text := strings.Join(strings.Fields(strings.ReplaceAll(b.String(), "\u00a0", " ")), " ")
	return strings.ReplaceAll(text, " .", ".")
}

func says(t *testing.T, name, body string, want ...string) {
	t.Helper()
	text := words(t, body)
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q:\n%s", name, w, text)
		}
	}
}

// S-06, I-12, ux P15: three verdicts and no signature, each in its own words
// and look, in the heading that takes the focus, in every language.
func TestVerdictsInWords(t *testing.T) {
	c := newCounter(t)
	plain := contract(t)
	signed := c.signed(plain, "Anna", "Berglund", pades.BLTA)
	offline := c.signed(plain, "Bo", "Ek", pades.BT)
	for _, f := range []struct {
		name string
		file []byte
		look string
		want []string
	}{
		{"valid", signed, "yes", []string{"Underskriften är giltig. Dokumentet är inte ändrat efter underskriften.", "Anna Berglund", "22 november 2026",
			"En tidsstämpel från någon annan bevisar", "Hela dokumentet", "Filen säger sig vara PDF/A-2A"}},
		{"two", c.signed(signed, "Bo", "Ek", pades.BLTA), "yes", []string{"Alla 2 underskrifter är giltiga.", "1. Anna Berglund", "2. Bo Ek"}},
		{"changed", changedPage(t, signed), "no", []string{"Underskriften är inte giltig. Dokumentet har ändrats efter att det skrevs under.", "En del av dokumentet"}},
		{"no answer from the issuer", offline, "unsure", []string{"Vi kan inte avgöra om underskriften är giltig. Orsak: vi fick inte svar från utfärdaren. Det betyder inte att den är fel."}},
		{"a signature removed", unsignedAgain(t, signed), "no", []string{"En underskrift har tagits bort ur filen.", "Lita inte på filen."}},
		{"unsigned", plain, "none", []string{"Det finns ingen elektronisk underskrift i filen. En inskannad namnteckning räknas inte här."}},
	} {
		for _, lang := range page.Languages() {
			resp, body := c.send(lang, "avtal.pdf", f.file)
			if resp.StatusCode != http.StatusOK || !strings.Contains(body, `data-answer="`+f.look+`"`) {
				t.Errorf("%s in %s: %d, not the look %s", f.name, lang, resp.StatusCode, f.look)
			}
			if strings.Contains(body, ">medborgarnavet<") { // the only validator here, and its answer stands above
				t.Errorf("%s in %s: a table of one validator", f.name, lang)
			}
			if !regexp.MustCompile(`<h1[^>]*tabindex="-1"[^>]*autofocus`).MatchString(body) {
				t.Errorf("%s in %s: the heading does not take the focus", f.name, lang)
			}
			if lang == page.Swedish {
				says(t, f.name, body, append(f.want, "avtal.pdf")...)
			}
		}
	}
}

// ux P15: what is wrong with a file is said at its field, each in its own
// words, and never as a verdict. I-14: nothing of it is a fault of ours.
func TestUnusableFilesInWords(t *testing.T) {
	c := newCounter(t)
	plain := contract(t)
	locked := bytes.Replace(unpacked(t), []byte("trailer\n<<"), []byte("trailer\n<</Encrypt<</Filter/Standard/V 2/R 3/O<00>/U<00>/P -4>>"), 1)
	for _, f := range []struct {
		name   string
		data   []byte
		status int
		want   string
	}{
		{"tom.pdf", nil, 422, "Filen är tom."},
		{"bild.pdf", []byte("\x89PNG\r\n\x1a\n..."), 422, "Filen är inte en PDF."},
		{"trasig.pdf", []byte("%PDF-1.7\n1 0 obj\n<</Type"), 422, "Filen är skadad och går inte att läsa."},
		{"last.pdf", locked, 422, "Filen är krypterad."},
		{"stor.pdf", append(bytes.Clone(plain), make([]byte, MaxBytes)...), 413, "Filen är för stor. Den får vara högst 50 MB."},
		{"", plain, 422, "Välj en PDF-fil att kontrollera."},
	} {
		resp, body := c.send(page.Swedish, f.name, f.data)
		if resp.StatusCode != f.status || !strings.Contains(body, "<title>Fel: ") || strings.Contains(body, "data-answer") {
			t.Errorf("%s: %d, want %d", f.want, resp.StatusCode, f.status)
		}
		says(t, f.name, body, f.want)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+Path, strings.NewReader("a=b"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if resp, body := c.do(req, page.Swedish); resp.StatusCode != 422 {
		t.Errorf("not a form with a file: %d %s", resp.StatusCode, words(t, body))
	}
}

// unpacked is a file with a plain trailer.
func unpacked(t *testing.T) []byte {
	t.Helper()
	b := pdf.NewBuilder("1.7")
	tree := b.Reserve()
	leaf := b.Add(pdf.Dict{"Type": pdf.Name("Page"), "Parent": tree, "MediaBox": pdf.Array{0, 0, 595, 842}, "Resources": pdf.Dict{}})
	b.Set(tree, pdf.Dict{"Type": pdf.Name("Pages"), "Kids": pdf.Array{leaf}, "Count": 1})
	out, err := b.Bytes(pdf.Dict{"Root": b.Add(pdf.Dict{"Type": pdf.Name("Catalog"), "Pages": tree})})
	if err != nil || !bytes.Contains(out, []byte("trailer\n<<")) {
		t.Fatalf("%v: no plain trailer", err)
	}
	return out
}

// S-06, ux P15: before a file is sent the page says how large it may be and
// that it is not kept, in every language; no login, no cookie.
func TestFormSaysWhatBecomesOfTheFile(t *testing.T) {
	c := newCounter(t)
	for lang, want := range map[string][]string{
		page.Swedish: {"Vi sparar inte filen", "50 MB"}, page.Easy: {"Vi sparar inte filen", "50 MB"}, page.English: {"We do not keep the file", "50 MB"}} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+Path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.AddCookie(&http.Cookie{Name: "sprak", Value: lang})
		resp, body := c.do(req, lang)
		if resp.StatusCode != http.StatusOK || len(resp.Cookies()) > 0 {
			t.Errorf("%s: %d, cookies %v", lang, resp.StatusCode, resp.Cookies())
		}
		says(t, lang, body, want...)
		if at, form := strings.Index(body, want[0]), strings.Index(body, "<form"); at > form {
			t.Errorf("%s: said after the form", lang)
		}
	}
}

// I-14: more at once than there is room for is told in words, with when to
// come again, and the places come free.
func TestBusyIsSaid(t *testing.T) {
	hold, entered := make(chan struct{}), make(chan struct{})
	c := newCounter(t, func(d *Deps) {
		d.Uploads, d.Runs = 1, 1
		judge := d.Validate
		d.Validate = func(ctx context.Context, data []byte) (validation.Report, error) {
			entered <- struct{}{}
			<-hold
			return judge(ctx, data)
		}
	})
	file, done := contract(t), make(chan int)
	go func() {
		kind, body := form(t, "a.pdf", file)
		resp, err := http.Post(c.url+Path, kind, body)
		if err != nil {
			done <- 0
			return
		}
		_ = resp.Body.Close()
		done <- resp.StatusCode
	}()
	<-entered
	resp, body := c.send(page.Swedish, "b.pdf", file)
	if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") != "60" {
		t.Errorf("%d, Retry-After %q", resp.StatusCode, resp.Header.Get("Retry-After"))
	}
	says(t, "busy", body, "Många kontrollerar filer just nu", "Vänta en minut")
	close(hold)
	if status := <-done; status != http.StatusOK {
		t.Errorf("the first: %d", status)
	}
	go func() { <-entered }()
	if resp, _ := c.send(page.Swedish, "b.pdf", file); resp.StatusCode != http.StatusOK {
		t.Errorf("afterwards: %d", resp.StatusCode)
	}
}

var carriedReport = regexp.MustCompile(`name="rapport" value="([^"]+)"`)

// S-06, S-11, S-13: the report can be kept: as PDF/A with the file's hash, and
// as XML; only a report that we made, and only for a day.
func TestReportCanBeKept(t *testing.T) {
	c := newCounter(t)
	file := c.signed(contract(t), "Ánná", "Юлия", pades.BLTA)
	_, body := c.send(page.English, "avtal.pdf", file)
	found := carriedReport.FindStringSubmatch(body)
	if found == nil {
		t.Fatal("no report in the page")
	}
	fetch := func(sealed, form string) (*http.Response, []byte) {
		t.Helper()
		resp, err := http.PostForm(c.url+Path+"/rapport", url.Values{"rapport": {sealed}, "form": {form}})
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		data, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, data
	}
	resp, data := fetch(found[1], "pdf")
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/pdf" {
		t.Fatalf("%d %s", resp.StatusCode, resp.Header)
	}
	if result, err := check.Check(data, "", check.Options{}); err != nil || !result.Conformant {
		t.Errorf("not PDF/A: %v %+v", err, result.Findings)
	}
	if _, again := fetch(found[1], "pdf"); !bytes.Equal(data, again) {
		t.Error("another document the second time")
	}
	resp, data = fetch(found[1], "xml")
	if resp.StatusCode != http.StatusOK || !bytes.Contains(data, []byte("ValidationReport")) {
		t.Errorf("%d %.200s", resp.StatusCode, data)
	}
	for _, bad := range []string{"", "x", found[1] + "A", "A" + found[1][1:], strings.Replace(found[1], ".", "", 1)} {
		if resp, _ := fetch(bad, "pdf"); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("a report that is not ours: %d", resp.StatusCode)
		}
	}
	c.clock.Advance(25 * time.Hour)
	if resp, _ := fetch(found[1], "pdf"); resp.StatusCode != http.StatusGone {
		t.Errorf("a day later: %d", resp.StatusCode)
	}
}

// S-12: what each validator says is shown, and that they do not agree.
func TestPDFAByEachValidator(t *testing.T) {
	rep := validation.Report{PDFA: &validation.PDFA{Claimed: "2B", Profile: "2B", Disagree: true,
		Findings: []validation.Finding{{Rule: "6.2.2-1", Reason: validation.Text{Sv: "Färgen saknas.", En: "No colour."}}},
		Results:  []validation.CheckerResult{{Name: "egen", Conformant: true}, {Name: "annan", Findings: 1}, {Name: "tredje", Failed: "no"}}}}
	v := aboutPDFA(rep, validation.Swedish)
	if !v.Disagree || !v.Many || len(v.Checkers.Rows) != 3 {
		t.Fatalf("%+v", v)
	}
	r, _ := look(t)
	for i, want := range []string{"Inga fel", "Brott mot 1 regler", "Kunde inte kontrollera filen"} {
		got, err := r.Text(page.Swedish, v.Checkers.Rows[i].Cells[1])
		if err != nil || got != want {
			t.Errorf("%q %v, want %q", got, err, want)
		}
	}
	if none := aboutPDFA(validation.Report{PDFA: &validation.PDFA{}}, validation.Swedish); none.Many || len(none.Checkers.Rows) > 0 {
		t.Errorf("%+v", none)
	}
}

// S-06: the names and words of a file are shown as text and steer nothing.
func TestNamesOfAFileAreText(t *testing.T) {
	c := newCounter(t)
	file := c.signed(contract(t), "<script>alert(1)</script>", "Ek\u202e", pades.BB)
	_, body := c.send(page.Swedish, `../..\<b>"avtal.pdf`, file)
	if strings.Contains(body, "<script>alert") || strings.Contains(body, "\u202e") || strings.Contains(body, "<b>") {
		t.Error("mark-up from the file is in the page")
	}
	if got := fileName("a\u202e/b\\c\nd.pdf"); got != "cd.pdf" {
		t.Errorf("%q", got)
	}
	if got := fileName(strings.Repeat("å", 500) + ".pdf"); len([]rune(got)) != 116 || !strings.HasSuffix(got, ".pdf") {
		t.Errorf("%q", got)
	}
}

// ux P15: an assurance level is told when it is one that is known.
func TestAssurance(t *testing.T) {
	for uri, want := range map[string]string{"http://id.elegnamnden.se/loa/1.0/loa3": "loa3", "http://id.swedenconnect.se/loa/1.0/uncertified-loa3": "loa3",
		"http://eidas.europa.eu/LoA/substantial": "substantial", "urn:x": "", "": ""} {
		if got := assurance(uri); got != want {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
	if s := fmt.Sprint(busy); s != "validate: busy" {
		t.Error(s)
	}
}
