package pades

import (
	"crypto"
	"fmt"
	"time"

	"medborgarnavet/block/pdf"
)

// Kind is what a signature is for.
type Kind int

// The kinds of signatures.
const (
	Approval Kind = iota + 1
	Certification
	DocTimeStamp
)

// String is the kind in English.
func (k Kind) String() string {
	switch k {
	case Approval:
		return "approval"
	case Certification:
		return "certification"
	case DocTimeStamp:
		return "document time-stamp"
	}
	return "unknown"
}

// FieldLock says which fields a signature locks (FieldMDP, ISO 32000-1,
// 12.8.2.4). Action is All, Include or Exclude; Fields are full names.
type FieldLock struct {
	Action string
	Fields []string
}

// Locks tells whether the field with this full name is locked.
func (l *FieldLock) Locks(name string) bool {
	if l == nil {
		return false
	}
	listed := false
	for _, f := range l.Fields {
		if name == f || len(name) > len(f) && name[:len(f)] == f && name[len(f)] == '.' {
			listed = true
		}
	}
	switch l.Action {
	case "All":
		return true
	case "Include":
		return listed
	case "Exclude":
		return !listed
	}
	return false
}

// Signature is one signed signature field as it lies in the file. Whether its
// value is right, and whose it is, is not known here.
type Signature struct {
	Field              string
	FieldRef, ValueRef pdf.Ref // ValueRef is zero when the dictionary is direct
	WidgetRefs         []pdf.Ref
	Kind               Kind
	SubFilter, Filter  string
	ByteRange          []int64
	Contents           []byte // the whole string, with its zero padding
	DER                []byte // Contents without the padding
	Revision           int    // the revision that it signs, -1 when it signs none
	CoversRevision     bool   // all of that revision but the value itself
	CoversFile         bool   // and nothing follows it
	DocMDP             int    // 1–3, 0 = none
	FieldMDP           *FieldLock
	Lock               *FieldLock // what the field itself asked to be locked
	Reason, Location   string
	Name, M            string
	Time               time.Time // M, zero when absent or unreadable
	HasCert            bool      // a Cert entry, which PAdES forbids
	Faults             []Fault
}

// Digest hashes the bytes that the signature covers. It fails when the byte
// range is not two ranges within data; every other fault is left aside.
func (s *Signature) Digest(data []byte, h crypto.Hash) ([]byte, error) {
	r := s.ByteRange
	if len(r) != 4 || !h.Available() {
		return nil, Fault{Code: FaultRangeCount, Reason: reason(FaultRangeCount)}
	}
	size := int64(len(data))
	for i := 0; i < 4; i += 2 {
		if r[i] < 0 || r[i+1] < 0 || r[i] > size || r[i+1] > size-r[i] {
			return nil, newFault(FaultRangeOutside)
		}
	}
	w := h.New()
	w.Write(data[r[0] : r[0]+r[1]])
	w.Write(data[r[2] : r[2]+r[3]])
	return w.Sum(nil), nil
}

// Signatures reads the signatures of the file's last revision, in the order in
// which they were made. The errors are Faults of the file as a whole:
// signature dictionaries outside the form, and signatures of earlier revisions
// that are gone or were replaced (S-06; signing.md §4.4, §5).
func Signatures(f *pdf.File) ([]Signature, []error) {
	d := f.Latest()
	if d == nil {
		return nil, nil
	}
	walk := walkFields(d)
	r := reader{f: f, d: d, data: f.Bytes(), revisions: f.Revisions(), scans: map[int]foundScan{}}
	byValue, byName := map[pdf.Ref]int{}, map[string]int{}
	for i := range walk.fields {
		fl := &walk.fields[i]
		byName[fl.name]++
		if fl.signatureDict() == nil || !fl.isSignature() {
			continue
		}
		if fl.valueRef != (pdf.Ref{}) {
			byValue[fl.valueRef]++
		}
		r.read(fl)
	}
	for i := range r.out {
		s := &r.out[i]
		if byValue[s.ValueRef] > 1 {
			s.fault(FaultValueShared)
		}
		if byName[s.Field] > 1 {
			s.fault(FaultNameShared)
		}
	}
	sortBySigning(r.out)
	return r.out, r.strays(byValue)
}

func (s *Signature) fault(code string) { s.Faults = append(s.Faults, newFault(code)) }

// reader reads signatures one by one.
type reader struct {
	f         *pdf.File
	d         *pdf.Document
	data      []byte
	revisions []pdf.Revision
	out       []Signature
	scans     map[int]foundScan // by object number
	scratch   []byte            // for hexadecimal digits
}

// foundScan is the outcome of scanDict.
type foundScan struct {
	dictScan
	ok bool
}

func (r *reader) read(fl *field) {
	dict := fl.signatureDict()
	s := Signature{
		Field: fl.name, FieldRef: fl.ref, ValueRef: fl.valueRef, Revision: -1,
		Filter: string(r.d.Name(dict["Filter"])), SubFilter: string(r.d.Name(dict["SubFilter"])),
		Reason: r.d.Text(dict["Reason"]), Location: r.d.Text(dict["Location"]),
		Name: r.d.Text(dict["Name"]), M: r.d.Text(dict["M"]),
		HasCert: dict["Cert"] != nil,
		Lock:    readLock(r.d, r.d.Dict(fl.dict["Lock"])),
		Faults:  fl.faults,
	}
	s.Time, _ = parseDate(s.M)
	for _, w := range fl.widgets {
		s.WidgetRefs = append(s.WidgetRefs, w.ref)
	}
	if len(fl.widgets) > 1 {
		s.fault(FaultManyWidgets)
	}
	if fl.kind != "Sig" {
		s.fault(FaultFieldType)
	}
	if s.Filter == "" {
		s.fault(FaultNoFilter)
	}
	r.transforms(&s, dict)
	s.Kind = r.kind(&s, dict)
	r.contents(&s, dict)
	r.ranges(&s, dict)
	r.out = append(r.out, s)
}

// kind tells a time-stamp, a certification and an approval apart.
func (r *reader) kind(s *Signature, dict pdf.Dict) Kind {
	if s.SubFilter == "ETSI.RFC3161" || r.d.Name(dict["Type"]) == "DocTimeStamp" {
		return DocTimeStamp
	}
	perms := r.d.Dict(r.d.Catalog()["Perms"])
	if p, ok := perms["DocMDP"].(pdf.Ref); ok && p == s.ValueRef || s.DocMDP != 0 {
		if s.DocMDP == 0 {
			s.DocMDP = 2
		}
		return Certification
	}
	return Approval
}

// transforms reads the signature references (ISO 32000-1, 12.8.1, table 253).
func (r *reader) transforms(s *Signature, dict pdf.Dict) {
	for _, o := range r.d.Array(dict["Reference"]) {
		ref := r.d.Dict(o)
		params := r.d.Dict(ref["TransformParams"])
		switch r.d.Name(ref["TransformMethod"]) {
		case "DocMDP":
			p, ok := r.d.Int(params["P"])
			if !ok || p < 1 || p > 3 {
				p = 2
			}
			if s.DocMDP == 0 || int(p) < s.DocMDP {
				s.DocMDP = int(p)
			}
		case "FieldMDP":
			s.FieldMDP = readLock(r.d, params)
		}
	}
}

func readLock(d *pdf.Document, dict pdf.Dict) *FieldLock {
	if dict == nil {
		return nil
	}
	l := &FieldLock{Action: string(d.Name(dict["Action"]))}
	for _, o := range d.Array(dict["Fields"]) {
		l.Fields = append(l.Fields, d.Text(o))
	}
	return l
}

// contents reads the value and cuts its padding off.
func (r *reader) contents(s *Signature, dict pdf.Dict) {
	c, ok := r.d.Str(dict["Contents"])
	if !ok || len(c) == 0 {
		s.fault(FaultContents)
		return
	}
	s.Contents = []byte(c)
	n, ok := derLength(s.Contents)
	if !ok {
		s.DER = s.Contents
		return
	}
	s.DER = s.Contents[:n]
	for _, b := range s.Contents[n:] {
		if b != 0 {
			s.fault(FaultContentsTail)
			return
		}
	}
}

// derLength is the length of the value that b begins with, by its header;
// false when the length is indefinite or reaches outside b.
func derLength(b []byte) (int, bool) {
	if len(b) < 2 {
		return 0, false
	}
	if b[1] < 0x80 {
		n := 2 + int(b[1])
		return n, n <= len(b)
	}
	count := int(b[1] & 0x7f)
	if count == 0 || count > 4 || len(b) < 2+count {
		return 0, false
	}
	n := 0
	for _, c := range b[2 : 2+count] {
		n = n<<8 | int(c)
	}
	n += 2 + count
	return n, n <= len(b)
}

// Format for logs: never a name or a reason.
func (s Signature) Format(st fmt.State, _ rune) {
	fmt.Fprintf(st, "%s %s revision %d faults %d", s.Kind, s.SubFilter, s.Revision, len(s.Faults))
}
