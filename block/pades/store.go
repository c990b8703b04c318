package pades

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"maps"
	"slices"
	"time"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/tsp"
)

// addStore appends a document security store with what validating needs: for
// the signature in one field, or for all when the name is empty. A file whose
// store has everything already is given back as it is.
func (l *lifter) addStore(ctx context.Context, file []byte, only string) ([]byte, error) {
	f, err := open(file)
	if err != nil {
		return nil, err
	}
	e, err := newEditor(f)
	if err != nil {
		return nil, err
	}
	all, err := l.readAll(f, only)
	if err != nil {
		return nil, err
	}
	w := storeWriter{e: e, at: l.clock()}
	w.begin()
	for _, s := range all {
		m, err := l.gather(ctx, f, s, all)
		if err != nil {
			return nil, err
		}
		w.add(s.sig, m)
	}
	if !w.grown {
		return file, nil
	}
	w.finish()
	update, err := e.bytes()
	if err != nil {
		return nil, err
	}
	return join(file, update, spare), nil
}

// readAll reads the signatures to gather for, and learns every certificate
// that the file holds.
func (l *lifter) readAll(f *pdf.File, only string) ([]*signed, error) {
	list, _ := Signatures(f)
	var out []*signed
	var later time.Time
	for i := len(list) - 1; i >= 0; i-- {
		if only != "" && list[i].Field != only {
			continue
		}
		s, err := readSigned(f.Bytes(), &list[i])
		if err != nil {
			return nil, err
		}
		if !later.IsZero() && (s.time.IsZero() || s.sig.Kind == DocTimeStamp) {
			s.time = later // what lies under a time-stamp existed before it
		} else if s.sig.Kind == DocTimeStamp {
			s.time = l.clock()
		}
		if s.sig.Kind == DocTimeStamp {
			later = s.tokens[0].Time
		}
		out = append(out, s)
		l.learn(s)
	}
	if len(out) == 0 {
		return nil, ErrNoSignature
	}
	for _, der := range DSS(f.Latest()).Certs {
		if c, err := x509.ParseCertificate(der); err == nil {
			l.known = append(l.known, c)
		}
	}
	slices.Reverse(out)
	return out, nil
}

// learn keeps the certificates of a signature and of its time-stamps.
func (l *lifter) learn(s *signed) {
	l.known = append(l.known, s.data.Certificates...)
	for _, t := range s.tokens {
		l.known = append(l.known, t.CMS.Certificates...)
	}
}

// gather collects for one signature: its signer's chain and those of its
// time-stamps.
func (l *lifter) gather(ctx context.Context, f *pdf.File, s *signed, all []*signed) (material, error) {
	now := l.clock()
	g := &gatherer{l: l, store: DSS(f.Latest()), done: map[string]bool{}}
	for _, other := range all {
		for _, t := range other.tokens {
			g.times = append(g.times, t.Time)
		}
	}
	proven := s.time
	if proven.IsZero() {
		proven = now
	}
	if err := g.chain(ctx, s.signer, proven); err != nil {
		return material{}, err
	}
	for _, t := range s.tokens {
		if err := l.gatherStamp(ctx, g, s, t, all); err != nil {
			return material{}, err
		}
	}
	return g.out, nil
}

// gatherStamp collects a time-stamp authority's chain. Its token is proven by
// the document time-stamps that came after.
func (l *lifter) gatherStamp(ctx context.Context, g *gatherer, s *signed, t *tsp.Token, all []*signed) error {
	cert := t.Certificate()
	if cert == nil {
		return ErrChain
	}
	proven := l.clock()
	if s.sig.Kind == DocTimeStamp {
		proven = s.time
	}
	for _, other := range all {
		if other.sig.Kind == DocTimeStamp && other.sig.Revision > s.sig.Revision && other.tokens[0].Time.Before(proven) {
			proven = other.tokens[0].Time
		}
	}
	return g.chain(ctx, cert, proven)
}

// storeWriter adds to the document security store. What is there stays; what
// is there already is not added again.
type storeWriter struct {
	e     *editor
	at    time.Time
	have  map[[32]byte]pdf.Ref
	lists map[pdf.Name]pdf.Array // new items of Certs, OCSPs, CRLs
	vri   pdf.Dict               // new entries
	grown bool
}

// begin learns what the store has.
func (w *storeWriter) begin() {
	w.have, w.lists, w.vri = map[[32]byte]pdf.Ref{}, map[pdf.Name]pdf.Array{}, pdf.Dict{}
	d := w.e.d
	dss := d.Dict(d.Catalog()["DSS"])
	for _, key := range []pdf.Name{"Certs", "OCSPs", "CRLs"} {
		for _, o := range d.Array(dss[key]) {
			r, ok := o.(pdf.Ref)
			s := d.Stream(o)
			if !ok || s == nil {
				continue
			}
			if b, err := d.Decode(s); err == nil {
				w.have[sha256.Sum256(b)] = r
			}
		}
	}
}

// add stores what one signature needs.
func (w *storeWriter) add(s *Signature, m material) {
	entry := pdf.Dict{"Type": pdf.Name("VRI"), "TU": dateString(w.at.UTC())}
	for _, part := range []struct {
		list, own pdf.Name
		items     [][]byte
	}{{"Certs", "Cert", m.certs}, {"OCSPs", "OCSP", m.ocsps}, {"CRLs", "CRL", m.crls}} {
		var refs pdf.Array
		for _, der := range part.items {
			refs = append(refs, w.stream(part.list, der))
		}
		if refs != nil {
			entry[part.own] = refs
		}
	}
	key := pdf.Name(VRIKey(s.Contents))
	d := w.e.d
	dss := d.Dict(d.Catalog()["DSS"])
	if d.Dict(dss["VRI"])[key] == nil {
		w.vri[key] = entry
		w.grown = true
	}
}

// stream is the stored item, made when it is new.
func (w *storeWriter) stream(list pdf.Name, der []byte) pdf.Ref {
	sum := sha256.Sum256(der)
	if r, ok := w.have[sum]; ok {
		return r
	}
	r := w.e.add(&pdf.Stream{Dict: pdf.Dict{}, Raw: der})
	w.have[sum] = r
	w.lists[list] = append(w.lists[list], r)
	w.grown = true
	return r
}

// finish writes the store and the name of the extension that defines it.
func (w *storeWriter) finish() {
	e := w.e
	dss := e.editSub(e.root, "DSS")
	dss["Type"] = pdf.Name("DSS")
	for key, items := range w.lists {
		held, _ := e.extend(dss[key], items...)
		dss[key] = held
	}
	if len(w.vri) > 0 {
		vri, _ := dss["VRI"].(pdf.Ref)
		if e.peekDict(vri) != nil {
			maps.Copy(e.edit(vri), w.vri)
		} else {
			merged := maps.Clone(e.peekDict(dss["VRI"]))
			if merged == nil {
				merged = pdf.Dict{}
			}
			maps.Copy(merged, w.vri)
			dss["VRI"] = merged
		}
	}
	w.extension()
}

// extension tells readers that the file uses the ETSI extensions.
func (w *storeWriter) extension() {
	e := w.e
	have := e.peekDict(e.peekDict(e.root)["Extensions"])
	if have["ESIC"] != nil {
		return
	}
	merged := maps.Clone(have)
	if merged == nil {
		merged = pdf.Dict{}
	}
	merged["ESIC"] = pdf.Dict{"BaseVersion": pdf.Name("1.7"), "ExtensionLevel": int64(5)}
	if r, ok := e.peekDict(e.root)["Extensions"].(pdf.Ref); ok && have != nil {
		e.set(r, merged)
		return
	}
	e.edit(e.root)["Extensions"] = merged
}
