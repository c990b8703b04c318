package petition

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"medborgarnavet/internal/fault"
)

var errTooLarge = fault.New(fault.TooLarge, "petition: the file is larger than 32 MB; import it in several")

// bounded reads no more than a file may be, and remembers where lines end for
// as long as somebody may ask.
type bounded struct {
	r     io.Reader
	read  int64
	lines []int64 // offsets of line ends that lineAt has not passed
	line  int
}

func (b *bounded) Read(into []byte) (int, error) {
	n, err := b.r.Read(into)
	for i, c := range into[:n] {
		if c == '\n' {
			b.lines = append(b.lines, b.read+int64(i))
		}
	}
	if b.read += int64(n); b.read > MaxImportBytes {
		return 0, errTooLarge
	}
	return n, err
}

// lineAt is the line of an offset. Offsets must not go back.
func (b *bounded) lineAt(offset int64) int {
	for len(b.lines) > 0 && b.lines[0] < offset {
		b.lines, b.line = b.lines[1:], b.line+1
	}
	return b.line + 1
}

// readImport reads the whole file into memory, so that no transaction waits
// for a slow reader. What cannot be read is told in the report; the error is
// for a file that nobody can read.
func readImport(r io.Reader, format string, report *ImportReport) ([]ImportItem, error) {
	b := &bounded{r: r}
	in := bufio.NewReaderSize(b, 64<<10)
	start, err := in.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	shift := int64(0)
	switch {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		shift = 3
		_, _ = in.Discard(3) // they have been read
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		report.fault(ImportFault{Line: 1, Code: "bom"})
		return nil, nil
	case len(start) == 0:
		report.fault(ImportFault{Line: 1, Code: "nothing-was-read"})
		return nil, nil
	}
	var items []ImportItem
	switch format {
	case FormatCSV:
		items, err = readCSV(in, report)
	case FormatJSON:
		items, err = readJSON(in, b, shift, report)
	default:
		return nil, fault.New(fault.Invalid, "petition: the form is csv or json")
	}
	if err == nil && len(items) == 0 && len(report.Faults) == 0 {
		report.fault(ImportFault{Line: 1, Code: "no-petitions"})
	}
	return items, err
}

// importColumns are the columns of the CSV file. They may stand in any order,
// and those that are not needed may be left out.
var importColumns = []string{"id", "addresses", "title", "what", "why", "received", "opened", "closed", "count", "counted", "standing", "code",
	"body", "body_registry", "decision", "decided", "paragraph", "registry", "source"}

var neededColumns = []string{"id", "title", "what", "received", "standing"}

func readCSV(in *bufio.Reader, report *ImportReport) ([]ImportItem, error) {
	first, _ := in.Peek(4096) // a shorter file is all there is
	if i := bytes.IndexByte(first, '\n'); i >= 0 {
		first = first[:i]
	}
	r := csv.NewReader(in)
	if bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		r.Comma = ';'
	}
	header, err := r.Read()
	if err != nil {
		return nil, csvFault(err, report)
	}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		header[i] = name
		if !slices.Contains(importColumns, name) || slices.Index(header, name) != i {
			report.fault(ImportFault{Line: 1, Field: short(name), Code: "unknown-column"})
		}
	}
	for _, name := range neededColumns {
		if !slices.Contains(header, name) {
			report.fault(ImportFault{Line: 1, Field: name, Code: "missing-column"})
		}
	}
	if len(report.Faults) > 0 {
		return nil, nil
	}
	var items []ImportItem
	for {
		cells, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return items, nil
		case errors.Is(err, csv.ErrFieldCount):
			line, _ := r.FieldPos(0)
			report.fault(ImportFault{Line: line, Code: "columns"})
			continue
		case err != nil:
			return items, csvFault(err, report)
		}
		line, _ := r.FieldPos(0)
		if len(items) == MaxImportPetitions {
			report.fault(ImportFault{Line: line, Code: "too-many"})
			return items, nil
		}
		items = append(items, itemOf(header, cells, line, report))
	}
}

// csvFault is a fault of the file's form, after which nothing can be read.
func csvFault(err error, report *ImportReport) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		report.fault(ImportFault{Line: parse.Line, Code: "form"})
		return nil
	}
	return err
}

func itemOf(header, cells []string, line int, report *ImportReport) ImportItem {
	it := ImportItem{line: line}
	texts := map[string]*string{"id": &it.ID, "title": &it.Title, "what": &it.What, "why": &it.Why, "received": &it.Received, "opened": &it.Opened,
		"closed": &it.Closed, "counted": &it.Counted, "standing": &it.Standing, "code": &it.Code, "body": &it.Body, "body_registry": &it.BodyRegistry,
		"decision": &it.Decision, "decided": &it.Decided, "paragraph": &it.Paragraph, "registry": &it.Registry, "source": &it.Source}
	for i, name := range header {
		cell := strings.TrimSpace(cells[i])
		if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@", rune(cell[1])) { // as our own file guards it
			cell = cell[1:]
		}
		switch name {
		case "addresses":
			it.Addresses = strings.Fields(cell)
		case "count":
			if cell == "" {
				continue
			}
			n, err := strconv.ParseInt(cell, 10, 64)
			if err != nil {
				report.fault(ImportFault{Line: line, ID: short(it.ID), Field: "count", Code: "number"})
			}
			it.Count = &n
		default:
			*texts[name] = cell
		}
	}
	return it
}

func readJSON(in io.Reader, b *bounded, shift int64, report *ImportReport) ([]ImportItem, error) {
	d := json.NewDecoder(in)
	broken := func(err error) error {
		if fault.Is(err, fault.TooLarge) {
			return err
		}
		report.fault(ImportFault{Line: b.lineAt(d.InputOffset() + shift), Code: "form"})
		return nil
	}
	if token, err := d.Token(); err != nil || token != json.Delim('[') {
		return nil, broken(err)
	}
	var items []ImportItem
	for d.More() {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return items, broken(err)
		}
		line := b.lineAt(d.InputOffset() + shift - int64(len(raw)))
		if len(items) == MaxImportPetitions {
			report.fault(ImportFault{Line: line, Code: "too-many"})
			return items, nil
		}
		it := ImportItem{line: line}
		if !utf8.Valid(raw) {
			report.fault(ImportFault{Line: line, Code: "encoding"})
			continue
		}
		strict := json.NewDecoder(bytes.NewReader(raw))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&it); err != nil {
			report.fault(ImportFault{Line: line, ID: short(it.ID), Code: "type"})
			continue
		}
		items = append(items, it)
	}
	if _, err := d.Token(); err != nil {
		return items, broken(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return items, broken(err)
	}
	return items, nil
}

// short is a value of the file as a fault may repeat it.
func short(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !allowed(r, false) {
			return '?'
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return s
}
