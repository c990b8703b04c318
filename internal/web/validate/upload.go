package validate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode"

	"medborgarnavet/block/pdf"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/web/route"
)

// trouble is why a file gets no verdict; each has its own words.
type trouble string

const (
	noFile    trouble = "none"
	empty     trouble = "empty"
	notPDF    trouble = "not_pdf"
	damaged   trouble = "damaged"
	encrypted trouble = "encrypted"
	tooBig    trouble = "too_big"
	tooLong   trouble = "too_long"
	busy      trouble = "busy"
	cut       trouble = "cut" // the upload broke off
)

func (t trouble) Error() string { return "validate: " + string(t) }

// status is what a trouble is in HTTP.
func (t trouble) status() int {
	switch t {
	case tooBig:
		return http.StatusRequestEntityTooLarge
	case busy:
		return http.StatusServiceUnavailable
	case cut:
		return http.StatusBadRequest
	}
	return http.StatusUnprocessableEntity
}

// upload is a file as it came.
type upload struct {
	name string
	data []byte
}

// take receives and judges a file. The error is a trouble, or a fault of ours.
func (p *Pages) take(w http.ResponseWriter, r *route.Request) (upload, validation.Report, error) {
	select {
	case p.uploads <- struct{}{}:
		defer func() { <-p.uploads }()
	default:
		drain(r)
		return upload{}, validation.Report{}, busy
	}
	up, err := receive(r)
	if err != nil {
		return up, validation.Report{}, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	select {
	case p.runs <- struct{}{}:
		defer func() { <-p.runs }()
	case <-ctx.Done():
		return up, validation.Report{}, busy
	}
	rep, err := p.Validate(r.Context(), up.data)
	return up, rep, explain(err, up.data)
}

// explain turns validation's fault into a trouble.
func explain(err error, data []byte) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pdf.ErrEncrypted):
		return encrypted
	case fault.KindOf(err) == fault.TooLarge:
		return tooLong
	case fault.KindOf(err) != fault.Invalid:
		return err
	case !bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")):
		return notPDF
	}
	return damaged
}

// receive reads the file to memory: the body itself when it is a PDF, else the
// part called "fil" or "file" of a form.
func receive(r *route.Request) (upload, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "application/pdf" {
		data, err := readFile(r.Body, r.ContentLength)
		return upload{data: data}, err
	}
	form, err := r.MultipartReader()
	if err != nil {
		drain(r)
		return upload{}, noFile
	}
	for {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return upload{}, noFile
		case err != nil:
			return upload{}, broken(err)
		}
		if name := part.FormName(); name != "fil" && name != "file" {
			continue
		}
		if part.FileName() == "" {
			return upload{}, noFile
		}
		up := upload{name: fileName(part.FileName())}
		up.data, err = readFile(part, r.ContentLength)
		return up, err
	}
}

// readFile reads at most MaxBytes. size is a guess at how much there is, or -1.
func readFile(body io.Reader, size int64) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(int(max(0, min(size, MaxBytes))) + bytes.MinRead)
	_, err := io.Copy(&b, io.LimitReader(body, MaxBytes+1))
	switch {
	case err != nil:
		return nil, broken(err)
	case b.Len() > MaxBytes:
		_, _ = io.Copy(io.Discard, body) // so that the answer is read; the route bounds it
		return nil, tooBig
	case b.Len() == 0:
		return nil, empty
	}
	return b.Bytes(), nil
}

func broken(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return tooBig
	}
	return cut
}

// drain reads what is left for a short while, so that the browser reads the
// answer and not of a broken connection.
func drain(r *route.Request) {
	end := time.Now().Add(5 * time.Second)
	buf := make([]byte, 32<<10)
	for time.Now().Before(end) {
		if _, err := r.Body.Read(buf); err != nil {
			return
		}
	}
}

// fileName is the last part of a name, without what steers the text.
func fileName(s string) string {
	s = path.Base(strings.ReplaceAll(s, "\\", "/"))
	s = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s)
	if letters := []rune(s); len(letters) > 120 {
		s = string(letters[:100]) + "…" + string(letters[len(letters)-15:])
	}
	return s
}
