package main

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"medborgarnavet/internal/petition/tally"
)

// auditBytes is the most that the files of one petition may weigh together: a
// list of ten million leaves is well below it.
const auditBytes = 1 << 30

// auditing is what petition audit was asked.
type auditing struct {
	files, receipts []string
	key             ed25519.PublicKey
	json            bool
}

// petitionAudit checks published files, and needs nothing else
// (docs/petition-audit.md).
func petitionAudit(_ context.Context, args []string, std stdio) int {
	q, err := auditFlags(args)
	if err != nil {
		return std.fail(err)
	}
	files, err := q.read()
	if err != nil {
		return std.fail(err)
	}
	v := tally.Audit(files, q.key)
	if v.Petition == "" {
		return std.fail(errors.New("none of the files is one that a municipality publishes of a petition"))
	}
	if q.json {
		err = printJSON(std.out, auditOf(v))
	} else {
		err = printAudit(std.out, v)
	}
	switch {
	case err != nil:
		return std.fail(err)
	case !v.OK():
		return exitNo
	}
	return 0
}

func auditFlags(args []string) (q auditing, err error) {
	fs := flag.NewFlagSet("petition audit", flag.ContinueOnError)
	fs.BoolVar(&q.json, "json", false, "print one line of JSON")
	fs.Func("key", "the municipality's public key, in `HEX`", func(s string) error {
		raw, err := hex.DecodeString(s)
		if err != nil || len(raw) != ed25519.PublicKeySize {
			return errors.New("a key is 64 hexadecimal digits")
		}
		q.key = raw
		return nil
	})
	fs.Func("receipt", "a receipt to look for, a `FILE`; may be given several times", func(s string) error {
		q.receipts = append(q.receipts, s)
		return nil
	})
	if q.files, err = parse(fs, args); err == nil && len(q.files) == 0 {
		err = errors.New("say the FILES that the municipality has published of one petition")
	}
	return q, err
}

// read reads all files, within bounds.
func (q auditing) read() ([]tally.File, error) {
	var files []tally.File
	left := int64(auditBytes)
	for _, name := range append(q.files, q.receipts...) {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w", clean(name), plainError(err))
		}
		data, err := io.ReadAll(io.LimitReader(f, left+1))
		_ = f.Close()
		if left -= int64(len(data)); err == nil && left < 0 {
			return nil, errors.New("the files are too large")
		}
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w", clean(name), plainError(err))
		}
		files = append(files, tally.File{Name: clean(filepath.Base(name)), Data: data})
	}
	return files, nil
}

// auditVerdict is the answer for programs.
type auditVerdict struct {
	Petition string         `json:"petition"`
	Count    *int64         `json:"count"` // null when there is no final head
	Holds    bool           `json:"holds"`
	Findings []auditFinding `json:"findings"`
}

type auditFinding struct {
	OK   bool   `json:"ok"`
	Text string `json:"text"`
}

func auditOf(v tally.Verdict) auditVerdict {
	w := auditVerdict{Petition: v.Petition, Holds: v.OK(), Findings: []auditFinding{}}
	if v.Count >= 0 {
		w.Count = &v.Count
	}
	for _, f := range v.Findings {
		w.Findings = append(w.Findings, auditFinding{f.OK, f.Text})
	}
	return w
}

func printAudit(out io.Writer, v tally.Verdict) error {
	fmt.Fprintf(out, "petition %s", clean(v.Petition))
	if v.Count >= 0 {
		fmt.Fprintf(out, ": %d votes", v.Count)
	}
	fmt.Fprintln(out)
	for _, f := range v.Findings {
		mark := "ok"
		if !f.OK {
			mark = "NO"
		}
		fmt.Fprintf(out, "  %s  %s\n", mark, clean(f.Text))
	}
	last := "it holds"
	if !v.OK() {
		last = "it does NOT hold"
	}
	_, err := fmt.Fprintln(out, last)
	return err
}
