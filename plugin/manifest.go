package plugin

import (
	"fmt"
	"regexp"
	"strings"
)

// Kind is one of the three kinds of plug-in (M-16).
type Kind string

const (
	KindSource   Kind = "source"
	KindView     Kind = "view"
	KindEService Kind = "eservice"
)

// Handling says who handles what is handed in through an e-service.
type Handling string

const (
	HandlingDesk Handling = "desk" // the platform's case desk
	HandlingOwn  Handling = "own"  // the plug-in, through EService.Receive
)

// Manifest says who a plug-in is and under what terms it works (M-16, M-58,
// M-61, M-105, M-109, M-113, M-114). Legal provisions are never literals: a
// manifest names the key of a dated reference that the board keeps.
type Manifest struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	// Name and Description are Swedish, for people.
	Name        string `json:"name"`
	Description string `json:"description"`
	Kind        Kind   `json:"kind"`
	Owner       Owner  `json:"owner"`
	// MinAssurance is the least level of assurance (1–4) of the login.
	MinAssurance int `json:"minAssurance"`
	// Offers are the origins and datasets of a source.
	Offers []Origin `json:"offers,omitempty"`
	// Wants are the datasets that a view or an e-service asks for.
	Wants []Want `json:"wants,omitempty"`
	// Purpose says in Swedish what the data are used for.
	Purpose string `json:"purpose"`
	// LegalReference is the key of the board's dated legal reference.
	LegalReference string `json:"legalReference"`
	// LawfulBasis is the point of GDPR article 6, such as "6.1.e".
	LawfulBasis string `json:"lawfulBasis"`
	// Sensitivity drives controls: public, personal, secret.
	Sensitivity string `json:"sensitivity"`
	// RetentionDays is how long fetched data may be kept, at most 7.
	RetentionDays int `json:"retentionDays"`
	// NeedsIdentityNumber is true when the plug-in must have the personal
	// identity number; else it gets a pairwise pseudonym.
	NeedsIdentityNumber bool      `json:"needsIdentityNumber"`
	Handling            Handling  `json:"handling,omitempty"`
	Documents           Documents `json:"documents"`
	// RecipientInformation tells the person how what is shown came about
	// and whom to ask (M-58).
	RecipientInformation string `json:"recipientInformation"`
}

// Owner is who answers for a plug-in (M-105).
type Owner struct {
	Name      string `json:"name"`
	OrgNumber string `json:"orgNumber"`
	Contact   string `json:"contact"`
}

// Origin is one provider of data behind a source. Origins of the same group
// are asked in one call.
type Origin struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Group is the unit of asking: Pensionsmyndigheten's data come with
	// Försäkringskassan's.
	Group    string   `json:"group"`
	Datasets []string `json:"datasets"`
	// FlagsProtection is true when the origin's answer can say that the
	// person has protected personal data (I-4).
	FlagsProtection bool `json:"flagsProtection,omitempty"`
}

// Want names datasets of a source, as "ORIGIN/dataset".
type Want struct {
	Source   string   `json:"source"`
	Datasets []string `json:"datasets"`
}

// Documents are the mandatory documents of the agreement (M-113, M-114).
type Documents struct {
	Accessibility  string `json:"accessibility"`
	DataProtection string `json:"dataProtection"`
}

var idPattern = regexp.MustCompile(`^[a-z][a-z0-9-]{1,30}$`)

// Validate tells everything that is wrong with a manifest, or nil.
func (m Manifest) Validate() error {
	var faults []string
	need := func(ok bool, what string) {
		if !ok {
			faults = append(faults, what)
		}
	}
	need(idPattern.MatchString(m.ID), "id must be 2–31 lower-case letters, digits and hyphens")
	need(m.Version != "", "version is missing")
	need(m.Name != "", "name is missing")
	need(m.Kind == KindSource || m.Kind == KindView || m.Kind == KindEService,
		"kind must be source, view or eservice")
	need(m.Owner.Name != "" && m.Owner.OrgNumber != "" && m.Owner.Contact != "",
		"owner needs name, organisation number and contact")
	need(m.MinAssurance >= 1 && m.MinAssurance <= 4, "minAssurance must be 1–4")
	need(m.Purpose != "", "purpose is missing")
	need(m.LegalReference != "" && m.LawfulBasis != "",
		"legalReference and lawfulBasis are needed: no processing without support in law")
	need(m.Sensitivity == "public" || m.Sensitivity == "personal" || m.Sensitivity == "secret",
		"sensitivity must be public, personal or secret")
	need(m.RetentionDays >= 0 && m.RetentionDays <= 7, "retentionDays must be 0–7")
	need(m.Documents.Accessibility != "" && m.Documents.DataProtection != "",
		"documents on accessibility and data protection are needed")
	need(m.RecipientInformation != "", "recipientInformation is missing")
	switch m.Kind {
	case KindSource:
		need(len(m.Offers) > 0, "a source must offer origins")
	case KindEService:
		need(m.Handling == HandlingDesk || m.Handling == HandlingOwn, "handling must be desk or own")
	}
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("manifest %q: %s", m.ID, strings.Join(faults, "; "))
}
