package pdfa

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// alphabet is what random texts are made of: words, scripts, and trouble.
func alphabet() []string {
	return []string{"socialnämnden", "och", "å", "Ŋuvčča", "7 412,00", "§ 17", "فاطمة", "لا", "السَّلام", "(", ")", "[", "עברית", "שלום", "Ёлкина", "x̌", "ŋ̈",
		"\u00a0", "\u200b", "\u200d", "\u202e", "\u2067", "\u00ad", "\t", "\n", "\x00", "\xff", "漢字", "😀", "ﷺ", "...", "–", "12:30", "١٢٣", strings.Repeat("W", 90), strings.Repeat("ل", 120), "e\u0301\u0302\u0303"}
}

func randomText(r *rand.Rand, most int) string {
	words := alphabet()
	var b strings.Builder
	for range r.IntN(most + 1) {
		b.WriteString(words[r.IntN(len(words))])
		if r.IntN(4) > 0 {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func randomSpans(r *rand.Rand, most int) Text {
	var t Text
	for range r.IntN(4) {
		s := Span{Text: randomText(r, most), Bold: r.IntN(3) == 0}
		if r.IntN(4) == 0 {
			s.Lang = "ar"
		}
		t = append(t, s)
	}
	return t
}

func randomList(r *rand.Rand, depth int) List {
	l := List{Numbered: r.IntN(2) == 0}
	for range r.IntN(4) {
		item := Item{Text: randomSpans(r, 12)}
		if depth > 0 && r.IntN(2) == 0 {
			sub := randomList(r, depth-1)
			item.Sub = &sub
		}
		l.Items = append(l.Items, item)
	}
	return l
}

func randomTable(r *rand.Rand) Table {
	t := Table{Caption: randomText(r, 6), RowHeaders: r.IntN(2) == 0}
	for range 1 + r.IntN(9) {
		c := Column{Header: randomText(r, 3), Right: r.IntN(3) == 0}
		if r.IntN(4) == 0 {
			c.Share = r.Float64()
		}
		t.Columns = append(t.Columns, c)
	}
	for range r.IntN(30) {
		row := Row{Sum: r.IntN(9) == 0}
		for range r.IntN(len(t.Columns) + 1) {
			row.Cells = append(row.Cells, randomSpans(r, 8))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// hostile is a document of random blocks with random text.
func hostile(seed uint64) Document {
	r := rand.New(rand.NewPCG(seed, 2))
	d := Document{Meta: Meta{Title: "T " + randomText(r, 9), Author: randomText(r, 5), Subject: randomText(r, 9), Created: created()},
		Letterhead: Letterhead{Municipality: randomText(r, 20), Board: randomText(r, 20), Kind: randomText(r, 9),
			Running: randomText(r, 9), Recipient: []string{randomText(r, 5), randomText(r, 5)}},
		Footer: []string{randomText(r, 30), randomText(r, 30), randomText(r, 30), "x"}}
	for range r.IntN(9) {
		d.Letterhead.References = append(d.Letterhead.References, Field{randomText(r, 4), randomText(r, 9)})
	}
	for range 30 {
		switch r.IntN(10) {
		case 0:
			d.Blocks = append(d.Blocks, Title{randomText(r, 12)})
		case 1:
			d.Blocks = append(d.Blocks, Heading{r.IntN(5), randomText(r, 12)})
		case 2:
			d.Blocks = append(d.Blocks, KeyValues{[]KeyValue{{randomText(r, 9), randomSpans(r, 40)}, {randomText(r, 9), randomSpans(r, 9)}}})
		case 3:
			d.Blocks = append(d.Blocks, randomList(r, 6))
		case 4:
			d.Blocks = append(d.Blocks, randomTable(r))
		case 5:
			d.Blocks = append(d.Blocks, Note{randomText(r, 5), []Text{randomSpans(r, 60), randomSpans(r, 9)}})
		case 6:
			d.Blocks = append(d.Blocks, Signatures{[]Signer{{"a", randomText(r, 20), randomText(r, 9)}, {"b", "", ""}, {"c", "x", ""}}, 100 * r.Float64()})
		case 7:
			d.Blocks = append(d.Blocks, Spacer{2000 * r.Float64()}, PageBreak{})
		case 8:
			d.Blocks = append(d.Blocks, Figure{Image: sampleImage(), Alt: "x", Width: 900 * r.Float64(), Caption: randomText(r, 9)})
		default:
			d.Blocks = append(d.Blocks, Paragraph{Text: randomSpans(r, 90)})
		}
	}
	return d
}

// S-15, S-20: whatever the text, nothing leaves the page or stands on anything
// else, every glyph has a text, and the same document gives the same bytes.
func TestWhateverTheText(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			d := hostile(seed)
			d.Conformance = []Conformance{A2a, A1b, A2b, A3b}[seed%4]
			first, err := Compose(d)
			if err != nil {
				t.Fatal(err)
			}
			again, err := Write(d)
			if err != nil || string(again) != string(first.File) {
				t.Fatalf("not the same bytes again (%v)", err)
			}
			o := open(t, first.File)
			o.inside(t)
			o.apart(t)
			o.structure(t)
		})
	}
}
