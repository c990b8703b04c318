package ssbtek

import (
	"slices"

	"medborgarnavet/plugin"
)

// offers are the origins and what each can be granted for. The group is the
// element of the question: one call asks one group.
func offers() []plugin.Origin {
	return []plugin.Origin{
		{ID: originAF, Name: "Arbetsförmedlingen", Group: originAF, Datasets: []string{"registration", "report", "decisions", "membership"}, FlagsProtection: true},
		{ID: originCSN, Name: "CSN", Group: originCSN, Datasets: []string{"payments", "decisions"}, FlagsProtection: true},
		{ID: originFK, Name: "Försäkringskassan", Group: originFK, Datasets: []string{"payments", "decisions"}, FlagsProtection: true},
		{ID: originPM, Name: "Pensionsmyndigheten", Group: originFK, Datasets: []string{"payments", "decisions"}, FlagsProtection: true},
		{ID: originSKV, Name: "Skatteverket", Group: originSKV, Datasets: []string{"tax"}},
		{ID: originSO, Name: "A-kassorna", Group: originSO, Datasets: []string{"payments", "suspensions", "application"}},
		{ID: originTNS, Name: "Transportstyrelsen", Group: originTNS, Datasets: []string{"vehicles"}},
		{ID: originMIV, Name: "Migrationsverket", Group: originMIV, Datasets: []string{"permits"}},
	}
}

// manifest describes the source as the board runs it: the board answers for it,
// and it offers the origins that the board's settings let it ask.
func manifest(s Settings) plugin.Manifest {
	owner := s.Submitter.organisation()
	return plugin.Manifest{
		ID:           ID,
		Version:      "1.0.0",
		Name:         "SSBTEK",
		Description:  "Hämtar uppgifter om en person från myndigheter och a-kassor genom SSBTEK, den sammansatta bastjänsten för ekonomiskt bistånd.",
		Kind:         plugin.KindSource,
		Owner:        plugin.Owner{Name: owner.Name, OrgNumber: string(owner.Number), Contact: first(s.Contact, owner.Name)},
		MinAssurance: 3,
		Offers: slices.DeleteFunc(offers(), func(o plugin.Origin) bool {
			return !slices.Contains(s.Sources, o.ID)
		}),
		Purpose:             "Uppgifterna används när du ansöker om ekonomiskt bistånd, och bara till det.",
		LegalReference:      "ssbtek",
		LawfulBasis:         "6.1.e",
		Sensitivity:         "secret",
		RetentionDays:       7,
		NeedsIdentityNumber: true,
		Documents: plugin.Documents{
			Accessibility:  "docs/plugin.md",
			DataProtection: "docs/privacy.md",
		},
		RecipientInformation: "Uppgifterna kommer från den myndighet eller a-kassa som står vid dem. Är något fel kontaktar du den som har lämnat uppgiften.",
	}
}
