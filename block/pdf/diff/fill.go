package diff

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"medborgarnavet/block/pdf"
)

// filling is what is known of one field that was filled in.
type filling struct {
	path    string
	value   bool // something other than read-only changed
	widgets map[*field]int
}

const (
	flagPushButton = 1 << 16
	flagRadio      = 1 << 15
	flagPassword   = 1 << 13
	flagCombo      = 1 << 17
)

// otherField notes that a field which is no signature was filled in; what it
// then shows is judged when the whole revision has been read.
func (s *step) otherField(path string, f *field, page int, changed []pdf.Name, x, y pdf.Dict) {
	for _, k := range changed {
		at := path + "/" + string(k)
		switch {
		case k == "Ff" && s.madeReadOnly(x, y):
			s.touch(path, f, page, false)
		case k == "Type" && x[k] == nil && s.new.Name(y[k]) == "Annot":
		case k == "BS" && x[k] == nil && s.thinBorder(y[k]):
		case k == "DA" && s.sameDefaultLook(x[k], y[k]):
		case !fillingKeys[k] || k == "Ff" || k == "Type" || k == "MK":
			s.undefined(fieldReason(k), at, f.ref, page)
		case f.ft != "Tx" && f.ft != "Ch" && f.ft != "Btn", f.ft == "Btn" && f.flags&flagPushButton != 0:
			s.undefined(whyField, at, f.ref, page)
		case f.ft == "Btn" && k == "AP" && !s.redrawn(page, x, y):
			s.undefined(whyFieldAppearance, at, f.ref, page)
		default:
			s.touch(path, f, page, true)
		}
	}
}

func fieldReason(k pdf.Name) why {
	if k == "Kids" {
		return whyKids
	}
	return whyField.at(k)
}

// touch notes a widget of a field that was filled in.
func (s *step) touch(path string, f *field, page int, value bool) {
	owner := f.owner()
	t := s.touched[owner]
	if t == nil {
		t = &filling{path: path, widgets: map[*field]int{}}
		s.touched[owner] = t
	}
	t.value = t.value || value
	t.widgets[f] = page
}

// partChanged judges an appearance, or a value that lies by itself, that was
// written over in place.
func (s *step) partChanged(path string, f *field) {
	page := 0
	if n := s.g.nodes[f.ref]; n != nil {
		page = pageOf(n)
	}
	if f.ft != "Sig" {
		s.touch(path, f, page, true)
		return
	}
	if f.value(s.old) == nil && f.value(s.new) != nil {
		s.signed[f] = true
		return
	}
	s.undefined(whySignatureAppearance, path, f.ref, page)
}

// finishFields reports the signatures and fillings of this revision.
func (s *step) finishFields() {
	values := map[pdf.Ref]bool{}
	for _, widget := range sortedRefs(s.fresh) {
		s.signature(s.fresh[widget], widget, s.seats[widget], true, values)
	}
	done := map[*field]bool{}
	for _, f := range sortedFields(s.signed) {
		if owner := f.owner(); !done[owner] {
			done[owner] = true
			s.signedField(owner, values)
		}
	}
	var owners []*field
	for f := range s.touched {
		owners = append(owners, f)
	}
	slices.SortFunc(owners, func(a, b *field) int { return a.ref.Num - b.ref.Num })
	for _, f := range owners {
		s.filled(f, s.touched[f])
	}
}

// signedField reports a field that was prepared before and signed now, with
// every widget it has.
func (s *step) signedField(owner *field, values map[pdf.Ref]bool) {
	widgets := []pdf.Ref{owner.ref}
	for _, kid := range s.new.Array(s.new.Dict(owner.ref)["Kids"]) {
		if r, ok := kid.(pdf.Ref); ok && s.new.Dict(r)["T"] == nil {
			widgets = append(widgets, r)
		}
	}
	if len(widgets) > 1 {
		widgets = widgets[1:]
	}
	for _, w := range widgets {
		page := s.seats[w]
		if n := s.g.nodes[w]; n != nil && page == 0 {
			page = pageOf(n)
		}
		s.signature(owner, w, page, false, values)
		clear(values) // the widgets of one field do share its value
	}
}

// filled judges a field that was filled in: every widget that shows something
// must show the field's own value and nothing else.
func (s *step) filled(f *field, t *filling) {
	n := s.g.nodes[f.ref]
	page := pageOf(n)
	for _, p := range t.widgets {
		page = max(page, p)
	}
	if !t.value {
		s.reportAt(finding{kind: FormFill, why: whyReadOnly, path: t.path, ref: f.ref, page: page, field: f.name})
		return
	}
	widgets := []pdf.Ref{f.ref}
	for _, kid := range s.new.Array(s.new.Dict(f.ref)["Kids"]) {
		if r, ok := kid.(pdf.Ref); ok {
			widgets = append(widgets, r)
		}
	}
	for _, w := range widgets {
		if reason := s.shows(f, s.new.Dict(w)); reason != "" {
			s.reportAt(finding{kind: Undefined, why: reason, path: t.path, ref: w, page: page})
			return
		}
	}
	doubt := why("")
	for _, w := range widgets {
		some, much := s.uncovers(w, page)
		if much {
			s.reportAt(finding{kind: Undefined, why: whyFieldCovers, path: t.path, ref: w, page: page})
			return
		}
		if some {
			doubt = whyFieldCovers
		}
	}
	s.reportAt(finding{kind: FormFill, why: whyFilled, path: t.path, ref: f.ref, page: page, field: f.name, does: s.filling(f), doubt: doubt})
}

// shows compares what a widget shows with the field's value.
func (s *step) shows(f *field, widget pdf.Dict) why {
	value := f.value(s.new)
	if f.ft == "Btn" {
		return s.showsState(value, widget)
	}
	ap := s.new.Dict(widget["AP"])
	if ap == nil {
		return ""
	}
	for k := range ap {
		if k != "N" {
			return whyFieldContent
		}
	}
	look := s.new.Stream(ap["N"])
	if look == nil {
		return whyFieldContent
	}
	sc := s.covers.appearance(s.new, look)
	if s.drawsMore(f, look, sc) || !s.knownFonts(look) {
		return whyFieldContent
	}
	runs := readable(sc, s.ownInk(f))
	shown := ""
	for _, r := range runs {
		shown += r.text
	}
	if !s.matches(f, value, shown, runs) {
		return whyFieldText
	}
	if turned, _ := s.new.Int(s.new.Dict(widget["MK"])["R"]); turned == 0 && (backwards(shown, runs) || s.askew(look)) {
		return whyFieldText
	}
	return s.richText(f, value)
}

// maxLines is how many straight lines a field's background, clip and frame are
// made of; a field of a fixed number of characters has two more for each.
const maxLines = 40

// drawsMore tells whether a look draws anything but text and a frame.
func (s *step) drawsMore(f *field, look *pdf.Stream, sc *scene) bool {
	length, _ := s.new.Int(s.new.Dict(f.owner().ref)["MaxLen"])
	if sc.bad || sc.images > 0 || sc.forms > 0 || sc.shadings > 0 || sc.type3 || sc.curves > 0 ||
		sc.lines > maxLines+2*int(min(max(length, 0), 200)) || len(s.new.Array(look.Dict["BBox"])) != 4 || look.Dict["OC"] != nil {
		return true
	}
	res := s.new.Dict(look.Dict["Resources"])
	for k := range res {
		switch k {
		case "Font", "ProcSet", "Encoding", "ColorSpace": // many tools give a field all that the form has
		default:
			if len(s.new.Dict(res[k])) > 0 {
				return true
			}
		}
	}
	return false
}

// readable gives the text of a look that can be read: not invisible, not too
// small, not outside, not painted over afterwards, not in the colour of what
// lies beneath unless that ink was the field's own before the signature.
func readable(sc *scene, own shade) []run {
	var out []run
	if len(sc.runs)*len(sc.paints) > maxCrossings {
		return nil
	}
	for _, r := range sc.runs {
		if r.letters > 0 {
			over, _ := hidden([]run{r}, laterPaints(sc.paints, r.seq))
			if r.invisible || r.box.area() == 0 || r.box[3]-r.box[1] < 1 || over > float64(r.letters)/2 ||
				r.ink != own && !r.standsOut(sc.paints) {
				continue
			}
		}
		out = append(out, r)
	}
	return out
}

// showsState compares a box or button with its value: the state shown is one
// that was drawn before, and the one the field holds.
func (s *step) showsState(value pdf.Object, widget pdf.Dict) why {
	state := s.new.Name(widget["AS"])
	looks := s.new.Dict(s.new.Dict(widget["AP"])["N"])
	if state == "" || state == "Off" || looks == nil {
		return ""
	}
	if _, ok := looks[state]; !ok || s.new.Name(value) != state {
		return whyFieldState
	}
	return ""
}

// matches tells whether the shown text is the value, apart from white space.
func (s *step) matches(f *field, value pdf.Object, shown string, runs []run) bool {
	want := s.valueText(value)
	if f.ft == "Ch" {
		return s.matchesChoice(f, value, shown, runs)
	}
	if f.flags&flagPassword != 0 && strings.Trim(shown, "*•● ") == "" {
		return true
	}
	return sameText(want, shown)
}

func (s *step) valueText(value pdf.Object) string {
	if st := s.new.Stream(value); st != nil {
		b, err := s.new.Decode(st)
		if err != nil {
			return "\uFFFD"
		}
		return s.new.Text(pdf.String(b))
	}
	return s.new.Text(value)
}

// matchesChoice compares a choice field: a combo box shows what its value
// stands for, a list shows its options.
func (s *step) matchesChoice(f *field, value pdf.Object, shown string, runs []run) bool {
	want := map[string]bool{}
	for _, v := range kidList(s.new, value) {
		want[squeeze(s.valueText(v))] = true
	}
	var opt pdf.Array
	for p := f; p != nil && opt == nil; p = p.parent {
		opt = s.new.Array(s.new.Dict(p.ref)["Opt"])
	}
	options := map[string]bool{}
	for _, o := range opt {
		export, display := o, o
		if pair := s.new.Array(o); len(pair) == 2 {
			export, display = pair[0], pair[1]
		}
		options[squeeze(s.new.Text(display))] = true
		if want[squeeze(s.new.Text(export))] {
			want[squeeze(s.new.Text(display))] = true
		}
	}
	if f.flags&flagCombo != 0 {
		return squeeze(shown) == "" && len(want) == 0 || want[squeeze(shown)]
	}
	shownLines := map[int]string{}
	for _, r := range runs {
		shownLines[r.seq] += squeeze(r.text)
	}
	for _, t := range shownLines {
		if t != "" && !options[t] {
			return false
		}
	}
	return true
}

// sameText compares two texts without regard to white space, to how letters
// are composed, and, for scripts written from the right, to the order in which
// the shaped letters are drawn.
func sameText(a, b string) bool {
	x, y := squeeze(a), squeeze(b)
	if x == y {
		return true
	}
	if !rightToLeft(x) {
		return false
	}
	p, q := []rune(x), []rune(y)
	slices.Sort(p)
	slices.Sort(q)
	return slices.Equal(p, q)
}

// squeeze takes away white space, control characters and soft hyphens.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u00AD' || r == '\u200B' {
			return -1
		}
		return r
	}, norm.NFKC.String(s))
}

// knownFonts tells whether an appearance draws only with fonts that were in
// the document when it was signed, or with the standard fonts every reader
// brings along: a new embedded font could draw other letters than it claims.
func (s *step) knownFonts(look *pdf.Stream) bool {
	fonts := s.new.Dict(s.new.Dict(look.Dict["Resources"])["Font"])
	for _, o := range fonts {
		if r, ok := o.(pdf.Ref); ok && s.known(r) && !s.changed[r] && s.g.nodes[r].has(roleFixed) {
			continue
		}
		font := s.new.Dict(o)
		if s.new.Name(font["Subtype"]) != "Type1" || font["FontDescriptor"] != nil || font["ToUnicode"] != nil || !standardFonts[s.new.Name(font["BaseFont"])] {
			return false
		}
		if enc := s.new.Dict(font["Encoding"]); enc["Differences"] != nil && !plainDifferences(s.new, enc) {
			return false
		}
	}
	return true
}

var standardFonts = keys("Helvetica Helvetica-Bold Helvetica-Oblique Helvetica-BoldOblique Times-Roman Times-Bold Times-Italic Times-BoldItalic Courier Courier-Bold Courier-Oblique Courier-BoldOblique ZapfDingbats Symbol")

func sortedRefs(m map[pdf.Ref]*field) []pdf.Ref {
	out := make([]pdf.Ref, 0, len(m))
	for r := range m {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b pdf.Ref) int { return a.Num - b.Num })
	return out
}

func sortedFields(m map[*field]bool) []*field {
	out := make([]*field, 0, len(m))
	for f := range m {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b *field) int { return a.ref.Num - b.ref.Num })
	return out
}
