package main

import (
	"context"
	"flag"
	"fmt"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// pdfScan looks, before a file is signed, for what could later show something
// else.
func pdfScan(_ context.Context, args []string, std stdio) int {
	fs := flag.NewFlagSet("pdf scan", flag.ContinueOnError)
	asJSON := fs.Bool("json", false, "print the risks as JSON")
	name, err := oneFile(fs, args)
	if err != nil {
		return std.fail(err)
	}
	data, err := readPDF(std, name)
	if err != nil {
		return std.fail(err)
	}
	risks, err := within(func() ([]diff.Risk, error) { return scan(data) })
	if err != nil {
		return std.fail(unusable(err))
	}
	if *asJSON {
		if err := printJSON(std.out, scanWire(risks)); err != nil {
			return std.fail(err)
		}
	} else {
		for _, line := range riskLines(risks) {
			fmt.Fprintln(std.out, line)
		}
		if len(risks) == 0 {
			fmt.Fprintf(std.out, "%s: nothing was found that could later be revealed\n", clean(name))
		}
	}
	if len(risks) > 0 {
		return exitNo
	}
	return 0
}

func scan(data []byte) ([]diff.Risk, error) {
	f, err := pdf.Read(data, pdf.Options{})
	if err != nil {
		return nil, err
	}
	return diff.Scan(f), nil
}

// riskLines are the risks for a person: one that is found in several places of
// a page is told once.
func riskLines(risks []diff.Risk) []string {
	var lines []string
	times := map[string]int{}
	for _, r := range risks {
		line := fmt.Sprintf("%s: %s: %s", r.Severity, r.Code, r.Reason)
		if r.Page > 0 {
			line += fmt.Sprintf(" (page %d)", r.Page)
		}
		if times[line]++; times[line] == 1 {
			lines = append(lines, line)
		}
	}
	for i, line := range lines {
		if n := times[line]; n > 1 {
			lines[i] += fmt.Sprintf(" (%d times)", n)
		}
	}
	return lines
}

type scanReport struct {
	Risks []scanRisk `json:"risks"`
}

type scanRisk struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Reason   string `json:"reason"`
	Page     int    `json:"page"`
}

func scanWire(risks []diff.Risk) scanReport {
	out := scanReport{Risks: []scanRisk{}}
	for _, r := range risks {
		out.Risks = append(out.Risks, scanRisk{r.Code, string(r.Severity), r.Reason, r.Page})
	}
	return out
}
