package pdfa

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// minutes are minutes of at least so many pages, with a table on each.
func minutes(pages int) Document {
	d := decision(A2a)
	d.Meta.Title = "Protokoll"
	d.Blocks = []Block{Title{"Protokoll"}}
	for i := range pages {
		t := Table{RowHeaders: true, Columns: []Column{{Header: "Ledamot"}, {Header: "Parti"}, {Header: "Röst"}, {Header: "Arvode", Right: true}}}
		for j := range 20 {
			t.Rows = append(t.Rows, Row{Cells: []Text{Plain(fmt.Sprintf("Ledamot %d", j)), Plain("Ö"), Plain("Ja"), Plain("1 200")}})
		}
		d.Blocks = append(d.Blocks, Heading{2, fmt.Sprintf("§ %d Ärende", i+1)},
			Paragraph{Text: Plain(strings.Repeat("Nämnden har berett ärendet och föreslår att fullmäktige beslutar enligt förslaget. ", 24))}, t)
	}
	return d
}

// Minutes of 300 pages with tables are written in seconds, whole and in order.
func TestThreeHundredPages(t *testing.T) {
	d := minutes(300)
	began := time.Now()
	r, err := Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	if r.Pages < 300 {
		t.Fatalf("%d pages", r.Pages)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	o := open(t, r.File)
	o.inside(t)
	if got := strings.Count(o.text(), "Ledamot 19"); got != 300 {
		t.Errorf("%d of 300 tables are whole", got)
	}
	last := ""
	for _, s := range o.shown {
		if strings.HasPrefix(s.text, "Sida ") {
			last = s.text
		}
	}
	if want := fmt.Sprintf("Sida %d (%d)", r.Pages, r.Pages); last != want {
		t.Errorf("the last page says %q, want %q", last, want)
	}
}
