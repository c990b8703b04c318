package validation

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdfa/check"
)

// Checker is a PDF/A validator. No single one is believed: several may be
// asked, and what each says is kept (S-12).
type Checker interface {
	Name() string
	Version() string
	// Check holds a file against what it claims. ErrNoClaim when it claims
	// nothing.
	Check(ctx context.Context, data []byte) (Conformance, error)
}

// ErrNoClaim is a Checker's answer about a file that does not say that it is
// PDF/A.
var ErrNoClaim = errors.New("validation: the file does not claim to be PDF/A")

const notChecked = "could not be checked"

// Conformance is what a Checker found.
type Conformance struct {
	Claimed, Profile string // "2B"
	Conformant       bool
	Findings         []Finding
	NotCovered       []string
	Version          string // of the validator, when only its answer tells
}

// OwnChecker is block/pdfa/check.
type OwnChecker struct{ Limits pdf.Limits }

// Name and Version say which validator it is.
func (OwnChecker) Name() string { return "medborgarnavet" }

// Version is that of its set of rules.
func (OwnChecker) Version() string { return "1" }

// Check asks block/pdfa/check.
func (c OwnChecker) Check(ctx context.Context, data []byte) (Conformance, error) {
	limits := c.Limits
	if end, ok := ctx.Deadline(); ok {
		limits.Time = time.Until(end)
		if limits.Time <= 0 {
			return Conformance{}, context.DeadlineExceeded
		}
	}
	res, err := check.Check(data, "", check.Options{Limits: limits})
	if errors.Is(err, check.ErrNoClaim) {
		return Conformance{}, ErrNoClaim
	}
	if err != nil {
		return Conformance{}, err
	}
	out := Conformance{Claimed: profileName(res.Claimed), Profile: profileName(res.Profile), Conformant: res.Conformant, NotCovered: res.NotCovered}
	for _, f := range res.Findings {
		out.Findings = append(out.Findings, Finding{Rule: f.Rule, Reason: Text{f.ReasonSv, f.Reason}, Count: f.Count})
	}
	return out, nil
}

func profileName(p check.Profile) string { return strings.ToUpper(string(p)) }

// checkPDFA asks the validators that are part of the program. The first that
// answers gives the findings.
func (v *Validator) checkPDFA(ctx context.Context, policy Policy, data []byte) *PDFA {
	out := &PDFA{}
	checkers := v.Checkers
	if checkers == nil {
		checkers = []Checker{OwnChecker{policy.Limits}}
	}
	for _, c := range checkers {
		got, err := conformance(ctx, policy, c, data)
		out.hear(c, got, err)
	}
	out.weigh()
	return out
}

// askOthers asks the validators that are programs of their own, about a file
// that claims something or that ours had no answer on. Each bounds its own time.
func (v *Validator) askOthers(ctx context.Context, data []byte, out *PDFA) {
	silent := !slices.ContainsFunc(out.Results, func(r CheckerResult) bool { return r.Failed == "" })
	if out.Claimed == "" && !silent {
		return
	}
	for _, c := range v.Others {
		got, err := c.Check(ctx, data)
		out.hear(c, got, err)
	}
	out.weigh()
}

// hear takes in what one validator says. A breach that an earlier one has told
// is not told again.
func (p *PDFA) hear(c Checker, got Conformance, err error) {
	res := CheckerResult{Name: c.Name(), Version: c.Version()}
	switch {
	case errors.Is(err, ErrNoClaim):
	case err != nil:
		res.Failed = notChecked
	default:
		if p.Profile == "" {
			p.Claimed, p.Profile, p.NotCovered = got.Claimed, got.Profile, got.NotCovered
		}
		if got.Version != "" {
			res.Version = got.Version
		}
		res.Profile, res.Conformant, res.Findings = got.Profile, got.Conformant, len(got.Findings)
		for _, f := range got.Findings {
			if !slices.ContainsFunc(p.Findings, func(o Finding) bool { return o.Rule == f.Rule }) || len(p.Results) == 0 {
				p.Findings = append(p.Findings, f)
			}
		}
	}
	p.Results = append(p.Results, res)
}

// weigh: the file is conformant only when all that answer say so. One that
// cannot answer says nothing.
func (p *PDFA) weigh() {
	answered, yes := 0, 0
	for _, r := range p.Results {
		if r.Failed == "" {
			answered++
		}
		if r.Conformant {
			yes++
		}
	}
	p.Conformant = answered > 0 && yes == answered
	p.Disagree = yes > 0 && yes < answered
}

// conformance asks one validator, no longer than there is time.
func conformance(ctx context.Context, policy Policy, c Checker, data []byte) (Conformance, error) {
	if int64(len(data)) > policy.PDFABytes {
		return Conformance{}, pdf.ErrLimit
	}
	type answer struct {
		got Conformance
		err error
	}
	done := make(chan answer, 1)
	limited, cancel := context.WithTimeout(ctx, remaining(ctx, policy.Time)*9/10)
	defer cancel()
	go func() {
		got, err := c.Check(limited, data)
		done <- answer{got, err}
	}()
	select {
	case a := <-done:
		return a.got, a.err
	case <-limited.Done():
		return Conformance{}, limited.Err()
	}
}

func remaining(ctx context.Context, most time.Duration) time.Duration {
	if end, ok := ctx.Deadline(); ok {
		return min(most, time.Until(end))
	}
	return most
}
