package diff_test

import (
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// Issue 3, part 2: a filled field shows its value in the order it is read; a
// tool that states the thin border a field has anyway changes nothing.
func TestFillOrder(t *testing.T) {
	for _, tc := range []struct {
		content, code string
		border        pdf.Object
	}{
		{"BT /Helv 10 Tf 2 5 Td (1) Tj 6 0 Td (00) Tj ET", "", nil},
		{"BT /Helv 10 Tf 40 5 Td (1) Tj -30 0 Td (00) Tj ET", "field-shows-other-text", nil},
		{"BT /Helv 10 Tf 2 5 Td (100) Tj ET", "", pdf.Dict{"S": pdf.Name("S"), "W": 1}},
		{"BT /Helv 10 Tf 2 5 Td (100) Tj ET", "field-changed", pdf.Dict{"S": pdf.Name("S"), "W": 90}},
	} {
		x := &fixture{}
		data := edit(t, x.signed(t), func(u *pdf.Update, d *pdf.Document) {
			l := look("", x.font)
			l.Raw = []byte(tc.content)
			pairs := []any{"V", pdf.String("100"), "AP", pdf.Dict{"N": u.Add(l)}}
			if tc.border != nil {
				pairs = append(pairs, "BS", tc.border)
			}
			setKeys(u, d, x.text, pairs...)
		})
		v := compare(t, data, diff.Policy{})
		if tc.code != "" {
			expect(t, v, tc.code, "")
		} else if !v.Allowed {
			t.Errorf("%s: not allowed:%s", tc.content, show(v))
		}
	}
}
