package pades

import (
	"fmt"

	"medborgarnavet/block/pdf"
)

// EmptyField is a signature field to be made before anyone signs. Places are
// as in Appearance; a zero Rect is the first free place.
type EmptyField struct {
	Name string // "" = a free name
	Alt  string // what it is for, in words: "Underskrift av Anna Berglund"
	Page int    // from 1; 0 = the last page
	Rect Rect
}

// AddFields makes empty signature fields, so that everyone who signs later
// only fills one in: nothing else of the file then changes between the
// signatures, which is what the strictest validators ask of a certified or a
// tagged file. It is refused once the file is signed. The names are given back
// in order.
func AddFields(file []byte, list []EmptyField) (out []byte, names []string, err error) {
	e, err := openUnsigned(file)
	if err != nil {
		return nil, nil, err
	}
	pages, err := e.d.Pages()
	if err != nil || len(pages) == 0 {
		return nil, nil, fmt.Errorf("%w: the page tree cannot be read", ErrPage)
	}
	w := walkFields(e.d)
	var taken []reserved
	for _, f := range list {
		a := Appearance{Page: f.Page, Rect: f.Rect}
		page, rect, err := a.findPlace(e.d, pages, taken)
		if err != nil {
			return nil, nil, err
		}
		taken = append(taken, reserved{page.Ref, rect})
		name, err := e.emptyField(w, f, page, rect)
		if err != nil {
			return nil, nil, err
		}
		names = append(names, name)
	}
	update, err := e.bytes()
	if err != nil {
		return nil, nil, err
	}
	return join(file[:len(file):len(file)], update, 0), names, nil
}

// openUnsigned reads a file that nobody has signed.
func openUnsigned(file []byte) (*editor, error) {
	f, err := open(file)
	if err != nil {
		return nil, err
	}
	e, err := newEditor(f)
	if err != nil {
		return nil, err
	}
	if now := standingOf(e.d); now.signed || now.docMDP != 0 {
		return nil, ErrSigned
	}
	return e, nil
}

// emptyField makes one field.
func (e *editor) emptyField(w *fieldWalk, f EmptyField, page *pdf.Page, rect [4]float64) (string, error) {
	t := &target{name: f.Name, page: page, rect: rect}
	if t.name == "" {
		t.name = w.freeName("Signatur")
	}
	if found, err := w.find(t.name); err != nil || found != nil {
		return "", fmt.Errorf("%w: there is one of that name", ErrField)
	}
	w.names[t.name] = true
	if f.Alt == "" {
		f.Alt = "Underskrift"
	}
	width, height := viewOf(e.d, page).size(rect)
	look := emptyForm()
	look.Dict["BBox"] = rectArray([4]float64{0, 0, width, height})
	if _, err := e.newField(t, pdf.Ref{}, e.add(look), f.Alt); err != nil {
		return "", err
	}
	if form := e.editSub(e.root, "AcroForm"); form["SigFlags"] == nil {
		form["SigFlags"] = int64(1)
	}
	return t.name, nil
}
