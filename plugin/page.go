package plugin

// Page is what a view shows: plain blocks that the platform renders. A
// plug-in never supplies markup.
type Page struct {
	Title  string  `json:"title"`
	Blocks []Block `json:"blocks"`
	// HandOver is the address of the module's own site instead of blocks.
	HandOver string `json:"handOver,omitempty"`
}

// BlockKind says how a block is rendered.
type BlockKind string

const (
	BlockHeading BlockKind = "heading"
	BlockText    BlockKind = "text"
	BlockList    BlockKind = "list"
	BlockTable   BlockKind = "table"
	BlockSummary BlockKind = "summary" // rows of label and value
	BlockWarning BlockKind = "warning"
	BlockDetails BlockKind = "details" // Text is the summary, Blocks the content
)

// Block is one piece of a page.
type Block struct {
	Kind   BlockKind  `json:"kind"`
	Text   string     `json:"text,omitempty"`
	Items  []string   `json:"items,omitempty"`
	Header []string   `json:"header,omitempty"`
	Rows   [][]string `json:"rows,omitempty"`
	Blocks []Block    `json:"blocks,omitempty"`
}
