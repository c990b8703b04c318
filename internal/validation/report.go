package validation

import (
	"encoding/json"
	"slices"
	"time"

	"medborgarnavet/block/pades"
)

// Lang is the language of a text.
type Lang string

// The languages.
const (
	Swedish Lang = "sv"
	English Lang = "en"
)

// Kind is what sort of signature stands in a field.
type Kind string

// The kinds.
const (
	Approval      Kind = "approval"
	Certification Kind = "certification"
	DocTimeStamp  Kind = "document-time-stamp"
	SigTimeStamp  Kind = "signature-time-stamp"
	ContentStamp  Kind = "content-time-stamp"
)

// NotPAdES is the level of a signature that does not have the form of any
// PAdES baseline level.
const NotPAdES = "not-PAdES"

// TimeSource is how sure the time of signing is.
type TimeSource string

// The sources of a time.
const (
	FromTimeStamp TimeSource = "time-stamp" // a valid time-stamp: the signature existed then
	FromToken     TimeSource = "svt"        // a validation token of a trusted issuer
	FromClaim     TimeSource = "claimed"    // the signer's own word
	NoTime        TimeSource = ""
)

// Report is the result of a validation. As JSON it has the form that the
// command line and the API give; Full keeps everything.
type Report struct {
	Verdict    Verdict
	Signatures []Signature // oldest first
	TimeStamps []TimeStamp // document time-stamps, oldest first
	PDFA       *PDFA       // nil when not asked for
	Reasons    []Reason    // about the file as a whole

	SHA256 string    // of the file, hex
	Size   int64     // bytes
	At     time.Time // the time that was validated for
	Policy string    // its identifier
}

// Removed tells whether a signature that was in the file has been removed.
func (r Report) Removed() bool {
	return slices.ContainsFunc(r.Reasons, func(why Reason) bool { return why.Code == "file-"+pades.FaultRemoved })
}

// Signature is the result for one signature.
type Signature struct {
	Field        string
	Kind         Kind
	Verdict      Verdict
	Indication   Indication
	Sub          SubIndication
	Level        string
	Signer       Signer
	SignedAt     time.Time // zero when nothing tells
	TimeSource   TimeSource
	ClaimedAt    time.Time // the signer's word, zero when silent
	CoversWhole  bool      // nothing was added later but signatures, time-stamps and validation data
	ChangesAfter []Text
	Reasons      []Reason    // what decided, gravest first; then notes
	TimeStamps   []TimeStamp // signature and content time-stamps
	Algorithm    string
	Revision     int // index of the revision that it signed
	ByteRange    []int64
	// CertificateSHA256 is of the signer's certificate, AttributesSHA256 of the
	// signed attributes: what the signature value is over. Hex, "" for none.
	CertificateSHA256, AttributesSHA256 string
	ByToken                             bool // passed on the word of a validation token

	evidence evidence
}

// TimeStamp is the result for one time-stamp.
type TimeStamp struct {
	Field      string // of a document time-stamp
	Kind       Kind
	Verdict    Verdict
	Indication Indication
	Sub        SubIndication
	At         time.Time
	Authority  string
	Qualified  bool // by a trust list
	HasToken   bool // carries a validation token
	Reasons    []Reason
}

// Text is a sentence in both languages.
type Text struct{ Sv, En string }

// In gives the text in a language.
func (t Text) In(l Lang) string {
	if l == Swedish {
		return t.Sv
	}
	return t.En
}

// PDFA is what the file claims and whether it is so.
type PDFA struct {
	Claimed    string // "2B"; "" for no claim
	Profile    string // what it was checked against
	Conformant bool
	Findings   []Finding
	NotCovered []string
	Results    []CheckerResult
	Disagree   bool // the validators do not agree (S-12)
}

// Finding is a breach of a rule of ISO 19005.
type Finding struct {
	Rule   string
	Reason Text
	Count  int
}

// CheckerResult is what one PDF/A validator said.
type CheckerResult struct {
	Name, Version string
	Profile       string
	Conformant    bool
	Failed        string // why it could not say anything, "" when it did
	Findings      int
}

// wire is the public form.
type wire struct {
	Verdict    Verdict         `json:"verdict"`
	Signatures []wireSignature `json:"signatures"`
	TimeStamps []wireStamp     `json:"time_stamps,omitempty"`
	PDFA       *wirePDFA       `json:"pdfa,omitempty"`
	Reasons    []string        `json:"reasons,omitempty"`
}

type wireSignature struct {
	Field         string        `json:"field"`
	Verdict       Verdict       `json:"verdict"`
	Indication    Indication    `json:"indication"`
	Sub           SubIndication `json:"sub_indication"`
	Level         string        `json:"level"`
	Signer        string        `json:"signer"`
	SignedAt      string        `json:"signed_at"`
	SignedAtFrom  TimeSource    `json:"signed_at_source"`
	CoversWhole   bool          `json:"covers_whole_document"`
	ChangesAfter  []string      `json:"changes_after"`
	Reasons       []string      `json:"reasons"`
	Qualification string        `json:"qualification,omitempty"`
}

type wireStamp struct {
	Field      string        `json:"field"`
	Kind       Kind          `json:"kind"`
	Verdict    Verdict       `json:"verdict"`
	Indication Indication    `json:"indication"`
	Sub        SubIndication `json:"sub_indication"`
	At         string        `json:"at"`
	Authority  string        `json:"authority"`
	Reasons    []string      `json:"reasons"`
}

type wirePDFA struct {
	Claimed    string        `json:"claimed"`
	Conformant bool          `json:"conformant"`
	Findings   []wireFinding `json:"findings"`
	Disagree   bool          `json:"validators_disagree,omitempty"`
}

type wireFinding struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
}

// MarshalJSON gives the public form in English.
func (r Report) MarshalJSON() ([]byte, error) { return r.JSON(English) }

// JSON gives the public form with its texts in a language.
func (r Report) JSON(l Lang) ([]byte, error) {
	w := wire{Verdict: r.Verdict, Signatures: []wireSignature{}}
	for _, s := range r.Signatures {
		ws := wireSignature{
			Field: s.Field, Verdict: s.Verdict, Indication: s.Indication, Sub: s.Sub, Level: s.Level,
			Signer: s.Signer.Name, SignedAt: stamp(s.SignedAt), SignedAtFrom: s.TimeSource,
			CoversWhole: s.CoversWhole, ChangesAfter: []string{}, Reasons: texts(s.Reasons, l),
			Qualification: string(s.Signer.Qualification),
		}
		for _, c := range s.ChangesAfter {
			ws.ChangesAfter = append(ws.ChangesAfter, c.In(l))
		}
		w.Signatures = append(w.Signatures, ws)
	}
	for _, t := range r.TimeStamps {
		w.TimeStamps = append(w.TimeStamps, wireStamp{
			Field: t.Field, Kind: t.Kind, Verdict: t.Verdict, Indication: t.Indication, Sub: t.Sub,
			At: stamp(t.At), Authority: t.Authority, Reasons: texts(t.Reasons, l),
		})
	}
	if r.PDFA != nil {
		w.PDFA = &wirePDFA{Claimed: r.PDFA.Claimed, Conformant: r.PDFA.Conformant, Findings: []wireFinding{}, Disagree: r.PDFA.Disagree}
		for _, f := range r.PDFA.Findings {
			w.PDFA.Findings = append(w.PDFA.Findings, wireFinding{f.Rule, f.Reason.In(l)})
		}
	}
	if len(r.Reasons) > 0 {
		w.Reasons = texts(r.Reasons, l)
	}
	return json.Marshal(w)
}

func texts(list []Reason, l Lang) []string {
	out := []string{}
	for _, r := range list {
		out = append(out, r.In(l))
	}
	return out
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// full is a report with every field and none of Report's methods.
type full Report

// Full writes the whole report, both languages, for keeping. It holds names.
func (r Report) Full() ([]byte, error) { return json.Marshal(full(r)) }

// ReadFull reads what Full wrote.
func ReadFull(data []byte) (Report, error) {
	var f full
	err := json.Unmarshal(data, &f)
	return Report(f), err
}
