package pdfa_test

import (
	"fmt"
	"time"

	"medborgarnavet/block/pdfa"
)

// A short decision, with room for a signature.
func Example() {
	result, err := pdfa.Compose(pdfa.Document{
		Meta: pdfa.Meta{
			Title: "Beslut om skolskjuts", Author: "Ekbacka kommun", Language: "sv",
			Created: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		},
		Letterhead: pdfa.Letterhead{
			Municipality: "Ekbacka kommun", Board: "Barn- och utbildningsnämnden", Kind: "Beslut",
			References: []pdfa.Field{{Label: "Datum", Value: "2026-11-22"}, {Label: "Diarienummer", Value: "BUN 2026/7"}},
		},
		Blocks: []pdfa.Block{
			pdfa.Title{Text: "Beslut om skolskjuts"},
			pdfa.Paragraph{Text: pdfa.Text{{Text: "Alma får skolskjuts "}, {Text: "hela läsåret", Bold: true}, {Text: "."}}},
			pdfa.Table{
				Columns: []pdfa.Column{{Header: "Termin"}, {Header: "Resor", Right: true}},
				Rows:    []pdfa.Row{{Cells: []pdfa.Text{pdfa.Plain("Vår"), pdfa.Plain("180")}}},
			},
			pdfa.Signatures{Signers: []pdfa.Signer{{Field: "Signature1", Name: "Eva Lind", Role: "Handläggare"}}},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Pages, result.Areas[0].Field, result.Areas[0].Page)
	// Output: 1 Signature1 0
}
