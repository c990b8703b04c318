package pdfa

import (
	"fmt"
	"image"
	"image/color"
	"time"
)

// created is the time of all test documents, so that their bytes stay the same.
func created() time.Time {
	return time.Date(2026, 11, 22, 10, 30, 0, 0, time.FixedZone("", 3600))
}

// decision is a decision of about five pages, as a board of a municipality
// makes them.
func decision(level Conformance) Document {
	const reason = "Anna Berglund har ansökt om ekonomiskt bistånd för december 2026. Hon är ensamstående med ett barn och har inkomster från Försäkringskassan och CSN. Socialnämnden har prövat ansökan mot riksnormen och mot de skäliga kostnader som hon har redovisat. "
	d := Document{
		Meta: Meta{Title: "Beslut om ekonomiskt bistånd", Author: "Socialnämnden, Ekbacka kommun",
			Subject: "Beslut för december 2026", Created: created(), Creator: "Medborgarnavet"},
		Conformance: level,
		Theme:       Theme{Colour: RGB{0, 82, 120}},
		Letterhead: Letterhead{Municipality: "Ekbacka kommun", Board: "Socialnämnden", Kind: "Beslut",
			References: []Field{{"Datum", "2026-11-22"}, {"Diarienummer", "SN 2026/1234"}, {"Handläggare", "Eva Lind"}, {"Beslutsnummer", "§ 17"}},
			Recipient:  []string{"Anna Berglund", "Storgatan 1", "123 45 Ekbacka"}, Running: "SN 2026/1234"},
		Footer: []string{"Ekbacka kommun · Socialnämnden · Box 1, 123 00 Ekbacka", "Telefon 0123-45 60 00 · socialnamnden@ekbacka.example · Org.nr 212000-9911"},
	}
	d.Blocks = append(d.Blocks, Title{"Beslut om ekonomiskt bistånd"},
		Note{Title: "Socialnämnden beslutar", Text: []Text{{{Text: "att bevilja dig ekonomiskt bistånd med "}, {Text: "7 412 kronor", Bold: true}, {Text: " för december 2026."}}}},
		Heading{2, "Vad beslutet grundas på"})
	for range 3 {
		d.Blocks = append(d.Blocks, Paragraph{Text: Plain(reason + reason)})
	}
	d.Blocks = append(d.Blocks, KeyValues{Items: []KeyValue{
		{"Sökande", Plain("Anna Berglund")}, {"Period", Plain("1–31 december 2026")},
		{"Lagrum", Plain("12 kap. 1 § socialtjänstlagen (2025:400)")},
		{"Hushåll", Plain("En vuxen och ett barn, nio år. Barnet bor hos Anna hela månaden, och det är hon som får barnbidraget och underhållsstödet.")}}})
	table := Table{Caption: "Beräkning för december 2026", RowHeaders: true,
		Columns: []Column{{Header: "Post"}, {Header: "Uppgift från"}, {Header: "Belopp, kr", Right: true}}}
	for i := range 60 {
		table.Rows = append(table.Rows, Row{Cells: []Text{Plain(fmt.Sprintf("Kostnad nummer %d för boende och hushållsel", i+1)), Plain("Hyresavi 2026-11-01"), Plain(fmt.Sprintf("%d 250,00", i%9+1))}})
	}
	table.Rows = append(table.Rows, Row{Sum: true, Cells: []Text{Plain("Summa"), nil, Plain("291 250,00")}})
	d.Blocks = append(d.Blocks, Heading{2, "Beräkning"}, table, Heading{2, "Motivering"})
	for range 4 {
		d.Blocks = append(d.Blocks, Paragraph{Text: Plain(reason + reason + reason)}, Heading{3, "Bedömning"})
	}
	d.Blocks = append(d.Blocks, Paragraph{Text: Plain(reason)}, Heading{2, "Hur du överklagar"},
		List{Numbered: true, Items: []Item{{Text: Plain("Skriv till förvaltningsrätten att du vill överklaga, vilket beslut det gäller och vad du vill att rätten ändrar.")},
			{Text: Plain("Bifoga det som visar att du har rätt:"), Sub: &List{Items: []Item{{Text: Plain("kvitton")}, {Text: Plain("intyg och läkarutlåtanden som du vill att rätten läser")}}}},
			{Text: Plain("Lämna brevet till socialnämnden inom tre veckor.")}}},
		Heading{2, "Namn i andra skriftspråk"},
		Paragraph{Text: Text{{Text: "Sámi: "}, {Text: "Áhčči Čohkká, Máret Ánne Ŋuvčča, Ǥuhkes Ʒierrá, Đorvu, Ŧuŋŋa, Šuhkkes, Ǩiirâkk, Ǯoo", Lang: "se"}, {Text: ". Kyrilliska: "}, {Text: "Ольга Ёлкина", Lang: "ru"}, {Text: ". Grekiska: Ελένη Παπαδοπούλου. Arabiska: "}, {Text: "فاطمة الزهراء (حداد)", Lang: "ar"}, {Text: " född 1970. Vietnamesiska: Nguyễn Thị Hường. Marker: x̌ ŋ̈ n̈."}}},
		Paragraph{Text: Text{{Text: "قررت لجنة الشؤون الاجتماعية منحك مساعدة مالية قدرها 7412 كرونة عن شهر ديسمبر 2026. يمكنك الطعن في هذا القرار خلال ثلاثة أسابيع لدى Socialnämnden في البلدية.", Lang: "ar"}}},
		Signatures{Signers: []Signer{{"Signature1", "Eva Lind", "Handläggare"}, {"Signature2", "Olof Wik", "Enhetschef"}}})
	return d
}

// sampleImage is a small picture with a transparent corner.
func sampleImage() image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, 32, 16))
	for y := range 16 {
		for x := range 32 {
			m.Set(x, y, color.NRGBA{uint8(8 * x), uint8(16 * y), 120, uint8(255 * min(x, 1))})
		}
	}
	return m
}
