package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"
	"unicode"

	"medborgarnavet/block/pdf"
)

// What the pdf commands share: reading one file within bounds, and writing one
// without harm to another.

const (
	// pdfBytes is the largest file that is read at all.
	pdfBytes = 128 << 20
	// pdfMemory is where the collector begins to work harder, so that a file
	// made to eat memory stays within 512 MiB.
	pdfMemory = 400 << 20
	// pdfTime is how long a file may take to examine.
	pdfTime = 4500 * time.Millisecond
)

// The exit codes of pdf verify beside 0 and 2.
const (
	exitNo            = 1
	exitIndeterminate = 3
	exitNoSignature   = 4
)

// oneFile parses the flags and gives the single argument that is none.
func oneFile(fs *flag.FlagSet, args []string) (string, error) {
	rest, err := parse(fs, args)
	if err == nil && len(rest) != 1 {
		err = errors.New("say one FILE")
	}
	if err != nil {
		return "", err
	}
	return rest[0], nil
}

// readPDF reads a file as a whole; "-" is standard input. Anything but a
// regular file is refused before it is opened: a pipe may never end.
func readPDF(std stdio, name string) ([]byte, error) {
	debug.SetMemoryLimit(pdfMemory)
	if name == "-" {
		return atMost(std.in)
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the file cannot be read: %w", plainError(err))
	case !info.Mode().IsRegular():
		return nil, errors.New("this is not a file")
	case info.Size() > pdfBytes:
		return nil, fmt.Errorf("the file is too large: %d MB is the most", pdfBytes>>20)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("the file cannot be read: %w", plainError(err))
	}
	return data, notEmpty(data)
}

func atMost(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, pdfBytes+1))
	if err == nil && len(data) > pdfBytes {
		err = fmt.Errorf("the file is too large: %d MB is the most", pdfBytes>>20)
	}
	if err == nil {
		err = notEmpty(data)
	}
	return data, err
}

func notEmpty(data []byte) error {
	if len(data) == 0 {
		return errors.New("the file is empty")
	}
	return nil
}

// plainError is the reason alone, without the call and the path.
func plainError(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// unusable says in plain words why a file could not be examined.
func unusable(err error) error {
	switch {
	case errors.Is(err, pdf.ErrEncrypted):
		return errors.New("the file is encrypted; take the encryption away first")
	case errors.Is(err, pdf.ErrNotPDF):
		return errors.New("the file is not a PDF")
	case errors.Is(err, pdf.ErrLimit):
		return errors.New("the file is too large or too involved to examine")
	}
	return fmt.Errorf("the file cannot be read as a PDF: %w", err)
}

// within waits for work that takes no context, for as long as a file may take.
func within[T any](work func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		v, err := work()
		done <- answer{v, err}
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-time.After(pdfTime):
		var none T
		return none, pdf.ErrLimit
	}
}

// writeNew writes a file that must not exist, unless force. It has its name
// only once it is whole.
func writeNew(name string, data []byte, force bool) error {
	if _, err := os.Lstat(name); err == nil && !force {
		return fmt.Errorf("%s exists; say -force to write over it", name)
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".medborgarnavet-*")
	if err != nil {
		return fmt.Errorf("cannot write: %w", plainError(err))
	}
	defer os.Remove(tmp.Name()) // gone already when all went well
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err != nil {
		return fmt.Errorf("cannot write: %w", plainError(err))
	}
	if force {
		return os.Rename(tmp.Name(), name)
	}
	return os.Link(tmp.Name(), name) // fails if the name has been taken meanwhile
}

// clean makes a text from a file harmless to a terminal: what steers the
// screen or turns the direction of writing is taken out.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u200c' || r == '\u200d': // joiners, part of spelling
			return r
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co):
			return -1
		}
		return r
	}, s)
}

// printJSON writes one line of JSON.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
