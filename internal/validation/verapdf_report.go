package validation

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"medborgarnavet/internal/fault"
)

const maxVeraRules = 1000 // there are some 150 of each profile

// veraDocument is veraPDF's report (--format xml), as far as it is read. What
// the checks say of the file itself, which may hold words of it, is left out.
type veraDocument struct {
	XMLName  xml.Name `xml:"report"`
	Releases []struct {
		ID      string `xml:"id,attr"`
		Version string `xml:"version,attr"`
	} `xml:"buildInformation>releaseDetails"`
	Jobs []struct {
		Reports []veraResult `xml:"validationReport"`
		Faults  []struct {
			Type string `xml:"type,attr"`
		} `xml:"taskException"`
	} `xml:"jobs>job"`
	Batch struct {
		Jobs      int `xml:"totalJobs,attr"`
		Unparsed  int `xml:"failedToParse,attr"`
		Encrypted int `xml:"encrypted,attr"`
		Memory    int `xml:"outOfMemory,attr"`
		Faults    int `xml:"veraExceptions,attr"`
	} `xml:"batchSummary"`
}

type veraResult struct {
	End       string `xml:"jobEndStatus,attr"`
	Profile   string `xml:"profileName,attr"`
	Compliant string `xml:"isCompliant,attr"`
	Details   struct {
		Passed string     `xml:"passedRules,attr"`
		Failed string     `xml:"failedRules,attr"`
		Rules  []veraRule `xml:"rule"`
	} `xml:"details"`
}

type veraRule struct {
	Clause      string `xml:"clause,attr"`
	Test        string `xml:"testNumber,attr"`
	Status      string `xml:"status,attr"`
	Failed      int    `xml:"failedChecks,attr"`
	Description string `xml:"description"`
}

// readVeraPDF reads a report on one file, held against a profile. Everything
// must fit together: one job that ended as it should, of the profile that was
// asked for, with rules that were tried and a verdict that its numbers bear out.
func readVeraPDF(report []byte, profile string) (Conformance, error) {
	failed := func(why string) (Conformance, error) {
		return Conformance{}, fault.New(fault.Unavailable, "validation: veraPDF %s", why)
	}
	var doc veraDocument
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimSpace(report)))
	if err := d.Decode(&doc); err != nil {
		return failed("gave no report")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return failed("gave more than a report")
	}
	b := doc.Batch
	if len(doc.Jobs) != 1 || b.Jobs != 1 || b.Unparsed+b.Encrypted+b.Memory+b.Faults != 0 || len(doc.Jobs[0].Faults) != 0 || len(doc.Jobs[0].Reports) != 1 {
		return failed("could not read the file")
	}
	r := doc.Jobs[0].Reports[0]
	if r.End != "normal" || !strings.HasPrefix(strings.ToUpper(r.Profile), flavourOf(profile)) {
		return failed("did not finish, or checked something else")
	}
	passed, err1 := strconv.Atoi(r.Details.Passed)
	broken, err2 := strconv.Atoi(r.Details.Failed)
	if errors.Join(err1, err2) != nil || passed+broken <= 0 || r.Compliant != strconv.FormatBool(broken == 0) {
		return failed("contradicts itself")
	}
	out := Conformance{Claimed: profile, Profile: profile, Conformant: broken == 0, Findings: veraFindings(r.Details.Rules)}
	if len(out.Findings) > broken || out.Conformant != (len(out.Findings) == 0) {
		return failed("contradicts itself")
	}
	for _, release := range doc.Releases {
		if release.ID == "core" {
			out.Version = plainVersion(release.Version)
		}
	}
	return out, nil
}

func veraFindings(rules []veraRule) (out []Finding) {
	for _, rule := range rules[:min(len(rules), maxVeraRules)] {
		if rule.Status != "failed" {
			continue
		}
		id := clean(rule.Clause + "-" + rule.Test)
		out = append(out, Finding{Rule: id, Count: rule.Failed, Reason: Text{
			Sv: "Enligt veraPDF följer filen inte regel " + id + " i standarden.",
			En: "According to veraPDF: " + clean(rule.Description)}})
	}
	return out
}

// plainVersion is a version number, cut where it is no longer one.
func plainVersion(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789.", r) })
	if end < 0 {
		end = len(s)
	}
	return s[:min(end, 20)]
}
