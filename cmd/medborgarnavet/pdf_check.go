package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"medborgarnavet/block/pdf"
	pdfa "medborgarnavet/block/pdfa/check"
)

// pdfCheck holds a file against PDF/A.
func pdfCheck(_ context.Context, args []string, std stdio) int {
	fs := flag.NewFlagSet("pdf check", flag.ContinueOnError)
	asJSON := fs.Bool("json", false, "print the result as JSON")
	profile := fs.String("profile", "", "`PROFILE` 1b, 2b or 3b; what the file claims when left out")
	name, err := oneFile(fs, args)
	p := pdfa.Profile(strings.ToLower(*profile))
	if err == nil && p != "" && !p.Known() {
		err = errors.New("-profile: say 1b, 2b or 3b")
	}
	if err != nil {
		return std.fail(err)
	}
	data, err := readPDF(std, name)
	if err != nil {
		return std.fail(err)
	}
	res, err := within(func() (pdfa.Result, error) { return conforms(data, p) })
	if err != nil {
		return std.fail(unusable(err))
	}
	if *asJSON {
		err = printJSON(std.out, checkWire(res))
	} else {
		err = printCheck(std.out, name, res)
	}
	switch {
	case err != nil:
		return std.fail(err)
	case !res.Conformant:
		return exitNo
	}
	return 0
}

// conforms checks against a profile or, without one, against what the file
// claims. A file without a claim is no PDF/A; it is held against 2b, so that
// it is told what is missing.
func conforms(data []byte, p pdfa.Profile) (pdfa.Result, error) {
	o := pdfa.Options{Limits: pdf.Limits{Time: pdfTime}}
	res, err := pdfa.Check(data, p, o)
	if !errors.Is(err, pdfa.ErrNoClaim) {
		return res, err
	}
	res, err = pdfa.Check(data, pdfa.A2b, o)
	res.Claimed, res.Conformant = "", false
	return res, err
}

type checkReport struct {
	Claimed    string         `json:"claimed"`
	Profile    string         `json:"profile"`
	Conformant bool           `json:"conformant"`
	Findings   []checkFinding `json:"findings"`
	NotCovered []string       `json:"not_covered"`
}

type checkFinding struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
	Count  int    `json:"count"`
	Object int    `json:"object"` // its number, 0 when it is the file
}

func checkWire(res pdfa.Result) checkReport {
	out := checkReport{Claimed: profileName(res.Claimed), Profile: profileName(res.Profile), Conformant: res.Conformant,
		Findings: []checkFinding{}, NotCovered: append([]string{}, res.NotCovered...)}
	for _, f := range res.Findings {
		out.Findings = append(out.Findings, checkFinding{f.Rule, f.Reason, f.Count, f.Object.Num})
	}
	return out
}

func profileName(p pdfa.Profile) string { return strings.ToUpper(string(p)) }

func printCheck(w io.Writer, name string, res pdfa.Result) error {
	var b strings.Builder
	verdict := "IS NOT"
	if res.Conformant {
		verdict = "is"
	}
	fmt.Fprintf(&b, "%s: %s PDF/A-%s", clean(name), verdict, res.Profile)
	switch res.Claimed {
	case "":
		b.WriteString(" (it claims no profile)\n")
	case res.Profile:
		b.WriteString(", as it claims\n")
		if !res.Conformant {
			b.Reset()
			fmt.Fprintf(&b, "%s: IS NOT PDF/A-%s, though it claims to be\n", clean(name), res.Profile)
		}
	default:
		fmt.Fprintf(&b, " (it claims %s)\n", res.Claimed)
	}
	for _, f := range res.Findings {
		fmt.Fprintf(&b, "  %-10s %s", f.Rule, clean(f.Reason))
		if f.Count > 1 {
			fmt.Fprintf(&b, " (%d times)", f.Count)
		}
		if f.Object.Num > 0 {
			fmt.Fprintf(&b, " [object %d]", f.Object.Num)
		}
		b.WriteByte('\n')
	}
	if res.Conformant && len(res.NotCovered) > 0 {
		fmt.Fprintf(&b, "  not, or not wholly, checked:\n    %s\n", strings.Join(res.NotCovered, "\n    "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
