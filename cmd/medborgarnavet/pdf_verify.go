package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/revocation"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/validation/trust"
)

// pdfVerify tells what the signatures of a file are worth.
func pdfVerify(ctx context.Context, args []string, std stdio) int {
	q, err := verifyFlags(args)
	if err != nil {
		return std.fail(err)
	}
	anchors, err := q.anchors()
	if err != nil {
		return std.fail(err)
	}
	data, err := readPDF(std, q.file)
	if err != nil {
		return std.fail(err)
	}
	v := &validation.Validator{Trust: anchors, Clock: clock.System()}
	if q.online {
		v.Fetcher = &revocation.Fetcher{Timeout: 2 * time.Second, Cache: revocation.NewCache(64)}
	}
	if q.verapdf != "" {
		second, err := validation.NewVeraPDF(validation.VeraPDFOptions{Path: q.verapdf})
		if err != nil {
			return std.fail(errors.New("veraPDF is not there: say with -verapdf where its program verapdf is"))
		}
		v.Others = []validation.Checker{second}
	}
	rep, err := v.Validate(ctx, data, validation.Options{Time: q.at, PDFA: true, Others: true})
	if err != nil {
		return std.fail(unverifiable(err))
	}
	if q.json {
		err = printJSON(std.out, wireOf(rep))
	} else {
		err = printVerdict(std.out, q.file, rep)
	}
	if err != nil {
		return std.fail(err)
	}
	return exitOf(rep.Verdict)
}

func exitOf(v validation.Verdict) int {
	switch v {
	case validation.Valid:
		return 0
	case validation.Invalid:
		return exitNo
	case validation.NoSignature:
		return exitNoSignature
	}
	return exitIndeterminate
}

func unverifiable(err error) error {
	known := errors.Is(err, pdf.ErrEncrypted) || errors.Is(err, pdf.ErrNotPDF) || errors.Is(err, pdf.ErrLimit)
	if !known && fault.KindOf(err) == fault.TooLarge {
		return errors.New("the file takes too long to examine")
	}
	return unusable(err)
}

// question is what pdf verify was asked.
type question struct {
	file    string
	json    bool
	online  bool
	at      time.Time
	trust   []string
	signers []string // of trust lists
	verapdf string   // its program, "" for none
}

func verifyFlags(args []string) (question, error) {
	var q question
	fs := flag.NewFlagSet("pdf verify", flag.ContinueOnError)
	fs.BoolVar(&q.json, "json", false, "print the report as JSON")
	fs.BoolVar(&q.online, "online", false, "ask the issuers of trusted certificates about revocation")
	more := func(list *[]string) func(string) error {
		return func(s string) error { *list = append(*list, s); return nil }
	}
	fs.Func("trust", "certificates to trust, `PEM`, or a signed trust list; may be given several times", more(&q.trust))
	fs.Func("list-signer", "certificates that may have signed the trust lists, `PEM`", more(&q.signers))
	fs.StringVar(&q.verapdf, "verapdf", "", "veraPDF's program, a `PATH`, to be asked about PDF/A as well")
	fs.Func("time", "when to validate for, `T`: 2026-11-22T10:00:00Z, or a day", func(s string) (err error) {
		q.at, err = moment(s)
		return err
	})
	rest, err := parse(fs, args)
	if err != nil {
		return q, err
	}
	return q, q.sort(rest)
}

// sort parts the file from what more stands after a -trust: "-trust a.pem
// b.pem file.pdf" is understood by what the files hold.
func (q *question) sort(rest []string) error {
	for i, name := range rest {
		if len(rest) > 1 && len(q.trust) > 0 && (q.file != "" || i < len(rest)-1) && holdsTrust(name) {
			q.trust = append(q.trust, name)
			continue
		}
		if q.file != "" {
			return errors.New("say one FILE")
		}
		q.file = name
	}
	if q.file == "" {
		return errors.New("say the FILE to verify")
	}
	return nil
}

// moment reads a time. A day stands for its last second, so that what was made
// during the day had been made.
func moment(s string) (time.Time, error) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(form, s); err == nil {
			return t, nil
		}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, errors.New("not a time such as 2026-11-22T10:00:00Z, nor a day such as 2026-11-22")
	}
	return t.Add(24*time.Hour - time.Second), nil
}

const trustBytes = 64 << 20 // the union's largest lists are some ten

func readTrust(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s cannot be read: %w", name, plainError(err))
	case !info.Mode().IsRegular() || info.Size() > trustBytes:
		return nil, fmt.Errorf("%s is not a file of certificates", name)
	}
	return os.ReadFile(name)
}

func holdsTrust(name string) bool {
	text, err := readTrust(name)
	return err == nil && !bytes.Contains(text[:min(len(text), 1024)], []byte("%PDF-")) &&
		(bytes.Contains(text, []byte("-----BEGIN CERTIFICATE-----")) || isXML(text))
}

func isXML(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), " \t\r\n"), []byte("<"))
}

// anchors are whom to trust. Without any, no issuer is known.
func (q question) anchors() (*trust.Store, error) {
	store := &trust.Store{}
	var signers []*x509.Certificate
	for _, name := range q.signers {
		text, err := readTrust(name)
		if err != nil {
			return nil, err
		}
		list, err := trust.Certificates(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		signers = append(signers, list...)
	}
	for _, name := range q.trust {
		if err := addTrust(store, name, signers); err != nil {
			return nil, err
		}
	}
	return store, nil
}

func addTrust(store *trust.Store, name string, signers []*x509.Certificate) error {
	text, err := readTrust(name)
	if err != nil {
		return err
	}
	if !isXML(text) {
		if _, err := store.AddPEM(text); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	if len(signers) == 0 {
		return fmt.Errorf("%s is a trust list: say with -list-signer who may have signed it", name)
	}
	list, err := trust.ParseList(text, signers, time.Now())
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	store.AddList(list)
	return nil
}

// printVerdict writes the report for a person.
func printVerdict(w io.Writer, name string, rep validation.Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", clean(name), strings.ToUpper(verdictWords[rep.Verdict]))
	for _, r := range rep.Reasons {
		fmt.Fprintf(&b, "  %s\n", clean(r.En))
	}
	for i, s := range rep.Signatures {
		printSignature(&b, i+1, s)
	}
	for _, t := range rep.TimeStamps {
		fmt.Fprintf(&b, "\nDocument time-stamp by %s, %s: %s\n", or(clean(t.Authority), "an unknown authority"), when(t.At), verdictWords[t.Verdict])
		for _, r := range t.Reasons {
			fmt.Fprintf(&b, "   %s\n", clean(r.En))
		}
	}
	printPDFA(&b, rep.PDFA)
	fmt.Fprintf(&b, "\nSHA-256 %s, judged as of %s\n", rep.SHA256, when(rep.At))
	_, err := io.WriteString(w, b.String())
	return err
}

var verdictWords = map[validation.Verdict]string{
	validation.Valid: "valid", validation.Invalid: "not valid", validation.Undecided: "cannot be decided", validation.NoSignature: "no electronic signature",
}

func printSignature(b *strings.Builder, n int, s validation.Signature) {
	fmt.Fprintf(b, "\n%d. %s: %s\n", n, or(clean(s.Signer.Name), "an unknown signer"), verdictWords[s.Verdict])
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(b, "   %-11s %s\n", label, text)
		}
	}
	source := map[validation.TimeSource]string{validation.FromTimeStamp: " (proven by a time-stamp)",
		validation.FromToken: " (by a validation token)", validation.FromClaim: " (the signer's own word)"}
	if !s.SignedAt.IsZero() {
		line("signed", when(s.SignedAt)+source[s.TimeSource])
	}
	line("indication", strings.TrimSpace(string(s.Indication)+" "+string(s.Sub)))
	line("level", s.Level)
	line("issuer", clean(s.Signer.Issuer))
	line("field", clean(s.Field))
	if s.CoversWhole {
		line("covers", "the whole document")
	} else {
		line("covers", "a part: something came after")
	}
	for _, c := range s.ChangesAfter {
		line("afterwards", clean(c.En))
	}
	for _, r := range s.Reasons {
		line("reason", clean(r.En))
	}
}

func printPDFA(b *strings.Builder, p *validation.PDFA) {
	switch {
	case p == nil:
	case p.Claimed == "":
		b.WriteString("\nPDF/A: the file does not claim to be\n")
	case p.Conformant:
		fmt.Fprintf(b, "\nPDF/A: the file claims %s, and no fault was found\n", p.Claimed)
	default:
		fmt.Fprintf(b, "\nPDF/A: the file claims %s, and is not\n", p.Claimed)
		for _, f := range p.Findings {
			fmt.Fprintf(b, "   %-10s %s\n", f.Rule, clean(f.Reason.En))
		}
	}
	if p == nil || len(p.Results) < 2 {
		return
	}
	if p.Disagree {
		b.WriteString("   The validators do not agree:\n")
	}
	for _, c := range p.Results {
		said := fmt.Sprintf("%d rules broken", c.Findings)
		switch {
		case c.Failed != "":
			said = "could not answer"
		case c.Conformant:
			said = "no fault"
		}
		fmt.Fprintf(b, "   %-14s %s\n", strings.TrimSpace(clean(c.Name+" "+c.Version)), said)
	}
}

func when(t time.Time) string {
	if t.IsZero() {
		return "at an unknown time"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
