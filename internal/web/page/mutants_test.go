package page

import (
	"strings"
	"testing"

	"medborgarnavet/internal/web/page/pagetest"
)

// Each mutant is a fault put into a good page by hand, and the check that has
// to find it. Without this the checks could rot and nobody would notice.
func TestMutantsAreCaught(t *testing.T) {
	_, set, towns := galleryRenderer(t)
	pages := map[string]string{}
	for _, s := range samples(towns[0]) {
		pages[s.name] = string(renderSample(t, set, s, Swedish))
	}
	mutants := []struct{ name, page, old, new, check string }{
		{"wrong language", "start", `<html lang="sv"`, `<html lang="se"`, "language"},
		{"no language", "start", `<html lang="sv"`, `<html`, "language"},
		{"no direction", "start", ` dir="ltr" data-color`, ` data-color`, "language"},
		{"title without municipality", "start", " – Ekbacka kommun</title>", "</title>", "title"},
		{"skip link away", "start", `<a class="k-skip" href="#innehall">Hoppa till innehållet</a>`, "", "skip link"},
		{"skip link to nothing", "start", `href="#innehall"`, `href="#inehall"`, "links within the page"},
		{"two h1", "oversikt", "<h2>Bra att ha framme</h2>", "<h1>Bra att ha framme</h1>", "one h1"},
		{"no h1", "oversikt", "<h1>Din ansökan</h1>", "<p>Din ansökan</p>", "one h1"},
		{"heading jump", "oversikt", "<h2>Bra att ha framme</h2>", "<h4>Bra att ha framme</h4>", "headings in order"},
		{"no main", "start", `<main class="k-main" id="innehall"`, `<div class="k-main" id="innehall"`, "landmarks"},
		{"nav without name", "oversikt", `<nav class="k-nav" aria-label="Meny">`, `<nav class="k-nav">`, "landmarks"},
		{"summary to nothing", "del", `href="#f-bostad-hyra"`, `href="#f-hyra"`, "links within the page"},
		{"error not tied", "del", ` aria-describedby="f-bostad-hyra-hint f-bostad-hyra-error"`, ``, "errors tied to fields"},
		{"input not marked", "del", ` aria-invalid="true"`, ``, "errors tied to fields"},
		{"summary in other words", "del", `">Hyra: skriv hur`, `">Hyran: skriv hur`, "errors tied to fields"},
		{"title without fault word", "del", `<title>Fel: `, `<title>`, "errors tied to fields"},
		{"described by nothing", "oversikt", `aria-describedby="task-0-status`, `aria-describedby="task-9-status`, "ids that are named"},
		{"id twice", "oversikt", `id="task-1-hint"`, `id="task-0-hint"`, "ids once"},
		{"div as button", "granska", `<button class="ds-button" type="submit" data-color="accent"><span>Skicka in ansökan</span></button>`, `<div class="ds-button">Skicka in ansökan</div>`, "buttons are buttons"},
		{"button without name", "granska", `<span>Skicka in ansökan</span>`, ``, "buttons are buttons"},
		{"button in link", "start", `<span class="k-brand__name">Ekbacka kommun</span>`, `<button type="button">Ekbacka kommun</button>`, "buttons are buttons"},
		{"qr without name", "inloggning", ` aria-label="QR-kod för BankID"`, ``, "pictures are named"},
		{"picture without alt", "start", ` alt=""`, ``, "pictures are named"},
		{"status by colour only", "oversikt", `Påbörjat</span>`, `</span>`, "tags have words"},
		{"empty link text", "handelser", `>Vi behöver en uppgift till</a>`, `>Läs mer</a>`, "link texts"},
		{"inline style", "start", `<main class`, `<main style="margin:0" class`, "nothing inline"},
		{"inline handler", "start", `<main class`, `<main onclick="x()" class`, "nothing inline"},
		{"inline script", "start", `</main>`, `<script>x()</script></main>`, "nothing inline"},
		{"amount not isolated", "granska", `<bdi dir="ltr">6` + nbsp + `200` + nbsp + `kr</bdi>`, `6` + nbsp + `200` + nbsp + `kr`, "figures in bdi"},
		{"number not isolated", "granska", `Hyresrätt`, `19850709-9805`, "figures in bdi"},
		{"form without method", "granska", `<form class="k-form" method="post"`, `<form class="k-form"`, "forms"},
		{"form to elsewhere", "granska", `action="/spara"`, `action="https://example.org/spara"`, "forms"},
		{"file form without type", "del", ` enctype="multipart/form-data"`, ``, "forms"},
		{"placeholder", "del", `inputmode="decimal"`, `inputmode="decimal" placeholder="kr"`, "no placeholder"},
		{"input without label", "del", `for="f-bostad-hyra"`, `for="f-bostad-typ"`, "inputs are labelled"},
		{"legend away", "del", `<legend class="k-label">Ingår el i hyran?</legend>`, ``, "groups are labelled"},
		{"th without scope", "ko", `<th scope="col"`, `<th`, "tables"},
		{"caption away", "ko", `<caption class="k-hidden">Ansökningar att handlägga</caption>`, ``, "tables"},
		{"tabindex", "start", `tabindex="-1"`, `tabindex="3"`, "no positive tabindex"},
		{"raw value", "start", `Hoppa till innehållet`, `%!s(page.Msg)`, "nothing raw"},
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			good := pages[m.page]
			bad := strings.Replace(good, m.old, m.new, 1)
			if bad == good {
				t.Fatalf("the page has no %q to change", m.old)
			}
			for _, f := range pagetest.Faults([]byte(bad), Swedish) {
				if strings.HasPrefix(f, m.check+":") {
					return
				}
			}
			t.Errorf("not caught by %q; found: %q", m.check, pagetest.Faults([]byte(bad), Swedish))
		})
	}
}
