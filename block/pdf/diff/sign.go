package diff

import (
	"slices"

	"medborgarnavet/block/pdf"
)

// signature reports a signature field that is new or was signed in this
// revision, after looking at its value and at what its widget shows.
func (s *step) signature(f *field, widget pdf.Ref, page int, fresh bool, values map[pdf.Ref]bool) {
	path := "/Root/AcroForm/Fields"
	fail := func(w why) { s.undefined(w, path, widget, page) }
	dict := s.new.Dict(widget)
	value := f.value(s.new)
	if w := s.signatureValue(value, values); w != "" {
		fail(w)
		return
	}
	if w := s.look(dict); w != "" {
		fail(w)
		return
	}
	c := s.covers.widget(s.old, s.new, page, dict)
	switch {
	case c.page:
		fail(whySignaturePage)
		return
	case c.hides && (fresh || c.hidesMore), c.scan && fresh:
		fail(whySignatureHides)
		return
	}
	if some, much := s.uncovers(widget, page); !fresh && some && much && !c.hides {
		fail(whySignatureHides) // what an empty field hid is laid bare
		return
	}
	if value == nil && (c.says || c.onScan || c.any) {
		fail(whyAnnotNew) // shown as if someone had signed, or hides what nobody will answer for
		return
	}
	found := finding{kind: Signature, why: whySigned, path: path, ref: widget, page: page, field: f.name, fresh: fresh, over: c.over}
	if c.cuts {
		found.doubt = whySignatureCuts
	}
	v := s.new.Dict(value)
	stamp := s.new.Name(v["Type"]) == "DocTimeStamp" || s.new.Name(v["SubFilter"]) == "ETSI.RFC3161"
	switch {
	case value == nil:
		found.why = whyEmptySignature
	case stamp && !c.visible:
		found.kind, found.why, found.page = TimeStamp, whyTimeStamp, 0
	case stamp && c.says:
		found.doubt = whyStampSays
	case !fresh:
		found.why = whyFilledSignature
	}
	if !c.visible {
		found.page = 0
	}
	s.reportAt(found)
}

// signatureValue looks at a signature dictionary: it must be new, so that no
// two fields share one, and have what a signature has.
func (s *step) signatureValue(value pdf.Object, values map[pdf.Ref]bool) why {
	if value == nil {
		return ""
	}
	if r, ok := value.(pdf.Ref); ok {
		if s.known(r) || values[r] {
			return whySignatureShared
		}
		values[r] = true
	}
	dict, ok := s.new.Resolve(value).(pdf.Dict)
	if !ok {
		return whySignatureBad
	}
	if _, ok := s.new.Str(dict["Contents"]); !ok || len(s.new.Array(dict["ByteRange"])) == 0 {
		return whySignatureBad
	}
	return ""
}

// maxLook is how many objects the look of one signature may be made of.
const maxLook = 4000

// look walks what a widget shows: it may not be switched on and off by layers,
// fetched from elsewhere, or differ under the pointer.
func (s *step) look(widget pdf.Dict) why {
	if widget["AP"] == nil {
		return ""
	}
	ap := s.new.Dict(widget["AP"])
	if ap == nil {
		return whySignatureBad
	}
	for k := range ap {
		if k != "N" && !s.sameRef(ap[k], ap["N"]) {
			return whySignatureLayer
		}
	}
	if s.new.Stream(ap["N"]) == nil {
		return whySignatureBad
	}
	seen := map[pdf.Ref]bool{}
	stack := []pdf.Object{ap["N"]}
	for count := 0; len(stack) > 0; count++ {
		o := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if count > maxLook || !s.work.spend(1) {
			return whySignatureBad
		}
		if r, ok := o.(pdf.Ref); ok {
			if seen[r] {
				continue
			}
			seen[r] = true
			if s.known(r) && s.g.nodes[r].has(roleFixed) && !s.changed[r] {
				continue // a part of the signed document, drawn once more
			}
		}
		switch v := s.new.Resolve(o).(type) {
		case pdf.Array:
			stack = append(stack, v...)
		case pdf.Dict:
			if s.foreign(v, false) {
				return whySignatureLayer
			}
			for _, k := range sortedKeys(v) {
				if k != "Parent" && k != "P" {
					stack = append(stack, v[k])
				}
			}
		case *pdf.Stream:
			if v == nil {
				continue
			}
			if s.foreign(v.Dict, true) {
				return whySignatureLayer
			}
			for _, k := range sortedKeys(v.Dict) {
				stack = append(stack, v.Dict[k])
			}
		}
	}
	return ""
}

func (s *step) sameRef(a, b pdf.Object) bool {
	x, ok := a.(pdf.Ref)
	y, ok2 := b.(pdf.Ref)
	return ok && ok2 && x == y
}

// foreign tells whether a dictionary brings in layers, scripts, actions, or
// bytes from outside the file.
func (s *step) foreign(d pdf.Dict, stream bool) bool {
	if d["OC"] != nil || d["AA"] != nil || d["JS"] != nil || d["OPI"] != nil || d["EF"] != nil || d["Alternates"] != nil {
		return true
	}
	switch s.new.Name(d["Type"]) {
	case "OCG", "OCMD", "Action", "Filespec", "Page", "Pages", "Catalog":
		return true
	}
	if !stream {
		return false
	}
	return d["F"] != nil || d["FFilter"] != nil || slices.Contains([]pdf.Name{"PS"}, s.new.Name(d["Subtype"]))
}
