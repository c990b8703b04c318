package validate

import (
	"slices"
	"strings"

	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/web/page"
)

// outcome is the answer at the top of the page: the verdict, whether the
// document has been changed, and what was.
func outcome(rep validation.Report, l validation.Lang) page.Answer {
	n := len(rep.Signatures)
	switch rep.Verdict {
	case validation.Valid:
		a := page.Answer{Kind: page.AnswerYes, Title: page.N("validate.outcome.yes", n), Body: page.N("validate.outcome.yes_text", n)}
		if added := additions(rep, l); len(added) > 0 {
			a.Body, a.Items = page.N("validate.outcome.added_text", n), added
		}
		return a
	case validation.Invalid:
		return refused(rep, l, n)
	case validation.NoSignature:
		a := page.Answer{Kind: page.AnswerNone, Title: page.T("validate.outcome.none"), Body: page.T("validate.outcome.none_text")}
		a.Items = texts(rep.Reasons, l)
		return a
	}
	a := page.Answer{Kind: page.AnswerUnsure, Title: page.N("validate.outcome.unsure", max(1, n)),
		Body: []page.Text{page.T("validate.outcome.cause", "cause", cause(rep)), " ", page.N("validate.outcome.unsure_text", max(1, n))}}
	if n == 0 { // else the signatures tell
		a.Items = texts(rep.Reasons, l)
	}
	return a
}

// refused is an answer of no. A document that was changed is said in those
// words, and by what; else the reason is said.
func refused(rep validation.Report, l validation.Lang, n int) page.Answer {
	a := page.Answer{Kind: page.AnswerNo, Title: page.N("validate.outcome.no", max(1, n))}
	if rep.Removed() {
		a.Title, a.Body = page.T("validate.outcome.removed"), page.T("validate.outcome.removed_text")
		if n > 0 {
			a.Items = reasonsOfNo(rep, l)
		}
		return a
	}
	if !changed(rep) {
		a.Body = page.T("validate.outcome.no_why")
		a.Items = reasonsOfNo(rep, l)
		return a
	}
	a.Body = page.T("validate.outcome.changed_text")
	for _, s := range rep.Signatures {
		if s.Verdict == validation.Invalid {
			a.Items = appendNew(a.Items, forbidden(s, l)...)
		}
	}
	if len(a.Items) == 0 {
		a.Items = reasonsOfNo(rep, l)
	} else {
		a.ItemsTitle = page.T("validate.outcome.changes")
	}
	return a
}

// changed tells whether a signature failed because the document is not what
// was signed.
func changed(rep validation.Report) bool {
	for _, s := range rep.Signatures {
		if s.Verdict == validation.Invalid && (s.Sub == validation.HashFailure || slices.ContainsFunc(s.Reasons, func(r validation.Reason) bool {
			return r.Code == "changed-after" || r.Code == "content-changed"
		})) {
			return true
		}
	}
	return false
}

// additions are what was allowed to be done to a valid document and may be
// seen in it, such as a form that was filled in.
func additions(rep validation.Report, l validation.Lang) (out []page.Text) {
	for _, s := range rep.Signatures {
		if !s.CoversWhole {
			out = appendNew(out, changes(s, l)...)
		}
	}
	return out
}

// forbidden are the changes that were not allowed.
func forbidden(s validation.Signature, l validation.Lang) (out []page.Text) {
	for _, r := range s.Reasons {
		if strings.HasPrefix(string(r.Code), "change-") {
			out = append(out, r.In(l))
		}
	}
	return out
}

func changes(s validation.Signature, l validation.Lang) (out []page.Text) {
	for _, c := range s.ChangesAfter {
		out = append(out, c.In(l))
	}
	return out
}

// reasonsOfNo are the first reason of each signature and time-stamp that
// failed.
func reasonsOfNo(rep validation.Report, l validation.Lang) (out []page.Text) {
	for _, s := range rep.Signatures {
		if s.Verdict == validation.Invalid && len(s.Reasons) > 0 {
			out = appendNew(out, s.Reasons[0].In(l))
		}
	}
	for _, t := range rep.TimeStamps {
		if t.Verdict == validation.Invalid && len(t.Reasons) > 0 {
			out = appendNew(out, t.Reasons[0].In(l))
		}
	}
	return appendNew(out, texts(rep.Reasons, l)...)
}

func texts(list []validation.Reason, l validation.Lang) (out []page.Text) {
	for _, r := range list {
		out = append(out, r.In(l))
	}
	return out
}

func appendNew(list []page.Text, more ...page.Text) []page.Text {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// cause says in a few words why nothing can be told: that of the first
// signature that is undecided.
func cause(rep validation.Report) page.Text {
	for _, s := range rep.Signatures {
		if s.Verdict == validation.Undecided {
			return page.T("validate.cause." + causeOf(s))
		}
	}
	return page.T("validate.cause.damaged")
}

// causeOf is the key of a cause.
func causeOf(s validation.Signature) string {
	has := func(codes ...validation.Code) bool {
		return slices.ContainsFunc(s.Reasons, func(r validation.Reason) bool { return slices.Contains(codes, r.Code) })
	}
	switch {
	case has("too-much-to-check", "too-many-signatures"):
		return "too_much"
	case has("stale-revocation-information"):
		return "stale"
	}
	switch s.Sub {
	case validation.TryLater:
		return "no_answer"
	case validation.NoCertificateChainFound, validation.NoCertificateChainFoundNoPOE:
		return "unknown_issuer"
	case validation.RevokedNoPOE:
		return "revoked"
	case validation.RevokedCANoPOE:
		return "issuer_revoked"
	case validation.OutOfBoundsNoPOE, validation.OutOfBoundsNotRevoked:
		return "expired"
	case validation.CryptoConstraintsFailure, validation.CryptoConstraintsFailureNoPOE:
		return "weak"
	case validation.ChainConstraintsFailure:
		return "chain"
	case validation.NoSigningCertificateFound, validation.SignedDataNotFound:
		return "missing"
	case validation.NoPOE:
		return "no_time"
	}
	return "form"
}

// verdictTag is a verdict as word, shape and colour.
func verdictTag(v validation.Verdict) page.Tag {
	switch v {
	case validation.Valid:
		return page.Tag{Text: page.T("validate.verdict.valid"), Tone: page.Success}
	case validation.Invalid:
		return page.Tag{Text: page.T("validate.verdict.invalid"), Tone: page.Critical}
	}
	return page.Tag{Text: page.T("validate.verdict.unsure"), Tone: page.Info, Shape: "unsure"}
}

// assurance is the key of the words for a level of assurance, "" for one that
// is not known.
func assurance(uri string) string {
	uri = strings.ToLower(strings.TrimSuffix(uri, "/"))
	for _, level := range []string{"loa2", "loa3", "loa4"} {
		if strings.HasSuffix(uri, level) {
			return level
		}
	}
	for _, level := range []string{"low", "substantial", "high"} {
		if strings.HasSuffix(uri, "eidas/1.0/"+level) || strings.HasSuffix(uri, "europa.eu/loa/"+level) {
			return level
		}
	}
	return ""
}
