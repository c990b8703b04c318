package pades

import (
	"medborgarnavet/block/pdf"
)

const (
	maxTextBoxes = 20_000
	maxFormDepth = 4
	broadWidth   = 0.6 // of a letter, as a part of the size, rather too much
)

// textFinder finds where a page shows text, so that a stamp is not laid over
// it (S-33). Widths are estimates; a line's height and place are exact.
type textFinder struct {
	d     *pdf.Document
	boxes [][4]float64
}

// textState is what a content stream has set.
type textState struct {
	ctm, line, text pdf.Matrix
	fonts           pdf.Dict
	size, lead      float64
	stretch         float64
	code            float64 // bytes to a letter
	saved           []pdf.Matrix
}

// textBoxes are the places of a page's text in user space. What cannot be
// read is left out.
func textBoxes(d *pdf.Document, p *pdf.Page) [][4]float64 {
	f := &textFinder{d: d}
	var content []byte
	parts := d.Array(p.Dict["Contents"])
	if parts == nil {
		parts = pdf.Array{p.Dict["Contents"]}
	}
	for _, o := range parts {
		if s := d.Stream(o); s != nil {
			if b, err := d.Decode(s); err == nil {
				content = append(append(content, b...), '\n')
			}
		}
	}
	f.run(content, p.Resources, pdf.Identity(), 0)
	return f.boxes
}

// run reads one content stream.
func (f *textFinder) run(content []byte, resources pdf.Dict, ctm pdf.Matrix, depth int) {
	s := &textState{ctm: ctm, line: pdf.Identity(), text: pdf.Identity(), stretch: 1, code: 1, fonts: f.d.Dict(resources["Font"])}
	_ = pdf.Operators(content, func(op string, args []pdf.Object, _ int) error {
		if len(f.boxes) >= maxTextBoxes {
			return errEnough
		}
		if op == "Do" {
			f.form(args, resources, s.ctm, depth)
			return nil
		}
		f.step(s, op, args)
		return nil
	})
}

// errEnough ends the reading of a page with very much text.
var errEnough = pdf.ErrLimit

// form reads a form that the page draws.
func (f *textFinder) form(args []pdf.Object, resources pdf.Dict, ctm pdf.Matrix, depth int) {
	if len(args) != 1 || depth >= maxFormDepth {
		return
	}
	name, _ := args[0].(pdf.Name)
	x := f.d.Stream(f.d.Dict(resources["XObject"])[name])
	if x == nil || f.d.Name(x.Dict["Subtype"]) != "Form" {
		return
	}
	b, err := f.d.Decode(x)
	if err != nil {
		return
	}
	if m, ok := f.matrixOf(f.d.Array(x.Dict["Matrix"])); ok {
		ctm = m.Times(ctm)
	}
	own := f.d.Dict(x.Dict["Resources"])
	if own == nil {
		own = resources
	}
	f.run(b, own, ctm, depth+1)
}

func (f *textFinder) matrixOf(list []pdf.Object) (m pdf.Matrix, ok bool) {
	if len(list) != 6 {
		return m, false
	}
	for i, o := range list {
		if m[i], ok = f.d.Number(o); !ok {
			return m, false
		}
	}
	return m, true
}

// number is an operand, 0 when it is not there.
func (f *textFinder) number(args []pdf.Object, i int) float64 {
	if i >= len(args) {
		return 0
	}
	n, _ := f.d.Number(args[i])
	return n
}

// step follows one operator.
func (f *textFinder) step(s *textState, op string, args []pdf.Object) {
	switch op {
	case "q":
		if len(s.saved) < 256 {
			s.saved = append(s.saved, s.ctm)
		}
	case "Q":
		if n := len(s.saved); n > 0 {
			s.ctm, s.saved = s.saved[n-1], s.saved[:n-1]
		}
	case "cm":
		if m, ok := f.matrixOf(args); ok {
			s.ctm = m.Times(s.ctm)
		}
	case "BT":
		s.line, s.text = pdf.Identity(), pdf.Identity()
	case "Tf":
		if len(args) == 0 {
			return
		}
		s.size, s.code = f.number(args, 1), 1
		if name, ok := args[0].(pdf.Name); ok && f.d.Name(f.d.Dict(s.fonts[name])["Subtype"]) == "Type0" {
			s.code = 2
		}
	case "TL":
		s.lead = f.number(args, 0)
	case "Tz":
		s.stretch = f.number(args, 0) / 100
	case "Tm":
		if m, ok := f.matrixOf(args); ok {
			s.line, s.text = m, m
		}
	case "Td", "TD":
		if op == "TD" {
			s.lead = -f.number(args, 1)
		}
		s.down(f.number(args, 0), f.number(args, 1))
	case "T*":
		s.down(0, -s.lead)
	case "'", "\"":
		s.down(0, -s.lead)
		f.show(s, args)
	case "Tj", "TJ":
		f.show(s, args)
	}
}

func (s *textState) down(x, y float64) {
	s.line = pdf.Matrix{1, 0, 0, 1, x, y}.Times(s.line)
	s.text = s.line
}

// show notes where the last operand, a string or an array of strings, lies.
func (f *textFinder) show(s *textState, args []pdf.Object) {
	if len(args) == 0 {
		return
	}
	width := 0.0
	list, isArray := args[len(args)-1].(pdf.Array)
	if !isArray {
		list = pdf.Array{args[len(args)-1]}
	}
	for _, o := range list {
		switch v := o.(type) {
		case pdf.String:
			width += float64(len(v)) / s.code * broadWidth * s.size
		case int64:
			width -= float64(v) / 1000 * s.size
		case float64:
			width -= v / 1000 * s.size
		}
	}
	width *= s.stretch
	f.boxes = append(f.boxes, s.text.Times(s.ctm).Box([4]float64{0, -0.25 * s.size, width, 0.85 * s.size}))
	s.text = pdf.Matrix{1, 0, 0, 1, width, 0}.Times(s.text)
}
