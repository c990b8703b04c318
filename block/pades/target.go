package pades

import (
	"errors"
	"fmt"

	"medborgarnavet/block/pdf"
)

// chooseTarget finds the field that is to be signed and where it stands.
func (e *editor) chooseTarget(w *fieldWalk, o Options) (*target, error) {
	pages, err := e.d.Pages()
	if err != nil || len(pages) == 0 {
		return nil, fmt.Errorf("%w: the page tree cannot be read", ErrPage)
	}
	if o.Field == "" {
		return e.newTarget(w.freeName(o.FieldPrefix), pages, o)
	}
	found, err := w.find(o.Field)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return e.newTarget(o.Field, pages, o)
	}
	t := &target{name: found.name, field: found.ref, dict: found.dict, widget: found.widgets[0].ref}
	wd := found.widgets[0].dict
	box := e.d.Array(wd["Rect"])
	if len(box) == 4 {
		for i := range t.rect {
			t.rect[i], _ = e.d.Number(box[i])
		}
	}
	t.rect = ordered(t.rect)
	t.page = pageOf(e.d, pages, t.widget, wd)
	if o.Appearance != nil && (t.page == nil || t.rect[2]-t.rect[0] < 1 || t.rect[3]-t.rect[1] < 1) {
		return nil, fmt.Errorf("%w: it is invisible and can show no appearance", ErrField)
	}
	return t, nil
}

// newTarget is a field yet to be made.
func (e *editor) newTarget(name string, pages []pdf.Page, o Options) (*target, error) {
	t := &target{name: name, page: &pages[0]}
	if o.Appearance == nil {
		return t, nil
	}
	page, rect, err := o.Appearance.findPlace(e.d, pages, nil)
	if err != nil {
		return nil, err
	}
	t.page, t.rect = page, rect
	return t, nil
}

// pageOf is the page that a widget stands on: the one it names, else the one
// that lists it.
func pageOf(d *pdf.Document, pages []pdf.Page, widget pdf.Ref, dict pdf.Dict) *pdf.Page {
	named, _ := dict["P"].(pdf.Ref)
	for i := range pages {
		if named != (pdf.Ref{}) && pages[i].Ref == named {
			return &pages[i]
		}
	}
	for i := range pages {
		for _, o := range d.Array(pages[i].Dict["Annots"]) {
			if r, ok := o.(pdf.Ref); ok && r == widget {
				return &pages[i]
			}
		}
	}
	return nil
}

// place makes the appearance and the field, or fills the field that is there.
func (e *editor) place(t *target, o Options, value pdf.Ref) error {
	form, err := e.appearance(t, o)
	if err != nil {
		return err
	}
	if t.dict != nil {
		e.fillField(t, value, form)
		return nil
	}
	_, err = e.newField(t, value, form, altText(o))
	return err
}

// appearance is the form that the widget shows. A field that stands visible in
// the file gets an ordinary stamp even when none was asked for, if it has room.
func (e *editor) appearance(t *target, o Options) (pdf.Ref, error) {
	if o.Appearance != nil {
		return e.stamp(t, o)
	}
	if t.dict != nil && t.page != nil && t.rect[2]-t.rect[0] >= 1 && t.rect[3]-t.rect[1] >= 1 {
		o.Appearance = &Appearance{}
		form, err := e.stamp(t, o)
		if err == nil || !errors.Is(err, ErrNoRoom) {
			return form, err
		}
	}
	return e.add(emptyForm()), nil
}

// emptyForm is the appearance of what is not seen.
func emptyForm() *pdf.Stream {
	return &pdf.Stream{Dict: pdf.Dict{
		"Type": pdf.Name("XObject"), "Subtype": pdf.Name("Form"), "FormType": int64(1),
		"BBox": pdf.Array{int64(0), int64(0), int64(0), int64(0)}, "Resources": pdf.Dict{},
	}}
}

// altText says in words what the field is.
func altText(o Options) string {
	if o.FieldPrefix == stampPrefix {
		return "Tidsstämpel"
	}
	words := signWords
	if o.Appearance != nil {
		words = o.Appearance.words()
	}
	text := words.Heading
	if o.Name != "" {
		text += " " + o.Name
	}
	return text
}

func ordered(r [4]float64) [4]float64 {
	return [4]float64{min(r[0], r[2]), min(r[1], r[3]), max(r[0], r[2]), max(r[1], r[3])}
}
