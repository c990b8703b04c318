package page

import "medborgarnavet/plugin"

// Blocks is a page of a plug-in, rendered by us: a plug-in supplies words,
// never mark-up.
type Blocks struct{ Blocks []plugin.Block }

func (Blocks) component() string { return "blocks" }

// Parts are the blocks as components. What the blocks say is Swedish words of
// an agency; it is marked so on pages in other languages.
func (b Blocks) Parts() []Text {
	out := make([]Text, 0, len(b.Blocks))
	for _, x := range b.Blocks {
		if part := blockPart(x); part != nil {
			out = append(out, part)
		}
	}
	return out
}

func blockPart(b plugin.Block) Text {
	switch b.Kind {
	case plugin.BlockHeading:
		return heading{b.Text}
	case plugin.BlockText:
		return paragraph{b.Text}
	case plugin.BlockList:
		return List{Items: Strings(b.Items...)}
	case plugin.BlockWarning:
		return Notice{Tone: Warning, Body: paragraph{b.Text}}
	case plugin.BlockDetails:
		return Details{Summary: b.Text, Body: Blocks{b.Blocks}}
	case plugin.BlockSummary:
		return blockSummary(b)
	case plugin.BlockTable:
		return blockTable(b)
	}
	return nil
}

func blockSummary(b plugin.Block) Text {
	s := Summary{Level: 3}
	if b.Text != "" {
		s.Title = b.Text
	}
	for _, row := range b.Rows {
		if len(row) < 2 {
			continue
		}
		s.Rows = append(s.Rows, SummaryRow{Term: row[0], Value: row[1]})
	}
	return s
}

func blockTable(b plugin.Block) Text {
	t := Table{Caption: b.Text}
	if b.Text == "" {
		t.Caption, t.HideCaption = T("page.table"), true
	}
	for _, h := range b.Header {
		t.Columns = append(t.Columns, Column{Text: h})
	}
	for _, row := range b.Rows {
		t.Rows = append(t.Rows, TableRow{Cells: Strings(row...)})
	}
	return t
}

// heading and paragraph are the parts of a plug-in's running text.
type (
	heading   struct{ Text string }
	paragraph struct{ Text string }
)

func (heading) component() string   { return "heading" }
func (paragraph) component() string { return "paragraph" }
