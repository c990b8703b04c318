package pades

import (
	"time"

	"medborgarnavet/block/pdf"
)

// Rect is a place on a page as the eye sees it: in points (1/72 inch) from the
// top left corner of the visible page, after cropping and rotation.
type Rect struct{ X, Y, Width, Height float64 }

// Appearance is how a signature looks. The zero value is a stamp with the
// words for a signature on the first free place of the last page.
type Appearance struct {
	Page         int  // from 1; 0 = the last page
	Rect         Rect // zero width = the first free place: beside all other annotations and the text
	Words        Words
	Organisation string         // shown under the name; "" = nothing
	Zone         *time.Location // of the time shown; nil = that of Options.Time
	Plain        bool           // neither border nor background
}

// Words are the fixed words of a stamp.
type Words struct {
	Heading string // over the name
	Reason  string // before the reason
}

// The words of a signature and of an organisation's seal.
var (
	signWords = Words{Heading: "Undertecknad av", Reason: "Orsak:"}
	sealWords = Words{Heading: "Elektroniskt stämplad av", Reason: "Orsak:"}
)

func (a *Appearance) words() Words {
	w := a.Words
	if w.Heading == "" {
		w.Heading = signWords.Heading
	}
	if w.Reason == "" {
		w.Reason = signWords.Reason
	}
	return w
}

// weight tells the lines of a stamp apart.
type weight int

const (
	quiet weight = iota // heading and small print
	strong
	normal
)

// stampLine is one line before it is broken.
type stampLine struct {
	text   string
	weight weight
}

// lines is what the stamp says.
func (a *Appearance) lines(o Options) []stampLine {
	w := a.words()
	out := []stampLine{{w.Heading, quiet}}
	if o.Name != "" {
		out = append(out, stampLine{o.Name, strong})
	}
	if a.Organisation != "" && a.Organisation != o.Name {
		out = append(out, stampLine{a.Organisation, normal})
	}
	out = append(out, stampLine{stampTime(o.Time, a.Zone), normal})
	if o.Reason != "" {
		out = append(out, stampLine{w.Reason + " " + o.Reason, normal})
	}
	return out
}

// stampTime is the time with its offset from UTC: "2026-11-22 14:05:09 +01:00".
func stampTime(t time.Time, zone *time.Location) string {
	if zone != nil {
		t = t.In(zone)
	}
	return t.Format("2006-01-02 15:04:05 -07:00")
}

// stamp draws the appearance for the target's place.
func (e *editor) stamp(t *target, o Options) (pdf.Ref, error) {
	view := viewOf(e.d, t.page)
	width, height := view.size(t.rect)
	s := newSetting()
	if err := s.fit(o.Appearance.lines(o), width, height); err != nil {
		return pdf.Ref{}, err
	}
	p := paletteOf(e.d)
	content := s.draw(p, width, height, o.Appearance.Plain)
	resources := pdf.Dict{"Font": s.embed(e.add)}
	if spaces := p.resources(e.add); spaces != nil {
		resources["ColorSpace"] = spaces
	}
	form := emptyForm() // its content stays plain: it is about a kilobyte
	form.Raw = content
	form.Dict["BBox"] = rectArray([4]float64{0, 0, width, height})
	form.Dict["Resources"] = resources
	if m := view.matrix(width, height); m != nil {
		form.Dict["Matrix"] = m
	}
	return e.add(form), nil
}
