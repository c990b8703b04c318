package diff

import (
	"slices"
	"strconv"

	"medborgarnavet/block/pdf"
)

// form compares two interactive forms. The list of fields may grow by
// signatures (newFields judges those); a form may come into being for one.
func (s *step) form(path string, a, b pdf.Object) {
	if s.once["form"] {
		return
	}
	s.once["form"] = true
	x, y := s.old.Dict(a), s.new.Dict(b)
	if _, ok := s.new.Resolve(b).(pdf.Dict); !ok {
		s.undefined(whyForm, path, b, 0)
		return
	}
	used := len(s.old.Array(x["Fields"])) > 0
	for _, k := range s.eq.changedKeys(x, y) {
		at := path + "/" + string(k)
		switch k {
		case "Fields":
			s.fieldList(at, x[k], y[k])
		case "SigFlags":
			before, _ := s.old.Int(x[k])
			if after, ok := s.new.Int(y[k]); !ok || after&before != before {
				s.undefined(whyForm, at, b, 0)
			}
		case "DR":
			s.formResources(at, x[k], y[k], s.old.Resolve(x["NeedAppearances"]) == true)
		case "DA", "Q":
			if (used && x[k] != nil) || !s.plain(y[k]) {
				s.undefined(whyFormDefaults, at, b, 0)
			}
		case "NeedAppearances":
			if s.new.Resolve(y[k]) == true {
				s.undefined(whyNeedAppearances, at, b, 0)
			}
		case "Type":
		default: // XFA, CO and whatever else
			s.undefined(whyForm, at, b, 0)
		}
	}
	if r, ok := b.(pdf.Ref); ok && x == nil && s.known(r) {
		s.undefined(whyFormNew, path, b, 0)
	}
}

// plain tells whether a value is a number or a string, which hold no objects.
func (s *step) plain(o pdf.Object) bool {
	switch s.new.Resolve(o).(type) {
	case int64, pdf.String:
		return true
	}
	return false
}

// formResources lets the form's resources grow by names that were not there:
// no field can use those yet, unless readers are to draw all fields anew.
func (s *step) formResources(path string, a, b pdf.Object, redraw bool) {
	x, y := s.old.Dict(a), s.new.Dict(b)
	if redraw || y == nil {
		s.undefined(whyFormDefaults, path, b, 0)
		return
	}
	for _, k := range s.eq.changedKeys(x, y) {
		before, after := s.old.Dict(x[k]), s.new.Dict(y[k])
		if x[k] != nil && (before == nil || after == nil) {
			s.undefined(whyFormDefaults, path+"/"+string(k), b, 0)
			continue
		}
		for _, name := range s.eq.changedKeys(before, after) {
			if before[name] != nil {
				s.undefined(whyFormDefaults, path+"/"+string(k)+"/"+string(name), b, 0)
			}
		}
	}
}

// fieldList compares the form's list of fields.
func (s *step) fieldList(path string, a, b pdf.Object) {
	if _, kept := s.eq.added(s.old.Array(a), s.new.Array(b)); !kept {
		s.undefined(whyFieldGone, path, b, 0)
	}
}

// newFields judges the fields that this revision puts in the form: only
// signature fields may come.
func (s *step) newFields(nodes []*node) {
	formed := s.once["root"]
	for _, n := range nodes {
		formed = formed || n.has(roleCatalog) || n.has(roleForm) || n.has(roleFields)
	}
	if !formed {
		return
	}
	before := s.old.Array(s.old.Dict(s.old.Catalog()["AcroForm"])["Fields"])
	after := s.new.Array(s.new.Dict(s.new.Catalog()["AcroForm"])["Fields"])
	fresh, kept := s.eq.added(before, after)
	if !kept {
		s.undefined(whyFieldGone, "/Root/AcroForm/Fields", nil, 0)
		return
	}
	if len(fresh) == 0 {
		return
	}
	names := map[string]bool{}
	for _, o := range before {
		names[s.old.Text(s.old.Dict(o)["T"])] = true
	}
	for i, o := range fresh {
		path := "/Root/AcroForm/Fields[+" + strconv.Itoa(i) + "]"
		if w := s.newField(path, o, names); w != "" {
			s.undefined(w, path, o, 0)
		}
	}
}

// What a new signature field, its widget and its value may hold. Actions,
// layers and other fields' business are not among it.
var (
	newFieldKeys = keys("Type Subtype FT T TU TM V F Ff Rect P AP AS MK DA Q H Border BS M NM Lock SV StructParent Kids Parent DR C")
	signingKeys  = keys("V AP AS M F Ff MK DA P Type StructParent DR Lock Rect")
	fillingKeys  = keys("V AS AP M I TI RV Ff MK Type")
)

func keys(list string) map[pdf.Name]bool {
	out := map[pdf.Name]bool{}
	from := 0
	for i := 0; i <= len(list); i++ {
		if i == len(list) || list[i] == ' ' {
			out[pdf.Name(list[from:i])] = true
			from = i + 1
		}
	}
	return out
}

// newField judges one new field and notes its widget. The reason is empty when
// nothing is wrong with it.
func (s *step) newField(path string, o pdf.Object, names map[string]bool) why {
	r, isRef := o.(pdf.Ref)
	dict, ok := s.new.Resolve(o).(pdf.Dict)
	if !ok || !isRef || s.known(r) {
		return whyFieldNew
	}
	f := fieldOf(s.new, r, nil)
	if f.ft != "Sig" || s.new.Resolve(dict["Parent"]) != nil {
		return whyFieldNew
	}
	if f.name == "" || names[f.name] {
		return whyFieldName
	}
	names[f.name] = true
	widget := r
	if kids := dict["Kids"]; kids != nil {
		list := s.new.Array(kids)
		kid, isRef := pdf.Object(nil), false
		if len(list) == 1 {
			kid = list[0]
		}
		if widget, isRef = kid.(pdf.Ref); !isRef || s.known(widget) || s.new.Dict(widget)["T"] != nil || s.new.Dict(widget)["Kids"] != nil {
			return whyKids
		}
		if p, ok := s.new.Dict(widget)["Parent"].(pdf.Ref); !ok || p != r {
			return whyKids
		}
	}
	for _, d := range []pdf.Dict{dict, s.new.Dict(widget)} {
		for k := range d {
			if !newFieldKeys[k] {
				return whySignatureBad
			}
		}
	}
	s.fresh[widget] = f
	return ""
}

// known tells whether an object was part of the document before.
func (s *step) known(r pdf.Ref) bool {
	return s.g.nodes[r] != nil && s.old.Get(r) != nil
}

// signatureWidget tells whether the object is the widget of a signature field
// that is new or was signed in this step, so that tags may lead to it.
func (s *step) signatureWidget(r pdf.Ref) bool {
	if s.fresh[r] != nil {
		return true
	}
	n := s.g.nodes[r]
	if n == nil {
		return false
	}
	for _, u := range n.uses {
		if u.role == roleField && u.field.ft == "Sig" {
			return u.field.value(s.old) == nil && u.field.value(s.new) != nil
		}
	}
	return false
}

// fieldChanged judges a field or widget that was in the form before.
func (s *step) fieldChanged(path string, f *field, page int, a, b pdf.Object) {
	x, okx := a.(pdf.Dict)
	y, oky := b.(pdf.Dict)
	if !okx || !oky {
		s.undefined(whyFieldGone, path, f.ref, page)
		return
	}
	changed := s.eq.changedKeys(x, y)
	if f.ft != "Sig" {
		s.otherField(path, f, page, changed, x, y)
		return
	}
	was, is := f.value(s.old) != nil, f.value(s.new) != nil
	if n := s.g.nodes[f.ref]; was && n != nil && s.otherValue(n) && !slices.Contains(changed, "V") {
		changed = append(changed, "V")
	}
	for _, k := range changed {
		at := path + "/" + string(k)
		switch {
		case k == "Ff" && s.madeReadOnly(x, y), k == "Type" && x[k] == nil && s.new.Name(y[k]) == "Annot":
		case !was && is && signingKeys[k]:
			if w := s.signingKey(k, x, y); w != "" {
				s.undefined(w, at, f.ref, page)
			}
		default:
			s.undefined(signatureReason(k, was), at, f.ref, page)
		}
	}
	if !was && is {
		s.signed[f] = true
	}
}

// signingKey judges what a tool alters in a prepared field when it is signed.
func (s *step) signingKey(k pdf.Name, x, y pdf.Dict) why {
	const looks = 4 | 64 | 128 | 512 // Print, ReadOnly, Locked, LockedContents
	switch k {
	case "F":
		before, _ := s.old.Int(x[k])
		after, ok := s.new.Int(y[k])
		if !ok || (before^after)&^looks != 0 {
			return whySignatureMoved
		}
	case "Ff":
		return whySignatureMoved // anything but read-only
	case "P", "StructParent", "Type":
		if x[k] != nil {
			return whySignatureMoved
		}
	case "Rect": // some programs fold away a field that is signed invisibly
		if r, ok := boxOf(s.new, y[k]); !ok || r != (box{}) {
			return whySignatureMoved
		}
	case "Lock": // the one who signs may lock fields, not unlock them
		if r, ok := y[k].(pdf.Ref); x[k] != nil || s.new.Dict(y[k]) == nil || ok && s.known(r) {
			return whySignatureMoved
		}
	case "MK":
		if md := s.new.Dict(y[k]); md["I"] != nil || md["RI"] != nil || md["IX"] != nil {
			return whySignatureMoved
		}
	}
	return ""
}

func signatureReason(k pdf.Name, signed bool) why {
	switch {
	case k == "V" && signed:
		return whySignatureValue
	case k == "AP" || k == "AS" || k == "MK":
		return whySignatureAppearance
	case k == "Kids":
		return whyKids
	}
	return whySignatureMoved.at(k)
}

// madeReadOnly tells whether the only difference is the read-only flag, which
// tools set on fields that a signature locks.
func (s *step) madeReadOnly(x, y pdf.Dict) bool {
	before, _ := s.old.Int(x["Ff"])
	after, ok := s.new.Int(y["Ff"])
	return (ok || y["Ff"] == nil) && (before|1 == after || before == after)
}
