package ssbtek

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"medborgarnavet/block/orgnr"
)

// Settings are a board's settings for this source. They are decoded strictly:
// an unknown member is an error, and all faults are told at once.
type Settings struct {
	// Version is that of the contract; "v10" is what this codec knows.
	Version string `json:"version"`
	// Target is the name under which the host knows SSBTEK's address and
	// certificates; "ssbtek" when empty.
	Target string `json:"target,omitempty"`
	// Actor is the board's identity with LEFI (aktorsid), given by
	// Försäkringskassan. Needed when FK or PM is among the sources.
	Actor string `json:"actor,omitempty"`
	// Officer is the name or account that stands as the one who asks.
	Officer string `json:"officer"`
	// Submitter is the authority that asks.
	Submitter OrganisationSetting `json:"submitter"`
	// Processors handle the question for the submitter, in order.
	Processors []OrganisationSetting `json:"processors,omitempty"`
	// Legal are the purposes and legal texts with their times of validity.
	Legal []LegalSetting `json:"legal"`
	// Sources are the origins that may be asked.
	Sources []string `json:"sources"`
	// TimeoutSeconds is how long one question may take, 1–120; 30 when zero.
	TimeoutSeconds int `json:"timeoutSeconds,omitempty"`
	// MaxAnswerBytes is the largest answer that is read; 8 MiB when zero.
	MaxAnswerBytes int64 `json:"maxAnswerBytes,omitempty"`
	// Contact is where the plug-in's owner is reached.
	Contact string `json:"contact,omitempty"`
}

// OrganisationSetting is a number, in any accepted spelling, and a name.
type OrganisationSetting struct {
	OrgNumber string `json:"orgNumber"`
	Name      string `json:"name"`
}

// LegalSetting is what stands as purpose and legal text from a day to a day,
// both included; To is empty while it is in force until further notice.
type LegalSetting struct {
	From    string `json:"from"`
	To      string `json:"to,omitempty"`
	Purpose string `json:"purpose"`
	Text    string `json:"text"`
}

const (
	version10       = "v10"
	defaultTarget   = "ssbtek"
	defaultTimeout  = 30
	longestTimeout  = 120
	largestAnswer   = 64 << 20
	dateFormatShown = "2006-01-02"
)

// ParseSettings decodes and checks settings.
func ParseSettings(raw json.RawMessage) (Settings, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var s Settings
	if err := d.Decode(&s); err != nil {
		return Settings{}, fmt.Errorf("ssbtek settings: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Settings{}, errors.New("ssbtek settings: there is more than one value")
	}
	if s.Target == "" {
		s.Target = defaultTarget
	}
	if s.TimeoutSeconds == 0 {
		s.TimeoutSeconds = defaultTimeout
	}
	if err := s.validate(); err != nil {
		return Settings{}, fmt.Errorf("ssbtek settings: %w", err)
	}
	return s, nil
}

func (s Settings) validate() error {
	var faults []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	need(s.Version == version10, "version must be %q", version10)
	need(s.Officer != "", "officer is missing")
	for i, o := range append([]OrganisationSetting{s.Submitter}, s.Processors...) {
		_, err := orgnr.Parse(o.OrgNumber)
		what := "submitter"
		if i > 0 {
			what = fmt.Sprintf("processors[%d]", i-1)
		}
		need(err == nil, "%s.orgNumber is not an organisation number", what)
		need(o.Name != "", "%s.name is missing", what)
	}
	need(len(s.Sources) > 0, "sources is empty")
	for _, o := range s.Sources {
		need(slices.Contains(Origins(), o), "sources: %q is none of %v", o, Origins())
	}
	lefi := slices.Contains(s.Sources, originFK) || slices.Contains(s.Sources, originPM)
	need(!lefi || s.Actor != "", "actor is needed to ask FK or PM")
	need(s.TimeoutSeconds > 0 && s.TimeoutSeconds <= longestTimeout, "timeoutSeconds must be 1–%d", longestTimeout)
	need(s.MaxAnswerBytes >= 0 && s.MaxAnswerBytes <= largestAnswer, "maxAnswerBytes must be at most %d", largestAnswer)
	need(len(s.Legal) > 0, "legal is empty: no processing without support in law")
	for i, l := range s.Legal {
		need(validDay(l.From), "legal[%d].from must be a date such as %s", i, dateFormatShown)
		need(l.To == "" || validDay(l.To) && l.To >= l.From, "legal[%d].to must be a date not before from", i)
		need(l.Purpose != "" && l.Text != "", "legal[%d] needs purpose and text", i)
		for j := range i {
			need(!overlap(s.Legal[j], l), "legal[%d] and legal[%d] are in force at the same time", j, i)
		}
	}
	return errors.Join(faults...)
}

func validDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func overlap(a, b LegalSetting) bool {
	return (a.To == "" || a.To >= b.From) && (b.To == "" || b.To >= a.From)
}

// LegalAt is the purpose and legal text in force on a day; ok is false when
// none is, and then nothing may be asked.
func (s Settings) LegalAt(at time.Time) (LegalSetting, bool) {
	day := at.Format(time.DateOnly)
	for _, l := range s.Legal {
		if l.From <= day && (l.To == "" || l.To >= day) {
			return l, true
		}
	}
	return LegalSetting{}, false
}

// organisation is a setting that ParseSettings has accepted.
func (o OrganisationSetting) organisation() Organisation {
	n, _ := orgnr.Parse(o.OrgNumber)
	return Organisation{Number: n, Name: o.Name}
}
