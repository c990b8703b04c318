package ssbtek

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"medborgarnavet/block/orgnr"
	"medborgarnavet/block/pnr"
	"medborgarnavet/block/soap"
	"medborgarnavet/plugin"
)

// The commands `medborgarnavet ssbtek decode` and `… request`: the codec at the
// command line, without network, settings or keys.

const (
	exitOK    = 0
	exitError = 2 // wrong usage, or no such answer
)

// DecodeCommand prints a SOAP answer, from a file or from standard input ("-"),
// as normalised JSON. With -person the answer must be about that person. It
// gives the exit code; what is no answer gives 2 and one line on stderr.
func DecodeCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	fail := failure(stderr, "ssbtek decode")
	fs := flag.NewFlagSet("decode", flag.ContinueOnError)
	person := fs.String("person", "", "the personal identity number that the answer must be about")
	files, err := parseArgs(fs, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stdout, "usage: medborgarnavet ssbtek decode [-person NUMBER] FILE")
		return exitOK
	}
	if err != nil {
		return fail(err)
	}
	if len(files) != 1 {
		return fail(errors.New("give one file, or - for standard input"))
	}
	var x Expect
	if *person != "" {
		if x.Person, err = pnr.ParseLenient(*person, time.Now()); err != nil {
			return fail(fmt.Errorf("-person: %w", err))
		}
	}
	doc, err := readInput(files[0], stdin)
	if err != nil {
		return fail(err)
	}
	answer, err := Decode(doc, x)
	if err != nil {
		return fail(fmt.Errorf("%s: %w", files[0], err))
	}
	enc := json.NewEncoder(stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(report(answer)); err != nil {
		return fail(err)
	}
	return exitOK
}

// RequestCommand prints the SOAP request that would be sent. What a board has
// in its settings can be given; what is not given is marked as an example.
func RequestCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	fail := failure(stderr, "ssbtek request")
	fs := flag.NewFlagSet("request", flag.ContinueOnError)
	var (
		person  = fs.String("person", "", "personal identity number")
		from    = fs.String("from", "", "first day asked about, 2006-01-02")
		to      = fs.String("to", "", "last day asked about, 2006-01-02")
		sources = fs.String("sources", strings.Join(Origins(), ","), "origins to ask, with commas between")
		org     = fs.String("org", "212000-9911", "the submitter's organisation number")
		orgName = fs.String("org-name", "Exempelkommunen (EXEMPEL)", "the submitter's name")
		officer = fs.String("officer", "EXEMPEL", "the officer who asks")
		matter  = fs.String("case", "EXEMPEL-1", "the case identity, at most 31 characters")
		purpose = fs.String("purpose", "EXEMPEL: syfte ur nämndens inställningar", "the purpose")
		legal   = fs.String("legal", "EXEMPEL: lagtext ur nämndens inställningar", "the legal text")
		actor   = fs.String("actor", "EXEMPEL", "the submitter's identity with LEFI")
		cases   = fs.Bool("decisions", false, "ask FK and PM for cases and decisions too")
	)
	rest, err := parseArgs(fs, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stdout, "usage: medborgarnavet ssbtek request -person NUMBER -from DATE -to DATE [-sources AF,CSN,…]")
		fs.SetOutput(stdout)
		fs.PrintDefaults()
		return exitOK
	}
	if err != nil {
		return fail(err)
	}
	if len(rest) > 0 {
		return fail(errors.New("takes flags only"))
	}
	r := Request{
		Officer: *officer, Case: *matter, Purpose: *purpose, Legal: *legal, Actor: *actor, Decisions: *cases,
		Period: plugin.Period{From: *from, To: *to},
	}
	for _, s := range strings.FieldsFunc(*sources, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		r.Sources = append(r.Sources, strings.ToUpper(s))
	}
	if *person == "" {
		return fail(errors.New("-person is missing"))
	}
	if r.Person, err = pnr.ParseLenient(*person, time.Now()); err != nil {
		return fail(fmt.Errorf("-person: %w", err))
	}
	r.Submitter.Name = *orgName
	if r.Submitter.Number, err = orgnr.Parse(*org); err != nil {
		return fail(fmt.Errorf("-org: %w", err))
	}
	doc, err := EncodeRequest(r)
	if err != nil {
		return fail(err)
	}
	if _, err := stdout.Write(doc); err != nil {
		return fail(err)
	}
	return exitOK
}

// failure writes an error as one line and gives the exit code.
func failure(stderr io.Writer, command string) func(error) int {
	return func(err error) int {
		line := strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
		fmt.Fprintf(stderr, "medborgarnavet %s: %s\n", command, line)
		return exitError
	}
}

// parseArgs takes flags before, between and after the other arguments.
func parseArgs(fs *flag.FlagSet, args []string) (rest []string, err error) {
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		left := fs.Args()
		if len(left) == 0 {
			return rest, nil
		}
		if n := len(args) - len(left); n > 0 && args[n-1] == "--" {
			return append(rest, left...), nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

// readInput reads no more than one answer may be.
func readInput(name string, stdin io.Reader) ([]byte, error) {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, soap.Default.MaxBytes+1))
}

// What decode prints. Members that the agency does not say are null.
type (
	reportDoc struct {
		Parts     []reportPart    `json:"parts"`
		Payments  []reportPayment `json:"payments"`
		Protected bool            `json:"protected"`
	}
	reportPart struct {
		Origin string       `json:"origin"`
		State  plugin.State `json:"state"`
		Source string       `json:"source,omitempty"`
		Code   string       `json:"code,omitempty"`
	}
	reportPayment struct {
		Payer       string               `json:"payer"`
		BenefitCode string               `json:"benefit_code"`
		Benefit     string               `json:"benefit"`
		PayDate     *string              `json:"pay_date"`
		Period      *reportPeriod        `json:"period"`
		NetOre      *int64               `json:"net_ore"`
		GrossOre    *int64               `json:"gross_ore"`
		Status      plugin.PaymentStatus `json:"status"`
	}
	reportPeriod struct {
		From *string `json:"from"`
		To   *string `json:"to"`
	}
)

func report(a plugin.Answer) reportDoc {
	doc := reportDoc{Parts: []reportPart{}, Payments: []reportPayment{}, Protected: a.Protected}
	for _, p := range a.Parts {
		doc.Parts = append(doc.Parts, reportPart{p.Origin, p.State, p.Source, p.Code})
		for _, y := range p.Payments {
			r := reportPayment{
				Payer: y.Payer, BenefitCode: y.BenefitCode, Benefit: y.Benefit, PayDate: orNull(y.PayDate),
				NetOre: y.NetOre, GrossOre: y.GrossOre, Status: y.Status,
			}
			if y.Period != nil {
				r.Period = &reportPeriod{orNull(y.Period.From), orNull(y.Period.To)}
			}
			doc.Payments = append(doc.Payments, r)
		}
	}
	return doc
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
