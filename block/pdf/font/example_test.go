package font_test

import (
	"fmt"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/font"
)

// A line of text is shaped, shown in a content stream, and its glyphs are
// embedded when all has been shown.
func Example() {
	f := font.Default().Regular
	run := f.Shape("Máret Ŋuvčča, فاطمة")
	fmt.Printf("%d glyphs, %.1f points wide at 10 points\n", len(run.Glyphs), run.Width(10))

	subset := font.NewSubset(f)
	content := []byte("BT /F1 10 Tf 72 720 Td\n")
	content = subset.Text(content, run, 10)
	content = append(content, "ET\n"...)

	b := pdf.NewBuilder("1.7")
	ref := subset.Embed(b.Add)
	fmt.Println(len(content) > 0, ref.Num > 0)
	fmt.Printf("%q\n", f.Missing("漢字 a"))
	// Output:
	// 19 glyphs, 91.8 points wide at 10 points
	// true true
	// ['漢' '字']
}
