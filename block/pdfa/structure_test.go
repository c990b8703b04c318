package pdfa

import (
	"slices"
	"strings"
	"testing"

	"medborgarnavet/block/pdf"
)

// reader walks the structure tree as a screen reader does.
type reader struct {
	t     *testing.T
	o     *opened
	page  map[pdf.Ref]int
	seen  map[[2]int]bool // page and MCID
	text  map[[2]int]string
	tags  []string
	lines []string // "H1 text", in the order read
}

// structure follows the tree from its root: every piece of content is in it
// once, the parent tree leads back, and headings, lists and tables nest as
// they must. It gives what is read.
func (o *opened) structure(t *testing.T) []string {
	t.Helper()
	r := &reader{t: t, o: o, page: map[pdf.Ref]int{}, seen: map[[2]int]bool{}, text: map[[2]int]string{}}
	for i, p := range o.pages {
		r.page[p.Ref] = i
	}
	for _, s := range o.shown {
		if s.artifact == (s.mcid >= 0) {
			t.Fatalf("page %d: %q is neither content nor artifact, or both", s.page, s.text)
		}
		if !s.artifact {
			r.text[[2]int{s.page, s.mcid}] += s.text
		}
	}
	root := o.doc.Dict(o.doc.Catalog()["StructTreeRoot"])
	r.element(root["K"], "Root")
	for at := range r.text {
		if !r.seen[at] {
			t.Fatalf("page %d, content %d is not in the tree", at[0], at[1])
		}
	}
	r.parents(o.doc.Array(o.doc.Dict(root["ParentTree"])["Nums"]))
	return r.lines
}

// may says what an element may stand in.
func may() map[string][]string {
	return map[string][]string{
		"Document": {"Root"}, "H1": {"Document"}, "H2": {"Document"}, "H3": {"Document"},
		"P": {"Document", "Div", "LBody"}, "Div": {"Document"}, "Figure": {"Document"}, "L": {"Document", "LBody"},
		"LI": {"L"}, "Lbl": {"LI"}, "LBody": {"LI"}, "Table": {"Document"}, "Caption": {"Table"},
		"TR": {"Table"}, "TH": {"TR"}, "TD": {"TR"}, "Span": {"P", "H1", "H2", "H3", "Lbl", "LBody", "TH", "TD", "Caption"},
	}
}

func (r *reader) element(ref pdf.Object, above string) string {
	d := r.o.doc.Dict(ref)
	tag := string(r.o.doc.Name(d["S"]))
	if !slices.Contains(may()[tag], above) {
		r.t.Fatalf("%s stands in %s", tag, above)
	}
	at := len(r.lines)
	r.lines = append(r.lines, "")
	text := ""
	kids := r.o.doc.Array(d["K"])
	if kids == nil && d["K"] != nil {
		kids = pdf.Array{d["K"]}
	}
	home, _ := d["Pg"].(pdf.Ref)
	for _, k := range kids {
		switch kid := k.(type) {
		case int64:
			text += r.content(home, int(kid))
		case pdf.Dict:
			mcid, _ := r.o.doc.Int(kid["MCID"])
			text += r.content(kid["Pg"].(pdf.Ref), int(mcid))
		default:
			text += r.element(k, tag)
		}
	}
	if actual := r.o.doc.Text(d["ActualText"]); actual != "" {
		text = actual
	}
	r.lines[at] = tag + " " + strings.TrimSpace(text)
	r.tags = append(r.tags, tag)
	return text
}

func (r *reader) content(page pdf.Ref, mcid int) string {
	index, ok := r.page[page]
	at := [2]int{index, mcid}
	if !ok || r.seen[at] {
		r.t.Fatalf("content %v of page %d is missing its page, or is read twice", mcid, index)
	}
	r.seen[at] = true
	return r.text[at]
}

// parents checks that each piece of content leads back to an element.
func (r *reader) parents(nums pdf.Array) {
	for i, p := range r.o.pages {
		key, _ := r.o.doc.Int(p.Dict["StructParents"])
		if int(key) != i || len(nums) <= 2*i+1 {
			r.t.Fatalf("page %d has no place in the parent tree", i)
		}
		for _, ref := range r.o.doc.Array(nums[2*i+1]) {
			if r.o.doc.Name(r.o.doc.Dict(ref)["S"]) == "" {
				r.t.Fatalf("page %d: the parent tree leads nowhere", i)
			}
		}
	}
}

// S-20: a decision is read in its order, with headings, table and lists.
func TestReadingOrder(t *testing.T) {
	r, err := Compose(decision(A2a))
	if err != nil {
		t.Fatal(err)
	}
	o := open(t, r.File)
	read := o.structure(t)
	want := []string{"P Ekbacka kommunSocialnämnden", "P Beslut", "P Datum 2026-11-22", "P Diarienummer SN 2026/1234",
		"H1 Beslut om ekonomiskt bistånd", "P Socialnämnden beslutar", "H2 Vad beslutet grundas på", "Lbl Sökande", "LBody Anna Berglund",
		"Caption Beräkning för december 2026", "TH Post", "TH Belopp, kr", "TH Kostnad nummer 1 för boende och hushållsel", "TD 1 250,00",
		"TH Summa", "TD 291 250,00", "Lbl 1.", "Span فاطمة الزهراء (حداد)", "P Eva LindHandläggare"}
	at := 0
	for _, line := range read {
		if at < len(want) && line == want[at] {
			at++
		}
	}
	if at < len(want) {
		t.Errorf("%q is not read, or not after what comes before it", want[at])
	}
	headers := 0
	for _, line := range read {
		if line == "TH Belopp, kr" {
			headers++
		}
	}
	if headers != 1 {
		t.Errorf("the table's header is read %d times", headers)
	}
}

// PDF/UA-1, 7.4.2: no level of heading is skipped, whatever is asked for.
func TestHeadingsSkipNoLevel(t *testing.T) {
	d := decision(A2a)
	d.Blocks = []Block{Heading{3, "Tre"}, Heading{3, "Tre igen"}, Heading{1, "Ett"}, Heading{9, "Nio"}, Paragraph{Text: Plain("x")}}
	r, err := Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range open(t, r.File).structure(t) {
		if line[0] == 'H' {
			got = append(got, line)
		}
	}
	if want := []string{"H1 Tre", "H2 Tre igen", "H1 Ett", "H2 Nio"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A table's cells say what they are headers of; pictures say what they show.
func TestAttributes(t *testing.T) {
	d := decision(A2a)
	d.Blocks = []Block{
		Table{RowHeaders: true, Columns: []Column{{Header: "A"}, {Header: "B"}}, Rows: []Row{{Cells: []Text{Plain("r")}}}},
		Figure{Image: sampleImage(), Alt: "En övertoning"},
	}
	r, err := Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	o := open(t, r.File)
	scopes, alts := map[string]int{}, []string{}
	for _, n := range o.doc.Numbers() {
		e := o.doc.Dict(pdf.Ref{Num: n})
		switch {
		case o.doc.Name(e["S"]) == "TH":
			scopes[string(o.doc.Name(o.doc.Dict(e["A"])["Scope"]))]++
		case o.doc.Name(e["S"]) == "Figure":
			alts = append(alts, o.doc.Text(e["Alt"]))
		}
	}
	if scopes["Column"] != 2 || scopes["Row"] != 1 {
		t.Errorf("scopes: %v", scopes)
	}
	if !slices.Equal(alts, []string{"En övertoning"}) {
		t.Errorf("alternative texts: %q", alts)
	}
}
