package main

import (
	"time"

	"medborgarnavet/internal/validation"
)

// The JSON of pdf verify: these members and no others, each always there, a
// list never null. Only "reasons" of the whole file, when no signature is there
// to bear them, and what the validators of PDF/A say, when a second was asked,
// are left out when there is nothing to say.

type wireReport struct {
	Verdict    string          `json:"verdict"`
	Signatures []wireSignature `json:"signatures"`
	PDFA       wirePDFA        `json:"pdfa"`
	Reasons    []string        `json:"reasons,omitempty"`
}

type wireSignature struct {
	Field         string   `json:"field"`
	Verdict       string   `json:"verdict"`
	Indication    string   `json:"indication"`
	SubIndication string   `json:"sub_indication"`
	Level         string   `json:"level"`
	Signer        string   `json:"signer"`
	SignedAt      string   `json:"signed_at"`
	CoversWhole   bool     `json:"covers_whole_document"`
	ChangesAfter  []string `json:"changes_after"`
	Reasons       []string `json:"reasons"`
}

type wirePDFA struct {
	Claimed    string        `json:"claimed"`
	Conformant bool          `json:"conformant"`
	Findings   []wireFinding `json:"findings"`
	Validators []wireChecker `json:"validators,omitempty"`
	Disagree   bool          `json:"validators_disagree,omitempty"`
}

// wireChecker is what one validator says (S-12). Without an answer, answered
// is false and conformant means nothing.
type wireChecker struct {
	Name       string `json:"name"`
	Version    string `json:"version"`
	Answered   bool   `json:"answered"`
	Conformant bool   `json:"conformant"`
	Findings   int    `json:"findings"`
}

type wireFinding struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
}

func wireOf(rep validation.Report) wireReport {
	out := wireReport{Verdict: string(rep.Verdict), Signatures: []wireSignature{}, PDFA: wirePDFA{Findings: []wireFinding{}}}
	for _, s := range rep.Signatures {
		w := wireSignature{Field: s.Field, Verdict: string(s.Verdict), Indication: string(s.Indication), SubIndication: string(s.Sub),
			Level: s.Level, Signer: s.Signer.Name, CoversWhole: s.CoversWhole, ChangesAfter: []string{}, Reasons: []string{}}
		if !s.SignedAt.IsZero() {
			w.SignedAt = s.SignedAt.UTC().Format(time.RFC3339)
		}
		for _, c := range s.ChangesAfter {
			w.ChangesAfter = append(w.ChangesAfter, c.En)
		}
		for _, r := range s.Reasons {
			w.Reasons = append(w.Reasons, r.En)
		}
		// What is wrong with the file as a whole is a reason of each verdict.
		if s.Verdict != validation.Valid || rep.Verdict != validation.Valid {
			for _, r := range rep.Reasons {
				w.Reasons = append(w.Reasons, r.En)
			}
		}
		out.Signatures = append(out.Signatures, w)
	}
	if len(rep.Signatures) == 0 {
		for _, r := range rep.Reasons {
			out.Reasons = append(out.Reasons, r.En)
		}
	}
	if p := rep.PDFA; p != nil {
		out.PDFA.Claimed, out.PDFA.Conformant = p.Claimed, p.Conformant && p.Claimed != ""
		for _, f := range p.Findings {
			out.PDFA.Findings = append(out.PDFA.Findings, wireFinding{f.Rule, f.Reason.En})
		}
		if len(p.Results) > 1 {
			out.PDFA.Disagree = p.Disagree
			for _, c := range p.Results {
				out.PDFA.Validators = append(out.PDFA.Validators, wireChecker{c.Name, c.Version, c.Failed == "", c.Conformant, c.Findings})
			}
		}
	}
	return out
}
