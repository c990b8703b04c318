package diff

import (
	"medborgarnavet/block/pdf"
)

// forms looks at the interactive form: what it shows must be what it holds,
// now and in any reader's program.
func (s *scan) forms() {
	form := s.doc.Dict(s.doc.Catalog()["AcroForm"])
	if form == nil {
		return
	}
	if s.doc.Resolve(form["NeedAppearances"]) == true {
		s.risk("need-appearances", Refuse, 0, pdf.Ref{})
	}
	if form["XFA"] != nil {
		s.risk("dynamic-form", Refuse, 0, pdf.Ref{})
	}
	for _, o := range s.doc.Dict(s.doc.Dict(form["DR"])["Font"]) {
		s.formFont(o)
	}
	g := newGraph(s.work)
	g.walkForm(s.doc, s.doc.Catalog()["AcroForm"], use{})
	for r, n := range g.nodes {
		for _, u := range n.uses {
			if u.role == roleField && s.showsOther(u.field, s.doc.Dict(r)) {
				s.risk("field-shows-other", Refuse, 0, r)
			}
		}
	}
}

// formFont looks at a font that fields may be written with: one whose letters
// are drawn as others makes a field say what it does not show.
func (s *scan) formFont(o pdf.Object) {
	r, _ := o.(pdf.Ref)
	font := s.doc.Dict(o)
	if s.doc.Name(font["Subtype"]) == "Type3" {
		s.risk("form-font", Refuse, 0, r)
		return
	}
	enc := s.doc.Dict(font["Encoding"])
	code := 0
	for _, d := range s.doc.Array(enc["Differences"]) {
		switch v := d.(type) {
		case int64:
			code = int(v)
		case pdf.Name:
			if runes := glyphRunes(string(v)); code > 32 && code < 127 && (len(runes) != 1 || !alike(runes[0], rune(code))) {
				s.risk("form-font", Refuse, 0, r)
				return
			}
			code++
		}
	}
	below := font
	if list := s.doc.Array(font["DescendantFonts"]); len(list) > 0 {
		below = s.doc.Dict(list[0])
	}
	fd := s.doc.Dict(below["FontDescriptor"])
	if fd["FontFile"] != nil || fd["FontFile2"] != nil || fd["FontFile3"] != nil {
		s.risk("form-font-embedded", Warn, 0, r)
	}
}

// alike tells whether a character is drawn as its code says: quotes, hyphens
// and accents have typographic forms under the same code.
func alike(r, code rune) bool {
	switch code {
	case '\'', '`':
		return r == code || r == '’' || r == '‘'
	case '-':
		return r == code || r == '−'
	case '^', '~', '"':
		return r == code || r > 127
	}
	return r == code
}

// showsOther tells whether a text or choice field shows another text than it
// holds.
func (s *scan) showsOther(f *field, widget pdf.Dict) bool {
	if f.ft != "Tx" && f.ft != "Ch" {
		return false
	}
	look := lookOf(s.doc, widget)
	if look == nil {
		return false
	}
	sc := drawLook(s.doc, look, pdf.Identity(), s.work)
	if sc.bad {
		return false // said of the page, if it matters there
	}
	shown := ""
	for _, r := range sc.runs {
		shown += r.text
	}
	st := &step{new: s.doc, work: s.work}
	return !st.matches(f, f.value(s.doc), shown, sc.runs)
}

// pages draws every page and looks for text that cannot be seen.
func (s *scan) pages() {
	pages, err := s.doc.Pages()
	if err != nil {
		s.risk("page-tree", Refuse, 0, pdf.Ref{})
	}
	for i, p := range pages {
		if s.work.out {
			return
		}
		sc := drawPage(s.doc, p, s.work, s.fonts)
		if sc.bad {
			s.risk("unreadable-page", Warn, i+1, p.Ref)
		}
		s.covered(sc, p, i+1)
		s.annotations(sc, p, i+1)
	}
}

// covered looks for text beneath something opaque that was drawn after it, and
// for text that is not drawn at all. A scanned page with its text recognised
// has both, and is told as what it is.
func (s *scan) covered(sc *scene, p pdf.Page, page int) {
	crop := box(p.CropBox)
	scanned := false
	for _, pt := range sc.paints {
		scanned = scanned || pt.image && crop.covered(pt.box)*pt.weight > 0.5
	}
	beneath, invisible := 0.0, 0
	for _, r := range sc.runs {
		if r.invisible {
			invisible += r.letters
			continue
		}
		if r.letters == 0 || crop.meet(r.box).area() == 0 {
			continue
		}
		share := 0.0
		for _, pt := range laterPaints(sc.paints, r.seq) {
			if share += r.box.covered(pt.box) * pt.weight; share >= 1 || !s.work.spend(1) {
				break
			}
		}
		beneath += min(1, share) * float64(r.letters)
	}
	switch {
	case beneath > maxHidden && scanned:
		s.risk("text-beneath-scan", Warn, page, p.Ref)
	case beneath > maxHidden:
		s.risk("covered-text", Refuse, page, p.Ref)
	}
	if invisible > 0 && !scanned {
		s.risk("invisible-text", Warn, page, p.Ref)
	}
}

// laterPaints gives the paints after a place in the order of painting, in
// which they are kept.
func laterPaints(paints []paint, seq int) []paint {
	lo, hi := 0, len(paints)
	for lo < hi {
		if mid := (lo + hi) / 2; paints[mid].seq <= seq {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return paints[lo:]
}

// maxAnnots bounds the annotations of a page that are compared with each other.
const maxAnnots = 400

// annotations looks at what lies over the page: comments and fields that hide
// text, fields that hide each other, and what is there but not shown.
func (s *scan) annotations(sc *scene, p pdf.Page, page int) {
	var widgets []box
	for i, o := range s.doc.Array(p.Dict["Annots"]) {
		r, _ := o.(pdf.Ref)
		dict := s.doc.Dict(o)
		rect, ok := boxOf(s.doc, dict["Rect"])
		if !ok || rect.area() < minVisible || i > maxAnnots {
			continue
		}
		flags, _ := s.doc.Int(dict["F"])
		look := lookOf(s.doc, dict)
		if flags&(2|32) != 0 {
			if look != nil {
				s.risk("hidden-annotation", Warn, page, r)
			}
			continue
		}
		if look != nil {
			s.overText(sc, look, rect, page, r)
		}
		if s.doc.Name(dict["Subtype"]) != "Widget" {
			continue
		}
		for _, other := range widgets {
			if rect.covered(other) > 0.5 || other.covered(rect) > 0.5 {
				s.risk("overlapping-fields", Refuse, page, r)
				break
			}
		}
		widgets = append(widgets, rect)
	}
}

func (s *scan) overText(sc *scene, look *pdf.Stream, rect box, page int, r pdf.Ref) {
	at, ok := placed(s.doc, look.Dict, rect)
	if !ok {
		return
	}
	drawn := drawLook(s.doc, look, at, s.work)
	s.work.spend(len(sc.runs) / 8)
	if letters, _ := hidden(sc.runs, drawn.paints); letters > maxHidden {
		s.risk("annotation-covers-text", Refuse, page, r)
	}
}

// riskText gives the sentences of a risk.
func riskText(code string, page int) (en, sv string) {
	return fill(riskTexts[code], page)
}

// riskTexts are the sentences of every risk, English and Swedish.
var riskTexts = map[string][2]string{
	"too-much":               {"The file is too large to be examined.", "Filen är för stor för att kunna granskas."},
	"broken-index":           {"The file's index is broken, so that programs may show different things.", "Filens innehållsregister är trasigt. Olika program kan visa olika saker."},
	"several-revisions":      {"The file was saved in several steps and holds earlier versions of itself.", "Filen har sparats i flera steg och innehåller tidigare versioner av sig själv."},
	"unlisted-object":        {"The file holds something that its index does not name.", "Filen innehåller något som inte finns i dess register."},
	"object-twice":           {"The file holds the same part twice, with different content that could be swapped.", "Filen innehåller samma del två gånger. De kan bytas mot varandra."},
	"unreferenced-object":    {"The file holds something that can be drawn but is not shown, and could be brought out later.", "Filen innehåller något som kan visas men som inte syns nu. Det kan plockas fram senare."},
	"external-stream":        {"The document fetches content from outside the file.", "Dokumentet hämtar innehåll utanför filen."},
	"attachment":             {"The file holds an attached file, which the signature also covers.", "Filen har en bilaga. Underskriften gäller också den."},
	"script":                 {"The document holds a script, which can change what is shown.", "Dokumentet innehåller ett skript som kan ändra vad som visas."},
	"action":                 {"The document does something by itself, or sends or fetches data.", "Dokumentet gör något av sig självt, eller skickar eller hämtar uppgifter."},
	"hidden-layer":           {"The document has a hidden layer, which could be shown later.", "Dokumentet har ett dolt lager som kan visas senare."},
	"switching-layers":       {"The document has layers that are shown in some cases and not in others.", "Dokumentet har lager som visas i vissa fall men inte i andra."},
	"layers":                 {"The document has layers.", "Dokumentet har lager."},
	"need-appearances":       {"The form's fields are drawn by the reader's program, so that others may see something else.", "Formulärets fält ritas av läsarens program. Andra kan se något annat."},
	"dynamic-form":           {"The form is of a kind that only some programs show.", "Formuläret är av ett slag som bara vissa program visar."},
	"form-font":              {"The form has a typeface that draws other letters than those written.", "Formuläret har ett typsnitt som ritar andra tecken än de som står."},
	"form-font-embedded":     {"The form has a typeface of its own, which could draw other letters than those written.", "Formuläret har ett eget typsnitt. Det kan rita andra tecken än de som står."},
	"field-shows-other":      {"A form field shows another text than the value it holds.", "Ett formulärfält visar en annan text än den som är ifylld."},
	"page-tree":              {"The document's pages are not in order.", "Dokumentets sidor är inte i ordning."},
	"unreadable-page":        {"{Page} has parts that could not be read.", "{Page} har delar som inte gick att läsa."},
	"covered-text":           {"{Page} has text beneath something that hides it.", "{Page} har text under något som döljer den."},
	"text-beneath-scan":      {"{Page} is a scanned image with text beneath it.", "{Page} är en inskannad bild med text under."},
	"invisible-text":         {"{Page} has invisible text.", "{Page} har osynlig text."},
	"hidden-annotation":      {"{Page} has an annotation or field that is hidden.", "{Page} har en anteckning eller ett fält som är dolt."},
	"overlapping-fields":     {"{Page} has form fields on top of each other.", "{Page} har formulärfält som ligger ovanpå varandra."},
	"annotation-covers-text": {"{Page} has a comment or field that hides text.", "{Page} har en kommentar eller ett fält som döljer text."},
}
