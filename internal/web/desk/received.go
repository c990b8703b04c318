package desk

import (
	"context"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/web/page"
)

// received says, for each document of a case that is a PDF, what its
// validation came to when it came in (S-06, S-11, S-12).
func (p *Pages) received(ctx context.Context, f casework.CaseFile) (map[string]page.Text, error) {
	out := map[string]page.Text{}
	say := func(id, mediaType string) error {
		if mediaType != "application/pdf" {
			return nil
		}
		rec, kept, err := p.Validation(ctx, id)
		switch {
		case err != nil:
			return err
		case !kept:
			out[id] = page.T("desk.received.soon")
		default:
			out[id] = []page.Text{signatureWord(rec), " ", formatWord(rec), checkerWords(rec)}
		}
		return nil
	}
	for _, x := range f.Record.Application.Files {
		if err := say(x.ID, x.Type); err != nil {
			return nil, err
		}
	}
	for _, s := range f.Supplements {
		for _, a := range s.Answers {
			for _, x := range a.Files {
				if err := say(x.ID, x.Type); err != nil {
					return nil, err
				}
			}
		}
	}
	return out, nil
}

func signatureWord(r validation.Record) page.Text {
	switch r.Verdict {
	case validation.Valid:
		return page.T("desk.received.valid")
	case validation.Invalid:
		return page.T("desk.received.invalid")
	case validation.Undecided:
		return page.T("desk.received.indeterminate")
	case validation.NoSignature:
		return page.T("desk.received.unsigned")
	}
	return page.T("desk.received.unusable")
}

// formatWord: a claim to be PDF/A is never taken at its word.
func formatWord(r validation.Record) page.Text {
	switch {
	case r.Claimed == "":
		return ""
	case r.Disagree:
		return page.T("desk.received.disagree", "profile", r.Claimed)
	case r.Conformant:
		return page.T("desk.received.conformant", "profile", r.Claimed)
	}
	return page.T("desk.received.not_conformant", "profile", r.Claimed)
}

// checkerWords are what each of several validators said of the format (S-12).
func checkerWords(r validation.Record) page.Text {
	if r.Claimed == "" || len(r.Checkers) < 2 {
		return ""
	}
	var out []page.Text
	for _, c := range r.Checkers {
		said := page.N("desk.received.by_no", c.Findings, "name", c.Name)
		switch {
		case c.Failed != "":
			said = page.T("desk.received.by_failed", "name", c.Name)
		case c.Conformant:
			said = page.T("desk.received.by_yes", "name", c.Name)
		}
		out = append(out, " ", said)
	}
	return out
}
