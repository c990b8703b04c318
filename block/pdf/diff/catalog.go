package diff

import (
	"strconv"
	"strings"

	"medborgarnavet/block/pdf"
)

// trailer compares two trailers. A key that the newer one leaves out keeps
// nothing alive, so only the keys that lead to the document matter.
func (s *step) trailer(x, y pdf.Dict) {
	size, _ := s.old.Int(x["Size"])
	if y["Size"] == nil {
		s.undefined(whyAmbiguous, "/Size", nil, 0)
	}
	for _, k := range sortedKeys(y) {
		switch k {
		case "Root", "Info", "Prev", "XRefStm", "Type", "W", "Index", "Length", "Filter", "DecodeParms", "DocChecksum":
		case "Size": // objects beyond it count as missing (ISO 32000-1, 7.5.5)
			if after, ok := s.new.Int(y[k]); !ok || after < size {
				s.undefined(whyAmbiguous, "/Size", nil, 0)
			}
		case "ID":
			s.fileID(x[k], y[k])
		case "Encrypt":
			s.undefined(whyEncrypt, "/Encrypt", y[k], 0)
		default:
			if !s.eq.same(x[k], y[k]) {
				s.undefined(whyTrailer, "/"+string(k), y[k], 0)
			}
		}
	}
	if x["Encrypt"] != nil && y["Encrypt"] == nil {
		s.undefined(whyEncrypt, "/Encrypt", nil, 0)
	}
	a, aref := x["Root"].(pdf.Ref)
	b, bref := y["Root"].(pdf.Ref)
	if aref != bref || a != b {
		s.once["root"] = true
		s.rootMoved(x["Root"], y["Root"])
	}
	if !s.eq.same(x["Info"], y["Info"]) {
		s.info("/Info", x["Info"], y["Info"])
	}
	for k, v := range y {
		if r, ok := v.(pdf.Ref); ok && x[k] != r {
			s.once["root"] = true // also copies are to be guarded from now on
		}
	}
}

// rootMoved judges a root under another number: some tools write a new one for
// every signature. It must not be an object that was something else before.
func (s *step) rootMoved(a, b pdf.Object) {
	if r, ok := b.(pdf.Ref); !ok || (s.old.Get(r) != nil && s.g.nodes[r] != nil) {
		s.undefined(whyCatalog, "/Root", b, 0)
		return
	}
	s.catalog("/Root", a, b)
}

// fileID lets the second half of the identifier change, not the first
// (ISO 32000-1, 14.4). OpenPDF keeps 16 bytes of a longer one.
func (s *step) fileID(a, b pdf.Object) {
	x, y := s.old.Array(a), s.new.Array(b)
	if len(x) == 0 || len(y) == 0 || s.eq.same(x[0], y[0]) {
		return
	}
	long, _ := s.old.Str(x[0])
	short, _ := s.new.Str(y[0])
	if len(short) < 16 || !strings.HasPrefix(string(long), string(short)) {
		s.undefined(whyTrailer, "/ID", nil, 0)
	}
}

// catalog compares two roots of the document key by key.
func (s *step) catalog(path string, a, b pdf.Object) {
	x, y := s.old.Dict(a), s.new.Dict(b)
	if _, ok := s.new.Resolve(b).(pdf.Dict); !ok || x == nil {
		s.undefined(whyCatalog, path, b, 0)
		return
	}
	for _, k := range s.eq.changedKeys(x, y) {
		at := path + "/" + string(k)
		switch k {
		case "AcroForm":
			s.form(at, x[k], y[k])
		case "DSS":
			s.dss(at, x[k], y[k])
		case "Extensions":
			s.extensions(at, x[k], y[k])
		case "Metadata":
			s.metadata(at, x[k], y[k])
		case "Version":
			s.version(at, x[k], y[k])
		case "StructTreeRoot":
			s.structRoot(at, x[k], y[k])
		case "OutputIntents":
			s.profile(at, x[k], y[k])
		default:
			w, ok := catalogReasons[k]
			if !ok {
				w = whyCatalog
			}
			s.undefined(w, at, y[k], 0)
		}
	}
}

// profile judges a colour profile that was added to a file that had none, as
// one program does with a visible signature. It may change how colours are
// seen, so that it is doubtful.
func (s *step) profile(path string, a, b pdf.Object) {
	list := s.new.Array(b)
	first := pdf.Dict(nil)
	if len(list) == 1 {
		first = s.new.Dict(list[0])
	}
	if a != nil || s.new.Name(first["S"]) != "GTS_PDFA1" || s.new.Stream(first["DestOutputProfile"]) == nil {
		s.undefined(whyProfile, path, b, 0)
		return
	}
	s.reportAt(finding{kind: Metadata, why: whyProfile, path: path, doubt: whyProfile})
}

// version lets the format's version rise, which changes nothing that is shown.
func (s *step) version(path string, a, b pdf.Object) {
	before, after := string(s.old.Name(a)), string(s.new.Name(b))
	if before == "" {
		before = s.file.Version()
	}
	known := map[string]bool{"1.0": true, "1.1": true, "1.2": true, "1.3": true, "1.4": true, "1.5": true, "1.6": true, "1.7": true, "2.0": true}
	if !known[after] || after < before {
		s.undefined(whyVersion, path, b, 0)
		return
	}
	s.report(Metadata, whyVersionRaised, path, b, 0)
}

// extensions lets developer extensions be added (ISO 32000-1, 7.12): names,
// numbers and links to their descriptions, which nothing is drawn from.
func (s *step) extensions(path string, a, b pdf.Object) {
	x, y := s.old.Dict(a), s.new.Dict(b)
	for _, k := range sortedKeys(x) {
		if k != "Type" && y[k] == nil {
			s.undefined(whyExtensions, path+"/"+string(k), b, 0)
		}
	}
	for _, k := range sortedKeys(y) {
		entries := kidList(s.new, y[k])
		if s.eq.same(x[k], y[k]) || k == "Type" {
			continue
		}
		for _, e := range entries {
			for _, key := range sortedKeys(s.new.Dict(e)) {
				switch s.new.Resolve(s.new.Dict(e)[key]).(type) {
				case pdf.Name, pdf.String, int64:
				default:
					s.undefined(whyExtensions, path+"/"+string(k), b, 0)
				}
			}
			if s.new.Dict(e) == nil {
				s.undefined(whyExtensions, path+"/"+string(k), b, 0)
			}
		}
	}
	s.report(ValidationData, whyExtensionAdded, path, b, 0)
}

// page compares a page with itself: only annotations may have been added.
func (s *step) page(path string, number int, r pdf.Ref, a, b pdf.Object) {
	x, okx := a.(pdf.Dict)
	y, oky := b.(pdf.Dict)
	if !okx || !oky {
		s.undefined(whyPageTree, path, r, number)
		return
	}
	for _, k := range s.eq.changedKeys(x, y) {
		at := path + "/" + string(k)
		switch {
		case k == "Annots":
			s.annots(at, number, x[k], y[k])
		case k == "Tabs" && x[k] == nil && s.new.Name(y[k]) == "S":
			// PDF/UA wants it on a page that got its first field
		case k == "Parent" || k == "Type":
			s.undefined(whyPageTree, at, r, number)
		default:
			s.undefined(whyPageContent.at(k), at, r, number)
		}
	}
}

// at gives the more telling reason of a key, where it has one.
func (w why) at(k pdf.Name) why {
	if kw, ok := keyReasons[k]; ok {
		return kw
	}
	return w
}

// annots compares the annotations of a page: what was there stays, new ones
// are widgets of new signatures, or comments.
func (s *step) annots(path string, page int, a, b pdf.Object) {
	fresh, kept := s.eq.added(s.old.Array(a), s.new.Array(b))
	if _, ok := s.new.Resolve(b).(pdf.Array); !ok && b != nil {
		s.undefined(whyAnnots, path, b, page)
		return
	}
	if !kept {
		s.undefined(whyAnnotGone, path, b, page)
	}
	for i, o := range fresh {
		at := path + "[+" + strconv.Itoa(i) + "]"
		if r, ok := o.(pdf.Ref); ok && s.seat(r, page) {
			continue
		}
		s.annotNew(at, page, o)
	}
}

// seat notes that the widget of a signature was put on a page. A second place
// for the same widget is a change of its own.
func (s *step) seat(r pdf.Ref, page int) bool {
	if s.fresh[r] == nil && !s.placeable(r) {
		return false
	}
	if at, ok := s.seats[r]; ok && at != page {
		s.undefined(whySignatureTwice, "/Root/AcroForm/Fields", r, page)
	}
	s.seats[r] = page
	return true
}

// placeable tells whether a widget that was in the form before, but on no
// page, belongs to a signature field that is signed in this step.
func (s *step) placeable(r pdf.Ref) bool {
	n := s.g.nodes[r]
	if n == nil || pageOf(n) > 0 {
		return false
	}
	for _, u := range n.uses {
		if u.role == roleField && u.field.ft == "Sig" {
			f := u.field
			return s.old.Resolve(f.value(s.old)) == nil && s.new.Resolve(f.value(s.new)) != nil
		}
	}
	return false
}

// commentTypes are the annotations that a reader may write on a document that
// permits comments (ISO 32000-1, table 169): no links, fields, files or media.
var commentTypes = map[pdf.Name]bool{
	"Text": true, "FreeText": true, "Highlight": true, "Underline": true, "StrikeOut": true, "Squiggly": true,
	"Line": true, "Square": true, "Circle": true, "Polygon": true, "PolyLine": true, "Ink": true, "Caret": true,
	"Stamp": true, "Popup": true,
}

// annotNew judges an annotation that was added.
func (s *step) annotNew(path string, page int, o pdf.Object) {
	dict, ok := s.new.Resolve(o).(pdf.Dict)
	r, isRef := o.(pdf.Ref)
	if !ok || !commentTypes[s.new.Name(dict["Subtype"])] || (isRef && s.g.nodes[r] != nil) {
		s.undefined(whyAnnotNew, path, o, page)
		return
	}
	s.comment(path, page, o, dict, adds)
}

// annotChanged judges an annotation, or a part of one, that was altered.
func (s *step) annotChanged(path string, u use, r pdf.Ref, a, b pdf.Object) {
	x, okx := a.(pdf.Dict)
	y, oky := b.(pdf.Dict)
	if u.role == roleAnnot && okx && oky && commentTypes[s.old.Name(x["Subtype"])] && s.eq.same(x["Subtype"], y["Subtype"]) {
		does := alters
		if s.onlyNotes(x, y) {
			does = 0
		}
		s.comment(path, u.page, r, y, does)
		return
	}
	s.undefined(u.why, path, r, u.page)
}

// comment reports a comment whose look may not hide what was signed, whatever
// the signature permits (the evil annotation attack).
func (s *step) comment(path string, page int, o pdf.Object, dict pdf.Dict, does deed) {
	for _, k := range []pdf.Name{"A", "AA", "OC", "PA", "JS"} {
		if dict[k] != nil {
			s.undefined(whyAnnotNew.at(k), path+"/"+string(k), o, page)
			return
		}
	}
	c := s.covers.widget(s.old, s.new, page, dict)
	if c.hides || c.page || c.onScan {
		s.undefined(whyAnnotHides, path, o, page)
		return
	}
	r, _ := o.(pdf.Ref)
	s.reportAt(finding{kind: Annotation, why: whyComment, path: path, ref: r, page: page, says: c.says && does != 0, does: does})
}

// onlyNotes tells whether a comment differs in nothing that is shown on the
// page: dates, names, whether its window is open.
func (s *step) onlyNotes(x, y pdf.Dict) bool {
	for _, k := range s.eq.changedKeys(x, y) {
		switch k {
		case "M", "NM", "T", "Subj", "CreationDate", "Popup", "Open", "P":
		default:
			return false
		}
	}
	return true
}
