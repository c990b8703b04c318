package pdfa

import (
	"fmt"
	"image"
	"image/color"
	"strings"

	"medborgarnavet/block/pdf"
)

// embedded is a picture in the file.
type embedded struct {
	width, height int
	pixels        []byte // RGB
}

// figure sets a picture, with its caption under it.
func (c *composer) figure(f Figure, before float64) ([]atom, error) {
	switch {
	case strings.TrimSpace(f.Alt) == "":
		return nil, fmt.Errorf("%w: a figure has no alternative text", ErrDocument)
	case f.Image == nil || f.Image.Bounds().Empty():
		return nil, fmt.Errorf("%w: a figure has no picture", ErrDocument)
	}
	size := f.Image.Bounds().Size()
	width := f.Width
	if width <= 0 || width > textWidth {
		width = textWidth
	}
	height := width * float64(size.Y) / float64(size.X)
	if most := bodyHeight * 0.8; height > most {
		width, height = width*most/height, most
	}
	number := len(c.images)
	c.images = append(c.images, flatten(f.Image))
	e := c.document.child("Figure")
	e.alt = f.Alt
	out := []atom{{before: before, height: height, keep: f.Caption != "", draw: func(p *page, y float64) {
		e.attrs = pdf.Dict{
			"O": pdf.Name("Layout"), "Placement": pdf.Name("Block"),
			"BBox": pdf.Array{round(marginLeft), round(pageHeight - y - height), round(marginLeft + width), round(pageHeight - y)},
		}
		p.images[number] = true
		p.tag(e)
		p.content = append(p.content, "q\n"...)
		p.numbers("cm", width, 0, 0, height, marginLeft, pageHeight-y-height)
		p.content = fmt.Appendf(p.content, "/I%d Do\nQ\n", number+1)
	}}}
	if f.Caption != "" {
		out = append(out, c.paragraph(Plain(f.Caption), c.document.child("P"), caption(), marginLeft, textWidth, 4)...)
	}
	return out, nil
}

// flatten makes a picture plain RGB, with what is transparent laid on white.
func flatten(m image.Image) embedded {
	b := m.Bounds()
	out := embedded{b.Dx(), b.Dy(), make([]byte, 0, 3*b.Dx()*b.Dy())}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			p := color.NRGBA64Model.Convert(m.At(x, y)).(color.NRGBA64)
			over := func(v uint16) byte {
				a := uint32(p.A)
				return byte((uint32(v)*a/0xffff + (0xffff - a)) >> 8)
			}
			out.pixels = append(out.pixels, over(p.R), over(p.G), over(p.B))
		}
	}
	return out
}

func (e embedded) stream() *pdf.Stream {
	s := pdf.Compress(e.pixels)
	s.Dict["Type"], s.Dict["Subtype"] = pdf.Name("XObject"), pdf.Name("Image")
	s.Dict["Width"], s.Dict["Height"] = int64(e.width), int64(e.height)
	s.Dict["ColorSpace"], s.Dict["BitsPerComponent"] = pdf.Name("DeviceRGB"), int64(8)
	return s
}

// round keeps two decimals.
func round(v float64) float64 { return float64(int64(v*100+0.5)) / 100 }
