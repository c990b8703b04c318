package diff

import "medborgarnavet/block/pdf"

// limits of what a box or a button may be drawn anew with: a tick or a cross of
// ordinary size.
const (
	maxBox   = 40 // points, each side
	maxMarks = 60 // parts of paths
)

// redrawn tells whether the looks of a box or button are the ones it had: some
// programs draw them all anew when one is chosen. Every state is drawn as
// before, or, when it is a chosen one, as a mark and nothing else.
func (s *step) redrawn(page int, x, y pdf.Dict) bool {
	before, after := s.old.Dict(x["AP"]), s.new.Dict(y["AP"])
	looks, fresh := s.old.Dict(before["N"]), s.new.Dict(after["N"])
	rect, ok := boxOf(s.new, y["Rect"])
	if looks == nil || fresh == nil || !ok {
		return false
	}
	for _, k := range s.eq.changedKeys(before, after) {
		if k != "N" {
			return false
		}
	}
	for state := range looks {
		if fresh[state] == nil {
			return false
		}
	}
	blank := s.covers.look(s.new, fresh["Off"])
	for _, state := range sortedKeys(fresh) {
		switch is := s.covers.look(s.new, fresh[state]); {
		case s.sameLook(looks[state], fresh[state], is):
		case state == "Off" && nothing(is) && nothing(s.covers.look(s.old, looks[state])):
		case state == "Off" || rect[2]-rect[0] > maxBox || rect[3]-rect[1] > maxBox || !s.mark(fresh[state], is, blank):
			return false
		}
	}
	return !s.covers.widget(s.old, s.new, page, y).hides
}

// look draws a look in its own space; one that is missing draws nothing.
func (c *coverage) look(d *pdf.Document, o pdf.Object) *scene {
	if st := d.Stream(o); st != nil {
		return c.appearance(d, st)
	}
	return &scene{}
}

// nothing tells whether a look draws nothing at all.
func nothing(sc *scene) bool {
	return plainLook(sc) && sc.inks+len(sc.runs)+len(sc.paints) == 0
}

// sameLook tells whether two looks have the same content in the same place,
// with the same resources as far as they are drawn with.
func (s *step) sameLook(a, b pdf.Object, drawn *scene) bool {
	if s.eq.same(a, b) {
		return true
	}
	x, y := s.old.Stream(a), s.new.Stream(b)
	if x == nil || y == nil || drawn.bad {
		return false
	}
	was, err := s.old.Decode(x)
	is, also := s.new.Decode(y)
	if err != nil || also != nil || string(was) != string(is) ||
		!s.eq.same(x.Dict["BBox"], y.Dict["BBox"]) || !s.eq.same(x.Dict["Matrix"], y.Dict["Matrix"]) || y.Dict["OC"] != nil {
		return false
	}
	for _, k := range s.eq.changedKeys(s.old.Dict(x.Dict["Resources"]), s.new.Dict(y.Dict["Resources"])) {
		if k != "ProcSet" && (k != "Font" || len(drawn.runs) > 0 || drawn.type3) {
			return false
		}
	}
	return true
}

// mark tells whether a look is a drawn tick, cross or the like, or one sign of
// the font that has them, and shows more than the look of a box without one.
func (s *step) mark(look pdf.Object, drawn, blank *scene) bool {
	st := s.new.Stream(look)
	if st == nil || !plainLook(drawn) || st.Dict["OC"] != nil || len(s.new.Array(st.Dict["BBox"])) != 4 {
		return false
	}
	signs := 0
	for _, r := range drawn.runs {
		if signs += len([]rune(r.text)); signs > 1 || r.invisible || r.ink.paper() || r.box.area() < 1 {
			return false
		}
	}
	for _, font := range s.new.Dict(s.new.Dict(st.Dict["Resources"])["Font"]) {
		if signs > 0 && s.new.Name(s.new.Dict(font)["BaseFont"]) != "ZapfDingbats" {
			return false
		}
	}
	return s.knownFonts(st) && drawn.inks+signs > blank.inks+len(blank.runs)
}

// plainLook tells whether a look is made of a few lines and text at most.
func plainLook(sc *scene) bool {
	return !sc.bad && !sc.type3 && sc.images+sc.forms+sc.shadings == 0 && sc.lines+sc.curves <= maxMarks
}
