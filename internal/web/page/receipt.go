package page

import "time"

// Receipt says that something is done, and what happens now. It carries the
// page's h1: set Data.OwnHeading.
type Receipt struct {
	Title Text
	// Number is the reference, the thing to keep.
	NumberLabel Text
	Number      CaseNumber
	At          time.Time
	Body        Text
	// Next are the steps that follow.
	NextTitle Text
	Next      []Text
}

// Files is a field for supporting documents, with those already sent.
type Files struct {
	Name               string
	Label, Hint, Error Text
	// Accept is the input's accept attribute; MaxBytes of one file.
	Accept   string
	MaxBytes int64
	Many     bool
	Sent     []SentFile
	// Locked: no more files can be added.
	Locked bool
}

// SentFile is a file that has been received.
type SentFile struct {
	Name string
	Size int64
	URL  string
	// Remove deletes it: a button in the form around, with formaction.
	Remove *Button
	Error  Text
}

func (Receipt) component() string { return "receipt" }
func (Files) component() string   { return "files" }

// ID is the input's id.
func (f Files) ID() string { return FieldID(f.Name) }

// Describes are the ids that describe the input.
func (f Files) Describes() string { return describes(f.ID(), f.limits(), f.Error) }

func (f Files) limits() Text {
	if f.Hint != nil {
		return f.Hint
	}
	if f.MaxBytes > 0 {
		return T("page.files.limit", "size", Bytes(f.MaxBytes))
	}
	return nil
}

// Limits is the hint to show.
func (f Files) Limits() []Text {
	var out []Text
	if f.Hint != nil {
		out = append(out, f.Hint)
	}
	if f.MaxBytes > 0 {
		out = append(out, T("page.files.limit", "size", Bytes(f.MaxBytes)))
	}
	return out
}

// When is the time of the receipt.
func (r Receipt) When() Text { return DateTime(r.At) }

// Weight is the file's size as shown.
func (f SentFile) Weight() Text { return Bytes(f.Size) }

// Title is the file's name as shown.
func (f SentFile) Title() Text { return FileName(f.Name) }
