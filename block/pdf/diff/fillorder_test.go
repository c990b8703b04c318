package diff_test

import (
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// Issue 3, part 2: a filled field's value must stand out from what lies
// beneath it, whatever colours say so.
func TestFillInk(t *testing.T) {
	for content, code := range map[string]string{
		"BT 0 g /Helv 10 Tf 2 5 Td (100) Tj ET":                                "",
		"BT 0 0 1 rg /Helv 10 Tf 2 5 Td (100) Tj ET":                           "",
		"BT 0.6 g /Helv 10 Tf 2 5 Td (100) Tj ET":                              "",
		"0 0 0 1 k 0 0 200 20 re f BT 1 g /Helv 10 Tf 2 5 Td (100) Tj ET":      "",
		"1 g 0 0 200 20 re f BT 0 g /Helv 10 Tf 2 5 Td (100) Tj ET":            "",
		"BT 1 g /Helv 10 Tf 2 5 Td (100) Tj ET":                                "field-shows-other-text",
		"BT 0.99 0.98 1 rg /Helv 10 Tf 2 5 Td (100) Tj ET":                     "field-shows-other-text",
		"BT 0 0 0.02 0 k /Helv 10 Tf 2 5 Td (100) Tj ET":                       "field-shows-other-text",
		"/DeviceGray cs 1 sc BT /Helv 10 Tf 2 5 Td (100) Tj ET":                "field-shows-other-text",
		"BT 1 G 1 Tr /Helv 10 Tf 2 5 Td (100) Tj ET":                           "field-shows-other-text",
		"0 g 0 0 200 20 re f BT 0.05 g /Helv 10 Tf 2 5 Td (100) Tj ET":         "field-shows-other-text",
		"BT 1 g /Helv 10 Tf 2 5 Td (1) Tj 0 g (00) Tj ET":                      "field-shows-other-text",
		"BT /Pattern cs /P0 scn /Helv 10 Tf 2 5 Td (100) Tj ET":                "field-shows-other-text",
		"0.3 g 0 0 200 20 re f q BT 0.3 g /Helv 10 Tf 2 5 Td (100) Tj ET Q":    "field-shows-other-text",
		"q 1 g Q BT /Helv 10 Tf 2 5 Td (100) Tj ET":                            "",
		"0.3 g 0 0 200 20 re f q BT 1 1 1 rg /Helv 10 Tf 2 5 Td (100) Tj ET Q": "",
	} {
		x := &fixture{}
		data := edit(t, x.signed(t), func(u *pdf.Update, d *pdf.Document) {
			l := look("", x.font)
			l.Raw = []byte(content)
			setKeys(u, d, x.text, "V", pdf.String("100"), "AP", pdf.Dict{"N": u.Add(l)})
		})
		v := compare(t, data, diff.Policy{})
		if code != "" {
			expect(t, v, code, "")
		} else if !v.Allowed {
			t.Errorf("%s: not allowed:%s", content, show(v))
		}
	}
}

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

// Issue 3, part 2: a default look written anew that says the same changes
// nothing; one that says anything else does.
func TestFillDefaultLook(t *testing.T) {
	for da, allowed := range map[string]bool{
		"0 g /Helv 12 Tf":         true,
		"0.0 g  /Helv 12.00 Tf":   true,
		"1 g /Helv 12 Tf":         false,
		"0 g /Helv 1 Tf":          false,
		"0 g /Other 12 Tf":        false,
		"/Helv 12 Tf":             false,
		"0 g /Helv 12 Tf 3 Tr":    false,
		"1 g 0 g /Helv 12 Tf":     false,
		"0 0 0 rg /Helv 12 Tf":    false,
		"[0] g /Helv 12 Tf":       false,
		"0 g /Helv 12 Tf 0 g 1 g": false,
		"":                        false,
	} {
		x := &fixture{}
		data := edit(t, x.signed(t), func(u *pdf.Update, d *pdf.Document) {
			l := look("100", x.font)
			setKeys(u, d, x.text, "V", pdf.String("100"), "DA", pdf.String(da), "AP", pdf.Dict{"N": u.Add(l)})
		})
		if v := compare(t, data, diff.Policy{}); v.Allowed != allowed {
			t.Errorf("%q: allowed %t:%s", da, v.Allowed, show(v))
		}
	}
}
