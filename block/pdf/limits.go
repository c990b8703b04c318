package pdf

import (
	"errors"
	"fmt"
	"time"
)

// Limits is what one file may cost to read. A zero field means the one in
// Default.
type Limits struct {
	Bytes   int64         // the file
	Objects int           // cross-reference entries, all revisions together
	Depth   int           // arrays and dictionaries within each other
	Decoded int64         // bytes that come out of filters, all streams together
	Time    time.Duration // of work in this package: Read, Decode and Pages together
}

// Default is ample for any honest document and keeps the worst within 512 MiB,
// the file's own bytes counted, and five seconds.
var Default = Limits{Bytes: 128 << 20, Objects: 500_000, Depth: 100, Decoded: 256 << 20, Time: 4 * time.Second}

// Options is how a file is read.
type Options struct {
	Strict bool // refuse what the tolerant reader would mend
	Limits Limits
}

// Why a file was not read; test with errors.Is.
var (
	ErrNotPDF    = errors.New("pdf: the file is not a PDF")
	ErrEncrypted = errors.New("pdf: the file is encrypted")
	ErrLimit     = errors.New("pdf: the file is over a limit")
)

// SyntaxError is a place where the file breaks the format.
type SyntaxError struct {
	Offset int64
	Reason string
}

// Error tells the place and the reason; it never quotes the file.
func (e *SyntaxError) Error() string { return fmt.Sprintf("pdf: at byte %d: %s", e.Offset, e.Reason) }

// Fault is something that the tolerant reader mended.
type Fault struct {
	Offset       int64
	Code, Reason string
}
