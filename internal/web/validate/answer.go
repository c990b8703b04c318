package validate

import (
	"net/http"
	"strconv"

	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

type answerBody struct {
	Answer  page.Answer
	File    page.Summary
	Signers []signerView
	Stamps  page.Table
	PDFA    pdfaView
	Details page.Details
	Report  string // comes back to be made into a document
	XML     bool
	Form    page.Files
	Again   page.Button
}

// signerView is one signature.
type signerView struct {
	ID      string
	Number  string
	Name    string // "" when nobody can be told
	Tag     page.Tag
	Facts   page.Summary
	Details page.Details
}

// answer shows a report.
func (p *Pages) answer(w http.ResponseWriter, r *route.Request, up upload, rep validation.Report) error {
	d := p.data(r, nil)
	l := lang(d.Lang)
	b := answerBody{
		Answer: outcome(rep, l), File: aboutFile(up, rep), Stamps: stamps(rep), PDFA: aboutPDFA(rep, l), Details: technical(rep, l),
		Form: fileField(), Again: page.Button{Text: page.T("validate.form.check"), Variant: page.Secondary}, XML: len(rep.Signatures) > 0,
	}
	for i, s := range rep.Signatures {
		b.Signers = append(b.Signers, signer(i+1, s, l))
	}
	var err error
	if b.Report, err = p.seal(up.name, rep); err != nil {
		return err
	}
	d.Title, d.OwnHeading = b.Answer.Title, true
	d.Service = page.T("validate.form.title")
	d.Back = &page.Link{URL: Path, Text: page.T("validate.answer.back")}
	d.Body = b
	w.Header().Set("Cache-Control", "no-store")
	return p.set.Render(w, r.Request, http.StatusOK, "answer.html", d)
}

func row(key string, value page.Text) page.SummaryRow {
	return page.SummaryRow{Term: page.T("validate.term." + key), Value: value}
}

func aboutFile(up upload, rep validation.Report) page.Summary {
	s := page.Summary{}
	if up.name != "" {
		s.Rows = append(s.Rows, row("file", page.FileName(up.name)))
	}
	s.Rows = append(s.Rows, row("size", page.Bytes(rep.Size)), row("checked", page.DateTime(rep.At)))
	return s
}

// signer is who signed, when, with what, how sure all that is, what it covers
// and what came after.
func signer(n int, s validation.Signature, l validation.Lang) signerView {
	v := signerView{ID: "underskrift-" + strconv.Itoa(n), Number: strconv.Itoa(n), Name: s.Signer.Name, Tag: verdictTag(s.Verdict)}
	v.Facts.Rows = append(v.Facts.Rows, signedAt(s), kindOf(s), identified(s), covers(s))
	later := changes(s, l)
	switch {
	case len(later) == 0:
		v.Facts.Rows = append(v.Facts.Rows, row("after", page.T("validate.after.nothing")))
	case s.CoversWhole:
		v.Facts.Rows = append(v.Facts.Rows, row("after", page.T("validate.after.only")))
	default:
		v.Facts.Rows = append(v.Facts.Rows, row("after", page.List{Items: later}))
	}
	if list := texts(s.Reasons, l); len(list) > 0 {
		key := "notes"
		if s.Verdict != validation.Valid {
			key = "why"
		}
		v.Facts.Rows = append(v.Facts.Rows, row(key, page.List{Items: list}))
	}
	v.Details = page.Details{Summary: page.T("validate.answer.signature_details", "n", v.Number), Body: signerDetails(s, later)}
	return v
}

// signerDetails are the indications and whatever else few need.
func signerDetails(s validation.Signature, later []page.Text) page.Summary {
	rows := []page.SummaryRow{row("field", page.CaseNumber(s.Field)), row("indication", page.CaseNumber(s.Indication)), row("level", page.CaseNumber(s.Level))}
	if s.Sub != "" {
		rows = append(rows, row("sub", page.CaseNumber(s.Sub)))
	}
	if s.Algorithm != "" {
		rows = append(rows, row("algorithm", page.CaseNumber(s.Algorithm)))
	}
	for _, t := range s.TimeStamps {
		stamp := row("stamp", page.DateTime(t.At))
		stamp.Note = []page.Text{t.Authority, " (", string(t.Indication), ")"}
		rows = append(rows, stamp)
	}
	if s.CoversWhole && len(later) > 0 {
		rows = append(rows, row("added", page.List{Items: later}))
	}
	return page.Summary{Rows: rows}
}

func signedAt(s validation.Signature) page.SummaryRow {
	if s.SignedAt.IsZero() {
		return row("when", page.T("validate.when.unknown"))
	}
	r := row("when", page.DateTime(s.SignedAt))
	switch s.TimeSource {
	case validation.FromTimeStamp:
		r.Note = page.T("validate.when.stamped")
	case validation.FromToken:
		r.Note = page.T("validate.when.token")
	default:
		r.Note = page.T("validate.when.claimed")
	}
	return r
}

// kindOf is what sort of signature it is, in the words of the law. A signature
// that does not hold is none of them.
func kindOf(s validation.Signature) page.SummaryRow {
	keys := map[validation.Qualification]string{validation.AdES: "ades", validation.AdESQC: "adesqc", validation.QES: "qes",
		validation.AdESeal: "seal", validation.AdESealQC: "sealqc", validation.QESeal: "qseal"}
	key := keys[s.Signer.Qualification]
	if key == "" || s.Verdict == validation.Invalid {
		key = "other"
	}
	return row("what", page.T("validate.what."+key))
}

func identified(s validation.Signature) page.SummaryRow {
	if s.Signer.Issuer == "" {
		return row("sure", page.T("validate.sure.nobody"))
	}
	key := "issuer"
	if causeOf(s) == "unknown_issuer" && s.Verdict != validation.Valid {
		key = "stranger"
	}
	r := row("sure", page.T("validate.sure."+key, "issuer", s.Signer.Issuer))
	if level := assurance(s.Signer.Assurance); level != "" {
		r.Note = page.T("validate.assurance." + level)
	}
	return r
}

func covers(s validation.Signature) page.SummaryRow {
	if s.CoversWhole {
		return row("covers", page.T("validate.covers.whole"))
	}
	return row("covers", page.T("validate.covers.part"))
}

// stamps are the document's own time-stamps.
func stamps(rep validation.Report) page.Table {
	t := page.Table{Caption: page.T("validate.answer.stamps"), HideCaption: true, Columns: []page.Column{{Text: page.T("validate.term.when")},
		{Text: page.T("validate.term.authority")}, {Text: page.T("validate.term.verdict")}}}
	for _, s := range rep.TimeStamps {
		when := page.Text(page.DateTime(s.At))
		if s.At.IsZero() {
			when = page.T("validate.when.unknown")
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{when, s.Authority, verdictTag(s.Verdict)}})
	}
	return t
}

// pdfaView is what the file claims to be, and what each validator found.
type pdfaView struct {
	Text     page.Text
	Disagree bool
	Checkers page.Table
	Findings page.Details
	Many     bool // there are findings
}

const mostFindings = 50

func aboutPDFA(rep validation.Report, l validation.Lang) pdfaView {
	pa := rep.PDFA
	if pa == nil || pa.Claimed == "" {
		return pdfaView{Text: page.T("validate.pdfa.none")}
	}
	claim := page.CaseNumber("PDF/A-" + pa.Claimed)
	v := pdfaView{Text: page.T("validate.pdfa.no", "profile", claim), Disagree: pa.Disagree}
	if pa.Conformant {
		v.Text = page.T("validate.pdfa.yes", "profile", claim)
	}
	if len(pa.Results) > 1 { // what one alone says has been said
		v.Checkers = checkers(pa.Results)
	}
	var list []page.Text
	for _, f := range pa.Findings[:min(len(pa.Findings), mostFindings)] {
		list = append(list, []page.Text{page.CaseNumber(f.Rule), " ", f.Reason.In(l)})
	}
	v.Many = len(list) > 0
	v.Findings = page.Details{Summary: page.N("validate.pdfa.findings", len(pa.Findings)), Body: page.List{Items: list}}
	return v
}

// checkers is what each of several validators says (S-12).
func checkers(results []validation.CheckerResult) page.Table {
	t := page.Table{Caption: page.T("validate.pdfa.checkers"), Columns: []page.Column{{Text: page.T("validate.pdfa.checker")}, {Text: page.T("validate.pdfa.result")}}}
	for _, c := range results {
		said := page.T("validate.pdfa.found", "n", strconv.Itoa(c.Findings))
		switch {
		case c.Failed != "":
			said = page.T("validate.pdfa.failed")
		case c.Conformant:
			said = page.T("validate.pdfa.held")
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{c.Name, said}})
	}
	return t
}

// technical is what few need, and why a time-stamp does not hold.
func technical(rep validation.Report, l validation.Lang) page.Details {
	rows := []page.SummaryRow{row("hash", page.FileName(rep.SHA256)), row("policy", page.FileName(rep.Policy)), row("verdict", page.CaseNumber(rep.Verdict))}
	for _, t := range rep.TimeStamps {
		if list := texts(t.Reasons, l); len(list) > 0 {
			rows = append(rows, row("stamp", page.List{Items: list}))
		}
	}
	return page.Details{Summary: page.T("validate.answer.details"), Body: page.Summary{Rows: rows}}
}
