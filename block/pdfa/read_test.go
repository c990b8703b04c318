package pdfa

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"medborgarnavet/block/pdf"
)

// shown is one string of glyphs as it stands on a page.
type shown struct {
	page, mcid  int
	artifact    bool
	x, y, right float64 // right: where it ends
	size        float64
	text        string
	bold        bool
}

// opened is a file taken apart again with the reader of block/pdf.
type opened struct {
	doc   *pdf.Document
	pages []pdf.Page
	shown []shown
	boxes [][5]float64 // page, x, y, width, height of filled rectangles
}

// face is an embedded font as the file describes it.
type face struct {
	widths []float64
	text   map[int]string
}

func open(t *testing.T, file []byte) *opened {
	t.Helper()
	f, err := pdf.Read(file, pdf.Options{Strict: true, Limits: pdf.Default})
	if err != nil {
		t.Fatalf("the file cannot be read: %v", err)
	}
	if faults := f.Faults(); len(faults) > 0 {
		t.Fatalf("the file has faults: %v", faults[0])
	}
	o := &opened{doc: f.Latest()}
	if o.pages, err = o.doc.Pages(); err != nil {
		t.Fatal(err)
	}
	for i := range o.pages {
		o.read(t, i)
	}
	return o
}

func (o *opened) face(t *testing.T, ref pdf.Object) face {
	t.Helper()
	font := o.doc.Dict(ref)
	cid := o.doc.Dict(o.doc.Array(font["DescendantFonts"])[0])
	out := face{text: map[int]string{}}
	for _, w := range o.doc.Array(o.doc.Array(cid["W"])[1]) {
		width, _ := o.doc.Number(w)
		out.widths = append(out.widths, width)
	}
	cmap := o.decode(t, font["ToUnicode"])
	for _, line := range strings.Split(string(cmap), "\n") {
		var code int
		var units string
		if n, _ := fmt.Sscanf(line, "<%04X> <%s", &code, &units); n != 2 || !strings.HasSuffix(units, ">") {
			continue
		}
		units = strings.TrimSuffix(units, ">")
		if units == "FFFF" {
			continue // the code space
		}
		var u []uint16
		for i := 0; i+4 <= len(units); i += 4 {
			n, err := strconv.ParseUint(units[i:i+4], 16, 16)
			if err != nil {
				t.Fatal(err)
			}
			u = append(u, uint16(n))
		}
		out.text[code] = string(utf16.Decode(u))
	}
	return out
}

func (o *opened) decode(t *testing.T, ref pdf.Object) []byte {
	t.Helper()
	s := o.doc.Stream(ref)
	if s == nil {
		t.Fatalf("%v is no stream", ref)
	}
	data, err := o.doc.Decode(s)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// read follows a page's operators.
func (o *opened) read(t *testing.T, index int) {
	t.Helper()
	page := o.pages[index]
	faces := map[pdf.Name]face{}
	for name, ref := range o.doc.Dict(page.Resources["Font"]) {
		faces[name] = o.face(t, ref)
	}
	var tags []shown // the marked content that is open
	now := shown{page: index, mcid: -1}
	var current face
	number := func(a pdf.Object) float64 { v, _ := o.doc.Number(a); return v }
	err := pdf.Operators(o.decode(t, page.Dict["Contents"]), func(op string, args []pdf.Object, at int) error {
		switch op {
		case "BDC":
			tags = append(tags, now)
			if mcid, ok := o.doc.Int(o.doc.Dict(args[1])["MCID"]); ok {
				now.mcid = int(mcid)
			}
			now.artifact = now.artifact || args[0] == pdf.Name("Artifact")
		case "EMC":
			before := tags[len(tags)-1]
			tags = tags[:len(tags)-1]
			now.mcid, now.artifact = before.mcid, before.artifact
		case "Td":
			now.x, now.y = number(args[0]), number(args[1])
		case "Tf":
			current, now.size = faces[args[0].(pdf.Name)], number(args[1])
			now.bold = args[0] == pdf.Name("F2")
		case "re":
			o.boxes = append(o.boxes, [5]float64{float64(index), number(args[0]), number(args[1]), number(args[2]), number(args[3])})
		case "TJ":
			now = o.line(t, now, current, args[0].(pdf.Array))
		case "BT", "ET", "rg", "f", "Ts", "q", "Q", "cm", "Do":
		default:
			t.Errorf("operator %s", op)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(tags) != 0 {
		t.Errorf("page %d: marked content is not closed", index)
	}
}

// line follows one TJ, and leaves x where it ends.
func (o *opened) line(t *testing.T, now shown, f face, parts pdf.Array) shown {
	t.Helper()
	s := now
	s.text, s.right = "", s.x
	x := s.x
	for _, part := range parts {
		if codes, ok := part.(pdf.String); ok {
			for i := 0; i+1 < len(codes); i += 2 {
				code := int(codes[i])<<8 | int(codes[i+1])
				if code == 0 || code >= len(f.widths) || f.text[code] == "" {
					t.Fatalf("code %d has no glyph or no text", code)
				}
				s.text += f.text[code]
				x += f.widths[code] * s.size / 1000
				if strings.TrimSpace(f.text[code]) != "" {
					s.right = max(s.right, x)
				}
			}
			continue
		}
		move, ok := o.doc.Number(part)
		if !ok {
			t.Fatalf("TJ holds %v", part)
		}
		x -= move * s.size / 1000
	}
	o.shown = append(o.shown, s)
	now.x = x
	return now
}

// text is what the document says, artifacts left out, in the order shown.
func (o *opened) text() string {
	var b bytes.Buffer
	for _, s := range o.shown {
		if !s.artifact {
			b.WriteString(s.text)
		}
	}
	return b.String()
}

// inside fails when anything stands outside the page's margins, or text
// outside the width set aside for it.
func (o *opened) inside(t *testing.T) {
	t.Helper()
	for _, s := range o.shown {
		if strings.TrimSpace(s.text) == "" && s.x < pageWidth-marginRight+10 {
			continue // the space that ends a line
		}
		if s.x < marginLeft-30 || s.right > pageWidth-marginRight+1 || s.y < 25 || s.y > pageHeight-marginTop {
			t.Fatalf("page %d: %q stands at %.1f–%.1f, %.1f", s.page, s.text, s.x, s.right, s.y)
		}
	}
	for _, b := range o.boxes {
		if b[1] < marginLeft-0.01 || b[1]+b[3] > pageWidth-marginRight+0.01 || b[2] < 30 || b[2]+b[4] > pageHeight {
			t.Fatalf("a rule stands at %v", b)
		}
	}
}

// apart fails when two strings stand on each other.
func (o *opened) apart(t *testing.T) {
	t.Helper()
	byPage := map[int][]shown{}
	for _, s := range o.shown {
		if s.right > s.x {
			byPage[s.page] = append(byPage[s.page], s)
		}
	}
	for page, all := range byPage {
		for i, a := range all {
			for _, b := range all[i+1:] {
				if a.mcid == b.mcid && a.artifact == b.artifact && a.y == b.y {
					continue // marks over the letters before them
				}
				wide := min(a.right, b.right) - max(a.x, b.x)
				high := min(a.y+0.7*a.size, b.y+0.7*b.size) - max(a.y, b.y)
				if wide > 1.2 && high > 0.5 {
					t.Fatalf("page %d: %q (%.1f–%.1f) and %q (%.1f–%.1f) stand on each other", page, a.text, a.x, a.right, b.text, b.x, b.right)
				}
			}
		}
	}
}
