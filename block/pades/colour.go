package pades

import (
	"bytes"

	"medborgarnavet/block/pdf"
)

// colour is red, green and blue from 0 to 1.
type colour [3]float64

// The stamp's colours. The text on its background has a contrast above 7:1.
var (
	textColour  = colour{0.08, 0.08, 0.1}
	quietColour = colour{0.25, 0.27, 0.32}
	lineColour  = colour{0.35, 0.42, 0.55}
	backColour  = colour{0.955, 0.965, 0.985}
)

// gray is the colour's lightness.
func (c colour) gray() float64 { return 0.299*c[0] + 0.587*c[1] + 0.114*c[2] }

// palette is the colour space that may be used in the file.
type palette int

const (
	deviceRGB  palette = iota // no PDF/A claim, or an RGB output intent
	deviceGray                // an output intent of another kind
	calGray                   // a PDF/A claim without an output intent
)

// paletteOf looks at the file's claim and its output intents: PDF/A allows a
// device colour only where an output intent says what it means
// (ISO 19005-1, 6.2.3; ISO 19005-2, 6.2.4).
func paletteOf(d *pdf.Document) palette {
	catalog := d.Catalog()
	if !claimsPDFA(d) {
		return deviceRGB
	}
	found := calGray
	for _, o := range d.Array(catalog["OutputIntents"]) {
		intent := d.Dict(o)
		if d.Name(intent["S"]) != "GTS_PDFA1" {
			continue
		}
		profile := d.Stream(intent["DestOutputProfile"])
		if profile == nil {
			continue
		}
		if n, _ := d.Int(profile.Dict["N"]); n == 3 {
			return deviceRGB
		}
		found = deviceGray
	}
	return found
}

// claimsPDFA tells whether the metadata speak of PDF/A at all. A claim that
// cannot be read counts as one.
func claimsPDFA(d *pdf.Document) bool {
	s := d.Stream(d.Catalog()["Metadata"])
	if s == nil {
		return false
	}
	b, err := d.Decode(s)
	return err != nil || bytes.Contains(b, []byte("pdfaid")) ||
		bytes.Contains(b, []byte("http://www.aiim.org/pdfa/ns/id")) || bytes.Contains(b, []byte{'p', 0, 'd', 0, 'f', 0, 'a', 0})
}

func (p palette) fill(dst []byte, c colour) []byte {
	switch p {
	case deviceRGB:
		return append(appendNumbers(dst, c[:]...), "rg\n"...)
	case deviceGray:
		return append(appendNumbers(dst, c.gray()), "g\n"...)
	}
	return append(appendNumbers(append(dst, "/C0 cs "...), c.gray()), "sc\n"...)
}

func (p palette) stroke(dst []byte, c colour) []byte {
	switch p {
	case deviceRGB:
		return append(appendNumbers(dst, c[:]...), "RG\n"...)
	case deviceGray:
		return append(appendNumbers(dst, c.gray()), "G\n"...)
	}
	return append(appendNumbers(append(dst, "/C0 CS "...), c.gray()), "SC\n"...)
}

// resources are the colour spaces that the content names; nil when it names
// none.
func (p palette) resources(add func(pdf.Object) pdf.Ref) pdf.Dict {
	if p != calGray {
		return nil
	}
	space := pdf.Array{pdf.Name("CalGray"), pdf.Dict{
		"WhitePoint": pdf.Array{0.9505, int64(1), 1.089}, "Gamma": 2.2,
	}}
	return pdf.Dict{"C0": add(space)}
}
