package page

// Summary is what a person has answered, row by row, with a way to change
// each.
type Summary struct {
	// Title is a heading above, with its own link to change all of it.
	Title     Text
	ChangeURL string
	Rows      []SummaryRow
	Level     int // of the heading; 0 = 2
}

// SummaryRow is one question and its answer.
type SummaryRow struct {
	Term  Text
	Value Text // nil = "Inte ifyllt"
	// Note stands below the value: "Hämtat: 10 024 kr. Du ändrade."
	Note Text
	// Changed marks a value that the person has put in place of a fetched one.
	Changed bool
	// Missing marks what the board needs and does not have.
	Missing   bool
	ChangeURL string
	// Number aligns the value as an amount.
	Number bool
}

// Table is a table with headings. At narrow widths each row becomes a card
// and each cell carries its heading.
type Table struct {
	Caption Text
	// HideCaption: a heading just above says the same.
	HideCaption bool
	Columns     []Column
	Rows        []TableRow
	// Foot is a last row of sums.
	Foot []Text
	// Empty is said in place of a table without rows.
	Empty Text
	// Scroll keeps the table's shape at narrow widths and lets it scroll in
	// its own frame: for desks, where amounts are compared.
	Scroll bool
}

// Column is a heading. Number columns are right-aligned with tabular figures.
type Column struct {
	Text   Text
	Number bool
	// SortURL makes the heading a link; Sorted is "ascending" or
	// "descending" when the table is sorted by it.
	SortURL, Sorted string
	// Hide shows the heading to screen readers only.
	Hide bool
}

// TableRow is a row. The first cell heads it.
type TableRow struct {
	Cells []Text
	// Tone colours the row's edge; the words must say the same.
	Tone Tone
}

func (Summary) component() string { return "summary" }
func (Table) component() string   { return "table" }

// Cell is a cell with its column.
type Cell struct {
	Column
	Value Text
}

// Cells pairs a row with its columns.
func (t Table) Cells(values []Text) []Cell {
	out := make([]Cell, 0, len(values))
	for i, v := range values {
		c := Cell{Value: v}
		if i < len(t.Columns) {
			c.Column = t.Columns[i]
		}
		out = append(out, c)
	}
	return out
}
