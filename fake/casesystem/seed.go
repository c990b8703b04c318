package casesystem

import (
	"fmt"
	"time"
)

// Resident is a person the case system knows. One without a Case has none open.
type Resident struct {
	Personnummer string
	Case         *Case
}

// Case is what the protocol tells of an open case. The JSON is the wire format
// of docs/casesystem.md.
type Case struct {
	ID        string    `json:"id"`
	Board     string    `json:"board"`
	Officer   string    `json:"officer"`
	Household Household `json:"household"`
	// Parties are roles, the asked person's own first. They carry no names.
	Parties []Party `json:"parties"`
	// Protected means protected personal data: nothing may be fetched (I-4).
	Protected bool `json:"protected"`
	// Months are the latest decisions, newest first.
	Months []Month `json:"months"`
	// NormType is "national" or "other".
	NormType string `json:"norm_type"`
}

// Household is how many adults there are, and which children.
type Household struct {
	Adults   int     `json:"adults"`
	Children []Child `json:"children"`
}

// Child lives in the household for so many days of a month.
type Child struct {
	Personnummer string `json:"personnummer"`
	Name         string `json:"name"`
	DaysPerMonth int    `json:"days_per_month"`
}

// Party is a role in the case: applicant or co-applicant, with scope full or
// read, between two dates; To is empty while it lasts.
type Party struct {
	Role  string `json:"role"`
	Scope string `json:"scope"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// Month is a decided month. Outcome is granted, partly, refused, dismissed or
// closed; amounts are öre.
type Month struct {
	Month      string `json:"month"`
	Outcome    string `json:"outcome"`
	AmountOre  int64  `json:"amount_ore"`
	SurplusOre int64  `json:"surplus_ore"`
	DecidedAt  string `json:"decided_at"`
}

// seeder numbers the cases and dates them from today: opened ten months ago,
// decided in the months just before this one.
type seeder struct {
	first   time.Time // of this month
	officer string
	number  int
}

// Seeded are the residents of the demo, seen from a day, with their cases in
// the hands of one officer (a staff id).
func Seeded(today time.Time, officer string) []Resident {
	s := &seeder{first: time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC), officer: officer}
	alma := Child{"201701102384", "Alma Berglund", 30}
	gustav := Child{"201412062380", "Gustav Nyström", 30}
	anna := s.single("198507099805", s.month(1, "granted", 812300, 0))
	anna.Case.Household.Children = []Child{alma}
	greta := s.single("197407029284", s.month(1, "granted", 1104000, 0))
	greta.Case.Household = Household{Adults: 2, Children: []Child{gustav}}
	greta.Case.Parties = append(greta.Case.Parties, s.party("co-applicant"))
	irja := s.single("194510168885")
	irja.Case.Protected = true
	return []Resident{
		anna,
		s.single("197101169295", s.month(1, "granted", 643500, 0)), // Bo
		s.single("199001012385", s.month(1, "granted", 958000, 0)), // Cecilia
		s.single("198107249289", s.month(1, "granted", 701200, 0)), // Dina
		s.single("196408233234", s.month(1, "partly", 388000, 0)),  // Erik
		s.single("197010632391", s.month(1, "granted", 512400, 0)), // Farid
		greta,
		{Personnummer: "195704289999"}, // Hans: known, but no open case
		irja,
		s.single("200002292399", s.month(1, "partly", 214700, 0), s.month(2, "refused", 0, 96500)), // Jonas
		s.single("198112189876", s.month(1, "granted", 876000, 0)),                                 // Kim
		s.single("191212121212", s.month(1, "granted", 104500, 0)),                                 // Tolvan
		s.single("194607137454", s.month(1, "granted", 233000, 0)),                                 // Olof, who is also staff
	}
}

// single is a resident alone in the household, with the decided months, newest
// first.
func (s *seeder) single(person string, months ...Month) Resident {
	s.number++
	if months == nil {
		months = []Month{}
	}
	return Resident{Personnummer: person, Case: &Case{
		ID:        fmt.Sprintf("EB-%d-%04d", s.opened().Year(), s.number),
		Board:     "socialnamnden",
		Officer:   s.officer,
		Household: Household{Adults: 1, Children: []Child{}},
		Parties:   []Party{s.party("applicant")},
		Months:    months,
		NormType:  "national",
	}}
}

func (s *seeder) opened() time.Time { return s.first.AddDate(0, -10, 0) }

func (s *seeder) party(role string) Party {
	return Party{Role: role, Scope: "full", From: s.opened().Format(time.DateOnly)}
}

// month is the decision on the month so many before this one, taken on its
// second day.
func (s *seeder) month(before int, outcome string, amount, surplus int64) Month {
	m := s.first.AddDate(0, -before, 0)
	return Month{Month: m.Format("2006-01"), Outcome: outcome, AmountOre: amount, SurplusOre: surplus,
		DecidedAt: m.AddDate(0, 0, 1).Format(time.DateOnly)}
}
