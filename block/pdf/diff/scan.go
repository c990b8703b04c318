package diff

import (
	"cmp"
	"slices"
	"strings"

	"medborgarnavet/block/pdf"
)

// Severity is how grave a risk is.
type Severity string

// The severities.
const (
	Refuse Severity = "refuse" // do not sign the file as it is; a rewritten, flat one may be
	Warn   Severity = "warn"   // tell the signer
)

// Risk is something in a file that is about to be signed by which it could
// later show something else than the signer saw, or already does.
type Risk struct {
	Code             string
	Severity         Severity
	Reason, ReasonSv string // whole sentences without any text from the file
	Page             int    // from 1; 0 when it concerns no page
	Object           pdf.Ref
}

// maxRisks is how many risks of one kind are told.
const maxRisks = 20

// Scan looks through a file before it is signed (signing.md §4.4): a shadow
// attack is prepared before the signature, when the file is formally in order,
// and only carried out after it. A file without risks gives nil.
func Scan(f *pdf.File) []Risk {
	s := &scan{
		file: f, doc: f.Latest(), work: &budget{left: 2 * maxWork},
		reached: map[pdf.Ref]bool{}, count: map[string]int{}, fonts: map[pdf.Ref]*fontInfo{},
	}
	if len(f.Revisions()) == 0 {
		return nil
	}
	s.revisions()
	s.objects()
	s.layers()
	s.forms()
	s.pages()
	if s.work.out {
		s.risk("too-much", Refuse, 0, pdf.Ref{})
	}
	slices.SortStableFunc(s.out, func(a, b Risk) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Page, b.Page))
	})
	return s.out
}

type scan struct {
	file    *pdf.File
	doc     *pdf.Document
	work    *budget
	reached map[pdf.Ref]bool
	fonts   map[pdf.Ref]*fontInfo
	count   map[string]int
	out     []Risk
}

func (s *scan) risk(code string, sev Severity, page int, r pdf.Ref) {
	if s.count[code]++; s.count[code] > maxRisks {
		return
	}
	en, sv := riskText(code, page)
	s.out = append(s.out, Risk{Code: code, Severity: sev, Reason: en, ReasonSv: sv, Page: page, Object: r})
}

// revisions looks at how the file was saved: several revisions and a mended
// index are told; objects that no index names lie in wait.
func (s *scan) revisions() {
	if s.file.Rebuilt() {
		s.risk("broken-index", Refuse, 0, pdf.Ref{})
		return
	}
	revs := s.file.Revisions()
	if len(revs) > 1 {
		s.risk("several-revisions", Warn, 0, pdf.Ref{})
	}
	var spans [][2]int64
	listed := map[int]bool{}
	for i, r := range revs {
		d := s.file.At(i)
		for num, e := range r.Entries {
			if e.Kind != pdf.InFile || !s.work.spend(1) {
				continue
			}
			listed[num] = true
			if a, b, ok := d.Span(num); ok {
				spans = append(spans, [2]int64{a, b})
			}
		}
	}
	for _, o := range unlisted(s.file.Bytes(), spans) {
		code := "unlisted-object"
		if listed[o.num] {
			code = "object-twice"
		}
		sev := Warn
		if listed[o.num] || o.stream {
			sev = Refuse
		}
		s.risk(code, sev, 0, pdf.Ref{Num: o.num})
	}
}

// objects walks everything that the document reaches, for what acts by itself
// or comes from elsewhere, and then looks for what it does not reach.
func (s *scan) objects() {
	pdf.Walk(s.doc, s.doc.Trailer(), func(path string, r pdf.Ref, o pdf.Object) bool {
		s.reached[r] = true
		automatic := strings.Contains(path, "/AA") || strings.HasPrefix(path, "/Root/OpenAction")
		switch v := o.(type) {
		case *pdf.Stream:
			s.stream(v, r)
		case pdf.Dict:
			s.dict(v, r, automatic)
		}
		return s.work.spend(1)
	})
	for _, num := range s.doc.Numbers() {
		e, _ := s.doc.Entry(num)
		r := pdf.Ref{Num: num, Gen: e.Gen}
		if s.reached[r] || !s.work.spend(1) {
			continue
		}
		if sev, ok := s.drawable(s.doc.Get(r)); ok {
			s.risk("unreferenced-object", sev, 0, r)
		}
	}
}

// stream tells of streams whose bytes come from elsewhere.
func (s *scan) stream(v *pdf.Stream, r pdf.Ref) {
	if v == nil {
		return
	}
	if v.Dict["F"] != nil || v.Dict["Ref"] != nil && s.doc.Name(v.Dict["Subtype"]) == "Form" ||
		v.Dict["OPI"] != nil || v.Dict["Alternates"] != nil {
		s.risk("external-stream", Refuse, 0, r)
	}
}

// dict tells of attached files and actions.
func (s *scan) dict(v pdf.Dict, r pdf.Ref, automatic bool) {
	if v["EF"] != nil {
		s.risk("attachment", Warn, 0, r)
	}
	s.action(v, r, automatic)
}

// action tells what a dictionary does if it is an action. A link that a reader
// clicks on to a web page is ordinary and not told.
func (s *scan) action(d pdf.Dict, r pdf.Ref, automatic bool) {
	switch kind := s.doc.Name(d["S"]); {
	case d["JS"] != nil || kind == "JavaScript":
		s.risk("script", Refuse, 0, r)
	case kind == "Launch" || kind == "SubmitForm" || kind == "ImportData" || kind == "Rendition" || kind == "Movie" ||
		kind == "RichMediaExecute" || kind == "SetOCGState" || kind == "Hide" || kind == "GoTo3DView":
		s.risk("action", Refuse, 0, r)
	case (kind == "URI" || kind == "GoToR" || kind == "GoToE") && automatic:
		s.risk("action", Refuse, 0, r)
	}
}

// drawable tells whether an object that nothing refers to could be brought
// into the document to be seen.
func (s *scan) drawable(o pdf.Object) (Severity, bool) {
	switch v := o.(type) {
	case pdf.Dict:
		switch s.doc.Name(v["Type"]) {
		case "Page", "Pages", "Catalog":
			return Refuse, true
		case "Annot":
			return Refuse, true
		case "Font":
			return Warn, true
		}
		if s.doc.Name(v["Subtype"]) == "Widget" || v["FT"] != nil {
			return Refuse, true
		}
	case *pdf.Stream:
		if v == nil {
			return "", false
		}
		switch s.doc.Name(v.Dict["Type"]) {
		case "ObjStm", "XRef", "Metadata":
			return "", false
		}
		switch s.doc.Name(v.Dict["Subtype"]) {
		case "Image":
			return Warn, true
		case "Form":
			return Refuse, true
		case "XML":
			return "", false
		}
		if s.draws(v) {
			return Refuse, true
		}
	}
	return "", false
}

// draws tells whether a stream reads as page content.
func (s *scan) draws(v *pdf.Stream) bool {
	data, err := s.doc.Decode(v)
	if err != nil || !s.work.spend(len(data)/64) {
		return false
	}
	found := false
	_ = pdf.Operators(data[:min(len(data), 64<<10)], func(op string, _ []pdf.Object, _ int) error {
		switch op {
		case "Tj", "TJ", "'", "\"", "f", "F", "f*", "B", "S", "Do", "BI", "sh":
			found = true
			return errEnough
		case "q", "Q", "cm", "BT", "ET", "Tf", "Td", "TD", "Tm", "T*", "rg", "RG", "g", "G", "k", "K", "re", "m", "l", "c", "h",
			"w", "W", "n", "gs", "cs", "CS", "sc", "scn", "SC", "SCN", "BMC", "BDC", "EMC", "Tc", "Tw", "Tz", "TL", "Ts", "Tr", "d", "j", "J", "M", "i", "ri":
			return nil
		}
		return errNotContent
	})
	return found
}

// layers looks at optional content: a layer that is hidden now may be shown
// later, and the other way round.
func (s *scan) layers() {
	oc := s.doc.Dict(s.doc.Catalog()["OCProperties"])
	if oc == nil || len(s.doc.Array(oc["OCGs"])) == 0 {
		return
	}
	d := s.doc.Dict(oc["D"])
	hidden := len(s.doc.Array(d["OFF"])) > 0 || (d["BaseState"] != nil && s.doc.Name(d["BaseState"]) != "ON")
	if hidden {
		s.risk("hidden-layer", Refuse, 0, pdf.Ref{})
		return
	}
	if len(s.doc.Array(oc["Configs"])) > 0 || len(s.doc.Array(d["AS"])) > 0 {
		s.risk("switching-layers", Refuse, 0, pdf.Ref{})
		return
	}
	s.risk("layers", Warn, 0, pdf.Ref{})
}
