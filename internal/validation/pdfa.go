package validation

import (
	"context"
	"errors"
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

// checkPDFA asks every validator. The first that answers gives the findings;
// the file is conformant only when all that answer say so.
func (v *Validator) checkPDFA(ctx context.Context, policy Policy, data []byte) *PDFA {
	out := &PDFA{}
	checkers := v.Checkers
	if checkers == nil {
		checkers = []Checker{OwnChecker{policy.Limits}}
	}
	answered, yes := 0, 0
	for _, c := range checkers {
		res := CheckerResult{Name: c.Name(), Version: c.Version()}
		got, err := conformance(ctx, policy, c, data)
		switch {
		case errors.Is(err, ErrNoClaim):
			answered++
		case err != nil:
			res.Failed = notChecked
		default:
			if out.Profile == "" {
				out.Claimed, out.Profile, out.Findings, out.NotCovered = got.Claimed, got.Profile, got.Findings, got.NotCovered
			}
			res.Profile, res.Conformant, res.Findings = got.Profile, got.Conformant, len(got.Findings)
			answered++
			if got.Conformant {
				yes++
			}
		}
		out.Results = append(out.Results, res)
	}
	out.Conformant = answered > 0 && yes == answered
	out.Disagree = yes > 0 && yes < answered
	return out
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
