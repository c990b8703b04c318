package diff

import (
	"strconv"
	"strings"

	"medborgarnavet/block/pdf"
)

// walkDSS gives the document security store (EN 319 142-1, 5.4.2) its uses.
// Its containers may grow; the certificates and answers themselves are fixed.
func (g *graph) walkDSS(d *pdf.Document, o pdf.Object, u use) {
	dict := d.Dict(o)
	if dict == nil {
		return
	}
	u.role, u.why = roleDSS, whyDSS
	w, _ := g.enter(o, u)
	for _, k := range sortedKeys(dict) {
		kw := w.deeper(k)
		kw.role = roleDSS
		kw, _ = g.enter(dict[k], kw)
		if k != "VRI" {
			g.fixInside(d, dict[k], kw)
			continue
		}
		vri := d.Dict(dict[k])
		for _, name := range sortedKeys(vri) {
			nw := kw.deeper(name)
			nw.role = roleDSS
			nw, _ = g.enter(vri[name], nw)
			entry := d.Dict(vri[name])
			for _, part := range sortedKeys(entry) {
				pw := nw.deeper(part)
				pw.role = roleDSS
				pw, _ = g.enter(entry[part], pw)
				g.fixInside(d, entry[part], pw)
			}
		}
	}
}

// dss compares two security stores: everything that was there must still be
// there, and what is new must have the form of a security store.
func (s *step) dss(path string, o, n pdf.Object) {
	if s.once["dss"] {
		return
	}
	s.once["dss"] = true
	x, y := s.old.Dict(o), s.new.Dict(n)
	if _, stream := s.new.Resolve(n).(*pdf.Stream); y == nil || stream || s.claimed(n) {
		s.undefined(whyDSS, path, n, 0)
		return
	}
	for _, k := range sortedKeys(y) {
		switch k {
		case "Type":
			if x["Type"] != nil && !s.eq.same(x[k], y[k]) {
				s.undefined(whyDSS, path+"/Type", n, 0)
			}
		case "Certs", "CRLs", "OCSPs":
			s.tokens(path+"/"+string(k), x[k], y[k], nil)
		case "VRI":
			s.vri(path+"/VRI", x[k], y[k], y)
		default:
			if !s.eq.same(x[k], y[k]) {
				s.undefined(whyDSS, path+"/"+string(k), n, 0)
			}
		}
	}
	for _, k := range sortedKeys(x) {
		if y[k] == nil {
			s.undefined(whyDSS, path+"/"+string(k), n, 0)
		}
	}
	s.report(ValidationData, whyValidation, path, n, 0)
}

// tokens compares two arrays of certificates or answers. The order is of no
// meaning; an equal stream under another number counts as kept, and so does
// what stands in the array whole, the store's own for one signature's.
func (s *step) tokens(path string, o, n pdf.Object, whole pdf.Array) {
	before, after := s.old.Array(o), s.new.Array(n)
	if s.new.Resolve(n) != nil && after == nil && n != nil {
		if _, ok := s.new.Resolve(n).(pdf.Array); !ok {
			s.undefined(whyDSS, path, n, 0)
			return
		}
	}
	have := map[pdf.Ref]bool{}
	for i, v := range after {
		r, isRef := v.(pdf.Ref)
		if !isRef || s.new.Stream(v) == nil {
			s.undefined(whyDSS, path+"["+strconv.Itoa(i)+"]", v, 0)
			return
		}
		have[r] = true
	}
	for _, v := range whole {
		if r, ok := v.(pdf.Ref); ok {
			have[r] = true
		}
	}
	for _, v := range before {
		if r, ok := v.(pdf.Ref); ok && have[r] {
			continue
		}
		if !s.hasEqual(after, v) && !s.hasEqual(whole, v) {
			s.undefined(whyDSS, path, n, 0)
			return
		}
	}
}

func (s *step) hasEqual(list pdf.Array, v pdf.Object) bool {
	for _, w := range list {
		if s.eq.same(v, w) {
			return true
		}
		if !s.work.spend(1) {
			return false
		}
		if a, b := s.old.Stream(v), s.new.Stream(w); a != nil && b != nil {
			x, errx := s.old.Decode(a)
			y, erry := s.new.Decode(b)
			if errx == nil && erry == nil && string(x) == string(y) {
				return true
			}
		}
	}
	return false
}

// vri compares the data kept for single signatures. A program that renews a
// time-stamp may name less for one of them, as long as the store dss has it.
func (s *step) vri(path string, o, n pdf.Object, dss pdf.Dict) {
	x, y := s.old.Dict(o), s.new.Dict(n)
	for _, k := range sortedKeys(x) {
		if s.new.Dict(y[k]) == nil {
			s.undefined(whyDSS, path+"/"+string(k), n, 0)
		}
	}
	for _, k := range sortedKeys(y) {
		at := path + "/" + string(k)
		if k == "Type" {
			continue
		}
		entry := s.new.Dict(y[k])
		if !isDigest(string(k)) || entry == nil {
			s.undefined(whyDSS, at, y[k], 0)
			continue
		}
		was := s.old.Dict(x[k])
		for _, part := range sortedKeys(entry) {
			switch part {
			case "Cert", "CRL", "OCSP":
				s.tokens(at+"/"+string(part), was[part], entry[part], s.new.Array(dss[part+"s"]))
			case "Type", "TU", "TS":
				if was[part] != nil && part == "Type" && !s.eq.same(was[part], entry[part]) {
					s.undefined(whyDSS, at, y[k], 0)
				}
			default:
				s.undefined(whyDSS, at+"/"+string(part), y[k], 0)
			}
		}
		for _, part := range sortedKeys(was) {
			if entry[part] == nil && part != "TU" {
				s.undefined(whyDSS, at+"/"+string(part), y[k], 0)
			}
		}
	}
}

// isDigest tells whether a name is the hexadecimal SHA-1 that names a
// signature in VRI.
func isDigest(s string) bool {
	return len(s) == 40 && strings.Trim(s, "0123456789ABCDEFabcdef") == ""
}
