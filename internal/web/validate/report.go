package validate

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/validation/etsi"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/paper"
	"medborgarnavet/internal/web/route"
)

const (
	// maxReport is the longest report that a page carries, in letters.
	maxReport   = 512 << 10
	maxUnpacked = 16 << 20
	// reportAge is how long a page's report can be made into a document.
	reportAge = 24 * time.Hour
)

// carried is what the page carries: the report, and the file's name. Not the
// file.
type carried struct {
	Name   string          `json:"name"`
	Report json.RawMessage `json:"report"`
}

// seal packs a report for the page, under our signature: a report that comes
// back is one that we made, word for word. It is "" when it is too long to
// carry.
func (p *Pages) seal(name string, rep validation.Report) (string, error) {
	full, err := rep.Full()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(carried{name, full})
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return "", err
	}
	_, _ = w.Write(text) // into memory
	if err := w.Close(); err != nil {
		return "", err
	}
	code := base64.RawURLEncoding
	sealed := code.EncodeToString(b.Bytes()) + "." + code.EncodeToString(p.Sign(b.Bytes()))
	if len(sealed) > maxReport {
		return "", nil
	}
	return sealed, nil
}

// open reads what seal made. What is not ours, or is a day old, is refused.
func (p *Pages) open(sealed string) (string, validation.Report, error) {
	code := base64.RawURLEncoding
	first, second, _ := strings.Cut(sealed, ".")
	packed, err1 := code.DecodeString(first)
	signature, err2 := code.DecodeString(second)
	if err1 != nil || err2 != nil || !p.Verify(packed, signature) {
		return "", validation.Report{}, fault.New(fault.Invalid, "validate: not a report of ours")
	}
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxUnpacked))
	if err != nil {
		return "", validation.Report{}, fault.Wrap(fault.Invalid, err, "validate: report")
	}
	var c carried
	if err := json.Unmarshal(text, &c); err != nil {
		return "", validation.Report{}, fault.New(fault.Invalid, "validate: the report cannot be read")
	}
	rep, err := validation.ReadFull(c.Report)
	if err != nil {
		return "", validation.Report{}, fault.New(fault.Invalid, "validate: the report cannot be read")
	}
	if p.Clock.Now().Sub(rep.At) > reportAge {
		return "", validation.Report{}, fault.New(fault.Gone, "validate: the report is too old")
	}
	return c.Name, rep, nil
}

// report gives the report that the page carried, as a document or as XML.
func (p *Pages) report(w http.ResponseWriter, r *route.Request) error {
	name, rep, err := p.open(r.PostFormValue("rapport"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	if r.PostFormValue("form") != "xml" {
		return p.document(name, rep).Send(w, "kontroll-"+rep.SHA256[:min(8, len(rep.SHA256))]+".pdf")
	}
	text, err := etsi.Write(rep)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "validate: XML")
	}
	h := w.Header()
	h.Set("Content-Type", "application/xml; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="kontroll.xml"`)
	h.Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text) // the reader has gone away; nothing to tell anyone
	return nil
}

// document is the report as PDF/A, in Swedish, with the file's hash.
func (p *Pages) document(name string, rep validation.Report) *paper.Sheet {
	const l = validation.Swedish
	s := paper.New(p.Renderer, p.Municipality, paper.Head{Board: page.T("validate.report.board"), Kind: page.T("validate.report.kind"),
		Title: page.T("validate.report.heading"), Number: rep.SHA256[:min(16, len(rep.SHA256))], NumberLabel: page.T("validate.report.number"), At: rep.At})
	o := outcome(rep, l)
	s.Important([]page.Text{o.Title, " ", o.Body})
	if len(o.Items) > 0 {
		s.List(o.Items)
	}
	s.Facts(fact("file", named(name)), fact("size", page.Bytes(rep.Size)), fact("checked", page.DateTime(rep.At)),
		fact("hash", rep.SHA256), fact("policy", rep.Policy), fact("verdict", string(rep.Verdict)))
	for i, g := range rep.Signatures {
		signedPart(s, i+1, g)
	}
	if t := stamps(rep); len(t.Rows) > 0 {
		s.Heading(page.T("validate.answer.stamps"))
		for _, st := range rep.TimeStamps {
			s.Facts(fact("when", timeOf(st.At)), fact("authority", st.Authority), fact("indication", strings.TrimSpace(string(st.Indication)+" "+string(st.Sub))))
			if len(st.Reasons) > 0 {
				s.List(texts(st.Reasons, l))
			}
		}
	}
	pdfaPart(s, rep, l)
	s.Paragraph(page.T("validate.report.means"))
	return s
}

func fact(key string, value page.Text) paper.Fact {
	return paper.Fact{Label: page.T("validate.term." + key), Value: value}
}

func named(name string) page.Text {
	if name == "" {
		return nil
	}
	return name
}

func timeOf(t time.Time) page.Text {
	if t.IsZero() {
		return page.T("validate.when.unknown")
	}
	return page.DateTime(t)
}

func signedPart(s *paper.Sheet, n int, g validation.Signature) {
	const l = validation.Swedish
	name := page.Text(g.Signer.Name)
	if g.Signer.Name == "" {
		name = page.T("validate.answer.nobody")
	}
	s.Heading([]page.Text{strconv.Itoa(n) + ". ", name})
	tag := verdictTag(g.Verdict)
	s.Facts(fact("verdict", tag.Text))
	v := signer(n, g, l)
	var rows []page.SummaryRow
	for _, r := range v.Facts.Rows {
		if _, list := r.Value.(page.List); !list {
			rows = append(rows, r)
		}
	}
	s.Summary(page.Summary{Rows: rows})
	for _, part := range []struct {
		key  string
		list []page.Text
	}{{"after", changes(g, l)}, {"why", texts(g.Reasons, l)}} {
		if len(part.list) > 0 {
			s.Paragraph([]page.Text{page.T("validate.term." + part.key), ":"})
			s.List(part.list)
		}
	}
	s.Facts(fact("field", g.Field), fact("indication", strings.TrimSpace(string(g.Indication)+" "+string(g.Sub))), fact("level", g.Level), fact("algorithm", named(g.Algorithm)))
}

func pdfaPart(s *paper.Sheet, rep validation.Report, l validation.Lang) {
	s.Heading(page.T("validate.pdfa.title"))
	v := aboutPDFA(rep, l)
	s.Paragraph(v.Text)
	if v.Disagree {
		s.Paragraph(page.T("validate.pdfa.disagree"))
	}
	if len(v.Checkers.Rows) > 0 {
		s.Table(v.Checkers)
	}
	if list, ok := v.Findings.Body.(page.List); ok && len(list.Items) > 0 {
		s.List(list.Items)
	}
}
