package pdfa

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// with is a decision that holds only these blocks.
func with(t *testing.T, blocks ...Block) (Result, *opened) {
	t.Helper()
	d := decision(A2a)
	d.Blocks = blocks
	r, err := Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	o := open(t, r.File)
	o.inside(t)
	o.apart(t)
	o.structure(t)
	return r, o
}

// find gives the first string on a page that begins like this.
func (o *opened) find(page int, text string) (shown, bool) {
	for _, s := range o.shown {
		if s.page == page && strings.HasPrefix(s.text, text) {
			return s, true
		}
	}
	return shown{}, false
}

// A table over pages has its header on each: read once, an artifact after that.
// Amounts end at the same place, and the sum is not parted from its last row.
func TestTableOverPages(t *testing.T) {
	for rows := 60; rows < 64; rows++ {
		table := Table{Columns: []Column{{Header: "Post"}, {Header: "Belopp", Right: true}}}
		for i := range rows {
			table.Rows = append(table.Rows, Row{Cells: []Text{Plain(fmt.Sprintf("Rad %d.", i)), Plain(fmt.Sprintf("%d,00", i*i*i))}})
		}
		table.Rows = append(table.Rows, Row{Sum: true, Cells: []Text{Plain("Summa"), Plain("1 000 000,00")}})
		r, o := with(t, table)
		for page := range r.Pages {
			header, ok := o.find(page, "Post")
			if !ok || header.artifact != (page > 0) {
				t.Fatalf("page %d: the header is there %v, as an artifact %v", page, ok, header.artifact)
			}
		}
		for _, s := range o.shown {
			if strings.HasSuffix(s.text, ",00") && math.Abs(s.right-(pageWidth-marginRight)) > 0.02 {
				t.Fatalf("%q ends at %.2f", s.text, s.right)
			}
		}
		if _, ok := o.find(r.Pages-1, fmt.Sprintf("Rad %d.", rows-1)); !ok {
			t.Error("the sum stands without its last row")
		}
		if sum, _ := o.find(r.Pages-1, "Summa"); !sum.bold {
			t.Error("the sum is not bold")
		}
	}
}

// A row higher than a page goes on at the next, with nothing lost.
func TestHighRow(t *testing.T) {
	long := strings.Repeat("Ett ord till. ", 900)
	r, o := with(t, Table{Columns: []Column{{Header: "A", Share: 1}, {Header: "B", Share: 1}}, Rows: []Row{{Cells: []Text{Plain(long), Plain("kort")}}}})
	if r.Pages < 3 {
		t.Errorf("%d pages", r.Pages)
	}
	if got := strings.Count(o.text(), "till."); got != 900 {
		t.Errorf("%d of 900 sentences", got)
	}
}

// A heading stands on the page of what follows it, and no page begins or ends
// with a single line of a paragraph.
func TestKeptTogether(t *testing.T) {
	sentence := strings.Repeat("Nämnden har prövat ansökan mot de uppgifter som har lämnats. ", 9)
	for gap := 0.0; gap < 120; gap += 7 {
		r, o := with(t, Spacer{440 + gap}, Heading{2, "Rubrik"}, Paragraph{Text: Plain(sentence)}, Paragraph{Text: Plain(sentence)})
		heading, first := -1, -1
		lines := map[[2]int]int{}
		for _, s := range o.shown {
			switch {
			case s.text == "Rubrik":
				heading = s.page
			case strings.HasPrefix(s.text, "Nämnden har prövat") && first < 0:
				first = s.page
			}
			if !s.artifact && s.size == body().size && s.text != "Socialnämnden" {
				lines[[2]int{s.page, s.mcid}]++
			}
		}
		if heading != first {
			t.Fatalf("room %.0f: the heading stands on page %d, its text on %d", gap, heading, first)
		}
		for at, n := range lines {
			if n == 1 {
				t.Fatalf("room %.0f: one line alone on page %d of %d", gap, at[0], r.Pages)
			}
		}
	}
}

// Non-breaking spaces hold, and a word longer than a line is broken.
func TestLines(t *testing.T) {
	c := &composer{known: map[rune]bool{}}
	c.subsets = newSubsets(false)
	lines := func(text string, width float64) []string {
		var out []string
		for _, l := range c.shape(Plain(text), body()).lines(width) {
			out = append(out, l.of.text[l.from:l.ink])
			if l.width > width+0.02 {
				t.Errorf("%q is %.2f wide", out[len(out)-1], l.width)
			}
		}
		return out
	}
	for _, x := range []struct {
		text  string
		width float64
		want  []string
	}{
		{"", 100, []string{""}},
		{"ett två tre", 40, []string{"ett två", "tre"}},
		{"får 7\u00a0412\u00a0kr nu", 50, []string{"får", "7\u00a0412\u00a0kr", "nu"}},
		{"a\nb\n\nc", 100, []string{"a", "b", "", "c"}},
		{"WWWWWWWWWW", 40, []string{"WWWW", "WWWW", "WW"}},
		{"a    b", 6, []string{"a", "b"}},
		{"سلام عليكم", 30, []string{"سلام", "عليكم"}},
	} {
		got := lines(x.text, x.width)
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", x.want) {
			t.Errorf("%q: %q, want %q", x.text, got, x.want)
		}
	}
}

// A paragraph from right to left ends at the right margin.
func TestRightToLeft(t *testing.T) {
	_, o := with(t, Paragraph{Text: Plain("قررت اللجنة منحك 7412 كرونة لدى Socialnämnden.")}, List{Numbered: true, Items: []Item{{Text: Plain("سلام")}}})
	right := 0.0
	for _, s := range o.shown {
		if s.size == body().size && !s.artifact && s.page == 0 && strings.Contains(s.text, "ررق") {
			right = s.right
		}
	}
	if math.Abs(right-(pageWidth-marginRight)) > 1 {
		t.Errorf("the first word ends at %.1f", right)
	}
	var read []string
	for _, line := range o.structure(t) {
		if strings.HasPrefix(line, "P ") && strings.Contains(line, "قررت") {
			read = append(read, line)
		}
	}
	if len(read) != 1 || !strings.Contains(read[0], "قررت اللجنة منحك ") || !strings.HasSuffix(read[0], "Socialnämnden.") {
		t.Errorf("it is read as %q", read)
	}
}

// S-33: the areas kept for signatures are empty, apart and on the page.
func TestSignatureAreas(t *testing.T) {
	var signers []Signer
	for i := range 20 {
		signers = append(signers, Signer{fmt.Sprintf("Signature%d", i+1), strings.Repeat("Nämndens ledamot ", 5), "Ordförande"})
	}
	r, o := with(t, Paragraph{Text: Plain("Text.")}, Signatures{Signers: signers}, Paragraph{Text: Plain("Mer text.")})
	if len(r.Areas) != 20 {
		t.Fatalf("%d areas", len(r.Areas))
	}
	for i, a := range r.Areas {
		if a.Field != signers[i].Field || a.Rect[0] < marginLeft || a.Rect[2] > pageWidth-marginRight+0.01 || a.Rect[1] < marginBottom || a.Rect[3]-a.Rect[1] < 50 {
			t.Errorf("area %v", a)
		}
		for _, s := range o.shown {
			if s.page == a.Page && s.right > a.Rect[0] && s.x < a.Rect[2] && s.y < a.Rect[3] && s.y+s.size > a.Rect[1] {
				t.Errorf("%q stands in %v", s.text, a)
			}
		}
		for _, b := range r.Areas[i+1:] {
			if a.Page == b.Page && a.Rect[0] < b.Rect[2] && b.Rect[0] < a.Rect[2] && a.Rect[1] < b.Rect[3] && b.Rect[1] < a.Rect[3] {
				t.Errorf("%v and %v stand on each other", a, b)
			}
		}
	}
}
